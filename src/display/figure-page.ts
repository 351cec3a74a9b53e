/**
 * Figures on a page, outside JupyterLab: the scripts that make the figures of an exported page interactive
 * without a network.
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
 * The scripts that draw the figures of a page, by file name and in order: Plotly, and the renderer, which is that of JupyterLab's
 * extension. It fits figures to the width and colours of the page; printed figures are light and as wide as the paper.
 */
export function figureScripts(light: PageColours, dark: PageColours): Map<string, string> {
  const plotly = text(`${packageFolder("plotly.js-cartesian-dist-min")}/plotly-cartesian.min.js`);
  const renderer = text(new URL("../figure-page.js", import.meta.url));
  const [onLight, onDark] = [light, dark].map((colours) => JSON.stringify(themeOf(colours)));
  return new Map([
    ["plotly.js", plotly],
    ["figures.js", `${renderer}\nnablabFigures.drawFigures(${onLight}, ${onDark});`],
  ]);
}

function text(file: string | URL): string {
  const bytes = readFileSync(file);
  if (!bytes) throw new Error(`a part of nablab is missing; install its packages again; got ${file}`);
  return new TextDecoder().decode(bytes).replace(/<\/script/gi, "<\\/script");
}

/** The colours of a page as the renderer takes them. */
const themeOf = ({ ground, text, muted, grid, line }: PageColours) => ({
  background: ground,
  text,
  muted,
  grid,
  line,
  fontFamily: "Helvetica, Arial, sans-serif",
});
