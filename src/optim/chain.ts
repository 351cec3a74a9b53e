/**
 * Rules put together from links, each of which does one small thing to a direction: the way to take a rule apart, to see
 * what each part of it is for, and to make one of one's own. The links are in `links.ts`.
 */
import { inspect } from "#platform";
import { makeRule, type Rule, type RuleState } from "./rule.js";

/** What a link remembers between steps. */
export type LinkState = Record<string, number | Float64Array>;

/** What a link may look at besides the direction. */
export interface Passing {
  /** The number of the step, 1, 2, … */
  readonly k: number;
  /** The parameters before the step. */
  readonly theta: Float64Array;
  /** What came into `averageGradients`, where that was a link before. */
  gradient?: Float64Array;
}

/** A part of a rule; made by `scaleBy()`, `addMomentum()` and the like, or of one's own. */
export interface Link {
  /** What it remembers before the first step, for `size` parameters. */
  init(size: number): LinkState;
  /** What it does to a direction, in place. */
  pass(direction: Float64Array, state: LinkState, at: Passing): void;
  /** What all of the direction was multiplied by in step k, where that is one number. */
  factor?(state: LinkState, k: number): number;
}

/**
 * A rule from links: the gradient goes through one after the other, and what comes out is taken off the parameters,
 *
 *     d = link_n(… link_2(link_1(g(k)))),   θ(k+1) = θ(k) − d.
 *
 * Every rule of nablab is a chain:
 *
 * | rule | links |
 * |---|---|
 * | `sgd` | `scaleBy(eta)` |
 * | `momentum`, `nesterov` | `addMomentum({ beta, lookAhead })`, `scaleBy(eta)` |
 * | `adagradNorm` | `divideByNorm({ c0 })`, `scaleBy(eta)` |
 * | `adagrad` | `divideByRootSum({ epsilon, c0 })`, `scaleBy(eta)` |
 * | `rmsprop` | `divideByRootMean({ beta, epsilon })`, `scaleBy(eta)` |
 * | `adam` | `averageGradients({ beta, unbiased: true })`, `divideByRootMean({ beta, epsilon, unbiased: true })`, `scaleBy(eta)` |
 * | `amsgrad` | the same with `largest: true` |
 * | `adamw` | the same as `adam`, with `addWeights(lambda)` before `scaleBy(eta)` |
 * | `lion` | `takeSign({ beta1, beta2 })`, `addWeights(lambda)`, `scaleBy(eta)` |
 * | `adadelta` | `matchUnits({ rho, epsilon })`, `scaleBy(eta)` |
 *
 * It trains in float64; the rules by their own names may have fast kernels.
 *
 * @param links at least one, in their order
 * @throws TypeError for none, or something that is no link.
 * @example
 * const rule = chain(addMomentum({ beta: 0.5 }), scaleBy(0.1));
 * const theta = Float64Array.of(1);
 * const state = rule.init(1);
 * for (const g of [1, 1]) rule.step(theta, Float64Array.of(g), state);
 * theta // → Float64Array(1) [ 0.75 ]
 * @see Optax (github.com/google-deepmind/optax), whose optimisers are such chains.
 */
export function chain(...links: Link[]): Rule {
  const stranger = links.find((link) => typeof link?.pass !== "function" || typeof link?.init !== "function");
  if (links.length === 0 || stranger) {
    throw new TypeError(
      `chain: expected links such as addMomentum() and scaleBy(0.1), got ${links.length === 0 ? "none" : inspect(stranger, { depth: 0 })}`,
    );
  }
  // In the state of the rule the names of link i end in its number: m1, v2, …
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
        const direction = gradient.slice();
        const at: Passing = { k: ++state.k, theta };
        links.forEach((link, i) => {
          const own = stateOf(state, i);
          link.pass(direction, own, at);
          for (const [name, whole] of names[i]!) state[whole] = own[name]!;
        });
        for (let i = 0; i < theta.length; i++) theta[i]! -= direction[i]!;
      },
      stepSize: (state) =>
        links.reduce(
          (size, link, i) => size * (link.factor?.(stateOf(state, i), Math.max(1, state.k)) ?? 1),
          1,
        ),
    },
    `chain(${links.join(", ")})`,
  );
}
