"""Writes line_searches.json: descents in PyTorch, float64, whose step sizes look at the function.

    VENV/bin/python test/golden/make_line_searches.py        (see make.py for VENV)

PyTorch has neither rule; they are written from their papers, with gradients by autograd.
"""

import json
import platform
from pathlib import Path

import torch

SEED, STEPS, SAMPLES, DIMENSION = 20240302, 20, 30, 4


def least_squares(x, y):
    return lambda theta: ((x @ theta - y) ** 2).mean() / 2


def logistic(x, y):
    return lambda theta: torch.nn.functional.softplus(-(2 * y - 1) * (x @ theta), threshold=1e9).mean()


def polyak(F, minimum):
    """Polyak 1987, section 5.3.2."""

    def step(theta, value, gradient, eta, k):
        eta = (value - minimum) / (gradient @ gradient)
        return theta - eta * gradient, eta

    return step


def backtracking(F, first, shrink, c):
    """Armijo 1966; begins with `first`, then with the last step size over `shrink`."""

    def step(theta, value, gradient, eta, k):
        eta = first if k == 0 else eta / shrink
        while F(theta - eta * gradient) > value - c * eta * (gradient @ gradient):
            eta = eta * shrink
        return theta - eta * gradient, eta

    return step


def run(name, rule, options, x, y, theta):
    F = {"leastSquares": least_squares, "logistic": logistic}[name](x, y)
    record = {"objective": name, "rule": rule, "options": options, "x": x.tolist(), "y": y.tolist(), "theta0": theta.tolist()}
    if rule == "polyakStep":
        solution = torch.linalg.lstsq(x, y).solution
        step = polyak(F, F(solution))
    else:
        step = backtracking(F, **options)
    eta, values, etas, thetas = 0.0, [], [], []
    for k in range(STEPS):
        theta.requires_grad_(True)
        value = F(theta)
        (gradient,) = torch.autograd.grad(value, theta)
        with torch.no_grad():
            theta, eta = step(theta.detach(), value, gradient, eta, k)
        values.append(value.item())
        etas.append(float(eta))
        thetas.append(theta.tolist())
    return {**record, "values": values, "stepSizes": etas, "theta": thetas}


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    scales = torch.tensor([1.0, 3.0, 0.5, 2.0])
    draw = lambda: torch.randn(SAMPLES, DIMENSION) * scales
    coin = lambda x: torch.bernoulli(torch.sigmoid(x.sum(dim=1)))
    x = draw()
    labels = coin(x)
    runs = [
        run("leastSquares", "polyakStep", {}, x, torch.randn(SAMPLES), torch.randn(DIMENSION)),
        run("leastSquares", "backtracking", {"first": 4.0, "shrink": 0.5, "c": 1e-4}, draw(), torch.randn(SAMPLES), torch.randn(DIMENSION)),
        run("logistic", "backtracking", {"first": 100.0, "shrink": 0.7, "c": 0.3}, x, labels, torch.randn(DIMENSION)),
    ]
    golden = {
        "madeBy": f"test/golden/make_line_searches.py, PyTorch {torch.__version__.split('+')[0]}, Python {platform.python_version()}, float64",
        "seed": SEED,
        "runs": runs,
    }
    lines = json.dumps(golden).replace('{"objective"', '\n{"objective"')
    Path(__file__).with_name("line_searches.json").write_text(lines + "\n")
