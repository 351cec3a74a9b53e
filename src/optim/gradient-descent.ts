/**
 * Gradient descent by its own name, for when the gradient is exact.
 */
import { withFormula } from "../compute/formula.js";
import { makeRule, type Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";
import { sgd } from "./sgd.js";

/**
 * Gradient descent (A5): θ(k+1) = θ(k) − η ∇F(θ(k)). The same formula as {@link sgd}; which of the two it is, the gradient
 * decides.
 *
 * @param options `eta`: the step size η > 0, or a schedule; 0.001
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule.
 * @example
 * String(gradientDescent({ eta: 0.5 })) // → "GradientDescent(η = 0.5)"
 */
export function gradientDescent({ eta = 0.001 }: { eta?: StepSize } = {}): Rule {
  const same = sgd({ eta });
  const rule = makeRule("GradientDescent", { eta: "η" }, { ...same, name: "gradientDescent" });
  return withFormula(rule, { kind: "rule", name: "sgd", eta });
}
