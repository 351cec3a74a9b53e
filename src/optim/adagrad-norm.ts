/**
 * AdaGrad as the lecture prints it: one step size for all parameters.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { divideByNorm, scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/**
 * AdaGrad-norm (B7): the step size falls with the sum of all squared gradients so far,
 *
 *     c(k+1) = c(k) + ‖g(k)‖²,   θ(k+1) = θ(k) − η c(k+1)^(−1/2) g(k).
 *
 * The slide has η = 1 and c(0) = 0; Ward, Wu and Bottou start with c(0) > 0. No framework has it. While c = 0, all gradients were 0: nothing moves, and the step size counts as 0.
 * Source: Ward, Wu, Bottou, AdaGrad stepsizes, 2018 (arXiv 1806.01811), algorithm 1.
 *
 * @param options `eta`: η > 0, or a schedule; `c0`: c(0) ≥ 0
 * @throws RangeError for other numbers.
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = adagradNorm({ eta: 2.5 });
 * rule.step(theta, Float64Array.of(3, 4), rule.init(2));
 * theta // → Float64Array(2) [ -1.5, -2 ]
 */
export function adagradNorm(options: { eta?: StepSize; c0?: number } = {}): Rule {
  const { eta = 1, c0 = 0 } = optionsOf("adagradNorm", options, ["eta", "c0"]);
  return defineRule({
    name: "adagradNorm",
    title: "AdaGradNorm",
    options: { eta, c0 },
    links: ({ eta }) => [divideByNorm({ c0 }), scaleBy(eta)],
    kernel: "adagradNorm",
  });
}
