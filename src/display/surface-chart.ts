/**
 * A function of two variables as a surface in space, with paths of iterates on it.
 *
 * It is drawn by plain polygons, from the farthest to the nearest, so that it needs no WebGL: it prints, it has a static
 * image, and it looks the same wherever a notebook is read.
 */

import { inspect } from "#platform";
import { checkFinite, checkNumbers, checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import type { Axis } from "./axis.js";
import type { PlanePath } from "./contour-chart.js";
import { extent, plainTitle } from "./describe.js";
import { Figure, type Trace } from "./figure.js";
import { formatNumber } from "./format-number.js";
import { colourOf } from "./palette.js";
import { typeset } from "./typeset.js";

/** What a surface chart shows. */
export interface SurfaceChartOptions {
  title: string;
  x: Axis & { range: readonly [number, number] };
  y: Axis & { range: readonly [number, number] };
  /** The height: its title, and `scale: "log"` for heights at equal ratios (f must be ≥ 0 then). */
  z: Pick<Axis, "title" | "scale">;
  /** The function. */
  f: (x: number, y: number) => number;
  /** Paths drawn on the surface, each from a circle to a star; dotted where the surface hides them. */
  paths?: readonly PlanePath[];
  /** The direction of the viewer, in degrees: 0 from large x, 90 from large y; 235 by default. */
  azimuth?: number;
  /** The height of the viewer, from 0 (level) to 90 degrees (straight down); 35 by default. */
  elevation?: number;
  /** Points of the grid in each direction; 33. */
  resolution?: number;
  /** What the chart shows, in words; by default axes, least and greatest value, start and end of each path. */
  alt?: string;
}

type Point = readonly [x: number, y: number, z: number];

/** How high the surface is, in half widths of its floor. */
const height = 1.1;

/**
 * Draws f over a rectangle as a surface, and paths on it.
 *
 * @param options `f` and the ranges of `x` and `y`; `z`, its title and scale; `paths`; `azimuth` and `elevation` of the
 *   viewer in degrees; `resolution`, points along each axis; `title`, `alt`
 * @throws TypeError without a function or a range, RangeError for values that are not finite, negative ones on a
 *   logarithmic scale, or invalid angles and resolutions.
 * @example
 * surfaceChart({
 *   title: "A bowl", x: { title: "θ₁", range: [-1, 1] }, y: { title: "θ₂", range: [-1, 1] }, z: { title: "F(θ)" },
 *   f: (x, y) => x * x + y * y, paths: [{ name: "path", x: [1, 0], y: [1, 0] }],
 * })
 * // A bowl
 * // x: θ₁, -1 … 1; y: θ₂, -1 … 1; height: F(θ), 0 … 2
 * // path: 2 points from (1, 1), value 2, to (0, 0), value 0
 */
export function surfaceChart(options: SurfaceChartOptions): Figure {
  optionsOf("surfaceChart", options, [
    "title",
    "x",
    "y",
    "z",
    "f",
    "paths",
    "azimuth",
    "elevation",
    "resolution",
    "alt",
  ]);
  const { title, x, y, z, f, paths = [], azimuth = 235, elevation = 35, resolution = 33, alt } = options;
  if (typeof f !== "function" || !x?.range || !y?.range) {
    throw new TypeError(
      `surfaceChart: expected a function f and ranges of x and y, such as [-2, 2]; got ${inspect({ f, x, y })}`,
    );
  }
  checkFinite("surfaceChart", { azimuth });
  checkNumbers("surfaceChart", { elevation }, (angle) => angle >= 0 && angle <= 90, "from 0 to 90 degrees");
  checkWhole("surfaceChart", { resolution }, 2);
  const at = ([low, high]: readonly [number, number], i: number) =>
    low + ((high - low) * i) / (resolution - 1);
  const values = Array.from({ length: resolution }, (_, j) =>
    Float64Array.from({ length: resolution }, (_, i) => f(at(x.range, i), at(y.range, j))),
  );
  const isLog = z.scale === "log";
  const bad = values.flatMap((row) => [...row]).find((v) => !Number.isFinite(v) || (isLog && v < 0));
  if (bad !== undefined) {
    throw new RangeError(
      `surfaceChart: f must be finite${isLog ? " and, on a logarithmic scale, ≥ 0" : ""}; got ${bad}`,
    );
  }
  const [least, greatest] = extent(values, isLog ? 0 : -Infinity);
  const scaled = (value: number) => (isLog ? Math.log10(Math.max(value, least)) : value);
  const [low, high] = [scaled(least), scaled(greatest)];
  const level = (value: number) => Math.max(0, Math.min(1, (scaled(value) - low) / (high - low || 1)));
  const place = (u: number, range: readonly [number, number]) =>
    (2 * (u - range[0])) / (range[1] - range[0]) - 1;
  const levels = values.map((row) => row.map(level));
  const camera = cameraAt(azimuth, elevation);
  const [across, up] = [[-1.8, 1.8] as const, framed(camera)];
  const on = (u: number, v: number): Point => [place(u, x.range), place(v, y.range), height * level(f(u, v))];
  return new Figure({
    data: [
      ...paths.flatMap((path, i) =>
        pathTraces(
          path,
          i,
          Array.from(path.x, (u, k) => on(u, path.y[k]!)),
          camera,
          levels,
          f,
        ),
      ),
      ...(paths.length === 0 ? [{ type: "scatter", x: [], y: [], showlegend: false }] : []),
    ],
    layout: {
      showlegend: paths.length > 0,
      xaxis: { visible: false, range: [...across], constrain: "domain" },
      yaxis: { visible: false, range: up, scaleanchor: "x", constrain: "domain" },
      shapes: [...skirts(levels, camera), ...faces(levels, camera)],
      annotations: axes({ x, y, z, low, high }, camera),
    },
    fit: {
      title: typeset(title),
      plot: 380,
      margin: { l: 12, r: 12, b: 12 },
      aspect: (up[1] - up[0]) / (across[1] - across[0]),
    },
    alt: alt ?? describe(options, paths, least, greatest),
  });
}

/** A view from far away: where a point is on the picture, and which way is towards the viewer. */
interface Camera {
  project(point: Point): readonly [number, number];
  towards: Point;
}

function cameraAt(azimuth: number, elevation: number): Camera {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const [ca, sa, ce, se] = [Math.cos(a), Math.sin(a), Math.cos(e), Math.sin(e)];
  return {
    project: ([x, y, z]) => [-sa * x + ca * y, -se * (ca * x + sa * y) + ce * z],
    towards: [ce * ca, ce * sa, se],
  };
}

/** What of the vertical holds the whole box. */
function framed({ project }: Camera): [number, number] {
  const ends = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [0, height].map((z) => project([x, y, z])[1])));
  return [Math.min(...ends) - 0.35, Math.max(...ends) + 0.1];
}

/** Indices 0 … n − 1 of a grid from far to near, along an axis; the sign says on which side of it the viewer is. */
const farToNear = (n: number, side: number): number[] =>
  Array.from({ length: n }, (_, i) => (side > 0 ? i : n - 1 - i));

const path = (points: readonly (readonly [number, number])[]): string =>
  `M${points.map(([u, v]) => `${u.toFixed(3)},${v.toFixed(3)}`).join("L")}Z`;

const mesh = { color: "rgba(60,80,100,0.35)", width: 0.5 };

/** A polygon under the paths, which the renderer darkens on a dark page. */
const ground = { type: "path", name: "ground", layer: "below", line: mesh };

/**
 * The cells of the grid as polygons, far ones first; neighbours of one colour are one shape. Seen from far away, no cell
 * hides one that comes after it in this order.
 */
function faces(levels: readonly Float64Array[], { project, towards }: Camera): object[] {
  const n = levels.length - 1;
  const corner = (i: number, j: number) =>
    project([(2 * i) / n - 1, (2 * j) / n - 1, height * levels[j]![i]!]);
  const shapes: { fillcolor: string; path: string }[] = [];
  for (const j of farToNear(n, towards[1])) {
    for (const i of farToNear(n, towards[0])) {
      const mean = (levels[j]![i]! + levels[j]![i + 1]! + levels[j + 1]![i]! + levels[j + 1]![i + 1]!) / 4;
      const fillcolor = colourAt(Math.round(mean * 12) / 12);
      const outline = path([corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)]);
      const last = shapes.at(-1);
      if (last?.fillcolor === fillcolor) last.path += outline;
      else shapes.push({ fillcolor, path: outline });
    }
  }
  return shapes.map((shape) => ({ ...ground, ...shape }));
}

/** The two visible cut faces, from the edge of the surface down to the floor. */
function skirts(levels: readonly Float64Array[], { project, towards }: Camera): object[] {
  const n = levels.length - 1;
  const indices = Array.from({ length: n + 1 }, (_, i) => i);
  const [nearX, nearY] = [towards[0] > 0 ? 1 : -1, towards[1] > 0 ? 1 : -1];
  const along = (u: number) => (2 * u) / n - 1;
  const edges = [
    indices.map((i): Point => [along(i), nearY, height * levels[nearY > 0 ? n : 0]![i]!]),
    indices.map((j): Point => [nearX, along(j), height * levels[j]![nearX > 0 ? n : 0]!]),
  ];
  return edges.map((edge) => {
    const [first, last] = [edge[0]!, edge.at(-1)!];
    const floor: Point[] = [
      [last[0], last[1], 0],
      [first[0], first[1], 0],
    ];
    return {
      ...ground,
      fillcolor: "#dde4ea",
      path: path([...edge, ...floor].map(project)),
    };
  });
}

/** Pale, light at the minimum, as in a contour chart. */
function colourAt(level: number): string {
  const [from, to] = [
    [247, 250, 252],
    [125, 155, 182],
  ] as const;
  return `rgb(${from.map((low, i) => Math.round(low + (to[i]! - low) * level)).join(",")})`;
}

/** Titles and numbers along the two near edges of the floor and at its left corner. */
function axes(
  { x, y, z, low, high }: Pick<SurfaceChartOptions, "x" | "y" | "z"> & { low: number; high: number },
  { project, towards }: Camera,
): object[] {
  const [nearX, nearY] = [towards[0] > 0 ? 1 : -1, towards[1] > 0 ? 1 : -1];
  const text = (label: string, at: Point, size: number, more = {}): object => {
    const [u, v] = project(at);
    return { text: label, x: u, y: v, showarrow: false, font: { size }, ...more };
  };
  const left = [-1, 1]
    .flatMap((u) => [-1, 1].map((v): Point => [u, v, 0]))
    .reduce((a, b) => (project(b)[0] < project(a)[0] ? b : a));
  const [outX, outY] = [left[0] * 1.14, left[1] * 1.14];
  const heights = z.scale === "log" ? powers(low, high) : round([low, high]);
  const corner: Point = [nearX, nearY, 0];
  // Numbers stand away from the corner where the two edges meet.
  const alongFloor = (range: readonly [number, number], at: (t: number) => Point): object[] => {
    const xanchor = project(at(0))[0] < project(corner)[0] ? "right" : "left";
    return round(range).map((one) =>
      text(typeset(formatNumber(one)), at((2 * (one - range[0])) / (range[1] - range[0]) - 1), 12, {
        xanchor,
      }),
    );
  };
  return [
    ...alongFloor(x.range, (t) => [t, 1.1 * nearY, 0]),
    ...alongFloor(y.range, (t) => [1.1 * nearX, t, 0]),
    text(typeset(x.title), [0.35, 1.36 * nearY, 0], 14),
    text(typeset(y.title), [1.36 * nearX, 0.35, 0], 14),
    ...heights.map((one) => {
      const label =
        z.scale === "log" ? `10<sup>${String(one).replace("-", "−")}</sup>` : typeset(formatNumber(one));
      return text(label, [outX, outY, (height * (one - low)) / (high - low || 1)], 13);
    }),
    // At the left edge, where however long a title has room.
    { ...text(typeset(z.title), [1.1 * outX, 1.1 * outY, 1.2 * height], 14, { xanchor: "left" }), x: -1.78 },
  ];
}

/** Two to five round numbers within a range. */
function round([from, to]: readonly [number, number]): number[] {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const power = 10 ** Math.floor(Math.log10((high - low) / 2));
  const step = power * ([5, 2, 1].find((factor) => factor * power <= (high - low) / 2) ?? 1);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  // 0.1 · 3 is not 0.3.
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** At most three whole numbers within a range: powers of ten on a logarithmic scale. */
function powers(low: number, high: number): number[] {
  const all = Array.from(
    { length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) },
    (_, i) => Math.ceil(low) + i,
  );
  const every = Math.ceil(all.length / 3);
  return all.filter((_, i) => i % every === 0);
}

/** A path in the picture: what is seen of it as a line, what the surface hides dotted, then its two ends. */
function pathTraces(
  { name, x, y, colour }: PlanePath,
  index: number,
  points: readonly Point[],
  camera: Camera,
  levels: readonly Float64Array[],
  f: (x: number, y: number) => number,
): Trace[] {
  const color = colourOf(colour ?? index + 1);
  const seen = points.map((point) => !isHidden(point, camera.towards, levels));
  const flat = points.map((point) => camera.project(point));
  const hover = flat.map(
    (_, k) => `(${formatNumber(x[k]!)}, ${formatNumber(y[k]!)}): ${formatNumber(f(x[k]!, y[k]!))}`,
  );
  const line = (visible: boolean): Trace => {
    // A point belongs to a part if it or a neighbour does: lines end at the edge, not before it.
    const kept = flat.map(([u, v], k) =>
      seen[k] === visible || seen[k - 1] === visible ? [u, v] : [Number.NaN, Number.NaN],
    );
    return {
      type: "scatter",
      name: typeset(name),
      legendgroup: `path ${index}`,
      showlegend: visible,
      mode: visible && x.length <= 200 ? "lines+markers" : "lines",
      x: kept.map(([u]) => u),
      y: kept.map(([, v]) => v),
      text: hover,
      hovertemplate: "%{text}<extra></extra>",
      line: { color, width: visible ? 2 : 1.5, ...(!visible && { dash: "dot" }) },
      ...(visible && x.length <= 200 && { marker: { color, size: 4 } }),
    };
  };
  if (points.length === 0) return [line(true)];
  const ends = [flat[0]!, flat.at(-1)!];
  return [
    ...(seen.includes(false) ? [line(false)] : []),
    line(true),
    {
      type: "scatter",
      name: `${name}: start, end`,
      legendgroup: `path ${index}`,
      showlegend: false,
      mode: "markers",
      x: ends.map(([u]) => u),
      y: ends.map(([, v]) => v),
      text: [hover[0], hover.at(-1)],
      hovertemplate: "%{text}<extra></extra>",
      marker: { color, size: [10, 13], symbol: ["circle", "star"], line: { color: "#ffffff", width: 1 } },
    },
  ];
}

/** Whether the surface stands between a point on it and the viewer. */
function isHidden([x, y, z]: Point, towards: Point, levels: readonly Float64Array[]): boolean {
  const n = levels.length - 1;
  const step = 1 / n;
  for (let t = step; ; t += step) {
    const [u, v, w] = [x + t * towards[0], y + t * towards[1], z + t * towards[2]];
    if (Math.abs(u) > 1 || Math.abs(v) > 1 || w > height) return false;
    const [i, j] = [
      Math.min(n - 1, Math.floor(((u + 1) / 2) * n)),
      Math.min(n - 1, Math.floor(((v + 1) / 2) * n)),
    ];
    const [p, q] = [((u + 1) / 2) * n - i, ((v + 1) / 2) * n - j];
    const [near, far] = [levels[j]!, levels[j + 1]!];
    const level =
      (1 - q) * ((1 - p) * near[i]! + p * near[i + 1]!) + q * ((1 - p) * far[i]! + p * far[i + 1]!);
    // The point lies above the flat cells that approximate the surface, or slightly below them.
    if (height * level > w + 0.02) return true;
  }
}

function describe(
  { title, x, y, z, f }: SurfaceChartOptions,
  paths: readonly PlanePath[],
  least: number,
  greatest: number,
): string {
  const axis = (name: string, { title, range }: SurfaceChartOptions["x"]) =>
    `${name}: ${plainTitle(title)}, ${formatNumber(range[0])} … ${formatNumber(range[1])}`;
  const scale = z.scale === "log" ? "logarithmic, " : "";
  const lines = paths.map(({ name, x, y }) => {
    const at = (i: number) =>
      `(${formatNumber(x[i]!)}, ${formatNumber(y[i]!)}), value ${formatNumber(f(x[i]!, y[i]!))}`;
    const ends = x.length > 0 ? ` from ${at(0)}, to ${at(x.length - 1)}` : "";
    return `${plainTitle(name)}: ${x.length} point${x.length === 1 ? "" : "s"}${ends}`;
  });
  return [
    plainTitle(title),
    `${axis("x", x)}; ${axis("y", y)}; height: ${plainTitle(z.title)}, ${scale}${formatNumber(least)} … ${formatNumber(greatest)}`,
    ...lines,
  ].join("\n");
}
