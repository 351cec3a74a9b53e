/**
 * Backpropagation as the lecture writes it (A11, corrected), line by line. One line here is one line of the slide;
 * the only difference is that all samples are processed at once, as rows: the slide's column A^T δ becomes δ A, its outer
 * product δ x^T, summed over the samples, becomes δ^T x. The fast twin is in `compute/`.
 */
import { optionsOf } from "../options/options-of.js";
import type { Tensor, TensorLike } from "../tensor/index.js";
import { lossGradient, penaltyGradient } from "./checked.js";
import { type Forward, forward, toRows } from "./forward.js";
import type { Pass } from "./layer.js";
import { back, throughAll } from "./layerwise.js";
import type { Loss, Targets } from "./loss.js";
import type { Sequential } from "./sequential.js";

/** The results of backpropagation, indexed as in the lecture; rows are samples. */
export interface Backpropagation extends Forward {
  /** The mean loss over the samples. */
  loss: number;
  /** δ[t] = ∂loss/∂z[t] for t = 1..n+1, samples × (outputs of layer t); index 0 is empty. */
  delta: Tensor[];
  /** ∂loss/∂A[t] for t = 1..n+1, of the shape of A[t]; index 0 is empty. */
  dA: Tensor[];
  /** ∂loss/∂b[t] for t = 1..n+1, of the shape of b[t]; index 0 is empty, and so is that of a layer without biases. */
  db: Tensor[];
  /** The gradients of all of `model.parameters`, in their order: dA[1], db[1], dA[2], … and those of other layers. */
  gradients: Tensor[];
}

/**
 * The mean loss over the samples and its gradient with respect to every A[t] and b[t] (A8 to A11, as corrected):
 *
 *     δ[n+1] = ∂loss/∂g,   δ[t] = diag(σ'(z[t])) A[t+1]^T δ[t+1] for t = n, …, 1,
 *     ∂loss/∂A[t] = δ[t] x(t−1)^T,   ∂loss/∂b[t] = δ[t].
 *
 * @param model a network of n hidden layers
 * @param input samples × inputs or samples × channels × height × width, as for `forward`; a vector counts as one sample
 * @param y a label or a target for each sample, see the loss
 * @param loss `crossEntropy()`, `squaredError()` or another
 * @param pass for training: `dropout`, a stream of random numbers, to drop units; `training`, for `batchNorm` to use the batch statistics; by default neither
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
  pass: Pass = {},
): Backpropagation {
  optionsOf("backpropagation", pass, ["dropout", "training"]);
  if (!model.isPlain) return layerwise(model, input, y, loss, pass);
  const { A, sigma, hidden: n } = model;
  const delta: Tensor[] = [];
  const dA: Tensor[] = [];
  const db: Tensor[] = [];

  // 1. The forward pass: z[t] and x(t) for t = 1, …, n + 1.
  const { z, x, g } = forward(model, input);

  // 2. δ[n+1] = ∂loss/∂g
  delta[n + 1] = lossGradient(loss, g, y);

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

  const value = loss.value(g, y) + penalise(model, loss, dA);
  return { loss: value, z, x, g, delta, dA, db, gradients: dA.flatMap((d, t) => [d, db[t]!]) };
}

/** The same for layers of any kind, from the last to the first. */
function layerwise(
  model: Sequential,
  input: TensorLike,
  y: Targets,
  loss: Loss,
  pass: Pass,
): Backpropagation {
  const { layers, hidden: n } = model;
  const values = throughAll(layers, toRows("backpropagation", model, input), pass);
  const g = values.at(-1)!;
  const z: Tensor[] = [];
  const x: Tensor[] = [];
  const delta: Tensor[] = [];
  const dA: Tensor[] = [];
  const db: Tensor[] = [];
  const gradients: Tensor[] = [];
  x[n + 1] = g;
  let behind = lossGradient(loss, g, y);
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const before = back(layer, behind, values[i]!, pass);
    const t = model.positionOf(layer);
    if (t !== undefined) {
      x[t - 1] = values[i]!;
      z[t] = values[i + 1]!;
      delta[t] = behind;
      const [weights, biases] = before.parameters;
      dA[t] = weights!;
      if (biases) db[t] = biases;
    }
    gradients.unshift(...before.parameters);
    behind = before.x;
  }
  const value = loss.value(g, y) + penalise(model, loss, dA);
  return { loss: value, z, x, g, delta, dA, db, gradients };
}

/** Returns the penalty of the loss, and adds its gradients to dA in place. */
function penalise({ A }: Sequential, { penalty }: Loss, dA: Tensor[]): number {
  if (!penalty) return 0;
  A.forEach((weights, t) => {
    const own = penaltyGradient(penalty, weights);
    for (let i = 0; i < own.size; i++) dA[t]!.data[i]! += own.data[i]!;
  });
  return penalty.value(A);
}

/**
 * The gradient as one vector, in the order of `model.theta`: dA[1], db[1], dA[2], db[2], …
 *
 * @param gradients the result of `backpropagation`, or dA and db alone
 * @param out where to write it, of length M; by default a new array
 * @throws RangeError if `out` has not exactly as many entries.
 * @example
 * const model = sequential([dense(2, 1, { init: constant(3) })]);
 * flatGradient(backpropagation(model, [[1, 2]], [8], squaredError())) // → Float64Array(3) [ 2, 4, 2 ]
 */
export function flatGradient(gradients: Gradients, out?: Float64Array): Float64Array {
  const list = gradientList(gradients);
  const flat = out ?? new Float64Array(list.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { data } of list) {
    if (at + data.length <= flat.length) flat.set(data, at);
    at += data.length;
  }
  if (at !== flat.length) {
    throw new RangeError(`flatGradient: the gradient has ${at} entries but out has ${flat.length}`);
  }
  return flat;
}

/** dA and db, and, if the network has other parameters, all gradients. */
export interface Gradients {
  dA: readonly Tensor[];
  db: readonly Tensor[];
  gradients?: readonly Tensor[];
}

/** The list of gradients; dA and db if there are no others. */
export function gradientList({ dA, db, gradients = [] }: Gradients): readonly Tensor[] {
  const listed = dA.flatMap((d, t) => (db[t] ? [d, db[t]] : [d]));
  return gradients.length > listed.length ? gradients : listed;
}
