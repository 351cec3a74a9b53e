/**
 * A function of two variables by its level lines, with paths of iterates on top.
 */
import { checkFunction, checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { type Axis, axisLayout, equalAxes } from "./axis.js";
import { extent, plainTitle } from "./describe.js";
import { Figure, type Trace } from "./figure.js";
import { formatNumber } from "./format-number.js";
import { colourOf } from "./palette.js";
import { typeset } from "./typeset.js";

/** A path in the plane: the iterates of a descent. */
export interface PlanePath {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Number of its colour in {@link palette}; by default one more than its place in the chart. */
  colour?: number;
  /** Whether a circle marks its start and a star its end: not on a closed curve, say. */
  ends?: boolean;
}

/** Points in the plane: samples of a class, say. */
export interface PlanePoints {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Number of their colour in {@link palette}; by default one more than their place after the paths. */
  colour?: number;
}

/** What a contour chart shows. */
export interface ContourChartOptions {
  title: string;
  x: Axis & { range: readonly [number, number] };
  y: Axis & { range: readonly [number, number] };
  /** The function; where it is not finite the chart has a hole. */
  f: (x: number, y: number) => number;
  /** Paths drawn on top, each from a circle to a star unless it says otherwise. */
  paths?: readonly PlanePath[];
  /** Points drawn on top. */
  points?: readonly PlanePoints[];
  /** About how many level lines. */
  levels?: number;
  /** Level lines at equal ratios instead of equal differences; f must be positive then (subtract its minimum). */
  logLevels?: boolean;
  /**
   * Whether a unit is as long on both axes, as in a plane of two parameters: by default where neither is logarithmic and no side
   * is over five times the other.
   */
  equal?: boolean;
  /** Points of the grid in each direction at which f is evaluated. */
  resolution?: number;
  /** What the chart shows, in words; by default axes, least and greatest value, start and end of each path. */
  alt?: string;
}

/**
 * Draws the level lines of f over a rectangle, and paths in it.
 *
 * @throws RangeError when a path's lists differ in length, or f is negative with `logLevels`
 * @example
 * contourChart({
 *   title: "F", x: { title: "θ₁", range: [-1, 1] }, y: { title: "θ₂", range: [-1, 1] },
 *   f: (x, y) => x * x + y * y, paths: [{ name: "path", x: [1, 0], y: [1, 0] }],
 * })
 * // F
 * // x: θ₁, -1 … 1; y: θ₂, -1 … 1; value 0.0005039 … 2
 * // path: 2 points from (1, 1), value 2, to (0, 0), value 0
 */
export function contourChart(options: ContourChartOptions): Figure {
  optionsOf("contourChart", options, [
    "title",
    "x",
    "y",
    "f",
    "paths",
    "points",
    "levels",
    "logLevels",
    "equal",
    "resolution",
    "alt",
  ]);
  const {
    title,
    x,
    y,
    f,
    paths = [],
    points = [],
    levels = 16,
    logLevels = false,
    equal = true,
    resolution = 64,
    alt,
  } = options;
  checkFunction("contourChart", { f });
  for (const [name, { range }] of Object.entries({ x, y })) {
    if (range === undefined)
      throw new TypeError(`contourChart: the ${name} axis needs a range, such as [-2, 2]`);
  }
  checkWhole("contourChart", { levels });
  checkWhole("contourChart", { resolution }, 2);
  for (const path of paths) checkPath("path", path);
  for (const one of points) checkPath("points", one);
  const plane = equal ? equalAxes(x, y) : undefined;
  const axes = {
    xaxis: { ...axisLayout("contourChart", "x", x, []), ...plane?.xaxis },
    yaxis: { ...axisLayout("contourChart", "y", y, []), ...plane?.yaxis },
  };
  const xs = ticks(x, resolution);
  const ys = ticks(y, resolution);
  const z = ys.map((v) => Float64Array.from(xs, (u) => f(u, v)));
  const [low, high] = extent(z);
  return new Figure({
    data: [
      surface(z, xs, ys, levels, logLevels),
      ...paths.flatMap(pathTraces),
      ...points.map((one, i) => pointsTrace(one, paths.length + i)),
    ],
    layout: {
      showlegend: paths.length + points.length > 0,
      ...axes,
    },
    fit: { title: typeset(title), ...(plane && { aspect: plane.aspect }) },
    alt: alt ?? describe(options, paths, low, high),
  });
}

function checkPath(what: string, { name, x, y }: PlanePath): void {
  if (x?.length !== y?.length || typeof x?.length !== "number") {
    throw new RangeError(
      `contourChart: ${what} "${name}" has ${x?.length} x values but ${y?.length} y values`,
    );
  }
}

/** Places over an axis' range, at equal distances on its scale. */
function ticks(
  { range: [from, to], scale }: Axis & { range: readonly [number, number] },
  count: number,
): number[] {
  const at = (i: number) => (from * (count - 1 - i) + to * i) / (count - 1);
  if (scale !== "log") return Array.from({ length: count }, (_, i) => at(i));
  return Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));
}

// Pale, from light at the minimum: paths in the palette's colours are seen on all of it.
const colorscale = [
  [0, "#f7fafc"],
  [0.5, "#cfdce8"],
  [1, "#9fb4c8"],
];

function surface(z: Float64Array[], xs: number[], ys: number[], levels: number, logLevels: boolean): Trace {
  let heights = z;
  if (logLevels) {
    z.forEach((row, i) => {
      const j = row.findIndex((value) => value < 0);
      if (j >= 0) {
        throw new RangeError(
          `contourChart: logLevels needs f ≥ 0 (pass F − F*), but f(${formatNumber(xs[j]!)}, ${formatNumber(ys[i]!)}) is ${formatNumber(row[j]!)}`,
        );
      }
    });
    const [least] = extent(z, 0);
    heights = z.map((row) => row.map((value) => Math.log10(Math.max(value, least))));
  }
  const [low, high] = extent(heights);
  const size = niceStep((high - low) / levels);
  const whole = Math.max(1, Math.ceil((high - low) / 6));
  const powers: number[] = [];
  for (let p = Math.ceil(low); logLevels && p <= high; p += whole) powers.push(p);
  return {
    type: "contour",
    meta: "ground", // the renderer darkens it on a dark page
    x: Float32Array.from(xs),
    y: Float32Array.from(ys),
    // A picture needs no more than float32: half the bytes in the notebook.
    z: heights.map((row) => Float32Array.from(row)),
    colorscale,
    ...(Number.isFinite(size) && size > 0
      ? { autocontour: false, contours: { start: Math.ceil(low / size) * size, end: high, size } }
      : {}),
    line: { width: 0.75, color: "rgba(70,90,110,0.6)" },
    colorbar: {
      thickness: 14,
      outlinewidth: 0,
      ...(powers.length > 1 && {
        tickvals: powers,
        ticktext: powers.map((p) => `10<sup>${String(p).replace("-", "−")}</sup>`),
      }),
    },
    hovertemplate: `x %{x:.4g}<br>y %{y:.4g}<br>${logLevels ? "10^%{z:.2f}" : "%{z:.4g}"}<extra></extra>`,
  };
}

/** The next of 1, 2, 5, 10, … times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999)!;
}

/** The path as a line with a point per iterate, then its two ends. */
function pathTraces({ name, x, y, colour, ends: marked = true }: PlanePath, index: number): Trace[] {
  const color = colourOf(colour ?? index + 1); // the palette's blue is too near the ground's
  const many = x.length > 200;
  const line: Trace = {
    type: "scatter",
    name: typeset(name),
    legendgroup: `path ${index}`,
    mode: many ? "lines" : "lines+markers",
    x,
    y,
    line: { color, width: 2 },
    ...(!many && { marker: { color, size: 4 } }),
  };
  if (x.length === 0 || !marked) return [line];
  const last = x.length - 1;
  const ends: Trace = {
    type: "scatter",
    name: `${name}: start, end`,
    legendgroup: `path ${index}`,
    showlegend: false,
    mode: "markers",
    x: [x[0], x[last]],
    y: [y[0], y[last]],
    marker: { color, size: [10, 13], symbol: ["circle", "star"], line: { color: "#ffffff", width: 1 } },
  };
  return [line, ends];
}

/** Points, each a dot with a white rim. */
export function pointsTrace({ name, x, y, colour }: PlanePoints, index: number): Trace {
  return {
    type: "scatter",
    name: typeset(name),
    mode: "markers",
    x,
    y,
    marker: { color: colourOf(colour ?? index + 1), size: 7, line: { color: "#ffffff", width: 1 } },
  };
}

function describe(
  { title, x, y, f, points = [] }: ContourChartOptions,
  paths: readonly PlanePath[],
  low: number,
  high: number,
): string {
  const axis = (name: string, { title, scale, range }: Axis) =>
    `${name}: ${plainTitle(title)}, ${scale === "log" ? "logarithmic, " : ""}${formatNumber(range![0])} … ${formatNumber(range![1])}`;
  const value = low <= high ? `value ${formatNumber(low)} … ${formatNumber(high)}` : "no finite value";
  const lines = paths.map(({ name, x, y }) => {
    const at = (i: number) =>
      `(${formatNumber(x[i]!)}, ${formatNumber(y[i]!)}), value ${formatNumber(f(x[i]!, y[i]!))}`;
    const ends = x.length > 0 ? ` from ${at(0)}, to ${at(x.length - 1)}` : "";
    return `${plainTitle(name)}: ${x.length} point${x.length === 1 ? "" : "s"}${ends}`;
  });
  const dots = points.map(
    ({ name, x }) => `${plainTitle(name)}: ${x.length} point${x.length === 1 ? "" : "s"}`,
  );
  return [plainTitle(title), `${axis("x", x)}; ${axis("y", y)}; ${value}`, ...lines, ...dots].join("\n");
}
