/**
 * A mean with a reliable standard error, or the reason why it is not reliable: of independent draws, of their squared
 * deviations, and of the dependent steps of a path. `checkEstimate` compares such an estimate with the value of a theorem.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";

/** An estimate of a mean. Shows itself as a line. */
export interface Estimate extends Displayable {
  /** The estimate, in the unit of the draws. */
  readonly mean: number;
  /** Its standard error, in the same unit. */
  readonly standardError: number;
  /** The degrees of freedom of the standard error: the number of values it is estimated from, minus one. */
  readonly degrees: number;
  /** The number of draws, or of steps. */
  readonly count: number;
  /** The effective sample size: the number of independent draws with the same standard error. */
  readonly effective: number;
  /** The estimated skewness of the distribution of the mean, E(X̄ − μ)³/σ(X̄)³: 0 if it is symmetric. */
  readonly skewness: number;
  /** The standard error of that: √6/n for n normal draws, more for heavy tails. */
  readonly skewnessError: number;
  /** Why the standard error is not reliable, and what would help; undefined if there is no objection. */
  readonly doubt: { readonly reason: string; readonly wouldDecide: string } | undefined;
  /** The estimate in words. */
  toString(): string;
}

/** Fewer independent draws say little about their tails. */
const fewest = 30;

/**
 * A single draw with more than this share of the sum of squares dominates the standard error; among n normal draws one exceeds
 * 20/n with probability 10⁻⁴.
 */
const dominant = (n: number) => Math.max(0.2, 20 / n);

/**
 * The mean of independent draws with its standard error, σ̂/√n with σ̂² = Σ (xᵢ − x̄)²/(n − 1).
 *
 * The estimate carries a doubt, and `checkEstimate` then decides nothing, if the sample itself shows that its standard error
 * is not reliable: fewer than 30 draws, all draws equal (which does not make their variance 0), or a single draw with a
 * fifth of the sum of squares. No sample shows a kind of draw rarer than about one in n/14: treating the estimate as
 * normal assumes that such draws do not dominate the mean.
 *
 * @param draws independent draws of one quantity, of length n ≥ 2, such as `ensemble.last`
 * @throws RangeError for fewer than 2 draws, or draws that are not finite.
 * @example
 * estimateMean(Array.from({ length: 100 }, (_, i) => i % 2)) // → 0.5 ± 0.05025 (100 draws)
 * @see R. Bahadur, L. Savage, The nonexistence of certain statistical procedures in nonparametric problems, Ann. Math.
 *   Statist. 27 (1956): without any bound on tails no test of a mean has its stated level.
 */
export function estimateMean(draws: ArrayLike<number>): Estimate {
  const values = finite("estimateMean", draws);
  const n = values.length;
  const moments = momentsOf(values);
  const { mean, squares, largest } = moments;
  const estimate = {
    mean,
    standardError: Math.sqrt(squares / (n - 1) / n),
    degrees: n - 1,
    count: n,
    effective: n,
    ...skewnessOf(values, moments),
    doubt: doubtOf(n, moments, largest),
  };
  return shown(estimate, `${formatNumber(n)} draws`);
}

/**
 * The variance of independent draws with its standard error: the mean of n (xᵢ − x̄)²/(n − 1), so that its error comes from
 * the fourth moment of the draws, without assuming normality: √((κ − 1)/n) of the variance, κ the kurtosis.
 *
 * @param draws independent draws of one quantity, of length n ≥ 2
 * @throws RangeError for fewer than 2 draws, or draws that are not finite.
 * @example
 * estimateVariance(Array.from({ length: 99 }, (_, i) => (i % 3) - 1)).mean.toFixed(4) // → '0.6735'
 * @see H. Cramér, Mathematical methods of statistics, 1946, section 27.4.
 */
export function estimateVariance(draws: ArrayLike<number>): Estimate {
  const values = finite("estimateVariance", draws);
  const { mean } = momentsOf(values);
  const n = values.length;
  return estimateMean(values.map((value) => (value - mean) ** 2 * (n / (n - 1))));
}

/** Options of `timeAverage`. */
export interface TimeAverageOptions {
  /** The first step that counts, after which the path is taken to be stationary; 0. */
  from?: number;
}

/** The number of batches of a path: their scatter gives the standard error, with one degree of freedom less. */
const batches = 50;

/** The length of a batch in correlation times from which neighbours count as independent. */
const longest = 20;

/** Enough batches for the skewness of the mean, up to √6/2000; fewer, longer ones are closer to independent. */
const enough = 2000;

/**
 * The time average of a stationary series, such as θ(k)² along one long path with constant steps, with a standard error
 * that allows for the correlation of neighbouring steps: the series is divided into 50 batches, and the scatter of their
 * means, σ̂(batch)/√50, is the error. Several paths are divided into 50 batches in total, or into one each if there are 50
 * paths or more.
 *
 * This is valid if a batch is much longer than the correlation time. The correlation time τ = 1 + 2 Σ ρ(t) is estimated
 * from the batches themselves, τ = B Var(batch mean)/Var(step), and 20 τ must fit into a batch, else the estimate carries a
 * doubt. It also does if the first and the last third differ significantly: then the series was not yet stationary.
 *
 * The skewness of the mean, γ(batch)/√M with M batches, has an error of √6/M or more: too large with 50 batches, however
 * long the path. It is estimated from up to 2000 shorter ones, of 20 τ at least: third cumulants of independent parts add
 * up, as variances do.
 *
 * @param series a list of length K, the values at consecutive steps, or such a list for each independent path
 * @param options `from`: the first step that counts
 * @throws RangeError if there are too few steps for 2 batches, or values are not finite.
 * @example
 * const stream = random(1);
 * let theta = 0;
 * const path = Array.from({ length: 100_000 }, () => (theta = 0.9 * theta + stream.normal()) ** 2);
 * timeAverage(path) // → 5.36… ± 0.07… (100,000 steps, worth 98… draws)
 * @see J. Flegal, G. Jones, Batch means and spectral variance estimators in Markov chain Monte Carlo, Ann. Statist. 38 (2010).
 */
export function timeAverage(
  series: ArrayLike<number> | readonly ArrayLike<number>[],
  options: TimeAverageOptions = {},
): Estimate {
  const { from = 0 } = optionsOf("timeAverage", options, ["from"]);
  checkWhole("timeAverage", { from }, 0);
  const first = (series as ArrayLike<unknown>)[0];
  const single = typeof first === "number" || first === undefined;
  const lists = single ? [series as ArrayLike<number>] : (series as readonly ArrayLike<number>[]);
  const paths = lists.map((list) =>
    finite("timeAverage", (list instanceof Float64Array ? list : Float64Array.from(list)).subarray(from)),
  );
  const each = Math.max(1, Math.ceil(batches / paths.length));
  const B = Math.floor(Math.min(...paths.map(({ length }) => length)) / each);
  if (B < 1 || each * paths.length < 2) {
    throw new RangeError(
      `timeAverage: a path must have at least ${each} steps from step ${from} on, got ${Math.min(...paths.map(({ length }) => length))}`,
    );
  }
  // The remainder is dropped at the start, where a path is least stationary.
  const cut = paths.map((path) => path.subarray(path.length - B * each));
  const means = Float64Array.from(
    cut.flatMap((path) =>
      Array.from({ length: each }, (_, i) => momentsOf(path.subarray(i * B, (i + 1) * B)).mean),
    ),
  );
  const steps = new Float64Array(B * means.length);
  for (const [i, path] of cut.entries()) steps.set(path, i * B * each);
  const all = momentsOf(steps);
  const ofMeans = momentsOf(means);
  const m = means.length;
  const variance = all.squares / (steps.length - 1);
  const standardError = Math.sqrt(ofMeans.squares / (m - 1) / m);
  const time = variance > 0 ? (B * ofMeans.squares) / (m - 1) / variance : 1;
  const estimate = {
    mean: ofMeans.mean,
    standardError,
    degrees: m - 1,
    count: steps.length,
    effective: standardError > 0 ? Math.min(steps.length, variance / standardError ** 2) : steps.length,
    ...skewnessOfPaths(cut, B, time),
    doubt: doubtOfBatches(means, each, B, time) ?? doubtOf(m, ofMeans, ofMeans.largest),
  };
  return shown(
    estimate,
    `${formatNumber(estimate.count)} steps, worth ${formatNumber(Math.round(estimate.effective))} draws`,
  );
}

/**
 * The skewness, with its standard error, of the mean of n independent numbers. The error comes from the influence of each z = (x −
 * x̄)/σ on the skewness γ of the numbers, z³ − 3 z − γ − 3/2 γ (z² − 1): √6/n for normal numbers, far more for heavy tails,
 * because few draws determine γ. It is at least √6/n.
 */
function skewnessOf(
  values: ArrayLike<number>,
  { mean, squares, cubes }: Moments,
): Pick<Estimate, "skewness" | "skewnessError"> {
  const n = values.length;
  const least = Math.sqrt(6) / n;
  const sd = Math.sqrt(squares / n);
  // Equal numbers have no skewness, nor have numbers so small that their cubes are 0.
  if (!(sd ** 3 > 0)) return { skewness: 0, skewnessError: least };
  const own = cubes / n / sd ** 3;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const z = (values[i]! - mean) / sd;
    const influence = z * z * z - 3 * z - own - 1.5 * own * (z * z - 1);
    sum += influence * influence;
  }
  return { skewness: own / Math.sqrt(n), skewnessError: Math.max(least, Math.sqrt(sum / n) / n) };
}

/** The skewness of the mean of all paths, each a whole number of batches of B steps, from shorter batches where those fit. */
function skewnessOfPaths(paths: readonly Float64Array[], B: number, time: number) {
  const steps = paths.reduce((sum, { length }) => sum + length, 0);
  const short = Math.max(longest * Math.max(1, time), steps / enough);
  const length = Math.floor(B / Math.max(1, Math.floor(B / short)));
  const means = paths.flatMap((path) =>
    Array.from(
      { length: Math.floor(path.length / length) },
      (_, i) => momentsOf(path.subarray(i * length, (i + 1) * length)).mean,
    ),
  );
  return skewnessOf(means, momentsOf(means));
}

/** Doubts about the batches of a series: they are too short for its correlation time, or it still drifts. */
function doubtOfBatches(means: Float64Array, each: number, B: number, time: number): Estimate["doubt"] {
  if (each === 1) return undefined;
  // If batches are shorter than the correlation time, their variance is that of a step and time is close to B, which is also detected.
  if (B < longest * time) {
    // Batches that are too short also underestimate τ: twice as much is likely to suffice.
    const times = Math.ceil((2 * longest * time) / B);
    return {
      reason: `${formatNumber(B)} steps are not enough for a batch: the series remembers about ${formatNumber(time, 2)}`,
      wouldDecide: `take ${formatNumber(times)} times the steps`,
    };
  }
  const third = Math.floor(each / 3);
  if (third < 2) return undefined;
  const part = (from: number) =>
    momentsOf(means.filter((_, i) => i % each >= from && i % each < from + third));
  const [start, end] = [part(0), part(each - third)];
  const count = (means.length / each) * third;
  const error = Math.sqrt((start.squares + end.squares) / (count - 1) / count);
  // For a stationary series the probability is 3 in 10⁵ (t with 30 degrees of freedom).
  if (Math.abs(start.mean - end.mean) > 5 * error && error > 0) {
    return {
      reason: `the series still drifts, from ${formatNumber(start.mean)} in its first third to ${formatNumber(end.mean)} in its last`,
      wouldDecide: "leave out more of the start (from)",
    };
  }
  return undefined;
}

interface Moments {
  mean: number;
  /** Σ (x − x̄)². */
  squares: number;
  /** Σ (x − x̄)³. */
  cubes: number;
  /** The largest (x − x̄)². */
  largest: number;
}

/** Sums of powers of deviations, in two passes. */
export function momentsOf(values: ArrayLike<number>): Moments {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (values[i]! - mean) / (i + 1);
  let [rest, squares, cubes, largest] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const off = values[i]! - mean;
    const square = off * off;
    rest += off;
    squares += square;
    cubes += square * off;
    if (square > largest) largest = square;
  }
  return { mean: mean + rest / n, squares: squares - (rest * rest) / n, cubes, largest };
}

/** Why a standard error from n draws is not reliable. */
function doubtOf(n: number, { mean, squares }: Moments, largest: number): Estimate["doubt"] {
  if (n < fewest) {
    return {
      reason: `${n} draws say too little about their scatter`,
      wouldDecide: `take at least ${fewest} draws`,
    };
  }
  // The rounding of equal draws is not scatter.
  if (squares <= n * (1e-15 * Math.abs(mean)) ** 2) {
    return {
      reason: `all ${formatNumber(n)} draws are alike, which does not say that no other can come`,
      wouldDecide: "take more draws, or give a standard error of 0 for what does not vary",
    };
  }
  if (largest > dominant(n) * squares) {
    return {
      reason: `a single draw makes ${Math.round((100 * largest) / squares)} % of the scatter`,
      wouldDecide: "take many times the draws, or draw what is rare more often and weigh it less",
    };
  }
  return undefined;
}

function finite(name: string, draws: ArrayLike<number>): Float64Array {
  const values = draws instanceof Float64Array ? draws : Float64Array.from(draws ?? []);
  let at = 0;
  while (at < values.length && Number.isFinite(values[at])) at++;
  if (at < values.length) {
    throw new RangeError(`${name}: every value must be finite, number ${at} is ${inspect(values[at])}`);
  }
  if (values.length < 2) {
    throw new RangeError(`${name}: give at least 2 values, got ${inspect(draws, { depth: 0 })}`);
  }
  return values;
}

function shown(fields: Omit<Estimate, typeof displaySymbol | "toString">, from: string): Estimate {
  const { mean, standardError, doubt } = fields;
  const text = `${formatNumber(mean)} ± ${formatNumber(standardError)} (${from})${doubt ? `; in doubt: ${doubt.reason}` : ""}`;
  return Object.freeze({
    ...fields,
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}
