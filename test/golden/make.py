"""Writes trajectories.json: training runs of small networks in PyTorch, float64, step by step.

    python3 -m venv VENV && VENV/bin/pip install torch==2.13.0 numpy && VENV/bin/python test/golden/make.py

The tests read the JSON alone; run this again only to change the cases. Everything a run starts from (weights, samples,
targets) is in the file, so no random numbers of PyTorch's have to be imitated. Parameters are flat, in the order
A1, b1, A2, b2, ... with A of outputs x inputs, row by row.
"""

import json
import math
import platform
from pathlib import Path

import torch

SEED = 20240229
STEPS = 20
KEPT = [1, 2, 5, 10, 20]
BATCH = 8
WIDTHS = [4, 7, 3, 5]
ACTIVATIONS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
RULES = {
    "sgd": lambda parameters, o: torch.optim.SGD(parameters, lr=o["eta"]),
    "adagrad": lambda parameters, o: torch.optim.Adagrad(
        parameters, lr=o["eta"], eps=o["epsilon"], initial_accumulator_value=o["c0"]
    ),
    "momentum": lambda parameters, o: torch.optim.SGD(parameters, lr=o["eta"], momentum=o["beta"]),
    "nesterov": lambda parameters, o: torch.optim.SGD(
        parameters, lr=o["eta"], momentum=o["beta"], nesterov=True
    ),
    "rmsprop": lambda parameters, o: torch.optim.RMSprop(
        parameters, lr=o["eta"], alpha=o["alpha"], eps=o["epsilon"]
    ),
    "adadelta": lambda parameters, o: torch.optim.Adadelta(
        parameters, lr=o["eta"], rho=o["rho"], eps=o["epsilon"]
    ),
    "adam": lambda parameters, o: torch.optim.Adam(parameters, lr=o["eta"], **adam(o)),
    "amsgrad": lambda parameters, o: torch.optim.Adam(parameters, lr=o["eta"], amsgrad=True, **adam(o)),
    "adamw": lambda parameters, o: torch.optim.AdamW(
        parameters, lr=o["eta"], weight_decay=o["weightDecay"], **adam(o)
    ),
}


class Own(torch.optim.Optimizer):
    """Rules that PyTorch lacks, written from their papers with PyTorch's operations."""

    def __init__(self, parameters, options, move):
        super().__init__(parameters, {"lr": options["eta"]})
        self.options, self.move = options, move

    @torch.no_grad()
    def step(self):
        (group,) = self.param_groups
        self.move(self.state, group["params"], group["lr"], self.options)


def adagrad_norm(state, parameters, lr, o):
    """Ward, Wu, Bottou 2018: one accumulator for all parameters."""
    c = state["all"].get("c", torch.tensor(float(o["c0"]))) + sum((p.grad**2).sum() for p in parameters)
    state["all"]["c"] = c
    for p in parameters:
        p.sub_(lr / c.sqrt() * p.grad)


def lion(state, parameters, lr, o):
    """Chen et al. 2023, program 1."""
    for p in parameters:
        m = state[p].get("m", torch.zeros_like(p))
        update = torch.sign(torch.lerp(m, p.grad, 1 - o["beta1"]))
        p.sub_(lr * (update + o["weightDecay"] * p))
        state[p]["m"] = torch.lerp(m, p.grad, 1 - o["beta2"])


def by_layer(parameters, o):
    """Adam with a smaller step size for each layer than for the one before; its weights and biases are a group."""
    parameters = list(parameters)
    groups = [{"params": parameters[i : i + 2], "lr": o["eta"] * o["factor"] ** (i // 2)} for i in range(0, len(parameters), 2)]
    return torch.optim.Adam(groups, **adam(o))


RULES["byLayer"] = by_layer
RULES["gradientDescent"] = RULES["sgd"]
RULES["adagradNorm"] = lambda parameters, o: Own(parameters, o, adagrad_norm)
RULES["lion"] = lambda parameters, o: Own(parameters, o, lion)


def clip_norm(parameters, most):
    # Without the 1e-6 that torch.nn.utils.clip_grad_norm_ adds to the norm.
    norm = torch.cat([p.grad.reshape(-1) for p in parameters]).norm()
    for p in parameters:
        p.grad.mul_(min(1, most / norm.item()))


def decay_weights(parameters, decay):
    for p in parameters:
        p.grad.add_(p.detach(), alpha=decay)


@torch.no_grad()
def keep_some(parameters, every):
    """Every so many parameters, counted through all of them, has no gradient, and stays."""
    at = 0
    for p in parameters:
        places = torch.arange(at, at + p.numel()).reshape(p.shape)
        p.grad[places % every == 0] = 0
        at += p.numel()


@torch.no_grad()
def clamp(parameters, most):
    for p in parameters:
        p.clamp_(-most, most)


# After the step.
PROJECTIONS = {"projected": clamp}
TRANSFORMS = {
    "masked": keep_some,
    "clipNorm": clip_norm,
    "clipValue": torch.nn.utils.clip_grad_value_,
    "decayWeights": decay_weights,
}
schedulers = torch.optim.lr_scheduler
SCHEDULES = {
    "exponential": lambda optimiser, o: schedulers.ExponentialLR(optimiser, o["gamma"]),
    "stepDecay": lambda optimiser, o: schedulers.StepLR(optimiser, o["every"], o["gamma"]),
    "polynomial": lambda optimiser, o: schedulers.PolynomialLR(optimiser, o["steps"], o["power"]),
    "cosine": lambda optimiser, o: schedulers.CosineAnnealingLR(optimiser, o["steps"], o["to"]),
    "cosineRestarts": lambda optimiser, o: schedulers.CosineAnnealingWarmRestarts(optimiser, o["steps"], o["growth"], o["to"]),
    "oneCycle": lambda optimiser, o: schedulers.OneCycleLR(
        optimiser, o["eta"], total_steps=o["steps"], cycle_momentum=False
    ),
    "inverse": lambda optimiser, o: schedulers.LambdaLR(optimiser, lambda k: inverse(k + 1, o)),
    "warmup": lambda optimiser, o: schedulers.LinearLR(optimiser, 1 / o["steps"], 1, o["steps"] - 1),
    "piecewise": lambda optimiser, o: schedulers.LambdaLR(
        optimiser, lambda k: [eta for start, eta in o["pieces"] if start <= k + 1][-1] / o["eta"]
    ),
    "addSchedules": lambda optimiser, o: schedulers.LambdaLR(optimiser, lambda k: (o["constant"] + o["eta"] * inverse(k + 1, o)) / o["eta"]),
    "multiplySchedules": lambda optimiser, o: schedulers.ChainedScheduler(
        [schedulers.ExponentialLR(optimiser, o["gamma"]), schedulers.StepLR(optimiser, o["every"], o["gamma"])]
    ),
}


def inverse(k, o):
    return 1 / ((k + o["offset"]) ** o["power"] * math.log(k + o["offset"] + 1) ** o.get("log", 0))


def adam(o):
    return {"betas": (o["beta1"], o["beta2"]), "eps": o["epsilon"]}


LOSSES = {
    "crossEntropy": torch.nn.functional.cross_entropy,
    # Summed over the outputs, the mean over the samples: the lecture's ||g - y||^2.
    "squaredError": lambda g, y: ((g - y) ** 2).sum(dim=1).mean(),
}
RUNS = [
    ("relu", "crossEntropy", "sgd", {"eta": 0.2}),
    ("tanh", "squaredError", "sgd", {"eta": 0.05}),
    ("sigmoid", "crossEntropy", "sgd", {"eta": 0.5}),
    ("relu", "squaredError", "adagrad", {"eta": 0.05, "epsilon": 1e-10, "c0": 0}),
    ("tanh", "crossEntropy", "adagrad", {"eta": 0.1, "epsilon": 1e-10, "c0": 0}),
    ("sigmoid", "squaredError", "adagrad", {"eta": 0.1, "epsilon": 1e-3, "c0": 0.5}),
    ("tanh", "crossEntropy", "momentum", {"eta": 0.1, "beta": 0.9}, ("exponential", {"gamma": 0.9})),
    ("relu", "crossEntropy", "nesterov", {"eta": 0.1, "beta": 0.8}, ("stepDecay", {"every": 6, "gamma": 0.5})),
    ("sigmoid", "squaredError", "rmsprop", {"eta": 0.02, "alpha": 0.9, "epsilon": 1e-8}, ("polynomial", {"steps": 18, "power": 1.5})),
    ("tanh", "squaredError", "adadelta", {"eta": 5, "rho": 0.9, "epsilon": 1e-6}, ("inverse", {"power": 0.6, "offset": 2})),
    ("relu", "squaredError", "adam", {"eta": 0.05, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}, ("cosine", {"steps": 20, "to": 0.001})),
    ("sigmoid", "crossEntropy", "amsgrad", {"eta": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-8}, ("oneCycle", {"steps": 20})),
    ("tanh", "crossEntropy", "adamw", {"eta": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.1}),
    ("tanh", "crossEntropy", "adagradNorm", {"eta": 1, "c0": 0.5}),
    ("relu", "squaredError", "adagradNorm", {"eta": 0.5, "c0": 0}, ("addSchedules", {"constant": 0.1, "power": 1, "offset": 0})),
    ("sigmoid", "crossEntropy", "lion", {"eta": 0.02, "beta1": 0.9, "beta2": 0.99, "weightDecay": 0.1}, ("warmup", {"steps": 6})),
    ("tanh", "squaredError", "gradientDescent", {"eta": 0.05}, ("piecewise", {"pieces": [[1, 0.05], [7, 0.02], [15, 0.1]]})),
    ("tanh", "crossEntropy", "sgd", {"eta": 1}, ("inverse", {"power": 1, "offset": 1, "log": 1})),
    ("sigmoid", "squaredError", "sgd", {"eta": 0.5}, ("multiplySchedules", {"gamma": 0.9, "every": 5})),
    ("relu", "crossEntropy", "sgd", {"eta": 0.5}, None, [["clipNorm", 0.3]]),
    ("tanh", "squaredError", "momentum", {"eta": 0.05, "beta": 0.9}, None, [["clipValue", 0.05]]),
    ("sigmoid", "squaredError", "adam", {"eta": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, None, [["decayWeights", 0.1]]),
    ("tanh", "crossEntropy", "momentum", {"eta": 0.2, "beta": 0.8}, ("cosineRestarts", {"steps": 3, "growth": 2, "to": 0.01})),
    ("relu", "squaredError", "sgd", {"eta": 0.1}, ("cosineRestarts", {"steps": 5, "growth": 1, "to": 0})),
    ("tanh", "squaredError", "momentum", {"eta": 0.1, "beta": 0.9}, None, [["projected", 0.4]]),
    ("tanh", "crossEntropy", "adam", {"eta": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, None, [["masked", 3]]),
    ("sigmoid", "crossEntropy", "byLayer", {"eta": 0.1, "factor": 0.5, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}),
]


def flat(tensors):
    return torch.cat([t.detach().reshape(-1) for t in tensors]).tolist()


def run(activation, loss_name, rule, options, schedule=None, transforms=()):
    outputs = 3
    layers = []
    for inputs, width in zip(WIDTHS, WIDTHS[1:]):
        layers += [torch.nn.Linear(inputs, width), ACTIVATIONS[activation]()]
    net = torch.nn.Sequential(*layers, torch.nn.Linear(WIDTHS[-1], outputs))
    x = torch.randn(5 * BATCH, WIDTHS[0])
    y = torch.randint(outputs, (len(x),)) if loss_name == "crossEntropy" else torch.randn(len(x), outputs)
    optimiser = RULES[rule](net.parameters(), options)
    scheduler = schedule and SCHEDULES[schedule[0]](optimiser, {**options, **schedule[1]})
    record = {
        "activation": activation,
        "loss": loss_name,
        "rule": rule,
        "options": options,
        **({"schedule": {"name": schedule[0], "options": schedule[1]}} if schedule else {}),
        **({"transforms": transforms} if transforms else {}),
        "x": x.tolist(),
        "y": y.tolist(),
        "theta0": flat(net.parameters()),
    }
    losses, theta = [], {}
    average = torch.optim.swa_utils.AveragedModel(net)
    for step in range(1, STEPS + 1):
        at = (step - 1) * BATCH % len(x)
        optimiser.zero_grad()
        loss = LOSSES[loss_name](net(x[at : at + BATCH]), y[at : at + BATCH])
        loss.backward()
        if step == 1:
            record["gradient0"] = flat([p.grad for p in net.parameters()])
        for name, value in transforms:
            if name in TRANSFORMS:
                TRANSFORMS[name](list(net.parameters()), value)
        optimiser.step()
        for name, value in transforms:
            if name in PROJECTIONS:
                PROJECTIONS[name](net.parameters(), value)
        average.update_parameters(net)
        if scheduler:
            scheduler.step()
        losses.append(loss.item())
        if step in KEPT:
            theta[str(step)] = flat(net.parameters())
    return {**record, "losses": losses, "theta": theta, "average": flat(average.module.parameters())}


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    optimisers = [torch.optim.SGD, torch.optim.Adagrad, torch.optim.RMSprop, torch.optim.Adadelta, torch.optim.Adam, torch.optim.AdamW]
    golden = {
        "madeBy": f"test/golden/make.py, PyTorch {torch.__version__.split('+')[0]}, Python {platform.python_version()}, float64",
        "seed": SEED,
        "widths": [*WIDTHS, 3],
        "batchSize": BATCH,
        "steps": STEPS,
        "defaults": {one.__name__: one([torch.zeros(1)]).defaults for one in optimisers},
        "runs": [run(*each) for each in RUNS],
    }
    lines = json.dumps(golden, indent=None).replace('{"activation"', '\n{"activation"')
    Path(__file__).with_name("trajectories.json").write_text(lines + "\n")
