/**
 * Backpropagation as the lecture writes it (A11, corrected), line by line. One line here is one line of the slide;
 * the only difference is that all samples go at once, as rows: the slide's column A^T δ reads δ A, its outer product
 * δ x^T, summed over the samples, reads δ^T x. The fast twin is in `compute/`.
 */
import type { Tensor, TensorLike } from "../tensor/index.js";
import { type Forward, forward } from "./forward.js";
import type { Loss, Targets } from "./loss.js";
import type { Sequential } from "./sequential.js";

/** What backpropagation computed, in the lecture's counting; rows are samples. */
export interface Backpropagation extends Forward {
  /** The mean loss over the samples. */
  loss: number;
  /** δ[t] = ∂loss/∂z[t] for t = 1..n+1, samples × (outputs of layer t); index 0 is empty. */
  delta: Tensor[];
  /** ∂loss/∂A[t] for t = 1..n+1, of the shape of A[t]; index 0 is empty. */
  dA: Tensor[];
  /** ∂loss/∂b[t] for t = 1..n+1, of the shape of b[t]; index 0 is empty. */
  db: Tensor[];
}

/**
 * The mean loss over the samples and its gradient with respect to every A[t] and b[t]:
 *
 *     δ[n+1] = ∂loss/∂g,   δ[t] = diag(σ'(z[t])) A[t+1]^T δ[t+1] for t = n, …, 1,
 *     ∂loss/∂A[t] = δ[t] x(t−1)^T,   ∂loss/∂b[t] = δ[t].
 *
 * @param model a network of n hidden layers
 * @param input samples × inputs; a vector counts as one sample
 * @param y a label or a target for each sample, see the loss
 * @param loss `crossEntropy()` or `squaredError()`
 * @throws RangeError if input or targets do not fit the network.
 * @example
 * const model = sequential([dense(2, 1, { init: constant(3) })]);
 * const { loss, dA } = backpropagation(model, [[1, 2]], [8], squaredError());
 * [loss, dA[1].toArray()] // → [ 1, [ [ 2, 4 ] ] ]
 */
export function backpropagation(
  model: Sequential,
  input: TensorLike,
  y: Targets,
  loss: Loss,
): Backpropagation {
  const { A, sigma, hidden: n } = model;
  const delta: Tensor[] = [];
  const dA: Tensor[] = [];
  const db: Tensor[] = [];

  // 1. The forward pass: z[t] and x(t) for t = 1, …, n + 1.
  const { z, x } = forward(model, input);
  const g = z[n + 1]!;

  // 2. δ[n+1] = ∂loss/∂g
  delta[n + 1] = loss.gradient(g, y);

  // 3. ∂loss/∂A[n+1] = δ[n+1] x(n)^T and ∂loss/∂b[n+1] = δ[n+1]
  dA[n + 1] = delta[n + 1]!.transpose().matmul(x[n]!);
  db[n + 1] = delta[n + 1]!.sum(0);

  // 4. For t from n to 1:
  for (let t = n; t >= 1; t--) {
    // δ[t] = diag(σ'(z[t])) A[t+1]^T δ[t+1]
    delta[t] = z[t]!.map((entry) => sigma[t]!.derivative(entry)).mul(delta[t + 1]!.matmul(A[t + 1]!));
    // ∂loss/∂A[t] = δ[t] x(t−1)^T and ∂loss/∂b[t] = δ[t]
    dA[t] = delta[t]!.transpose().matmul(x[t - 1]!);
    db[t] = delta[t]!.sum(0);
  }

  return { loss: loss.value(g, y), z, x, delta, dA, db };
}

/**
 * The gradient as one vector, in the order of `model.theta`: dA[1], db[1], dA[2], db[2], …
 *
 * @param gradients what `backpropagation` gave
 * @param out where to write it, by default a new array
 * @throws RangeError if `out` has not exactly as many entries.
 * @example
 * const model = sequential([dense(2, 1, { init: constant(3) })]);
 * flatGradient(backpropagation(model, [[1, 2]], [8], squaredError())) // → Float64Array(3) [ 2, 4, 2 ]
 */
export function flatGradient(
  { dA, db }: Pick<Backpropagation, "dA" | "db">,
  out: Float64Array = new Float64Array(dA.reduce((sum, _, t) => sum + dA[t]!.size + db[t]!.size, 0)),
): Float64Array {
  let at = 0;
  for (let t = 1; t < dA.length; t++) {
    for (const { data } of [dA[t]!, db[t]!]) {
      if (at + data.length <= out.length) out.set(data, at);
      at += data.length;
    }
  }
  if (at !== out.length) {
    throw new RangeError(`flatGradient: the gradient has ${at} entries but out has ${out.length}`);
  }
  return out;
}
