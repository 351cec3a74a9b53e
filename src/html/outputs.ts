/** What cells put out, as HTML: of each output its richest format, as JupyterLab chooses. */
import { base64 } from "#platform";
import { escapeHtml } from "../display/escape-html.js";
import { figureAlt, figureMime } from "../display/figure-page.js";
import { ansiToHtml } from "./ansi.js";
import { markdownToHtml } from "./markdown.js";
import { extractMaths, typeset } from "./maths.js";
import { sanitise } from "./sanitise.js";

type Json = Record<string, unknown>;

/** What one cell put out, as a notebook file holds it. */
export type CellOutput =
  | { output_type: "stream"; name: string; text: string }
  | { output_type: "display_data"; data: Json; metadata: Json }
  | { output_type: "execute_result"; data: Json; metadata: Json; execution_count: number | null }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** How a page shows pictures and figures. */
export interface Ways {
  /** A picture: the content is base64, or SVG. */
  picture(mime: string, content: string, alt: string): string;
  /** A figure of Plotly; `picture` is the element of its static picture. */
  figure(figure: unknown, alt: string, picture: string): string;
}

/** One output. */
export function outputToHtml(output: CellOutput, ways: Ways): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="${output.name === "stderr" ? "stderr" : "stdout"}">${ansiToHtml(output.text.replace(/\n$/, ""))}</pre>`;
    case "error":
      return `<pre class="error" role="alert">${ansiToHtml(output.traceback.join("\n"))}</pre>`;
    default:
      return bundleToHtml(output.data, ways);
  }
}

const pictures = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];

/** A MIME bundle. */
export function bundleToHtml(data: Json, ways: Ways): string {
  const text = (mime: string) => (data[mime] === undefined ? undefined : String(data[mime]));
  const plain = text("text/plain") ?? "";
  const [picture] = pictures.filter((mime) => data[mime] !== undefined);
  const img = (alt: string): string | undefined => picture && ways.picture(picture, text(picture)!, alt);
  if (data[figureMime] !== undefined) {
    const alt = figureAlt(data[figureMime], plain);
    return ways.figure(data[figureMime], alt, img(alt) ?? `<p>${escapeHtml(alt)}</p>`);
  }
  const html = text("text/html");
  if (html !== undefined) return `<div class="html">${sanitise(html)}</div>`;
  const markdown = text("text/markdown");
  if (markdown !== undefined) return `<div class="text">${markdownToHtml(markdown)}</div>`;
  const latex = text("text/latex");
  if (latex !== undefined) return `<div class="text">${latexToHtml(latex)}</div>`;
  return img(plain || "picture") ?? `<pre>${ansiToHtml(plain)}</pre>`;
}

function latexToHtml(latex: string): string {
  const { text, restore } = extractMaths(latex);
  return text === latex ? typeset(latex, true) : restore(escapeHtml(text));
}

/** A picture in an `<img>`: an SVG there runs no script, and its ids are its own. */
export function pictureElement(mime: string, content: string, alt: string): string {
  const encoded = mime === "image/svg+xml" ? base64(content) : content.replace(/\s/g, "");
  return `<img class="picture" src="data:${mime};base64,${encoded}" alt="${escapeHtml(alt)}">`;
}
