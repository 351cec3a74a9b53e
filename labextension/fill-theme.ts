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
