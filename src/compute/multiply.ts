/**
 * The product of two float32 matrices by the fast kernels, on the calling thread: what `Tensor.matmul` takes for large
 * ones. The plain loop of `tensor/` is its twin.
 */
import { Arena, release, view } from "./arena.js";
import { type Matrix, matrixLength, matrixOf, weightLength } from "./matrix.js";
import { whole } from "./share.js";
import { scratchLength, wasmKernels } from "./wasm.js";

/** From this many multiply-adds on, copying the matrices into the kernels' memory pays. */
export const worthCopying = 64 ** 3;

/** out = a b for a of m × n and b of n × p, row by row. */
export function multiply(
  a: Float32Array,
  b: Float32Array,
  [m, n, p]: readonly [m: number, n: number, p: number],
  out: Float32Array,
): void {
  // What passes the gradient back through a layer is delta A, row by row as the matrices are.
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
