"""PyTorch on the CPU: seconds an epoch of the reference network. Prints one JSON line."""
import json
import time

import torch

from settings import labels, pixels, settings

a = settings()
torch.manual_seed(0)
torch.set_num_threads(a.threads)
x = torch.from_numpy(pixels(a.data)[: a.samples])
y = torch.from_numpy(labels(a.data)[: a.samples])
linear = torch.nn.Linear
model = torch.nn.Sequential(
    linear(784, 512), torch.nn.ReLU(), linear(512, 384), torch.nn.ReLU(), linear(384, 10)
)
rules = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1 if a.batch > 1 else 0.005),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=1e-3),
}
rule = rules[a.rule](model.parameters())
loss = torch.nn.CrossEntropyLoss()


def sweep(samples):
    order = torch.randperm(samples)
    for start in range(0, samples, a.batch):
        batch = order[start : start + a.batch]
        rule.zero_grad()
        loss(model(x[batch]), y[batch]).backward()
        rule.step()


sweep(min(a.samples, 20 * a.batch))
seconds = []
for _ in range(a.epochs):
    began = time.perf_counter()
    sweep(a.samples)
    seconds.append((time.perf_counter() - began) * 60000 / a.samples)
print(json.dumps({"seconds": seconds, "version": torch.__version__, "threads": a.threads}))
