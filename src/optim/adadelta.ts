/**
 * Adadelta: steps in the units of the parameters.
 */
import { checkOption, checkShare, makeRule, type Rule } from "./rule.js";
import { checkStepSize, type StepSize, stepSizeAt } from "./schedule.js";

/**
 * Adadelta, the same as PyTorch's: the gradient is scaled by running means of squared steps u and squared gradients v,
 *
 *     v_i(k+1) = ρ v_i(k) + (1 − ρ) g_i(k)²,   d_i = g_i(k) √(u_i(k) + ε) / √(v_i(k+1) + ε),
 *     u_i(k+1) = ρ u_i(k) + (1 − ρ) d_i²,      θ_i(k+1) = θ_i(k) − η d_i.
 *
 * Frameworks differ in their defaults: Keras has η = 0.001, ρ = 0.95 and ε = 1e-7; in the paper there is no η, that is 1.
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
export function adadelta({
  eta = 1,
  rho = 0.9,
  epsilon = 1e-6,
}: {
  eta?: StepSize;
  rho?: number;
  epsilon?: number;
} = {}): Rule {
  checkStepSize("adadelta", eta);
  checkShare("adadelta", "rho", rho);
  checkOption("adadelta", "epsilon", epsilon, "positive");
  return makeRule(
    "Adadelta",
    { eta: "η", rho: "ρ", epsilon: "ε" },
    {
      name: "adadelta",
      options: { eta, rho, epsilon },
      init: (size) => ({ k: 0, u: new Float64Array(size), v: new Float64Array(size) }),
      step(theta, gradient, state) {
        const { u, v } = state as { k: number; u: Float64Array; v: Float64Array };
        const size = stepSizeAt("adadelta", eta, ++state.k);
        for (let i = 0; i < theta.length; i++) {
          const g = gradient[i]!;
          v[i] = rho * v[i]! + (1 - rho) * g * g;
          const d = (Math.sqrt(u[i]! + epsilon) / Math.sqrt(v[i]! + epsilon)) * g;
          u[i] = rho * u[i]! + (1 - rho) * d * d;
          theta[i]! -= size * d;
        }
      },
      stepSize: ({ k }) => stepSizeAt("adadelta", eta, Math.max(1, k)),
    },
  );
}
