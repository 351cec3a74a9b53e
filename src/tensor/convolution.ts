/**
 * The convolution of images with filters, as a plain loop, or of many float32 ones by the fast kernels.
 */
import { convolve } from "../compute/convolve.js";
import { worthCopying } from "../compute/multiply.js";
import { inWindow, slide, type Windows } from "../compute/windows.js";
import { checkWhole } from "../options/check.js";
import { type FloatArray, type Operand, resultArray } from "./kernels.js";
import { formatShape } from "./shapes.js";

/** The implementation of `Tensor.conv2d`. */
export function convolution(
  x: Operand,
  filters: Operand,
  { stride = 1, padding = 0 }: { stride?: number; padding?: number },
): Operand {
  const shapes = `shapes ${formatShape(x.shape)} and ${formatShape(filters.shape)}`;
  for (const [what, { shape }, expected] of [
    ["images", x, "images × channels × height × width"],
    ["filters", filters, "outputs × channels × kernel × kernel"],
  ] as const) {
    if (shape.length !== 4) throw new RangeError(`conv2d: the ${what} must be ${expected}; ${shapes}`);
  }
  const [images, channels, height, width] = x.shape as readonly [number, number, number, number];
  const [outputs, inputs, kernel, other] = filters.shape as readonly [number, number, number, number];
  if (kernel !== other) throw new RangeError(`conv2d: filters must be square; ${shapes}`);
  if (inputs !== channels) {
    throw new RangeError(
      `conv2d: the images have ${channels} channels but the filters are for ${inputs}; ${shapes}`,
    );
  }
  checkWhole("conv2d", { stride });
  checkWhole("conv2d", { padding }, 0);
  const windows = slide([channels, height, width], { kernel, stride, padding });
  if (windows.rows < 1 || windows.columns < 1) {
    throw new RangeError(`conv2d: the filters are larger than the images; ${shapes}`);
  }
  const shape = [images, outputs, windows.rows, windows.columns];
  const out = resultArray(images * outputs * windows.rows * windows.columns, x.data, filters.data);
  const isSingle =
    x.data instanceof Float32Array && filters.data instanceof Float32Array && out instanceof Float32Array;
  if (isSingle && out.length * inWindow(windows) >= worthCopying) {
    convolve(x.data as Float32Array, filters.data as Float32Array, { images, outputs, windows }, out);
  } else {
    loop(x.data, filters.data, windows, out);
  }
  return { shape, data: out };
}

/** z[n, o, r, c] = Σ_i Σ_u Σ_v A[o, i, u, v] x[n, i, r·stride + u − padding, c·stride + v − padding], each in float64. */
function loop(x: FloatArray, A: FloatArray, windows: Windows, out: FloatArray): void {
  const { channels, height, width, kernel, stride, padding, rows, columns } = windows;
  const outputs = A.length / (channels * kernel ** 2);
  for (let at = 0; at < out.length; at++) {
    const [c, r] = [at % columns, Math.floor(at / columns) % rows];
    const o = Math.floor(at / (rows * columns)) % outputs;
    const n = Math.floor(at / (rows * columns * outputs));
    const [top, left] = [r * stride - padding, c * stride - padding];
    let sum = 0;
    for (let i = 0; i < channels; i++) {
      for (let u = Math.max(0, -top); u < Math.min(kernel, height - top); u++) {
        const line = ((n * channels + i) * height + top + u) * width + left;
        const row = ((o * channels + i) * kernel + u) * kernel;
        for (let v = Math.max(0, -left); v < Math.min(kernel, width - left); v++) {
          sum += A[row + v]! * x[line + v]!;
        }
      }
    }
    out[at] = sum;
  }
}
