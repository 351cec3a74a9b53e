/**
 * The functions that theory minimises: F with its gradient and known facts about it. Each fact is either true
 * or absent; the tests verify the facts of every objective by sampling.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import type { Vector } from "../algebra/vectors.js";

/** F: ℝ^dimension → ℝ, differentiable, with its known facts. Shows itself as a line of facts. */
export interface Objective extends Displayable {
  /** What it is, such as `quadratic`. */
  readonly name: string;
  /** M, the number of entries of θ. */
  readonly dimension: number;
  /** F(θ). Throws unless θ has `dimension` entries. */
  value(theta: Vector): number;
  /** ∇F(θ), a new array. Throws unless θ has `dimension` entries. */
  gradient(theta: Vector): Float64Array;
  /** The least L with ‖∇F(θ) − ∇F(β)‖ ≤ L ‖θ − β‖ for all θ, β; ∞ if there is none, `"unknown"` if it is not known. */
  readonly L: number | "unknown";
  /** The largest mu ≥ 0 for which F − mu/2 ‖θ‖² is convex; 0 if F is convex but not strongly convex. */
  readonly mu: number | "unknown";
  /** Whether F is convex. */
  readonly convex: boolean | "unknown";
  /** A minimiser θ*, if one is known. */
  readonly thetaStar?: Float64Array;
  /** All minimisers, if there are several isolated ones. */
  readonly minimisers?: readonly Float64Array[];
  /** F(θ*), if known. */
  readonly minimum?: number;
  /** F(θ) − F(θ*), computed without the cancellation of the difference where there is a formula for it. */
  gap?(theta: Vector): number;
}

/** An objective whose L and mu are known numbers. */
export interface SmoothObjective extends Objective {
  /** The least Lipschitz constant of ∇F. */
  readonly L: number;
  /** The constant of strong convexity, 0 if F is convex but not strongly convex. */
  readonly mu: number;
}

/** An objective with a known minimiser. */
export interface SolvedObjective extends SmoothObjective {
  /** A minimiser θ*. */
  readonly thetaStar: Float64Array;
  /** F(θ*). */
  readonly minimum: number;
}

/** The function, its gradient and its known facts. */
export interface ObjectiveOptions {
  name: string;
  dimension: number;
  value: (theta: Vector) => number;
  gradient: (theta: Vector) => ArrayLike<number>;
  L?: number | "unknown";
  mu?: number | "unknown";
  convex?: boolean | "unknown";
  thetaStar?: Vector;
  minimisers?: readonly Vector[];
  minimum?: number;
  gap?: (theta: Vector) => number;
}

/** The options of {@link objective}. */
export const objectiveNames = [
  "name",
  "dimension",
  "value",
  "gradient",
  "L",
  "mu",
  "convex",
  "thetaStar",
  "minimisers",
  "minimum",
  "gap",
] as const;

/**
 * An objective from a function, its gradient and known facts.
 *
 * @param options name, dimension, value, gradient; where known: L, mu, convex, thetaStar (or several
 *   `minimisers`), minimum (F(θ*) is computed if only θ* is given), gap
 * @throws RangeError if the gradient at 0 has the wrong length; value and gradient throw for a θ of wrong length.
 * @example
 * const F = objective({ name: "cosh", dimension: 1, value: ([t]) => Math.cosh(t), gradient: ([t]) => [Math.sinh(t)], mu: 1, convex: true, thetaStar: [0] });
 * F.minimum // → 1
 */
export function objective(options: ObjectiveOptions): Objective {
  optionsOf("objective", options, objectiveNames);
  const { name, dimension, L = "unknown", mu = "unknown", gap } = options;
  checkWhole("objective", { dimension });
  const entries = `${dimension} ${dimension === 1 ? "entry" : "entries"}`;
  const fits = (theta: Vector): Vector => {
    if (theta?.length === dimension) return theta;
    throw new RangeError(`${name}: theta must have ${entries}, got ${inspect(theta)}`);
  };
  // A copy, because a function may return the same array each time. `Float64Array.from` takes several times as long (half of
  // a step of stochastic descent in one dimension), so only other lists use it.
  const gradient = (theta: Vector) => {
    const entries = options.gradient(fits(theta));
    const isPlain = Array.isArray(entries) || entries instanceof Float64Array;
    return isPlain ? new Float64Array(entries) : Float64Array.from(entries);
  };
  const slope = gradient(new Float64Array(dimension));
  if (slope.length !== dimension) {
    throw new RangeError(`objective: the gradient of ${name} must have ${entries}, got ${slope.length}`);
  }
  const minimisers = options.minimisers?.map((theta) => Float64Array.from(fits(theta)));
  const thetaStar = options.thetaStar ? Float64Array.from(fits(options.thetaStar)) : minimisers?.[0];
  const minimum = options.minimum ?? (thetaStar && options.value(thetaStar));
  const text = describe(name, dimension, L, mu, thetaStar, minimum);
  return Object.freeze({
    name,
    dimension,
    value: (theta: Vector) => options.value(fits(theta)),
    gradient,
    L,
    mu,
    convex: options.convex ?? "unknown",
    ...(thetaStar && { thetaStar }),
    ...(minimisers && { minimisers }),
    ...(minimum !== undefined && { minimum }),
    ...(gap && { gap: (theta: Vector) => gap(fits(theta)) }),
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}

function describe(
  name: string,
  dimension: number,
  L: number | "unknown",
  mu: number | "unknown",
  thetaStar: Float64Array | undefined,
  minimum: number | undefined,
): string {
  const fact = (value: number | "unknown") => (typeof value === "number" ? formatNumber(value) : value);
  const shown = thetaStar && Array.from(thetaStar.subarray(0, 4), (entry) => formatNumber(entry));
  const facts = [
    `L = ${fact(L)}`,
    `mu = ${fact(mu)}`,
    shown ? `θ* = (${shown.join(", ")}${dimension > 4 ? ", …" : ""})` : "no minimiser known",
    ...(minimum === undefined ? [] : [`F* = ${formatNumber(minimum)}`]),
  ];
  return `${name}, ${dimension} ${dimension === 1 ? "dimension" : "dimensions"}: ${facts.join(", ")}`;
}
