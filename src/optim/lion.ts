/**
 * Lion: only the sign of the momentum counts.
 */
import { checkOption, checkShare, makeRule, type Rule } from "./rule.js";
import { checkStepSize, type StepSize, stepSizeAt } from "./schedule.js";

/**
 * Lion (evolved sign momentum): every parameter moves by ±η, and shrinks by η λ θ,
 *
 *     θ_i(k+1) = θ_i(k) − η (sign(β₁ m_i(k) + (1 − β₁) g_i(k)) + λ θ_i(k)),   m(k+1) = β₂ m(k) + (1 − β₂) g(k).
 *
 * PyTorch has no such rule; defaults are the paper's, and optax's but for its λ = 0.001.
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
export function lion({
  eta = 1e-4,
  beta1 = 0.9,
  beta2 = 0.99,
  weightDecay = 0,
}: {
  eta?: StepSize;
  beta1?: number;
  beta2?: number;
  weightDecay?: number;
} = {}): Rule {
  checkStepSize("lion", eta);
  checkShare("lion", "beta1", beta1);
  checkShare("lion", "beta2", beta2);
  checkOption("lion", "weightDecay", weightDecay, "not negative");
  return makeRule(
    "Lion",
    { eta: "η", beta1: "β₁", beta2: "β₂", weightDecay: "λ" },
    {
      name: "lion",
      options: { eta, beta1, beta2, weightDecay },
      init: (size) => ({ k: 0, m: new Float64Array(size) }),
      step(theta, gradient, state) {
        const m = state.m as Float64Array;
        const size = stepSizeAt("lion", eta, ++state.k);
        for (let i = 0; i < theta.length; i++) {
          const g = gradient[i]!;
          const sign = Math.sign(beta1 * m[i]! + (1 - beta1) * g);
          theta[i]! -= size * (sign + weightDecay * theta[i]!);
          m[i] = beta2 * m[i]! + (1 - beta2) * g;
        }
      },
      stepSize: ({ k }) => stepSizeAt("lion", eta, Math.max(1, k)),
    },
  );
}
