/**
 * Statistics of a group: mean, standard deviation, confidence interval, quantiles. A diverged run counts: its ∞ makes the
 * mean ∞ and the interval NaN.
 */
import { studentQuantile } from "../tensor/student.js";

/** The mean; NaN for an empty list. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard deviation (n − 1); NaN for fewer than two values or if one is not finite. */
export function sdOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * Student's t interval for the mean of the distribution: x̄ ± t σ̂/√n; NaN without a standard deviation. Its level is that
 * stated for approximately normal draws.
 */
export function intervalOf(values: readonly number[], confidence: number): [low: number, high: number] {
  const n = values.length;
  const sd = sdOf(values);
  if (n < 2 || !Number.isFinite(sd)) return [Number.NaN, Number.NaN];
  const half = (studentQuantile((1 + confidence) / 2, n - 1) * sd) / Math.sqrt(n);
  const mean = meanOf(values);
  return [mean - half, mean + half];
}

/** The p-quantile, linear between neighbours (type 7 of Hyndman and Fan); NaN counts as the greatest value. */
export function quantileOf(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort(); // NaN last
  const at = p * (sorted.length - 1);
  const [low, share] = [Math.floor(at), at - Math.floor(at)];
  const [a, b] = [sorted[low] ?? Number.NaN, sorted[low + 1]];
  return share === 0 || b === undefined || a === b ? a : a + share * (b - a);
}
