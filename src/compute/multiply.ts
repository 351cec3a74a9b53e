/**
 * The product of two float32 matrices by the fast kernels, on the calling thread; `Tensor.matmul` uses it for large
 * ones. The plain loop of `tensor/` is its twin. OpenBLAS computes it if it is proven to give the same bits.
 */
import { openblas } from "#platform";
import { Arena, release, view } from "./arena.js";
import { type Matrix, matrixLength, matrixOf, padded, weightLength } from "./matrix.js";
import { accumulate, callNames, type Product } from "./openblas.js";
import { proofOf } from "./proof.js";
import { whole } from "./share.js";
import { scratchLength, wasmKernels } from "./wasm.js";

/** From this many multiply-adds on, copying the matrices into the kernels' memory pays off. */
export const worthCopying = 64 ** 3;

/** From this many (256³, 0.5 ms by WebAssembly) a proof pays off, which takes as long as a product or two. */
const worthProving = 2 ** 24;

/** Floats in a page of memory. */
const page = 1024;

/** The sizes of a product: a is m × n, b is n × p. */
type Sizes = readonly [m: number, n: number, p: number];

/** out = a b, row by row; out is zero before. */
export function multiply(a: Float32Array, b: Float32Array, sizes: Sizes, out: Float32Array): void {
  const [m, n, p] = sizes;
  if (m * n * p >= worthProving && multiplyByOpenblas(a, b, sizes, out)) return;
  // The kernel for the gradient of a layer's input computes delta A, row by row, as needed here.
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const shape = { layout: "rows", inputs: p, outputs: n } as const;
  const regions = {
    delta: floats(matrixLength(m, n)),
    A: floats(weightLength(shape)),
    out: floats(matrixLength(m, p)),
    scratch: floats(scratchLength(Math.max(n, p))),
  };
  const memory = arena.allocate();
  const delta = matrixOf(view(memory, regions.delta), n);
  const weights = matrixOf(view(memory, regions.A), p);
  const result = matrixOf(view(memory, regions.out), p);
  fillRows(delta, a, m);
  fillRows(weights, b, n);
  const theta = weights.data;
  const A = { theta, gradient: theta, first: theta, second: theta, sums: new Float64Array(0), ...shape };
  const kernels = wasmKernels(memory, view(memory, regions.scratch));
  kernels.inputGradient(result, delta, A, undefined, m, whole);
  if (result.pitch === p) out.set(result.data.subarray(0, m * p));
  else
    for (let i = 0; i < m; i++) out.set(result.data.subarray(i * result.pitch, i * result.pitch + p), i * p);
  release(memory);
}

/** Copies rows, each padded with zeros, and pads the rows. */
function fillRows({ data, columns, pitch }: Matrix, from: Float32Array, rows: number): void {
  // In one go where that is possible: the copies are a tenth of the time at 1024 × 1024.
  if (columns === pitch) {
    data.set(from);
    data.fill(0, rows * pitch);
    return;
  }
  data.fill(0);
  for (let i = 0; i < rows; i++) data.set(from.subarray(i * columns, (i + 1) * columns), i * pitch);
}

/** The same by OpenBLAS, in place; returns whether that is proven to give the same bits, and done. */
function multiplyByOpenblas(a: Float32Array, b: Float32Array, [m, n, p]: Sizes, out: Float32Array): boolean {
  const pitch = padded(p);
  const product: Product = ["ab", m, pitch, n];
  const calls = callNames(product, "alone");
  if (proofOf(calls).proven.length < calls.length) return false;
  const library = openblas();
  const place = (matrix: Float32Array, columns: number) => ({
    address: library.address(matrix),
    pitch: columns,
  });
  // OpenBLAS sums the columns past the last multiple of 16 in another order, so there must be none.
  const [right, result] = p === pitch ? [b, out] : [new Float32Array(n * pitch), new Float32Array(m * pitch)];
  if (p !== pitch) for (let k = 0; k < n; k++) right.set(b.subarray(k * p, (k + 1) * p), k * pitch);
  // Touched first, because otherwise each page of new memory faults twice, when OpenBLAS reads it and when it writes: 12.1 instead of
  // 9.6 ms at 1024³, where the products alone take 9.1. (For other costs of new memory see platform/openblas.ts.)
  for (let at = 0; at < result.length; at += page) result[at] = 0;
  const operands = { a: place(a, n), b: place(right, pitch), c: place(result, pitch) };
  accumulate(library, "ab", [m, pitch, n], "alone", operands);
  if (p !== pitch) for (let i = 0; i < m; i++) out.set(result.subarray(i * pitch, i * pitch + p), i * p);
  return true;
}
