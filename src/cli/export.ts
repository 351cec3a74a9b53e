/**
 * `nablab export`: notebooks as a static site, to be read or presented without Jupyter and without a network.
 */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { escapeHtml } from "../display/escape-html.js";
import { figureScripts } from "../display/figure-page.js";
import { findNotebooks } from "./find-notebooks.js";
import { dark, light } from "./html/colours.js";
import { markdownToHtml } from "./html/markdown.js";
import { mathsFiles } from "./html/maths.js";
import { hasFigures, notebookBody, pageHtml, titleOf } from "./html/notebook-html.js";
import { revealFiles, slidesBody } from "./html/slides.js";
import { style } from "./html/style.js";
import { InputError } from "./input-error.js";
import { type Notebook, readNotebook } from "./notebook.js";
import { say } from "./progress.js";

/** Options of {@link exportNotebooks}. */
export interface ExportOptions {
  /** The folder of the site. */
  html: string;
  /** Also makes slides of each notebook. */
  slides?: boolean;
  /** What the site is called. */
  title?: string;
}

const figures = figureScripts(light, dark);

/** A page of the site. */
interface Page {
  notebook: Notebook;
  source: string;
  title: string;
  /** Its file, below the folder of the site. */
  file: string;
}

/**
 * Writes a site: a page for each notebook, an index, and what all share (styles, fonts, one file of Plotly) once, in
 * `assets`. Notebooks are taken as they are, with the outputs that they hold.
 *
 * @throws InputError when one is no notebook, or the folder cannot be one
 */
export function exportNotebooks(
  paths: readonly string[],
  { html: folder, slides = false, title }: ExportOptions,
): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new InputError(`--html must name a folder, but this is a file: ${folder}`);
  }
  const pages = findNotebooks(paths, folder).map(({ source, target }): Page => {
    const { notebook } = readNotebook(source);
    const name = path.basename(source, ".ipynb");
    const file = path
      .relative(folder, target)
      .replace(/\.ipynb$/, ".html")
      .split(path.sep)
      .join("/");
    if (file === "index.html")
      throw new InputError(`${source}: its page would take the place of the index; rename it`);
    return { notebook, source, title: titleOf(notebook) ?? name, file };
  });
  const write = (name: string, content: string | Uint8Array): void =>
    writeAtomically(path.join(folder, name), content);
  for (const [i, page] of pages.entries()) {
    if (page.notebook.cells.every((cell) => cell.cell_type !== "code" || cell.outputs.length === 0)) {
      say(`${page.source}: holds no outputs; to get them: npx nablab run ${page.source}`);
    }
    write(page.file, readingPage(page, pages[i - 1], pages[i + 1], slides));
    if (slides) write(slidesOf(page.file), slidesPage(page));
  }
  write("index.html", indexPage(pages, title ?? "Notebooks", slides));
  const assets = new Map<string, string | Buffer>([
    ["page.css", `${style}\n${siteStyle}`],
    ...figures,
    ...mathsFiles(),
    ...(slides ? revealFiles() : []),
  ]);
  for (const [name, content] of assets) write(`assets/${name}`, content);
  const what = `${pages.length} ${pages.length === 1 ? "page" : "pages"}${slides ? " with slides" : ""}`;
  say(`${what}: open ${path.join(folder, "index.html")}`);
}

const slidesOf = (file: string): string => file.replace(/\.html$/, ".slides.html");

/** The way from a page to the folder of the site. */
const upFrom = (file: string): string => "../".repeat(file.split("/").length - 1);

// Files beside the page are ours; whatever an output holds, nothing else is asked for or run.
const policy = [
  "default-src 'none'",
  "img-src 'self' file: data: blob:",
  "font-src 'self' file: data:",
  "style-src 'self' file: 'unsafe-inline'",
  "script-src 'self' file:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The elements that load what a page needs. */
function head(up: string, body: string, ...more: string[]): string {
  const sheets = [body.includes('class="katex') ? "katex.css" : "", "page.css", ...more].filter(Boolean);
  return sheets.map((name) => `<link rel="stylesheet" href="${up}assets/${name}">`).join("\n");
}
const scripts = (up: string, body: string, ...more: string[]): string =>
  [...more, ...(hasFigures(body) ? figures.keys() : [])]
    .map((name) => `\n<script src="${up}assets/${name}"></script>`)
    .join("");

function readingPage(
  { notebook, source, title, file }: Page,
  before: Page | undefined,
  after: Page | undefined,
  slides: boolean,
): string {
  const up = upFrom(file);
  const body = notebookBody(notebook, path.dirname(source));
  const link = (to: string, rel: string, text: string) =>
    `<a href="${escapeHtml(encodeURI(up + to))}"${rel && ` rel="${rel}"`}>${text}</a>`;
  const links = [
    before && link(before.file, "prev", `← ${escapeHtml(before.title)}`),
    link("index.html", "up", "All"),
    slides && link(slidesOf(file), "", "Slides"),
    after && link(after.file, "next", `${escapeHtml(after.title)} →`),
  ].filter(Boolean);
  const nav = (label: string) => `<nav aria-label="${label}">${links.join("")}</nav>`;
  return pageHtml({
    title,
    policy,
    head: head(up, body),
    body: `${nav("Notebooks")}\n<main>\n${body}\n</main>\n${nav("Notebooks, again")}${scripts(up, body)}`,
  });
}

function slidesPage({ notebook, source, title, file }: Page): string {
  const up = upFrom(file);
  const slides = slidesBody(notebook, path.dirname(source));
  return pageHtml({
    title,
    policy,
    head: head(up, slides, "reveal.css", "slides.css"),
    body: `<div class="reveal"><div class="slides">\n${slides}\n</div></div>\n${scripts(up, slides, "reveal.js").trim()}\n<script src="${up}assets/slides.js"></script>`,
  });
}

function indexPage(pages: readonly Page[], title: string, slides: boolean): string {
  const entries = pages.map(({ notebook, title: heading, file }) => {
    const more = slides
      ? ` <a class="slides" href="${escapeHtml(encodeURI(slidesOf(file)))}">Slides</a>`
      : "";
    return `<li><h2><a href="${escapeHtml(encodeURI(file))}">${escapeHtml(heading)}</a></h2>${beginning(notebook)}${more}</li>`;
  });
  const body = `<main>\n<h1>${escapeHtml(title)}</h1>\n<ol class="index">\n${entries.join("\n")}\n</ol>\n</main>`;
  return pageHtml({ title, policy, head: head("", body), body });
}

/** The first paragraph of a notebook, below its title, without its links, which start from where the page lies. */
function beginning({ cells }: Notebook): string {
  const texts = cells
    .filter((cell) => cell.cell_type === "markdown")
    .flatMap((cell) => cell.source.split(/\n\s*\n/));
  const first = texts.find((text) => text.trim() !== "" && !/^\s*#/.test(text));
  return first ? markdownToHtml(first).replace(/<\/?a\b[^>]*>/g, "") : "";
}

const siteStyle = `
nav { display: flex; flex-wrap: wrap; gap: 0.3em 1.5em; margin: 0 0 2.5em; font-size: 0.94em; }
nav a { text-decoration: none; } nav a:hover { text-decoration: underline; } main + nav { margin: 3em 0 0; }
.index { list-style: none; padding: 0; } .index li { margin: 0 0 2em; } .index h2 { margin: 0 0 0.3em; } .index p { margin: 0; color: var(--muted); }
@media print { nav { display: none; } }
`.trim();
