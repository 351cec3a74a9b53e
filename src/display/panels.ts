/**
 * Several charts side by side in one Plotly figure, so that they share one output, one image and one text.
 */

import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { plainTitle } from "./describe.js";
import { Figure, type Trace } from "./figure.js";
import type { Cell, Fit } from "./fit-parts.js";

/** How panels are laid out. */
export interface PanelsOptions {
  /** Panels in a row, where the page is wide enough; by default all of up to three, otherwise two. */
  columns?: number;
  /** A title above all. */
  title?: string;
  /** What the panels show, in words; by default the texts of the figures. */
  alt?: string;
}

type Attributes = Record<string, unknown>;

/**
 * Puts figures side by side, row by row; on a narrow page one below the other.
 *
 * @throws TypeError when an entry is no figure
 * @example
 * const one = heatMap({ title: "A", z: [[1]] });
 * const other = heatMap({ title: "B", z: [[2]] });
 * panels([one, other], { title: "Two" }) // → Two…A…B…
 */
export function panels(figures: readonly Figure[], options: PanelsOptions = {}): Figure {
  const { columns, title, alt } = optionsOf("panels", options, ["columns", "title", "alt"]);
  const stranger = figures.findIndex((one) => !(one instanceof Figure));
  if (stranger >= 0)
    throw new TypeError(
      `panels: entry ${stranger} is not a figure, got ${inspect(figures[stranger], { depth: 0 })}`,
    );
  const across = columns ?? (figures.length > 3 ? 2 : Math.max(1, figures.length));
  checkWhole("panels", { columns: across });

  const whole: Whole = {
    data: [],
    annotations: [],
    shapes: [],
    axes: {},
    next: { xaxis: 1, yaxis: 1, legend: 1 },
  };
  const cells = figures.map((figure) => added(whole, figure));
  const { data, annotations, shapes, axes } = whole;
  const text = [...(title ? [plainTitle(title)] : []), ...figures.map((figure) => figure.alt)].join("\n\n");
  return new Figure({
    data,
    layout: { ...axes, showlegend: true, annotations, shapes },
    fit: { ...(title && { title }), columns: across, cells },
    alt: alt ?? (text || "No panels"),
    imageSize: { width: across > 1 && figures.length > 1 ? 980 : 700 },
  });
}

/** What the parts of a figure of panels are collected in. */
interface Whole {
  data: Trace[];
  annotations: Attributes[];
  shapes: Attributes[];
  /** Axes and legends. */
  axes: Attributes;
  next: { xaxis: number; yaxis: number; legend: number };
}

/** Adds the parts of a figure under names that are still free. */
function added(whole: Whole, { data, layout, fit }: Figure): Cell {
  const { next, axes } = whole;
  const names = renamed(layout, data, next);
  const list = (key: string) => (layout[key] as Attributes[] | undefined) ?? [];
  const from = {
    data: whole.data.length,
    annotations: whole.annotations.length,
    shapes: whole.shapes.length,
  };
  const legendShown = layout.showlegend !== false;
  for (const [key, value] of Object.entries(layout)) {
    if (/^[xy]axis\d*$/.test(key)) axes[names.get(key)!] = movedAxis(key, value as Attributes, names);
    else if (names.has(key)) axes[names.get(key)!] = value;
  }
  whole.data.push(...data.map((trace) => movedTrace(trace, names, legendShown, from.data)));
  whole.annotations.push(...list("annotations").map((note) => movedNote(note, names)));
  whole.shapes.push(...list("shapes").map((shape) => movedNote(shape, names)));
  const title = (layout.title as { text?: string } | undefined)?.text;
  const own: Fit = fit ?? (title === undefined ? {} : { title });
  const legend = own.cells ? undefined : names.get("legend");
  const shift = (range: readonly [number, number], by: number) => [range[0] + by, range[1] + by] as const;
  const inside = (cells: readonly Cell[]): Cell[] =>
    cells.map(({ at, ...cell }) => ({
      ...cell,
      traces: shift(cell.traces, from.data),
      annotations: shift(cell.annotations, from.annotations),
      shapes: shift(cell.shapes, from.shapes),
      axes: cell.axes.map((name) => names.get(name)!),
      ...(cell.legend !== undefined && { legend: names.get(cell.legend)! }),
      ...(cell.heading !== undefined && { heading: cell.heading + from.annotations }),
      ...(cell.cells && { cells: inside(cell.cells) }),
    }));
  const cell: Cell = {
    ...own,
    traces: [from.data, whole.data.length],
    annotations: [from.annotations, whole.annotations.length],
    shapes: [from.shapes, whole.shapes.length],
    axes: own.cells ? [] : [...names].filter(([key]) => /^[xy]axis/.test(key)).map(([, name]) => name),
    ...(legend !== undefined && legendShown && { legend }),
    ...(own.cells && { cells: inside(own.cells) }),
  };
  if (own.title === undefined && own.note === undefined) return cell;
  whole.annotations.push({ ...heading, text: [own.title, own.note].filter(Boolean).join("<br>") });
  return { ...cell, heading: whole.annotations.length - 1 };
}

/** The title of a panel, above it and above its legend. */
const heading = {
  showarrow: false,
  xref: "paper",
  yref: "paper",
  xanchor: "left",
  yanchor: "bottom",
  align: "left",
  font: { size: 14 },
};

/** New names for the axes and legends of a figure: `xaxis` → `xaxis3`, and `x` → `x3` where traces name them. */
function renamed(layout: Attributes, data: readonly Trace[], next: Whole["next"]): Map<string, string> {
  const names = new Map<string, string>();
  const listed = data.filter(({ name, showlegend }) => name !== undefined && showlegend !== false);
  const legends = listed.map(({ legend = "legend" }) => String(legend));
  for (const key of new Set([...Object.keys(layout), ...legends])) {
    const kind = /^(xaxis|yaxis|legend)\d*$/.exec(key)?.[1] as keyof Whole["next"] | undefined;
    if (kind === undefined) continue;
    const number = next[kind]++;
    const suffix = number === 1 ? "" : String(number);
    names.set(key, kind + suffix);
    if (kind !== "legend") names.set(key.replace("axis", ""), kind[0] + suffix);
  }
  return names;
}

function movedAxis(key: string, axis: Attributes, names: Map<string, string>): Attributes {
  // Plotly's own choice of an anchor is the first axis of the whole figure.
  const moved: Attributes = { ...axis, anchor: axis.anchor ?? (key.startsWith("x") ? "y" : "x") };
  for (const key of ["anchor", "overlaying", "matches", "scaleanchor"]) {
    const name = names.get(moved[key] as string);
    if (name !== undefined) moved[key] = name;
  }
  return moved;
}

function movedTrace(trace: Trace, names: Map<string, string>, legendShown: boolean, panel: number): Trace {
  const moved: Attributes = { ...trace };
  if (names.has("x")) {
    moved.xaxis = names.get((trace.xaxis as string | undefined) ?? "x");
    moved.yaxis = names.get((trace.yaxis as string | undefined) ?? "y");
  }
  const legend = names.get((trace.legend as string | undefined) ?? "legend");
  if (legend !== undefined && legend !== "legend") moved.legend = legend;
  if (!legendShown) moved.showlegend = false;
  if (trace.legendgroup !== undefined) moved.legendgroup = `${panel} ${trace.legendgroup}`;
  return moved;
}

/** An annotation or a shape on the renamed axes. */
function movedNote(note: Attributes, names: Map<string, string>): Attributes {
  const moved: Attributes = { ...note };
  for (const side of ["x", "y"]) {
    const ref = (note[`${side}ref`] as string | undefined) ?? "paper";
    moved[`${side}ref`] = ref.replace(/^[xy]\d*/, (name) => names.get(name) ?? name);
  }
  return moved;
}
