/**
 * Convolutions and pooling while they are trained.
 */
import { gatherInput, type LayerParts, type TrainedLayer } from "./layer.js";
import type { Matrix } from "./matrix.js";
import { type Filters, gradientGroups, type Pooling, type Windows } from "./windows.js";

/** A convolution; `parts` receives the gradients of its groups of images. */
export function convolutionLayer(layer: LayerParts, A: Filters, parts: Matrix): TrainedLayer {
  const { kernels, share, meet, input, x, relu, delta } = layer;
  return {
    prepare: (rows, source) => gatherInput(layer, rows, source),
    forward: (rows) => kernels.convolve(x, input, A, rows, relu, share),
    backward(rows, finish, below) {
      kernels.filterGradient(parts, delta, input, A, rows, share);
      if (below) kernels.imageGradient(below.delta, delta, A, below.relu ? input : undefined, rows, share);
      meet();
      kernels.biasGradient(A, parts, gradientGroups, finish, share);
    },
  };
}

/** Pooling, which has no parameters. */
export function poolingLayer(layer: LayerParts, pooling: Pooling, windows: Windows): TrainedLayer {
  const { kernels, share, meet, input, x, relu, delta } = layer;
  return {
    prepare: (rows, source) => gatherInput(layer, rows, source),
    forward: (rows) => kernels.pool(x, input, pooling, windows, rows, relu, share),
    backward(rows, _finish, below) {
      if (!below) return;
      kernels.poolGradient(below.delta, delta, input, pooling, windows, rows, below.relu, share);
      meet();
    },
  };
}
