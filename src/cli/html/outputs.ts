/** What cells put out, as HTML: of each output its richest format, as JupyterLab chooses. */
import { escapeHtml } from "../../display/escape-html.js";
import { figureAlt, figureElement, figureMime } from "../../display/figure-page.js";
import type { CellOutput } from "../notebook.js";
import { ansiToHtml } from "./ansi.js";
import { markdownToHtml } from "./markdown.js";
import { extractMaths, typeset } from "./maths.js";

/** One output. */
export function outputToHtml(output: CellOutput): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="${output.name === "stderr" ? "stderr" : "stdout"}">${ansiToHtml(output.text.replace(/\n$/, ""))}</pre>`;
    case "error":
      return `<pre class="error" role="alert">${ansiToHtml(output.traceback.join("\n"))}</pre>`;
    default:
      return bundleToHtml(output.data);
  }
}

const pictures = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];

function bundleToHtml(data: Record<string, unknown>): string {
  const text = (mime: string) => (data[mime] === undefined ? undefined : String(data[mime]));
  const plain = text("text/plain") ?? "";
  const [picture] = pictures.filter((mime) => data[mime] !== undefined);
  const img = picture && pictureElement(picture, text(picture)!, plain || "picture");
  if (data[figureMime] !== undefined) {
    const alt = figureAlt(data[figureMime], plain);
    return figureElement(data[figureMime], alt, img ?? `<p>${escapeHtml(alt)}</p>`);
  }
  const html = text("text/html");
  if (html !== undefined) return `<div class="html">${html}</div>`;
  const markdown = text("text/markdown");
  if (markdown !== undefined) return `<div class="text">${markdownToHtml(markdown)}</div>`;
  const latex = text("text/latex");
  if (latex !== undefined) return `<div class="text">${latexToHtml(latex)}</div>`;
  return img ?? `<pre>${ansiToHtml(plain)}</pre>`;
}

function latexToHtml(latex: string): string {
  const { text, restore } = extractMaths(latex);
  return text === latex ? typeset(latex, true) : restore(escapeHtml(text));
}

/** A picture in an `<img>`: an SVG there runs no script, and its ids are its own. */
function pictureElement(mime: string, content: string, alt: string): string {
  const base64 =
    mime === "image/svg+xml" ? Buffer.from(content).toString("base64") : content.replace(/\s/g, "");
  return `<img class="picture" src="data:${mime};base64,${base64}" alt="${escapeHtml(alt)}">`;
}
