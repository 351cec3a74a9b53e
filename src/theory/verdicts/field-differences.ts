/**
 * Tests a claimed derivative of a function by its differences, as far as the rounding of the function allows.
 */
import type { Verdict } from "../../display/verdict.js";
import type { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";

/** A function and its claimed derivative. */
export interface Field {
  /** The number of variables. */
  readonly dimension: number;
  /** F(θ). */
  value(theta: Vector): number;
  /** v(θ), one element of the field at θ; it is also defined at kinks. */
  autodiff(theta: Vector): ArrayLike<number>;
}

/**
 * How F depends on one of its variables: `seen` if it changes within a radius; `constant` if it changes by no more than
 * rounding at any distance; `inactive` if it changes only farther away, and clearly; `hidden` if its changes are lost in its
 * rounding, which is at most `noise`.
 */
export type Dependence =
  | { readonly kind: "seen"; readonly slope: number }
  | { readonly kind: "constant" | "hidden"; readonly noise: number }
  | { readonly kind: "inactive" };

/** The largest of the values, ignoring NaN; 0 if there is none. */
const largest = (values: readonly number[]): number => values.reduce((most, x) => (x > most ? x : most), 0);

/** θ with entry i moved. */
const moved = (theta: Float64Array, i: number, by: number): Float64Array => {
  const next = theta.slice();
  next[i]! += by;
  return next;
};

/** The possible rounding of a value of F. */
const roundingOf = (value: number): number => 8 * Number.EPSILON * Math.abs(value);

/**
 * The possible rounding of F(θ): of the result, and of its intermediate values, estimated by third differences over the last
 * bits of θ and over distances far below the steps, which would vanish for a smooth function.
 */
export function noiseAt(F: Field, theta: Float64Array, radius: number): number {
  const bends = Array.from({ length: 16 }, (_, k) => {
    const third = (by: (x: number, times: number) => number): number => {
      const at = (times: number) => F.value(theta.map((x) => by(x, times)));
      // Not around θ itself, because rounding may be equal on both sides of a round number.
      return Math.abs(at(5) - at(-1) - 3 * (at(3) - at(1)));
    };
    const last = third((x, times) => x * (1 + times * 3 ** k * Number.EPSILON));
    return Math.max(
      last,
      third((x, times) => x + ((times * (k + 1)) / 16) * 1e-7 * radius),
    );
  });
  return Math.max(roundingOf(F.value(theta)), 4 * largest(bends));
}

/** How F depends on each variable, judged at random points. */
export function dependencesOf(F: Field, stream: Random, radius: number): Dependence[] {
  const places = Array.from({ length: 20 }, () =>
    Float64Array.from({ length: F.dimension }, () => radius * stream.normal()),
  );
  const near = places.map((theta) => ({ theta, here: F.value(theta), noise: noiseAt(F, theta, radius) }));
  const noise = largest(near.map((place) => place.noise));
  const exact = new Array<boolean>(F.dimension).fill(true);
  const found = Array.from({ length: F.dimension }, (_, i): Dependence => {
    const change = ({ theta, here, noise }: (typeof near)[number], by: number) => {
      const there = moved(theta, i, by);
      const value = F.value(there);
      const size = Math.abs(value - here);
      if (size !== 0) exact[i] = false;
      return { there, size, least: 2 * Math.max(noise, roundingOf(value)) };
    };
    /** Whether a change exceeds rounding or is NaN; the rounding of intermediate values grows with the distance. */
    const isSeen = ({ there, size, least }: ReturnType<typeof change>): boolean =>
      !(size <= least) && !(size <= 2 * noiseAt(F, there, radius));
    const changes = near.map((place) => change(place, radius));
    if (changes.some(isSeen)) {
      const finite = changes.map(({ size }) => size).filter(Number.isFinite);
      return { kind: "seen", slope: largest(finite) / (10 * radius) };
    }
    // Farther and farther: changes lost in rounding emerge gradually, others at once.
    for (let far = radius; far < 2 ** 100 * radius; far *= 1.25) {
      const seen = near
        .slice(0, 5)
        .flatMap((place) => [change(place, far), change(place, -far)])
        .filter(isSeen);
      if (seen.length === 0) continue;
      return seen.some(({ size, least }) => size > 2 ** 30 * least)
        ? { kind: "inactive" }
        : { kind: "hidden", noise };
    }
    return { kind: "constant", noise };
  });
  // Next to the contributions of other variables, changes as small as rounding may be real.
  if (found.every(({ kind }) => kind === "constant")) return found;
  return found.map((one, i) => (one.kind === "constant" && !exact[i] ? { kind: "hidden", noise } : one));
}

/** Steps as fractions of the radius: the usual one first; shorter ones where F bends within it; longer ones where rounding dominates. */
const usual = 1e-6;
const shorter = [1e-7, 1e-8];
const longer = [1e-5, 1e-4, 1e-3];

/**
 * Whether v(θ) is the gradient, by differences of each entry: central ones or, because a kink within the step spoils those,
 * one-sided ones.
 */
export function isGradient(
  F: Field,
  theta: Float64Array,
  radius: number,
  dependences: readonly Dependence[],
): Verdict {
  const v = F.autodiff(theta);
  const here = F.value(theta);
  const verdicts = dependences.map((dependence, i) =>
    isSlope(F, { theta, here }, radius, i, v[i]!, dependence),
  );
  return verdicts.includes("no") ? "no" : verdicts.includes("undecided") ? "undecided" : "yes";
}

function isSlope(
  F: Field,
  { theta, here }: { theta: Float64Array; here: number },
  radius: number,
  i: number,
  v: number,
  dependence: Dependence,
): Verdict {
  // A slope whose effect over a radius is below rounding counts as 0 if F is of ordinary size; for large F rounding may hide more.
  const isNone = dependence.kind === "constant" || (dependence.kind === "hidden" && dependence.noise <= 1e-9);
  if (isNone && Math.abs(v) * radius <= dependence.noise) return "yes";
  const at = (distance: number) => F.value(moved(theta, i, distance));
  // The steepness of F nearby: slopes that are tiny relative to it are rounding.
  const around = largest([-1, 1].map((side) => Math.abs(at(side * 0.01 * radius) - here))) / (0.01 * radius);
  const fits = (share: number, noise = 0): boolean => {
    const h = share * radius;
    const [left, right] = [(here - at(-h)) / h, (at(h) - here) / h];
    return [(left + right) / 2, left, right].some(
      (slope) => Math.abs(slope - v) <= 1e-6 * (around + Math.abs(slope)) + noise / h,
    );
  };
  const rounding = roundingOf(here);
  // Rounding is tolerated if it is small relative to the slopes elsewhere, as where F is flat.
  const steepness = dependence.kind === "seen" ? dependence.slope : 0;
  const found = (share: number): boolean => {
    const h = share * radius;
    const isExact =
      dependence.kind === "inactive" ||
      (dependence.kind === "seen" && rounding / h <= 1e-4 * (steepness + Math.abs(v)));
    return isExact && fits(share, Math.min(rounding, 1e-6 * steepness * h));
  };
  if (found(usual) || shorter.some(found)) return "yes";
  // Only short steps refute: long ones may reach over kinks.
  if (!shorter.some((share) => fits(share, rounding)) && !fits(usual, noiseAt(F, theta, radius))) return "no";
  return longer.some(found) ? "yes" : "undecided";
}
