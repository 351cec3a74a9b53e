/**
 * Several charts side by side in one Plotly figure, so that they share one output, one image and one text.
 */
import { inspect } from "node:util";
import { plainTitle } from "./describe.js";
import { Figure, type Trace } from "./figure.js";

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
 * panels([lossChart, accuracyChart], { title: "Training" })
 */
export function panels(figures: readonly Figure[], { columns, title, alt }: PanelsOptions = {}): Figure {
  const stranger = figures.findIndex((one) => !(one instanceof Figure));
  if (stranger >= 0)
    throw new TypeError(
      `panels: entry ${stranger} is no figure, got ${inspect(figures[stranger], { depth: 0 })}`,
    );
  const across = columns ?? Math.min(2, Math.max(1, figures.length));
  if (!(Number.isInteger(across) && across > 0))
    throw new RangeError(`panels: columns must be a whole number above 0, got ${across}`);
  const down = Math.max(1, Math.ceil(figures.length / across));

  const data: Trace[] = [];
  const annotations: unknown[] = [];
  const shapes: unknown[] = [];
  const layout: Attributes = {
    height: title ? 40 + 380 * down : 20 + 380 * down,
    showlegend: true,
    annotations,
    shapes,
  };
  if (title) layout.title = { text: title, y: 1, yref: "container", yanchor: "top", pad: { t: 12 } };
  const next = { xaxis: 1, yaxis: 1, legend: 1 };

  figures.forEach((figure, i) => {
    const cell = cellOf(i, across, down);
    const names = renumber(figure, next);
    for (const [key, value] of Object.entries(figure.layout)) {
      if (/^[xy]axis\d*$/.test(key)) {
        layout[names.get(key)!] = key.startsWith("x")
          ? movedAxis(value as Attributes, cell.x, "y", names)
          : movedAxis(value as Attributes, cell.y, "x", names);
      } else if (/^legend\d*$/.test(key)) {
        layout[names.get(key)!] = movedBox(value as Attributes, cell);
      }
    }
    const legendShown = figure.layout.showlegend !== false;
    for (const trace of figure.data) data.push(movedTrace(trace, cell, names, legendShown, i));
    for (const [key, list] of Object.entries({ annotations, shapes })) {
      for (const one of (figure.layout[key] as Attributes[] | undefined) ?? [])
        list.push(movedNote(one, cell, names));
    }
    const heading = (figure.layout.title as { text?: string } | undefined)?.text;
    if (heading) annotations.push(headingOf(heading, cell));
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

/** The part of the paper that panel `i` gets, with room between panels for ticks, titles and legends. */
function cellOf(i: number, across: number, down: number): Cell {
  const place = (k: number, count: number, gap: number): Interval => {
    const size = (1 - gap * (count - 1)) / count;
    const from = k * (size + gap);
    return [from, from + size];
  };
  const x = place(i % across, across, 0.13 / Math.max(1, across - 1) ** 0.5);
  const [top, bottom] = place(Math.floor(i / across), down, 0.3 / down);
  return { x, y: [1 - bottom, 1 - top] };
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
function headingOf(text: string, { x, y }: Cell): Attributes {
  return {
    text,
    showarrow: false,
    xref: "paper",
    yref: "paper",
    x: x[0],
    xanchor: "left",
    y: y[1],
    yanchor: "bottom",
    yshift: 26,
    font: { size: 14 },
  };
}
