/** Rules that stay within a set: after each step the parameters are moved to the nearest point of it. */
import { inspect } from "#platform";
import { checkList, checkPositive, isList } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { checksumOf } from "../tensor/checksum.js";
import { lengthOf } from "../tensor/length.js";
import { makeRule, probedBy, type Rule, withInnerRules } from "./rule.js";
import { checkRule, refuseMean } from "./transforms.js";

/**
 * A closed convex set, by its projection: moves θ to the nearest point of it, in place. Shows itself as the call that made it.
 *
 * To detect a checkpoint resumed with another custom region, `train` projects a few points: it calls `project` once after a
 * training with `checkpoint`, and before one with `resume`.
 */
export interface Region {
  /** θ ← argmin over the set of ‖· − θ‖, in place. */
  project(theta: Float64Array): void;
  /** The call that makes it. */
  toString(): string;
}

function region(text: string, project: (theta: Float64Array) => void): Region {
  const show = { value: () => text, enumerable: false };
  return Object.freeze(Object.defineProperties({ project }, { toString: show, [inspect.custom]: show }));
}

/**
 * All θ with low_i ≤ θ_i ≤ high_i, whose projection clips each entry. Each bound is a number for all entries or a list, possibly infinite.
 *
 * @param low a number, or a list of length M as θ
 * @param high a number, or a list of length M as θ
 * @throws RangeError unless low ≤ high everywhere, numbers or lists of the same length; when used, if a list has another length than θ.
 * @example
 * const theta = Float64Array.of(-3, 0.5, 2);
 * box(0, 1).project(theta);
 * theta // → Float64Array(3) [ 0, 0.5, 1 ]
 * @see Boyd, Vandenberghe, Convex optimization, 2004, section 8.1.
 */
export function box(low: number | ArrayLike<number>, high: number | ArrayLike<number>): Region {
  const [least, greatest] = [sideOf("low", low), sideOf("high", high)];
  const lists = [least, greatest].filter((side) => typeof side !== "number");
  if (lists.length === 2 && lists[0]!.length !== lists[1]!.length) {
    throw new RangeError(
      `box: low and high must have the same length, got ${lists[0]!.length} and ${lists[1]!.length} entries`,
    );
  }
  const at = (side: number | Float64Array, i: number) => (typeof side === "number" ? side : side[i]!);
  for (let i = 0; i < (lists[0]?.length ?? 1); i++) {
    if (at(least, i) <= at(greatest, i)) continue;
    throw new RangeError(
      `box: low must be at most high, got ${at(least, i)} and ${at(greatest, i)}${lists.length > 0 ? ` at number ${i}` : ""}`,
    );
  }
  return region(`box(${textOf(least)}, ${textOf(greatest)})`, (theta) => {
    if (lists[0] && lists[0].length !== theta.length) {
      throw new RangeError(`box: theta has ${theta.length} entries but a side has ${lists[0].length}`);
    }
    for (let i = 0; i < theta.length; i++) {
      theta[i] = Math.max(at(least, i), Math.min(at(greatest, i), theta[i]!));
    }
  });
}

/** A bound: a number, or a copy of the list. */
function sideOf(name: string, side: number | ArrayLike<number>): number | Float64Array {
  if (typeof side === "number" && !Number.isNaN(side)) return side;
  const list = listOf(side);
  if (list && !list.some(Number.isNaN)) return list;
  throw new RangeError(
    `box: ${name} must be a number or a list of numbers, such as box(-1, 1), got ${inspect(side)}`,
  );
}

/** A copy of a list of numbers; undefined for anything else. */
function listOf(given: unknown): Float64Array | undefined {
  if (!isList(given)) return undefined;
  const list = Array.from(given);
  return list.every((one) => typeof one === "number") ? Float64Array.from(list as number[]) : undefined;
}

/**
 * All θ with ‖θ − centre‖ ≤ radius, whose projection shortens θ − centre.
 *
 * @param radius > 0
 * @param options `centre`: a list of length M as θ; 0
 * @throws RangeError unless the radius is a finite number > 0 and the centre a list of finite numbers; when used, if the centre has
 *   another length than θ.
 * @example
 * const theta = Float64Array.of(3, 4);
 * ball(1).project(theta);
 * theta // → Float64Array(2) [ 0.6, 0.8 ]
 * @see Boyd, Vandenberghe, Convex optimization, 2004, section 8.1.
 */
export function ball(radius: number, options: { centre?: ArrayLike<number> } = {}): Region {
  optionsOf("ball", options, ["centre"]);
  checkPositive("ball", { radius });
  const centre = listOf(options.centre);
  if (options.centre !== undefined && !centre?.every(Number.isFinite)) {
    throw new RangeError(
      `ball: centre must be a list of finite numbers, one for each parameter, got ${inspect(options.centre)}`,
    );
  }
  const text = centre ? `ball(${radius}, { centre: ${textOf(centre)} })` : `ball(${radius})`;
  return region(text, (theta) => {
    if (centre && centre.length !== theta.length) {
      throw new RangeError(`ball: theta has ${theta.length} entries but the centre has ${centre.length}`);
    }
    const from = (i: number) => (centre ? centre[i]! : 0);
    const way = theta.map((x, i) => x - from(i));
    const largest = way.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const isFar = largest === Number.POSITIVE_INFINITY;
    // Infinite entries alone determine the direction, as a limit.
    if (isFar) way.set(way.map((x) => (Math.abs(x) === largest ? Math.sign(x) : 0)));
    const size = lengthOf(way);
    if (!isFar && !(size > radius)) return;
    // Normalise first: 1e200/1e-200 overflows, and 1e-200 · 1e-200 underflows.
    for (let i = 0; i < theta.length; i++) theta[i] = from(i) + radius * (way[i]! / size);
  });
}

/** A number or a list as text; a long list by its length and checksum. */
const textOf = (side: number | Float64Array): string => {
  if (typeof side === "number") return String(side).replace("Infinity", "∞");
  return side.length <= 16
    ? `[${Array.from(side, (one) => String(one).replace("Infinity", "∞")).join(", ")}]`
    : `${side.length} numbers, ${checksumOf(side)}`;
};

/**
 * A rule whose steps end in a set C: θ(k+1) = P(θ(k) − d(k)) with the nearest point P of C. With SGD this is the projected stochastic
 * gradient method, whose bounds do not need bounded gradients on the whole space.
 *
 * @param rule the rule that steps
 * @param region C, `box(low, high)`, `ball(radius)` or a custom `{ project(theta) }`
 * @throws TypeError for an invalid rule or region, or for `averaging(…)` inside, which belongs outside.
 * @example
 * const theta = Float64Array.of(0);
 * const rule = projected(sgd({ eta: 1 }), box(-1, 1));
 * rule.step(theta, Float64Array.of(-5), rule.init(1));
 * theta // → Float64Array(1) [ 1 ]
 * @see Nemirovski, Juditsky, Lan, Shapiro, Robust stochastic approximation approach to stochastic programming, SIAM J. Optim.
 *   19 (2009), section 2.
 */
export function projected(rule: Rule, region: Region): Rule {
  checkRule("projected", rule);
  refuseMean("projected", ", region", rule);
  if (typeof region?.project !== "function") {
    throw new TypeError(
      `projected: expected a region such as box(-1, 1) or ball(2), got ${inspect(region, { depth: 0 })}`,
    );
  }
  const isNamed = Object.hasOwn(region, "toString");
  const made = makeRule(
    "projected",
    {},
    {
      ...rule,
      step(theta, gradient, state) {
        rule.step(theta, gradient, state);
        region.project(theta);
      },
    },
    `projected(${rule}, ${isNamed ? region : "custom region"})`,
  );
  if (isNamed) return withInnerRules(made, [rule]);
  return withInnerRules(made, [rule], (size) => [...placesIn(region, size), ...probedBy(rule, size)]);
}

/** The projections of points of different sizes, as sums, which differ between regions; empty if it accepts none of them. */
function placesIn(region: Region, size: number): number[] {
  try {
    return [0.01, 1, 100, 1e4].flatMap((scale) => {
      const theta = Float64Array.from({ length: size }, (_, i) => scale * Math.cos(i + 1));
      region.project(theta);
      return [0, 1].map((phase) => theta.reduce((sum, x, i) => sum + x * Math.cos(i * 1.3 + phase), 0));
    });
  } catch {
    return [];
  }
}

/**
 * A rule that freezes some parameters, such as pruned weights: θ_i(k+1) = θ_i(k) where the mask is 0; the rule sees the gradient
 * 0 there.
 *
 * @param rule the rule that steps
 * @param mask a list of length M as θ, 0 for a frozen parameter
 * @throws TypeError for an invalid rule or mask, or for `averaging(…)` inside, which belongs outside; RangeError for other
 *   entries than 0 and 1, or when used, if the mask has another length than θ.
 * @example
 * const theta = Float64Array.of(1, 1);
 * const rule = masked(sgd({ eta: 1 }), [1, 0]);
 * rule.step(theta, Float64Array.of(1, 1), rule.init(2));
 * theta // → Float64Array(2) [ 0, 1 ]
 * @see Frankle, Carbin, The lottery ticket hypothesis: finding sparse, trainable neural networks, ICLR 2019.
 */
export function masked(rule: Rule, mask: ArrayLike<number | boolean>): Rule {
  checkRule("masked", rule);
  refuseMean("masked", ", mask", rule);
  checkList("masked", { mask }, "a list of 0 and 1, one for each parameter");
  const list: unknown[] = Array.from(mask);
  const wrong = list.findIndex((one) => ![0, 1, false, true].includes(one as number));
  if (wrong >= 0) {
    throw new RangeError(
      `masked: each entry of the mask must be 0 or 1, or false or true; number ${wrong} is ${inspect(list[wrong])}`,
    );
  }
  const moves = Uint8Array.from(list, Number);
  const share = moves.reduce((sum, one) => sum + one, 0);
  const made = makeRule(
    "masked",
    {},
    {
      ...rule,
      step(theta, gradient, state) {
        if (theta.length !== moves.length) {
          throw new RangeError(`masked: theta has ${theta.length} entries but the mask has ${moves.length}`);
        }
        const before = theta.slice();
        // Frozen parameters are not part of the gradient: neither of its norm, nor of the rule's state.
        rule.step(
          theta,
          gradient.map((g, i) => (moves[i] ? g : 0)),
          state,
        );
        for (let i = 0; i < theta.length; i++) if (!moves[i]) theta[i] = before[i]!;
      },
    },
    `masked(${rule}, ${moves.length <= 16 ? `[${moves.join(", ")}]` : `${share} of ${moves.length}, ${checksumOf(moves)}`})`,
  );
  return withInnerRules(made, [rule]);
}
