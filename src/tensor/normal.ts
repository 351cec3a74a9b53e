/**
 * The normal distribution, for confidence intervals and tests: tail probabilities and quantiles.
 */
import { checkBetween0And1 } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";

/**
 * P(Z > z) = ∫_z^∞ e^(−t²/2) dt / √(2π) for a standard normal Z, with a relative error of 2e-15 even far out in the tail (until it
 * is subnormal, z < 37.5).
 *
 * Source: Abramowitz, Stegun, Handbook of mathematical functions, 1964, 26.2.11 and 26.2.14.
 * @example
 * normalTail(6).toExponential(2) // → '9.87e-10'
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  // Below 1.25 the difference from ½ loses about two bits; above, the continued fraction loses none.
  return z < 1.25 ? 0.5 - central(z) : density(z) / hazard(z);
}

/** P(0 < Z < z) = φ(z) Σ z^(2n+1) / (1 · 3 · … · (2n+1)), all terms positive. */
function central(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return density(z) * sum;
}

/**
 * φ(z) / P(Z > z) by Laplace's continued fraction z + 1/(z + 2/(z + 3/(z + …))), from the inside out. The remainder after n
 * terms falls like e^(−2z√(2n)), so 400/z² terms are more than enough.
 */
function hazard(z: number): number {
  let fraction = z;
  for (let n = 10 + Math.ceil(400 / (z * z)); n >= 1; n--) fraction = z + n / fraction;
  return fraction;
}

/** φ(z) = e^(−z²/2) / √(2π): z² exactly if it is large, because an absolute error of z²/2 is a relative error of φ. */
function density(z: number): number {
  const head = Math.round(16 * z) / 16;
  // At infinity there is no remainder.
  const rest = z === head ? 0 : (z - head) * (z + head);
  return (Math.exp((-head * head) / 2) * Math.exp(-rest / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * The z with P(Z ≤ z) = p for a standard normal Z, with a relative error of 2e-15: by Newton's method on P(0 < Z < z) near the middle
 * and on log P(Z > z) in the tails.
 *
 * @throws RangeError unless 0 < p < 1.
 * Source: Abramowitz, Stegun, Handbook of mathematical functions, 1964, 26.2.11 and 26.2.14, for P.
 * @example
 * normalQuantile(0.975).toFixed(6) // → '1.959964'
 */
export function normalQuantile(p: number): number {
  checkBetween0And1("normalQuantile", { p });
  if (p === 0.5) return 0;
  // p − ½ and 1 − p have no rounding error here.
  const z = Math.abs(p - 0.5) < 0.25 ? middle(Math.abs(p - 0.5)) : upper(Math.min(p, 1 - p));
  return p < 0.5 ? -z : z;
}

/** z > 0 with P(0 < Z < z) = share < ¼. */
function middle(share: number): number {
  let z = 0;
  for (let i = 0; i < 100; i++) {
    const step = (share - central(z)) / density(z);
    z += step;
    if (Math.abs(step) < 1e-15 * z) break;
  }
  return z;
}

/**
 * z > 0 with P(Z > z) = tail: Newton's method on the logarithm of the tail, which is concave, from above, since
 * P(Z > z) ≤ e^(−z²/2) / 2. On the logarithm, because tails can underflow.
 */
function upper(tail: number): number {
  let z = Math.sqrt(-2 * Math.log(2 * tail));
  for (let i = 0; i < 100; i++) {
    const slope = z < 1.25 ? density(z) / normalTail(z) : hazard(z);
    const log = z < 1.25 ? Math.log(normalTail(z)) : (-z * z) / 2 - Math.log(Math.sqrt(2 * Math.PI) * slope);
    const step = (log - Math.log(tail)) / slope;
    z += step;
    if (Math.abs(step) < 1e-15 * z) break;
  }
  return z;
}

/**
 * The largest distance between the empirical distribution of a sample and a distribution function, and a bound on the
 * probability of such a distance: at most 2 exp(−2 n D²) for every n (Dvoretzky, Kiefer and Wolfowitz 1956, with
 * the constant of Massart 1990). If that is at most `falseAlarm`, the sample is of another distribution.
 *
 * `detects` is the smallest distance of another distribution that is found with probability 0.99: the limit
 * √(log(2/falseAlarm)/2n) and √(log(100)/2n) more, as a share of n draws is below its mean by that with probability 0.01 at most
 * (Hoeffding).
 *
 * @param sample the numbers, of length n
 * @param cdf the distribution function P(X ≤ x), continuous
 * @param options `falseAlarm` = 10⁻⁶
 * @throws RangeError for an empty sample, or unless 0 < `falseAlarm` < 1.
 * @example
 * distributionTest([0.1, 0.3, 0.5, 0.7, 0.9], (x) => x).distance.toFixed(3) // → '0.100'
 * distributionTest(Array.from({ length: 1000 }, (_, i) => i / 1000), (x) => x).detects.toFixed(3) // → '0.133'
 */
export function distributionTest(
  sample: ArrayLike<number>,
  cdf: (x: number) => number,
  options: { falseAlarm?: number } = {},
): { distance: number; probability: number; detects: number } {
  const { falseAlarm = 1e-6 } = optionsOf("distributionTest", options, ["falseAlarm"]);
  checkBetween0And1("distributionTest", { falseAlarm });
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  if (n === 0) throw new RangeError("distributionTest: the sample is empty");
  let largest = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    largest = Math.max(largest, p - i / n, (i + 1) / n - p);
  });
  return {
    distance: largest,
    probability: Math.min(1, 2 * Math.exp(-2 * n * largest * largest)),
    detects: Math.sqrt(Math.log(2 / falseAlarm) / (2 * n)) + Math.sqrt(Math.log(100) / (2 * n)),
  };
}
