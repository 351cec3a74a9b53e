/**
 * What the values of a group say: mean, standard deviation, an interval, quantiles. A run that diverged counts: its ∞ makes
 * the mean ∞, and there is no interval.
 */
import { studentQuantile } from "../tensor/student.js";

/** The mean; NaN of none. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard deviation with n − 1; NaN of fewer than two, or where a value is not finite. */
export function sdOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * The interval of Student's t for the mean of what the values are drawn from: x̄ ± t σ̂/√n. NaN where there is no standard
 * deviation. It holds its level for draws that are about normal.
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
