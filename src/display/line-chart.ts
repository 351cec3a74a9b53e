/**
 * Lines and points over a common axis: loss per step, gap and bound, accuracy per epoch.
 */
import { inspect } from "#platform";
import { optionsOf } from "../options/options-of.js";
import { type Axis, axisLayout, equalAxes } from "./axis.js";
import { describeRange, describeValues, extent, plainTitle } from "./describe.js";
import { Figure, type Trace } from "./figure.js";
import { colourOf, withOpacity } from "./palette.js";
import { typeset } from "./typeset.js";

/** One series of a line chart. */
export interface Series {
  /** Its name in the legend. */
  name: string;
  /** The x values; by default 1, 2, …, n. */
  x?: ArrayLike<number>;
  /** The values; a value that is not finite leaves a gap. */
  y: ArrayLike<number>;
  /** How they are drawn; lines without it. */
  mode?: "lines" | "markers" | "lines+markers";
  /** The stroke of the line. */
  dash?: "solid" | "dash" | "dot";
  /** Number of its colour in {@link palette}; by default its place in the chart. */
  colour?: number;
  /** Whether the legend lists it; not, for what belongs to the series before of the same colour. */
  legend?: boolean;
  /** The width of the line, in pixels; 2. */
  width?: number;
  /** A region around the line: deviation over seeds, an interval. */
  band?: { low: ArrayLike<number>; high: ArrayLike<number> };
}

/** Options of a line chart. */
export interface LineChartOptions {
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  /**
   * Dashed straight lines across the chart, by name: a number is a height y, `{ x }` a position on the other axis, such as
   * `{ "2/η": 40, "end of the warm-up": { x: 100 } }`.
   */
  lines?: Readonly<Record<string, number | { readonly x: number }>>;
  /** What the chart shows, in words; by default axes and, of each series, first, last, least and greatest value. */
  alt?: string;
  /** A line under the title. */
  note?: string;
  /** Whether a unit is as long on both axes, as in a plane. */
  equal?: boolean;
}

/**
 * Draws series as lines or points.
 *
 * @throws RangeError when the lengths of a series do not match; TypeError when one is no list of numbers
 * @example
 * lineChart({
 *   title: "Gap", x: { title: "step k" }, y: { title: "F(θ) − F*", scale: "log" },
 *   series: [{ name: "gap", y: [1, 0.1, 0.01] }],
 * })
 * // Gap
 * // x: step k, 1 … 3; y: F(θ) − F*, logarithmic, 0.01 … 1
 * // gap: 3 points, first 1, last 0.01, least 0.01 (x = 3), greatest 1 (x = 1)
 */
export function lineChart(options: LineChartOptions): Figure {
  const {
    title,
    x,
    y,
    series: given,
    lines = {},
    alt,
    note,
    equal = false,
  } = optionsOf("lineChart", options, ["title", "x", "y", "series", "lines", "alt", "note", "equal"]);
  if (!Array.isArray(given))
    throw new TypeError(`lineChart: series must be a list, got ${inspect(given, { depth: 0 })}`);
  const series = [...given, ...straight(lines, given, x, y)];
  for (const one of series) checkSeries(one);
  const xs = series.map((one) => one.x ?? counting(one.y.length));
  const ys = series.map((one) => one.y);
  const heights = series.flatMap(({ y, band }) => (band ? [y, band.low, band.high] : [y]));
  // On a log axis a band that reaches 0 or below is cut where the chart's positive values end.
  const floor = y.scale === "log" ? extent(heights, 0)[0] : -Infinity;
  const groups = new Set(series.flatMap(({ legend = true, colour }, i) => (legend ? [] : (colour ?? i))));
  const data = series.flatMap((one, i) => traces(one, xs[i]!, i, floor, groups));
  const points = series.some(({ mode = "lines" }) => mode !== "lines");
  const axes = {
    x: axisLayout("lineChart", "x", x, xs, points),
    y: axisLayout("lineChart", "y", y, heights),
  };
  const plane = equal ? equalAxes({ range: around(xs), ...x }, { range: around(heights), ...y }) : undefined;
  return new Figure({
    data,
    layout: {
      showlegend: series.filter(({ legend = true }) => legend).length > 1,
      xaxis: { ...axes.x, ...plane?.xaxis },
      yaxis: { ...axes.y, ...plane?.yaxis },
    },
    fit: {
      title: typeset(title),
      ...(note && { note: typeset(note) }),
      ...(plane && { aspect: plane.aspect }),
    },
    alt: alt ?? describe({ title, x, y, series, ...(note && { note }) }, xs, ys),
  });
}

/** Lines across the chart as series of two points, in grey. */
function straight(
  lines: NonNullable<LineChartOptions["lines"]>,
  series: readonly Series[],
  x: Axis,
  y: Axis,
): Series[] {
  for (const one of series) checkSeries(one);
  const across = ({ range, scale }: Axis, values: readonly ArrayLike<number>[]) =>
    range ?? extent(values, scale === "log" ? 0 : Number.NEGATIVE_INFINITY);
  return Object.entries(lines).map(([name, at]) => {
    const place = typeof at === "number" ? at : at?.x;
    if (!Number.isFinite(place)) {
      throw new TypeError(`lineChart: the line "${name}" needs a height, or { x }, got ${inspect(at)}`);
    }
    const look = { name, dash: "dash", colour: 6, width: 1.5 } as const;
    if (typeof at === "number") {
      return {
        ...look,
        x: across(
          x,
          series.map((one) => one.x ?? counting(one.y.length)),
        ),
        y: [at, at],
      };
    }
    return {
      ...look,
      x: [place, place],
      y: across(
        y,
        series.map((one) => one.y),
      ),
    };
  });
}

function checkSeries(series: Series): void {
  const { name, x, y, band } = series;
  if (typeof name !== "string")
    throw new TypeError(`lineChart: a series needs a name, got ${inspect(series, { depth: 0 })}`);
  for (const [part, list] of Object.entries({ x, y, "band.low": band?.low, "band.high": band?.high })) {
    const missing = list === undefined && (part === "x" || (part.startsWith("band") && band === undefined));
    if (missing) continue;
    if (list === null || typeof list !== "object" || typeof list.length !== "number") {
      throw new TypeError(
        `lineChart: ${part} of series "${name}" must be a list of numbers, got ${inspect(list)}`,
      );
    }
    if (list.length !== y.length) {
      throw new RangeError(
        `lineChart: series "${name}" has ${list.length} ${part} values but ${y.length} y values; does one list include the start θ0 and the other not?`,
      );
    }
    if (list.length > 0 && typeof list[0] !== "number") {
      throw new TypeError(
        `lineChart: ${part} of series "${name}" must hold numbers, got ${inspect(list[0])}`,
      );
    }
  }
}

/** The range of values, and some room around them. */
function around(lists: readonly ArrayLike<number>[]): readonly [number, number] {
  const [low, high] = extent(lists);
  const room = (high - low) / 16;
  return [low - room, high + room];
}

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

function traces(
  series: Series,
  x: ArrayLike<number>,
  index: number,
  floor: number,
  groups: ReadonlySet<number>,
): Trace[] {
  const { name, y, mode = "lines", dash = "solid", colour = index, legend = true, width = 2, band } = series;
  const color = colourOf(colour);
  const line: Trace = {
    type: "scatter",
    name: typeset(name),
    // A click on the legend hides the band, too, and what belongs to a series by its colour.
    ...((band || groups.has(colour)) && { legendgroup: String(colour) }),
    ...(!legend && { showlegend: false }),
    mode,
    x,
    y,
    ...(mode !== "markers" && { line: { color, width, ...(dash !== "solid" && { dash }) } }),
    ...(mode !== "lines" && { marker: { color, size: 6 } }),
  };
  return band ? [bandTrace(series, band, x, colour, floor, color), line] : [line];
}

/** The band as one closed outline: along `high` and back along `low`. */
function bandTrace(
  { name }: Series,
  { low, high }: NonNullable<Series["band"]>,
  x: ArrayLike<number>,
  group: number,
  floor: number,
  color: string,
): Trace {
  const kept: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const finite = Number.isFinite(x[i]) && Number.isFinite(low[i]) && Number.isFinite(high[i]);
    if (finite && high[i]! >= floor) kept.push(i);
  }
  const back = [...kept].reverse();
  return {
    type: "scatter",
    name: `${name}, band`,
    legendgroup: String(group),
    showlegend: false,
    hoverinfo: "skip",
    mode: "lines",
    x: [...kept.map((i) => x[i]!), ...back.map((i) => x[i]!)],
    y: [...kept.map((i) => high[i]!), ...back.map((i) => Math.max(low[i]!, floor))],
    line: { width: 0, color },
    fill: "toself",
    fillcolor: withOpacity(color, 0.2),
  };
}

function describe(
  { title, x, y, series, note }: LineChartOptions,
  xs: readonly ArrayLike<number>[],
  ys: readonly ArrayLike<number>[],
): string {
  const axis = (name: string, { title, scale, range }: Axis, lists: readonly ArrayLike<number>[]) =>
    [
      `${name}: ${plainTitle(title)}`,
      ...(scale === "log" ? ["logarithmic"] : []),
      describeRange(range ? [range] : lists),
    ]
      .filter((part) => part !== undefined)
      .join(", ");
  const lines = series.map((one, i) => {
    const hidden = y.scale === "log" ? Array.from(one.y).filter((value) => value <= 0).length : 0;
    const note = hidden > 0 ? ` (${hidden} at or below 0: not on the log axis)` : "";
    return `${plainTitle(one.name)}: ${describeValues(one.y, (j) => xs[i]![j]!)}${note}${one.band ? ", with a band" : ""}`;
  });
  const heading = note ? `${plainTitle(title)} (${plainTitle(note)})` : plainTitle(title);
  return [heading, `${axis("x", x, xs)}; ${axis("y", y, ys)}`, ...lines].join("\n");
}
