"""NumPy, backpropagation by hand: seconds an epoch of the reference network with SGD. Prints one JSON line."""
import json
import os
import time

from settings import settings

a = settings()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = str(a.threads)

import numpy as np

from settings import labels, pixels

x = pixels(a.data)[: a.samples]
y = np.eye(10, dtype=np.float32)[labels(a.data)[: a.samples]]
stream = np.random.default_rng(0)
sizes = [784, 512, 384, 10]
eta = np.float32(0.1 if a.batch > 1 else 0.005)
weights = [stream.normal(0, np.sqrt(2 / m), (m, n)).astype(np.float32) for m, n in zip(sizes, sizes[1:])]
biases = [np.zeros(n, np.float32) for n in sizes[1:]]


def step(batch, answers):
    layers = [batch]
    for i in range(3):
        z = layers[-1] @ weights[i] + biases[i]
        layers.append(np.maximum(z, 0) if i < 2 else z)
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    delta = (p - answers) / len(batch)
    for i in (2, 1, 0):
        d_weights, d_biases = layers[i].T @ delta, delta.sum(0)
        if i:
            delta = (delta @ weights[i].T) * (layers[i] > 0)
        weights[i] -= eta * d_weights
        biases[i] -= eta * d_biases


def sweep(samples):
    order = stream.permutation(samples)
    for start in range(0, samples, a.batch):
        batch = order[start : start + a.batch]
        step(x[batch], y[batch])


sweep(min(a.samples, 20 * a.batch))
seconds = []
for _ in range(a.epochs):
    began = time.perf_counter()
    sweep(a.samples)
    seconds.append((time.perf_counter() - began) * 60000 / a.samples)
print(json.dumps({"seconds": seconds, "version": np.__version__, "threads": a.threads}))
