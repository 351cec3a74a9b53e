/**
 * The Robbins–Monro algorithm: finds a root of M(θ) = E[N(θ)] from noisy observations N(θ) alone (A14).
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import { stepSizeText } from "../../optim/schedule.js";
import { isList } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import type { Random } from "../../tensor/random.js";
import { Ensemble } from "./ensemble.js";
import { type EnsembleChartOptions, ensembleChart } from "./ensemble-chart.js";
import {
  type RobbinsMonroField,
  type RobbinsMonroFieldOptions,
  robbinsMonroField,
} from "./robbins-monro-field.js";
import { type RobbinsMonroSettings, runRobbinsMonro } from "./robbins-monro-paths.js";

/** A noisy observation at θ: one draw of N(θ), in step k = 1, 2, …. */
export type Observation = (theta: number, stream: Random, k: number) => number;

/** The problem, the step sizes, and the number and length of the paths. */
export interface RobbinsMonroOptions extends RobbinsMonroSettings {
  /** One draw of N(θ). */
  N: Observation;
  /** The target value α of M, 0 by default. */
  alpha?: number;
  /** The start θ(0). */
  theta0: number;
  /** The root θ*, if known: then errors are recorded too. */
  thetaStar?: number;
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
 * Runs θ(k) = θ(k−1) − η(k) (N(θ(k−1)) − α) for k = 1, …, steps along many independent paths, to the root θ* of
 * M(θ) = E[N(θ)] = α, for a number or a vector θ. M may be any field: no gradient need exist.
 *
 * θ(k) → θ* with probability one if ⟨θ − θ*, M(θ) − α⟩ > 0 away from θ* (at least a positive number on each ring
 * ε ≤ ‖θ − θ*‖ ≤ 1/ε), E‖N(θ)‖² ≤ c (1 + ‖θ − θ*‖²), Σ η = ∞ and Σ η² < ∞. The first holds for each strongly monotone field, such as a
 * linear one whose matrix has a positive definite symmetric part; not for a rotation, ⟨θ, Jθ⟩ = 0, where ‖θ(k)‖ grows at every step.
 * `checkConvergence` tests these conditions.
 *
 * All steps enter the suprema and running means; values are recorded at about a hundred steps, evenly on a logarithmic
 * scale. All paths run on the calling thread, because N is a custom function, which cannot be sent to
 * another thread. A step takes 0.10 µs with uniform and 0.15 µs with normal noise
 * (Node 20), so that 300 paths of 20,000 steps take less than a second. `sgdPaths` runs objectives of nablab on threads.
 *
 * @param options `N`, `theta0`, `schedule`; `alpha` = 0, `steps` = 1000, `paths` = 200, `seed` = 0, `thetaStar`, `region`, `name`;
 *   `theta0`, `alpha`, `thetaStar` and what N returns are numbers, or lists of the same length
 * @throws TypeError for a start that is not finite, or numbers and lists of different lengths together; RangeError for numbers of steps or paths
 *   that are not whole numbers ≥ 1.
 * @example
 * const median = robbinsMonro({
 *   N: (theta, stream) => (stream.normal() <= theta ? 1 : 0), alpha: 0.5, theta0: 3,
 *   schedule: (k) => 3 / k, steps: 2000, paths: 50, thetaStar: 0,
 * });
 * Math.abs(median.theta.mean.at(-1)!) < 0.05 // → true
 * const spiral = robbinsMonro({
 *   N: ([x, y], stream) => [x! + 2 * y! + stream.normal(), y! - 2 * x! + stream.normal()], theta0: [3, 0],
 *   schedule: (k) => 1 / (k + 5), steps: 2000, paths: 50, thetaStar: [0, 0],
 * });
 * spiral.squaredErrors!.mean.at(-1)! < 0.01 // → true
 * @see H. Robbins, S. Monro, A stochastic approximation method, Ann. Math. Statist. 22 (1951), theorem 2;
 *   J. R. Blum, Multidimensional stochastic approximation methods, Ann. Math. Statist. 25 (1954).
 */
export function robbinsMonro(options: RobbinsMonroOptions): RobbinsMonro;
export function robbinsMonro(options: RobbinsMonroFieldOptions): RobbinsMonroField;
export function robbinsMonro(
  options: RobbinsMonroOptions | RobbinsMonroFieldOptions,
): RobbinsMonro | RobbinsMonroField {
  const { N, theta0, schedule, name } = optionsOf("robbinsMonro", options, [
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
  const ofVectors = isList(theta0);
  if (typeof N !== "function" || !(ofVectors || Number.isFinite(theta0))) {
    throw new TypeError(
      `robbinsMonro: N must be a function (theta, stream) => number and theta0 a finite number, or both of lists of numbers, got ${inspect({ N, theta0 })}`,
    );
  }
  const label = typeof schedule === "number" ? `η = ${formatNumber(schedule)}` : stepSizeText(schedule);
  if (ofVectors) return robbinsMonroField(options as RobbinsMonroFieldOptions, label);
  return ofNumbers(options as RobbinsMonroOptions, label, name ?? label);
}

function ofNumbers(options: RobbinsMonroOptions, label: string, title: string): RobbinsMonro {
  const { N, alpha = 0, theta0, thetaStar, schedule, steps = 1000, paths = 200, seed = 0, region } = options;
  for (const [option, given] of Object.entries({ alpha, thetaStar: thetaStar ?? 0 })) {
    if (Number.isFinite(given)) continue;
    throw new TypeError(
      `robbinsMonro: ${option} must be a finite number, as theta0 is, got ${inspect(given)}`,
    );
  }
  const record = runRobbinsMonro({
    observe: (theta, stream, step, out) => {
      const draw = N(theta[0]!, stream, step);
      if (typeof draw !== "number") {
        throw new TypeError(
          `robbinsMonro: N(θ) must be a number, as theta0 is, got ${inspect(draw)} in step ${step}`,
        );
      }
      out[0] = draw;
    },
    theta0: Float64Array.of(theta0),
    alpha: Float64Array.of(alpha),
    thetaStar: thetaStar === undefined ? undefined : Float64Array.of(thetaStar),
    ...{ schedule, steps, paths, seed, region },
  });
  const ensemble = (quantity: string, rows: readonly Float64Array[]) =>
    new Ensemble({ name: title, quantity, k: record.k, rows });
  const theta = ensemble("θ(k)", record.theta[0]!);
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
    averages: ensemble("mean of θ(1), …, θ(k)", record.averages[0]!),
    ...(thetaStar !== undefined && {
      squaredErrors: ensemble("(θ(k) − θ*)²", record.errors),
      tails: ensemble("sup |θ(j) − θ*|, j ≥ k", record.tails),
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
