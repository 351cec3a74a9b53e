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

/** The end of a sentence, marks that close something included; what follows it is looked at by {@link sentences}. */
const ending = /[.!?][*_~`"')\]”’]*(?=\s|$)/g;
const abbreviation =
  /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|resp|approx|al|fig|figs|eq|eqs|sec|ch|no|vol|pp?|dr|prof|mr|mrs|st|[a-z])\.$/i;

/**
 * The first paragraph of a notebook, below its title, without its links, which are relative to its page; up to its last
 * sentence, where it leads to a formula.
 */
function beginning({ cells }: Notebook): string {
  const texts = cells
    .filter((cell) => cell.cell_type === "markdown")
    .flatMap((cell) => cell.source.split(/\n\s*\n/));
  const first = texts.find((text) => text.trim() !== "" && !/^\s*#/.test(text));
  return first ? sentences(first.trim()).replace(/<\/?a\b[^>]*>/g, "") : "";
}

/** A text as HTML up to its last sentence that ends outside of markup; whole where there is none. */
function sentences(text: string): string {
  const whole = markdownToHtml(text);
  for (const { 0: mark, index } of [...text.matchAll(ending)].reverse()) {
    const end = index + mark.length;
    if (end === text.length) return whole;
    if (abbreviation.test(text.slice(0, index + 1)) || /^\s+\p{Ll}/u.test(text.slice(end))) continue;
    const cut = markdownToHtml(text.slice(0, end));
    // Within emphasis, code, a link or a formula the beginning would look different.
    if (whole.startsWith(cut.replace(/(?:<\/[^>]*>|\s)+$/, ""))) return cut;
  }
  return whole;
}
