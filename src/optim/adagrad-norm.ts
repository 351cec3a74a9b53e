/**
 * AdaGrad as the lecture prints it: one step size for all parameters.
 */
import { withFormula } from "../compute/formula.js";
import { checkOption, makeRule, type Rule } from "./rule.js";
import { checkStepSize, type StepSize, stepSizeAt } from "./schedule.js";

/**
 * AdaGrad-norm (B7): the step size falls with all the gradients seen so far,
 *
 *     c(k+1) = c(k) + ‖g(k)‖²,   θ(k+1) = θ(k) − η c(k+1)^(−1/2) g(k).
 *
 * The slide has η = 1 and c(0) = 0; Ward, Wu and Bottou begin with some c(0) > 0. No framework has it. As long as c = 0, every gradient was 0: nothing moves, and the step size counts as 0.
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
export function adagradNorm({ eta = 1, c0 = 0 }: { eta?: StepSize; c0?: number } = {}): Rule {
  checkStepSize("adagradNorm", eta);
  checkOption("adagradNorm", "c0", c0, "not negative");
  const tau = (c: number, k: number) => (c === 0 ? 0 : stepSizeAt("adagradNorm", eta, k) / Math.sqrt(c));
  const rule = makeRule(
    "AdaGradNorm",
    { eta: "η", c0: "c(0)" },
    {
      name: "adagradNorm",
      options: { eta, c0 },
      init: () => ({ k: 0, c: c0 }),
      step(theta, gradient, state) {
        let c = state.c as number;
        for (let i = 0; i < gradient.length; i++) c += gradient[i]! * gradient[i]!;
        const size = tau(c, ++state.k);
        for (let i = 0; i < theta.length; i++) theta[i]! -= size * gradient[i]!;
        state.c = c;
      },
      stepSize: (state) => tau(state.c as number, Math.max(1, state.k)),
    },
  );
  return withFormula(rule, { kind: "rule", name: "adagradNorm", eta, c0 });
}
