/**
 * How heavy the tails of noise are: known for the library's noise, estimated from a sample for any other.
 */
import { refused } from "../../options/check.js";
import type { Vector } from "../algebra/vectors.js";
import { kurtosisOf } from "../objectives/expectation.js";
import { isFiniteSum, type StochasticObjective } from "../objectives/stochastic-objective.js";
import type { Tails } from "./mean-test.js";

/** The known kurtosis of an objective's gradients at θ, in the worst entry. */
export function knownTails(F: StochasticObjective, theta: Vector): Tails {
  if (!isFiniteSum(F)) return { kurtosis: kurtosisOf(F) };
  // Each of N terms is drawn with probability 1/N: all moments are sums over the terms.
  const terms = Array.from({ length: F.N }, (_, i) => F.termGradient(i, theta));
  let largest = 1;
  for (let j = 0; j < F.dimension; j++) {
    const mean = terms.reduce((sum, g) => sum + g[j]! / F.N, 0);
    let [square, fourth] = [0, 0];
    for (const g of terms) {
      const off = (g[j]! - mean) ** 2;
      square += off / F.N;
      fourth += (off * off) / F.N;
    }
    if (square > 1e-24 * (1 + mean * mean)) largest = Math.max(largest, fourth / square ** 2);
  }
  return { kurtosis: largest };
}

/** Throws RangeError unless a bound is ≥ 0 and a kurtosis ≥ 1, as every kurtosis is; either may be ∞ or missing. */
export function checkTails(who: string, { bound, kurtosis }: Tails): void {
  if (bound !== undefined && !(bound >= 0)) throw refused(who, "bound", "a number ≥ 0", bound);
  if (kurtosis !== undefined && !(kurtosis >= 1)) throw refused(who, "kurtosis", "a number ≥ 1", kurtosis);
}

/** An estimate of a tail index α, P(X > x) ≈ x^−α for large x. */
export interface TailIndex {
  /** The estimate, from the largest fiftieth of the sample; ∞ if those are all equal. */
  readonly index: number;
  /** Its standard error if the tail is a power. */
  readonly standardError: number;
  /** The verdict on the variance: E X² is finite if α > 2. */
  readonly variance: "finite" | "infinite" | "undecided";
}

/** The required distance from 2, in standard errors. */
const clear = 4;

/**
 * Hill's estimator of the tail index from the k largest of n positive numbers, α̂ = k/Σ log(xᵢ/x₍ₖ₊₁₎), with error α̂/√k, for the
 * largest tenth and the largest fiftieth. For a power law both agree; if the latter is larger, as for a lognormal distribution,
 * the tail gets lighter further out, and the estimate is extrapolated by three times the difference before the variance is
 * called infinite. No sample proves either: beyond the largest draw the tail is unknown.
 */
export function tailIndex(sample: Float64Array): TailIndex {
  const sorted = sample.toSorted().reverse(); // ten times as fast as with a comparison function
  const hill = (k: number) => {
    const floor = sorted[k]!;
    let sum = 0;
    for (let i = 0; i < k; i++) sum += Math.log(sorted[i]! / floor);
    const index = floor > 0 && sum > 1e-9 * k ? k / sum : floor > 0 ? Number.POSITIVE_INFINITY : 0;
    return { index, error: index / Math.sqrt(k) };
  };
  const n = sorted.length;
  if (n < 100) return { index: Number.NaN, standardError: Number.NaN, variance: "undecided" };
  const [wide, far] = [hill(Math.floor(n / 10)), hill(Math.floor(n / 50))];
  // Zeros among the largest tenth mean rare large draws among small ones: the sample says nothing about their tail.
  if (wide.index === 0 || far.index === 0) {
    return { index: far.index || Number.NaN, standardError: far.error || Number.NaN, variance: "undecided" };
  }
  const light = wide.index - clear * wide.error > 2 && far.index - far.error > 2;
  const carriedOn = far.index + 3 * Math.max(0, far.index - wide.index);
  const heavy = carriedOn + clear * Math.hypot(4 * far.error, 3 * wide.error) < 2;
  return {
    index: far.index,
    standardError: far.error,
    variance: light || far.index === Number.POSITIVE_INFINITY ? "finite" : heavy ? "infinite" : "undecided",
  };
}
