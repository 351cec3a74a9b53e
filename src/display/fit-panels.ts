/**
 * Lays several charts out for a width, in rows of as many as fit, groups of them under a heading.
 */
import {
  aboveIt,
  axisTitles,
  below,
  type Cell,
  drawsColourBar,
  entryWidth,
  type Fit,
  type FitOptions,
  type Fittable,
  headingSize,
  highest,
  type Interval,
  type Json,
  leastColumn,
  namesIn,
  phone,
  rowHeight,
  rowsOf,
  textSize,
  titleOf,
  withoutPlace,
} from "./fit-parts.js";
import { wrap } from "./wrap.js";

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

/** The figure laid out for a width. */
export function fitPanels<F extends Fittable>(figure: F, fit: Fit, options: FitOptions): F {
  const { width } = options;
  const narrow = width < phone;
  const { layout, data } = figure as unknown as { layout: Json; data: Json[] };
  const parts: Parts = {
    options,
    groups: new Map(),
    layout: { ...layout },
    data: [...data],
    annotations: [...((layout.annotations ?? []) as Json[])],
    shapes: [...((layout.shapes ?? []) as Json[])],
  };
  const margin = { l: narrow ? 52 : 64, r: narrow ? 20 : 32 };
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
  const { axes, more } = axisTitles(parts.layout, cell.axes, { width: inside, height: body }, parts.options);
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
