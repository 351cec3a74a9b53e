/**
 * The slides of a page: which cells share one. page/slides.ts arranges the page's cells accordingly, with reveal.js, when it
 * is opened with `?slides`.
 *
 * A heading of the first or second level begins a new column; below it, each text and each code cell is a
 * slide, with the code on the left and its output on the right, or below if that is a wide figure; code too long for that
 * takes the place of the output at the press of a button. A short text, with or
 * without a heading, shares the slide of the code cell that follows; a heading alone shares that of the next cell of any kind.
 * A folded solution stays with its exercise, and up to three short checks in a row share a slide, as each shows no more than
 * a sentence. JupyterLab's slideshow metadata takes precedence.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isShown } from "../html/notebook-html.js";
import type { Cell } from "../notebook.js";

/** Where a cell stands: it begins a column or a slide, or is on the slide of the cell before. */
export type SlidePlace = "column" | "slide" | "same" | "fragment" | "notes";

/** The places of the cells that slides show. */
export function slidePlaces(cells: readonly Cell[]): ReadonlyMap<Cell, SlidePlace> {
  const shown = cells.filter((cell) => isShown(cell) && !isEmpty(cell) && kindOf(cell) !== "skip");
  let checks = 0; // at the end of the slide so far
  return new Map(
    shown.map((cell, i) => {
      const before = shown[i - 1];
      const isNext = isShortCheck(cell) && checks > 0 && checks < 3;
      checks = isShortCheck(cell) ? (isNext ? checks : 0) + 1 : 0;
      const isOnSame = (before && isLead(before, cell)) || isFoldedText(cell) || isNext;
      return [cell, isOnSame ? "same" : (places[kindOf(cell)] ?? "slide")];
    }),
  );
}

/** By JupyterLab's names; `subslide` is a slide. */
const places: Record<string, SlidePlace> = {
  slide: "column",
  fragment: "fragment",
  notes: "notes",
  "-": "same",
};

/** More than this, and text and cell would not fit one screen in a size that can be read. */
const fewCharacters = 450;

/** Whether a cell is a few words on the next one. */
function isLead(cell: Cell, next: Cell): boolean {
  const plain = [cell, next].every((one) => one.metadata.slideshow === undefined);
  if (!plain || cell.cell_type !== "markdown") return false;
  if (isHeading(cell) && !isHeading(next)) return true;
  if (next.cell_type !== "code") return false;
  return cell.source.length <= fewCharacters && !/^# |\$\$|^\||^[-*] /m.test(cell.source);
}

/** Whether a cell is a heading of the second level and nothing else. */
const isHeading = ({ cell_type, source }: Cell): boolean =>
  cell_type === "markdown" && /^##\s.*$/.test(source.trim());

/** Whether a cell is a check whose code is short or folded, and shows its sentence alone. */
function isShortCheck(cell: Cell): boolean {
  if (cell.cell_type !== "code" || cell.metadata.slideshow !== undefined) return false;
  const { source_hidden } = (cell.metadata.jupyter ?? {}) as { source_hidden?: boolean };
  const isShort = source_hidden === true || cell.source.split("\n").length <= 4;
  return isShort && /^check(Estimate)?\(/.test(cell.source) && cell.outputs.length === 1;
}

/** Whether a text is folded away as a whole, as the solution of an exercise is. */
const isFoldedText = ({ cell_type, source, metadata }: Cell): boolean =>
  cell_type === "markdown" &&
  metadata.slideshow === undefined &&
  /^<details>(?:(?!<\/details>)[\s\S])*<\/details>$/.test(source.trim());

function kindOf(cell: Cell): string {
  const said = (cell.metadata.slideshow as { slide_type?: unknown } | undefined)?.slide_type;
  if (typeof said === "string" && said !== "") return said;
  if (isOnlyFolded(cell)) return "skip";
  return cell.cell_type === "markdown" && /^##?\s/.test(cell.source) ? "slide" : "subslide";
}

const isEmpty = (cell: Cell): boolean =>
  cell.cell_type === "code" && cell.source.trim() === "" && cell.outputs.length === 0;

/** Whether a cell has nothing but code, which is folded away. */
function isOnlyFolded(cell: Cell): boolean {
  const { source_hidden } = (cell.metadata.jupyter ?? {}) as { source_hidden?: boolean };
  return cell.cell_type === "code" && source_hidden === true && cell.outputs.length === 0;
}

/** The style sheet of slides, reveal.js's own first. */
export function slidesStyle(): string {
  const reveal = createRequire(import.meta.url).resolve("reveal.js/reveal.css");
  return `${readFileSync(reveal, "utf8")}\n${ownStyle}`;
}

const ownStyle = `
html.presenting, .presenting body { height: 100%; } .presenting body { margin: 0; padding: 0; max-width: none; overflow: hidden; }
.presenting .columns, .presenting .middle { display: contents; }
.presenting .contents, .presenting .around, .presenting .skip, .presenting .home, .presenting .search { display: none; }
.presenting main { max-width: none; margin: 0; padding: 0; }
.presenting .bar { position: fixed; top: auto; bottom: 0.3rem; left: 5rem; right: 9rem; min-height: 0; padding: 0; border: 0; background: none; pointer-events: none; }
.presenting .bar > * { pointer-events: auto; } .presenting .bar > .note { background: var(--ground); order: -1; }
.presenting .bar button, .presenting .bar a { font-size: 0.8rem; padding-block: 0; }
.reveal { height: 100%; color: var(--text); background: var(--ground); font-size: clamp(15px, 1.55vw, 32px); }
.reveal .slides { text-align: left; line-height: 1.5; }
.reveal .slides > section > section { padding: 3vh 4vw; height: 100%; overflow-y: auto; }
.reveal .slides > section { padding: 0; height: 100%; }
.reveal .slides > section.measured, .reveal .slides > section > section.measured { display: block !important; visibility: hidden; }
.reveal .continued { color: var(--muted); margin-top: 0; }
.reveal p, .reveal li { max-width: 60rem; }
.reveal h1 { font-size: 2.2em; } .reveal h2 { font-size: 1.7em; } .reveal h1, .reveal h2, .reveal h3 { margin-top: 0; }
.reveal .cell:not([hidden]) { display: contents; }
.reveal .beside { display: grid !important; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-auto-flow: dense; gap: 0.5vw 2vw; align-content: safe center; align-items: center; }
.reveal .beside > *, .reveal .beside .folded { grid-column: 1 / -1; margin: 0; }
.reveal .beside .cell > .code, .reveal .beside .cell > .tools { grid-column: 1; } .reveal .beside .cell > .outputs { grid-column: 2; grid-row-end: span 2; }
.reveal .stacked.beside .cell > .code, .reveal .stacked.beside .cell > .tools, .reveal .stacked.beside .cell > .outputs { grid-column: 1 / -1; grid-row-end: auto; }
.reveal .beside .cell > .code { align-self: end; } .reveal .beside .cell > .tools { align-self: start; }
.reveal .code, .reveal .outputs { margin: 0; min-width: 0; }
.reveal .outputs > .html:has(> p:only-child) { display: inline-block; margin: 0 2em 0 0; } .reveal .outputs > .html > p:only-child { margin: 0 0 0.4em; }
.reveal .cell .tools { margin: 0; min-height: auto; } .reveal .cell .tools button { font-size: 0.75rem; padding: 0 0.6em; }
.reveal .code > pre { font-size: 0.8em; line-height: 1.35; } .reveal .code > pre, .reveal .outputs pre { white-space: pre-wrap; }
.reveal .progress, .reveal .controls { color: var(--link); }
.reveal .slide-number { color: var(--muted); background: none; font-size: 0.7em; left: 1em; right: auto; }
.reveal .controls { font-size: 7px; }
@media (max-width: 60rem), print { .reveal .beside .cell > .code, .reveal .beside .cell > .tools, .reveal .beside .cell > .outputs { grid-column: 1 / -1; grid-row-end: auto; } }
.reveal .swap { display: none; } .reveal .long .swap { display: inline-block; }
@media screen and (min-width: 60.01rem) {
  .reveal .long .cell > .code, .reveal .long .cell > .tools, .reveal .long .cell > .outputs { grid-column: 1 / -1; grid-row-end: auto; }
  .reveal .long:not(.reading) .cell > .code, .reveal .long.reading .cell > .outputs { display: none; }
}
@media screen and (min-width: 60.01rem) { .reveal .code { overflow: auto; } .reveal .code > pre, .reveal .code .cm-scroller { font-size: max(18px, 0.8em); line-height: 1.35; } }
@media print { .reveal .code { max-height: none !important; } }
`.trim();
