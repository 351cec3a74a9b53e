/**
 * Measurements shared by the layouts of charts and of panels: the parts of a figure, the height of its title, and the space
 * that legends and axis titles need.
 */
import { lineWidth, type Measure, rewrapped, wrap } from "./wrap.js";

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A part of the paper, from 0 to 1. */
export type Interval = readonly [number, number];

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

export const [titleSize, headingSize, textSize] = [16, 14, 13];
export const rowHeight = 20;
export const edge = 12; // px between text and the edge of the figure
export const below = 60; // px: ticks and title of an x axis
export const leastColumn = 236;

/** A title and its note in lines, and how high they are. */
export function titleOf({ title = "", note }: Fit, { width, measure, toolbar = 0 }: FitOptions) {
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
export function namesIn(data: readonly unknown[], { showlegend }: Json): string[] {
  const named = (data as Json[]).filter(
    ({ name, showlegend: own }) => typeof name === "string" && own !== false,
  );
  if (showlegend === false || (showlegend === undefined && named.length < 2)) return [];
  return named.map(({ name }) => String(name));
}

/** The room that a legend takes for a name: Plotly's line of 40 pixels before it, and a gap after it. */
export const entryWidth = (name: string, measure: Measure) => 46 + lineWidth(name, textSize, measure);

/** How many rows of entries Plotly makes in a width: all of the width of the widest, unless one row holds them. */
export function rowsOf(widths: readonly number[], room: number): number {
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total < room) return 1;
  return Math.ceil(widths.length / Math.max(1, Math.floor((room - 1) / Math.max(...widths))));
}

/** Below this width, as on a phone, margins are smaller and powers of ten have fewer ticks. */
export const phone = 480;

/** What the label of a power of ten needs beside the next; with less Plotly turns the labels, and they overlap. */
const powerWidth = 48;

/** The axes with their titles in lines that fit, and how much room these take below the plot beyond that of one line. */
export function axisTitles(
  layout: Json,
  names: readonly string[],
  room: { width: number; height: number },
  { width, measure }: Pick<FitOptions, "width" | "measure">,
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
    const most = Math.max(3, Math.floor(room.width / powerWidth));
    const crowded = letter === "x" && width < phone && axis.type === "log" && (axis.nticks as number) > most;
    axes[name] = { ...axis, title: { ...title, text }, ...(crowded && { nticks: most }) };
    if (letter === "x") more = Math.max(more, 18 * (text.split(/<br/).length - 1));
  }
  return { axes, more };
}

export const barWidth = (data: readonly unknown[]) => (data.some(drawsColourBar) ? 72 : 0);

/** Whether a trace has a colour bar at its right. */
export const drawsColourBar = (trace: unknown): boolean => {
  const { type, showscale } = trace as Json;
  return (type === "heatmap" || type === "contour" || type === "histogram2d") && showscale !== false;
};

/** The height that a plane takes at most. */
export const highest = (plot: number) => 1.45 * plot;

export const aboveIt = { xanchor: "left", yanchor: "bottom", tracegroupgap: 0 };

export const withoutPlace = ({ x, y, xanchor, yanchor, orientation, ...rest }: Json): Json => rest;
