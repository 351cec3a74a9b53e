/**
 * What differences of a function tell of a field that is taken for its derivative, and where rounding of the function hides it.
 */
import type { Verdict } from "../../display/verdict.js";
import type { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";

/** A function, and what is taken for its derivative. */
export interface Field {
  /** The number of variables. */
  readonly dimension: number;
  /** F(θ). */
  value(theta: Vector): number;
  /** v(θ), one element of the field at θ; a kink is no excuse for none. */
  autodiff(theta: Vector): ArrayLike<number>;
}

/**
 * How F depends on one of its variables: `seen` where it changes within a radius; `constant` where it changes by no more than
 * rounding at any distance; `inactive` where it first changes farther away, and clearly; `hidden` where its changes sink in its
 * rounding, which is at most `noise`.
 */
export type Dependence =
  | { readonly kind: "seen"; readonly slope: number }
  | { readonly kind: "constant" | "hidden"; readonly noise: number }
  | { readonly kind: "inactive" };

/** The largest of some values, NaN apart; 0 if there is none. */
const largest = (values: readonly number[]): number => values.reduce((most, x) => (x > most ? x : most), 0);

/** θ with entry i moved. */
const moved = (theta: Float64Array, i: number, by: number): Float64Array => {
  const next = theta.slice();
  next[i]! += by;
  return next;
};

/** What rounding of the result may change F by at a value. */
const roundingOf = (value: number): number => 8 * Number.EPSILON * Math.abs(value);

/**
 * What rounding may change F(θ) by: of the result, and of what it is made of, which shows where third differences over the last bits of
 * θ, and over distances far below the steps, are more than those of a smooth function.
 */
export function noiseAt(F: Field, theta: Float64Array, radius: number): number {
  const bends = Array.from({ length: 16 }, (_, k) => {
    const third = (by: (x: number, times: number) => number): number => {
      const at = (times: number) => F.value(theta.map((x) => by(x, times)));
      // Not around θ itself, as rounding may be the same on both sides of a round number.
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

/** How F depends on each variable, as seen from some random places. */
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
    /** Whether a change is more than rounding, or no number; what F is made of is rounded the more the farther it moves. */
    const isSeen = ({ there, size, least }: ReturnType<typeof change>): boolean =>
      !(size <= least) && !(size <= 2 * noiseAt(F, there, radius));
    const changes = near.map((place) => change(place, radius));
    if (changes.some(isSeen)) {
      const finite = changes.map(({ size }) => size).filter(Number.isFinite);
      return { kind: "seen", slope: largest(finite) / (10 * radius) };
    }
    // Ever farther: changes that sank in rounding come up little by little, others at once.
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
  // Beside what F does with other variables, changes as small as rounding may be more than that.
  if (found.every(({ kind }) => kind === "constant")) return found;
  return found.map((one, i) => (one.kind === "constant" && !exact[i] ? { kind: "hidden", noise } : one));
}

/** Steps as shares of the radius: first the usual one; shorter ones where F bends within it; longer ones where it is rounded. */
const usual = 1e-6;
const shorter = [1e-7, 1e-8];
const longer = [1e-5, 1e-4, 1e-3];

/**
 * Whether v(θ) is the gradient, by differences of each entry: central ones or, since a kink within the step spoils those,
 * that of one side.
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
  // A slope that makes less over a radius than rounding does is none, of F in ordinary units; of a large F rounding may hide more.
  const isNone = dependence.kind === "constant" || (dependence.kind === "hidden" && dependence.noise <= 1e-9);
  if (isNone && Math.abs(v) * radius <= dependence.noise) return "yes";
  const at = (distance: number) => F.value(moved(theta, i, distance));
  // How steep F is around: slopes that are small beside that are rounding.
  const around = largest([-1, 1].map((side) => Math.abs(at(side * 0.01 * radius) - here))) / (0.01 * radius);
  const fits = (share: number, noise = 0): boolean => {
    const h = share * radius;
    const [left, right] = [(here - at(-h)) / h, (at(h) - here) / h];
    return [(left + right) / 2, left, right].some(
      (slope) => Math.abs(slope - v) <= 1e-6 * (around + Math.abs(slope)) + noise / h,
    );
  };
  const rounding = roundingOf(here);
  // Rounding is let pass where it is little beside the slopes elsewhere, as where F is flat.
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
