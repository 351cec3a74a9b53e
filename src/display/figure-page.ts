/**
 * Figures on a page of their own, away from JupyterLab: what an exported page needs so that its figures can be
 * zoomed and read off without a network.
 */
import { packageFolder, readFileSync } from "#platform";
import { escapeHtml } from "./escape-html.js";

/** The MIME type of a figure's JSON. */
export const figureMime = "application/vnd.plotly.v1+json";

/** Colours of a page, for its text as for its figures. */
export interface PageColours {
  ground: string;
  text: string;
  muted: string;
  grid: string;
  line: string;
}

/** What a figure shows, in words: its own, or the text of the same output. */
export function figureAlt(figure: unknown, plainText: unknown): string {
  const alt = (figure as { layout?: { meta?: { alt?: unknown } } } | null)?.layout?.meta?.alt;
  if (typeof alt === "string" && alt.trim() !== "") return alt;
  return typeof plainText === "string" && plainText.trim() !== "" ? plainText : "figure";
}

/**
 * The element of one figure: its JSON, and its static picture for readers without scripts.
 *
 * @param picture an `<img>` element
 */
export function figureElement(figure: unknown, alt: string, picture: string): string {
  // In a script element nothing is escaped, so nothing may look like its end.
  const json = JSON.stringify(figure).replace(/</g, "\\u003c");
  const height = Number((figure as { layout?: { height?: unknown } } | null)?.layout?.height) || 450;
  return (
    `<div class="figure"><div role="img" aria-label="${escapeHtml(alt)}" style="min-height:${height}px"></div>` +
    `<script type="application/json">${json}</script><noscript>${picture}</noscript></div>`
  );
}

/**
 * The scripts that draw the figures of a page, by file name and in order: Plotly, and a few lines that give figures the
 * colours of the page. For the printer they are light, and as wide as paper.
 */
export function figureScripts(light: PageColours, dark: PageColours): Map<string, string> {
  const file = `${packageFolder("plotly.js-cartesian-dist-min")}/plotly-cartesian.min.js`;
  const bytes = readFileSync(file);
  if (!bytes) throw new Error(`Plotly is missing; install nablab's packages again; got ${file}`);
  const plotly = new TextDecoder().decode(bytes);
  return new Map([
    ["plotly.js", plotly.replace(/<\/script/gi, "<\\/script")],
    ["figures.js", `(${drawFigures})(${JSON.stringify(light)}, ${JSON.stringify(dark)});`],
  ]);
}

// Runs in the reader's browser: as text, so it may use nothing from above.
const drawFigures = `function (light, dark) {
  var preferred = matchMedia("(prefers-color-scheme: dark)");
  var paper = 640;
  var shown = [];
  function themed(figure, colours) {
    var layout = figure.layout = figure.layout || {};
    var axis = { gridcolor: colours.grid, zerolinecolor: colours.line, linecolor: colours.line, tickcolor: colours.line };
    layout.template = layout.template || { layout: {
      font: { color: colours.text },
      xaxis: axis,
      yaxis: axis,
      coloraxis: { colorbar: { outlinecolor: colours.line } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colours.muted, activecolor: colours.text },
      annotationdefaults: { arrowcolor: colours.text },
      shapedefaults: { line: { color: colours.text } }
    } };
    layout.paper_bgcolor = colours.ground;
    return figure;
  }
  function draw(printing) {
    shown.forEach(function (each) {
      var figure = themed(JSON.parse(each.json), !printing && preferred.matches ? dark : light);
      // Where nothing hovers, the buttons would always lie over the title.
      var buttons = matchMedia("(hover: hover)").matches ? "hover" : false;
      figure.config = Object.assign({ displaylogo: false, displayModeBar: buttons }, figure.config, {
        responsive: true, showSendToCloud: false, plotlyServerURL: ""
      });
      if (printing) figure.layout.width = Math.min(paper, figure.layout.width || paper);
      Plotly.react(each.node, figure).catch(function (error) { each.node.textContent = String(error); });
    });
  }
  document.querySelectorAll(".figure").forEach(function (element) {
    shown.push({ node: element.firstElementChild, json: element.querySelector("script").textContent });
  });
  draw(false);
  preferred.addEventListener("change", function () { draw(false); });
  addEventListener("beforeprint", function () { draw(true); });
  addEventListener("afterprint", function () { draw(false); });
}`;
