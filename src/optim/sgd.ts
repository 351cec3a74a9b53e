/**
 * Gradient descent. It is "stochastic" by the gradient that it is given, not by what it does with it.
 */
import { withFormula } from "../compute/formula.js";
import { checkOption, makeRule, type Rule } from "./rule.js";

/**
 * Gradient descent with a constant step size (A5, A13): θ(k+1) = θ(k) − η g(k).
 *
 * @param options `eta`: the step size η > 0
 * @throws RangeError unless `eta` is a finite number > 0.
 * @example
 * const theta = Float64Array.of(1, 2);
 * const rule = sgd({ eta: 0.5 });
 * rule.step(theta, Float64Array.of(1, -1), rule.init(2));
 * theta // → Float64Array(2) [ 0.5, 2.5 ]
 */
export function sgd({ eta = 0.01 }: { eta?: number } = {}): Rule {
  checkOption("sgd", "eta", eta, "positive");
  const rule = makeRule(
    "SGD",
    { eta: "η" },
    {
      name: "sgd",
      options: { eta },
      init: () => ({ k: 0 }),
      step(theta, gradient, state) {
        for (let i = 0; i < theta.length; i++) theta[i]! -= eta * gradient[i]!;
        state.k++;
      },
      stepSize: () => eta,
    },
  );
  return withFormula(rule, { kind: "rule", name: "sgd", eta });
}
