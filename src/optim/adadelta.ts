/**
 * Adadelta: steps in the units of the parameters.
 */

import { checkPositive } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { matchUnits, scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/**
 * Adadelta, the same as PyTorch's: the gradient is scaled by running means of squared steps u and squared gradients v,
 *
 *     v_i(k+1) = ρ v_i(k) + (1 − ρ) g_i(k)²,   d_i = g_i(k) √(u_i(k) + ε) / √(v_i(k+1) + ε),
 *     u_i(k+1) = ρ u_i(k) + (1 − ρ) d_i²,      θ_i(k+1) = θ_i(k) − η d_i.
 *
 * Frameworks differ in their defaults: Keras has η = 0.001, ρ = 0.95 and ε = 1e-7; the paper has no η, that is, η = 1.
 *
 * @param options `eta`: η > 0, or a schedule; `rho`: ρ in [0, 1); `epsilon`: ε > 0
 * @throws RangeError for other numbers.
 * @example
 * const theta = Float64Array.of(0);
 * const rule = adadelta({ rho: 0, epsilon: 1 });
 * rule.step(theta, Float64Array.of(Math.sqrt(3)), rule.init(1));
 * theta[0].toFixed(6) // → "-0.866025"
 * @see Zeiler, ADADELTA: an adaptive learning rate method, 2012 (arXiv 1212.5701), algorithm 1.
 */
export function adadelta(options: { eta?: StepSize; rho?: number; epsilon?: number } = {}): Rule {
  const { eta = 1, rho = 0.9, epsilon = 1e-6 } = optionsOf("adadelta", options, ["eta", "rho", "epsilon"]);
  // With ε = 0 the first step would be 0, and so would all the others.
  checkPositive("adadelta", { epsilon });
  return defineRule({
    name: "adadelta",
    title: "Adadelta",
    options: { eta, rho, epsilon },
    links: ({ eta }) => [matchUnits({ rho, epsilon }), scaleBy(eta)],
  });
}
