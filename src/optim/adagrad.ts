/**
 * AdaGrad as in frameworks: a step size for each parameter.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { divideByRootSum, scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/**
 * AdaGrad per coordinate, the same as PyTorch's: each parameter i has its own
 *
 *     c_i(k+1) = c_i(k) + g_i(k)²,   θ_i(k+1) = θ_i(k) − η g_i(k) / (√c_i(k+1) + ε).
 *
 * Frameworks differ in where c starts and where ε stands: PyTorch starts at c(0) = 0 with ε = 1e-10 outside the root, as
 * here; Keras, TensorFlow and optax start at c(0) = 0.1 and have ε = 1e-7 inside it, √(c + ε), which is not available
 * here. With c(0) = 0 the first step of every parameter is ±η, however small its gradient.
 *
 * `stepSize` gives one number for the chart, η / (√c + ε) at the mean c of all c_i.
 * Source: Duchi, Hazan, Singer, Adaptive subgradient methods, JMLR 12, 2011, figure 1.
 *
 * @param options `eta`: η > 0, or a schedule; `epsilon`: ε ≥ 0; `c0`: every c_i(0) ≥ 0
 * @throws RangeError for other numbers.
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = adagrad({ eta: 0.5, epsilon: 0 });
 * rule.step(theta, Float64Array.of(3, -4), rule.init(2));
 * theta // → Float64Array(2) [ -0.5, 0.5 ]
 */
export function adagrad(options: { eta?: StepSize; epsilon?: number; c0?: number } = {}): Rule {
  const { eta = 0.01, epsilon = 1e-10, c0 = 0 } = optionsOf("adagrad", options, ["eta", "epsilon", "c0"]);
  return defineRule({
    name: "adagrad",
    title: "AdaGrad",
    options: { eta, epsilon, c0 },
    links: ({ eta }) => [divideByRootSum({ epsilon, c0 }), scaleBy(eta)],
    kernel: "adagrad",
  });
}
