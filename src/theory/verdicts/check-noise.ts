/**
 * What sampling can say about a noisy gradient: whether it is biased, how large it gets, how much it scatters. A sample
 * refutes; it never proves. Each answer comes with the confidence that it deserves.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { normalQuantile, normalTail } from "../../tensor/normal.js";
import { type Random, random } from "../../tensor/random.js";
import { norm, type Vector } from "../algebra/vectors.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";

/** A noisy vector: one draw at θ. */
export type Estimator = (theta: Vector, stream: Random) => ArrayLike<number>;

/** Where and how much is sampled, and what is claimed of the estimator. */
export interface NoiseCheckOptions {
  /** The places θ at which it is sampled. */
  at: readonly Vector[];
  /** What its mean should be; of an objective by default its gradient. */
  mean?: (theta: Vector) => ArrayLike<number>;
  /** A bound that ‖N(θ)‖ is claimed never to exceed. */
  bound?: number;
  /** How many draws at each place, 2000 by default. */
  samples?: number;
  /** The probability with which a faultless estimator passes, 1 − 10⁻⁶ by default. */
  confidence?: number;
  /** The seed. */
  seed?: number;
}

/** What was seen at one place. */
export interface NoiseAt {
  readonly theta: Float64Array;
  /** The mean of the draws. */
  readonly mean: Float64Array;
  /** The largest |mean − expected| / standard error over the entries. */
  readonly z: number;
  /** The entry at which that is. */
  readonly entry: number;
  /** The bias of that entry as estimated. */
  readonly bias: number;
  /** The largest ‖N(θ)‖ drawn. */
  readonly largest: number;
  /** E‖N(θ) − mean‖² as estimated: the trace of the covariance. */
  readonly variance: number;
  /** The standard error of that. */
  readonly varianceError: number;
  /** The share that the largest single draw has in the variance: near 1/samples unless tails are heavy. */
  readonly heaviest: number;
}

/** What sampling says about an estimator. Shows itself as a list of verdicts. */
export interface NoiseCheck extends Displayable {
  /** `biased` if the mean is too far off to be chance, else `no bias found`. */
  readonly bias: "biased" | "no bias found" | "no mean given";
  /** The probability that an unbiased estimator deviates as much somewhere (of normal means, all entries counted). */
  readonly chance: number;
  /** Whether a draw exceeded the bound; without a bound, sampling cannot tell. */
  readonly bounded: "bound exceeded" | "within the bound so far" | "undecidable by sampling";
  /** A new draw exceeds all that were seen with at most this probability, with the confidence asked for. */
  readonly unseen: number;
  /** `finite` is never certain; `no finite variance in sight` if single draws make up most of it. */
  readonly variance: "no sign of infinite variance" | "no finite variance in sight";
  /** The greatest E‖N(θ)‖² / (1 + ‖θ‖²) over the places: the growth that Robbins and Siegmund's theorem bounds. */
  readonly growth: number;
  /** What was seen, place by place. */
  readonly places: readonly NoiseAt[];
}

/**
 * Samples an estimator at several places and says what a theorem's conditions (A15, A16) can be held against.
 *
 * Bias: the mean of the draws against the expected mean, entry by entry, in standard errors; the threshold is that of
 * normal means for the given confidence, shared out among all entries and places (Bonferroni). Where draws are few and
 * skewed this is an approximation. Boundedness cannot be seen in a sample: a claimed bound can be refuted, and of
 * n draws without a larger one it follows with confidence 1 − δ that a larger one has a probability below log(1/δ)/n.
 *
 * @param estimator a function (θ, stream) => vector, or an objective of which samples can be drawn
 * @param options `at`: the places; `mean`, `bound`, `samples` = 2000, `confidence` = 1 − 10⁻⁶, `seed` = 0
 * @throws RangeError for no places, or a confidence that is not between 0 and 1.
 * @example
 * const F = expectation(quadratic({ spectrum: [1] }), noise({ distribution: "sign", bias: 0.2 }));
 * checkNoise(F, { at: [[0], [2]] }).bias // → 'biased'
 */
export function checkNoise(
  estimator: Estimator | StochasticObjective,
  options: NoiseCheckOptions,
): NoiseCheck {
  const { at, bound, samples = 2000, confidence = 1 - 1e-6, seed = 0 } = options;
  const draw: Estimator =
    typeof estimator === "function" ? estimator : (theta, stream) => estimator.sampleGradient(theta, stream);
  const mean = options.mean ?? (typeof estimator === "function" ? undefined : estimator.gradient);
  if (!Array.isArray(at) || at.length === 0) {
    throw new RangeError(
      `checkNoise: give places to sample at, such as { at: [[0], [1]] }; got ${inspect(at)}`,
    );
  }
  if (!(confidence > 0 && confidence < 1) || !(Number.isInteger(samples) && samples >= 10)) {
    throw new RangeError(
      `checkNoise: confidence must be between 0 and 1 and samples a whole number ≥ 10, got ${inspect({ confidence, samples })}`,
    );
  }
  const stream = random(seed).split("checkNoise");
  const places = at.map((theta: Vector, i: number) =>
    sampled(Float64Array.from(theta), draw, mean, samples, stream.split(i)),
  );
  const comparisons = places.reduce((sum, { mean }) => sum + mean.length, 0);
  const threshold = normalQuantile(1 - (1 - confidence) / (2 * comparisons));
  const worst = places.reduce((a, b) => (b.z > a.z ? b : a));
  const largest = Math.max(...places.map((place) => place.largest));
  const heaviest = Math.max(...places.map((place) => place.heaviest));
  const result: Omit<NoiseCheck, typeof displaySymbol> = {
    bias: mean === undefined ? "no mean given" : worst.z > threshold ? "biased" : "no bias found",
    chance: mean === undefined ? 1 : Math.min(1, 2 * comparisons * normalTail(worst.z)),
    bounded:
      bound === undefined
        ? "undecidable by sampling"
        : largest > bound * (1 + 1e-12)
          ? "bound exceeded"
          : "within the bound so far",
    unseen: Math.log(1 / (1 - confidence)) / (samples * places.length),
    // With normal noise the largest of n squares has a share of about 2 log(n)/n; with infinite variance a share that
    // does not shrink with n.
    variance:
      heaviest > 0.1 && samples >= 500 ? "no finite variance in sight" : "no sign of infinite variance",
    growth: Math.max(
      ...places.map(({ theta, mean, variance }) => (norm(mean) ** 2 + variance) / (1 + norm(theta) ** 2)),
    ),
    places,
  };
  const lines = [
    mean === undefined
      ? "bias: no mean given to compare with"
      : `bias: ${result.bias}; the largest deviation is ${formatNumber(worst.bias)} = ${worst.z.toFixed(1)} standard errors (limit ${threshold.toFixed(1)}, ${comparisons} ${comparisons === 1 ? "comparison" : "comparisons"})`,
    `size: largest ‖N(θ)‖ drawn ${formatNumber(largest)}${bound === undefined ? "" : `, bound ${formatNumber(bound)}: ${result.bounded}`}; a larger draw has a probability below ${formatNumber(result.unseen, 2)}`,
    `variance: ${places.map(({ variance, varianceError }) => `${formatNumber(variance)} ± ${formatNumber(varianceError, 2)}`).join(", ")}${result.variance === "no finite variance in sight" ? `; a single draw makes ${Math.round(100 * heaviest)} % of it: no finite variance in sight` : ""}`,
  ];
  const text = `${samples} draws at each of ${places.length} ${places.length === 1 ? "place" : "places"}, confidence ${confidenceText(confidence)}\n${lines.join("\n")}`;
  return Object.freeze({
    ...result,
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}

const confidenceText = (confidence: number) =>
  confidence > 0.999 ? `1 − ${formatNumber(Number((1 - confidence).toPrecision(3)))}` : String(confidence);

function sampled(
  theta: Float64Array,
  draw: Estimator,
  expected: ((theta: Vector) => ArrayLike<number>) | undefined,
  samples: number,
  stream: Random,
): NoiseAt {
  let n = 0;
  let mean = new Float64Array(0);
  let squares = new Float64Array(0);
  let largest = 0;
  const lengths = new Float64Array(samples);
  const first = draw(theta, stream.split("centre"));
  // Squares are taken around one draw: exact for any centre, and without cancellation for a near one.
  const centre = Float64Array.from(first);
  mean = new Float64Array(centre.length);
  squares = new Float64Array(centre.length);
  for (; n < samples; n++) {
    const one = draw(theta, stream);
    let size = 0;
    let off = 0;
    for (let j = 0; j < centre.length; j++) {
      const from = one[j]! - centre[j]!;
      mean[j]! += from;
      squares[j]! += from * from;
      size += one[j]! * one[j]!;
      off += from * from;
    }
    largest = Math.max(largest, Math.sqrt(size));
    lengths[n] = off;
  }
  const variances = squares.map((sum, j) => Math.max(0, (sum - mean[j]! ** 2 / n) / (n - 1)));
  const estimate = mean.map((sum, j) => centre[j]! + sum / n);
  const wanted = expected?.(theta);
  let [z, entry, bias] = [0, 0, 0];
  if (wanted) {
    estimate.forEach((value, j) => {
      const off = value - wanted[j]!;
      // Entries that do not scatter (a constant gradient entry) may differ by rounding only.
      const error = Math.sqrt(variances[j]! / n) + 1e-12 * (1 + Math.abs(wanted[j]!));
      if (Math.abs(off) / error > z) [z, entry, bias] = [Math.abs(off) / error, j, off];
    });
  }
  const variance = variances.reduce((sum, one) => sum + one, 0);
  const total = lengths.reduce((sum, one) => sum + one, 0);
  const spread = lengths.reduce((sum, one) => sum + (one - total / n) ** 2, 0) / (n - 1);
  return {
    theta,
    mean: estimate,
    z,
    entry,
    bias,
    largest,
    variance,
    varianceError: Math.sqrt(spread / n),
    heaviest: total > 0 ? Math.max(...lengths) / total : 0,
  };
}
