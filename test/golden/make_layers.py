"""Writes layers.json: training runs of small networks of every layer, activation and loss in PyTorch, float64.

    VENV/bin/python test/golden/make_layers.py        (see make.py for VENV)

A case is a list of layers as [name, arguments], written as nablab's calls. Parameters are flat in PyTorch's order, which
is nablab's: of each layer the weights, then the biases. Targets of squared and Huber errors and of yes-or-no questions
are numbers for each output; those of the others are labels. What dropout layers kept is stored as text, 1 for an entry
that stays.
"""

import json
import platform
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

SEED, STEPS, BATCH = 20240301, 20, 6
KEPT = [1, 5, 20]

LAYERS = {
    "dense": lambda inputs, outputs, o={}: nn.Linear(inputs, outputs, bias=o.get("bias", True)),
    "conv2d": lambda inputs, outputs, o: nn.Conv2d(
        inputs, outputs, o["kernel"], stride=o.get("stride", 1), padding=o.get("padding", 0), bias=o.get("bias", True)
    ),
    "maxPool2d": lambda size, o={}: nn.MaxPool2d(size, stride=o.get("stride")),
    "avgPool2d": lambda size, o={}: nn.AvgPool2d(size, stride=o.get("stride")),
    "flatten": lambda: nn.Flatten(),
    "relu": lambda: nn.ReLU(),
    "leakyRelu": lambda o={}: nn.LeakyReLU(o.get("slope", 0.01)),
    "prelu": lambda: nn.PReLU(),
    "gelu": lambda: nn.GELU(),
    "softplus": lambda: nn.Softplus(threshold=1e9),  # PyTorch is linear above 20 by default
    "tanh": lambda: nn.Tanh(),
    "softmax": lambda: nn.Softmax(dim=1),
    "dropout": lambda p=0.5: Dropout(p),
    "layerNorm": lambda shape: nn.LayerNorm(shape),  # nablab's has the shape that comes in
    "embedding": lambda symbols, width: Embedding(symbols, width),
    # The channels that come in, which nablab sees, and whether they are images.
    "batchNorm": lambda channels, images, o={}: (nn.BatchNorm2d if images else nn.BatchNorm1d)(
        channels, eps=o.get("epsilon", 1e-5), momentum=o.get("momentum", 0.1)
    ),
}


class Embedding(nn.Embedding):
    """PyTorch's embedding, for symbols that come as numbers."""

    def forward(self, x):
        return super().forward(x.long())


class Dropout(nn.Module):
    """PyTorch's dropout, which keeps what it multiplied by: 0, or 1 / (1 - p)."""

    def __init__(self, p):
        super().__init__()
        self.p, self.masks = p, []

    def forward(self, x):
        mask = F.dropout(torch.ones_like(x), self.p)
        self.masks.append("".join("01"[int(kept > 0)] for kept in mask.flatten()))
        return x * mask



def weighted(g, y, o):
    """The mean over the samples, not over their weights."""
    weight = torch.tensor(o["classWeights"])
    return F.cross_entropy(g, y, weight=weight, label_smoothing=o.get("labelSmoothing", 0.0), reduction="none").mean()


# Sums over the outputs and means over the samples, as nablab's.
LOSSES = {
    "crossEntropy": lambda g, y, o: weighted(g, y, o) if "classWeights" in o else F.cross_entropy(g, y, label_smoothing=o.get("labelSmoothing", 0.0)),
    "squaredError": lambda g, y, o: ((g - y) ** 2).sum(dim=1).mean(),
    "huberLoss": lambda g, y, o: F.huber_loss(g, y, reduction="none", delta=o.get("delta", 1)).sum(dim=1).mean(),
    "binaryCrossEntropy": lambda g, y, o: F.binary_cross_entropy_with_logits(g, y, reduction="none").sum(dim=1).mean(),
    # PyTorch's divides by the outputs; of one output its soft margin's kin, the hinge embedding of y g.
    "hinge": lambda g, y, o: torch.relu(1 - (2 * y - 1) * g[:, 0]).mean()
    if o.get("binary")
    else F.multi_margin_loss(g, y) * (1 if o.get("mean", True) else g.shape[1]),
    # Samples that count more than others; the mean stays that over the samples.
    "weighted": lambda g, y, o: (F.cross_entropy(g, y, reduction="none") * torch.tensor(o["now"])).mean(),
}
LABELS = {"crossEntropy", "hinge", "weighted"}
CASES = [
    dict(
        input=[2, 6, 5],
        layers=[["conv2d", 2, 3, {"kernel": 3, "padding": 1}], ["relu"], ["maxPool2d", 2], ["flatten"], ["dense", 18, 3]],
        loss=["crossEntropy", {}],
        eta=0.1,
    ),
    dict(
        input=[1, 7, 8],
        layers=[
            ["conv2d", 1, 4, {"kernel": 3, "stride": 2}],
            ["leakyRelu", {"slope": 0.1}],
            ["avgPool2d", 2, {"stride": 1}],
            ["flatten"],
            ["dense", 16, 2],
        ],
        loss=["huberLoss", {"delta": 0.7}],
        eta=0.1,
    ),
    dict(
        input=[1, 9, 9],
        layers=[
            ["conv2d", 1, 2, {"kernel": 2}],
            ["tanh"],
            ["maxPool2d", 3, {"stride": 2}],
            ["conv2d", 2, 3, {"kernel": 3}],
            ["prelu"],
            ["flatten"],
            ["dense", 3, 4],
        ],
        loss=["hinge", {}],
        eta=0.3,
    ),
    dict(input=[4], layers=[["dense", 4, 6], ["gelu"], ["dense", 6, 3]], loss=["crossEntropy", {"labelSmoothing": 0.1}], eta=0.3),
    dict(input=[4], layers=[["dense", 4, 6], ["softplus"], ["dense", 6, 3]], loss=["binaryCrossEntropy", {}], eta=0.2),
    dict(input=[4], layers=[["dense", 4, 6], ["prelu"], ["dense", 6, 5], ["prelu"], ["dense", 5, 3]], loss=["hinge", {}], eta=0.3),
    dict(input=[4], layers=[["dense", 4, 6], ["leakyRelu"], ["dense", 6, 3]], loss=["squaredError", {}], eta=0.02, l2=0.1),
    dict(input=[4], layers=[["dense", 4, 6], ["gelu"], ["dense", 6, 1]], loss=["huberLoss", {}], eta=0.1, l1=0.05, l2=0.01),
    dict(
        input=[4],
        layers=[["dense", 4, 8], ["relu"], ["dropout", 0.25], ["dense", 8, 6], ["tanh"], ["dropout"], ["dense", 6, 3]],
        loss=["crossEntropy", {}],
        eta=0.3,
    ),
    dict(
        input=[1, 5, 4],
        layers=[["dropout", 0.2], ["conv2d", 1, 3, {"kernel": 2}], ["prelu"], ["dropout", 0.4], ["flatten"], ["dense", 36, 2]],
        loss=["squaredError", {}],
        eta=0.02,
    ),
    dict(input=[4], layers=[["dense", 4, 6], ["softmax"], ["dense", 6, 3]], loss=["crossEntropy", {}], eta=0.5),
    dict(input=[4], layers=[["layerNorm", [4]], ["dense", 4, 6], ["layerNorm", [6]], ["relu"], ["dense", 6, 3]], loss=["crossEntropy", {}], eta=0.3),
    dict(
        input=[1, 5, 4],
        layers=[["conv2d", 1, 2, {"kernel": 2}], ["layerNorm", [2, 4, 3]], ["tanh"], ["flatten"], ["dense", 24, 2]],
        loss=["squaredError", {}],
        eta=0.02,
    ),
    dict(
        input=[4],
        layers=[["batchNorm", 4, False], ["dense", 4, 6], ["batchNorm", 6, False, {"momentum": 0.3}], ["relu"], ["dense", 6, 3]],
        loss=["crossEntropy", {}],
        eta=0.3,
    ),
    dict(
        input=[2, 5, 4],
        layers=[
            ["conv2d", 2, 3, {"kernel": 2}],
            ["batchNorm", 3, True, {"epsilon": 1e-3}],
            ["tanh"],
            ["flatten"],
            ["dense", 36, 2],
        ],
        loss=["squaredError", {}],
        eta=0.02,
    ),
    dict(
        input=[3],
        symbols=5,
        layers=[["embedding", 5, 2], ["flatten"], ["dense", 6, 4], ["tanh"], ["dense", 4, 5]],
        loss=["crossEntropy", {}],
        eta=0.5,
    ),
    dict(
        input=[4],
        layers=[["dense", 4, 6], ["tanh"], ["dense", 6, 3]],
        loss=["crossEntropy", {"classWeights": [0.5, 3.0, 1.0]}],
        eta=0.2,
    ),
    dict(
        input=[4],
        layers=[["dense", 4, 6], ["tanh"], ["dense", 6, 3]],
        loss=["crossEntropy", {"classWeights": [2.0, 0.0, 1.5], "labelSmoothing": 0.2}],
        eta=0.2,
    ),
    dict(
        input=[4],
        layers=[["dense", 4, 6, {"bias": False}], ["tanh"], ["dense", 6, 5], ["relu"], ["dense", 5, 3, {"bias": False}]],
        loss=["crossEntropy", {}],
        eta=0.3,
    ),
    dict(
        input=[2, 5, 4],
        layers=[
            ["conv2d", 2, 3, {"kernel": 2, "bias": False}],
            ["batchNorm", 3, True, {}],
            ["relu"],
            ["flatten"],
            ["dense", 36, 2],
        ],
        loss=["squaredError", {}],
        eta=0.02,
    ),
    dict(input=[4], layers=[["dense", 4, 6], ["tanh"], ["dense", 6, 1]], loss=["hinge", {"binary": True}], eta=0.3),
    dict(input=[4], layers=[["dense", 4, 6], ["relu"], ["dense", 6, 3]], loss=["hinge", {"mean": False}], eta=0.1),
    dict(
        input=[4],
        layers=[["dense", 4, 6], ["tanh"], ["dense", 6, 3]],
        loss=["weighted", {"weights": [0.5, 2, 0, 1, 3, 0.25, 1, 1, 4, 0, 0, 1.5, 2, 2, 0.1, 1, 0.3, 5]}],
        eta=0.2,
    ),
]


def flat(tensors):
    return torch.cat([t.detach().reshape(-1) for t in tensors]).tolist()


def run(case):
    net = nn.Sequential(*[LAYERS[name](*arguments) for name, *arguments in case["layers"]])
    shape = [3 * BATCH, *case["input"]]
    x = torch.randint(case["symbols"], shape).double() if "symbols" in case else torch.randn(shape)
    name, options = case["loss"]
    with torch.no_grad():
        outputs = net(x).shape[1]
    dropouts = [m for m in net if isinstance(m, Dropout)]
    norms = [m for m in net if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    for m in dropouts:
        m.masks.clear()
    for m in norms:
        m.reset_running_stats()
    y = torch.randint(outputs, (len(x),)) if name in LABELS else torch.randn(len(x), outputs)
    if options.get("binary"):
        y = torch.randint(2, (len(x),))
    if name == "binaryCrossEntropy":
        y = torch.rand(len(x), outputs).round(decimals=2)
    weights = [m.weight for m in net if isinstance(m, (nn.Linear, nn.Conv2d))]
    record = {**case, "x": x.flatten(1).tolist(), "y": y.tolist(), "theta0": flat(net.parameters())}
    optimiser = torch.optim.SGD(net.parameters(), lr=case["eta"])
    losses, theta = [], {}
    for step in range(1, STEPS + 1):
        at = (step - 1) * BATCH % len(x)
        optimiser.zero_grad()
        if "weights" in options:
            options = {**options, "now": options["weights"][at : at + BATCH]}
        loss = LOSSES[name](net(x[at : at + BATCH]), y[at : at + BATCH], options)
        loss = loss + case.get("l2", 0) / 2 * sum((w**2).sum() for w in weights)
        loss = loss + case.get("l1", 0) * sum(w.abs().sum() for w in weights)
        loss.backward()
        if step == 1:
            record["gradient0"] = flat([p.grad for p in net.parameters()])
        optimiser.step()
        losses.append(loss.item())
        if step in KEPT:
            theta[str(step)] = flat(net.parameters())
    # For each step those of each dropout layer, row by row.
    masks = {"masks": list(zip(*(m.masks for m in dropouts)))} if dropouts else {}
    # The running means and variances at the end, and what the network then says to its samples.
    buffers = {}
    if norms:
        with torch.no_grad():
            used = net.eval()(x).tolist()
        buffers = {"buffers": flat([t for m in norms for t in (m.running_mean, m.running_var)]), "used": used}
    return {**record, **masks, **buffers, "losses": losses, "theta": theta}


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    golden = {
        "madeBy": f"test/golden/make_layers.py, PyTorch {torch.__version__.split('+')[0]}, Python {platform.python_version()}, float64",
        "seed": SEED,
        "batchSize": BATCH,
        "runs": [run(case) for case in CASES],
    }
    lines = json.dumps(golden).replace('{"input"', '\n{"input"')
    Path(__file__).with_name("layers.json").write_text(lines + "\n")
