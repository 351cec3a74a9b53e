/**
 * The chart of an objective of one or two variables with descent paths on it (A5).
 */
import { contourChart } from "../../display/contour-chart.js";
import type { Figure } from "../../display/figure.js";
import { lineChart } from "../../display/line-chart.js";
import { surfaceChart } from "../../display/surface-chart.js";
import { optionsOf } from "../../options/options-of.js";
import { distance } from "../algebra/vectors.js";
import { minimumColour } from "./minimum-colour.js";
import type { Path } from "./path.js";

/** Options of a chart of paths. */
export interface PathChartOptions {
  /** The title; it should say what the chart shows. */
  title?: string;
  /** The range of θ₁ (of θ in one dimension); by default it covers all paths. */
  x?: readonly [number, number];
  /** The range of θ₂; by default it covers all paths. */
  y?: readonly [number, number];
  /** Level lines at equal ratios of F − F*, which show a minimum at all scales; default if F* is known. */
  logLevels?: boolean;
  /** In two dimensions: level lines (default), or F as a surface with the paths on it. */
  view?: "contours" | "surface";
  /** The direction from which a surface is seen, in degrees; 235. */
  azimuth?: number;
  /** The height above the horizon, in degrees; 35. */
  elevation?: number;
}

/**
 * Draws the iterates of one or more descents: on the level lines of F or on its surface in two dimensions, on its graph in
 * one.
 *
 * @param paths what `descend` returned, all on the same objective of dimension 1 or 2
 * @param options `title`, `x` and `y` (ranges), `logLevels`, `view`, `azimuth` and `elevation`
 * @throws RangeError for an objective of more dimensions, or paths on different objectives.
 * @example
 * const F = quadratic({ spectrum: [4, 1] });
 * pathChart([descend(F, { theta0: [1, 2], eta: 0.25, steps: 5 })], { title: "Five steps", x: [-2, 2], y: [-2, 2] })
 * // Five steps
 * // x: θ₁, -2 … 2; y: θ₂, -2 … 2; value … 10
 * // η = 0.25: 6 points from (1, 2), value 4, to (0, 0.4746), value 0.1126
 */
export function pathChart(paths: readonly Path[], options: PathChartOptions = {}): Figure {
  optionsOf("pathChart", options, ["title", "x", "y", "logLevels", "view", "azimuth", "elevation"]);
  const F = paths[0]?.objective;
  if (F === undefined) throw new TypeError("pathChart: give a list of paths, as in pathChart([path])");
  const other = paths.find(({ objective }) => objective !== F);
  if (other) {
    throw new RangeError(
      `pathChart: all paths must be on one objective, got paths on ${F.name} and on another ${other.objective.name}`,
    );
  }
  if (F.dimension > 2) {
    throw new RangeError(
      `pathChart: only objectives of one or two dimensions can be drawn; ${F.name} has ${F.dimension}`,
    );
  }
  const title = options.title ?? `${F.name}: ${paths.map(({ name }) => name).join(", ")}`;
  const places = [
    ...paths.flatMap(({ theta }) => theta),
    ...(F.minimisers ?? (F.thetaStar ? [F.thetaStar] : [])),
  ];
  const range = (axis: number) => padded(places.map((theta) => theta[axis]!));
  const x = options.x ?? range(0);
  if (F.dimension === 1) return graph(paths, title, x);
  const base = F.minimum;
  // With equal ratios the level of the minimum itself would be log 0.
  const logLevels = options.logLevels ?? false;
  const colours = basinColours(paths);
  const parts = {
    title,
    x: { title: "θ₁", range: x },
    y: { title: "θ₂", range: options.y ?? range(1) },
    f: (u: number, v: number) => (F.gap ? F.gap([u, v]) : F.value([u, v]) - (base ?? 0)),
    paths: paths.map(({ name, theta }, i) => ({
      name,
      ...(colours && { colour: colours[i]! }),
      x: theta.map(([first]) => first!),
      y: theta.map(([, second]) => second!),
    })),
  };
  if (options.view !== "surface") return contourChart({ ...parts, logLevels });
  const { azimuth = 235, elevation = 35 } = options;
  const z = {
    title: base === undefined && !F.gap ? "F" : "F − F*",
    ...(logLevels && { scale: "log" as const }),
  };
  return surfaceChart({ ...parts, z, azimuth, elevation });
}

/** For paths that end at different minima, the colours of these minima, as in the map of `basins`. */
function basinColours(paths: readonly Path[]): number[] | undefined {
  const minimisers = paths[0]!.objective.minimisers ?? [];
  if (minimisers.length < 2) return undefined;
  const ends = paths.map(({ theta }) => {
    const far = minimisers.map((one) => distance(theta.at(-1)!, one));
    return far.indexOf(Math.min(...far));
  });
  return new Set(ends).size === ends.length ? ends.map(minimumColour) : undefined;
}

function graph(paths: readonly Path[], title: string, [low, high]: readonly [number, number]): Figure {
  const F = paths[0]!.objective;
  const grid = Array.from({ length: 201 }, (_, i) => low + ((high - low) * i) / 200);
  return lineChart({
    title,
    x: { title: "θ", range: [low, high] },
    y: { title: "F(θ)" },
    series: [
      { name: F.name, x: grid, y: grid.map((at) => F.value([at])), colour: 6 },
      ...paths.map(({ name, theta, values }, i) => ({
        name,
        x: theta.map(([at]) => at!),
        y: values,
        mode: "lines+markers" as const,
        colour: i,
      })),
    ],
  });
}

/** A range that holds all values with a margin of a tenth. */
function padded(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? (high - low) / 10 : 1;
  return [low - margin, high + margin];
}
