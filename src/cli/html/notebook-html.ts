/**
 * A notebook as one page of HTML that needs nothing else: no network, no other file, no JupyterLab.
 */
import { createHash } from "node:crypto";
import { escapeHtml } from "../../display/escape-html.js";
import { figureElement, figureScripts } from "../../display/figure-page.js";
import { markdownToHtml } from "../../html/markdown.js";
import { outputToHtml, pictureElement, type Ways } from "../../html/outputs.js";
import { settlePlaces } from "../../html/place-ids.js";
import { type Cell, type Notebook, type TextCell, tagsOf } from "../notebook.js";
import { dark, light } from "./colours.js";
import { highlight } from "./highlight.js";
import { mathsStyle } from "./maths-style.js";
import { picturesOf } from "./pictures.js";
import { style } from "./style.js";

/**
 * The page of a notebook.
 *
 * @param options.name the title where the notebook has no heading
 * @param options.folder where pictures that the text names are looked for
 */
export function notebookHtml(
  notebook: Notebook,
  { name, folder }: { name: string; folder?: string },
): string {
  const body = notebookBody(notebook, folder);
  const script = hasFigures(body) ? [...figureScripts(light, dark).values()].join("\n") : "";
  const maths = mathsStyle(body);
  // The browser may neither use the network nor run foreign scripts, whatever an output contains.
  const policy = [
    "default-src 'none'",
    "img-src data: blob:",
    "font-src data:",
    "style-src 'unsafe-inline'",
    `script-src ${script ? `'sha256-${createHash("sha256").update(script).digest("base64")}'` : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return pageHtml({
    title: titleOf(notebook) ?? name,
    policy,
    head: `${maths && `<style>${maths}</style>\n`}<style>\n${style}\n</style>`,
    body: `<main>\n${body}\n</main>${script && `\n<script>${script}</script>`}`,
  });
}

/** A whole page. */
export function pageHtml({
  title,
  policy,
  head,
  body,
  attributes = "",
}: {
  title: string;
  policy: string;
  head: string;
  body: string;
  /** Those of the body's element. */
  attributes?: string;
}): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="nablab">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body${attributes}>
${body}
</body>
</html>
`;
}

/** All cells of a notebook. */
const notebookBody = ({ cells }: Notebook, folder?: string): string =>
  settlePlaces(
    cells
      .map((cell) => cellToHtml(cell, folder))
      .filter(Boolean)
      .join("\n"),
  );

/** Whether a page needs Plotly. */
const hasFigures = (body: string): boolean => body.includes('<div class="figure">');

/** The first heading of a notebook, as plain text. */
export function titleOf({ cells }: Notebook): string | undefined {
  for (const { cell_type, source } of cells) {
    const heading = cell_type === "markdown" && /^#+\s+(.+?)\s*#*$/m.exec(source)?.[1];
    if (heading) return heading.replace(/[*_`$]/g, "");
  }
  return undefined;
}

/** Pictures and figures in the page itself. */
const inPage: Ways = { picture: pictureElement, figure: figureElement };

/** A cell; empty for one that is not shown. */
function cellToHtml(cell: Cell, folder: string | undefined): string {
  if (!isShown(cell)) return "";
  if (cell.cell_type !== "code") return `<div class="text">\n${textOf(cell, folder)}</div>`;
  const hidden = (cell.metadata.jupyter ?? {}) as { source_hidden?: boolean; outputs_hidden?: boolean };
  const code =
    cell.source.trim() && `<div class="code"><pre><code>${highlight(cell.source)}</code></pre></div>`;
  const outputs =
    cell.outputs.length > 0 &&
    `<div class="outputs">\n${cell.outputs.map((output) => outputToHtml(output, inPage)).join("\n")}\n</div>`;
  return [
    code && (hidden.source_hidden ? folded("Code", code) : code),
    outputs && (hidden.outputs_hidden ? folded("Output", outputs) : outputs),
  ]
    .filter(Boolean)
    .join("\n");
}

/** Whether a page shows a cell. */
export const isShown = (cell: Cell): boolean =>
  cell.cell_type !== "raw" && !tagsOf(cell).includes("remove-cell");

/** A cell of text. */
export function textOf({ source, attachments }: TextCell, folder: string | undefined): string {
  return markdownToHtml(source, {
    highlight,
    ...(folder !== undefined && { picture: picturesOf(folder) }),
    ...(attachments && { attachments }),
  });
}

const folded = (summary: string, content: string): string =>
  `<details><summary>${summary}</summary>\n${content}\n</details>`;
