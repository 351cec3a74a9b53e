"""NumPy: GFLOP/s of the product of two float32 matrices of 1024 x 1024, on one thread. Prints one JSON line."""
import json
import os
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

n = 1024
stream = np.random.default_rng(0)
a, b = (stream.normal(size=(n, n)).astype(np.float32) for _ in range(2))
gflops = []
for _ in range(60):
    began = time.perf_counter()
    a @ b
    gflops.append(2 * n**3 / (time.perf_counter() - began) / 1e9)
print(json.dumps({"gflops": gflops[2:], "version": np.__version__, "threads": 1}))
