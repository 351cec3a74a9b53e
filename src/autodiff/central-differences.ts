/**
 * Derivatives from values of the function alone: slow (two values and more for each parameter, claim A12) but
 * blind to every mistake of a formula, which is what a gradient is checked against.
 *
 * A difference with step h errs by h² for the curve and by ε|f|/h for rounding, ε = 2⁻⁵², so at best by about
 * ε^(2/3) with h = ε^(1/3). Richardson's extrapolation makes the first error h⁴, h⁶, … from the same values, so
 * that h can stay large and rounding small: 10⁻¹² is common.
 */
import { inspect } from "#platform";

/** The slope of a function along one coordinate, as differences see it. */
export interface Difference {
  /** The central difference: the derivative, or at a kink something between the one-sided slopes. */
  slope: number;
  /** An estimate of its error from the extrapolation. */
  error: number;
  /** Set if the one-sided slopes differ however close one looks: the point is at (or within 10⁻⁶ of) a kink. */
  kink?: { left: number; right: number };
}

/** How the differences are taken. */
export interface DifferenceOptions {
  /** A fixed step h relative to max(1, |θ_i|), such as ε^(1/3); without it steps are halved and extrapolated. */
  step?: number;
}

/** A function of parameters whose value is a number. */
export type Scalar = (theta: Float64Array) => number;

/**
 * The gradient of f at θ by central differences, ∂f/∂θ_i ≈ (f(θ + h e_i) − f(θ − h e_i)) / 2h for each coordinate i,
 * extrapolated to h → 0.
 *
 * @param f the function; it is called 10 to 60 times for each coordinate (2 with a fixed `step`), with the
 *   same array, in which one entry is changed; it must not keep it
 * @param theta where, of length M
 * @param options `step`: a fixed relative step instead of the extrapolation
 * @throws RangeError if f is not finite near θ.
 * @example
 * centralDifferences(([a, b]) => a * b ** 2, [2, 3]).map((slope) => Number(slope.toFixed(9))) // → Float64Array(2) [ 9, 12 ]
 * @see L. F. Richardson, The approximate arithmetical solution by finite differences, Phil. Trans. A 210 (1911).
 */
export function centralDifferences(
  f: Scalar,
  theta: Float64Array | readonly number[],
  { step }: DifferenceOptions = {},
): Float64Array {
  if (step !== undefined && !(Number.isFinite(step) && step > 0)) {
    throw new RangeError(`centralDifferences: step must be a finite number > 0, got ${inspect(step)}`);
  }
  const at = Float64Array.from(theta);
  return Float64Array.from({ length: at.length }, (_, i) => {
    const along = line(f, at, i);
    if (step === undefined) return extrapolated(along).slope;
    const h = step * along.scale;
    return (along.value(h) - along.value(-h)) / (2 * h);
  });
}

/** The derivative of f along coordinate i, with the estimate of its error and a look for a kink. */
export function difference(f: Scalar, theta: Float64Array, i: number): Difference {
  const along = line(f, theta, i);
  const { slope, error } = extrapolated(along);
  const kink = kinkOf(along);
  return kink ? { slope, error, kink } : { slope, error };
}

/** f along a coordinate: u ↦ f(θ + u e_i). */
interface Line {
  value(u: number): number;
  /** max(1, |θ_i|). */
  scale: number;
}

function line(f: Scalar, theta: Float64Array, i: number): Line {
  const here = theta[i]!;
  return {
    scale: Math.max(1, Math.abs(here)),
    value(u) {
      theta[i] = here + u;
      const value = f(theta);
      theta[i] = here;
      if (typeof value !== "number" || !Number.isFinite(value)) {
        throw new RangeError(
          `centralDifferences: f must be finite near theta, at theta[${i}] = ${here + u} it is ${inspect(value)}`,
        );
      }
      return value;
    },
  };
}

// Steps are powers of 2 (times a power of 2 near the scale), so that θ + h − θ = h almost always. From 2⁻⁴ a
// smooth function of ordinary curvature is done after 5 halvings; near a kink at distance d no step above d is
// of use, and the halving goes on below it.
const largestStep = 2 ** -4;
const mostHalvings = 24;

/**
 * Ridders' table: row k holds the difference with step h = h₀/2^k, then, to the right, combinations in which
 * h², h⁴, … cancel. The entry that differs least from its neighbours is the answer.
 */
function extrapolated({ value, scale }: Line): { slope: number; error: number } {
  const h0 = largestStep * 2 ** Math.floor(Math.log2(scale));
  let before: number[] = [];
  let best = { slope: Number.NaN, error: Number.POSITIVE_INFINITY };
  for (let k = 0; k <= mostHalvings; k++) {
    const h = h0 / 2 ** k;
    const [up, down] = [value(h), value(-h)];
    const row = [(up - down) / (2 * h)];
    // No combination is better than the rounding of the values it is made of.
    const rounding = (Number.EPSILON * Math.max(Math.abs(up), Math.abs(down))) / (2 * h);
    for (let j = 1; j <= Math.min(k, 8); j++) {
      const slope = row[j - 1]! + (row[j - 1]! - before[j - 1]!) / (4 ** j - 1);
      row.push(slope);
      const error = Math.max(Math.abs(slope - row[j - 1]!), Math.abs(slope - before[j - 1]!)) + rounding;
      if (error < best.error) best = { slope, error };
    }
    if (k >= 4 && best.error <= Math.max(1e-12 * Math.abs(best.slope), 4 * rounding)) break;
    before = row;
  }
  return best;
}

/**
 * The one-sided slopes if they differ: for a smooth f, (right − left) shrinks with h, by half when h halves;
 * across a kink it stays, or changes in some other way.
 */
function kinkOf({ value, scale }: Line): { left: number; right: number } | undefined {
  const here = value(0);
  const h = 2 ** -20 * scale;
  const slopes = (step: number) => ({
    right: (value(step) - here) / step,
    left: (here - value(-step)) / step,
  });
  const far = slopes(h);
  const near = slopes(h / 2);
  const [wide, narrow] = [far.right - far.left, near.right - near.left];
  const rounding = (64 * Number.EPSILON * Math.max(Math.abs(here), Math.abs(value(h)))) / h;
  if (Math.max(Math.abs(wide), Math.abs(narrow)) <= rounding) return undefined;
  return Math.abs(wide - 2 * narrow) <= 0.1 * Math.abs(wide) + rounding ? undefined : near;
}
