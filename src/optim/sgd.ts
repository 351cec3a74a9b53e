/**
 * Gradient descent. It is "stochastic" because of the gradient it receives, not because of its step.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/**
 * Gradient descent (A5, A13), with a constant step size or by a schedule:
 *
 *     θ(k+1) = θ(k) − η g(k).
 *
 * @param options `eta`: the step size η > 0, or a schedule; 0.001, as PyTorch has it (Keras and TensorFlow: 0.01)
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule.
 * @example
 * const theta = Float64Array.of(1, 2);
 * const rule = sgd({ eta: 0.5 });
 * rule.step(theta, Float64Array.of(1, -1), rule.init(2));
 * theta // → Float64Array(2) [ 0.5, 2.5 ]
 */
export function sgd(options: { eta?: StepSize } = {}): Rule {
  const { eta = 0.001 } = optionsOf("sgd", options, ["eta"]);
  return defineRule({
    name: "sgd",
    title: "SGD",
    options: { eta },
    links: ({ eta }) => [scaleBy(eta)],
    kernel: "sgd",
  });
}
