/**
 * Hessian-vector products of a network's loss, without forming the Hessian.
 */
import { productsWithHessian, Variable } from "../autodiff/tape.js";
import { Tensor, type TensorLike } from "../tensor/index.js";
import { backpropagation, flatGradient } from "./backpropagation.js";
import { toRows } from "./forward.js";
import { traced } from "./layerwise.js";
import type { Loss, Targets } from "./loss.js";
import { parametersOf, type Sequential } from "./sequential.js";

/**
 * The product ∇²F(θ) v of the Hessian of the mean loss with a vector, exact up to rounding: the network and its loss are
 * recorded on the tape, and ⟨∇F(θ), v⟩ is differentiated, as in `hvp`. A product costs about twice a gradient.
 *
 * For a custom layer with its own `backward`, and a custom activation, loss or penalty without second
 * derivatives, it is a difference of two gradients instead, (∇F(θ + h v) − ∇F(θ − h v)) / 2h, which is accurate to
 * about ten digits where F is smooth; in a large network with ReLUs some unit has a kink between the two points, and no
 * digit is reliable.
 *
 * @param model a network, not changed; dropout is off
 * @param input samples × inputs or samples × channels × height × width, as for `forward`; a vector counts as one sample
 * @param y a label or a target for each sample, see the loss
 * @param loss `crossEntropy()`, `squaredError()` or another
 * @returns v ↦ ∇²F(θ) v, both of length M like `model.theta`; θ is captured at the call
 * @throws RangeError if input or targets do not fit the network.
 * Source: Pearlmutter, Fast exact multiplication by the Hessian, 1994.
 * @example
 * const net = sequential([dense(1, 1)]);
 * hessianProduct(net, [[3]], [1], squaredError())(new Float64Array([1, 0])) // → Float64Array(2) [ 18, 6 ]
 */
export function hessianProduct(
  model: Sequential,
  input: TensorLike,
  y: Targets,
  loss: Loss,
): (v: Float64Array) => Float64Array {
  const now = model.copy();
  const x = toRows("hessianProduct", model, input);
  const parameters = now.parameters.map((value) => new Variable(value));
  const value = onTape(now, new Variable(x), parameters, y, loss);
  if (!value) return differences(now, x, y, loss);
  const products = productsWithHessian(value, parameters);
  return (v) => {
    let at = 0;
    const parts = now.parameters.map(({ shape, size }) => new Tensor(shape, v.subarray(at, (at += size))));
    const out = new Float64Array(v.length);
    at = 0;
    for (const { data, size } of products(parts)) {
      out.set(data, at);
      at += size;
    }
    return out;
  };
}

/** The loss with its penalty, computed from variables; undefined if a part of it cannot be recorded on the tape. */
function onTape(
  { layers, A }: Sequential,
  input: Variable,
  parameters: readonly Variable[],
  y: Targets,
  loss: Loss,
): Variable | undefined {
  let at = 0;
  let x: Variable | undefined = input;
  for (const layer of layers) {
    x &&= traced(layer, x, parameters.slice(at, (at += parametersOf(layer).length)));
  }
  const value = x && loss.traced?.(x, y);
  if (!loss.penalty) return value;
  const weights = parameters.filter((one) => A.includes(one.value));
  const penalty = loss.penalty.traced?.(weights);
  return penalty && value?.add(penalty);
}

/** The same by gradients alone. */
function differences(model: Sequential, x: Tensor, y: Targets, loss: Loss) {
  const theta = model.theta.slice();
  const size = Math.max(1, Tensor.of(theta).norm());
  return (v: Float64Array): Float64Array => {
    // At ε^(1/3) of its size the truncation error is about equal to the rounding error.
    const h = (Math.cbrt(Number.EPSILON) * size) / (Tensor.of(v).norm() || 1);
    const gradientAt = (step: number): Float64Array => {
      model.theta.set(theta.map((value, i) => value + step * v[i]!));
      return flatGradient(backpropagation(model, x, y, loss));
    };
    const below = gradientAt(-h);
    return gradientAt(h).map((value, i) => (value - below[i]!) / (2 * h));
  };
}
