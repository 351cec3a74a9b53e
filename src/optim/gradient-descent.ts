/**
 * Gradient descent under its own name, for exact gradients.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/**
 * Gradient descent (A5):
 *
 *     θ(k+1) = θ(k) − η ∇F(θ(k)).
 *
 * The same formula as {@link sgd}, under another name for exact gradients.
 *
 * @param options `eta`: the step size η > 0, or a schedule; 0.001
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule.
 * @example
 * String(gradientDescent({ eta: 0.5 })) // → "GradientDescent(η = 0.5)"
 */
export function gradientDescent(options: { eta?: StepSize } = {}): Rule {
  const { eta = 0.001 } = optionsOf("gradientDescent", options, ["eta"]);
  return defineRule({
    name: "gradientDescent",
    title: "GradientDescent",
    options: { eta },
    links: ({ eta }) => [scaleBy(eta)],
    kernel: "sgd",
  });
}
