/**
 * The readable twins of the operations on images. They sum in float64 and round once, when storing.
 */
import { rangeOf } from "./share.js";
import { biasesAt, gradientGroups, type ImageKernels, inWindow, type Windows } from "./windows.js";

/** Calls back with each window of an image: its index, and the position of its first pixel, which may lie in the padding. */
function eachWindow(
  { rows, columns, stride, padding }: Windows,
  visit: (window: number, top: number, left: number) => void,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) visit(r * columns + c, r * stride - padding, c * stride - padding);
  }
}

/** Calls back with each pixel of a window in a channel: its index in the window and in the image. */
function eachPixel(
  { height, width, kernel }: Windows,
  channel: number,
  top: number,
  left: number,
  visit: (inWindow: number, pixel: number) => void,
): void {
  for (let u = Math.max(0, -top); u < Math.min(kernel, height - top); u++) {
    for (let v = Math.max(0, -left); v < Math.min(kernel, width - left); v++) {
      visit((channel * kernel + u) * kernel + v, (channel * height + top + u) * width + left + v);
    }
  }
}

/** The scalar operations on images. */
export const scalarImageKernels: ImageKernels = {
  convolve(out, x, { theta, windows, outputs }, rows, relu, share) {
    const positions = windows.rows * windows.columns;
    const [from, to] = rangeOf(rows, share);
    for (let n = from; n < to; n++) {
      for (let o = 0; o < outputs; o++) {
        eachWindow(windows, (window, top, left) => {
          let z = theta[biasesAt(windows, outputs) + o]!;
          for (let i = 0; i < windows.channels; i++) {
            eachPixel(windows, i, top, left, (k, pixel) => {
              z += theta[o * inWindow(windows) + k]! * x.data[n * x.pitch + pixel]!;
            });
          }
          out.data[n * out.pitch + o * positions + window] = relu ? Math.max(z, 0) : z;
        });
      }
    }
  },

  filterGradient(parts, delta, x, { windows, outputs }, rows, share) {
    const positions = windows.rows * windows.columns;
    const [from, to] = rangeOf(gradientGroups, share);
    for (let group = from; group < to; group++) {
      const gradient = new Float64Array(parts.pitch);
      const [first, end] = rangeOf(rows, { part: group, parts: gradientGroups });
      for (let n = first; n < end; n++) {
        for (let o = 0; o < outputs; o++) {
          eachWindow(windows, (window, top, left) => {
            const d = delta.data[n * delta.pitch + o * positions + window]!;
            gradient[biasesAt(windows, outputs) + o]! += d;
            for (let i = 0; i < windows.channels; i++) {
              eachPixel(windows, i, top, left, (k, pixel) => {
                gradient[o * inWindow(windows) + k]! += d * x.data[n * x.pitch + pixel]!;
              });
            }
          });
        }
      }
      parts.data.set(gradient, group * parts.pitch);
    }
  },

  imageGradient(below, delta, { theta, windows, outputs }, mask, rows, share) {
    const positions = windows.rows * windows.columns;
    const [from, to] = rangeOf(rows, share);
    for (let n = from; n < to; n++) {
      const sums = new Float64Array(below.columns);
      for (let o = 0; o < outputs; o++) {
        eachWindow(windows, (window, top, left) => {
          const d = delta.data[n * delta.pitch + o * positions + window]!;
          for (let i = 0; i < windows.channels; i++) {
            eachPixel(windows, i, top, left, (k, pixel) => {
              sums[pixel]! += d * theta[o * inWindow(windows) + k]!;
            });
          }
        });
      }
      for (let k = 0; k < below.columns; k++) {
        below.data[n * below.pitch + k] = !mask || mask.data[n * mask.pitch + k]! > 0 ? sums[k]! : 0;
      }
    }
  },

  pool(out, x, pooling, windows, rows, relu, share) {
    const positions = windows.rows * windows.columns;
    const [from, to] = rangeOf(rows, share);
    for (let n = from; n < to; n++) {
      for (let i = 0; i < windows.channels; i++) {
        eachWindow(windows, (window, top, left) => {
          let most = Number.NEGATIVE_INFINITY;
          let sum = 0;
          eachPixel(windows, i, top, left, (_, pixel) => {
            most = Math.max(most, x.data[n * x.pitch + pixel]!);
            sum += x.data[n * x.pitch + pixel]!;
          });
          const value = pooling === "maxPool2d" ? most : sum / windows.kernel ** 2;
          out.data[n * out.pitch + i * positions + window] = relu ? Math.max(value, 0) : value;
        });
      }
    }
  },

  poolGradient(below, delta, x, pooling, windows, rows, masked, share) {
    const positions = windows.rows * windows.columns;
    const [from, to] = rangeOf(rows, share);
    for (let n = from; n < to; n++) {
      const sums = new Float64Array(below.columns);
      const at = (pixel: number): number => x.data[n * x.pitch + pixel]!;
      for (let i = 0; i < windows.channels; i++) {
        eachWindow(windows, (window, top, left) => {
          const d = delta.data[n * delta.pitch + i * positions + window]!;
          let best = -1;
          eachPixel(windows, i, top, left, (_, pixel) => {
            if (pooling === "avgPool2d") sums[pixel]! += d / windows.kernel ** 2;
            else if (best < 0 || at(pixel) > at(best)) best = pixel;
          });
          if (best >= 0) sums[best]! += d;
        });
      }
      for (let k = 0; k < below.columns; k++) {
        below.data[n * below.pitch + k] = !masked || at(k) > 0 ? sums[k]! : 0;
      }
    }
  },
};
