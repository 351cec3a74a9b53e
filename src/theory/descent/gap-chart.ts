/**
 * The chart of convergence: F(θ(k)) − F* over k, under the bounds of theorems.
 */
import type { Figure } from "../../display/figure.js";
import { type LineChartOptions, lineChart, type Series } from "../../display/line-chart.js";
import { optionsOf } from "../../options/options-of.js";
import type { Bound } from "../bounds/bounds.js";

/** The part of a path that its chart needs; `descend` returns one. */
export interface PathLike {
  /** Its name in the legend. */
  readonly name: string;
  /** The objective. */
  readonly objective: { readonly name: string };
  /** F(θ(k)) for each k from 0 on. */
  readonly values: Float64Array;
  /** F(θ(k)) − F* for each k from 0 on; empty if the minimum is not known. */
  readonly gaps: Float64Array;
}

/** Options of a chart of gaps. */
export interface GapChartOptions {
  /** Bounds drawn dotted: a list of bounds of this library, or any functions of k under their names. */
  bounds?: readonly Bound[] | Readonly<Record<string, (k: number) => number>>;
  /** The title; it should say what the chart shows. */
  title?: string;
  /** The scale of k: `log` (default; a power law is a line) or `linear` (a geometric law is a line). */
  k?: "log" | "linear";
  /** A line under the title. */
  note?: string;
  /** Draws the best value so far, min over j ≤ k, for methods that do not descend in every step; false. */
  best?: boolean;
  /** Straight lines by name, see `lineChart`. */
  lines?: LineChartOptions["lines"];
}

/**
 * Draws F(θ(k)) − F* for k ≥ 1 of one or more paths (F(θ(k)) if the minimum is not known), with bounds.
 *
 * On two logarithmic axes a power law k^−p is a line of slope −p; with `k: "linear"` a geometric law is a line.
 *
 * @param paths what `descend` returned
 * @param settings `bounds`, `title`, `k`: the scale of the k-axis, `note`, `best`, `lines`
 * @throws TypeError if the list is empty or missing.
 * @example
 * const F = quadratic({ spectrum: [1, 0.01] });
 * const path = descend(F, { theta0: [1, 1], eta: 1, steps: 100, name: "η = 1/L" });
 * gapChart([path], { bounds: [gradientDescentBound({ R: Math.SQRT2, eta: 1 })], title: "Below the bound" })
 * // Below the bound
 * // x: k, logarithmic, 1 … 100; y: F(θ(k)) − F*, logarithmic, 0.0006699 … 1
 * // η = 1/L: 100 points, first 0.004901, last 0.0006699, least 0.0006699 (x = 100), greatest 0.004901 (x = 1)
 * // ‖θ⁽⁰⁾ − θ*‖² / (2ηk): 100 points, first 1, last 0.01, least 0.01 (x = 100), greatest 1 (x = 1)
 */
export function gapChart(paths: readonly PathLike[], settings: GapChartOptions = {}): Figure {
  const {
    bounds = [],
    title,
    k: scale = "log",
    note,
    best = false,
    lines,
  } = optionsOf("gapChart", settings, ["bounds", "title", "k", "note", "best", "lines"]);
  if (!Array.isArray(paths) || paths.length === 0) {
    throw new TypeError("gapChart: give a list of paths, as in gapChart([path])");
  }
  const known = paths.every(({ gaps }) => gaps.length > 0);
  const series: Series[] = paths.map((path: PathLike) => {
    const all = known ? path.gaps : path.values;
    let least = Number.POSITIVE_INFINITY;
    const list = best ? all.map((value) => (least = Math.min(least, value))) : all;
    return { name: path.name, x: counting(list.length - 1), y: list.subarray(1) };
  });
  const longest = counting(Math.max(...paths.map(({ values }: PathLike) => values.length - 1)));
  const named: [string, (k: number) => number][] = Array.isArray(bounds)
    ? bounds.map((one: Bound) => [one.label, one])
    : Object.entries(bounds);
  for (const [name, bound] of named) {
    series.push({ name, x: longest, y: Float64Array.from(longest, (k) => bound(k)), dash: "dot" });
  }
  const options: LineChartOptions = {
    title: title ?? `${known ? "Gap" : "Value"} of ${paths[0]!.objective.name} over the steps`,
    x: { title: "k", scale },
    y: known
      ? { title: best ? "min F(θ(j)) − F*, j ≤ k" : "F(θ(k)) − F*", scale: "log" }
      : { title: best ? "min F(θ(j)), j ≤ k" : "F(θ(k))" },
    series,
    ...(lines && { lines }),
    ...(note !== undefined && { note }),
  };
  return lineChart(options);
}

const counting = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i + 1);
