/**
 * RMSProp: AdaGrad with exponential forgetting.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { divideByRootMean, scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/**
 * RMSProp, the same as PyTorch's: each parameter's step is divided by a running mean of its squared gradients,
 *
 *     v_i(k+1) = α v_i(k) + (1 − α) g_i(k)²,   θ_i(k+1) = θ_i(k) − η g_i(k) / (√v_i(k+1) + ε).
 *
 * Frameworks differ: Keras and optax have α = 0.9 by default and ε within the root, √(v + ε), Keras ε = 1e-7.
 *
 * @param options `eta`: η > 0, or a schedule; `alpha`: α in [0, 1); `epsilon`: ε ≥ 0
 * @throws RangeError for other numbers.
 * @example
 * const theta = Float64Array.of(0);
 * const rule = rmsprop({ eta: 0.5, alpha: 0.75, epsilon: 0 });
 * rule.step(theta, Float64Array.of(3), rule.init(1));
 * theta // → Float64Array(1) [ -1 ]
 * @see Hinton, Neural networks for machine learning, lecture 6e, 2012.
 */
export function rmsprop(options: { eta?: StepSize; alpha?: number; epsilon?: number } = {}): Rule {
  const {
    eta = 0.01,
    alpha = 0.99,
    epsilon = 1e-8,
  } = optionsOf("rmsprop", options, ["eta", "alpha", "epsilon"]);
  return defineRule({
    name: "rmsprop",
    title: "RMSProp",
    options: { eta, alpha, epsilon },
    links: ({ eta }) => [divideByRootMean({ beta: alpha, epsilon }), scaleBy(eta)],
  });
}
