/**
 * Student's t distribution: tail probabilities and quantiles for means whose standard error is estimated from few numbers.
 */
import { checkBetween0And1, refused } from "../options/check.js";
import { normalQuantile, normalTail } from "./normal.js";

/** From here on t and the normal distribution differ by less than one in 10⁵ up to eight standard errors. */
const nearlyNormal = 1e9;

/**
 * P(T > t) of Student's t with ν degrees of freedom: for t ≥ 0
 *
 *     P(T > t) = ½ I_x(ν/2, ½),    x = ν / (ν + t²),
 *
 * with the regularised incomplete beta function I, with a relative error of about 1e-12 even far out in the tail. ν = ∞ is the normal
 * distribution.
 *
 * @param t the argument
 * @param degrees ν > 0
 * @throws RangeError unless ν > 0.
 * @example
 * studentTail(1, 1).toFixed(12) // → '0.250000000000'
 * @see M. Abramowitz, I. Stegun, Handbook of mathematical functions, 1964, 26.7.1 and 26.5.8.
 */
export function studentTail(t: number, degrees: number): number {
  if (!(degrees > 0)) throw refused("studentTail", "degrees", "a number > 0", degrees);
  return tailOf(degrees)(t);
}

/** t ↦ P(T > t) for given degrees of freedom, with everything independent of t computed once. */
export function tailOf(degrees: number): (t: number) => number {
  if (degrees > nearlyNormal) return (t) => (t < 0 ? 1 - normalTail(-t) : normalTail(t));
  const I = incompleteBeta(degrees / 2, 0.5);
  const upper = (t: number): number => {
    const x = degrees / (degrees + t * t);
    // There I_x is x^a/(a B) to the last digit, even where x underflows.
    if (x < 1e-290) return 0.5 * I.near0(Math.log(degrees) - 2 * Math.log(t));
    return 0.5 * I.at(x, 1 - x === 0 ? (t * t) / degrees : 1 - x);
  };
  return (t) => (t < 0 ? 1 - upper(-t) : upper(t));
}

/**
 * The t with P(T ≤ t) = p for Student's t with ν degrees of freedom, by false position on log P(T > t).
 *
 * @param p the probability
 * @param degrees ν > 0
 * @throws RangeError unless 0 < p < 1 and ν > 0.
 * @example
 * studentQuantile(0.975, 10).toFixed(6) // → '2.228139'
 * @see M. Abramowitz, I. Stegun, Handbook of mathematical functions, 1964, 26.7.1, for P.
 */
export function studentQuantile(p: number, degrees: number): number {
  checkBetween0And1("studentQuantile", { p });
  if (!(degrees > 0)) throw refused("studentQuantile", "degrees", "a number > 0", degrees);
  return p < 0.5 ? -upperStudent(p, degrees) : upperStudent(1 - p, degrees);
}

/** t ≥ 0 with P(T > t) = tail, for a tail up to ½; precise even where 1 − tail rounds to 1. */
export function upperStudent(tail: number, degrees: number): number {
  if (degrees > nearlyNormal) return -normalQuantile(tail);
  const tailAt = tailOf(degrees);
  return whereTailIs(tail, (t) => Math.log(tailAt(t)));
}

/**
 * The t ≥ 0 at which a decreasing log P(t) is log(tail): false position on the logarithm (the Illinois method, which halves the
 * weight of the retained end), after doubling until the tail is small enough.
 */
export function whereTailIs(tail: number, logTail: (t: number) => number): number {
  const f = (t: number) => logTail(t) - Math.log(tail);
  let [low, high] = [0, 1];
  let [atLow, atHigh] = [f(0), f(1)];
  if (atLow <= 0) return 0;
  while (atHigh > 0 && high < Number.MAX_VALUE) {
    [low, atLow] = [high, atHigh];
    high = Math.min(2 * high, Number.MAX_VALUE);
    atHigh = f(high);
  }
  if (atHigh > 0) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const secant = (low * atHigh - high * atLow) / (atHigh - atLow);
    // There is no secant if the tail at the end is 0, whose logarithm is −∞, or if a product overflows.
    const t = i % 8 === 7 || !Number.isFinite(secant) ? low / 2 + high / 2 : secant;
    const value = f(t);
    if (value === 0) return t;
    if (value > 0) {
      [low, atLow] = [t, value];
      atHigh /= 2;
    } else {
      [high, atHigh] = [t, value];
      atLow /= 2;
    }
    if (Math.abs(value) < 1e-14) return t;
  }
  return low / 2 + high / 2;
}

/** I_x(a, b) for some a and b. */
interface IncompleteBeta {
  /** From x and y = 1 − x. */
  at(x: number, y: number): number;
  /** From log x, for x so small that x^a/(a B(a, b)) is exact. */
  near0(logX: number): number;
}

/** I_x(a, b) by the continued fraction that converges fast for x below its mean. */
function incompleteBeta(a: number, b: number): IncompleteBeta {
  // One is needed on each side of the mean.
  let [logThere, logMirrored]: (number | undefined)[] = [];
  const below = (x: number, y: number, a: number, b: number, logB: number): number => {
    // log1p where x is near 1, because a large power of x is needed.
    const logX = y < 0.5 ? Math.log1p(-y) : Math.log(x);
    const logY = x < 0.5 ? Math.log1p(-x) : Math.log(y);
    return Math.exp(a * logX + b * logY - logB) / a / fraction(x, a, b);
  };
  return {
    at(x, y) {
      if (x <= 0) return 0;
      if (y <= 0) return 1;
      if (x <= (a + 1) / (a + b + 2)) return below(x, y, a, b, (logThere ??= logBeta(a, b)));
      return 1 - below(y, x, b, a, (logMirrored ??= logBeta(b, a)));
    },
    near0: (logX) => Math.exp(a * logX - (logThere ??= logBeta(a, b))) / a,
  };
}

/** 1 + d₁/(1 + d₂/(1 + …)) of 26.5.8, by Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  let [value, c, d] = [1, 1, 0];
  for (let n = 1; n <= 5000; n++) {
    const m = Math.floor(n / 2);
    const term =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
        : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n));
    d = 1 / (1 + term * d);
    c = 1 + term / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** log B(a, ½) for b = ½ and any a, from Γ(a)/Γ(a + ½) without cancellation for large a. */
function logBeta(a: number, b: number): number {
  return logGamma(b) + logGammaQuotient(a, b);
}

/** log Γ(a) − log Γ(a + b). */
function logGammaQuotient(a: number, b: number): number {
  if (a < 30) return logGamma(a) - logGamma(a + b);
  // Stirling's series of both, with the large terms subtracted analytically.
  const correction = (x: number) => 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return -(a - 0.5) * Math.log1p(b / a) - b * Math.log(a + b) + b + correction(a) - correction(a + b);
}

/** log Γ(x) for x > 0: the recurrence up to 15, then Stirling's series. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  while (at < 15) shift += Math.log(at++);
  const series = 1 / (12 * at) - 1 / (360 * at ** 3) + 1 / (1260 * at ** 5) - 1 / (1680 * at ** 7);
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
