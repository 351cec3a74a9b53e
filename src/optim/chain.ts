/**
 * Rules composed of links, each of which transforms the direction of a step: a way to take a rule apart, to see the purpose
 * of each part, and to build a custom one. The links are in `links.ts`.
 */
import { inspect } from "#platform";
import { type Link, type LinkState, stepSizeThrough, stepThrough } from "./link.js";
import { makeRule, type Rule, type RuleState } from "./rule.js";

/**
 * A rule from links: the gradient passes through them in order, and the result is subtracted from the parameters,
 *
 *     d = link_n(… link_2(link_1(g(k)))),   θ(k+1) = θ(k) − d.
 *
 * Every rule of nablab is a chain:
 *
 * | rule | links |
 * |---|---|
 * | `sgd`, `gradientDescent` | `scaleBy(eta)` |
 * | `momentum` | `addMomentum({ beta })`, `scaleBy(eta)` |
 * | `nesterov` | `addMomentum({ beta, lookAhead: true })`, `scaleBy(eta)` |
 * | `adagradNorm` | `divideByNorm({ c0 })`, `scaleBy(eta)` |
 * | `adagrad` | `divideByRootSum({ epsilon, c0 })`, `scaleBy(eta)` |
 * | `rmsprop` | `divideByRootMean({ beta: alpha, epsilon })`, `scaleBy(eta)` |
 * | `adam` | `averageGradients({ beta: beta1, unbiased: true })`, `divideByRootMean({ beta: beta2, epsilon, unbiased: true })`, `scaleBy(eta)` |
 * | `amsgrad` | as `adam`, with `largest: true` in `divideByRootMean` |
 * | `adamw` | as `adam`, with `addWeights(weightDecay)` before `scaleBy(eta)` |
 * | `lion` | `takeSign({ beta1, beta2 })`, `addWeights(weightDecay)`, `scaleBy(eta)` |
 * | `adadelta` | `matchUnits({ rho, epsilon })`, `scaleBy(eta)` |
 *
 * It trains in float64; the named rules may have fast kernels.
 *
 * @param links at least one, in order
 * @throws TypeError for no links, or an invalid one.
 * @example
 * const rule = chain(addMomentum({ beta: 0.5 }), scaleBy(0.1));
 * const theta = Float64Array.of(1);
 * const state = rule.init(1);
 * for (const g of [1, 1]) rule.step(theta, Float64Array.of(g), state);
 * theta // → Float64Array(1) [ 0.75 ]
 * @see Optax (github.com/google-deepmind/optax), whose optimisers are such chains.
 */
export function chain(...links: Link[]): Rule {
  const stranger = links.findIndex(
    (link) => typeof link?.pass !== "function" || typeof link.init !== "function",
  );
  if (links.length === 0 || stranger >= 0) {
    throw new TypeError(
      `chain: expected links such as addMomentum() and scaleBy(0.1), got ${links.length === 0 ? "none" : inspect(links[stranger], { depth: 0 })}`,
    );
  }
  // In the state of the rule the names of link i end in its index: m1, v2, …
  const names = links.map((link, i) =>
    Object.keys(link.init(0)).map((own) => [own, `${own}${i + 1}`] as const),
  );
  const stateOf = (state: RuleState, i: number): LinkState =>
    Object.fromEntries(names[i]!.map(([own, whole]) => [own, state[whole]!]));
  return makeRule(
    "chain",
    {},
    {
      name: "chain",
      options: {},
      init: (size) =>
        Object.assign(
          { k: 0 },
          ...links.map((link, i) => {
            const own = link.init(size);
            return Object.fromEntries(names[i]!.map(([name, whole]) => [whole, own[name]!]));
          }),
        ),
      step(theta, gradient, state) {
        const own = links.map((_, i) => stateOf(state, i));
        stepThrough(links, (i) => own[i]!, theta, gradient.slice(), ++state.k);
        own.forEach((remembered, i) => {
          for (const [name, whole] of names[i]!) state[whole] = remembered[name]!;
        });
      },
      stepSize: (state) => stepSizeThrough(links, (i) => stateOf(state, i), state.k),
    },
    `chain(${links.map(textOf).join(", ")})`,
  );
}

/** The text of a link; a custom one may have none. */
const textOf = (link: Link): string => (String(link) === "[object Object]" ? "custom link" : String(link));
