/**
 * A page to read: text, code and outputs, complete without a script. What page/page.ts adds to it finds its places by
 * `data-` attributes.
 */
import path from "node:path";
import { escapeHtml } from "../../display/escape-html.js";
import { figureAlt, figureMime } from "../../display/figure-page.js";
import { decoded } from "../../html/markdown.js";
import { bundleToHtml, type CellOutput, outputToHtml, type Ways } from "../../html/outputs.js";
import { settlePlaces } from "../../html/place-ids.js";
import { gradingOf } from "../course/points.js";
import { highlight } from "../html/highlight.js";
import { isShown, pageHtml, textOf } from "../html/notebook-html.js";
import type { Cell, CodeCell, Notebook } from "../notebook.js";
import { addressOf, upFrom } from "./addresses.js";
import type { Lists, Moved } from "./pictures.js";
import { policy } from "./policy.js";
import type { CellPictures } from "./slider-pictures.js";
import type { SlidePlace } from "./slides.js";

/** A notebook of the site. */
export interface Page {
  notebook: Notebook;
  source: string;
  /** The folder in which it lies. */
  folder: string;
  title: string;
  /** Its file, below the folder of the site, with slashes. */
  file: string;
  /** The part of the index in which it stands. */
  part: string | undefined;
  /** Where its cells stand on slides; undefined without. */
  slides: ReadonlyMap<Cell, SlidePlace> | undefined;
  /** What its controls show before a kernel runs. */
  sliders: ReadonlyMap<CodeCell, CellPictures>;
}

/** What surrounds the pages of a site. */
export interface Site {
  title: string;
  /** The folder of what all pages share, with the digest of its contents. */
  assets: string;
  /** Whether there is a JupyterLab under `lab/`. */
  hasLab: boolean;
  /** The files of its notebooks' pages. */
  pages: ReadonlySet<string>;
}

/** The pieces of a page's head and end. */
export function shell(
  site: Site,
  file: string,
  {
    title,
    body,
    data = {},
    sheets = [],
  }: { title: string; body: string; data?: Record<string, string>; sheets?: string[] },
): string {
  const asset = (name: string): string => addressOf(`${site.assets}/${name}`, file);
  const styles = [body.includes('class="katex') ? "katex.css" : "", "page.css", ...sheets].filter(Boolean);
  const attributes = Object.entries({ root: upFrom(file) || "./", assets: asset(""), ...data })
    .map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`)
    .join("");
  return pageHtml({
    title,
    policy,
    head: styles.map((name) => `<link rel="stylesheet" href="${asset(name)}">`).join("\n"),
    body: `${body}\n<script src="${asset("page.js")}"></script>`,
    attributes,
  });
}

/** The page of a notebook. */
export function readingPage(
  page: Page,
  site: Site,
  {
    before,
    after,
    lists,
    ways,
  }: { before: Page | undefined; after: Page | undefined; lists: Lists; ways: Ways },
): string {
  const { title, file, notebook } = page;
  /** By cell and control: what it shows at each of its positions. */
  const moved: Moved[][][] = [];
  const cells = notebook.cells.map((cell) => cellOf(cell, page, ways, moved)).filter(Boolean);
  const content = settlePlaces(cells.join("\n"), (address) => {
    const to = decoded(address.replace(/\?.*$/s, ""));
    return site.pages.has(path.posix.join(path.posix.dirname(file), to));
  });
  const link = (to: string, rel: string, text: string) =>
    `<a href="${escapeHtml(addressOf(to, file))}"${rel && ` rel="${rel}"`}>${text}</a>`;
  const links = (label: string): string =>
    `<nav class="around" aria-label="${label}">${[
      before && link(before.file, "prev", `← ${escapeHtml(before.title)}`),
      link("index.html", "up", "All pages"),
      page.slides && `<a href="${slidesOf(page, file)}">Slides</a>`,
      site.hasLab &&
        `<a href="${escapeHtml(`${addressOf("lab/lab/index.html", file)}?path=${encodeURIComponent(file.replace(/\.html$/, ".ipynb"))}`)}">JupyterLab</a>`,
      after && link(after.file, "next", `${escapeHtml(after.title)} →`),
    ]
      .filter(Boolean)
      .join("")}</nav>`;
  const figures = lists.figures();
  const sliders = lists.sliders(moved);
  const body = `<a class="skip" href="#content">Skip to the text</a>
<header class="bar" data-bar><a class="home" href="${addressOf("index.html", file)}">${escapeHtml(site.title)}</a></header>
<div class="columns">
${contents(content)}
<div class="middle">
${links("Pages")}
<main id="content">
${content}
</main>
${links("Pages, again")}
</div>
</div>`;
  return shell(site, file, {
    title: `${title} · ${site.title}`,
    body,
    data: {
      page: file,
      ...(figures !== undefined && { figures: addressOf(figures, file) }),
      ...(sliders !== undefined && { sliders: addressOf(sliders, file) }),
    },
  });
}

/** The address of a page's slides, from `file`. */
export const slidesOf = (page: Page, file: string): string =>
  `${escapeHtml(addressOf(page.file, file))}?slides`;

/** A list of the headings of a page: links to them. */
function contents(body: string): string {
  const headings = [...body.matchAll(/<h([23]) id="([^"]*)">(.*?)<\/h\1>/gs)];
  if (headings.length < 2) return "";
  const items = headings.map(
    ([, depth, id, html]) =>
      `<li class="depth${depth}"><a href="#${id}">${html!.replace(/<\/?a\b[^>]*>/g, "")}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page"><details open><summary>On this page</summary><ol>\n${items.join("\n")}\n</ol></details></nav>`;
}

function cellOf(cell: Cell, { folder, slides, sliders }: Page, ways: Ways, moved: Moved[][][]): string {
  const place = slides?.get(cell);
  const slide = place === undefined ? "" : ` data-slide="${place}"`;
  if (cell.cell_type !== "code") {
    return isShown(cell) && cell.cell_type === "markdown"
      ? `<div class="text"${slide}${gradingData(cell)}>\n${textOf(cell, folder)}</div>`
      : "";
  }
  if (cell.source.trim() === "" && cell.outputs.length === 0) return "";
  const id = escapeHtml(cell.id);
  const code = `<div class="code"><pre><code>${highlight(cell.source)}</code></pre></div>`;
  // A cell that is not shown still runs.
  if (!isShown(cell)) return `<div class="cell" data-cell="${id}" hidden>${code}</div>`;
  const hidden = (cell.metadata.jupyter ?? {}) as { source_hidden?: boolean; outputs_hidden?: boolean };
  const folded = (summary: string, inner: string, kind = "") =>
    `<details class="folded${kind}"><summary>${summary}</summary>\n${inner}\n</details>`;
  const still = cell.outputs.map((output) => outputToHtml(output, ways));
  const shown = withControls(still, cell.outputs, sliders.get(cell), ways, moved);
  const outputs = `<div class="outputs">${shown.map((html) => `\n${html}`).join("")}</div>`;
  return `<div class="cell" data-cell="${id}"${slide}${gradingData(cell)}>
${hidden.source_hidden ? folded("Show code", code) : isCheck(cell) ? folded("Show code", code, " check") : code}
${hidden.outputs_hidden ? folded("Show output", outputs) : outputs}
</div>`;
}

/**
 * Outputs whose controls work before a kernel has started: each control replaces its text, and page/sliders.ts replaces
 * the picture. Without scripts the texts stay.
 */
function withControls(
  still: readonly string[],
  outputs: readonly CellOutput[],
  pictures: CellPictures | undefined,
  ways: Ways,
  moved: Moved[][][],
): readonly string[] {
  if (!pictures) return still;
  const displays = [...outputs.keys()].filter((i) => outputs[i]!.output_type === "display_data");
  const picture = displays[pictures.display];
  if (picture === undefined) return still;
  const movedTo = (data: Record<string, unknown>): Moved =>
    data[figureMime] === undefined
      ? { html: bundleToHtml(data, ways) }
      : { figure: data[figureMime], text: figureAlt(data[figureMime], String(data["text/plain"] ?? "")) };
  const cell = moved.push(pictures.controls.map((one) => one.pictures.map(movedTo))) - 1;
  const shown = [...still];
  for (const [i, { display, label, kind, values, at }] of pictures.controls.entries()) {
    const place = displays[display];
    if (place === undefined) continue;
    const texts = escapeHtml(JSON.stringify(values));
    shown[place] =
      `<div class="control" data-control="${cell} ${i}" data-kind="${kind}" data-values="${texts}" data-at="${at}" data-label="${escapeHtml(label)}">${still[place]}</div>`;
  }
  shown[picture] = `<div data-follows="${cell}">${still[picture]}</div>`;
  return shown;
}

/** What the Check button of an assignment needs to know of a cell: what nbgrader keeps with it. */
function gradingData(cell: Cell): string {
  const grading = gradingOf(cell);
  return grading ? ` data-grading="${escapeHtml(JSON.stringify(grading))}"` : "";
}

/** Whether a cell only checks what others have shown: the reader looks at its verdict first. */
export function isCheck(cell: CodeCell): boolean {
  const grading = gradingOf(cell);
  return (
    /^(await )?check(Estimate)?\(/m.test(cell.source) ||
    (grading?.grade === true && grading.solution !== true)
  );
}
