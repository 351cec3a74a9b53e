/**
 * The chart of random paths: mean or median over k, the band that holds most paths, and a few of the paths.
 */

import type { Axis } from "../../display/axis.js";
import type { Figure } from "../../display/figure.js";
import { lineChart, type Series } from "../../display/line-chart.js";
import { checkNumbers } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";

/** The part of an ensemble that its chart needs; an `Ensemble` is one. */
export interface EnsembleLike {
  /** Their name in the legend. */
  readonly name: string;
  /** The quantity with its symbol, for the axis. */
  readonly quantity: string;
  /** The recorded steps. */
  readonly k: Float64Array;
  /** For each path its values at the recorded steps. */
  readonly rows: readonly Float64Array[];
  /** The number of paths. */
  readonly paths: number;
  /** The mean over the paths, for each recorded step. */
  readonly mean: Float64Array;
  /** The p-quantile over the paths, for each recorded step. */
  quantile(p: number): Float64Array;
}

/** Options of a chart of ensembles. */
export interface EnsembleChartOptions {
  /** The title; it should say what the chart shows. */
  title?: string;
  /** The line in the middle: the mean over the paths (default) or the median. */
  centre?: "mean" | "median";
  /** The share of paths that the band holds, 0.8 by default: from the 10 % to the 90 % quantile; 0 for no band. */
  band?: number;
  /** How many single paths are drawn, 0 by default. */
  paths?: number;
  /** The scale of k; `log` by default. */
  k?: "log" | "linear";
  /** The scale of the quantity; `linear` by default. */
  y?: "log" | "linear";
  /** The range of the quantity; by default it covers everything drawn. */
  range?: readonly [number, number];
  /** Functions of k drawn dotted, under their names: a bound, the root. */
  curves?: Readonly<Record<string, (k: number) => number>>;
  /** The theoretical value for each ensemble as a function of k, drawn dotted in its colour. */
  exact?: readonly ((k: number) => number)[];
  /** A line under the title. */
  note?: string;
}

/**
 * Draws one quantity of one or more ensembles: the mean (or median) over the steps and the band that holds most paths.
 *
 * @param ensembles all of the same quantity
 * @param options `title`, `centre`, `band`, `paths`, scales `k` and `y`, `range`, `curves`, `exact`, `note`
 * @throws TypeError for an empty list.
 * @example
 * const walk = new Ensemble({ name: "walk", quantity: "x(k)", k: [1, 2], rows: [Float64Array.of(1, 2), Float64Array.of(-1, 0)] });
 * ensembleChart([walk], { title: "Two walks", curves: { "x = 0": () => 0 } })
 * // Two walks (lines: means; bands: 80 % of the paths)
 * // x: k, logarithmic, 1 … 2; y: x(k), 0 … 1
 * // walk: 2 points, first 0, last 1, least 0 (x = 1), greatest 1 (x = 2), with a band
 * // x = 0: 2 points, first 0, last 0, least 0 (x = 1), greatest 0 (x = 1)
 */
export function ensembleChart(
  ensembles: readonly EnsembleLike[],
  options: EnsembleChartOptions = {},
): Figure {
  const {
    title,
    centre = "mean",
    band = 0.8,
    paths = 0,
    k: scale = "log",
    y = "linear",
    range,
    curves = {},
    exact = [],
    note,
  } = optionsOf("ensembleChart", options, [
    "title",
    "centre",
    "band",
    "paths",
    "k",
    "y",
    "range",
    "curves",
    "exact",
    "note",
  ]);
  const first = ensembles[0];
  if (!Array.isArray(ensembles) || first === undefined) {
    throw new TypeError("ensembleChart: give a list of ensembles, as in ensembleChart([paths])");
  }
  checkNumbers(
    "ensembleChart",
    { band },
    (share) => share >= 0 && share <= 1,
    "a share of paths, from 0 to 1",
  );
  if (exact.length > ensembles.length) {
    throw new RangeError(
      `ensembleChart: exact has a function for each ensemble, got ${exact.length} for ${ensembles.length}`,
    );
  }
  const series: Series[] = [];
  ensembles.forEach((one, i) => {
    const from = scale === "log" && one.k[0] === 0 ? 1 : 0;
    const x = one.k.subarray(from);
    const cut = (list: Float64Array) => list.subarray(from);
    for (let path = 0; path < Math.min(paths, one.paths); path++) {
      series.push({
        name: `${one.name}, path ${path + 1}`,
        x,
        y: cut(one.rows[path]!),
        colour: i,
        width: 0.8,
        legend: false,
      });
    }
    const line = centre === "mean" ? one.mean : one.quantile(0.5);
    series.push({
      name: one.name,
      x,
      y: cut(line),
      colour: i,
      ...(band > 0 &&
        one.paths > 1 && {
          band: { low: cut(one.quantile((1 - band) / 2)), high: cut(one.quantile((1 + band) / 2)) },
        }),
    });
    const law = exact[i];
    if (law)
      series.push({
        name: `${one.name}, exact`,
        x,
        y: Array.from(x, law),
        colour: i,
        dash: "dot",
        legend: false,
      });
  });
  const longest: Float64Array = ensembles.reduce(
    (all: Float64Array, one) => (one.k.length > all.length ? one.k : all),
    first.k,
  );
  const places = longest.filter((k: number) => k > 0);
  Object.entries(curves).forEach(([name, curve], i) => {
    const y = Array.from(places, (k) => curve(k));
    series.push({ name, x: places, y, dash: "dot", colour: ensembles.length + i });
  });
  const drawn = [
    `${paths > 0 ? "thick lines" : "lines"}: ${centre}s`,
    ...(paths > 0 ? ["thin: single paths"] : []),
    ...(exact.length > 0 ? ["dotted: exact"] : []),
    ...(band > 0 && ensembles.some((one) => one.paths > 1)
      ? [`bands: ${Math.round(100 * band)} % of the paths`]
      : []),
  ].join("; ");
  const axis: Axis = { title: first.quantity, scale: y, ...(range && { range }) };
  return lineChart({
    title: title ?? `${first.quantity} over the steps`,
    x: { title: "k", scale },
    y: axis,
    series,
    note: note ?? drawn,
  });
}
