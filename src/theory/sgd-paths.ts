/**
 * Stochastic gradient descent along many independent paths: what it does on average, and how it scatters.
 */
import { inspect } from "node:util";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { type StepSize, stepSizeAt, stepSizeText } from "../optim/schedule.js";
import { random } from "../tensor/random.js";
import { Ensemble, recordedSteps } from "./ensemble.js";
import { type EnsembleChartOptions, ensembleChart } from "./ensemble-chart.js";
import type { StochasticObjective } from "./stochastic-objective.js";
import { dot, type Vector } from "./vectors.js";

/** Where to start, how far to step, how many paths of which length. */
export interface SgdPathsOptions {
  /** The start θ(0). */
  theta0: Vector;
  /** The step sizes η(k): a constant, a schedule or a function of k. */
  eta: StepSize;
  /** How many steps; 1000. */
  steps?: number;
  /** How many independent paths; 100. */
  paths?: number;
  /** Samples of a step, of whose gradients the mean is taken; 1. */
  batchSize?: number;
  /** The seed; path i draws from stream i of it. */
  seed?: number;
  /** What it is called in charts; by default the step size. */
  name?: string;
}

/** Many paths of stochastic gradient descent. Shows itself as the mean gap and its band. */
export interface SgdPaths extends Displayable {
  /** F(θ(k)) − F* along each path; F(θ(k)) if F* is not known. */
  readonly gaps: Ensemble;
  /** The same at the mean of θ(0), …, θ(k−1), each with the weight of the step size that follows it. */
  readonly averagedGaps: Ensemble;
  /** ‖∇F(θ(k))‖² along each path. */
  readonly squaredGradients: Ensemble;
  /** ‖θ(k) − θ*‖² along each path, if a minimiser is known. */
  readonly squaredDistances?: Ensemble;
  /** The last θ of each path. */
  readonly last: readonly Float64Array[];
  /** The chart of the gaps, with other options. */
  chart(options?: EnsembleChartOptions): ReturnType<typeof ensembleChart>;
}

/**
 * Runs θ(k) = θ(k−1) − η(k) ∇Q(θ(k−1)) for k = 1, …, steps along many independent paths, with samples of F drawn anew
 * for each step; values are recorded at about a hundred steps, evenly on a logarithmic scale.
 *
 * @param F an objective of which samples can be drawn, such as `finiteSum` or `expectation`
 * @param options `theta0`, `eta`; `steps` = 1000, `paths` = 100, `batchSize` = 1, `seed` = 0, `name`
 * @throws RangeError for a start of another dimension, or counts that are no whole numbers ≥ 1.
 * @example
 * const F = expectation(quadratic({ spectrum: [1] }), 1);
 * const runs = sgdPaths(F, { theta0: [0], eta: 0.5, steps: 200, paths: 2000 });
 * Math.abs(2 * runs.gaps.mean.at(-1)! - stationaryVariance({ eta: 0.5 })) < 0.05 // → true
 */
export function sgdPaths(F: StochasticObjective, options: SgdPathsOptions): SgdPaths {
  const { theta0, eta, steps = 1000, paths = 100, batchSize = 1, seed = 0 } = options;
  if (typeof F?.sampleGradient !== "function") {
    throw new TypeError(
      `sgdPaths: samples must be drawn from F; make it with finiteSum(…) or expectation(F, noise), got ${inspect(F, { depth: 0 })}`,
    );
  }
  if (theta0.length !== F.dimension) {
    throw new RangeError(`sgdPaths: theta0 must have ${F.dimension} entries, got ${theta0.length}`);
  }
  for (const [what, value] of Object.entries({ steps, paths, batchSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`sgdPaths: ${what} must be a whole number ≥ 1, got ${inspect(value)}`);
    }
  }
  const name = options.name ?? `η = ${stepSizeText(eta)}`;
  const etas = Float64Array.from({ length: steps + 1 }, (_, k) =>
    k === 0 ? 0 : stepSizeAt("sgdPaths", eta, k),
  );
  const k = recordedSteps(steps);
  const root = random(seed).split("sgdPaths");
  const gapAt = (theta: Vector): number => F.gap?.(theta) ?? F.value(theta) - (F.minimum ?? 0);
  const rows = { gaps: [], averaged: [], gradients: [], distances: [] } as Record<string, Float64Array[]>;
  const last: Float64Array[] = [];
  for (let path = 0; path < paths; path++) {
    const stream = root.split(path);
    const theta = Float64Array.from(theta0);
    const mean = Float64Array.from(theta0);
    const row = () => new Float64Array(k.length);
    const [gaps, averaged, gradients, distances] = [row(), row(), row(), row()];
    let [at, sum] = [0, 0];
    for (let step = 0; step <= steps; step++) {
      if (step > 0) {
        const size = etas[step]! / batchSize;
        // The mean of the theorem, of θ before each step (B5).
        sum += etas[step]!;
        if (sum > 0)
          for (let i = 0; i < theta.length; i++) mean[i]! += (etas[step]! / sum) * (theta[i]! - mean[i]!);
        // All samples of a step are drawn at the same θ.
        const drawn = Array.from({ length: batchSize }, () => F.sampleGradient(theta, stream));
        for (const g of drawn) for (let i = 0; i < theta.length; i++) theta[i]! -= size * g[i]!;
      }
      if (step !== k[at]) continue;
      gaps[at] = gapAt(theta);
      averaged[at] = gapAt(mean);
      const gradient = F.gradient(theta);
      gradients[at] = dot(gradient, gradient);
      if (F.thetaStar) distances[at] = theta.reduce((sum, x, i) => sum + (x - F.thetaStar![i]!) ** 2, 0);
      at++;
    }
    rows.gaps!.push(gaps);
    rows.averaged!.push(averaged);
    rows.gradients!.push(gradients);
    rows.distances!.push(distances);
    last.push(theta);
  }
  const ensemble = (quantity: string, key: string) => new Ensemble({ name, quantity, k, rows: rows[key]! });
  const star = F.minimum === undefined && !F.gap ? "" : " − F*";
  const gaps = ensemble(`F(θ(k))${star}`, "gaps");
  const chart = (more: EnsembleChartOptions = {}) =>
    ensembleChart([gaps], { title: `SGD on ${F.name}, ${name}`, y: "log", ...more });
  const text = String(gaps);
  return Object.freeze({
    gaps,
    averagedGaps: ensemble(`F(mean of θ(0), …, θ(k−1))${star}`, "averaged"),
    squaredGradients: ensemble("‖∇F(θ(k))‖²", "gradients"),
    ...(F.thetaStar && { squaredDistances: ensemble("‖θ(k) − θ*‖²", "distances") }),
    last,
    chart,
    toString: () => text,
    [inspect.custom]: () => text,
    async [displaySymbol](): Promise<MimeBundle> {
      const bundle = await chart()[displaySymbol]();
      return { ...bundle, "text/plain": `${text}\n${bundle["text/plain"]}` };
    },
  });
}
