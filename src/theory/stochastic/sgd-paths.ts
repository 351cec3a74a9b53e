/**
 * Stochastic gradient descent along many independent paths: its average behaviour and its scatter.
 */

import { inspect } from "#platform";
import { formulaOf } from "../../compute/formula.js";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { host, printing } from "../../display/host.js";
import type { Rule } from "../../optim/rule.js";
import { type StepSize, stepSizeText } from "../../optim/schedule.js";
import { sgd } from "../../optim/sgd.js";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import type { Vector } from "../algebra/vectors.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";
import { Ensemble, recordedSteps } from "./ensemble.js";
import { type EnsembleChartOptions, ensembleChart } from "./ensemble-chart.js";
import { type PathRecord, recordAt } from "./sgd-path.js";
import { runAllPaths } from "./sgd-threads.js";

/** The start, the step sizes, and the number and length of the paths. */
export interface SgdPathsOptions {
  /** The start θ(0). */
  theta0: Vector;
  /** The step sizes η(k): a constant, a schedule or a function of k. */
  eta?: StepSize;
  /** Instead of eta: an update rule, such as `adagradNorm()`. */
  rule?: Rule;
  /** How many steps; 1000. */
  steps?: number;
  /** How many independent paths; 100. */
  paths?: number;
  /** The number of samples whose gradients are averaged in a step; 1. */
  batchSize?: number;
  /** The seed; path i draws from stream i of it. */
  seed?: number;
  /** Its name in charts; by default the step size or the rule. */
  name?: string;
  /** How many threads run the paths; by default as many as there are cores, and none if the run ends before one has started. */
  threads?: number;
  /** Stops the run; the result then holds the paths completed so far. */
  signal?: AbortSignal;
}

/** Many paths of stochastic gradient descent. Shows itself as the mean gap and its band. */
export interface SgdPaths extends Displayable {
  /** F(θ(k)) − F* along each path; F(θ(k)) if F* is not known. */
  readonly gaps: Ensemble;
  /** The same at the weighted mean of θ(0), …, θ(k−1), each weighted by the step size that follows it (B5). */
  readonly averagedGaps: Ensemble;
  /** The same at the plain mean of θ(1), …, θ(k): the Polyak–Ruppert average, as in `averaging()`. */
  readonly meanGaps: Ensemble;
  /** ‖∇F(θ(k))‖² along each path. */
  readonly squaredGradients: Ensemble;
  /** ‖θ(k) − θ*‖² along each path, if a minimiser is known. */
  readonly squaredDistances?: Ensemble;
  /** The last θ of each path. */
  readonly last: readonly Float64Array[];
  /** How many threads ran paths besides the calling one; it affects the time only, never a result. */
  readonly threads: number;
  /** The objective. */
  readonly objective: StochasticObjective;
  /** The start θ(0). */
  readonly theta0: Float64Array;
  /** The step sizes of plain SGD; undefined for another rule. */
  readonly eta: StepSize | undefined;
  /** The chart of the gaps, with other options. */
  chart(options?: EnsembleChartOptions): ReturnType<typeof ensembleChart>;
}

/**
 * Runs θ(k) = θ(k−1) − η(k) ∇Q(θ(k−1)) for k = 1, …, steps, or an update rule with ∇Q for the gradient, along many
 * independent paths (A13), with fresh samples of F for each step; values are recorded at about a hundred steps,
 * evenly on a logarithmic scale.
 *
 * Path i draws from stream i of the seed, so that results are bitwise the same for any number of threads. Paths run on threads if
 * objective, noise and rule are nablab's; custom functions (`objective`, custom noise, a rule made from another rule)
 * cannot be sent to a thread, so their paths run on the calling one.
 *
 * @param F an objective whose samples can be drawn, such as `finiteSum` or `expectation`
 * @param options `theta0`; `eta` or `rule`; `steps` = 1000, `paths` = 100, `batchSize` = 1, `seed` = 0, `name`,
 *   `threads`, `signal`
 * @throws RangeError for a start of another dimension, or counts that are no whole numbers ≥ 1; the reason of
 *   `signal` if it aborts before any path is completed.
 * @example
 * const F = expectation(quadratic({ spectrum: [1] }), 1);
 * const runs = await sgdPaths(F, { theta0: [0], eta: 0.5, steps: 200, paths: 2000 });
 * Math.abs(2 * runs.gaps.mean.at(-1)! - stationaryVariance({ eta: 0.5 })) < 0.05 // → true
 */
export async function sgdPaths(F: StochasticObjective, options: SgdPathsOptions): Promise<SgdPaths> {
  optionsOf("sgdPaths", options, [
    "theta0",
    "eta",
    "rule",
    "steps",
    "paths",
    "batchSize",
    "seed",
    "name",
    "threads",
    "signal",
  ]);
  const { theta0, eta, steps = 1000, paths = 100, batchSize = 1, seed = 0, threads, signal } = options;
  if (typeof F?.sampleGradient !== "function") {
    throw new TypeError(
      `sgdPaths: samples must be drawn from F; make it with finiteSum(…) or expectation(F, noise), got ${inspect(F, { depth: 0 })}`,
    );
  }
  if (theta0.length !== F.dimension) {
    throw new RangeError(`sgdPaths: theta0 must have ${F.dimension} entries, got ${theta0.length}`);
  }
  if (!Array.from(theta0).every(Number.isFinite)) {
    throw new RangeError(`sgdPaths: the entries of theta0 must be finite, got ${inspect(theta0)}`);
  }
  checkWhole("sgdPaths", { steps, paths, batchSize, threads: threads ?? 1 });
  if ((eta === undefined) === (options.rule === undefined)) {
    throw new TypeError("sgdPaths: give either a step size eta or a rule, such as { eta: 0.1 }");
  }
  const rule = options.rule ?? sgd({ eta: eta! });
  const name = options.name ?? (options.rule ? String(rule) : `η = ${stepSizeText(eta!)}`);
  const k = recordedSteps(steps);
  const task = { theta0: Float64Array.from(theta0), steps, batchSize, seed, k };
  const interrupted = host().interruptSignal();
  const stop = AbortSignal.any([interrupted, ...(signal ? [signal] : [])]);
  const result = await runAllPaths(F, rule, task, { paths, threads, stop });
  if (interrupted.aborted) throw interrupted.reason;
  if (result.done.length === 0) throw signal!.reason;
  const records = result.done.map((path) => recordAt(result.memory, task, path));
  const ensemble = (quantity: string, key: Exclude<keyof PathRecord, "last">) =>
    new Ensemble({ name, quantity, k, rows: records.map((record) => record[key]) });
  const star = F.minimum === undefined && !F.gap ? "" : " − F*";
  const gaps = ensemble(`F(θ(k))${star}`, "gaps");
  const chart = (more: EnsembleChartOptions = {}) =>
    ensembleChart([gaps], { title: `SGD on ${F.name}, ${name}`, y: "log", ...more });
  const formula = formulaOf("rule", rule);
  const text = String(gaps);
  return Object.freeze({
    gaps,
    averagedGaps: ensemble(`F(mean of θ(0), …, θ(k−1) with weights η)${star}`, "averaged"),
    meanGaps: ensemble(`F(mean of θ(1), …, θ(k))${star}`, "means"),
    squaredGradients: ensemble("‖∇F(θ(k))‖²", "gradients"),
    ...(F.thetaStar && { squaredDistances: ensemble("‖θ(k) − θ*‖²", "distances") }),
    last: records.map(({ last }) => last),
    threads: result.threads,
    objective: F,
    theta0: task.theta0,
    eta: formula?.name === "sgd" ? formula.options.eta : undefined,
    chart,
    toString: () => text,
    [inspect.custom](): string {
      return printing(this, text);
    },
    async [displaySymbol](): Promise<MimeBundle> {
      const bundle = await chart()[displaySymbol]();
      return { ...bundle, "text/plain": `${text}\n${bundle["text/plain"]}` };
    },
  });
}
