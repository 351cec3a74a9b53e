/**
 * Windows that slide over images, and the operations on them. An image is a row of a matrix: channels × height ×
 * width, one channel after the other.
 */
import { type Matrix, padded } from "./matrix.js";
import type { Parameters } from "./parameters.js";
import type { Share } from "./share.js";

/** Windows on an image, and the image they make. */
export interface Windows {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** The size of a window. */
  readonly kernel: number;
  /** The stride between windows. */
  readonly stride: number;
  /** Zeros around the image. */
  readonly padding: number;
  /** How many windows there are from top to bottom, and from left to right. */
  readonly rows: number;
  readonly columns: number;
}

/** The windows on an image; there are none (rows or columns < 1) if they are larger than it. */
export function slide(
  [channels, height, width]: readonly [channels: number, height: number, width: number],
  { kernel, stride, padding }: { kernel: number; stride: number; padding: number },
): Windows {
  const count = (extent: number): number => Math.floor((extent + 2 * padding - kernel) / stride) + 1;
  return { channels, height, width, kernel, stride, padding, rows: count(height), columns: count(width) };
}

/** The number of pixels in a window, over all channels. */
export const inWindow = ({ channels, kernel }: Windows): number => channels * kernel ** 2;

/** The parameters of a convolution: A, outputs × numbers in a window, row by row, and b, which begins at {@link biasesAt}. */
export interface Filters extends Parameters {
  readonly windows: Windows;
  readonly outputs: number;
}

/** The start of b among the parameters of a convolution: at a cache line. */
export const biasesAt = (windows: Windows, outputs: number): number => padded(outputs * inWindow(windows));

/** How many numbers the parameters of a convolution take. */
export const filtersLength = (windows: Windows, outputs: number): number =>
  biasesAt(windows, outputs) + padded(outputs);

/** The output of a window: its largest number, or the mean. */
export type Pooling = "maxPool2d" | "avgPool2d";

/**
 * The gradient of a convolution is summed in this many groups of images, each by one thread, and then over the groups: so it is
 * the same for any number of threads.
 */
export const gradientGroups = 16;

/** The operations on images; the output is the first argument. A thread's share is of the images, except in the gradient. */
export interface ImageKernels {
  /** z[o, r, c] = b[o] + Σ A[o, i, u, v] x[i, r·stride + u − padding, c·stride + v − padding], or with `relu` the larger of that and 0. */
  convolve(out: Matrix, x: Matrix, A: Filters, rows: number, relu: boolean, share: Share): void;

  /** The gradients of A and b, as parameters lie, in one row of `parts` for each of the groups, which the threads share out. */
  filterGradient(parts: Matrix, delta: Matrix, x: Matrix, A: Filters, rows: number, share: Share): void;

  /** ∂loss/∂x of a convolution; where `mask` is given, 0 where that is not > 0. */
  imageGradient(
    below: Matrix,
    delta: Matrix,
    A: Filters,
    mask: Matrix | undefined,
    rows: number,
    share: Share,
  ): void;

  /** What comes out of each window, or with `relu` the larger of that and 0. */
  pool(
    out: Matrix,
    x: Matrix,
    pooling: Pooling,
    windows: Windows,
    rows: number,
    relu: boolean,
    share: Share,
  ): void;

  /** ∂loss/∂x of pooling; with `masked` 0 where x is not > 0. The first of several largest takes it all. */
  poolGradient(
    below: Matrix,
    delta: Matrix,
    x: Matrix,
    pooling: Pooling,
    windows: Windows,
    rows: number,
    masked: boolean,
    share: Share,
  ): void;
}
