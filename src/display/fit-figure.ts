/**
 * Lays a figure out for the width it has.
 *
 * Plotly makes room for ticks, but cuts long titles and lets title, legend and plot overlap. Here the lines of the title and of
 * its note, the rows of the legend, the height of the plot and the columns of panels follow from the width and from how wide
 * text is, by whatever measures it: the page that draws the figure, or a table of widths for a static picture. What is needed
 * for that travels with the figure, as `layout.meta.fit`.
 */
import { lineWidth, type Measure, rewrapped, wrap } from "./wrap.js";

/** A JSON object. */
type Json = Record<string, unknown>;

/** A part of the paper, from 0 to 1. */
type Interval = readonly [number, number];

/** What is to be laid out: one chart, or with `cells` several. */
export interface Fit {
  title?: string;
  /** A line under the title. */
  note?: string;
  /** The height of the plot, in pixels. */
  plot?: number;
  /** The width below which it is not drawn narrower, but scrolls. */
  least?: number;
  /** What is free at the left, the right and below the plot, in pixels, where it is not what axes need. */
  margin?: { l?: number; r?: number; b?: number };
  /** Of a plane with equal axes: its height as a part of its width. */
  aspect?: number;
  /** How many of the cells stand side by side, if there is room. */
  columns?: number;
  cells?: readonly Cell[];
}

/** One of several charts in a figure: which parts of the figure are its own. */
export interface Cell extends Fit {
  /** The indices of its first trace and after its last; likewise of its annotations and shapes. */
  traces: readonly [number, number];
  annotations: readonly [number, number];
  shapes: readonly [number, number];
  /** The index of the annotation that is its title. */
  heading?: number;
  /** The names of its axes and of its legend in the layout. */
  axes: readonly string[];
  legend?: string;
  /** Where on the paper it is: without this its places are from 0 to 1. */
  at?: { x: Interval; y: Interval };
}

/** A figure as JSON. */
export interface Fittable {
  data: readonly unknown[];
  layout?: Json;
}

/** What a figure is laid out for. */
export interface FitOptions {
  /** The width of the figure, in pixels. */
  width: number;
  measure: Measure;
  /** What the toolbar covers of the first line. */
  toolbar?: number;
  /** The heights of legends as they were drawn, by name, where these are known. */
  legends?: Readonly<Record<string, number>>;
}

const [titleSize, headingSize, textSize] = [16, 14, 13];
const rowHeight = 20;
const edge = 12; // px between text and the edge of the figure
const below = 60; // px: ticks and title of an x axis
const leastColumn = 236;

/** The width at which a figure is drawn in a place. */
export const drawnWidth = ({ layout }: Pick<Fittable, "layout">, place: number): number =>
  Math.max(place, (layout?.meta as { fit?: Fit } | undefined)?.fit?.least ?? 0);

/** The figure laid out for a width; the same figure where it says nothing about that. */
export function fitFigure<F extends Fittable>(figure: F, options: FitOptions): F {
  const fit = (figure.layout?.meta as { fit?: Fit } | undefined)?.fit;
  if (fit === undefined || !(options.width > 0)) return figure;
  return fit.cells ? fitPanels(figure, fit, options) : fitChart(figure, fit, options);
}

/** A title and its note in lines, and how high they are. */
function titleOf({ title = "", note }: Fit, { width, measure, toolbar = 0 }: FitOptions) {
  const room = width - 2 * edge;
  const lines = title ? wrap(title, titleSize, room, measure, room - toolbar) : [];
  const small = note ? wrap(note, textSize, room, measure, lines.length > 0 ? room : room - toolbar) : [];
  const count = lines.length + small.length;
  const text = [...lines, ...small.map((line) => `<span style="font-size:${textSize}px">${line}</span>`)];
  return {
    title: count > 0 && {
      text: text.join("<br>"),
      x: 0,
      xref: "container",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      // Plotly raises a title of several lines by half a line.
      pad: { t: count > 1 ? 24 : 12, l: edge },
      font: { size: titleSize },
    },
    height: count === 0 ? 12 : 16 + 21 * lines.length + 21 * small.length,
  };
}

/** The names that a legend lists. */
function namesIn(data: readonly unknown[], { showlegend }: Json): string[] {
  const named = (data as Json[]).filter(
    ({ name, showlegend: own }) => typeof name === "string" && own !== false,
  );
  if (showlegend === false || (showlegend === undefined && named.length < 2)) return [];
  return named.map(({ name }) => String(name));
}

/** The room that a legend takes for a name: Plotly's line of 40 pixels before it, and a gap after it. */
const entryWidth = (name: string, measure: Measure) => 46 + lineWidth(name, textSize, measure);

/** How many rows of entries Plotly makes in a width: all of the width of the widest, unless one row holds them. */
function rowsOf(widths: readonly number[], room: number): number {
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total < room) return 1;
  return Math.ceil(widths.length / Math.max(1, Math.floor((room - 1) / Math.max(...widths))));
}

/** The axes with their titles in lines that fit, and how much room these take below the plot beyond that of one line. */
function axisTitles(
  layout: Json,
  names: readonly string[],
  room: { width: number; height: number },
  measure: Measure,
): { axes: Json; more: number } {
  const axes: Json = {};
  let more = 0;
  for (const name of names) {
    const letter = /^([xy])axis\d*$/.exec(name)?.[1];
    if (letter === undefined) continue;
    const axis = layout[name] as Json;
    const title = axis.title as { text?: string; font?: { size?: number } } | undefined;
    if (!title?.text || title.text.includes("$")) continue;
    const text = rewrapped(
      title.text,
      title.font?.size ?? 14,
      letter === "x" ? room.width : room.height,
      measure,
    );
    axes[name] = { ...axis, title: { ...title, text } };
    if (letter === "x") more = Math.max(more, 18 * (text.split(/<br/).length - 1));
  }
  return { axes, more };
}

const barWidth = (data: readonly unknown[]) => (data.some(drawsColourBar) ? 72 : 0);

/** Whether a trace has a colour bar at its right. */
export const drawsColourBar = (trace: unknown): boolean => {
  const { type, showscale } = trace as Json;
  return (type === "heatmap" || type === "contour" || type === "histogram2d") && showscale !== false;
};

function fitChart<F extends Fittable>(figure: F, fit: Fit, options: FitOptions): F {
  const { width, measure } = options;
  const layout = figure.layout!;
  const narrow = width < 480;
  const { l = 64, r = 32, b = below } = fit.margin ?? {};
  const margin = { l: narrow ? Math.min(l, 52) : l, r: narrow ? Math.min(r, 12) : r };
  const bar = barWidth(figure.data);
  const { plot = 318, aspect } = fit;
  const room = width - margin.l - margin.r - bar;
  const inside = aspect ? Math.min(room, highest(plot) / aspect) : room;
  const { title, height: head } = titleOf(fit, options);
  const names = namesIn(figure.data, layout);
  const widths = names.map((name) => entryWidth(name, measure));
  const rows = names.length > 0 ? rowsOf(widths, inside) : 0;
  // A long legend stands beside the plot, if that leaves most of the width to it and is not higher than it.
  const beside =
    rows > 3 && Math.max(...widths) < 0.36 * width && names.length * rowHeight + 12 <= plot && !aspect;
  const legend = (layout.legend ?? {}) as Json;
  const above = beside || rows === 0 ? 0 : (options.legends?.legend ?? rows * rowHeight + 6);
  const high = aspect ? Math.round(aspect * inside) : plot;
  const top = head + above + (rows > 0 && !beside ? 4 : 8);
  const { axes, more } = axisTitles(layout, Object.keys(layout), { width: inside, height: high }, measure);
  const bottom = b + more;
  return {
    ...figure,
    layout: {
      ...layout,
      ...(title && { title }),
      ...axes,
      height: top + high + bottom,
      margin: { ...margin, r: margin.r + room - inside, t: top, b: bottom },
      ...(rows > 0 && {
        legend: beside
          ? { ...withoutPlace(legend), x: 1.02, y: 1 }
          : { ...withoutPlace(legend), ...aboveIt, orientation: "h", x: 0, y: 1 },
      }),
    },
  };
}

/** The height that a plane takes at most. */
const highest = (plot: number) => 1.45 * plot;

const aboveIt = { xanchor: "left", yanchor: "bottom", tracegroupgap: 0 };

const withoutPlace = ({ x, y, xanchor, yanchor, orientation, ...rest }: Json): Json => rest;

// Panels

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The parts of a figure that are laid out, as copies. */
interface Parts {
  layout: Json;
  data: Json[];
  annotations: Json[];
  shapes: Json[];
  options: FitOptions;
  /** For the heading of a group of charts its first chart. */
  groups: Map<number, Cell>;
}

/** Something that takes a height at some width: a chart, or a group of charts. */
interface Block {
  cell: Cell;
  /** What stands above the plot. */
  head: number;
  height: number;
  /** Puts it at a place, its head as high as those beside it. */
  place(x: number, y: number, head: number): void;
}

function fitPanels<F extends Fittable>(figure: F, fit: Fit, options: FitOptions): F {
  const { width } = options;
  const narrow = width < 480;
  const { layout, data } = figure as unknown as { layout: Json; data: Json[] };
  const parts: Parts = {
    options,
    groups: new Map(),
    layout: { ...layout },
    data: [...data],
    annotations: [...((layout.annotations ?? []) as Json[])],
    shapes: [...((layout.shapes ?? []) as Json[])],
  };
  const margin = { l: narrow ? 52 : 64, r: narrow ? 12 : 32 };
  const { title, height: titleHeight } = titleOf(fit, options);
  const cells = fit.cells!;
  const boxes: [Cell, Box][] = [];
  // The last column's colour bar needs room at the right of the paper.
  const bar = cells.some(({ traces }) => data.slice(...traces).some(drawsColourBar)) ? 72 : 0;
  const paperWidth = width - margin.l - margin.r - bar;
  const height = rowsHeight(parts, fit, { x: 0, width: paperWidth }, titleHeight, boxes, margin.l);
  const top = Math.min(...boxes.map(([, { y }]) => y));
  const bottom = height - Math.max(...boxes.map(([, box]) => box.y + box.height));
  const paper = { width: paperWidth, height: height - bottom - top };
  const place = (from: number, size: number, whole: number): Interval => [
    from / whole,
    Math.min(1, (from + size) / whole),
  ];
  const placed = new Map<Cell, NonNullable<Cell["at"]>>();
  for (const [cell, box] of boxes) {
    const x = place(box.x, box.width, paper.width);
    const [above, under] = [(box.y - top) / paper.height, (box.y + box.height - top) / paper.height];
    const at = { x, y: [Math.max(0, 1 - under), 1 - above] as const };
    placed.set(cell, at);
    move(parts, cell, at, paper);
  }
  for (const [heading, first] of parts.groups) {
    const { x, y } = placed.get(first)!;
    parts.annotations[heading] = { ...parts.annotations[heading], x: x[0], y: y[1] };
  }
  const moved = (all: readonly Cell[]): Cell[] =>
    all.map((cell) => {
      const at = placed.get(cell);
      return { ...cell, ...(at && { at }), ...(cell.cells && { cells: moved(cell.cells) }) };
    });
  return {
    ...figure,
    data: parts.data,
    layout: {
      ...parts.layout,
      ...(title && { title }),
      height,
      margin: { l: margin.l, r: margin.r + bar, t: top, b: bottom },
      annotations: parts.annotations,
      shapes: parts.shapes,
      meta: { ...(layout.meta as Json), fit: { ...fit, cells: moved(cells) } },
    },
  };
}

/** Lays cells out in rows from `y` on, and returns where the last row ends. */
function rowsHeight(
  parts: Parts,
  { cells = [], columns = 1 }: Fit,
  { x, width }: { x: number; width: number },
  y: number,
  boxes: [Cell, Box][],
  left: number,
): number {
  const bars = cells.some(({ traces }) => parts.data.slice(...traces).some(drawsColourBar));
  const gap = (bars ? 138 : 82) - (left < 60 ? 10 : 0);
  const most = Math.max(1, Math.floor((width + gap) / (leastColumn + gap)));
  const across = Math.min(columns, most);
  let end = y;
  for (let i = 0; i < cells.length; i += across) {
    const row = cells.slice(i, i + across);
    // The last row takes the whole width, too.
    const column = (width - gap * (row.length - 1)) / row.length;
    const blocks = row.map((cell) => blockOf(parts, cell, column, boxes, left));
    const head = Math.max(...blocks.map((block) => (block.cell.cells ? 0 : block.head)));
    const rowEnd = Math.max(
      ...blocks.map((block) => end + block.height + (block.cell.cells ? 0 : head - block.head)),
    );
    blocks.forEach((block, j) => {
      block.place(x + j * (column + gap), end, head);
    });
    end = rowEnd;
  }
  return end;
}

function blockOf(parts: Parts, cell: Cell, width: number, boxes: [Cell, Box][], left: number): Block {
  const { measure } = parts.options;
  const lines = cell.title ? wrap(cell.title, headingSize, width, measure) : [];
  const small = cell.note ? wrap(cell.note, textSize - 1, width, measure) : [];
  const heading = 19 * lines.length + 17 * small.length;
  const text = [
    ...lines,
    ...small.map((line) => `<span style="font-size:${textSize - 1}px">${line}</span>`),
  ].join("<br>");
  const write = (annotation: Json) => {
    if (cell.heading === undefined) return;
    parts.annotations[cell.heading] = { ...parts.annotations[cell.heading], text, ...annotation };
  };
  if (cell.cells) {
    const head = heading + (heading > 0 ? 12 : 0);
    const height = head + rowsHeight(parts, cell, { x: 0, width }, 0, [], left);
    const place = (x: number, y: number) => {
      const before = boxes.length;
      rowsHeight(parts, cell, { x, width }, y + head, boxes, left);
      const first = boxes[before];
      if (first === undefined || cell.heading === undefined) return;
      parts.groups.set(cell.heading, first[0]);
      write({ yshift: first[1].y - y - heading });
    };
    return { cell, head, height, place };
  }
  const names = namesIn(parts.data.slice(...cell.traces), { showlegend: cell.legend !== undefined });
  const widths = names.map((name) => entryWidth(name, measure));
  // Plotly breaks the rows of any legend at the width of the whole figure: here one row, or one column.
  const row = rowsOf(widths, width) === 1;
  const known = cell.legend === undefined ? undefined : parts.options.legends?.[cell.legend];
  const legend = names.length === 0 ? 0 : (known ?? (row ? 1 : names.length) * rowHeight + 6);
  const { plot = 290, aspect } = cell;
  const inside = aspect ? Math.min(width, highest(plot) / aspect) : width;
  const body = aspect ? Math.round(aspect * inside) : plot;
  const head = heading + legend + 6;
  const { axes, more } = axisTitles(parts.layout, cell.axes, { width: inside, height: body }, measure);
  const place = (x: number, y: number, rowHead: number) => {
    boxes.push([cell, { x, y: y + rowHead, width: inside, height: body }]);
    Object.assign(parts.layout, axes);
    write({ yshift: legend + 2 });
    if (cell.legend) {
      const own = withoutPlace((parts.layout[cell.legend] ?? {}) as Json);
      parts.layout[cell.legend] = { ...own, ...aboveIt, orientation: row ? "h" : "v" };
    }
  };
  return { cell, head, height: head + body + below + more, place };
}

/** Moves what belongs to a cell to its new place on the paper. */
function move(parts: Parts, cell: Cell, at: NonNullable<Cell["at"]>, paper: { width: number }): void {
  const { layout, data, annotations, shapes } = parts;
  const old = cell.at ?? { x: [0, 1], y: [0, 1] };
  const map = (side: "x" | "y", value: number) => {
    const [[from, to], [newFrom, newTo]] = [old[side], at[side]];
    return newFrom + ((value - from) / (to - from)) * (newTo - newFrom);
  };
  const interval = (side: "x" | "y", given: unknown): Interval => {
    const [from, to] = (given ?? old[side]) as Interval;
    return [map(side, from), map(side, to)];
  };
  for (const name of cell.axes) {
    const axis = layout[name] as Json;
    layout[name] = { ...axis, domain: interval(name.startsWith("x") ? "x" : "y", axis.domain) };
  }
  if (cell.legend) layout[cell.legend] = { ...(layout[cell.legend] as Json), x: at.x[0], y: at.y[1] };
  for (let i = cell.traces[0]; i < cell.traces[1]; i++) {
    const trace = data[i]!;
    const domain = trace.domain as { x?: Interval; y?: Interval } | undefined;
    if (drawsColourBar(trace)) {
      const bar = { thickness: 14, ...(trace.colorbar as Json | undefined) };
      const [y, len] = [(at.y[0] + at.y[1]) / 2, at.y[1] - at.y[0]];
      data[i] = { ...trace, colorbar: { ...bar, x: at.x[1] + 6 / paper.width, y, len } };
    }
    if (domain !== undefined || trace.type === "pie")
      data[i] = { ...data[i], domain: { x: interval("x", domain?.x), y: interval("y", domain?.y) } };
  }
  const onPaper = (list: Json[], [from, to]: readonly [number, number]) => {
    for (let i = from; i < to; i++) {
      const one: Json = { ...list[i] };
      for (const side of ["x", "y"] as const) {
        for (const key of [side, `${side}0`, `${side}1`]) {
          if ((one[`${side}ref`] ?? "paper") === "paper" && typeof one[key] === "number")
            one[key] = map(side, one[key]);
        }
      }
      list[i] = one;
    }
  };
  onPaper(annotations, cell.annotations);
  onPaper(shapes, cell.shapes);
  if (cell.heading !== undefined)
    annotations[cell.heading] = { ...annotations[cell.heading], x: at.x[0], y: at.y[1] };
}
