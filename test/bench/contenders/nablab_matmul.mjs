// nablab: GFLOP/s of the product of two float32 tensors of 1024 × 1024, on one thread. Prints one JSON line. Of so many that
// most find the memory of results that were collected, as NumPy finds it at once.
import { randomNormal } from "nablab";

const n = 1024;
const [a, b] = [1, 2].map((seed) => randomNormal([n, n], { seed, dtype: "float32" }));
const gflops = [];
for (let i = 0; i < 60; i++) {
  const began = performance.now();
  a.matmul(b);
  gflops.push((2 * n ** 3) / (performance.now() - began) / 1e6);
}
console.log(JSON.stringify({ gflops: gflops.slice(2), threads: 1 }));
