/** The Robbins–Monro algorithm for a vector field: the root of a game, of a temporal difference, of any M from R^d to R^d. */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import type { Figure } from "../../display/figure.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import { lineChart, type Series } from "../../display/line-chart.js";
import { panels } from "../../display/panels.js";
import { isList } from "../../options/check.js";
import type { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";
import { Ensemble } from "./ensemble.js";
import { type EnsembleChartOptions, ensembleChart } from "./ensemble-chart.js";
import { type RobbinsMonroSettings, runRobbinsMonro } from "./robbins-monro-paths.js";

/** A noisy observation of a field at θ: one draw of N(θ), as long as θ, in step k = 1, 2, …. Must not change θ. */
export type FieldObservation = (theta: Float64Array, stream: Random, k: number) => Vector;

/** The field, the step sizes, and the number and length of the paths. */
export interface RobbinsMonroFieldOptions extends RobbinsMonroSettings {
  /** One draw of N(θ), a vector as long as θ. */
  N: FieldObservation;
  /** The target value α of M, 0 by default. */
  alpha?: Vector;
  /** The start θ(0). */
  theta0: Vector;
  /** The root θ*, if known: then errors are recorded too. */
  thetaStar?: Vector;
}

/** Many paths in R^d. Shows itself as their errors, or their coordinates without θ*; in two dimensions as paths in the plane too. */
export interface RobbinsMonroField extends Displayable {
  /** θ_i(k) along each path, for each coordinate i. */
  readonly theta: readonly Ensemble[];
  /** For each coordinate the running means (1/k) Σ_{j ≤ k} θ_i(j) along each path (Polyak and Ruppert). */
  readonly averages: readonly Ensemble[];
  /** ‖θ(k) − θ*‖² along each path; only if θ* is known. */
  readonly squaredErrors?: Ensemble;
  /** The same for the running mean; if θ* is known. */
  readonly averagedErrors?: Ensemble;
  /** sup ‖θ(j) − θ*‖ over all j from k to the last step, which tends to 0 under almost sure convergence; if θ* is known. */
  readonly tails?: Ensemble;
  /** The chart over the steps, with other options. */
  chart(options?: EnsembleChartOptions): Figure;
}

/** Runs the algorithm for a vector θ; `label` is the schedule in words. */
export function robbinsMonroField(
  {
    N,
    alpha,
    theta0,
    thetaStar,
    schedule,
    steps = 1000,
    paths = 200,
    seed = 0,
    region,
    name,
  }: RobbinsMonroFieldOptions,
  label: string,
): RobbinsMonroField {
  const length = theta0.length;
  const vector = (option: string, given: unknown): Float64Array => {
    if (isList(given) && given.length === length && length > 0) {
      const list = Array.from(given as ArrayLike<number>);
      if (list.every(Number.isFinite)) return Float64Array.from(list);
    }
    const expected = option === "theta0" ? "finite numbers" : `${length} finite numbers, as theta0 is`;
    throw new TypeError(`robbinsMonro: ${option} must be a list of ${expected}, got ${inspect(given)}`);
  };
  const start = vector("theta0", theta0);
  const star = thetaStar === undefined ? undefined : vector("thetaStar", thetaStar);
  const record = runRobbinsMonro({
    observe: (theta, stream, step, out) => {
      const draw = N(theta, stream, step);
      if (!isList(draw) || draw.length !== length || !Array.prototype.every.call(draw, isNumber)) {
        throw new TypeError(
          `robbinsMonro: N(θ) must be a list of ${length} numbers, as theta0 is, got ${inspect(draw)} in step ${step}`,
        );
      }
      out.set(draw);
    },
    theta0: start,
    alpha: alpha === undefined ? new Float64Array(length) : vector("alpha", alpha),
    thetaStar: star,
    ...{ schedule, steps, paths, seed, region },
  });
  const title = name ?? label;
  const ensemble = (quantity: string, rows: readonly Float64Array[], name = title) =>
    new Ensemble({ name, quantity, k: record.k, rows });
  const theta = record.theta.map((rows, i) => ensemble(`${coordinate(i)}(k)`, rows));
  const averages = record.averages.map((rows, i) =>
    ensemble(`mean of ${coordinate(i)}(1), …, ${coordinate(i)}(k)`, rows),
  );
  const errors = star && {
    squaredErrors: ensemble("‖θ(k) − θ*‖²", record.errors),
    averagedErrors: ensemble("‖mean of θ(1), …, θ(k) − θ*‖²", record.averagedErrors),
    tails: ensemble("sup ‖θ(j) − θ*‖, j ≥ k", record.tails),
  };
  const heading = `Robbins–Monro with ${title}`;
  const chart = (options: EnsembleChartOptions = {}) =>
    errors
      ? ensembleChart([errors.squaredErrors], { title: heading, y: "log", ...options })
      : ensembleChart(
          record.theta.map((rows, i) => ensemble("θ(k)", rows, coordinate(i))),
          { title: heading, ...options },
        );
  const last = theta.map((one) => formatNumber(one.mean.at(-1)!)).join(", ");
  const text = `Robbins–Monro in ${length} ${length === 1 ? "variable" : "variables"}, η(k) = ${label}: ${
    errors
      ? errors.squaredErrors
      : `${paths} ${paths === 1 ? "path" : "paths"}, mean of θ(${steps}) is (${last})`
  }`;
  return Object.freeze({
    theta: Object.freeze(theta),
    averages: Object.freeze(averages),
    ...errors,
    chart,
    toString: () => text,
    [inspect.custom](): string {
      return printing(this, text);
    },
    async [displaySymbol](): Promise<MimeBundle> {
      const shown = length === 2 ? panels([plane(theta, star, "θ at the recorded steps"), chart()]) : chart();
      const bundle = await shown[displaySymbol]();
      return { ...bundle, "text/plain": `${text}\n${bundle["text/plain"]}` };
    },
  });
}

/** Up to three paths and θ* in the plane. */
function plane([first, second]: readonly Ensemble[], star: Vector | undefined, title: string): Figure {
  const series: Series[] = first!.rows.slice(0, 3).map((x, path) => ({
    name: `path ${path + 1}`,
    x,
    y: second!.rows[path]!,
    width: 1,
  }));
  if (star) series.push({ name: "θ*", x: [star[0]!], y: [star[1]!], mode: "markers", colour: 6 });
  return lineChart({ title, x: { title: "θ₁" }, y: { title: "θ₂" }, equal: true, series });
}

const isNumber = (entry: unknown) => typeof entry === "number";

/** θ₁, θ₂, …. */
const coordinate = (i: number) => `θ${String(i + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]!)}`;
