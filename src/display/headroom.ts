/**
 * What stands above a chart: its title, a note under it, and the legend in rows between them and the plot.
 *
 * Plotly makes room for each of them on its own and lets them overlap; here their heights are added up. Above the
 * plot a legend takes no width from the curves, and its place does not depend on theirs.
 */
import { textWidth } from "./text-metrics.js";

const fontSize = 13;
const rowHeight = 20;

/** How high a legend with these names is, in rows broken at `width` pixels. */
export function legendHeight(names: readonly string[], width: number): number {
  if (names.length === 0) return 0;
  // Plotly gives all entries of a horizontal legend that does not fit one row the width of the widest.
  const widths = names.map((name) => 46 + textWidth(name.replace(/<[^>]*>/g, ""), fontSize));
  const total = widths.reduce((a, b) => a + b, 0);
  const rows =
    total <= width ? 1 : Math.ceil(names.length / Math.max(1, Math.floor(width / Math.max(...widths))));
  return rowHeight * rows + 6;
}

/** Title with a smaller note under it, as Plotly wants it. */
export const titled = (title: string, note?: string): string =>
  note ? `${title}<br><span style="font-size:${fontSize}px">${note}</span>` : title;

/** The part of a layout that holds title, note and legend above a plot about 580 pixels wide. */
export function headroom(
  title: string,
  note: string | undefined,
  names: readonly string[],
): Record<string, unknown> {
  const legend = legendHeight(names, 580);
  return {
    // Plotly raises a title of two lines by half a line.
    title: { text: titled(title, note), pad: { t: note ? 24 : 12 } },
    margin: { t: 42 + (note ? 18 : 0) + legend },
    showlegend: names.length > 0,
    legend: { orientation: "h", x: 0, xanchor: "left", y: 1, yanchor: "bottom" },
  };
}
