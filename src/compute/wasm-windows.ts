/**
 * The fast operations on images: `assembly/convolution.ts` and `assembly/pooling.ts`, on matrices.
 */
import type { Matrix } from "./matrix.js";
import { rangeOf } from "./share.js";
import { biasesAt, gradientGroups, type ImageKernels, inWindow, type Windows } from "./windows.js";

/** The exports of assembly/index.ts for images. */
export type ImageExports = Record<
  | "setWindows"
  | "convolve"
  | "filterGradient"
  | "imageGradient"
  | "maxPool"
  | "maxPoolGradient"
  | "avgPool"
  | "avgPoolGradient",
  (...numbers: (number | boolean)[]) => void
>;

/** The number of floats of scratch memory that a thread needs for these windows, with filters if `outputs` > 0. */
export function windowScratchLength(windows: Windows, outputs = 0): number {
  const { channels, height, width, padding, rows, columns } = windows;
  const up = (n: number, grain: number): number => Math.ceil(n / grain) * grain;
  const positions = up(rows * columns, 8);
  const numbers = inWindow(windows);
  const image = channels * (height + 2 * padding) * (width + 2 * padding);
  // Offsets and the image, aligned to cache lines; then the largest need of the three operations.
  const shared = numbers + positions + image + 64;
  const forward = (17 + up(outputs, 4)) * numbers;
  const gradient = (outputs + numbers + 1) * positions + 8 * up(outputs, 4) * Math.ceil(numbers / 2);
  const back = 32 + up(numbers, 4) * (outputs + 1) + 8 * outputs;
  return shared + Math.max(forward, gradient, back);
}

/** The operations, from a module's exports, with scratch memory of at least {@link windowScratchLength}. */
export function wasmImageKernels(wasm: ImageExports, scratch: Float32Array): ImageKernels {
  const at = ({ data }: Matrix): number => data.byteOffset;
  const bytes = ({ pitch }: Matrix): number => 4 * pitch;
  const setWindows = (windows: Windows): void => {
    const { channels, height, width, kernel, stride, padding, rows, columns } = windows;
    const numbers = [channels, height, width, kernel, stride, padding, rows, columns];
    wasm.setWindows(...numbers, scratch.byteOffset);
  };

  return {
    convolve(out, x, { theta, windows, outputs }, rows, relu, share) {
      setWindows(windows);
      const [A, b] = [theta.byteOffset, theta.byteOffset + 4 * biasesAt(windows, outputs)];
      wasm.convolve(at(out), bytes(out), at(x), bytes(x), A, b, outputs, relu, ...rangeOf(rows, share));
    },

    filterGradient(parts, delta, x, { windows, outputs }, rows, share) {
      setWindows(windows);
      const to = [at(parts), bytes(parts), 4 * biasesAt(windows, outputs)];
      const from = [at(delta), bytes(delta), at(x), bytes(x), outputs];
      wasm.filterGradient(...to, ...from, rows, gradientGroups, ...rangeOf(gradientGroups, share));
    },

    imageGradient(below, delta, { theta, windows, outputs }, mask, rows, share) {
      setWindows(windows);
      const operands = [at(delta), bytes(delta), theta.byteOffset, mask ? at(mask) : 0, outputs];
      wasm.imageGradient(at(below), bytes(below), ...operands, ...rangeOf(rows, share));
    },

    pool(out, x, pooling, windows, rows, relu, share) {
      setWindows(windows);
      const pool = pooling === "maxPool2d" ? wasm.maxPool : wasm.avgPool;
      pool(at(out), bytes(out), at(x), bytes(x), relu, ...rangeOf(rows, share));
    },

    poolGradient(below, delta, x, pooling, windows, rows, masked, share) {
      setWindows(windows);
      const gradient = pooling === "maxPool2d" ? wasm.maxPoolGradient : wasm.avgPoolGradient;
      const operands = [at(delta), bytes(delta), at(x), masked];
      gradient(at(below), bytes(below), ...operands, ...rangeOf(rows, share));
    },
  };
}
