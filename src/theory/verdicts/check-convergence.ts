/**
 * The conditions of the theorems that make stochastic approximation converge almost surely, beside what is known of a
 * given iteration: the step sizes exactly, the rest by sampling (A15, A16).
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import type { StepSize } from "../../optim/schedule.js";
import { normalQuantile } from "../../tensor/normal.js";
import { random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";
import { type ConditionCheck, checkConditions } from "./check-conditions.js";
import type { Estimator } from "./check-noise.js";

/** What is claimed of an iteration, and how much is sampled. */
export interface ConvergenceCheckOptions {
  /** θ*, where it should end. */
  thetaStar: Vector;
  /** The step sizes. */
  schedule: StepSize;
  /** The distances from θ* at which it is sampled; by default 0.5, 1, 10, 100 (nearer, noise hides the slope). */
  distances?: readonly number[];
  /** How many random directions at each distance; 8 (in one dimension the two that there are). */
  directions?: number;
  /** How many draws at each place; 2000. */
  samples?: number;
  /** The probability with which conditions that hold are not called violated, 1 − 10⁻⁶ by default. */
  confidence?: number;
  /** The seed. */
  seed?: number;
}

/** A verdict of sampling: `holds` where it was looked, refuted, or not to be told from the noise. */
export type Sampled = "holds where sampled" | "violated" | "too noisy to tell";

/** What is known of the conditions. Shows itself as a line for each. */
export interface ConvergenceCheck extends Displayable {
  /** Σ η = ∞ and Σ η² < ∞, exactly where the schedule is one of nablab's. */
  readonly steps: ConditionCheck;
  /** ⟨θ − θ*, M(θ)⟩ > 0 away from θ*: on average every step goes towards θ* (Blum's condition). */
  readonly separation: Sampled;
  /** Where that is smallest relative to its standard error. */
  readonly weakest: { readonly theta: Float64Array; readonly slope: number; readonly standardError: number };
  /** E‖N(θ)‖² ≤ c (1 + ‖θ − θ*‖²): noise and slope grow at most linearly (Robbins and Siegmund's condition). */
  readonly growth: Sampled;
  /** E‖N(θ)‖² / (1 + ‖θ − θ*‖²), the largest of each distance. */
  readonly ratios: Float64Array;
  /**
   * `converges` if the steps are admissible and sampling found nothing against the rest; `not shown` if a condition is
   * violated (the iteration may converge all the same); else `undecided`.
   */
  readonly verdict: "converges" | "not shown" | "undecided";
}

/**
 * Holds the conditions for convergence with probability one against an iteration θ ← θ − η(k) N(θ).
 *
 * With V = ‖θ − θ*‖² a step gives E[V⁺ | θ] = V − 2 η ⟨θ − θ*, M(θ)⟩ + η² E‖N(θ)‖². If the scalar product is positive
 * away from θ* and E‖N‖² ≤ c (1 + V), the last term is summable against V, and Robbins and Siegmund's lemma makes V
 * converge, to 0 because Σ η = ∞: Blum's theorem. Neither condition can be proved by sampling. Separation is called
 * violated where the mean of ⟨θ − θ*, N⟩ is negative beyond chance (Bonferroni over all places); growth where E‖N‖²/(1 + V)
 * still grows by more than tenfold over the last tenfold of the distance.
 *
 * @param estimator a function (θ, stream) => N(θ), or an objective of which gradients can be sampled
 * @param options θ*, the schedule, and how much is sampled, see {@link ConvergenceCheckOptions}
 * @throws RangeError for options that cannot be
 * @see J. R. Blum, Multidimensional stochastic approximation methods, Ann. Math. Statist. 25 (1954), 737–744;
 *   H. Robbins, D. Siegmund, A convergence theorem for non negative almost supermartingales (1971), theorem 1.
 * @example
 * const line = (theta: Vector, stream: Random) => [theta[0]! + stream.normal()];
 * checkConvergence(line, { thetaStar: [0], schedule: inverse() }).verdict // → 'converges'
 * checkConvergence(line, { thetaStar: [0], schedule: 0.1 }).verdict // → 'not shown'
 * checkConvergence((theta) => [-theta[0]!], { thetaStar: [0], schedule: inverse() }).separation // → 'violated'
 */
export function checkConvergence(
  estimator: Estimator | StochasticObjective,
  {
    thetaStar,
    schedule,
    distances = [0.5, 1, 10, 100],
    directions = 8,
    samples = 2000,
    confidence = 1 - 1e-6,
    seed = 0,
  }: ConvergenceCheckOptions,
): ConvergenceCheck {
  const draw: Estimator =
    typeof estimator === "function" ? estimator : (theta, stream) => estimator.sampleGradient(theta, stream);
  const centre = Float64Array.from(thetaStar ?? []);
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
  for (const [name, count, least] of [
    ["directions", directions, 1],
    ["samples", samples, 10],
  ] as const) {
    if (!(Number.isInteger(count) && count >= least)) {
      throw new RangeError(
        `checkConvergence: ${name} must be a whole number ≥ ${least}, got ${inspect(count)}`,
      );
    }
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`checkConvergence: confidence must be between 0 and 1, got ${inspect(confidence)}`);
  }
  const stream = random(seed).split("checkConvergence");
  const units = unitVectors(centre.length, directions, stream.split("directions"));
  const places = distances.flatMap((r, i) =>
    units.map((unit, j) => at(draw, centre, unit, r, samples, stream.split(i).split(j))),
  );
  const threshold = normalQuantile(1 - (1 - confidence) / places.length);
  const weakest = places.reduce((a, b) => (b.slope / b.standardError < a.slope / a.standardError ? b : a));
  const z = weakest.slope / weakest.standardError;
  const separation =
    z < -threshold ? "violated" : z > threshold ? "holds where sampled" : "too noisy to tell";
  const ratios = Float64Array.from(distances, (_, i) =>
    Math.max(...places.slice(i * units.length, (i + 1) * units.length).map(({ ratio }) => ratio)),
  );
  const [before, last] = [ratios.at(-2)!, ratios.at(-1)!];
  const decade = Math.log10(distances.at(-1)! / distances.at(-2)!);
  // A power of the distance above 0 that is no accident of the constant: more than tenfold a decade.
  const growth: Sampled = Math.log10(last / before) > decade ? "violated" : "holds where sampled";
  const steps = checkConditions(schedule);
  const sampled = [separation, growth];
  const verdict =
    steps.admissible === false || sampled.includes("violated")
      ? "not shown"
      : steps.admissible && sampled.every((one) => one === "holds where sampled")
        ? "converges"
        : "undecided";
  const mark = (held: boolean | undefined) => (held === undefined ? "?" : held ? "✓" : "✗");
  const marked = (one: Sampled) => mark(one === "too noisy to tell" ? undefined : one !== "violated");
  const where = `(${Array.from(weakest.theta, (entry) => formatNumber(entry)).join(", ")})`;
  const text = [
    {
      converges: "converges with probability one, as far as sampling can see",
      "not shown": "not shown to converge",
      undecided: "undecided",
    }[verdict],
    String(steps),
    `${marked(separation)} ⟨θ − θ*, M(θ)⟩ > 0 (Blum): ${separation}; per distance it is weakest at ${where}, ${formatNumber(weakest.slope)} ± ${formatNumber(weakest.standardError, 2)}`,
    `${marked(growth)} E‖N‖² ≤ c (1 + ‖θ − θ*‖²) (Robbins, Siegmund): ${growth}; c from ${formatNumber(Math.min(...ratios))} to ${formatNumber(Math.max(...ratios))} at distances ${distances.map((r) => formatNumber(r)).join(", ")}`,
  ].join("\n");
  return Object.freeze({
    steps,
    separation,
    weakest: { theta: weakest.theta, slope: weakest.slope, standardError: weakest.standardError },
    growth,
    ratios,
    verdict,
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}

/** Directions to look in: both of a line; of more dimensions random ones. */
function unitVectors(dimension: number, count: number, stream: ReturnType<typeof random>): Float64Array[] {
  if (dimension === 1) return [Float64Array.of(-1), Float64Array.of(1)];
  return Array.from({ length: count }, () => {
    const vector = Float64Array.from({ length: dimension }, () => stream.normal());
    const length = Math.hypot(...vector);
    return vector.map((entry) => entry / length);
  });
}

/** What is drawn at θ* + r u: the mean of ⟨u, N⟩ with its standard error, and E‖N‖² / (1 + r²). */
function at(
  draw: Estimator,
  centre: Float64Array,
  unit: Float64Array,
  r: number,
  samples: number,
  stream: ReturnType<typeof random>,
) {
  const theta = centre.map((entry, i) => entry + r * unit[i]!);
  const slopes = new Float64Array(samples);
  let squares = 0;
  for (let n = 0; n < samples; n++) {
    const one = draw(theta, stream);
    for (let i = 0; i < theta.length; i++) {
      slopes[n]! += unit[i]! * one[i]!;
      squares += one[i]! ** 2 / samples;
    }
  }
  const slope = slopes.reduce((sum, value) => sum + value / samples, 0);
  const variance = slopes.reduce((sum, value) => sum + (value - slope) ** 2, 0) / (samples - 1);
  // Without noise there is rounding left.
  const standardError = Math.sqrt(variance / samples) + 1e-15 * (1 + Math.abs(slope));
  return { theta, slope, standardError, ratio: squares / (1 + r * r) };
}
