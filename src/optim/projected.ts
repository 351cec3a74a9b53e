/** Rules that stay within a set: after each step the parameters are moved to the nearest point of it. */
import { inspect } from "#platform";
import { checkPositive } from "../options/check.js";
import { makeRule, type Rule, withInnerRules } from "./rule.js";

/** A closed convex set, by its projection: moves θ to the nearest point of it, in place. Shows itself as the call that made it. */
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
 * All θ with low_i ≤ θ_i ≤ high_i, whose projection clips each entry. A side may be a number for all entries or a list, and ∞.
 *
 * @param low a number, or a list of length M as θ
 * @param high a number, or a list of length M as θ
 * @throws RangeError unless low ≤ high everywhere; when used, if a list has another length than θ.
 * @example
 * const theta = Float64Array.of(-3, 0.5, 2);
 * box(0, 1).project(theta);
 * theta // → Float64Array(3) [ 0, 0.5, 1 ]
 * @see Boyd, Vandenberghe, Convex optimization, 2004, section 8.1.
 */
export function box(low: number | ArrayLike<number>, high: number | ArrayLike<number>): Region {
  const at = (side: number | ArrayLike<number>, i: number) => (typeof side === "number" ? side : side[i]!);
  const lists = [low, high].filter(
    (side): side is ArrayLike<number> => typeof side === "object" && side !== null,
  );
  const count = Math.max(1, ...lists.map(({ length }) => length));
  for (let i = 0; i < count; i++) {
    if (at(low, i) <= at(high, i)) continue;
    throw new RangeError(
      `box: low must be at most high, numbers or lists of numbers, got ${inspect(low)} and ${inspect(high)}`,
    );
  }
  return region(`box(${textOf(low)}, ${textOf(high)})`, (theta) => {
    const wrong = lists.find(({ length }) => length !== theta.length);
    if (wrong) throw new RangeError(`box: theta has ${theta.length} entries but a side has ${wrong.length}`);
    for (let i = 0; i < theta.length; i++) theta[i] = Math.max(at(low, i), Math.min(at(high, i), theta[i]!));
  });
}

/**
 * All θ with ‖θ − centre‖ ≤ radius, whose projection shortens θ − centre.
 *
 * @param radius > 0
 * @param options `centre`: a list of length M as θ; 0
 * @throws RangeError unless the radius is a finite number > 0; when used, if the centre has another length than θ.
 * @example
 * const theta = Float64Array.of(3, 4);
 * ball(1).project(theta);
 * theta // → Float64Array(2) [ 0.6, 0.8 ]
 * @see Boyd, Vandenberghe, Convex optimization, 2004, section 8.1.
 */
export function ball(radius: number, { centre }: { centre?: ArrayLike<number> } = {}): Region {
  checkPositive("ball", { radius });
  const text = centre ? `ball(${radius}, { centre: ${textOf(centre)} })` : `ball(${radius})`;
  return region(text, (theta) => {
    if (centre && centre.length !== theta.length) {
      throw new RangeError(`ball: theta has ${theta.length} entries but the centre has ${centre.length}`);
    }
    const from = (i: number) => (centre ? centre[i]! : 0);
    const size = Math.hypot(...theta.map((x, i) => x - from(i)));
    if (!(size > radius)) return;
    for (let i = 0; i < theta.length; i++) theta[i] = from(i) + (radius * (theta[i]! - from(i))) / size;
  });
}

const textOf = (side: number | ArrayLike<number>): string =>
  typeof side === "number" ? String(side).replace("Infinity", "∞") : `[${Array.from(side).join(", ")}]`;

/**
 * A rule whose steps end in a set C: θ(k+1) = P(θ(k) − d(k)) with the nearest point P of C. Of SGD it is the projected stochastic
 * gradient, for which bounds need no bounded gradients on the whole space.
 *
 * @param rule the rule that steps
 * @param region C, `box(low, high)`, `ball(radius)` or a custom `{ project(theta) }`
 * @throws TypeError for what is no rule or no region.
 * @example
 * const theta = Float64Array.of(0);
 * const rule = projected(sgd({ eta: 1 }), box(-1, 1));
 * rule.step(theta, Float64Array.of(-5), rule.init(1));
 * theta // → Float64Array(1) [ 1 ]
 * @see Nemirovski, Juditsky, Lan, Shapiro, Robust stochastic approximation approach to stochastic programming, SIAM J. Optim.
 *   19 (2009), section 2.
 */
export function projected(rule: Rule, region: Region): Rule {
  if (typeof rule?.step !== "function") {
    throw new TypeError(
      `projected: expected a rule such as sgd({ eta: 0.1 }), got ${inspect(rule, { depth: 0 })}`,
    );
  }
  if (typeof region?.project !== "function") {
    throw new TypeError(
      `projected: expected a region such as box(-1, 1) or ball(2), got ${inspect(region, { depth: 0 })}`,
    );
  }
  const text = Object.hasOwn(region, "toString") ? String(region) : "custom region";
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
    `projected(${rule}, ${text})`,
  );
  return withInnerRules(made, [rule]);
}

/**
 * A rule that leaves some parameters alone, θ_i(k+1) = θ_i(k) where the mask is 0, whatever the rule does, such as pruned weights at 0;
 * the rule sees the gradient 0 there.
 *
 * @param rule the rule that steps
 * @param mask a list of length M as θ, 0 for a parameter that stays
 * @throws TypeError for what is no rule or no mask; when used, RangeError if the mask has another length than θ.
 * @example
 * const theta = Float64Array.of(1, 1);
 * const rule = masked(sgd({ eta: 1 }), [1, 0]);
 * rule.step(theta, Float64Array.of(1, 1), rule.init(2));
 * theta // → Float64Array(2) [ 0, 1 ]
 * @see Frankle, Carbin, The lottery ticket hypothesis: finding sparse, trainable neural networks, ICLR 2019.
 */
export function masked(rule: Rule, mask: ArrayLike<number | boolean>): Rule {
  if (typeof rule?.step !== "function") {
    throw new TypeError(
      `masked: expected a rule such as sgd({ eta: 0.1 }), got ${inspect(rule, { depth: 0 })}`,
    );
  }
  if (typeof mask !== "object" || mask === null || typeof mask.length !== "number") {
    throw new TypeError(`masked: expected a list of 0 and 1, one for each parameter, got ${inspect(mask)}`);
  }
  const moves = Uint8Array.from(mask as ArrayLike<number>, (one) => Number(Boolean(one)));
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
        // What does not move is no part of the gradient: neither of its norm, nor of what a rule remembers.
        rule.step(
          theta,
          gradient.map((g, i) => (moves[i] ? g : 0)),
          state,
        );
        for (let i = 0; i < theta.length; i++) if (!moves[i]) theta[i] = before[i]!;
      },
    },
    `masked(${rule}, ${moves.length <= 16 ? `[${moves.join(", ")}]` : `${share} of ${moves.length}, ${checksum(moves)}`})`,
  );
  return withInnerRules(made, [rule]);
}

/** FNV-1a: other masks have another, but for one in four billion. */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
