/**
 * The Robbins–Monro algorithm: finds a root of M(θ) = E[N(θ)] from noisy observations N(θ) alone (A14).
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import type { Region } from "../../optim/projected.js";
import { type StepSize, stepSizeAt, stepSizeText } from "../../optim/schedule.js";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { type Random, random } from "../../tensor/random.js";
import { Ensemble, recordedSteps } from "./ensemble.js";
import { type EnsembleChartOptions, ensembleChart } from "./ensemble-chart.js";

/** A noisy observation at θ: one draw of N(θ), in step k = 1, 2, …. */
export type Observation = (theta: number, stream: Random, k: number) => number;

/** The problem, the step sizes, and the number and length of the paths. */
export interface RobbinsMonroOptions {
  /** One draw of N(θ). */
  N: Observation;
  /** The target value α of M, 0 by default. */
  alpha?: number;
  /** The start θ(0). */
  theta0: number;
  /** The step sizes: η(k) of step k = 1, 2, …; a number is a constant step. */
  schedule: StepSize;
  /** How many steps, 1000 by default. */
  steps?: number;
  /** How many independent paths, 200 by default. */
  paths?: number;
  /** The seed; path i draws from stream i of it. */
  seed?: number;
  /** The root θ*, if known: then errors are recorded too. */
  thetaStar?: number;
  /**
   * Keeps θ(k) in a set, θ(k) = P(θ(k−1) − η(k) (N − α)) with the nearest point P of it, such as `box(-10, 10)`: then no
   * assumption on the growth of M is needed.
   */
  region?: Region;
  /** Its name in charts; by default the schedule. */
  name?: string;
}

/** Many paths of the algorithm. Shows itself as their mean and the band of 80 % of them. */
export interface RobbinsMonro extends Displayable {
  /** θ(k) along each path. */
  readonly theta: Ensemble;
  /** The running means (1/k) Σ_{j ≤ k} θ(j) along each path (Polyak and Ruppert). */
  readonly averages: Ensemble;
  /** (θ(k) − θ*)² along each path, whose mean is E|θ(k) − θ*|²; only if θ* is known. */
  readonly squaredErrors?: Ensemble;
  /** sup |θ(j) − θ*| over all j from k to the last step, which tends to 0 under almost sure convergence; if θ* is known. */
  readonly tails?: Ensemble;
  /** The chart, with other options. */
  chart(options?: EnsembleChartOptions): ReturnType<typeof ensembleChart>;
}

/**
 * Runs θ(k) = θ(k−1) − η(k) (N(θ(k−1)) − α) for k = 1, …, steps along many independent paths.
 *
 * All steps enter the suprema and running means; values are recorded at about a hundred steps, evenly on a logarithmic
 * scale. All paths run on the calling thread, because N is a custom function, which cannot be sent to
 * another thread. A step takes 0.10 µs with uniform and 0.15 µs with normal noise
 * (Node 20), so that 300 paths of 20,000 steps take less than a second. `sgdPaths` runs objectives of nablab on threads.
 *
 * @param options `N`, `theta0`, `schedule`; `alpha` = 0, `steps` = 1000, `paths` = 200, `seed` = 0, `thetaStar`, `region`, `name`
 * @throws RangeError for a start that is not finite, or numbers of steps or paths that are not whole numbers ≥ 1.
 * @example
 * const median = robbinsMonro({
 *   N: (theta, stream) => (stream.normal() <= theta ? 1 : 0), alpha: 0.5, theta0: 3,
 *   schedule: (k) => 3 / k, steps: 2000, paths: 50, thetaStar: 0,
 * });
 * Math.abs(median.theta.mean.at(-1)!) < 0.05 // → true
 * @see H. Robbins, S. Monro, A stochastic approximation method, Ann. Math. Statist. 22 (1951), theorem 2.
 */
export function robbinsMonro(options: RobbinsMonroOptions): RobbinsMonro {
  const {
    N,
    alpha = 0,
    theta0,
    schedule,
    steps = 1000,
    paths = 200,
    seed = 0,
    thetaStar,
    region,
    name,
  } = optionsOf("robbinsMonro", options, [
    "N",
    "alpha",
    "theta0",
    "schedule",
    "steps",
    "paths",
    "seed",
    "thetaStar",
    "region",
    "name",
  ]);
  if (typeof N !== "function" || !Number.isFinite(theta0)) {
    throw new TypeError(
      `robbinsMonro: N must be a function (theta, stream) => number and theta0 a finite number, got ${inspect({ N, theta0 })}`,
    );
  }
  checkWhole("robbinsMonro", { steps, paths });
  if (region !== undefined && typeof region?.project !== "function") {
    throw new TypeError(
      `robbinsMonro: region must be one such as box(-10, 10), got ${inspect(region, { depth: 0 })}`,
    );
  }
  const label = typeof schedule === "number" ? `η = ${formatNumber(schedule)}` : stepSizeText(schedule);
  const title = name ?? label;
  const etas = Float64Array.from({ length: steps + 1 }, (_, k) =>
    k === 0 ? 0 : stepSizeAt("robbinsMonro", schedule, k),
  );
  const k = recordedSteps(steps);
  const root = random(seed).split("robbinsMonro");
  const rows = { theta: [], averages: [], errors: [], tails: [] } as Record<string, Float64Array[]>;
  for (let path = 0; path < paths; path++) {
    const stream = root.split(path);
    const [thetas, means, sups] = [k, k, k].map((list) => new Float64Array(list.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    let theta = theta0;
    let sum = 0;
    let at = 0;
    for (let step = 0; step <= steps; step++) {
      if (step > 0) {
        theta -= etas[step]! * (N(theta, stream, step) - alpha);
        if (region) theta = projection(theta, region);
        sum += theta;
      }
      // The supremum over the steps since the previous record; below it becomes the supremum over all later steps.
      if (thetaStar !== undefined) {
        const part = step === k[at] ? at : at - 1;
        sups[part] = Math.max(sups[part]!, Math.abs(theta - thetaStar));
      }
      if (step === k[at]) {
        thetas[at] = theta;
        means[at] = step === 0 ? theta0 : sum / step;
        at++;
      }
    }
    for (let i = k.length - 2; i >= 0; i--) sups[i] = Math.max(sups[i]!, sups[i + 1]!);
    rows.theta!.push(thetas);
    rows.averages!.push(means);
    if (thetaStar !== undefined) {
      rows.errors!.push(thetas.map((one) => (one - thetaStar) ** 2));
      rows.tails!.push(sups);
    }
  }
  const ensemble = (quantity: string, key: string) =>
    new Ensemble({ name: title, quantity, k, rows: rows[key]! });
  const theta = ensemble("θ(k)", "theta");
  const chart = (options: EnsembleChartOptions = {}) =>
    ensembleChart([theta], {
      title: `Robbins–Monro with ${title}`,
      paths: Math.min(3, paths),
      ...(thetaStar !== undefined && { curves: { "θ*": () => thetaStar } }),
      ...options,
    });
  const text = `Robbins–Monro, η(k) = ${label}: ${theta}${thetaStar === undefined ? "" : `; θ* = ${formatNumber(thetaStar)}`}`;
  return Object.freeze({
    theta,
    averages: ensemble("mean of θ(1), …, θ(k)", "averages"),
    ...(thetaStar !== undefined && {
      squaredErrors: ensemble("(θ(k) − θ*)²", "errors"),
      tails: ensemble("sup |θ(j) − θ*|, j ≥ k", "tails"),
    }),
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

const single = new Float64Array(1);

function projection(theta: number, region: Region): number {
  single[0] = theta;
  region.project(single);
  return single[0]!;
}
