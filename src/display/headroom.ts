/**
 * What stands above a chart: its title, a note under it, and the legend in rows between them and the plot.
 *
 * Plotly makes room for each of them on its own and lets them overlap; here their heights are added up. Above the
 * plot a legend takes no width from the curves, and its place does not depend on theirs.
 */
import { textWidth } from "./text-metrics.js";

const fontSize = 13;
const rowHeight = 20;
const titleSize = 16;

/** Where the font that the figures ask for is missing, as on many Linux machines, letters are wider by up to a sixth. */
const width = (text: string, size: number): number => 1.17 * textWidth(text.replace(/<[^>]*>/g, ""), size);

/** How many rows a legend with these names takes in a width, in pixels. */
function rowsOf(names: readonly string[], room: number): number {
  // Plotly gives all entries of a horizontal legend that does not fit one row the width of the widest.
  const widths = names.map((name) => 46 + width(name, fontSize));
  const total = widths.reduce((a, b) => a + b, 0);
  return total <= room ? 1 : Math.ceil(names.length / Math.max(1, Math.floor(room / Math.max(...widths))));
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
export function legendAbovePanel(names: readonly string[], room: number): LegendPlace {
  if (names.length === 0) return { legend: {}, height: 0 };
  const row = rowsOf(names, room) === 1;
  return {
    legend: { orientation: row ? "h" : "v", ...corner },
    height: (row ? 1 : names.length) * rowHeight + 6,
  };
}

const corner = { x: 0, xanchor: "left", y: 1, yanchor: "bottom", tracegroupgap: 0 };

/** A title in lines that fit a whole figure; Plotly would cut it off. */
export function titleLines(title: string): string[] {
  const lines = [""];
  // A number and its per cent sign stay together.
  for (const word of title.split(/ (?!%)/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && width(longer, titleSize) > 600) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Room above a title of so many lines; Plotly raises one of several by half a line. */
export const titlePad = (lines: number): { t: number } => ({ t: lines > 1 ? 24 : 12 });

/** The part of a layout that holds title, note and legend. */
export function headroom(
  title: string,
  note: string | undefined,
  names: readonly string[],
): Record<string, unknown> {
  const { legend, height } = legendAbove(names);
  const lines = titleLines(title);
  const more = lines.length - 1;
  const small = note ? [`<span style="font-size:${fontSize}px">${note}</span>`] : [];
  return {
    title: { text: [...lines, ...small].join("<br>"), pad: titlePad(lines.length + small.length) },
    margin: { t: 42 + 20 * more + 18 * small.length + height },
    showlegend: names.length > 0,
    legend,
  };
}
