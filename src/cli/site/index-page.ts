/** The first page of a site: all its pages, with the beginning of each. */
import { escapeHtml } from "../../display/escape-html.js";
import { markdownToHtml } from "../../html/markdown.js";
import type { Notebook } from "../notebook.js";
import { addressOf } from "./addresses.js";
import { type Page, type Site, shell } from "./page.js";

const file = "index.html";

export function indexPage(pages: readonly Page[], site: Site): string {
  const entries = pages.map(({ notebook, title, file: to, slides }) => {
    const link = (target: string, text: string, more = ""): string =>
      `<a${more} href="${escapeHtml(addressOf(target, file))}">${text}</a>`;
    const more = slides
      ? ` ${link(slides, `Slides<span class="hidden"> of ${escapeHtml(title)}</span>`, ' class="slides"')}`
      : "";
    return `<li><h2>${link(to, escapeHtml(title))}</h2>${beginning(notebook)}${more}</li>`;
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
