/**
 * What sampling can decide about a noisy gradient: its bias, size and variance. Each answer is yes, no or undecided, and
 * states its false alarm and the smallest deviation it detects.
 */

import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import { type Finding, type Judged, judged, type Verdict } from "../../display/verdict.js";
import { checkBetween0And1, checkNotNegative, checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { normalTail } from "../../tensor/normal.js";
import { random } from "../../tensor/random.js";
import { norm, type Vector } from "../algebra/vectors.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";
import { type MeanTest, type Tails, testMean } from "./mean-test.js";
import { drawAt, type Estimator, type NoiseAt, seenAt } from "./noise-samples.js";
import { checkTails, knownTails } from "./tails.js";

/** The points and number of samples, and the claims about the estimator. */
export interface NoiseCheckOptions {
  /** The points θ at which it is sampled. */
  at: readonly Vector[];
  /** Its expected mean; for an objective, by default, the gradient. */
  mean?: (theta: Vector) => ArrayLike<number>;
  /** A claimed bound on ‖N(θ)‖. */
  bound?: number;
  /**
   * A bound on the kurtosis E(X − μ)⁴/σ⁴ of each entry: 1.8 for uniform, 3 for normal noise. Known for the noise of `noise`
   * and for finite sums; for any other estimator the bias is undecided without this or a bound.
   */
  kurtosis?: number;
  /** The largest bias that may remain undetected, in the unit of the gradient; by default half a standard deviation of the noise. */
  within?: number;
  /** How many draws at each point, 2000 by default. */
  samples?: number;
  /** The probability that an unbiased estimator is not called biased, 1 − 10⁻⁶ by default. */
  confidence?: number;
  /** The seed. */
  seed?: number;
}

/** The verdict on an estimator. Shows itself as a list of verdicts. */
export interface NoiseCheck extends Judged {
  /**
   * Whether the estimator is unbiased: `no` if its mean is significantly off, `yes` if no bias above `detects` was found
   * and that is at most `within`. Also `no` if a draw exceeded the bound.
   */
  readonly verdict: Verdict;
  /** The same in words. */
  readonly bias: "biased" | "no bias found" | "undecided" | "no mean given";
  /** The probability of calling an unbiased estimator biased, for all entries and points together. */
  readonly falseAlarm: number;
  /** The smallest bias that is detected with probability 0.99; ∞ if none is. */
  readonly detects: number;
  /** The probability that an unbiased estimator deviates as much in some entry (assuming normal means). */
  readonly chance: number;
  /** Whether a draw exceeded the bound; without a bound, sampling cannot tell. */
  readonly bounded: "bound exceeded" | "within the bound so far" | "undecidable by sampling";
  /** An upper bound on the probability that a new draw exceeds all samples, at the given confidence. */
  readonly unseen: number;
  /** Whether the variance is finite: known for nablab's noise, else by the tail index, if the tail continues like the sample. */
  readonly variance: "no sign of infinite variance" | "no finite variance in sight" | "undecided";
  /** The greatest E‖N(θ)‖² / (1 + ‖θ‖²) over the points: the growth that Robbins and Siegmund's theorem bounds. */
  readonly growth: number;
  /** The statistics at each point. */
  readonly places: readonly NoiseAt[];
}

/** A mean this many standard errors off is never confirmed. */
const suspicious = 4;

/**
 * Samples an estimator at several points and tests the conditions of the theorems (A15, A16).
 *
 * Bias: the mean of the draws against the expected mean, entry by entry, the false alarm divided among all entries and
 * points (Bonferroni). The stated error holds for every distribution with a known bound on ‖N‖ or on the kurtosis (empirical
 * Bernstein; Catoni): E N = ∇F is refuted if |Σ ψ(a (Nᵢ − ∇F))| > n a² v/2 + ln(4/α). Without such a bound nothing is decided,
 * since rare draws, absent from the sample, may dominate the mean; the verdict then names the kurtosis above which the draws could
 * be unbiased. An estimator that requests no random number (from the stream, `Math.random` or `crypto`) and always returns the
 * same value is compared exactly: draws must use these, because no other generator is detected.
 *
 * A sample cannot show boundedness: it can refute a claimed bound, and n draws within the bound imply with
 * confidence 1 − δ that a larger one has a probability below log(1/δ)/n. Nor can it show a finite variance; the tail
 * index α is estimated (Hill), α > 2 if the variance is finite.
 *
 * @param estimator a function (θ, stream) => vector, or an objective whose samples can be drawn
 * @param options `at`: the points; `mean`, `bound`, `kurtosis`, `within`, `samples` = 2000, `confidence` = 1 − 10⁻⁶, `seed` = 0
 * @throws RangeError if there are no points, the confidence is not between 0 and 1, or draws or a mean are not finite.
 * @example
 * const F = expectation(quadratic({ spectrum: [1] }), noise({ distribution: "sign", bias: 0.2 }));
 * checkNoise(F, { at: [[0], [2]] }).bias // → 'biased'
 * const rare: Estimator = (theta, stream) => [stream.uniform() < 1e-4 ? 1e4 : 0]; // its mean is 1
 * checkNoise(rare, { at: [[0]], mean: () => [1] }).verdict // → 'undecided'
 * @see O. Catoni, Challenging the empirical mean and empirical variance, Ann. Inst. H. Poincaré 48 (2012); A. Maurer, M.
 *   Pontil, Empirical Bernstein bounds and sample variance penalization, COLT 2009; R. Bahadur, L. Savage, The nonexistence
 *   of certain statistical procedures in nonparametric problems, Ann. Math. Statist. 27 (1956); B. Hill, A simple general
 *   approach to inference about the tail of a distribution, Ann. Statist. 3 (1975).
 */
export function checkNoise(
  estimator: Estimator | StochasticObjective,
  options: NoiseCheckOptions,
): NoiseCheck {
  optionsOf("checkNoise", options, [
    "at",
    "mean",
    "bound",
    "kurtosis",
    "within",
    "samples",
    "confidence",
    "seed",
  ]);
  const { at, bound, samples = 2000, confidence = 1 - 1e-6, seed = 0, kurtosis, within } = options;
  const draw: Estimator =
    typeof estimator === "function" ? estimator : (theta, stream) => estimator.sampleGradient(theta, stream);
  const mean = options.mean ?? (typeof estimator === "function" ? undefined : estimator.gradient);
  if (!Array.isArray(at) || at.length === 0) {
    throw new RangeError(
      `checkNoise: give places to sample at, such as { at: [[0], [1]] }; got ${inspect(at)}`,
    );
  }
  checkBetween0And1("checkNoise", { confidence });
  checkWhole("checkNoise", { samples }, 10);
  checkTails("checkNoise", { bound, kurtosis });
  if (within !== undefined) checkNotNegative("checkNoise", { within });
  const stream = random(seed).split("checkNoise");
  const falseAlarm = Number((1 - confidence).toPrecision(12));
  const drawn = at.map((theta: Vector, i: number) =>
    drawAt(Float64Array.from(theta), draw, samples, stream, i),
  );
  const comparisons = drawn.reduce((sum, { columns }) => sum + columns.length, 0);
  const alarm = falseAlarm / comparisons;
  const places = drawn.map(({ theta, columns, certain }) => {
    const own = typeof estimator === "function" ? undefined : knownTails(estimator, theta);
    const tails: Tails = { kurtosis: kurtosis ?? own?.kurtosis, bound };
    // Cauchy noise has no mean to compare with.
    const known = {
      ...tails,
      certain,
      ...(tails.kurtosis === Number.POSITIVE_INFINITY && { kurtosis: undefined }),
    };
    const wanted = mean?.(theta);
    if (wanted && wanted.length !== columns.length) {
      throw new RangeError(
        `checkNoise: the mean must have ${columns.length} entries like a draw, got ${wanted.length}`,
      );
    }
    const wrong = wanted ? Array.from(wanted).findIndex((one) => !Number.isFinite(one)) : -1;
    if (wrong >= 0) {
      throw new RangeError(
        `checkNoise: the mean must be finite; at theta = (${Array.from(theta, (x) => formatNumber(x)).join(", ")}) its entry ${wrong} is ${inspect(wanted![wrong])}`,
      );
    }
    const tests = wanted && columns.map((column, j) => testMean(column, wanted[j]!, alarm, known));
    return { ...seenAt(theta, columns, tests), tests, tails: { ...tails, certain } };
  });
  const worst = places.reduce((a, b) => (b.z > a.z ? b : a));
  const largest = Math.max(...places.map((place) => place.largest));
  const unseen = Math.log(1 / falseAlarm) / (samples * places.length);
  const all = places.flatMap(({ tests }) => tests ?? []);
  const bias = mean === undefined ? undefined : biasOf(all, within, worst.z);
  const variance = varianceOf(places);
  const exceeded = bound !== undefined && largest > bound * (1 + 1e-12);
  const findings: Finding[] = [
    ...(bias
      ? [
          {
            ...bias,
            text: `${bias.text} (${comparisons} ${comparisons === 1 ? "comparison" : "comparisons"}, false alarm ${formatNumber(falseAlarm)})`,
          },
        ]
      : []),
    ...(bound === undefined
      ? []
      : [
          {
            verdict: exceeded ? ("no" as const) : ("undecided" as const),
            text: `‖N(θ)‖ ≤ ${formatNumber(bound)}: largest drawn ${formatNumber(largest)}, ${exceeded ? "bound exceeded" : "within the bound so far"}`,
            wouldDecide: "no sample",
          },
        ]),
    variance.finding,
  ];
  return judged(
    {
      bias: bias
        ? ({ yes: "no bias found", no: "biased", undecided: "undecided" } as const)[bias.verdict]
        : ("no mean given" as const),
      falseAlarm,
      detects: all.length > 0 ? Math.max(...all.map(({ detects }) => detects)) : Number.POSITIVE_INFINITY,
      chance: mean === undefined ? 1 : Math.min(1, 2 * comparisons * normalTail(worst.z)),
      bounded:
        bound === undefined
          ? ("undecidable by sampling" as const)
          : exceeded
            ? ("bound exceeded" as const)
            : ("within the bound so far" as const),
      unseen,
      variance: variance.says,
      growth: Math.max(
        ...places.map(({ theta, mean, variance }) => (norm(mean) ** 2 + variance) / (1 + norm(theta) ** 2)),
      ),
      places: places.map(({ tests, tails, ...place }) => place),
    },
    {
      findings,
      verdict: exceeded ? "no" : (bias?.verdict ?? "undecided"),
      heading: `${samples} draws at each of ${places.length} ${places.length === 1 ? "place" : "places"}`,
      notes: [
        ...(mean === undefined ? ["bias: no mean given to compare with"] : []),
        `largest ‖N(θ)‖ drawn ${formatNumber(largest)}; a larger draw has a probability below ${formatNumber(unseen, 2)}`,
      ],
    },
  );
}

/** The joint verdict of all comparisons of a mean. */
function biasOf(tests: readonly MeanTest[], within: number | undefined, z: number): Finding {
  const furthest = (list: readonly MeanTest[]) =>
    list.reduce((a, b) => (Math.abs(b.off) * a.standardError > Math.abs(a.off) * b.standardError ? b : a));
  const deviation = ({ off, standardError }: MeanTest) =>
    `${formatNumber(Math.abs(off))}${standardError > 0 ? ` = ${z.toFixed(1)} standard errors` : ""}`;
  const wrong = tests.filter(({ verdict }) => verdict === "no");
  if (wrong.length > 0) {
    return {
      verdict: "no",
      text: `unbiased: biased, the largest deviation is ${deviation(furthest(wrong))}`,
    };
  }
  const open = tests.find(({ verdict }) => verdict === "undecided");
  if (open) {
    return {
      verdict: "undecided",
      text: `unbiased: the largest deviation is ${deviation(furthest(tests))}; ${open.reason}`,
      wouldDecide: open.wouldDecide,
    };
  }
  // Half a standard deviation of the noise, which is √n standard errors, or the rounding.
  const allowed = ({ standardError, detects, exact, count }: MeanTest) =>
    exact ? detects : (within ?? 0.5 * standardError * Math.sqrt(count));
  // Too far off for a nearly normal mean, but not for every distribution that the tails allow.
  const suspect = tests.find(
    (one) => Math.abs(one.off) > suspicious * one.standardError && one.standardError > 0,
  );
  const coarse = suspect ?? tests.find((one) => one.detects > allowed(one));
  const detects = Math.max(...tests.map((one) => one.detects));
  const found = `no bias found; the largest deviation is ${deviation(furthest(tests))}, a bias of ${formatNumber(detects)} would be found with probability 0.99`;
  if (coarse) {
    const limit = allowed(coarse);
    const times = Math.ceil((coarse.detects / (suspect ? Math.abs(suspect.off) : limit)) ** 2);
    return {
      verdict: "undecided",
      text: `unbiased: ${found}${suspect ? "" : `, and ${formatNumber(limit)} is asked for`}`,
      wouldDecide: Number.isFinite(times)
        ? `take ${formatNumber(times)} times the draws`
        : "take many times the draws",
    };
  }
  return { verdict: "yes", text: `unbiased: ${found}` };
}

/** Whether the variance is finite, if known, or as the tails of the sample suggest. */
function varianceOf(places: readonly (NoiseAt & { tails: Tails })[]): {
  says: NoiseCheck["variance"];
  finding: Finding;
} {
  const sizes = places
    .map(({ variance, varianceError }) => `${formatNumber(variance)} ± ${formatNumber(varianceError, 2)}`)
    .join(", ");
  const heavy = places.some(({ tails }) => tails.kurtosis === Number.POSITIVE_INFINITY);
  const given = places.every(
    ({ tails }) => tails.certain || tails.bound !== undefined || tails.kurtosis !== undefined,
  );
  if (heavy || given) {
    const says = heavy ? "no finite variance in sight" : "no sign of infinite variance";
    const text = `finite variance: ${heavy ? "the noise is known to have none" : `${sizes}, by what is known of the tails`}`;
    return { says, finding: { verdict: heavy ? "no" : "yes", text } };
  }
  const worst = places.reduce((a, b) =>
    b.tail.index < a.tail.index || Number.isNaN(b.tail.index) ? b : a,
  ).tail;
  const verdicts = places.map(({ tail }) => tail.variance);
  const says = verdicts.includes("infinite")
    ? "no finite variance in sight"
    : verdicts.every((one) => one === "finite")
      ? "no sign of infinite variance"
      : "undecided";
  const index = Number.isNaN(worst.index)
    ? "too few draws for a tail index"
    : `tail index ${formatNumber(worst.index, 2)} ± ${formatNumber(worst.standardError, 2)} (finite above 2)`;
  return {
    says,
    finding: {
      verdict: "undecided",
      text: `finite variance: ${sizes}; ${index}, ${says === "undecided" ? "too close to tell" : `${says}, if the tail goes on like this`}`,
      wouldDecide: "a bound on the draws or on their kurtosis; no sample does",
    },
  };
}
