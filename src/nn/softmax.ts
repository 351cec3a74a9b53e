/**
 * From readouts to probabilities.
 */
import { type Tensor, type TensorLike, tensor } from "../tensor/index.js";
import { readoutShape } from "./loss.js";

/**
 * p_k = e^(g_k) / Σ_j e^(g_j) in each row: probabilities that sum to 1. The largest g is taken off first, which
 * changes nothing but that no exponential overflows.
 *
 * @param readout samples × outputs
 * @throws RangeError unless g is a matrix.
 * @example
 * softmax([[0, 0], [1000, 0]]).toArray() // → [ [ 0.5, 0.5 ], [ 1, 0 ] ]
 */
export function softmax(readout: TensorLike): Tensor {
  const g = tensor(readout);
  const [samples, outputs] = readoutShape("softmax", g);
  const largest = g.max(1).reshape(samples, 1);
  const e = g.sub(largest).map((entry) => Math.exp(entry));
  return e.div(e.sum(1).reshape(samples, 1)).reshape(samples, outputs);
}
