/**
 * The bound of a theorem against measured values.
 */
import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import { lineChart } from "../../display/line-chart.js";
import {
  type Finding,
  findingText,
  type Judged,
  judged,
  type Verdict,
  verdictOf,
} from "../../display/verdict.js";
import { upperStudent } from "../../tensor/student.js";
import { distance, type Vector } from "../algebra/vectors.js";
import { convexity, minimiser, type RunFacts, shortSteps } from "../bounds/assumptions.js";
import type { Bound, Bounded } from "../bounds/bounds.js";
import { Path } from "../descent/path.js";
import type { SgdPaths } from "../stochastic/sgd-paths.js";
import { limitOf, marginOf, wide } from "./check-estimate.js";
import { estimateMean } from "./estimate.js";

/** Whether a bound held along a path, and how closely. Shows itself as a sentence over the chart. */
export interface BoundCheck extends Judged {
  /**
   * For a path: whether the measured value is at most bound(k) for every k ≥ 1 compared. For random paths the bound is about
   * means: `yes` if each mean is significantly below it, `no` if one is significantly above it, else `undecided`.
   */
  readonly verdict: Verdict;
  /** Whether the verdict is yes. */
  readonly holds: boolean;
  /** The largest measured(k) / bound(k): 1 means that the bound is attained. */
  readonly tightness: number;
  /** The k at which that occurs. */
  readonly at: number;
  /** The k ≥ 1 at which the bound fails. */
  readonly violations: readonly number[];
  /** The assumptions of the theorem that F or the path violates, in words. */
  readonly unmet: readonly string[];
  /** For random paths: the probability of a wrong yes or no; 0 for a path. */
  readonly falseAlarm: number;
  /** For random paths: the smallest excess over the bound, relative to it, that is detected with probability 0.99; 0 for a path. */
  readonly detects: number;
}

/** The values to compare with a bound at steps k ≥ 1: of one path, with its possible rounding, or of each of many. */
interface Measured {
  k: ArrayLike<number>;
  values: ArrayLike<number>;
  rounding: number;
  draws?: (i: number) => Float64Array;
}

const symbols: Record<Bounded, string> = {
  gap: "F(θ(k)) − F*",
  "gap after a gradient step": "F(θ(k−1) − η ∇F(θ(k−1))) − F*",
  "gap of the weighted mean": "F(weighted mean of θ(0), …, θ(k−1)) − F*",
  "gap of the mean": "F(mean of θ(0), …, θ(k−1)) − F*",
  "squared distance": "‖θ(k) − θ*‖²",
};

/** The probability of a wrong verdict on means of random paths, at all recorded steps together. */
const falseAlarm = 1e-6;
/** The scatter of fewer paths cannot be estimated reliably. */
const fewestPaths = 30;

/**
 * Compares what a bound (A6, B5, B7) is about, such as gap(k) = F(θ(k)) − F*, with the bound, and names the
 * assumptions of the theorem that fail. For one path every k = 1, 2, … is compared, for many random paths the means at all recorded steps.
 *
 * Rounding is allowed for: 10⁻¹² relative to the bound, and where F has no formula for its gap the rounding of
 * the difference F(θ(k)) − F*. A mean m of random paths with standard error s counts as below the bound b if m + z s ≤ b, and as above it
 * if m − z s > b, z from Student's t for a false alarm of 10⁻⁶ divided among the steps, widened for skewed gaps; for strongly
 * skewed ones it is below if m + 4 z s ≤ b, or, of X ≥ 0, m ≤ b (1 − √(2 E X²/(E X)² ln(1/α)/n)). Otherwise, and for fewer than 30 paths, it is undecided.
 * As with every mean, this assumes that it is not dominated by paths too rare to be sampled.
 *
 * @param run a path on an objective with known minimum, or what `sgdPaths` returned
 * @param bound the bound as a function of k
 * @throws RangeError if the minimum (or minimiser) is not known, the bound is NaN or not a number at some k, or a bound on a single run is given many.
 * @example
 * const F = quadratic({ spectrum: [2] });
 * const path = descend(F, { theta0: [3], eta: 0.25, steps: 20 });
 * checkBound(path, gradientDescentBound({ R: 3, eta: 0.25, L: F.L })).holds // → true
 * checkBound(path, gradientDescentBound({ R: 2, eta: 0.25 })).unmet // → [ 'the start is 3 away from θ*, not 2' ]
 */
export function checkBound(run: Path | SgdPaths, bound: Bound | ((k: number) => number)): BoundCheck {
  const theorem = "label" in bound ? bound : undefined;
  const of = theorem?.of ?? "gap";
  const measured = run instanceof Path ? alongPath(run, of) : alongPaths(run, of);
  const { k, values, rounding, draws } = measured;
  const bounds = Float64Array.from(k, (step) => {
    const promised: unknown = bound(step);
    if (typeof promised === "number" && !Number.isNaN(promised)) return promised;
    throw new RangeError(
      `checkBound: the bound must be a number at every k ≥ 1; at k = ${step} it is ${inspect(promised)}`,
    );
  });
  const steps: StepVerdict[] = Array.from(k, (_, i) =>
    draws
      ? ofMean(draws(i), bounds[i]!, falseAlarm / k.length)
      : { verdict: values[i]! <= bounds[i]! * (1 + 1e-12) + rounding ? "yes" : "no", times: 0, detects: 0 },
  );
  const violations = Array.from(k).filter((_, i) => steps[i]!.verdict === "no");
  let tightness = 0;
  let at = 0;
  for (let i = 0; i < k.length; i++) {
    const share = values[i] === bounds[i] ? 1 : values[i]! / bounds[i]!;
    if (!(share <= tightness) && (draws || values[i]! > rounding)) [tightness, at] = [share, k[i]!];
  }
  const diverged = run instanceof Path ? run.diverged : undefined;
  // A bound of ∞ always holds: if it is ∞ everywhere, nothing is compared.
  const empty =
    k.length === 0
      ? "there is no step to compare"
      : bounds.every((one) => one === Number.POSITIVE_INFINITY)
        ? "it is ∞ at every step, which promises nothing"
        : undefined;
  const verdict = diverged ? "no" : empty ? "undecided" : verdictOf(steps);
  const facts = run instanceof Path ? factsOfPath(run) : factsOfPaths(run);
  const unmet = (theorem?.assumes ?? [convexity, minimiser, shortSteps]).flatMap(
    (one) => one.unmet(facts) ?? [],
  );
  const name = theorem?.label ?? "the bound";
  const what = run instanceof Path ? symbols[of] : `E[${symbols[of]}]`;
  const last = k[k.length - 1] ?? 0;
  const closest = `closest at k = ${at}, where ${of === "gap" ? "the gap" : "it"} is ${formatNumber(tightness)} of the bound`;
  const open = steps.filter((step) => step.verdict === "undecided");
  const says = {
    yes: `${what} ≤ ${name} for k = 1 … ${last}; ${closest}`,
    no: `${what} ≤ ${name} fails${violations.length > 0 ? ` at ${violations.length} of ${k.length} steps, first k = ${violations[0]}` : `: ${diverged?.reason}`}`,
    undecided: empty
      ? `${what} ≤ ${name}: ${empty}`
      : `${what} ≤ ${name}: too uncertain at ${open.length} of ${k.length} steps; ${closest}`,
  }[verdict];
  const odds = draws && verdict !== "undecided" ? ` (false alarm ${formatNumber(falseAlarm)})` : "";
  const finding: Finding = {
    verdict,
    text: says + odds,
    wouldDecide: empty ? (k.length === 0 ? "a step" : "a finite bound") : advice(run, open),
  };
  const title = findingText(finding);
  return judged(
    {
      holds: verdict === "yes",
      tightness,
      at,
      violations,
      unmet,
      falseAlarm: draws ? falseAlarm : 0,
      detects: Math.max(0, ...steps.map(({ detects }) => detects)),
    },
    {
      findings: [finding],
      notes: unmet.map((reason) => `  not assured: ${reason}`),
      chart: () =>
        lineChart({
          title,
          x: { title: "k", scale: "log" },
          y: { title: what, scale: "log" },
          series: [
            { name: "measured", x: k, y: values },
            { name, x: k, y: bounds, dash: "dot" },
          ],
        }),
    },
  );
}

/** The verdict at one step; if undecided, also how many times as many paths would decide it. */
interface StepVerdict {
  verdict: Verdict;
  times: number;
  /** The smallest excess that is detected, relative to the bound. */
  detects: number;
}

/** Whether the mean of draws is at most `bound`, with significance on either side. */
function ofMean(draws: Float64Array, bound: number, alarm: number): StepVerdict {
  const n = draws.length;
  if (n < 2 || !draws.every(Number.isFinite)) {
    // A path diverged: the mean is not finite, and above any bound.
    const away = draws.some((x) => !Number.isFinite(x)) && Number.isFinite(bound);
    return { verdict: away ? "no" : "undecided", times: fewestPaths, detects: Number.POSITIVE_INFINITY };
  }
  const { mean, standardError: s, skewness, skewnessError, doubt } = estimateMean(draws);
  const plain = upperStudent(alarm, n - 1);
  const { margin, skewed: beside } = marginOf(n - 1, Math.abs(skewness) + 2 * skewnessError);
  const detects = ((plain + (beside > 1 ? wide(n) : 1) * margin) * s) / bound;
  if (mean - plain * s > bound * (1 + 1e-12)) return { verdict: "no", times: 0, detects };
  const few = Math.max(2, Math.ceil(fewestPaths / n));
  if (n < fewestPaths) return { verdict: "undecided", times: few, detects };
  // Equal values, as at the common start, have no other mean (except for paths too rare to be sampled).
  if (s <= 1e-15 * mean) return { verdict: mean <= bound * (1 + 1e-12) ? "yes" : "no", times: 0, detects };
  const { limit, skewed } = limitOf(alarm, n - 1, Math.max(0, skewness));
  const square = draws.reduce((sum, x) => sum + (x * x) / n, 0) / (mean * mean);
  const share = draws.every((x) => x >= 0) ? Math.sqrt((2 * square * Math.log(1 / alarm)) / n) : 1;
  const upper = Math.min(
    skewed > 1 || doubt ? Number.POSITIVE_INFINITY : mean + limit * s,
    share < 1 ? mean / (1 - share) : Number.POSITIVE_INFINITY,
    mean + wide(n) * plain * s,
  );
  if (upper <= bound) return { verdict: "yes", times: 0, detects };
  // Errors shrink like 1/√n: the n at which m + z s, or m/(1 − share), comes down to the bound.
  const room = 1 - mean / bound;
  const times =
    room > 0
      ? Math.ceil(
          Math.min(
            Math.max(skewed, (limit * s) / (room * bound)),
            share / room,
            (wide(n) * plain * s) / (room * bound),
          ) ** 2,
        )
      : Number.POSITIVE_INFINITY;
  return { verdict: "undecided", times: Math.max(2, times), detects };
}

/** What would decide the undecided steps. */
function advice(run: Path | SgdPaths, open: readonly StepVerdict[]): string {
  const most = Math.max(...open.map(({ times }) => times));
  return most > 1e4 || run instanceof Path
    ? "many times the paths: the mean is within its error of the bound"
    : `take ${formatNumber(most)} times the paths`;
}

/** The smallest normal number; smaller ones have fewer digits. */
const leastNormal = 2 ** -1022;

function alongPath({ gaps, theta, stepSizes, values, objective: F }: Path, of: Bounded): Measured {
  if (gaps.length === 0) throw new RangeError(`checkBound: the minimum of ${F.name} is not known`);
  const difference = F.gap ? 0 : 8 * Number.EPSILON * Math.max(Math.abs(F.minimum!), Math.abs(values[0]!));
  const rounding = difference + leastNormal;
  const k = Float64Array.from({ length: theta.length - 1 }, (_, i) => i + 1);
  if (of === "gap") return { k, values: gaps.subarray(1), rounding };
  if (of === "squared distance") {
    return {
      k,
      values: k.map((step) => distance(theta[step]!, starOf(F.thetaStar, F.name)) ** 2),
      rounding,
    };
  }
  const gapAt = (at: Vector) => F.gap?.(at) ?? F.value(at) - F.minimum!;
  if (of === "gap after a gradient step") {
    const after = k.map((step) => {
      const before = theta[step - 1]!;
      const gradient = F.gradient(before);
      return gapAt(before.map((x, i) => x - stepSizes[step - 1]! * gradient[i]!));
    });
    return { k, values: after, rounding };
  }
  const mean = theta[0]!.slice();
  let sum = 0;
  const atMeans = k.map((step) => {
    const weight = of === "gap of the mean" ? 1 : stepSizes[step - 1]!;
    sum += weight;
    for (let i = 0; i < mean.length; i++) mean[i]! += (weight / sum) * (theta[step - 1]![i]! - mean[i]!);
    return gapAt(mean);
  });
  return { k, values: atMeans, rounding };
}

function alongPaths(run: SgdPaths, of: Bounded): Measured {
  const { name, minimum, gap } = run.objective;
  if (of === "gap of the mean" || of === "gap after a gradient step") {
    throw new RangeError("checkBound: this bound is about a single run, give a path that descend returned");
  }
  if (minimum === undefined && !gap) {
    throw new RangeError(`checkBound: the minimum of ${name} is not known`);
  }
  const ensemble = {
    gap: run.gaps,
    "gap of the weighted mean": run.averagedGaps,
    "squared distance": run.squaredDistances,
  }[of];
  if (!ensemble) throw new RangeError(`checkBound: no minimiser of ${name} is known`);
  const { k, mean, rows } = ensemble;
  const from = k[0] === 0 ? 1 : 0;
  const draws = (i: number) => Float64Array.from(rows, (row) => row[from + i]!);
  return { k: k.subarray(from), values: mean.subarray(from), rounding: 0, draws };
}

function starOf(thetaStar: Float64Array | undefined, name: string): Float64Array {
  if (thetaStar) return thetaStar;
  throw new RangeError(`checkBound: no minimiser of ${name} is known`);
}

function factsOfPath({ objective: F, schedule: eta, theta, gradientNorms, gaps, rule }: Path): RunFacts {
  // A gap that is only rounding says nothing about F.
  const floor = F.gap ? 0 : 1e-9 * Math.abs(gaps[0] ?? 0);
  const steep = Array.from(gaps.keys()).filter((k) => gaps[k]! > floor && gaps[k]! > leastNormal);
  const away = (one: Vector) => (F.thetaStar ? distance(one, F.thetaStar) : 0);
  return {
    F,
    theta0: theta[0]!,
    eta,
    largestSquare: gradientNorms.reduce((most, norm) => Math.max(most, norm * norm), 0),
    farthest: F.thetaStar && theta.reduce((most, one) => Math.max(most, away(one)), 0),
    rule: String(rule),
    leastSteepness:
      gaps.length > 0 ? Math.min(...steep.map((k) => gradientNorms[k]! ** 2 / 2 / gaps[k]!)) : undefined,
  };
}

function factsOfPaths({ objective: F, eta, theta0, squaredGradients }: SgdPaths): RunFacts {
  const largestSquare = squaredGradients.mean.reduce((most, square) => Math.max(most, square), 0);
  return { F, theta0, eta, largestSquare, farthest: undefined };
}
