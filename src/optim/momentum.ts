/**
 * Gradient descent with momentum: Polyak's heavy ball, and Nesterov's variant.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { addMomentum, scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import { makeSchedule, type StepSize } from "./schedule.js";

/** Options of {@link momentum} and {@link nesterov}. */
export interface MomentumOptions {
  /** The step size η > 0, or a schedule; 0.001, as PyTorch has it. */
  eta?: StepSize;
  /**
   * β in [0, 1), the decay of the velocity, or a schedule of β(k) in [0, 1]; 0.9 (PyTorch's SGD has 0 by
   * default).
   */
  beta?: StepSize;
}

/**
 * Momentum, the same as PyTorch's: gradients accumulate in a velocity that decays by β in each step,
 *
 *     m(k+1) = β m(k) + g(k),   θ(k+1) = θ(k) − η m(k+1).
 *
 * Keras and TensorFlow have η inside the velocity, v(k+1) = β v(k) − η g(k), θ(k+1) = θ(k) + v(k+1): the same for constant
 * η; with a schedule their steps lag behind.
 *
 * @param options `eta`, `beta`
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule, and 0 ≤ `beta` < 1.
 * @example
 * const theta = Float64Array.of(1);
 * const rule = momentum({ eta: 0.5, beta: 0.5 });
 * const state = rule.init(1);
 * for (const g of [1, 1]) rule.step(theta, Float64Array.of(g), state);
 * theta // → Float64Array(1) [ -0.25 ]
 * @see Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
 */
export function momentum(options: MomentumOptions = {}): Rule {
  const { eta = 0.001, beta = 0.9 } = optionsOf("momentum", options, ["eta", "beta"]);
  return defineRule({
    name: "momentum",
    title: "Momentum",
    options: { eta, beta },
    links: ({ eta }) => [addMomentum({ beta }), scaleBy(eta)],
    ...(typeof beta === "number" && { kernel: "momentum" as const }),
  });
}

/** Nesterov's β(k). */
const nesterovShare = makeSchedule("(k−1)/(k+2)", undefined, (k) => (k - 1) / (k + 2));

/**
 * Nesterov's momentum, in PyTorch's form: the step looks ahead along the velocity,
 *
 *     m(k+1) = β m(k) + g(k),   θ(k+1) = θ(k) − η (g(k) + β m(k+1)).
 *
 * The gradient is evaluated at θ(k), ahead of the points x(k) = θ(k−1) − η g(k−1) of the theorems. With a schedule
 * θ(k) = x(k) + β(k) (x(k) − x(k−1)); `beta: "1983"` is Nesterov's β(k) = (k − 1)/(k + 2), with which x(k) converges like 1/k²
 * on convex F (`nesterovBound`).
 *
 * @param options `eta`, `beta`
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule, and 0 ≤ `beta` < 1, a schedule or "1983".
 * @example
 * const theta = Float64Array.of(1);
 * const rule = nesterov({ eta: 0.5, beta: 0.5 });
 * rule.step(theta, Float64Array.of(1), rule.init(1));
 * theta // → Float64Array(1) [ 0.25 ]
 * nesterov({ eta: 0.5, beta: "1983" }) // → Nesterov(η = 0.5, β = (k−1)/(k+2))
 * @see Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²), 1983; Sutskever et al.,
 *   On the importance of initialization and momentum in deep learning, 2013.
 */
export function nesterov(options: Omit<MomentumOptions, "beta"> & { beta?: StepSize | "1983" } = {}): Rule {
  const { eta = 0.001, beta: given = 0.9 } = optionsOf("nesterov", options, ["eta", "beta"]);
  const beta = given === "1983" ? nesterovShare : given;
  return defineRule({
    name: "nesterov",
    title: "Nesterov",
    options: { eta, beta },
    links: ({ eta }) => [addMomentum({ beta, lookAhead: true }), scaleBy(eta)],
  });
}
