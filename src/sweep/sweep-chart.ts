/**
 * The charts of a sweep: a value over one parameter as lines with bands, marking where it is near its best, and over two
 * parameters as a heat map.
 */

import { inspect } from "#platform";
import type { Axis } from "../display/axis.js";
import type { Figure } from "../display/figure.js";
import { formatNumber } from "../display/format-number.js";
import { heatMap } from "../display/heat-map.js";
import { lineChart, type Series } from "../display/line-chart.js";
import { checkNumbers, checkOneOf } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { groupsOf, numbersOf } from "./groups.js";
import type { PointRecord } from "./record.js";
import { SweepResults } from "./results.js";
import { stretchOf } from "./robustness.js";
import { intervalOf, meanOf, quantileOf } from "./statistics.js";
import type { ParameterValue } from "./values.js";

/** What a chart of a sweep shows. */
export interface SweepChartOptions {
  /** The parameter on the x axis; if points return lists, the name of a returned list of x values, by default 1, 2, … */
  x?: string;
  /** The value to draw; with `z`, the parameter of the rows. */
  y: string;
  /** The value to draw as colours over the parameters `x` and `y`. */
  z?: string;
  /** A line for each value of this parameter. */
  series?: string;
  /** The line through the values over the other parameters (seeds): the mean (default) or the median. */
  centre?: "mean" | "median";
  /** The band: the share of points inside it, 0.8 by default; `interval` for the 95 % interval of the mean; 0 for none. */
  band?: number | "interval";
  /** Draws a line thick where it is within this factor of its best, and notes the number of decades. */
  within?: number;
  /** Which value is best; `least`. */
  best?: "least" | "greatest";
  title?: string;
  /** The title, scale and range of an axis; a scale is logarithmic by default where values > 0 span two decades. */
  xAxis?: Partial<Axis>;
  yAxis?: Partial<Axis>;
  /** A line under the title. */
  note?: string;
}

/**
 * Draws the results of a sweep. With `y` (and `series`): lines over the parameter `x`, the mean or median over the other
 * parameters, and a band that holds most of the points. With `z`: colours over the parameters `x` and `y`. Where
 * points return lists, such as the loss of each epoch, lines over their entries.
 *
 * @param results what `sweep()` returned
 * @throws RangeError or TypeError for an unknown name, or values that cannot be drawn
 * @example
 * const run = ({ eta, seed }: { eta: number; seed: number }) => ({ gap: (1 - eta) ** 2 + seed / 10 });
 * const results = await sweep(run, { eta: [0.1, 0.5], seed: range(3) }, { live: false });
 * sweepChart(results, { x: "eta", y: "gap" })
 * // gap over eta (line: mean over seed; band: 80 % of the points)
 * // x: eta, 0.1 … 0.5; y: gap, 0.35 … 0.91
 * // gap: 2 points, first 0.91, last 0.35, least 0.35 (x = 0.5), greatest 0.91 (x = 0.1), with a band
 */
export function sweepChart(results: SweepResults, options: SweepChartOptions): Figure {
  optionsOf("sweepChart", options, [
    "x",
    "y",
    "z",
    "series",
    "centre",
    "band",
    "within",
    "best",
    "title",
    "xAxis",
    "yAxis",
    "note",
  ]);
  if (!(results instanceof SweepResults))
    throw new TypeError(`sweepChart: expected what sweep() returned, got ${inspect(results, { depth: 0 })}`);
  const { centre = "mean", band = 0.8, best = "least", within } = options;
  checkOneOf("sweepChart", { centre }, ["mean", "median"]);
  checkOneOf("sweepChart", { best }, ["least", "greatest"]);
  if (band !== "interval")
    checkNumbers(
      "sweepChart",
      { band },
      (share) => share >= 0 && share < 1,
      `"interval", or a share of points from 0 to below 1`,
    );
  if (within !== undefined)
    checkNumbers("sweepChart", { within }, (factor) => factor > 1, "a finite number > 1");
  return options.z === undefined ? lines(results, options) : map(results, options, options.z);
}

function lines(results: SweepResults, options: SweepChartOptions): Figure {
  const { x, y, series: by, centre = "mean", band = 0.8, within, best = "least" } = options;
  results.requireValue("sweepChart", y);
  if (by !== undefined) results.requireParameter("sweepChart", by);
  const curves = results.done.some(({ values }) => Array.isArray(values![y]));
  if (!curves) {
    if (x === undefined)
      throw new TypeError(
        `sweepChart: x must be a parameter (${results.parameters.join(", ")}), got undefined`,
      );
    results.requireParameter("sweepChart", x);
  } else if (x !== undefined) results.requireValue("sweepChart", x);
  const groups = groupsOf(results.records, by === undefined ? [] : [by]);
  const drawn = groups.map(({ point, records }, colour) => {
    const samples = curves ? samplesOfLists(records, x, y) : samplesOver(records, x!, y);
    const at = samples.map(({ x }) => x);
    const middle = samples.map(({ values }) =>
      centre === "mean" ? meanOf(values) : quantileOf(values, 0.5),
    );
    const name = by === undefined ? y : nameOf(by, point[by]!);
    return { name, at, middle, samples, colour };
  });
  const scattered = drawn.some(({ samples }) => samples.some(({ values }) => values.length > 1));
  const failed = results.failed.length;
  const hasBand = band !== 0 && scattered;
  const series: Series[] = [];
  const good: string[] = [];
  for (const { name, at, middle, samples, colour } of drawn) {
    const ends = ({ values }: Sample): [number, number] =>
      band === "interval"
        ? intervalOf(values, 0.95)
        : [quantileOf(values, (1 - band) / 2), quantileOf(values, (1 + band) / 2)];
    const low = samples.map((one) => ends(one)[0]);
    const high = samples.map((one) => ends(one)[1]);
    // A few points are marked individually.
    const mode = at.length <= 12 ? "lines+markers" : "lines";
    series.push({ name, x: at, y: middle, colour, mode, ...(hasBand && { band: { low, high } }) });
    // A mean that leaves out failed points does not count as good.
    const certain = middle.map((value, i) => (samples[i]!.failed ? Number.NaN : value));
    const stretch = within === undefined ? undefined : stretchOf(at, certain, { factor: within, best });
    if (!stretch) continue;
    const from = at.indexOf(stretch.low);
    const to = at.indexOf(stretch.high) + 1;
    const part = { x: at.slice(from, to), y: middle.slice(from, to) };
    series.push({ name: `${name}, good`, ...part, colour, width: 6, legend: false });
    if (stretch.low > 0) good.push(`${name} ${formatNumber(Math.log10(stretch.high / stretch.low), 2)}`);
  }
  const rest = results.parameters.filter(
    (name) => name !== by && (curves || name !== x) && results.valuesOf(name).length > 1,
  );
  const averaged = rest.length > 0 && scattered ? `${centre} over ${rest.join(", ")}` : "";
  const note = [
    ...(averaged ? [`${drawn.length > 1 ? "lines" : "line"}: ${averaged}`] : []),
    ...(hasBand
      ? [
          band === "interval"
            ? "band: 95 % interval of the mean"
            : `band: ${formatNumber(100 * band)} % of the points`,
        ]
      : []),
    ...(failed > 0 ? [`without ${failed} failed point${failed > 1 ? "s" : ""}`] : []),
    ...(good.length > 0 ? [`thick: within ${within} × the best, in decades: ${good.join(", ")}`] : []),
  ].join("; ");
  const xTitle = x ?? "entry";
  return lineChart({
    title: options.title ?? `${y} over ${xTitle}`,
    x: axis(
      xTitle,
      drawn.flatMap(({ at }) => at),
      options.xAxis,
    ),
    y: axis(
      y,
      drawn.flatMap(({ middle }) => middle),
      options.yAxis,
    ),
    series,
    ...((options.note ?? note) && { note: options.note ?? note }),
  });
}

/** The values of the points at one x. */
interface Sample {
  x: number;
  values: number[];
  /** Whether a point failed there. */
  failed?: boolean;
}

function samplesOver(records: readonly PointRecord[], x: string, y: string): Sample[] {
  return groupsOf(records, [x])
    .map(({ point, records }) => {
      const at = point[x];
      if (typeof at !== "number")
        throw new TypeError(
          `sweepChart: along the axis ${x} must have numbers as values, got ${inspect(at)}`,
        );
      return { x: at, values: numbersOf(records, y), failed: records.some(({ error }) => error) };
    })
    .sort((a, b) => a.x - b.x);
}

function samplesOfLists(records: readonly PointRecord[], x: string | undefined, y: string): Sample[] {
  const samples = new Map<number, number[]>();
  for (const { values } of records) {
    const list = values?.[y];
    if (list === undefined) continue;
    const places = x === undefined ? undefined : values![x];
    if (!Array.isArray(list) || (places !== undefined && !Array.isArray(places)))
      throw new TypeError(`sweepChart: ${y} must be a list in each point, got ${inspect(list)}`);
    if (places !== undefined && places.length !== list.length)
      throw new RangeError(`sweepChart: ${x} has ${places.length} places but ${y} has ${list.length} values`);
    list.forEach((value, i) => {
      const at = Number(places === undefined ? i + 1 : places[i]);
      if (typeof value !== "number")
        throw new TypeError(`sweepChart: ${y} must hold numbers, got ${inspect(value)}`);
      const there = samples.get(at);
      if (there) there.push(value);
      else samples.set(at, [value]);
    });
  }
  return [...samples].map(([x, values]) => ({ x, values })).sort((a, b) => a.x - b.x);
}

/** The name of a value in the legend: a string by itself, a number or a boolean with its parameter. */
const nameOf = (parameter: string, value: ParameterValue): string =>
  typeof value === "string"
    ? value
    : `${parameter} = ${typeof value === "number" ? formatNumber(value) : value}`;

/** The labels of a heat map's rows or columns: numbers with as few digits as distinguish them, strings in short lines. */
function labelsOf(values: readonly ParameterValue[]): string[] {
  const numbers = (digits: number) =>
    values.map((value) =>
      typeof value === "number" ? formatNumber(value, digits) : inShortLines(String(value)),
    );
  const short = numbers(2);
  return new Set(short).size === values.length ? short : numbers(4);
}

/** Wraps a text between words to leave room for the cells on a phone. */
function inShortLines(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 18) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("<br>");
}

/** An axis, logarithmic where values > 0 span two decades. */
function axis(title: string, values: readonly number[], given: Partial<Axis> = {}): Axis {
  const finite = values.filter(Number.isFinite);
  const [least, greatest] = finite.reduce(
    ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
    [Infinity, -Infinity],
  );
  return { title, scale: least > 0 && greatest >= 100 * least ? "log" : "linear", ...given };
}

function map(results: SweepResults, { x, y, title, centre = "mean" }: SweepChartOptions, z: string): Figure {
  if (x === undefined) throw new TypeError(`sweepChart: with z, x must be a parameter, got undefined`);
  for (const name of [x, y]) results.requireParameter("sweepChart", name);
  results.requireValue("sweepChart", z);
  const [across, down] = [results.valuesOf(x), results.valuesOf(y)];
  const cells = new Map<ParameterValue, Map<ParameterValue, number>>(down.map((row) => [row, new Map()]));
  for (const { point, records } of groupsOf(results.records, [x, y])) {
    const values = numbersOf(records, z);
    cells.get(point[y]!)!.set(point[x]!, centre === "mean" ? meanOf(values) : quantileOf(values, 0.5));
  }
  return heatMap({
    title: title ?? `${z} by ${x} and ${y}`,
    z: down.map((row) => across.map((column) => cells.get(row)!.get(column) ?? Number.NaN)),
    x: labelsOf(across),
    y: labelsOf(down),
    xTitle: x,
    yTitle: y,
  });
}
