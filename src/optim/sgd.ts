/**
 * Gradient descent. It is "stochastic" by the gradient that it is given, not by what it does with it.
 */
import { withFormula } from "../compute/formula.js";
import { makeRule, type Rule } from "./rule.js";
import { checkStepSize, type StepSize, stepSizeAt } from "./schedule.js";

/**
 * Gradient descent (A5, A13): θ(k+1) = θ(k) − η g(k), with a constant step size or by a schedule.
 *
 * @param options `eta`: the step size η > 0, or a schedule; 0.001, as PyTorch has it (Keras and TensorFlow: 0.01)
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule.
 * @example
 * const theta = Float64Array.of(1, 2);
 * const rule = sgd({ eta: 0.5 });
 * rule.step(theta, Float64Array.of(1, -1), rule.init(2));
 * theta // → Float64Array(2) [ 0.5, 2.5 ]
 */
export function sgd({ eta = 0.001 }: { eta?: StepSize } = {}): Rule {
  checkStepSize("sgd", eta);
  const rule = makeRule(
    "SGD",
    { eta: "η" },
    {
      name: "sgd",
      options: { eta },
      init: () => ({ k: 0 }),
      step(theta, gradient, state) {
        const size = stepSizeAt("sgd", eta, ++state.k);
        for (let i = 0; i < theta.length; i++) theta[i]! -= size * gradient[i]!;
      },
      stepSize: ({ k }) => stepSizeAt("sgd", eta, Math.max(1, k)),
    },
  );
  return withFormula(rule, { kind: "rule", name: "sgd", eta });
}
