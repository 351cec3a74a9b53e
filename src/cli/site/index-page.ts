/** The first page of a site: all its pages, with the beginning of each. */
import { escapeHtml } from "../../display/escape-html.js";
import { markdownToHtml } from "../../html/markdown.js";
import type { Notebook } from "../notebook.js";
import { addressOf } from "./addresses.js";
import { type Page, type Site, shell, slidesOf } from "./page.js";

const file = "index.html";

export function indexPage(pages: readonly Page[], site: Site): string {
  const entries = pages.map((page) => {
    const { notebook, title, file: to } = page;
    const more = page.slides
      ? ` <a class="slides" href="${slidesOf(page, file)}">Slides<span class="hidden"> of ${escapeHtml(title)}</span></a>`
      : "";
    return `<li><h2><a href="${escapeHtml(addressOf(to, file))}">${escapeHtml(title)}</a></h2>${beginning(notebook)}${more}</li>`;
  });
  const lab = site.hasLab
    ? `<p>Or all of it in <a href="${addressOf("lab/lab/index.html", file)}">JupyterLab</a>, in this browser: your files stay on this computer.</p>`
    : "";
  const body = `<header class="bar" data-bar></header>
<main id="content">
<h1>${escapeHtml(site.title)}</h1>
${lab}
<ol class="index">
${entries.join("\n")}
</ol>
</main>`;
  return shell(site, file, { title: site.title, body });
}

/** The first paragraph of a notebook, below its title, without its links, which are relative to its page. */
function beginning({ cells }: Notebook): string {
  const texts = cells
    .filter((cell) => cell.cell_type === "markdown")
    .flatMap((cell) => cell.source.split(/\n\s*\n/));
  const first = texts.find((text) => text.trim() !== "" && !/^\s*#/.test(text));
  return first ? markdownToHtml(first).replace(/<\/?a\b[^>]*>/g, "") : "";
}
