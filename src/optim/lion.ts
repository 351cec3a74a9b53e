/**
 * Lion: only the sign of the momentum counts.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { addWeights, scaleBy, takeSign } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/**
 * Lion (evolved sign momentum): every parameter moves by ±η, and shrinks by η λ θ,
 *
 *     θ_i(k+1) = θ_i(k) − η (sign(β₁ m_i(k) + (1 − β₁) g_i(k)) + λ θ_i(k)),   m(k+1) = β₂ m(k) + (1 − β₂) g(k).
 *
 * PyTorch has no such rule; the defaults are those of the paper and of optax (which has λ = 0.001).
 *
 * @param options `eta`: η > 0, or a schedule; `beta1`, `beta2` in [0, 1); `weightDecay`: λ ≥ 0
 * @throws RangeError for other numbers.
 * @example
 * const theta = Float64Array.of(0, 0, 0);
 * const rule = lion({ eta: 0.5 });
 * rule.step(theta, Float64Array.of(3, -0.01, 0), rule.init(3));
 * theta // → Float64Array(3) [ -0.5, 0.5, 0 ]
 * @see Chen et al., Symbolic discovery of optimization algorithms, 2023 (arXiv 2302.06675), program 1.
 */
export function lion(
  options: { eta?: StepSize; beta1?: number; beta2?: number; weightDecay?: number } = {},
): Rule {
  const {
    eta = 1e-4,
    beta1 = 0.9,
    beta2 = 0.99,
    weightDecay = 0,
  } = optionsOf("lion", options, ["eta", "beta1", "beta2", "weightDecay"]);
  return defineRule({
    name: "lion",
    title: "Lion",
    options: { eta, beta1, beta2, weightDecay },
    links: ({ eta }) => [takeSign({ beta1, beta2 }), addWeights(weightDecay), scaleBy(eta)],
  });
}
