/**
 * The gradient check for notebooks: of any function, with its gradient or without, and of a network's backpropagation.
 */

import { inspect } from "#platform";
import { compareMethods, type MethodComparison } from "../../autodiff/compare-methods.js";
import {
  compareWithDifferences,
  type GradientCheck,
  type GradientCheckOptions,
} from "../../autodiff/gradient-check.js";
import type { Traced } from "../../autodiff/traced.js";
import { backpropagation, flatGradient, type Gradients, gradientList } from "../../nn/backpropagation.js";
import { forward } from "../../nn/forward.js";
import { type Loss, penalisedLoss, type Targets } from "../../nn/loss.js";
import { Sequential } from "../../nn/sequential.js";
import { optionsOf } from "../../options/options-of.js";
import { type TensorLike, tensor } from "../../tensor/index.js";

/** How the gradient of a network is checked. */
export interface NetworkCheckOptions extends GradientCheckOptions {
  /** The gradient to check, for custom (or wrong) formulas; by default that of `backpropagation`. */
  gradient?: Gradients;
  /** Whether layers act as in training, where `batchNorm` normalises by the batch; false. */
  training?: boolean;
}

/**
 * Checks a gradient, entry by entry (A11). Three forms:
 *
 * - `gradientCheck(f, theta)`: the gradient of f at θ by four methods that share no formula (reverse mode, dual numbers, the
 *   complex step, central differences), f written with the operations of `Traced`; the same as `compareMethods`;
 * - `gradientCheck(f, gradient, theta)`: a custom gradient (a list, or a function that returns one) of any function f of
 *   a list of numbers, against central differences;
 * - `gradientCheck(model, x, y, loss)`: the gradient that `backpropagation` returns for every A[t] and b[t] of a network, or
 *   any other `gradient: { dA, db }` in the options, against central differences.
 *
 * In the first form an entry passes if no method is further from reverse mode than tolerance · ‖gradient‖∞; in the others
 * if |gradient − difference| ≤ tolerance · max(|gradient|, |difference|, ‖difference‖∞ / 1000).
 * Where f has a kink (a ReLU at 0) there is no derivative: the one-sided slopes differ, and the entry is listed
 * separately. Its value must lie between them, left ≤ g ≤ right or the other way round, and several such entries together in the
 * convex hull of the gradients nearby (Clarke); the verdict is `undecided` if no entry could be compared, or the
 * differences are less exact than the tolerance. It evaluates f 10 to 60 times for each entry of θ (up to 100 next to a kink):
 * use it for networks of at most a few thousand parameters.
 *
 * @param options `tolerance`: 1e-8 in the first form, 1e-7 in the others; in the last form also `gradient` and `training`
 * @returns the verdict, each entry with its errors, the worst one by name, and the kinks; shows itself as a picture
 * @throws RangeError if gradient and θ differ in length, f is not finite at θ or on one side of it, or `tolerance` is not
 *   between 0 and 1.
 * @example
 * gradientCheck(([t]) => Math.abs(t), [0.3], [0]).verdict // → 'undecided'
 * gradientCheck(([t]) => Math.abs(t), [7], [0]).verdict // → 'no'
 * gradientCheck((x) => x.mul(x).tanh().sum(), [0.5, -1, 2]).ok // → true
 * gradientCheck(([a, b]) => a * a * b, ([a, b]) => [2 * a * b, a * a], [3, 2]).ok // → true
 * const model = sequential([dense(2, 3), tanh(), dense(3, 1)]);
 * gradientCheck(model, [[1, 2]], [3], squaredError()).ok // → true
 */
export function gradientCheck(
  f: (theta: Traced) => Traced,
  theta: TensorLike,
  options?: GradientCheckOptions,
): MethodComparison;
export function gradientCheck(
  f: (theta: Float64Array) => number,
  gradient: ArrayLike<number> | ((theta: Float64Array) => ArrayLike<number>),
  theta: Float64Array | readonly number[],
  options?: GradientCheckOptions,
): GradientCheck;
export function gradientCheck(
  model: Sequential,
  x: TensorLike,
  y: Targets,
  loss: Loss,
  options?: NetworkCheckOptions,
): GradientCheck;
export function gradientCheck(what: unknown, second: unknown, third?: unknown, ...more: unknown[]) {
  if (what instanceof Sequential) {
    return ofNetwork(what, second as TensorLike, third as Targets, ...(more as [Loss, NetworkCheckOptions?]));
  }
  if (typeof what !== "function") {
    throw new TypeError(
      `gradientCheck: give a function and theta, a function, its gradient and theta, or a network, x, y and a loss; got ${inspect(what, { depth: 0 })}`,
    );
  }
  if (!isList(third)) {
    return ofTraced(what as (x: Traced) => Traced, second as TensorLike, third as GradientCheckOptions);
  }
  const f = what as (theta: Float64Array) => number;
  const theta = Float64Array.from(third);
  const gradient = typeof second === "function" ? second(theta.slice()) : second;
  const options = optionsOf("gradientCheck", (more[0] === undefined ? {} : more[0]) as GradientCheckOptions, [
    "tolerance",
  ]);
  return compareWithDifferences(f, gradient as ArrayLike<number>, theta, options);
}

const isList = (value: unknown): value is ArrayLike<number> =>
  typeof value === "object" && value !== null && "length" in value;

function ofTraced(f: (x: Traced) => Traced, theta: TensorLike, options?: GradientCheckOptions) {
  if (options !== undefined) optionsOf("gradientCheck", options, ["tolerance"]);
  if (typeof theta === "function" || theta === undefined) {
    throw new TypeError(
      `gradientCheck: theta is missing: gradientCheck(f, theta), or gradientCheck(f, gradient, theta); got ${inspect(theta)}`,
    );
  }
  try {
    return compareMethods(f, theta, options);
  } catch (error) {
    if (!(error instanceof TypeError && /not iterable|not a function/.test(error.message))) throw error;
    throw new TypeError(
      `gradientCheck: without a gradient f must be written with the operations of what it is given, such as (x) => x.mul(x).sum(); a function of a list of numbers needs its gradient, too: gradientCheck(f, gradient, theta); got ${error.message}`,
      { cause: error },
    );
  }
}

function ofNetwork(
  network: Sequential,
  input: TensorLike,
  y: Targets,
  loss: Loss,
  options: NetworkCheckOptions = {},
): GradientCheck {
  const {
    gradient,
    tolerance,
    training = false,
  } = optionsOf("gradientCheck", options, ["gradient", "tolerance", "training"]);
  // A copy, because the differences change parameters, and a training pass changes running means.
  const model = network.copy();
  const pass = { training };
  const x = tensor(input);
  const f = (theta: Float64Array) => {
    model.theta.set(theta);
    return penalisedLoss(model, forward(model, x, pass).g, y, loss);
  };
  const checked = gradient ?? backpropagation(network.copy(), x, y, loss, pass);
  const groups = network.parameters.map(({ shape }, i) => ({ name: network.parameterNames[i]!, shape }));
  const gradients = gradientList(checked);
  for (const [at, part] of groups.entries()) {
    const own = gradients[at];
    if (own === undefined || String(own.shape) !== String(part.shape)) {
      throw new RangeError(
        `gradientCheck: the gradient of ${part.name} must have its shape [${part.shape.join(", ")}], got ${own ? `[${own.shape.join(", ")}]` : own}`,
      );
    }
  }
  return compareWithDifferences(f, flatGradient(checked), network.theta, {
    groups,
    ...(tolerance !== undefined && { tolerance }),
  });
}
