/**
 * Tests the conditions of the theorems on almost sure convergence of stochastic approximation for a given iteration: the
 * step sizes exactly, the rest by sampling (A15, A16).
 */

import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import { type Finding, type Judged, judged, type Verdict } from "../../display/verdict.js";
import type { StepSize } from "../../optim/schedule.js";
import { checkBetween0And1, checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";
import { type ConditionCheck, checkConditions } from "./check-conditions.js";
import {
  directionsAt,
  drawAt,
  filledIn,
  growthOf,
  mostDimensions,
  type Sampled,
} from "./convergence-samples.js";
import { type MeanTest, type Tails, testMean } from "./mean-test.js";
import type { Estimator } from "./noise-samples.js";
import { checkTails, knownTails } from "./tails.js";

export type { Sampled };

/** The claims about an iteration, and the number of samples. */
export interface ConvergenceCheckOptions {
  /** The claimed limit θ*. */
  thetaStar: Vector;
  /** The step sizes. */
  schedule: StepSize;
  /**
   * The distances from θ* at which it is sampled, with others added in between; by default 0.5, 1, 10, 100 (closer to θ*, noise
   * hides the slope).
   */
  distances?: readonly number[];
  /** How many random directions at each distance, besides the eigenvectors; 8 (in one dimension the only two). */
  directions?: number;
  /** How many draws at each point; 4000. */
  samples?: number;
  /** A bound on ‖N(θ)‖ at all sampled points, if there is one. */
  bound?: number;
  /**
   * A bound on the kurtosis of ⟨u, N(θ)⟩ for every direction u: 3 for normal noise. Known for the noise of `noise` and for
   * finite sums; for any other random estimator the mean is undecided without this or a bound.
   */
  kurtosis?: number;
  /** The probability that no true condition is called violated, 1 − 10⁻⁶ by default. */
  confidence?: number;
  /** The seed. */
  seed?: number;
}

/** The verdict on the conditions. Shows itself as a line for each. */
export interface ConvergenceCheck extends Judged {
  /**
   * `yes` if the steps are admissible and the other conditions hold at all sampled points; `no` if one is violated (the
   * iteration may converge nevertheless); else `undecided`.
   */
  readonly verdict: Verdict;
  /** Σ η = ∞ and Σ η² < ∞, exactly where the schedule is one of nablab's. */
  readonly steps: ConditionCheck;
  /** ⟨θ − θ*, M(θ)⟩ > 0 away from θ*: on average every step moves towards θ* (Blum's condition). */
  readonly separation: Sampled;
  /** The point where that is smallest relative to its standard error. */
  readonly weakest: { readonly theta: Float64Array; readonly slope: number; readonly standardError: number };
  /** E‖N(θ)‖² ≤ c (1 + ‖θ − θ*‖²): noise and slope grow at most linearly (Robbins and Siegmund's condition). */
  readonly growth: Sampled;
  /** The largest E‖N(θ)‖² / (1 + ‖θ − θ*‖²) at each distance. */
  readonly ratios: Float64Array;
  /** E‖N(θ)‖² grows like ‖θ − θ*‖ to this power far out, with its standard error; more than 2 violates the condition. */
  readonly growthExponent: { readonly exponent: number; readonly standardError: number };
  /** The probability of calling a true condition violated. */
  readonly falseAlarm: number;
  /** The largest slope per distance, |⟨θ − θ*, M⟩|/‖θ − θ*‖², that is missed with probability 0.01 somewhere. */
  readonly detects: number;
  /**
   * The smallest share of directions, the same at every distance, in which M leads away that random directions detect with
   * probability 0.99; 0 in one dimension, where both are sampled. For linear M the eigenvectors find the directions.
   */
  readonly detectsShare: number;
}

/**
 * Checks the conditions for convergence with probability one of an iteration θ ← θ − η(k) N(θ).
 *
 * With V = ‖θ − θ*‖² a step gives E[V⁺ | θ] = V − 2 η ⟨θ − θ*, M(θ)⟩ + η² E‖N(θ)‖². If the scalar product is positive
 * away from θ* and E‖N‖² ≤ c (1 + V), the last term is summable relative to V, and Robbins and Siegmund's lemma makes V
 * converge, to 0 because Σ η = ∞: Blum's theorem. Neither condition can be proved by sampling.
 *
 * Separation is tested at every distance (given ones and some between) along random directions and along those where it is
 * most likely to fail: eigenvectors of the symmetric part of the Jacobian of M, by differences at that distance. It
 * is violated where ⟨u, M⟩ is significantly negative (Bonferroni over all points), and holds if it is significantly
 * positive at all of them; a product that is 0 up to rounding, as for a rotation, is neither. Without a bound on the tails
 * of N nothing is decided, however many standard errors the product is away from 0 (see `checkNoise`), but the finding
 * states up to which kurtosis it would be. Growth is judged further out, up to a million times the largest distance: violated if E‖N‖² grows with a
 * power above 2 that does not fall, undecided if the power is above 2 but falls.
 *
 * @param estimator a function (θ, stream) => N(θ), or an objective whose gradients can be sampled
 * @param options θ*, the schedule, bounds on the tails, and the number of samples, see {@link ConvergenceCheckOptions}
 * @throws RangeError for options out of range, and where a draw near θ* is not finite
 * @see J. R. Blum, Multidimensional stochastic approximation methods, Ann. Math. Statist. 25 (1954), 737–744;
 *   H. Robbins, D. Siegmund, A convergence theorem for non negative almost supermartingales (1971), theorem 1.
 * @example
 * const line = (theta: Vector, stream: Random) => [theta[0]! + stream.normal()];
 * checkConvergence(line, { thetaStar: [0], schedule: inverse(), kurtosis: 3 }).verdict // → 'yes'
 * checkConvergence(line, { thetaStar: [0], schedule: 0.1, kurtosis: 3 }).verdict // → 'no'
 * checkConvergence(line, { thetaStar: [0], schedule: inverse() }).verdict // → 'undecided'
 * checkConvergence((theta) => [-theta[0]!], { thetaStar: [0], schedule: inverse() }).separation // → 'violated'
 */
export function checkConvergence(
  estimator: Estimator | StochasticObjective,
  options: ConvergenceCheckOptions,
): ConvergenceCheck {
  optionsOf("checkConvergence", options, [
    "thetaStar",
    "schedule",
    "distances",
    "directions",
    "samples",
    "bound",
    "kurtosis",
    "confidence",
    "seed",
  ]);
  const { thetaStar, schedule, distances = [0.5, 1, 10, 100], directions = 8, samples = 4000 } = options;
  const { confidence = 1 - 1e-6, seed = 0 } = options;
  const draw: Estimator =
    typeof estimator === "function" ? estimator : (theta, stream) => estimator.sampleGradient(theta, stream);
  const centre = Float64Array.from(thetaStar ?? []);
  requireOptions(centre, options, { distances, directions, samples, confidence });
  const own = typeof estimator === "function" ? undefined : knownTails(estimator, centre).kurtosis;
  const sums = own === undefined ? undefined : Math.max(3, own);
  const known = options.kurtosis ?? (sums === Number.POSITIVE_INFINITY ? undefined : sums);
  const tails: Tails = { kurtosis: known, bound: options.bound };
  const falseAlarm = Number((1 - confidence).toPrecision(12));
  const stream = random(seed).split("checkConvergence");

  const radii = filledIn(distances);
  const searched = centre.length <= mostDimensions;
  const places = radii.flatMap((r, i) => {
    const units = directionsAt(draw, centre, r, directions, stream.split("directions").split(i));
    return units.map((unit, j) => drawAt(draw, centre, unit, r, samples, stream.split(i).split(j)));
  });
  const alarm = falseAlarm / places.length;
  const tested = places.map((place) => {
    // The rounding of a scalar product of vectors of this size.
    const rounding = 1e-12 * place.size;
    const test = testMean(place.slopes, 0, alarm, { ...tails, certain: place.certain }, rounding);
    const sign = test.verdict === "no" ? Math.sign(test.off) : 0;
    return { ...place, ...test, sign, noise: test.standardError + rounding };
  });
  const weakest = tested.reduce((a, b) => (b.off / b.noise < a.off / a.noise ? b : a));
  const violated = tested.some(({ sign }) => sign < 0);
  const unclear = tested.filter(({ sign }) => sign === 0);
  const open = unclear.includes(weakest) ? weakest : unclear[0];
  const hidden = unclear.some(({ verdict, exact }) => verdict === "yes" && !exact);
  const separation: Sampled = violated
    ? "violated"
    : !open && searched
      ? "holds where sampled"
      : hidden
        ? "too noisy to tell"
        : "undecided";

  const ratios = Float64Array.from(distances, (r) =>
    Math.max(...places.filter((place) => place.r === r).map(({ square }) => square / (1 + r * r))),
  );
  const beyond = growthOf(draw, centre, distances.at(-1)!, directions, samples, stream.split("growth"));
  // Where N overflows further out, the samples before that decide: growth of more than tenfold a decade is no accident.
  const decades = Math.log10(distances.at(-1)! / distances.at(-2)!);
  const steep = Math.log10(ratios.at(-1)! / ratios.at(-2)!) > decades;
  const growth = beyond.overflow && steep ? { ...beyond, growth: "violated" as const } : beyond;
  const steps = checkConditions(schedule);
  // Each random direction misses a share p of them with probability 1 − p.
  const detectsShare = centre.length === 1 ? 0 : 1 - 0.01 ** (1 / (directions * radii.length));
  const share =
    detectsShare === 0
      ? ""
      : `; a cone of ${formatNumber(100 * detectsShare, 2)} % of all directions that leads away is found with probability 0.99`;
  const where = `(${Array.from(weakest.theta, (entry) => formatNumber(entry)).join(", ")})`;
  const separationVerdict = verdictOfSampled(separation);
  const findings: Finding[] = [
    steps.findings[0]!,
    {
      verdict: separationVerdict,
      text: `⟨θ − θ*, M(θ)⟩ > 0 (Blum): ${separation}; per distance it is weakest at ${where}, ${formatNumber(weakest.off)} ± ${formatNumber(weakest.standardError, 2)}${open && separationVerdict === "undecided" ? because(open) : ""}${separationVerdict === "yes" ? share : ""}`,
      wouldDecide: !searched
        ? `at most ${mostDimensions} variables: of more the directions are not sought`
        : (open?.wouldDecide ?? "more samples, or a scalar product that is not 0"),
    },
    {
      verdict: verdictOfSampled(growth.growth),
      text: `E‖N‖² ≤ c (1 + ‖θ − θ*‖²) (Robbins, Siegmund): ${growth.growth}; c from ${formatNumber(Math.min(...ratios))} to ${formatNumber(Math.max(...ratios))} at distances ${distances.map((r) => formatNumber(r)).join(", ")}${growth.says}`,
      wouldDecide: "more samples, or a proof: the power is too close to 2",
    },
  ];
  const verdicts = findings.map(({ verdict }) => verdict);
  const verdict = verdicts.includes("no")
    ? "no"
    : verdicts.every((one) => one === "yes")
      ? "yes"
      : "undecided";
  return judged(
    {
      steps,
      separation,
      weakest: { theta: weakest.theta, slope: weakest.off, standardError: weakest.standardError },
      growth: growth.growth,
      growthExponent: { exponent: growth.exponent, standardError: growth.error },
      ratios,
      falseAlarm,
      detects: Math.max(...tested.map(({ detects, r }) => detects / r)),
      detectsShare,
    },
    {
      findings,
      verdict,
      heading: {
        yes: `converges with probability one, as far as sampling can see (false alarm ${formatNumber(falseAlarm)})`,
        no: "not shown to converge",
        undecided: "undecided",
      }[verdict],
    },
  );
}

/** Why a point decides nothing. */
function because({ off, exact, refutedUpTo, reason }: MeanTest): string {
  if (exact) return "; there it is 0 up to rounding";
  if (refutedUpTo === 0) return reason ? `; ${reason}` : "";
  // However many standard errors: rare draws, none of them sampled, may move the mean to the other side.
  return `; noise of a kurtosis below ${formatNumber(refutedUpTo, 2)} leads ${off < 0 ? "away from" : "towards"} θ* there, but nothing is known of its tails`;
}

const verdictOfSampled = (one: Sampled): Verdict =>
  one === "violated" ? "no" : one === "holds where sampled" ? "yes" : "undecided";

function requireOptions(
  centre: Float64Array,
  { thetaStar, bound, kurtosis }: ConvergenceCheckOptions,
  {
    distances,
    directions,
    samples,
    confidence,
  }: Required<Pick<ConvergenceCheckOptions, "distances" | "directions" | "samples" | "confidence">>,
): void {
  if (centre.length === 0) {
    throw new RangeError(
      `checkConvergence: thetaStar must hold at least one number, got ${inspect(thetaStar)}`,
    );
  }
  const rising = distances.every((r, i) => r > (i === 0 ? 0 : distances[i - 1]!) && Number.isFinite(r));
  if (distances.length < 2 || !rising) {
    throw new RangeError(
      `checkConvergence: distances must be two or more, rising and > 0; got ${inspect(distances)}`,
    );
  }
  checkWhole("checkConvergence", { directions });
  checkWhole("checkConvergence", { samples }, 10);
  checkTails("checkConvergence", { bound, kurtosis });
  checkBetween0And1("checkConvergence", { confidence });
}
