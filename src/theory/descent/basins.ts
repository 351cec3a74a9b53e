/**
 * The minimum that descent reaches from each start of a grid (A7).
 */

import { inspect } from "#platform";
import { equalAxes } from "../../display/axis.js";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { Figure } from "../../display/figure.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import { colourOf } from "../../display/palette.js";
import { typeset } from "../../display/typeset.js";
import { optionsOf } from "../../options/options-of.js";
import { distance } from "../algebra/vectors.js";
import type { Objective } from "../objectives/objective.js";
import { minimumColour } from "./minimum-colour.js";

/** The starts, and the descent from each. */
export interface BasinsOptions {
  /** The range of θ₁ of the starts. */
  x: readonly [number, number];
  /** The range of θ₂ of the starts. */
  y: readonly [number, number];
  /** How many starts in each direction, 41 by default. */
  resolution?: number;
  /** The constant step size. */
  eta: number;
  /** How many steps from each start, 1000 by default. */
  steps?: number;
  /** The distance within which a minimiser counts as reached, 1e-3 by default. */
  within?: number;
}

/** The minima reached from a grid of starts; made by `basins`. Shows itself as a map. */
export class Basins implements Displayable {
  /** The minimisers, in the order of their numbers 1, 2, … */
  readonly minimisers: readonly Float64Array[];
  /** How many starts ended in each minimiser. */
  readonly counts: readonly number[];
  /** How many starts reached no minimiser: they diverged, or were not near one after all steps. */
  readonly lost: number;
  /** The numbers 1, 2, … of the minimisers reached (0: none), a row for each θ₂ of the grid, smallest first. */
  readonly map: readonly Uint8Array[];
  readonly #draw: () => Figure;

  /** For `basins`. */
  constructor(minimisers: readonly Float64Array[], map: readonly Uint8Array[], draw: () => Figure) {
    this.minimisers = minimisers;
    this.map = map;
    const reached = (number: number) =>
      map.reduce((sum, row) => sum + row.filter((at) => at === number).length, 0);
    this.counts = minimisers.map((_, i) => reached(i + 1));
    this.lost = reached(0);
    this.#draw = draw;
  }

  /** The number of starts for each minimiser. */
  toString(): string {
    const ends = this.minimisers.map(
      (theta, i) => `${this.counts[i]} in (${Array.from(theta, (entry) => formatNumber(entry)).join(", ")})`,
    );
    const starts = this.map.reduce((sum, row) => sum + row.length, 0);
    return `of ${starts} starts ${[...ends, `${this.lost} in none`].join(", ")}`;
  }

  /** What `console.log` prints. */
  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  /** The map: each start in the colour of its minimiser. */
  async [displaySymbol](): Promise<MimeBundle> {
    return { ...(await this.#draw()[displaySymbol]()), "text/plain": this.toString() };
  }
}

/**
 * Descends from every point of a grid and records which minimiser it reaches (A7).
 *
 * @param F an objective of two variables whose `minimisers` (or θ*) are known
 * @param options the grid `x`, `y`, `resolution` = 41; the descent `eta`, `steps` = 1000; `within` = 1e-3
 * @throws RangeError if F has another dimension or no known minimiser.
 * @example
 * basins(himmelblau(), { x: [-5, 5], y: [-5, 5], resolution: 5, eta: 0.01 }).lost // → 0
 */
export function basins(F: Objective, options: BasinsOptions): Basins {
  const {
    x,
    y,
    resolution = 41,
    eta,
    steps = 1000,
    within = 1e-3,
  } = optionsOf("basins", options, ["x", "y", "resolution", "eta", "steps", "within"]);
  const minimisers = F.minimisers ?? (F.thetaStar ? [F.thetaStar] : []);
  if (F.dimension !== 2 || minimisers.length === 0) {
    throw new RangeError(
      `basins: an objective of two variables with known minimisers is needed; ${F.name} has dimension ${F.dimension} and ${minimisers.length} known minimisers`,
    );
  }
  const grid = ([low, high]: readonly [number, number]) =>
    Array.from({ length: resolution }, (_, i) => low + ((high - low) * i) / (resolution - 1));
  const [xs, ys] = [grid(x), grid(y)];
  const end = (u: number, v: number): number => {
    const theta = Float64Array.of(u, v);
    for (let k = 0; k < steps; k++) {
      const [g1, g2] = F.gradient(theta);
      theta[0]! -= eta * g1!;
      theta[1]! -= eta * g2!;
      if (!Number.isFinite(theta[0]! + theta[1]!)) return 0;
    }
    return minimisers.findIndex((minimiser) => distance(theta, minimiser) <= within) + 1;
  };
  const map = ys.map((v) => Uint8Array.from(xs, (u) => end(u, v)));
  const result: Basins = new Basins(minimisers, map, () => drawn(F.name, result, xs, ys));
  return result;
}

/** A cell for each start in the colour of its minimiser, which is marked; white where none was reached. */
function drawn(name: string, result: Basins, x: readonly number[], y: readonly number[]): Figure {
  const { minimisers, map } = result;
  const colours = ["rgba(128,128,128,0.15)", ...minimisers.map((_, i) => colourOf(minimumColour(i)))];
  // Bands of one colour each, around the whole numbers 0 … minimisers.length.
  const scale = colours.flatMap((colour, i) => [
    [i / colours.length, colour],
    [(i + 1) / colours.length, colour],
  ]);
  const cells = {
    type: "heatmap",
    x,
    y,
    z: map.map((row) => Array.from(row)),
    zmin: -0.5,
    zmax: minimisers.length + 0.5,
    colorscale: scale,
    showscale: false,
    opacity: 0.55,
    hovertemplate: "start (%{x}, %{y}): minimum %{z}<extra></extra>",
  };
  const marks = minimisers.map(([u, v], i) => ({
    type: "scatter",
    mode: "markers",
    name: typeset(`${i + 1}: (${formatNumber(u!)}, ${formatNumber(v!)})`),
    x: [u],
    y: [v],
    marker: {
      symbol: "star",
      size: 14,
      color: colourOf(minimumColour(i)),
      line: { width: 1, color: "white" },
    },
  }));
  const title = `Basins of ${name}: which minimum descent from each start reaches`;
  // Cells reach half a cell beyond the starts.
  const range = (starts: readonly number[]) => {
    const half = (starts[1]! - starts[0]!) / 2;
    return [starts[0]! - half, starts.at(-1)! + half] as const;
  };
  const ranges = { x: range(x), y: range(y) };
  const plane = equalAxes({ range: ranges.x }, { range: ranges.y });
  return new Figure({
    data: [cells, ...marks],
    layout: {
      xaxis: { title: "θ₁ of the start", range: [...ranges.x], ...plane?.xaxis },
      yaxis: { title: "θ₂ of the start", range: [...ranges.y], ...plane?.yaxis },
      showlegend: true,
    },
    fit: { title, ...(plane && { aspect: plane.aspect }) },
    alt: `Basins of attraction of ${name}: ${result}`,
  });
}
