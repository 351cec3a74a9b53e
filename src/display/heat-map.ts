/**
 * A matrix as coloured cells: a confusion matrix, weights, a table of step sizes and losses.
 */
import { inspect } from "#platform";
import { optionsOf } from "../options/options-of.js";
import { describeRange, extent, plainTitle } from "./describe.js";
import { Figure } from "./figure.js";
import { formatNumber } from "./format-number.js";
import { typeset } from "./typeset.js";

/** Options of a heat map. */
export interface HeatMapOptions {
  title: string;
  /** The rows of the matrix, the first one on top. */
  z: readonly ArrayLike<number>[];
  /** Labels of the columns; 0, 1, … without them. */
  x?: ArrayLike<number | string>;
  /** Labels of the rows; 0, 1, … without them. */
  y?: ArrayLike<number | string>;
  xTitle?: string;
  yTitle?: string;
  /** Whether each cell holds its number; by default when there are at most 15 × 15. */
  showValues?: boolean;
  /** Whether equal steps of colour are equal differences, or equal ratios of 1 + z: for counts with a few large ones. */
  colours?: "linear" | "log";
  /** What the heat map shows, in words; by default its size and, when it is small, its numbers. */
  alt?: string;
}

/**
 * Draws a matrix as coloured cells, its first row on top as on paper.
 *
 * @throws RangeError when rows have different lengths or the labels do not match them
 * @example
 * heatMap({ title: "A", z: [[1, 0], [0, 1]] })
 * // A
 * // 2 × 2 cells, 0 … 1
 * // 0: 1 0
 * // 1: 0 1
 */
export function heatMap(options: HeatMapOptions): Figure {
  const {
    title,
    z,
    x,
    y,
    xTitle = "",
    yTitle = "",
    showValues,
    colours = "linear",
    alt,
  } = optionsOf("heatMap", options, [
    "title",
    "z",
    "x",
    "y",
    "xTitle",
    "yTitle",
    "showValues",
    "colours",
    "alt",
  ]);
  if (
    !Array.isArray(z) ||
    z.some((row) => row === null || typeof row !== "object" || typeof row.length !== "number")
  ) {
    throw new TypeError(
      `heatMap: z must be a list of rows, each a list of numbers, got ${inspect(z, { depth: 1 })}`,
    );
  }
  const columns: number = z[0]?.length ?? 0;
  for (const [i, row] of z.entries()) {
    if (row.length !== columns)
      throw new RangeError(`heatMap: row ${i} has ${row.length} values but row 0 has ${columns}`);
  }
  const across = labels("x", x, columns, "columns");
  const down = labels("y", y, z.length, "rows");
  const written = showValues ?? (z.length <= 15 && columns <= 15);
  const text = z.map((row) => Array.from(row as ArrayLike<number>, (value) => formatNumber(value, 3)));
  // Labels are names of cells, not places on a scale, so that each cell of a small matrix gets its tick.
  const category = (dtick: number) => ({ type: "category", showgrid: false, zeroline: false, dtick });
  // Of many cells every so many, so that their names do not meet on a phone; long names side by side take more room.
  const every = (count: number): number => (count <= 15 ? 1 : Math.ceil(count / 6));
  const characters = across.join("").length;
  const everyColumn = Math.max(every(columns), characters <= 40 ? 1 : Math.ceil(characters / 36));
  return new Figure({
    data: [
      {
        type: "heatmap",
        z:
          colours === "log"
            ? logarithms(z)
            : z.map((row) => (ArrayBuffer.isView(row) ? row : Array.from(row))),
        x: across,
        y: down,
        colorscale: "Cividis",
        ...(z.length <= 30 && columns <= 30 && { xgap: 1, ygap: 1 }),
        colorbar: { thickness: 14, outlinewidth: 0, ...(colours === "log" && powersOfTen(z)) },
        ...((written || colours === "log") && { text }),
        ...(written && { texttemplate: "%{text}" }),
        hovertemplate: `${xTitle || "column"} %{x}<br>${yTitle || "row"} %{y}<br>${colours === "log" ? "%{text}" : "%{z}"}<extra></extra>`,
      },
    ],
    fit: { title: typeset(title) },
    layout: {
      xaxis: { title: typeset(xTitle), ...category(everyColumn) },
      yaxis: { title: typeset(yTitle), ...category(every(z.length)), autorange: "reversed" },
    },
    alt: alt ?? describe(title, z, text, across, down, xTitle, yTitle),
  });
}

/** log₁₀(1 + z), which is 0 at 0 and tells 1 from 0 as well as 1000 from 500. */
function logarithms(z: readonly ArrayLike<number>[]): number[][] {
  return z.map((row, i) =>
    Array.from(row, (value, j) => {
      if (value < 0)
        throw new RangeError(`heatMap: colours "log" needs z ≥ 0, but z[${i}][${j}] is ${value}`);
      return Math.log10(1 + value);
    }),
  );
}

/** Ticks of a colour bar at 0, 1, 10, 100, … */
function powersOfTen(z: readonly ArrayLike<number>[]): { tickvals: number[]; ticktext: string[] } {
  const [, greatest] = extent(z);
  const ticks = [0];
  for (let tick = 1; tick <= greatest; tick *= 10) ticks.push(tick);
  return {
    tickvals: ticks.map((tick) => Math.log10(1 + tick)),
    ticktext: ticks.map((tick) => formatNumber(tick)),
  };
}

function labels(
  name: string,
  given: ArrayLike<number | string> | undefined,
  count: number,
  what: string,
): string[] {
  if (given === undefined) return Array.from({ length: count }, (_, i) => String(i));
  if (given.length !== count)
    throw new RangeError(`heatMap: z has ${count} ${what} but ${name} has ${given.length} labels`);
  return Array.from(given, (label) => (typeof label === "number" ? formatNumber(label) : label));
}

function describe(
  title: string,
  z: readonly ArrayLike<number>[],
  text: string[][],
  across: string[],
  down: string[],
  xTitle: string,
  yTitle: string,
): string {
  const axes = [xTitle && `columns: ${plainTitle(xTitle)}`, yTitle && `rows: ${plainTitle(yTitle)}`].filter(
    Boolean,
  );
  const range = describeRange(z);
  const size = `${z.length} × ${across.length} cells${range ? `, ${range}` : ""}`;
  const rows =
    z.length <= 15 && across.length <= 15
      ? text.map((row, i) => `${plainTitle(down[i]!)}: ${row.join(" ")}`)
      : [];
  return [plainTitle(title), [size, ...axes].join("; "), ...rows].join("\n");
}
