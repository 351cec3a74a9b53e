/**
 * Predictions of a network.
 */
import type { Tensor, TensorLike } from "../tensor/index.js";
import { toRows } from "./forward.js";
import { through } from "./layerwise.js";
import type { Sequential } from "./sequential.js";

/**
 * The readout g(x) = A[n+1] x(n) + b[n+1] of each sample (A1), as `forward` computes it, without storing the layers in
 * between.
 *
 * @param model a network
 * @param input samples × inputs or samples × channels × height × width, as for `forward`; a vector counts as one sample
 * @returns samples × outputs; for classes, `softmax` turns them into probabilities and `.argmax(1)` into labels
 * @throws RangeError if the input has not as many columns as the network has inputs.
 * @example
 * predict(sequential([dense(2, 1, { init: constant(3) })]), [[1, 2]]).toArray() // → [ [ 9 ] ]
 */
export function predict(model: Sequential, input: TensorLike): Tensor {
  return model.layers.reduce((x, layer) => through(layer, x, {}), toRows("predict", model, input));
}
