/**
 * Rules made from rules: transforms of the gradient before a step, or of the parameters after it.
 */
import { inspect } from "#platform";
import { checkPositive } from "../options/check.js";
import { makeRule, type Rule, type RuleState, withProbesOf } from "./rule.js";

/** Throws for an invalid rule. */
export function checkRule(who: string, rule: Rule): void {
  if (typeof rule?.step === "function" && typeof rule.init === "function") return;
  const hint = typeof rule === "function" ? "; did you forget the brackets ()?" : ",";
  throw new TypeError(
    `${who}: expected a rule such as sgd({ eta: 0.1 })${hint} got ${inspect(rule, { depth: 0 })}`,
  );
}

/** Throws if a rule averages its iterates before `who` moves them: that would be the mean of other points. */
export function refuseMean(who: string, rest: string, rule: Rule): void {
  if (!isAveraging(rule)) return;
  throw new TypeError(
    `${who}: averaging(…) inside would take the mean of points before they are moved; write averaging(${who}(…${rest})), got ${who}(averaging(…)${rest})`,
  );
}

/** The rules made by `averaging`, also inside others; a custom rule may have an unrelated `mean`. */
const averagingRules = new WeakSet<Rule>();
export const isAveraging = (rule: Rule): boolean => averagingRules.has(rule);
/** Records that a rule keeps the mean of one of these rules, if one does. */
export function keepsMeanOf(made: Rule, ...inner: readonly Rule[]): void {
  if (inner.some(isAveraging)) averagingRules.add(made);
}

/** A rule that sees another gradient: `change` writes it into `changed`. */
function before(
  rule: Rule,
  title: string,
  option: Record<string, number>,
  change: (changed: Float64Array, gradient: Float64Array, theta: Float64Array) => void,
): Rule {
  checkRule(title, rule);
  checkPositive(title, option);
  const made = makeRule(
    title,
    {},
    {
      ...rule,
      step(theta, gradient, state) {
        const changed = new Float64Array(gradient.length);
        change(changed, gradient, theta);
        rule.step(theta, changed, state);
      },
    },
    `${title}(${rule}, ${Object.values(option)[0]})`,
  );
  keepsMeanOf(made, rule);
  return withProbesOf(made, rule);
}

/**
 * Clips the gradient to a norm: g becomes g · min(1, c / ‖g‖), which keeps its direction.
 *
 * @param rule the rule that steps with the clipped gradient
 * @param most c, the largest norm, > 0
 * @throws RangeError unless `most` is a finite number > 0, TypeError for an invalid rule
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = clipNorm(sgd({ eta: 1 }), 5);
 * rule.step(theta, Float64Array.of(6, -8), rule.init(2));
 * theta // → Float64Array(2) [ -3, 4 ]
 * @see Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural networks, 2013, algorithm 1.
 */
export function clipNorm(rule: Rule, most: number): Rule {
  return before(rule, "clipNorm", { most }, (changed, gradient) => {
    // NaN if the norm is: such a gradient is meaningless.
    const factor = clipFactor(most, gradient);
    for (let i = 0; i < gradient.length; i++) changed[i] = factor * gradient[i]!;
  });
}

/** min(1, c/‖g‖), even where ‖g‖ or its square overflows or underflows. */
function clipFactor(most: number, gradient: Float64Array): number {
  const square = gradient.reduce((sum, g) => sum + g * g, 0);
  if (square > 1e-290 && square < Number.POSITIVE_INFINITY) return Math.min(1, most / Math.sqrt(square));
  const largest = gradient.reduce((size, g) => Math.max(size, Math.abs(g)), 0);
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return Math.min(1, most / largest);
  const relative = gradient.reduce((sum, g) => sum + (g / largest) ** 2, 0);
  return Math.min(1, most / largest / Math.sqrt(relative));
}

/**
 * Clips each entry of the gradient to [−c, c], g_i ← max(−c, min(c, g_i)): PyTorch's `clip_grad_value_`.
 *
 * @throws RangeError unless `most` is a finite number > 0, TypeError for an invalid rule
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = clipValue(sgd({ eta: 1 }), 1);
 * rule.step(theta, Float64Array.of(3, -0.5), rule.init(2));
 * theta // → Float64Array(2) [ -1, 0.5 ]
 */
export function clipValue(rule: Rule, most: number): Rule {
  return before(rule, "clipValue", { most }, (changed, gradient) => {
    for (let i = 0; i < gradient.length; i++) changed[i] = Math.max(-most, Math.min(most, gradient[i]!));
  });
}

/**
 * Weight decay: adds λ θ, the gradient of λ/2 ‖θ‖², to that of the loss. PyTorch's `weight_decay`, except in
 * AdamW.
 *
 * @throws RangeError unless `lambda` is a finite number > 0, TypeError for an invalid rule
 * @example
 * const theta = Float64Array.of(2);
 * const rule = decayWeights(sgd({ eta: 0.5 }), 0.5);
 * rule.step(theta, Float64Array.of(1), rule.init(1));
 * theta // → Float64Array(1) [ 1 ]
 */
export function decayWeights(rule: Rule, lambda: number): Rule {
  return before(rule, "decayWeights", { lambda }, (changed, gradient, theta) => {
    for (let i = 0; i < gradient.length; i++) changed[i] = gradient[i]! + lambda * theta[i]!;
  });
}

/**
 * Polyak–Ruppert averaging: the rule steps as before, and the state keeps the mean (1/k) Σ θ(j) of its iterates θ(1), …,
 * θ(k), which {@link averageOf} returns. With steps of order k^(−a), ½ < a < 1, that mean has the optimal asymptotic
 * variance.
 *
 * @throws TypeError for an invalid rule.
 * @example
 * const theta = Float64Array.of(4);
 * const rule = averaging(sgd({ eta: 1 }));
 * const state = rule.init(1);
 * for (const g of [1, 2]) rule.step(theta, Float64Array.of(g), state);
 * averageOf(state) // → Float64Array(1) [ 2 ]
 * @see Polyak, Juditsky, Acceleration of stochastic approximation by averaging, SIAM J. Control Optim. 30, 1992, theorem 2.
 */
export function averaging(rule: Rule): Rule {
  checkRule("averaging", rule);
  const made = makeRule(
    "averaging",
    {},
    {
      ...rule,
      init: (size) => ({ ...rule.init(size), mean: new Float64Array(size) }),
      step(theta, gradient, state) {
        rule.step(theta, gradient, state);
        const mean = state.mean as Float64Array;
        for (let i = 0; i < theta.length; i++) mean[i]! += (theta[i]! - mean[i]!) / state.k;
      },
    },
    `averaging(${rule})`,
  );
  averagingRules.add(made);
  return withProbesOf(made, rule);
}

/**
 * The mean of the iterates so far of a rule with {@link averaging}.
 *
 * @throws TypeError if the state belongs to another rule
 * @example
 * averageOf(averaging(sgd()).init(2)) // → Float64Array(2) [ 0, 0 ]
 */
export function averageOf(state: RuleState): Float64Array {
  if (state?.mean instanceof Float64Array) return state.mean;
  throw new TypeError("averageOf: the state keeps no mean; make the rule with averaging(…)");
}
