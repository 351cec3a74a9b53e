/**
 * Several charts side by side in one Plotly figure, so that they share one output, one image and one text.
 */

import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import { plainTitle } from "./describe.js";
import { Figure, type Trace } from "./figure.js";
import { type LegendPlace, legendAbovePanel, titleLines, titlePad } from "./headroom.js";

/** How panels are laid out. */
export interface PanelsOptions {
  /** Panels in a row. */
  columns?: number;
  /** A title above all. */
  title?: string;
  /** What the panels show, in words; by default the texts of the figures. */
  alt?: string;
}

type Attributes = Record<string, unknown>;
type Interval = readonly [number, number];

/**
 * Puts figures side by side, row by row.
 *
 * @throws TypeError when an entry is no figure
 * @example
 * const one = heatMap({ title: "A", z: [[1]] });
 * const other = heatMap({ title: "B", z: [[2]] });
 * panels([one, other], { title: "Two" }) // → Two…A…B…
 */
export function panels(figures: readonly Figure[], { columns, title, alt }: PanelsOptions = {}): Figure {
  const stranger = figures.findIndex((one) => !(one instanceof Figure));
  if (stranger >= 0)
    throw new TypeError(
      `panels: entry ${stranger} is no figure, got ${inspect(figures[stranger], { depth: 0 })}`,
    );
  const across = columns ?? Math.min(2, Math.max(1, figures.length));
  checkWhole("panels", { columns: across });

  const rows = rowsOf(figures, across);
  const lines = title ? titleLines(title) : [];
  const top = (title ? 14 + 20 * lines.length : 8) + (rows[0]?.head ?? 0);
  const heights = rows.map((_, i) => plotHeight + (i === 0 ? 0 : rows[i]!.head + gapBelow));
  const paper = heights.reduce((a, b) => a + b, 0);

  const data: Trace[] = [];
  const annotations: unknown[] = [];
  const shapes: unknown[] = [];
  const margin = { t: top, b: 60 };
  const layout: Attributes = {
    height: top + paper + margin.b,
    margin,
    showlegend: true,
    annotations,
    shapes,
  };
  if (title) layout.title = { text: lines.join("<br>"), pad: titlePad(lines.length) };
  const next = { xaxis: 1, yaxis: 1, legend: 1 };

  let above = 0;
  figures.forEach((figure, i) => {
    const row = Math.floor(i / across);
    if (i % across === 0 && i > 0) above += heights[row - 1]!;
    const from = above + heights[row]! - plotHeight;
    const cell = {
      x: columnOf(i % across, across, figures),
      y: [1 - (from + plotHeight) / paper, 1 - from / paper] as const,
    };
    const names = renumber(figure, next);
    for (const [key, value] of Object.entries(figure.layout)) {
      if (/^xaxis\d*$/.test(key))
        layout[names.get(key)!] = movedAxis(value as Attributes, cell.x, "y", names);
      else if (/^yaxis\d*$/.test(key))
        layout[names.get(key)!] = movedAxis(value as Attributes, cell.y, "x", names);
      else if (/^legend\d*$/.test(key)) {
        const own = key === "legend" && !isPanels(figure) ? legendOf(figure, across).legend : {};
        layout[names.get(key)!] = movedBox({ ...(value as Attributes), ...own }, cell);
      }
    }
    const legendShown = figure.layout.showlegend !== false;
    for (const trace of figure.data) data.push(movedTrace(trace, cell, names, legendShown, i));
    for (const [key, list] of Object.entries({ annotations, shapes })) {
      for (const one of (figure.layout[key] as Attributes[] | undefined) ?? [])
        list.push(movedNote(one, cell, names));
    }
    const heading = headingText(figure);
    if (heading) annotations.push(headingOf(heading, cell, legendOf(figure, across).height));
  });

  const text = [...(title ? [plainTitle(title)] : []), ...figures.map((figure) => figure.alt)].join("\n\n");
  return new Figure({
    data,
    layout,
    alt: alt ?? (text || "No panels"),
    imageSize: { width: across > 1 ? 980 : 700 },
  });
}

interface Cell {
  x: Interval;
  y: Interval;
}

const plotHeight = 290; // pixels
const gapBelow = 64; // for the ticks and the title of an x axis

const headingText = (figure: Figure) => (figure.layout.title as { text?: string } | undefined)?.text;

/** Whether a figure is made of panels, whose legends are placed already. */
const isPanels = (figure: Figure) => "legend2" in figure.layout || "xaxis2" in figure.layout;

/** The place of a panel's legend. */
function legendOf(figure: Figure, across: number): LegendPlace {
  const named = figure.data.filter(({ name, showlegend }) => name !== undefined && showlegend !== false);
  const names = figure.layout.showlegend === false ? [] : named.map(({ name }) => String(name));
  return legendAbovePanel(names, 690 / across - 45); // 690 pixels: the part of a slide that a figure has
}

/** For each row of panels the height of the highest head, heading and legend, among them. */
function rowsOf(figures: readonly Figure[], across: number): { head: number }[] {
  const rows: { head: number }[] = [];
  for (let i = 0; i < figures.length; i += across) {
    const heads = figures.slice(i, i + across).map((figure) => {
      const heading = headingText(figure);
      return legendOf(figure, across).height + (heading ? 24 + 18 * (heading.split("<br>").length - 1) : 0);
    });
    rows.push({ head: Math.max(...heads) });
  }
  return rows;
}

/** The part of the paper's width that a column gets, with room between columns for ticks, titles and colour bars. */
function columnOf(column: number, across: number, figures: readonly Figure[]): Interval {
  const bars = figures.some((figure, i) => i % across < across - 1 && figure.data.some(drawsColourBar));
  const gap = (bars ? 0.19 : 0.12) / Math.max(1, (across - 1) / 1.5);
  const size = (1 - gap * (across - 1)) / across;
  return [column * (size + gap), column * (size + gap) + size];
}

const within = ([from, to]: Interval, share: number) => from + (to - from) * share;

/** New names for the axes and legends of a figure: `xaxis` → `xaxis3`, and `x` → `x3` where traces name them. */
function renumber(
  figure: Figure,
  next: { xaxis: number; yaxis: number; legend: number },
): Map<string, string> {
  const names = new Map<string, string>();
  for (const key of Object.keys(figure.layout)) {
    const kind = /^(xaxis|yaxis|legend)\d*$/.exec(key)?.[1] as keyof typeof next | undefined;
    if (kind === undefined) continue;
    const number = next[kind]++;
    const suffix = number === 1 ? "" : String(number);
    names.set(key, kind + suffix);
    if (kind !== "legend") names.set(key.replace("axis", ""), kind[0] + suffix);
  }
  return names;
}

function movedAxis(
  axis: Attributes,
  side: Interval,
  other: "x" | "y",
  names: Map<string, string>,
): Attributes {
  const [from, to] = (axis.domain as Interval | undefined) ?? [0, 1];
  // Plotly's own choice of an anchor is the first axis of the whole figure.
  const moved: Attributes = {
    ...axis,
    domain: [within(side, from), within(side, to)],
    anchor: axis.anchor ?? other,
  };
  for (const key of ["anchor", "overlaying", "matches", "scaleanchor"]) {
    const name = names.get(moved[key] as string);
    if (name !== undefined) moved[key] = name;
  }
  return moved;
}

/** A legend, or another box placed on the paper by x and y, within the cell. */
function movedBox(box: Attributes, { x, y }: Cell): Attributes {
  const moved: Attributes = { ...box };
  if (box.xref !== "container") moved.x = within(x, (box.x as number | undefined) ?? 1.02);
  if (box.yref !== "container") moved.y = within(y, (box.y as number | undefined) ?? 1);
  return moved;
}

function movedTrace(
  trace: Trace,
  cell: Cell,
  names: Map<string, string>,
  legendShown: boolean,
  panel: number,
): Trace {
  const moved: Attributes = { ...trace };
  if (names.has("x")) {
    moved.xaxis = names.get((trace.xaxis as string | undefined) ?? "x");
    moved.yaxis = names.get((trace.yaxis as string | undefined) ?? "y");
  }
  const legend = names.get((trace.legend as string | undefined) ?? "legend");
  if (legend !== undefined && legend !== "legend") moved.legend = legend;
  if (!legendShown) moved.showlegend = false;
  if (trace.legendgroup !== undefined) moved.legendgroup = `${panel} ${trace.legendgroup}`;
  if (drawsColourBar(trace)) {
    const bar = (trace.colorbar as Attributes | undefined) ?? {};
    const width = cell.x[1] - cell.x[0];
    moved.colorbar = {
      ...bar,
      x: cell.x[1] + 0.01 * width,
      y: within(cell.y, (bar.y as number | undefined) ?? 0.5),
      len: (cell.y[1] - cell.y[0]) * ((bar.len as number | undefined) ?? 1),
      thickness: bar.thickness ?? 14,
    };
  }
  const domain = trace.domain as { x?: Interval; y?: Interval } | undefined;
  if (domain !== undefined || trace.type === "pie") {
    const side = (own: Interval | undefined, place: Interval) => [
      within(place, own?.[0] ?? 0),
      within(place, own?.[1] ?? 1),
    ];
    moved.domain = { ...domain, x: side(domain?.x, cell.x), y: side(domain?.y, cell.y) };
  }
  return moved;
}

const drawsColourBar = ({ type, showscale }: Trace) =>
  (type === "heatmap" || type === "contour" || type === "histogram2d") && showscale !== false;

/** An annotation or a shape, with its places on the paper within the cell and its axes renamed. */
function movedNote(note: Attributes, { x, y }: Cell, names: Map<string, string>): Attributes {
  const moved: Attributes = { ...note };
  for (const [letter, side] of [
    ["x", x],
    ["y", y],
  ] as const) {
    const ref = (note[`${letter}ref`] as string | undefined) ?? "paper";
    for (const key of [letter, `${letter}0`, `${letter}1`]) {
      if (ref === "paper" && typeof note[key] === "number") moved[key] = within(side, note[key]);
    }
    moved[`${letter}ref`] = ref.replace(/^[xy]\d*/, (name) => names.get(name) ?? name);
  }
  return moved;
}

/** The title of a panel, above it and above its legend. */
function headingOf(text: string, { x, y }: Cell, legend: number): Attributes {
  return {
    text,
    showarrow: false,
    xref: "paper",
    yref: "paper",
    x: x[0],
    xanchor: "left",
    y: y[1],
    yanchor: "bottom",
    yshift: legend + 2,
    align: "left",
    font: { size: 14 },
  };
}
