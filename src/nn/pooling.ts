/**
 * Pooling: downsamples an image to one number per window.
 */
import type { Variable } from "../autodiff/tape.js";
import { withFormula } from "../compute/formula.js";
import type { Pooling, Windows } from "../compute/windows.js";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { Tensor } from "../tensor/index.js";
import { eachWindow, windowsOn } from "./images.js";
import type { BuiltLayer, LayerBlueprint } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * The largest number of each window of size × size, channel by channel: y = max x (B8). In the backward pass the whole
 * gradient goes to the largest entry, the first of them if there are several (a choice of subgradient, as in
 * PyTorch).
 *
 * @param size height and width of a window
 * @param options `stride`, how far apart windows are; `size` by default
 * @throws RangeError unless both are whole numbers ≥ 1 and samples are images.
 * @example
 * predict(sequential([maxPool2d(2), flatten(), dense(1, 1, { init: constant(1) })], { input: [1, 2, 2] }), [[1, 4, 3, 2]]).toArray() // → [ [ 4 ] ]
 */
export function maxPool2d(size: number, options: { stride?: number } = {}): LayerBlueprint {
  const { stride = size } = optionsOf("maxPool2d", options, ["stride"]);
  return pooling("maxPool2d", size, stride, (image, start, windows, top, left) => {
    let best = -1;
    eachOf(start, windows, top, left, (pixel) => {
      // NaN counts as the largest, so that it propagates.
      if (best < 0 || image[pixel]! > image[best]! || Number.isNaN(image[pixel])) best = pixel;
    });
    return (share) => share(best, 1);
  });
}

/**
 * The mean of each window of size × size, channel by channel: y = Σ x / size².
 *
 * @param size height and width of a window
 * @param options `stride`, how far apart windows are; `size` by default
 * @throws RangeError unless both are whole numbers ≥ 1 and samples are images.
 * Source: PyTorch's AvgPool2d.
 * @example
 * predict(sequential([avgPool2d(2), flatten(), dense(1, 1, { init: constant(1) })], { input: [1, 2, 2] }), [[1, 4, 3, 2]]).toArray() // → [ [ 2.5 ] ]
 */
export function avgPool2d(size: number, options: { stride?: number } = {}): LayerBlueprint {
  const { stride = size } = optionsOf("avgPool2d", options, ["stride"]);
  return pooling("avgPool2d", size, stride, (_image, start, windows, top, left) => (share) => {
    eachOf(start, windows, top, left, (pixel) => share(pixel, 1 / size ** 2));
  });
}

/** The weights of the pixels of a window: calls back with each. */
type Weighing = (
  image: Float64Array | Float32Array,
  start: number,
  windows: Windows,
  top: number,
  left: number,
) => (share: (pixel: number, weight: number) => void) => void;

/** A pooling layer: the output of a window is a weighted sum of its pixels, and the gradient has the same weights. */
function pooling(kind: Pooling, size: number, stride: number, weigh: Weighing): LayerBlueprint {
  checkWhole(kind, { size, stride });
  const text = stride === size ? `${kind}(${size})` : `${kind}(${size}, { stride: ${stride} })`;
  return showAs<LayerBlueprint>(text, {
    kind,
    plan: () => [],
    build(input) {
      const windows = windowsOn(text, input, { kernel: size, stride, padding: 0 });
      const { channels, height, width, rows, columns } = windows;
      const outputs = channels * rows * columns;
      /** Calls back with each output and the pixels that contribute to it. */
      const each = (x: Tensor, visit: (out: number, pixel: number, weight: number) => void): void => {
        for (let image = 0; image < x.shape[0]! * channels; image++) {
          const start = image * height * width;
          eachWindow(windows, (top, left, window) => {
            const out = image * rows * columns + window;
            weigh(x.data, start, windows, top, left)((pixel, weight) => visit(out, pixel, weight));
          });
        }
      };
      /** The weighted sums of other numbers in the positions of `x`. */
      const pool = (x: Tensor, numbers: Tensor): Tensor => {
        const y = new Float64Array(x.shape[0]! * outputs);
        each(x, (out, pixel, weight) => {
          y[out]! += weight * numbers.data[pixel]!;
        });
        return new Tensor([x.shape[0]!, outputs], y);
      };
      const spread = (x: Tensor, delta: Tensor): Tensor => {
        const before = new Float64Array(x.size);
        each(x, (out, pixel, weight) => {
          before[pixel]! += weight * delta.data[out]!;
        });
        return new Tensor(x.shape, before);
      };
      const layer: BuiltLayer = showAs(text, {
        kind,
        inputShape: input,
        outputShape: [channels, rows, columns],
        parameters: [],
        multiplyAdds: 0,
        forward: (x: Tensor) => pool(x, x),
        backward: (delta: Tensor, x: Tensor) => ({ x: spread(x, delta), parameters: [] }),
        traced: (x: Variable) =>
          x.linear(
            (numbers) => pool(x.value, numbers),
            (delta) => spread(x.value, delta),
          ),
      });
      return withFormula(layer, { kind: "layer", name: kind, windows });
    },
  });
}

/** The pixels of a window. */
function eachOf(
  start: number,
  { width, kernel }: Windows,
  top: number,
  left: number,
  visit: (pixel: number) => void,
): void {
  for (let u = 0; u < kernel; u++) {
    for (let v = 0; v < kernel; v++) visit(start + (top + u) * width + left + v);
  }
}
