/**
 * The convolution of float32 images by the fast kernels, on the calling thread; `Tensor.conv2d` uses it for large ones.
 * The plain loop of `tensor/` is its twin.
 */
import { Arena, release, view } from "./arena.js";
import { type Matrix, matrixLength, matrixOf } from "./matrix.js";
import { whole } from "./share.js";
import { wasmKernels } from "./wasm.js";
import { windowScratchLength } from "./wasm-windows.js";
import { filtersLength, type Windows } from "./windows.js";

/** out = x * A for `images` images x, one after the other, and filters A, outputs × numbers in a window. */
export function convolve(
  x: Float32Array,
  A: Float32Array,
  { images, outputs, windows }: { images: number; outputs: number; windows: Windows },
  out: Float32Array,
): void {
  const pixels = windows.channels * windows.height * windows.width;
  const made = outputs * windows.rows * windows.columns;
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const regions = {
    theta: floats(filtersLength(windows, outputs)),
    x: floats(matrixLength(images, pixels)),
    out: floats(matrixLength(images, made)),
    scratch: floats(windowScratchLength(windows, outputs)),
  };
  const memory = arena.allocate();
  const theta = view(memory, regions.theta).fill(0);
  theta.set(A);
  const source = matrixOf(view(memory, regions.x), pixels);
  const result = matrixOf(view(memory, regions.out), made);
  eachRow(source, images, (row, at) => row.set(x.subarray(at, at + pixels)));
  const filters = {
    theta,
    gradient: theta,
    first: theta,
    second: theta,
    sums: new Float64Array(0),
    windows,
    outputs,
  };
  wasmKernels(memory, view(memory, regions.scratch)).convolve(result, source, filters, images, false, whole);
  eachRow(result, images, (row, at) => out.set(row, at));
  release(memory);
}

/** Calls back with each row, and its start if rows are stored without gaps. */
function eachRow(
  { data, pitch, columns }: Matrix,
  rows: number,
  visit: (row: Float32Array, at: number) => void,
): void {
  for (let r = 0; r < rows; r++) visit(data.subarray(r * pitch, r * pitch + columns), r * columns);
}
