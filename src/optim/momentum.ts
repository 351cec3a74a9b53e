/**
 * Gradient descent with momentum: Polyak's heavy ball, and Nesterov's variant.
 */
import { defineRule } from "./define-rule.js";
import { addMomentum, scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/** Options of {@link momentum} and {@link nesterov}. */
export interface MomentumOptions {
  /** The step size η > 0, or a schedule; 0.001, as PyTorch has it. */
  eta?: StepSize;
  /** β in [0, 1), the share of the velocity that is kept; 0.9 (PyTorch's SGD has 0 by default). */
  beta?: number;
}

/**
 * Momentum, the same as PyTorch's: gradients add up to a velocity, of which a share β stays from step to step,
 *
 *     m(k+1) = β m(k) + g(k),   θ(k+1) = θ(k) − η m(k+1).
 *
 * Keras and TensorFlow have η within the velocity, v(k+1) = β v(k) − η g(k), θ(k+1) = θ(k) + v(k+1): the same as long as
 * η stays the same; with a schedule there the steps follow it later.
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
export function momentum({ eta = 0.001, beta = 0.9 }: MomentumOptions = {}): Rule {
  return defineRule({
    name: "momentum",
    title: "Momentum",
    options: { eta, beta },
    links: ({ eta }) => [addMomentum({ beta }), scaleBy(eta)],
    kernel: "momentum",
  });
}

/**
 * Nesterov's momentum, in PyTorch's form: the step looks ahead along the velocity,
 *
 *     m(k+1) = β m(k) + g(k),   θ(k+1) = θ(k) − η (g(k) + β m(k+1)).
 *
 * @param options `eta`, `beta`
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule, and 0 ≤ `beta` < 1.
 * @example
 * const theta = Float64Array.of(1);
 * const rule = nesterov({ eta: 0.5, beta: 0.5 });
 * rule.step(theta, Float64Array.of(1), rule.init(1));
 * theta // → Float64Array(1) [ 0.25 ]
 * @see Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²), 1983; Sutskever et al.,
 *   On the importance of initialization and momentum in deep learning, 2013.
 */
export function nesterov({ eta = 0.001, beta = 0.9 }: MomentumOptions = {}): Rule {
  return defineRule({
    name: "nesterov",
    title: "Nesterov",
    options: { eta, beta },
    links: ({ eta }) => [addMomentum({ beta, lookAhead: true }), scaleBy(eta)],
  });
}
