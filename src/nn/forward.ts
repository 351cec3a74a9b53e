/**
 * The forward pass, which stores everything that backpropagation needs.
 */
import { optionsOf } from "../options/options-of.js";
import { formatShape, Tensor, type TensorLike, tensor } from "../tensor/index.js";
import { sameShape, sizeOf } from "../tensor/shapes.js";
import type { Pass } from "./layer.js";
import { throughAll } from "./layerwise.js";
import type { Sequential } from "./sequential.js";

/** The results of the forward pass, indexed as in the lecture; rows are samples. */
export interface Forward {
  /** `z[t] = A[t] x(t−1) + b[t]` for t = 1..n+1; index 0 is empty. z[n+1] is the readout g. */
  z: Tensor[];
  /** x[0], the input, `x[t] = σ[t](z[t])` for t = 1..n, and x[n+1] = g. */
  x: Tensor[];
  /** g(x), the readout, samples × outputs: z[n+1] if the last layer is dense. */
  g: Tensor;
}

/**
 * The forward pass: `z[t] = A[t] x(t−1) + b[t]`, `x(t) = σ[t](z[t])`, for all samples at once (A1, A11).
 *
 * Samples are rows, so the lecture's A x(t−1) for one column x becomes x A^T for all rows. If there is more than an
 * activation between two layers with weights (pooling, dropout), σ[t] is their composition, and if A[t] is a
 * convolution, z[t] is its output.
 *
 * @param model a network of n hidden layers
 * @param input samples × inputs, or samples of another shape with as many entries, such as channels × height × width; a
 *   vector, or a tensor of the network's input shape, counts as one sample
 * @param pass for training: `dropout`, a stream of random numbers, to drop units; `training`, for `batchNorm` to use the batch statistics; by default neither
 * @returns z[t] and x[t] of samples × (outputs of layer t), t = 1..n+1
 * @throws RangeError if the input has not as many columns as the network has inputs.
 * @example
 * const model = sequential([dense(2, 1, { init: constant(3) })]);
 * forward(model, [[1, 2]]).z[1].toArray() // → [ [ 9 ] ]
 */
export function forward(model: Sequential, input: TensorLike, pass: Pass = {}): Forward {
  optionsOf("forward", pass, ["dropout", "training"]);
  if (!model.isPlain) return layerwise(model, toRows("forward", model, input), pass);
  const { A, b, sigma, hidden: n } = model;
  const z: Tensor[] = [];
  const x: Tensor[] = [toRows("forward", model, input)];
  for (let t = 1; t <= n + 1; t++) {
    z[t] = x[t - 1]!.matmul(A[t]!.transpose()).add(b[t]!);
    x[t] = t <= n ? z[t]!.map((entry) => sigma[t]!.value(entry)) : z[t]!;
  }
  return { z, x, g: z[n + 1]! };
}

/** The same for layers of any kind. */
function layerwise(model: Sequential, input: Tensor, pass: Pass): Forward {
  const values = throughAll(model.layers, input, pass);
  const z: Tensor[] = [];
  const x: Tensor[] = [];
  model.layers.forEach((layer, i) => {
    const t = model.positionOf(layer);
    if (t === undefined) return;
    x[t - 1] = values[i]!;
    z[t] = values[i + 1]!;
  });
  const g = values.at(-1)!;
  x[model.hidden + 1] = g;
  return { z, x, g };
}

/**
 * The input as samples × inputs, float64: rows, or samples of any shape with as many entries, such as channels × height ×
 * width; a vector, or a tensor of the shape of the network's input, is one sample. `name` starts the message if it does not
 * fit the network.
 */
export function toRows(name: string, model: Sequential, input: TensorLike): Tensor {
  const x = input instanceof Tensor && input.dtype === "float64" ? input : tensor(input);
  const isOne = x.rank === 1 || (x.rank > 1 && sameShape(x.shape, model.inputShape));
  const shape = isOne ? [1, x.size] : [x.shape[0] ?? 1, sizeOf(x.shape.slice(1))];
  const rows = isOne || x.rank > 2 ? x.reshape(...shape) : x;
  if (rows.rank !== 2 || (x.rank > 2 && rows.shape[1] !== model.inputs)) {
    throw new RangeError(
      `${name}: the input must be samples × ${model.inputs}${model.inputShape.length > 1 ? `, or samples × ${model.inputShape.join(" × ")}` : ""}; did you forget reshape(-1, ${model.inputs})? its shape is ${formatShape(x.shape)}`,
    );
  }
  if (rows.shape[1] !== model.inputs) {
    const fits = x.size > 0 && x.size % model.inputs === 0 ? `reshape(-1, ${model.inputs})` : "transpose()";
    const hint = fits !== "transpose()" || x.shape[0] === model.inputs ? `; did you forget ${fits}?` : ";";
    throw new RangeError(
      `${name}: the input has ${rows.shape[1]} columns but A[1] has ${model.inputs}${hint} its shape is ${formatShape(x.shape)}`,
    );
  }
  return rows;
}
