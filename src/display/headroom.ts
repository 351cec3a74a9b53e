/**
 * What stands above a chart: its title, a note under it, and the legend in rows between them and the plot.
 *
 * Plotly makes room for each of them on its own and lets them overlap; here their heights are added up. Above the
 * plot a legend takes no width from the curves, and its place does not depend on theirs.
 */
import { textWidth } from "./text-metrics.js";

const fontSize = 13;
const rowHeight = 20;

/** How many rows a legend with these names takes in a width, in pixels. */
function rowsOf(names: readonly string[], width: number): number {
  // Plotly gives all entries of a horizontal legend that does not fit one row the width of the widest.
  const widths = names.map((name) => 46 + textWidth(name.replace(/<[^>]*>/g, ""), fontSize));
  const total = widths.reduce((a, b) => a + b, 0);
  return total <= width ? 1 : Math.ceil(names.length / Math.max(1, Math.floor(width / Math.max(...widths))));
}

/** A legend, how it is laid out and how high it stands above the plot. */
export interface LegendPlace {
  legend: Record<string, unknown>;
  height: number;
}

/** A legend above the plot of a whole figure, some 580 pixels wide, or to the right of it when it has many rows. */
export function legendAbove(names: readonly string[]): LegendPlace {
  if (names.length === 0) return { legend: {}, height: 0 };
  const rows = rowsOf(names, 580);
  if (rows > 3) return { legend: { x: 1.02, y: 1 }, height: 0 };
  return { legend: { orientation: "h", ...corner }, height: rows * rowHeight + 6 };
}

/** A legend above a panel: in one row or, since Plotly breaks rows at the width of the whole figure, in one column. */
export function legendAbovePanel(names: readonly string[], width: number): LegendPlace {
  if (names.length === 0) return { legend: {}, height: 0 };
  const row = rowsOf(names, width) === 1;
  return {
    legend: { orientation: row ? "h" : "v", ...corner },
    height: (row ? 1 : names.length) * rowHeight + 6,
  };
}

const corner = { x: 0, xanchor: "left", y: 1, yanchor: "bottom", tracegroupgap: 0 };

/** Title with a smaller note under it, as Plotly wants it. */
export const titled = (title: string, note?: string): string =>
  note ? `${title}<br><span style="font-size:${fontSize}px">${note}</span>` : title;

/** The part of a layout that holds title, note and legend. */
export function headroom(
  title: string,
  note: string | undefined,
  names: readonly string[],
): Record<string, unknown> {
  const { legend, height } = legendAbove(names);
  return {
    // Plotly raises a title of two lines by half a line.
    title: { text: titled(title, note), pad: { t: note ? 24 : 12 } },
    margin: { t: 42 + (note ? 18 : 0) + height },
    showlegend: names.length > 0,
    legend,
  };
}
