/**
 * The theme's colours in the places that a figure left open.
 *
 * They go into the figure's template, which Plotly asks after the layout and before its own defaults, so
 * whatever the figure says itself, in its layout or its template, is what is drawn.
 */
import { type Figure, isObject, type Json } from "./figure.ts";
import type { Theme } from "./theme.ts";

/** Fills `figure`, which is changed. */
export function fillTheme(figure: Figure, theme: Theme): void {
  const layout = (figure.layout ??= {});
  const template = isObject(layout.template) ? layout.template : {};
  layout.template = merged({ layout: templateLayout(theme) }, template);
  // A figure without a ground of its own gets the page's, not none: Plotly reads it to choose colours that
  // stand out, and a picture saved from the page would else be white on nothing.
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

/** `over` laid on `under`, objects part by part. */
function merged(under: Json, over: Json): Json {
  const result: Json = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isObject(value) && isObject(below) ? merged(below, value) : value;
  }
  return result;
}
