/**
 * The program that tries OpenBLAS in a separate process (openblas.ts): all forms of products that nablab uses, small and
 * large.
 */
import { loadOpenblas } from "./openblas.js";

const { sgemm, address } = loadOpenblas();
const size = 400;
const [a, b, c] = [0, 1, 2].map((n) => new Float32Array(size * size).fill(n)) as [
  Float32Array,
  Float32Array,
  Float32Array,
];
for (const n of [1, 17, 64, size]) {
  for (const [transA, transB] of [
    [111, 111],
    [111, 112],
    [112, 111],
  ] as const) {
    sgemm(101, transA, transB, n, n, n, 1, address(a), size, address(b), size, 1, address(c), size);
  }
}
// 0 · 1 added to 2, twelve times.
if (!c.every((entry) => entry === 2)) throw new Error("its products are wrong");
console.log("works");
