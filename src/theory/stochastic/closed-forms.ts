/**
 * Closed forms of stochastic approximation where M is linear: N(θ) = slope (θ − θ*) + noise of standard deviation sd.
 * Each step is then linear, and mean and variance follow recursions that can be solved (B3, B4, A15).
 */

import { type StepSize, stepSizeAt } from "../../optim/schedule.js";
import { checkBetween0And1, checkPositive, checkShare } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";

/**
 * The stationary variance of θ(k) with a constant step η, where M is linear with the given slope:
 *
 *     v = η sd² / (slope (2 − η slope)),
 *
 * the fixed point of v = (1 − η slope)² v + η² sd². For the two parabolas ½(θ−1)² and ½(θ+1)², one of them drawn at
 * each step, slope and sd are 1: v = η/(2 − η) (B3). With momentum β (heavy ball, as `momentum`) it is
 *
 *     v = η sd² / (slope (1 − β) (2 − η slope/(1 + β))),
 *
 * from θ(k+1) = a θ(k) − β θ(k−1) − η noise with a = 1 + β − η slope: the covariance of neighbours is a v/(1 + β), and
 * v = (a² + β²) v − 2aβ · a v/(1 + β) + η² sd² (B12).
 *
 * @param options `eta`, `slope` = 1, `sd` = 1, `beta` = 0
 * @throws RangeError unless 0 < η slope < 2(1 + β) and 0 ≤ β < 1: beyond, the variance grows without bound.
 * @example
 * stationaryVariance({ eta: 0.5 }) // → 0.3333333333333333
 * stationaryVariance({ eta: 0.05, beta: 0.9 }).toFixed(4) // → '0.2533'
 */
export function stationaryVariance(options: {
  eta: number;
  slope?: number;
  sd?: number;
  beta?: number;
}): number {
  const given = optionsOf("stationaryVariance", options, ["eta", "slope", "sd", "beta"]);
  const { eta, slope = 1, sd = 1, beta = 0 } = given;
  checkPositive("stationaryVariance", { eta, slope, sd });
  checkShare("stationaryVariance", { beta });
  if (eta * slope >= 2 * (1 + beta)) {
    const limit = beta === 0 ? "2" : `2(1 + beta) = ${2 * (1 + beta)}`;
    throw new RangeError(`stationaryVariance: η slope must be below ${limit}, got ${eta * slope}`);
  }
  return (eta * sd * sd) / (slope * (1 - beta) * (2 - (eta * slope) / (1 + beta)));
}

/** Mean and variance of θ(k) − θ* for k = 0, …, steps. */
export interface LinearMoments {
  /** E[θ(k) − θ*]. */
  readonly mean: Float64Array;
  /** The variance of θ(k). */
  readonly variance: Float64Array;
  /** E|θ(k) − θ*|² = mean² + variance. */
  readonly meanSquare: Float64Array;
}

/**
 * The exact mean and variance of θ(k) − θ* where M is linear, for any step sizes (B3, B4):
 *
 *     m(k) = (1 − η(k) slope) m(k−1),    v(k) = (1 − η(k) slope)² v(k−1) + η(k)² sd².
 *
 * @param options `schedule`: η(k) for k = 1, 2, …; `error0` = θ(0) − θ*; `steps`; `slope` = 1, `sd` = 1
 * @example
 * linearMoments({ schedule: (k) => 1 / k, error0: 5, steps: 4 }).variance // → Float64Array(5) [ 0, 1, 0.5, 0.33333333333333337, 0.25 ]
 */
export function linearMoments(options: {
  schedule: StepSize;
  error0: number;
  steps: number;
  slope?: number;
  sd?: number;
}): LinearMoments {
  const {
    schedule,
    error0,
    steps,
    slope = 1,
    sd = 1,
  } = optionsOf("linearMoments", options, ["schedule", "error0", "steps", "slope", "sd"]);
  const mean = new Float64Array(steps + 1);
  const variance = new Float64Array(steps + 1);
  mean[0] = error0;
  for (let k = 1; k <= steps; k++) {
    const step = stepSizeAt("linearMoments", schedule, k);
    const keep = 1 - step * slope;
    mean[k] = keep * mean[k - 1]!;
    variance[k] = keep * keep * variance[k - 1]! + step * step * sd * sd;
  }
  return { mean, variance, meanSquare: mean.map((one, k) => one * one + variance[k]!) };
}

/**
 * The asymptotic variance for η(k) = a/k: √k (θ(k) − θ*) is asymptotically normal with mean 0 and variance
 *
 *     a² sd² / (2 a slope − 1)    if a slope > ½,
 *
 * smallest for a = 1/slope, where it is sd²/slope². Below ½ the error falls more slowly than 1/√k.
 *
 * @param options `a`; `slope` = M'(θ*) = 1; `sd` of N(θ*) = 1
 * @throws RangeError unless a slope > ½.
 * @example
 * asymptoticVariance({ a: 2 }) // → 1.3333333333333333
 * asymptoticVariance({ a: 0.5 }) // throws asymptoticVariance: a slope must be above ½, … got 0.5
 * @see V. Fabian, On asymptotic normality in stochastic approximation, Ann. Math. Statist. 39 (1968), theorem 2.2;
 *   first K. L. Chung, On a stochastic approximation method, Ann. Math. Statist. 25 (1954).
 */
export function asymptoticVariance(options: { a: number; slope?: number; sd?: number }): number {
  const { a, slope = 1, sd = 1 } = optionsOf("asymptoticVariance", options, ["a", "slope", "sd"]);
  checkPositive("asymptoticVariance", { a, slope, sd });
  if (!(a * slope > 0.5)) {
    throw new RangeError(
      `asymptoticVariance: a slope must be above ½, or θ(k) is not asymptotically normal at the rate 1/√k; got ${a * slope}`,
    );
  }
  return (a * a * sd * sd) / (2 * a * slope - 1);
}

/**
 * How far the steps η(k) = eta · ratio^k, k = 1, 2, …, can go (B4).
 *
 * If |N(θ)| ≤ bound along the path, θ(k) stays within bound · Σ η(k) = bound · eta · ratio/(1 − ratio) of its
 * start: for 2^−k that is the bound itself. If M is linear and there is no noise, the fraction Π (1 − η(k) slope) of the
 * error remains for ever; for 2^−k and slope 1 this is Euler's function φ(½) = Σ (−1)^n 2^(−n(3n−1)/2) = 0.2888, by his
 * pentagonal number theorem.
 *
 * @param options `ratio` = ½, `eta` = 1, `bound` = 1, `slope` = 1
 * @returns `reach`: the largest possible distance from the start; `remaining`: the fraction of the error that remains if M is linear
 * @throws RangeError unless 0 < ratio < 1.
 * @example
 * geometricReach() // → { reach: 1, remaining: 0.2887880950866024 }
 */
export function geometricReach(
  options: { ratio?: number; eta?: number; bound?: number; slope?: number } = {},
): { reach: number; remaining: number } {
  const {
    ratio = 0.5,
    eta = 1,
    bound = 1,
    slope = 1,
  } = optionsOf("geometricReach", options, ["ratio", "eta", "bound", "slope"]);
  checkPositive("geometricReach", { eta, bound, slope });
  checkBetween0And1("geometricReach", { ratio });
  let remaining = 1;
  // Stop when factors round to 1.
  for (let step = eta * slope * ratio; step > 1e-17; step *= ratio) remaining *= 1 - step;
  return { reach: (bound * eta * ratio) / (1 - ratio), remaining };
}
