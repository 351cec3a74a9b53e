/** The first page of a site: all its pages, with the beginning of each. */
import { escapeHtml } from "../../display/escape-html.js";
import { markdownToHtml } from "../../html/markdown.js";
import type { Notebook } from "../notebook.js";
import { addressOf } from "./addresses.js";
import { type Page, type Site, shell, slidesOf } from "./page.js";

const file = "index.html";

export function indexPage(pages: readonly Page[], site: Site): string {
  const parts = [...new Set(pages.map(({ part }) => part))];
  const hasParts = parts.length > 1;
  const lists = parts.map((part) => {
    const entries = pages
      .filter((page) => page.part === part)
      .map((page) => entry(page, hasParts && part !== undefined ? 3 : 2));
    const heading = hasParts && part !== undefined ? `<h2>${escapeHtml(part)}</h2>\n` : "";
    return `${heading}<ol class="index">\n${entries.join("\n")}\n</ol>`;
  });
  const lab = site.hasLab
    ? `<p>Or all of it in <a href="${addressOf("lab/lab/index.html", file)}">JupyterLab</a>, in this browser: your files stay on this computer.</p>`
    : "";
  const body = `<header class="bar" data-bar></header>
<main id="content">
<h1>${escapeHtml(site.title)}</h1>
${lab}
${lists.join("\n")}
</main>`;
  return shell(site, file, { title: site.title, body });
}

function entry(page: Page, depth: number): string {
  const { notebook, title, file: to, slides } = page;
  const more = slides
    ? ` <a class="slides" href="${slidesOf(page, file)}">Slides<span class="hidden"> of ${escapeHtml(title)}</span></a>`
    : "";
  // Notebooks speak of each other by the numbers of their files.
  const number = /^\d+(?=-)/.exec(to.split("/").at(-1)!)?.[0] ?? "";
  const shown = number && !title.startsWith(number) ? `<span class="number">${number}</span> ` : "";
  const link = `<a href="${escapeHtml(addressOf(to, file))}">${escapeHtml(title)}</a>`;
  return `<li><h${depth}>${shown}${link}</h${depth}>${beginning(notebook)}${more}</li>`;
}

/**
 * The first paragraph of a notebook, below its title, without its links, which are relative to its page; up to its last
 * sentence, where it leads to a formula.
 */
function beginning({ cells }: Notebook): string {
  const texts = cells
    .filter((cell) => cell.cell_type === "markdown")
    .flatMap((cell) => cell.source.split(/\n\s*\n/));
  const first = texts.find((text) => text.trim() !== "" && !/^\s*#/.test(text));
  const [whole] = /^[\s\S]*[.!?](?=\s|$)/.exec(first ?? "") ?? [first];
  return whole ? markdownToHtml(whole).replace(/<\/?a\b[^>]*>/g, "") : "";
}
