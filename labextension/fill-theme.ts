/**
 * Applies the theme's colours where a figure sets none.
 *
 * They go into the figure's template, which Plotly consults after the layout and before its defaults, so colours that the
 * figure sets, in its layout or its template, take precedence.
 */
import { type Figure, isObject, type Json } from "./figure.ts";
import type { Theme } from "./theme.ts";

/** Applies the theme to `figure`, in place. */
export function fillTheme(figure: Figure, theme: Theme): void {
  if (isDark(theme.background)) darkenGround(figure);
  const layout = (figure.layout ??= {});
  const template = isObject(layout.template) ? layout.template : {};
  layout.template = merged({ layout: templateLayout(theme) }, template);
  // A figure without a background gets the page's instead of a transparent one: Plotly uses it to choose contrasting
  // colours, and an image saved from the page would otherwise be white on transparent.
  if (isTransparent(layout.paper_bgcolor)) layout.paper_bgcolor = theme.background;
}

function templateLayout({ background, text, muted, grid, line, fontFamily }: Theme): Json {
  const axis = { gridcolor: grid, zerolinecolor: line, linecolor: line, tickcolor: line };
  return {
    font: { color: text, family: fontFamily },
    paper_bgcolor: background,
    plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: axis,
    yaxis: axis,
    coloraxis: { colorbar: { outlinecolor: line } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: muted, activecolor: text },
    annotationdefaults: { arrowcolor: text },
    shapedefaults: { line: { color: text } },
  };
}

/**
 * Turns pale grounds dark: the level lines and surfaces that nablab draws under paths, which it marks with `meta: "ground"` and
 * shapes with `name: "ground"`. What was light at the minimum is as dark there as the page.
 */
function darkenGround({ data, layout }: Figure): void {
  for (const trace of data) {
    if (trace.meta !== "ground") continue;
    if (Array.isArray(trace.colorscale))
      trace.colorscale = trace.colorscale.map(([at, colour]) => [at, inverted(colour)]);
    const line = trace.line as Json | undefined;
    if (line) line.color = inverted(line.color);
  }
  for (const shape of (layout?.shapes ?? []) as Json[]) {
    if (shape.name !== "ground") continue;
    shape.fillcolor = inverted(shape.fillcolor);
    const line = shape.line as Json | undefined;
    if (line) line.color = inverted(line.color);
  }
}

/** The channels of `#rrggbb`, `rgb(…)` or `rgba(…)`, the last one the opacity. */
function channelsOf(colour: unknown): [number, number, number, number] | undefined {
  if (typeof colour !== "string") return undefined;
  const hex = /^#(..)(..)(..)$/.exec(colour)?.slice(1);
  const numbers = hex
    ? hex.map((part) => Number.parseInt(part, 16))
    : (colour.match(/[\d.]+/g) ?? []).map(Number);
  if (numbers.length < 3) return undefined;
  const [red, green, blue, alpha = 1] = numbers as [number, number, number, number?];
  return [red, green, blue, alpha];
}

/** A colour of the same hue, as dark as it was light, and somewhat lighter than black. */
function inverted(colour: unknown): unknown {
  const channels = channelsOf(colour);
  if (channels === undefined) return colour;
  const [red, green, blue, alpha] = channels;
  const sum = Math.max(red, green, blue) + Math.min(red, green, blue);
  const dark = [red, green, blue].map((channel) => Math.round(24 + (channel + 255 - sum) * 0.9));
  return `rgba(${dark.join(",")},${alpha})`;
}

const isDark = (background: string): boolean => {
  const [red = 255, green = 255, blue = 255] = channelsOf(background) ?? [];
  return 0.3 * red + 0.59 * green + 0.11 * blue < 110;
};

function isTransparent(colour: unknown): boolean {
  if (typeof colour !== "string") return false;
  const tight = colour.replace(/\s/g, "").toLowerCase();
  return tight === "transparent" || /^(rgba|hsla)\(.*,0(\.0*)?\)$/.test(tight);
}

/** Deep merge: `over` takes precedence over `under`. */
function merged(under: Json, over: Json): Json {
  const result: Json = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isObject(value) && isObject(below) ? merged(below, value) : value;
  }
  return result;
}
