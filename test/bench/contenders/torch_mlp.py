"""PyTorch on the CPU: seconds an epoch of the reference network, or of one like LeNet. Prints one JSON line."""
import json
import time

import torch

from settings import labels, pixels, settings

a = settings()
torch.manual_seed(0)
torch.set_num_threads(a.threads)
x = torch.from_numpy(pixels(a.data)[: a.samples])
y = torch.from_numpy(labels(a.data)[: a.samples])
linear, conv, pool, relu = torch.nn.Linear, torch.nn.Conv2d, torch.nn.MaxPool2d, torch.nn.ReLU
networks = {
    "mlp": lambda: [linear(784, 512), relu(), linear(512, 384), relu(), linear(384, 10)],
    "lenet": lambda: [
        *(torch.nn.Unflatten(1, (1, 28, 28)), conv(1, 6, 5), relu(), pool(2), conv(6, 16, 5), relu(), pool(2)),
        *(torch.nn.Flatten(), linear(256, 120), relu(), linear(120, 84), relu(), linear(84, 10)),
    ],
}
model = torch.nn.Sequential(*networks[a.network]())
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
