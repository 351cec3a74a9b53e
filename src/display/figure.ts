/**
 * A Plotly figure that shows itself: as Plotly's JSON, which JupyterLab draws interactively;
 * as a static SVG, for GitHub and exports; and as text, which describes the picture.
 *
 * The figure has no background, no template and no text colour: the renderer chooses them
 * to fit its theme (the static image is on white). Nothing in it depends on chance or the clock, so
 * executing a notebook twice gives the same bytes.
 */

import { inspect } from "#platform";
import { optionsOf } from "../options/options-of.js";
import { type Displayable, displaySymbol, type MimeBundle } from "./bundle.js";
import { plainTitle } from "./describe.js";
import { encodePlain, encodeTraces } from "./encode-figure.js";
import { fitFigure } from "./fit-figure.js";
import type { Fit } from "./fit-parts.js";
import { printing } from "./host.js";
import { palette } from "./palette.js";
import { canDraw, omitsImage, staticImage } from "./static-image.js";
import { textWidth } from "./text-metrics.js";
import type { ImageSize, Layout, Trace } from "./trace.js";

export type { ImageSize, Layout, Trace };

/** The parts of a figure. */
export interface FigureOptions {
  /** The traces. Lists of numbers may be typed arrays. */
  data: readonly Trace[];
  /** The layout; what it leaves out comes from nablab's defaults. */
  layout?: Layout;
  /** What the figure shows, in words, with the numbers that matter: the text of the figure; by default its title. */
  alt?: string;
  /** Plotly's configuration (mode bar, zoom by wheel, …). */
  config?: Readonly<Record<string, unknown>>;
  /** The size of the static image; by default 700 pixels and the layout's height. */
  imageSize?: ImageSize;
}

/** For the charts of this library: what is laid out by the width of the page. */
interface ChartOptions extends FigureOptions {
  fit?: Fit;
}

/** A Plotly figure; made by {@link figure} and by the charts. */
export class Figure implements Displayable {
  /** The traces. */
  readonly data: readonly Trace[];
  /** The layout, defaults included, not yet laid out for a width. */
  readonly layout: Layout;
  /** What is laid out by the width of the page. */
  readonly fit: Fit | undefined;
  /** What the figure shows, in words. */
  readonly alt: string;
  /** Plotly's configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The size of the static image. */
  readonly imageSize: ImageSize;

  constructor({ data, layout = {}, alt, config = {}, imageSize = {}, fit }: ChartOptions) {
    if (!Array.isArray(data) || data.some((trace) => trace === null || typeof trace !== "object")) {
      throw new TypeError(`figure: data must be a list of traces, got ${inspect(data, { depth: 0 })}`);
    }
    const text = alt ?? plainTitle(titleOf(layout) ?? "");
    if (typeof text !== "string" || text.trim() === "") {
      throw new TypeError(
        `figure: alt, or the title, must say in words what the figure shows, got ${inspect(alt)}`,
      );
    }
    this.data = data;
    this.layout = withDefaults(layout, data);
    this.fit = fit ?? fitOf(layout);
    this.alt = text;
    this.config = config;
    this.imageSize = imageSize;
  }

  /**
   * The figure as plain JSON, as Plotly takes it: `{ data, layout, config? }`. It is laid out for some 700 pixels, two or more
   * panels for 980; nablab's renderer does that again for the width of the page.
   */
  toJSON(): { data: unknown[]; layout: Record<string, unknown>; config?: Record<string, unknown> } {
    const { width = 700 } = this.imageSize;
    const { data, layout } = this.fitted(width);
    const json = { data: encodeTraces(data as Trace[]), layout: encodePlain(layout) };
    return Object.keys(this.config).length > 0 ? { ...json, config: encodePlain(this.config) } : json;
  }

  /** Data and layout, laid out for a width. */
  fitted(width: number): { data: readonly unknown[]; layout: Record<string, unknown> } {
    const meta = { ...(this.layout.meta as object | undefined), ...(this.fit && { fit: this.fit }) };
    const layout = { ...this.layout, ...(Object.keys(meta).length > 0 && { meta }) };
    return fitFigure({ data: this.data, layout }, { width, measure: textWidth });
  }

  /**
   * The bundle without the static image, as a live chart sends it.
   *
   * @param live whether another version is to follow: if none does, the renderer says so
   */
  quickBundle({ live = false } = {}): MimeBundle {
    const json = this.toJSON();
    if (live) json.layout.meta = { ...(json.layout.meta as object | undefined), live };
    return { "application/vnd.plotly.v1+json": json, "text/plain": this.alt };
  }

  /**
   * The figure as an SVG picture on white.
   *
   * @throws Error when it cannot be drawn
   */
  toSvg(size: ImageSize = {}): Promise<string> {
    const { width = 700, height } = { ...this.imageSize, ...size };
    const { data, layout } = this.fitted(width);
    return staticImage(
      { data: data as Trace[], layout },
      { width, height: height ?? (layout.height as number | undefined) ?? 420 },
    );
  }

  /**
   * The whole bundle. If the static image cannot be drawn, the figure is shown without it and the text
   * says so: a missing picture on GitHub must not lose the cell's result.
   */
  async [displaySymbol](): Promise<MimeBundle> {
    if (!canDraw() || omitsImage()) return this.quickBundle();
    const { "application/vnd.plotly.v1+json": json, "text/plain": alt } = this.quickBundle();
    try {
      const svg = await this.toSvg();
      return { "application/vnd.plotly.v1+json": json, "image/svg+xml": svg, "text/plain": alt };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { "application/vnd.plotly.v1+json": json, "text/plain": `${alt}\n(no static image: ${reason})` };
    }
  }

  /** The text of the figure, for `console.log`. */
  [inspect.custom](): string {
    return printing(this, this.alt);
  }
}

/**
 * Any Plotly figure, shown in the notebook.
 *
 * @throws TypeError when `data` is no list of traces, or there is neither `alt` nor a title
 * @example
 * figure({ data: [{ type: "bar", x: ["a", "b"], y: [1, 2] }], alt: "Two bars: a 1, b 2" })
 * // Two bars: a 1, b 2
 */
export function figure(options: FigureOptions): Figure {
  optionsOf("figure", options, ["data", "layout", "alt", "config", "imageSize"]);
  return new Figure(options);
}

function titleOf({ title }: Layout): string | undefined {
  const text = typeof title === "string" ? title : (title as { text?: unknown } | undefined)?.text;
  return typeof text === "string" ? text : undefined;
}

/** How a figure of a user is laid out: its title and legend, unless it places them itself. */
function fitOf({ title, height, margin, legend, showlegend }: Layout): Fit | undefined {
  const text = titleOf({ title });
  const placed = [margin, legend, title].some(
    (part) =>
      part !== null &&
      typeof part === "object" &&
      ["t", "b", "x", "y", "orientation"].some((key) => key in part),
  );
  if (placed || (text === undefined && showlegend === undefined)) return undefined;
  return {
    ...(text !== undefined && { title: text }),
    ...(margin !== undefined && margin !== null && { margin }),
    ...(typeof height === "number" && { plot: Math.max(100, height - 102) }),
  };
}

const grid = "rgba(128,128,128,0.25)"; // seen on light and on dark ground
const strongGrid = "rgba(128,128,128,0.5)";

const layoutDefaults = {
  autosize: true,
  height: 420,
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  font: { family: "Helvetica, Arial, sans-serif", size: 13 },
  margin: { l: 64, r: 32, t: 44, b: 60 },
  hovermode: "closest",
  // As in heatMap(): distinguishable with any colour vision, and in greyscale.
  colorscale: { sequential: "Cividis", sequentialminus: "Cividis" },
  // The same value in each version of a live chart: zoom and hidden series survive an update.
  uirevision: "nablab",
};

const titleDefaults = {
  x: 0,
  xref: "paper",
  xanchor: "left",
  y: 1,
  yref: "container",
  yanchor: "top",
  pad: { t: 12 },
};

const axisDefaults = {
  automargin: true,
  gridcolor: grid,
  zerolinecolor: strongGrid,
  linecolor: strongGrid,
  ticks: "outside",
  tickcolor: strongGrid,
  exponentformat: "power",
  minexponent: 4, // 20,000, not 2×10⁴
};

// Traces without Cartesian axes (xaxis and yaxis).
const withoutAxes = new Set([
  "pie",
  "sankey",
  "table",
  "indicator",
  "treemap",
  "sunburst",
  "funnelarea",
  "icicle",
]);

function withDefaults(layout: Layout, data: readonly Trace[]): Layout {
  const axes = data.some(({ type }) => !withoutAxes.has(type as string)) ? { xaxis: {}, yaxis: {} } : {};
  const given: Record<string, unknown> = { ...axes, ...layout };
  const result: Record<string, unknown> = { ...layoutDefaults, colorway: [...palette], ...given };
  for (const key of ["font", "margin"] as const) {
    result[key] = { ...layoutDefaults[key], ...(given[key] as object | undefined) };
  }
  if (typeof given.title === "string") given.title = { text: given.title };
  const title = given.title as { font?: object } | undefined;
  if (title !== undefined) {
    result.title = { ...titleDefaults, ...title, font: { size: 16, ...title.font } };
  }
  for (const key of Object.keys(given)) {
    if (!/^[xy]axis\d*$/.test(key)) continue;
    const axis = given[key] as { title?: string | object };
    const name = typeof axis.title === "string" ? { text: axis.title } : axis.title;
    result[key] = {
      ...axisDefaults,
      ...axis,
      ...(name !== undefined && { title: { standoff: 8, font: { size: 14 }, ...name } }),
    };
  }
  return result;
}
