"""PyTorch: seconds until 98 % of MNIST's test images are classified right, by AdaGrad 0.01, looking after each epoch.
Prints one JSON line."""
import argparse
import json
import os
import time

import numpy as np
import torch

from settings import labels, pixels

parser = argparse.ArgumentParser()
parser.add_argument("--data")
parser.add_argument("--seed", type=int)
parser.add_argument("--threads", type=int)
a = parser.parse_args()
torch.manual_seed(a.seed)
torch.set_num_threads(a.threads)
x, y = torch.from_numpy(pixels(a.data)), torch.from_numpy(labels(a.data))


def test_file(name, header):
    with open(os.path.join(a.data, name), "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


test_x = torch.from_numpy(test_file("t10k-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255)
test_y = torch.from_numpy(test_file("t10k-labels-idx1-ubyte", 8).astype(np.int64))
linear, relu = torch.nn.Linear, torch.nn.ReLU
model = torch.nn.Sequential(linear(784, 512), relu(), linear(512, 384), relu(), linear(384, 10))
rule = torch.optim.Adagrad(model.parameters(), lr=0.01)
loss = torch.nn.CrossEntropyLoss()
began, epochs, accuracy = time.perf_counter(), 0, 0
while accuracy < 0.98 and epochs < 20:
    order = torch.randperm(len(x))
    for start in range(0, len(x), 128):
        batch = order[start : start + 128]
        rule.zero_grad()
        loss(model(x[batch]), y[batch]).backward()
        rule.step()
    with torch.no_grad():
        accuracy = (model(test_x).argmax(1) == test_y).float().mean().item()
    epochs += 1
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - began,
            "accuracy": accuracy,
            "version": torch.__version__,
            "threads": a.threads,
            "recipe": f"AdaGrad(η = 0.01), {epochs} epochs",
        }
    )
)
