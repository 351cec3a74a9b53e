/**
 * Derivatives from values of the function alone: slow (at least two values for each parameter, claim A12) but
 * independent of every formula, and therefore the reference for gradient checks.
 *
 * A difference with step h has a truncation error of order h² and a rounding error of ε|f|/h, ε = 2⁻⁵², so at
 * best about ε^(2/3) with h = ε^(1/3). Richardson's extrapolation makes the first error h⁴, h⁶, … from the same values, so
 * that h can stay large and rounding small: 10⁻¹² is common.
 */

import { inspect } from "#platform";
import { checkPositive } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";

/** The slope of a function along one coordinate, estimated by differences. */
export interface Difference {
  /** The central difference: the derivative, or at a kink something between the one-sided slopes. */
  slope: number;
  /** An estimate of its error from the extrapolation, rounding included. */
  error: number;
  /**
   * Set if the one-sided slopes differ down to the smallest step that rounding permits: the point is at a kink, or too close
   * to one to decide. A slope that grows without bound is infinite.
   */
  kink?: Kink;
  /**
   * Set if f has another slope at another scale, such as values rounded to a few digits: they follow a curve at large scales,
   * and are steps of slope 0 at small ones. It is unknown which scale is the right one.
   */
  other?: { slope: number; error: number };
}

/** The one-sided slopes at a kink. */
export interface Kink {
  /** The slope on the left. */
  left: number;
  /** The slope on the right. */
  right: number;
  /** Their possible error. */
  error: number;
  /** Whether f jumps here: then it has no slopes. */
  jump: boolean;
}

/** Options of the differences. */
export interface DifferenceOptions {
  /** A fixed step h relative to max(1, |θ_i|), such as ε^(1/3); by default steps are halved and extrapolated. */
  step?: number;
}

/** A function of parameters whose value is a number. */
export type Scalar = (theta: Float64Array) => number;

/**
 * The gradient of f at θ by central differences, ∂f/∂θ_i ≈ (f(θ + h e_i) − f(θ − h e_i)) / 2h for each coordinate i,
 * extrapolated to h → 0.
 *
 * @param f the function; it is called 10 to 60 times for each coordinate (2 with a fixed `step`), with the
 *   same array, in which one entry is changed; it must not retain the array
 * @param theta the point, of length M
 * @param options `step`: a fixed relative step instead of the extrapolation
 * @throws RangeError if f is not finite near θ.
 * @example
 * centralDifferences(([a, b]) => a * b ** 2, [2, 3]).map((slope) => Number(slope.toFixed(9))) // → Float64Array(2) [ 9, 12 ]
 * @see L. F. Richardson, The approximate arithmetical solution by finite differences, Phil. Trans. A 210 (1911).
 */
export function centralDifferences(
  f: Scalar,
  theta: Float64Array | readonly number[],
  options: DifferenceOptions = {},
): Float64Array {
  const { step } = optionsOf("centralDifferences", options, ["step"]);
  if (step !== undefined) checkPositive("centralDifferences", { step });
  const at = Float64Array.from(theta);
  return Float64Array.from({ length: at.length }, (_, i) => {
    const along = line(f, at, i);
    if (step === undefined) return extrapolated(along, widestStep(along)).slope;
    const h = step * along.scale;
    const [up, down] = [along.value(h), along.value(-h)];
    const off = Number.isFinite(up) ? -h : h;
    if (!Number.isFinite(up - down)) throw notFinite(along, off, Number.isFinite(up) ? down : up);
    return (up - down) / (2 * h);
  });
}

/** The derivative of f along coordinate i, with the estimate of its error and a search for a kink. */
export function difference(f: Scalar, theta: Float64Array, i: number): Difference {
  const along = line(f, theta, i);
  const h = widestStep(along);
  const found = kinkOf(along, h);
  if (typeof found === "object") {
    const height = Math.max(stair(along, found.left, -1), stair(along, found.right, 1));
    return height > 0 ? onStairs(extrapolated(along, h), height) : { ...extrapolated(along, h), kink: found };
  }
  // If there is a kink nearby, only steps that do not reach it give the slope.
  const best = extrapolated(along, found ?? h);
  if (best.slope === 0) return { ...confirmed(along, best), ...curveAround(along, best) };
  const height = Math.max(stair(along, best.slope, -1), stair(along, best.slope, 1));
  return height > 0 ? onStairs(best, height) : confirmed(along, best);
}

/** The slope of the curve that steps of this height follow: each of the two values of a difference is off by half a step. */
const onStairs = ({ slope, error, step }: Extrapolated, height: number): Difference => ({
  slope,
  error: Math.max(error, (2 * height) / step),
  other: { slope: 0, error: 0 },
});

/** Differences at this distance see the curve that rounded values follow; values of fewer than about 3 digits do not follow one. */
const fromAfar = 2 ** -8;

/**
 * The height of the step that f stands on: if f should change by 2¹² times its rounding but does not change at all, its values are
 * steps, and the next one begins where it changes. 0 if there are no steps. Intermediate values may be larger than f: its rounding
 * is assumed to be at least that of 1.
 */
function stair({ value, here, scale }: Line, slope: number, side: 1 | -1): number {
  if (slope === 0 || !Number.isFinite(slope)) return 0;
  const centre = value(0);
  const visible = (2 ** 12 * Number.EPSILON * Math.max(Math.abs(centre), 1)) / Math.abs(slope);
  let h = 2 ** Math.ceil(Math.log2(Math.max(visible, 8 * Number.EPSILON * Math.abs(here))));
  if (h > fromAfar * scale || value(side * h) !== centre) return 0;
  for (h *= 2; h < scale; h *= 2) {
    const height = Math.abs(value(side * h) - centre);
    if (height !== 0) return height;
  }
  return 0;
}

/** The slope of the curve that f follows at large scales if it is flat at small ones. */
function curveAround({ value, scale }: Line, { step }: Extrapolated): Pick<Difference, "other"> {
  const h = fromAfar * scale;
  if (step > h / 16) return {};
  const centre = value(0);
  const [right, left] = [(value(h) - centre) / h, (centre - value(-h)) / h];
  const curve = (right + left) / 2;
  const error = Math.abs(right - left);
  // Both sides agree roughly, unlike near a kink.
  return error < Math.abs(curve) / 4 ? { other: { slope: curve, error } } : {};
}

/**
 * The slope, with the error that shorter steps reveal: for a smooth f they agree up to rounding; for values that were rounded to a
 * few digits, or are noisy, it is unknown which scale is the right one.
 */
function confirmed({ value, here }: Line, { slope, error, step }: Extrapolated): Difference {
  let worst = error;
  for (const h of [step / 2 ** 10, step / 2 ** 20]) {
    // If θ + h rounds to θ there is nothing to compare.
    if (here + h - here !== h || here - h - here !== -h) break;
    const [up, down] = [value(h), value(-h)];
    const size = Math.max(Math.abs(up), Math.abs(down));
    const off = Math.abs((up - down) / (2 * h) - slope);
    // Differences this small may be the rounding of a long computation, unless f does not change at all.
    const visible = h === step / 2 ** 10 ? 64 : up === down ? 4 : Number.POSITIVE_INFINITY;
    if (off > (visible * Number.EPSILON * size) / h) worst = Math.max(worst, off);
  }
  return { slope, error: worst };
}

/** f along a coordinate: u ↦ f(θ + u e_i). */
interface Line {
  /** f, or NaN where it is not finite. */
  value(u: number): number;
  /** max(1, |θ_i|). */
  scale: number;
  /** θ_i. */
  here: number;
  /** i. */
  index: number;
}

function line(f: Scalar, theta: Float64Array, index: number): Line {
  const here = theta[index]!;
  return {
    scale: Math.max(1, Math.abs(here)),
    here,
    index,
    value(u) {
      theta[index] = here + u;
      const value = f(theta);
      theta[index] = here;
      return value;
    },
  };
}

const notFinite = ({ index, here }: Line, u: number, value: unknown) =>
  new RangeError(
    `centralDifferences: f must be finite near theta, at theta[${index}] = ${here + u} it is ${inspect(value)}${u === 0 ? "" : ", however small the step: theta is at the edge of where f is defined"}`,
  );

// Steps are powers of 2 (times a power of 2 near the scale), so that θ + h − θ = h almost always. From 2⁻⁴ a
// smooth function of ordinary curvature needs 5 halvings; near a kink or a singularity at distance d, steps above d are
// useless, and the halving continues below it.
const largestStep = 2 ** -4;
const mostHalvings = 32;
// A kink closer to 0 than this counts as at 0, and values of f may underflow.
const smallestStep = 2 ** -100;
/** The smallest normal number; smaller ones have fewer digits. */
const leastNormal = 2 ** -1022;

/** The largest step h₀/2^k at which f is finite on both sides. */
function widestStep(along: Line): number {
  const { value, scale, here } = along;
  const centre = value(0);
  if (!Number.isFinite(centre)) throw notFinite(along, 0, centre);
  let h = largestStep * 2 ** Math.floor(Math.log2(scale));
  for (;;) {
    const [up, down] = [value(h), value(-h)];
    if (Number.isFinite(up) && Number.isFinite(down)) return h;
    const wrong = Number.isFinite(up) ? -h : h;
    h /= 2;
    if (here + h === here || here - h === here || h < 2 ** -1000) {
      throw notFinite(along, wrong, value(wrong));
    }
  }
}

/** The slope, its error, and the shortest step used. */
interface Extrapolated {
  slope: number;
  error: number;
  step: number;
}

/**
 * Ridders' table: row k holds the difference with step h = h₀/2^k, then, to the right, combinations in which
 * h², h⁴, … cancel. The entry that differs least from its neighbours is the answer.
 */
function extrapolated({ value, here }: Line, h0: number): Extrapolated {
  let before: number[] = [];
  let best = { slope: Number.NaN, error: Number.POSITIVE_INFINITY, step: h0 };
  for (let k = 0, rows = 0; k <= mostHalvings; k++) {
    const h = h0 / 2 ** k;
    if (here + h === here) break;
    const [up, down] = [value(h), value(-h)];
    // If f is finite further out but not here, the table starts again.
    if (!Number.isFinite(up - down)) {
      rows = 0;
      continue;
    }
    const row = [(up - down) / (2 * h)];
    // No combination is more accurate than the rounding of its values.
    const rounding = (Number.EPSILON * Math.max(Math.abs(up), Math.abs(down), leastNormal)) / (2 * h);
    for (let j = 1; j <= Math.min(rows, 8); j++) {
      const slope = row[j - 1]! + (row[j - 1]! - before[j - 1]!) / (4 ** j - 1);
      row.push(slope);
      const error = Math.max(Math.abs(slope - row[j - 1]!), Math.abs(slope - before[j - 1]!)) + rounding;
      if (error < best.error) best = { slope, error, step: h };
    }
    if (rows >= 4 && best.error <= Math.max(1e-12 * Math.abs(best.slope), 4 * rounding)) break;
    before = row;
    rows++;
  }
  return best;
}

/**
 * Looks for a kink: for a smooth f, (right − left) of the one-sided slopes shrinks with h, by half when h halves; across a kink
 * it does not. Undefined if f looks smooth. Otherwise steps keep shrinking until the kink is out of reach (that step is
 * returned), or rounding hides the slopes: then the point is at the kink.
 */
function kinkOf({ value, scale, here }: Line, widest: number): Kink | number | undefined {
  const centre = value(0);
  const slopes = (h: number) => {
    const [up, down] = [value(h), value(-h)];
    const size = Math.max(Math.abs(centre), Math.abs(up), Math.abs(down));
    return {
      right: (up - centre) / h,
      left: (centre - down) / h,
      rounding: (64 * Number.EPSILON * size) / h,
      h,
    };
  };
  const gap = ({ right, left }: { right: number; left: number }) => Math.abs(right - left);
  const first = slopes(Math.min(2 ** -20 * 2 ** Math.floor(Math.log2(scale)), widest / 2));
  const half = slopes(first.h / 2);
  if (Math.max(gap(first), gap(half)) <= first.rounding) return undefined;
  const [wide, narrow] = [first.right - first.left, half.right - half.left];
  if (Math.abs(wide - 2 * narrow) <= 0.1 * Math.abs(wide) + half.rounding) return undefined;
  let last = half;
  for (let h = first.h / 16; h > smallestStep && here + h !== here && here - h !== here; h /= 16) {
    const next = slopes(h);
    if (!Number.isFinite(next.right - next.left) || next.rounding > gap(first) / 16) break;
    if (gap(next) <= next.rounding) return h;
    last = next;
  }
  const bits = Math.log2(first.h / last.h);
  // A gap that shrinks with some power of h, as for |θ|^1.5, closes in the limit: the derivative exists.
  if (bits > 4 && gap(last) < 2 ** (-bits / 3) * gap(first)) return last.h;
  const growing = (side: "left" | "right") =>
    bits > 4 && Math.abs(last[side]) > 2 ** (bits / 3) * Math.max(Math.abs(first[side]), first.rounding);
  const rise = (side: "left" | "right") => Math.abs(last[side]) * last.h;
  const jumps = (side: "left" | "right") =>
    growing(side) && rise(side) > 0.5 * Math.abs(first[side]) * first.h;
  // Extrapolated to h → 0, unless there is no limit.
  const limit = (side: "left" | "right") =>
    growing(side) ? Math.sign(last[side]) * Number.POSITIVE_INFINITY : 2 * half[side] - first[side];
  const error =
    2 * Math.max(Math.abs(half.left - first.left), Math.abs(half.right - first.right)) + half.rounding;
  return { left: limit("left"), right: limit("right"), error, jump: jumps("left") || jumps("right") };
}
