/**
 * The normal distribution, for confidence intervals and tests: how likely a deviation is, and how large one may be.
 */
import { inspect } from "#platform";

/**
 * P(Z > z) = ∫_z^∞ e^(−t²/2) dt / √(2π) of a standard normal Z, to about 1e-15 relative, also far out in the tail.
 *
 * Source: Abramowitz, Stegun, Handbook of mathematical functions, 1964, 26.2.11 and 26.2.14.
 * @example
 * normalTail(6).toExponential(2) // → '9.87e-10'
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  if (z < 3) {
    // P(Z > z) = ½ − φ(z) Σ z^(2n+1) / (1 · 3 · … · (2n+1)), all terms positive.
    let term = z;
    let sum = z;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (z * z) / (2 * n + 1);
      sum += term;
    }
    return 0.5 - density(z) * sum;
  }
  // Laplace's continued fraction φ(z) / (z + 1/(z + 2/(z + 3/(z + …)))), from the inside out.
  let fraction = z;
  for (let n = 120; n >= 1; n--) fraction = z + n / fraction;
  return density(z) / fraction;
}

const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/**
 * The z with P(Z ≤ z) = p for a standard normal Z, by Newton's method on log P(Z > z).
 *
 * @throws RangeError unless 0 < p < 1.
 * Source: Abramowitz, Stegun, Handbook of mathematical functions, 1964, 26.2.11 and 26.2.14, for P.
 * @example
 * normalQuantile(0.975).toFixed(6) // → '1.959964'
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normalQuantile: p must be between 0 and 1, got ${inspect(p)}`);
  if (p < 0.5) return -upper(p);
  return p === 0.5 ? 0 : upper(1 - p);
}

/** z > 0 with P(Z > z) = tail: Newton's method on the logarithm, which is concave, from below. */
function upper(tail: number): number {
  let z = 0;
  for (let i = 0; i < 100; i++) {
    const now = normalTail(z);
    const step = (Math.log(now / tail) * now) / density(z);
    z += step;
    if (Math.abs(step) < 1e-14 * (1 + z)) break;
  }
  return z;
}

/**
 * The largest distance between the empirical distribution of a sample and a distribution function, and how small the
 * probability of such a distance is: at most 2 exp(−2 n D²) for every n (Dvoretzky, Kiefer and Wolfowitz 1956, with
 * the constant of Massart 1990).
 *
 * @param sample the numbers, of length n
 * @param cdf the distribution function P(X ≤ x), continuous
 * @throws RangeError for an empty sample.
 * @example
 * distributionTest([0.1, 0.3, 0.5, 0.7, 0.9], (x) => x).distance.toFixed(3) // → '0.100'
 */
export function distributionTest(
  sample: ArrayLike<number>,
  cdf: (x: number) => number,
): { distance: number; probability: number } {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  if (n === 0) throw new RangeError("distributionTest: the sample is empty");
  let largest = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    largest = Math.max(largest, p - i / n, (i + 1) / n - p);
  });
  return { distance: largest, probability: Math.min(1, 2 * Math.exp(-2 * n * largest * largest)) };
}
