"""Writes pytorch/*.safetensors, state_dicts of small networks, and pytorch/outputs.json, what they say to some inputs.

    VENV/bin/pip install safetensors && VENV/bin/python test/golden/make_state_dicts.py        (see make.py for VENV)

Outputs are computed in float64 from the parameters as they are stored. `ignored` are tensors beside those of the
network, as another module leaves them.
"""

import json
import platform
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

HERE = Path(__file__).with_name("pytorch")
CONV = lambda: nn.Sequential(
    nn.Conv2d(2, 3, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3 * 3 * 2, 4), nn.Tanh(), nn.Linear(4, 3)
)
DENSE = lambda: nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 6), nn.Sigmoid(), nn.Linear(6, 2))


def NORM():
    net = nn.Sequential(nn.LayerNorm(5), nn.Linear(5, 4), nn.LayerNorm(4), nn.ReLU(), nn.Linear(4, 2))
    for parameter in net.parameters():  # else weights of 1 and biases of 0
        parameter.data += 0.5 * torch.randn_like(parameter)
    return net


def BATCHES():
    net = nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(90, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2)
    )
    for parameter in net.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    with torch.no_grad():  # running means and variances of some batches
        for _ in range(3):
            net(1 + 2 * torch.randn(8, 2, 6, 5))
    return net


class Embedding(nn.Embedding):
    """PyTorch's embedding, for symbols that come as numbers."""

    def forward(self, x):
        return super().forward(x.long())


SYMBOLS = lambda: nn.Sequential(
    Embedding(7, 3), nn.Flatten(), nn.Linear(12, 5, bias=False), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 2)
)
CASES = {
    "dense-f32": dict(net=DENSE, input=[5], dtype=torch.float32),
    "dense-f64": dict(net=DENSE, input=[5], dtype=torch.float64),
    "dense-f16": dict(net=DENSE, input=[5], dtype=torch.float16),
    "dense-bf16": dict(net=DENSE, input=[5], dtype=torch.bfloat16),
    "conv-f32": dict(net=CONV, input=[2, 6, 5], dtype=torch.float32),
    "conv-bf16": dict(net=CONV, input=[2, 6, 5], dtype=torch.bfloat16),
    # Within another module, with what a running batch normalisation leaves beside it.
    "prefix-f32": dict(net=DENSE, input=[5], dtype=torch.float32, prefix="model.", beside=nn.BatchNorm1d(4)),
    # Without biases, and without the places of the activations.
    "places-f32": dict(
        net=lambda: nn.Sequential(nn.Flatten(), nn.Linear(5, 4, bias=False), nn.ReLU(), nn.Dropout(0.1), nn.Linear(4, 2)),
        input=[5],
        dtype=torch.float32,
    ),
    "norm-f32": dict(net=NORM, input=[5], dtype=torch.float32),
    "batches-f32": dict(net=BATCHES, input=[2, 6, 5], dtype=torch.float32),
    "batches-f16": dict(net=BATCHES, input=[2, 6, 5], dtype=torch.float16),
    "symbols-f32": dict(net=SYMBOLS, input=[4], dtype=torch.float32, symbols=7),
    "symbols-bf16": dict(net=SYMBOLS, input=[4], dtype=torch.bfloat16, symbols=7),
}

if __name__ == "__main__":
    torch.manual_seed(20260101)
    HERE.mkdir(exist_ok=True)
    outputs = {}
    for name, case in CASES.items():
        net = case["net"]().to(case["dtype"])
        prefix = case.get("prefix", "")
        state = {prefix + key: value.contiguous() for key, value in net.state_dict().items()}
        beside = {f"norm.{key}": value for key, value in case["beside"].state_dict().items()} if "beside" in case else {}
        save_file({**state, **beside}, HERE / f"{name}.safetensors")
        shape = (3, *case["input"])
        x = torch.randint(case["symbols"], shape).double() if "symbols" in case else torch.randn(shape, dtype=torch.float64)
        with torch.no_grad():
            g = net.double().eval()(x)
        outputs[name] = {"x": x.flatten(1).tolist(), "g": g.tolist(), "ignored": sorted(beside)}
    golden = {
        "madeBy": f"test/golden/make_state_dicts.py, PyTorch {torch.__version__.split('+')[0]}, Python {platform.python_version()}",
        "outputs": outputs,
    }
    (HERE / "outputs.json").write_text(json.dumps(golden).replace('"dense-', '\n"dense-') + "\n")
