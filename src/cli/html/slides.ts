/**
 * A notebook as slides, shown by reveal.js: each text begins a slide, each cell of code is one, with the code on the
 * left and what it put out on the right, or below where that is a wide figure.
 *
 * A heading of the first or second level begins a new column; what follows lies below it. A few words, with a
 * heading or without, lead to the cell of code that follows, and stand above it; a heading alone leads to whatever follows. A folded
 * solution stays with its exercise. What JupyterLab's slideshow metadata says of a cell comes first.
 *
 * A text that is longer than a screen becomes several slides (in the browser, which knows how tall it is): letters stay as large as a
 * room can read them.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Ways } from "../../html/outputs.js";
import type { Cell, Notebook } from "../notebook.js";
import { cellToHtml } from "./notebook-html.js";

/** The columns of slides of a notebook, as sections for reveal.js. */
export function slidesBody(notebook: Notebook, folder: string | undefined, ways: Ways): string {
  const columns: string[][] = [];
  let lead: { html: string; kind: string } | undefined;
  // What shows nothing is left out first: words lead to the next cell that is there.
  const shown = notebook.cells
    .map((cell) => ({ cell, kind: kindOf(cell) }))
    .filter(({ kind }) => kind !== "skip")
    .map(({ cell, kind }) => ({ cell, kind, own: cellToHtml(cell, folder, ways) }))
    .filter(({ own }) => own !== "");
  for (const [i, { cell, kind: itsKind, own }] of shown.entries()) {
    const kind = lead?.kind ?? itsKind;
    if (isLead(cell, shown[i + 1]?.cell)) {
      lead = { html: own, kind };
      continue;
    }
    const html = (lead?.html ?? "") + own;
    lead = undefined;
    if (isFoldedText(cell)) append(columns, html);
    else if (kind === "notes") append(columns, `<aside class="notes">${html}</aside>`);
    else if (kind === "-" || kind === "fragment") {
      append(columns, kind === "fragment" ? `<div class="fragment">${html}</div>` : html);
    } else if (kind === "slide" || columns.length === 0) columns.push([html]);
    else columns.at(-1)!.push(html);
  }
  return columns
    .map((slides) => slides.map((slide) => `<section>\n${slide}\n</section>`).join("\n"))
    .map((slides) => `<section>\n${slides}\n</section>`)
    .join("\n");
}

/** To the slide that is there. */
function append(columns: string[][], html: string): void {
  const column = columns.at(-1);
  if (column) column.push(`${column.pop()}\n${html}`);
  else columns.push([html]);
}

/** More than this, and text and cell would not fit one screen in a size that can be read. */
const fewCharacters = 450;

/** Whether a cell is a few words on the next one. */
function isLead(cell: Cell, next: Cell | undefined): boolean {
  const plain = [cell, next].every((one) => one && one.metadata.slideshow === undefined);
  if (!plain || cell.cell_type !== "markdown") return false;
  if (isHeading(cell) && !isHeading(next!)) return true;
  if (next!.cell_type !== "code") return false;
  return cell.source.length <= fewCharacters && !/^# |\$\$|^\||^[-*] /m.test(cell.source);
}

/** Whether a cell is a heading of the second level and nothing else. */
const isHeading = ({ cell_type, source }: Cell): boolean =>
  cell_type === "markdown" && /^##\s.*$/.test(source.trim());

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

/** Whether a cell has nothing but code, which is folded away. */
function isOnlyFolded(cell: Cell): boolean {
  const { source_hidden } = (cell.metadata.jupyter ?? {}) as { source_hidden?: boolean };
  return cell.cell_type === "code" && source_hidden === true && cell.outputs.length === 0;
}

/** reveal.js: its script and its style sheet. */
export function revealFiles(): Map<string, Buffer> {
  const require = createRequire(import.meta.url);
  return new Map([
    ["reveal.js", readFileSync(require.resolve("reveal.js"))],
    ["reveal.css", readFileSync(require.resolve("reveal.js/reveal.css"))],
    ["slides.css", Buffer.from(slidesStyle)],
    ["slides.js", Buffer.from(slidesScript)],
  ]);
}

const slidesStyle = `
html, body { height: 100%; } body { margin: 0; padding: 0; max-width: none; overflow: hidden; }
main.reveal { max-width: none; margin: 0; padding: 0; }
.reveal { height: 100%; color: var(--text); background: var(--ground); font-size: clamp(15px, 1.55vw, 32px); }
.reveal .slides { text-align: left; line-height: 1.5; }
.reveal .slides section { padding: 3vh 4vw; height: 100%; overflow-y: auto; }
.reveal .slides > section, .reveal .slides > section > section { padding: 3vh 4vw; }
.reveal .slides > section:has(> section) { padding: 0; }
.reveal .slides > section.measured, .reveal .slides > section > section.measured { display: block !important; visibility: hidden; }
.reveal .continued { color: var(--muted); margin-top: 0; }
.reveal p, .reveal li { max-width: 60rem; }
.reveal h1 { font-size: 2.2em; } .reveal h2 { font-size: 1.7em; } .reveal h1, .reveal h2, .reveal h3 { margin-top: 0; }
.reveal section:has(> .code):has(> .outputs) { display: grid !important; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2vw; align-content: safe center; align-items: center; }
.reveal section:has(> .code):has(> .outputs) > :not(.code):not(.outputs) { grid-column: 1 / -1; margin: 0; }
.reveal section.stacked:has(> .code):has(> .outputs) { grid-template-columns: minmax(0, 1fr); }
.reveal .code, .reveal .outputs { margin: 0; min-width: 0; }
.reveal .outputs > .html:has(> p:only-child) { display: inline-block; margin: 0 2em 0 0; } .reveal .outputs > .html > p:only-child { margin: 0 0 0.4em; }
.reveal .code > pre { font-size: 0.8em; line-height: 1.35; } .reveal .code > pre, .reveal .outputs pre { white-space: pre-wrap; }
.reveal .progress, .reveal .controls { color: var(--link); }
.reveal .slide-number { color: var(--muted); background: none; font-size: 0.7em; left: 1em; right: auto; }
.reveal .controls { font-size: 7px; }
@media (max-width: 60rem), print { .reveal section:has(> .code):has(> .outputs) { grid-template-columns: minmax(0, 1fr); } }
@media screen and (min-width: 60.01rem) { .reveal .code { overflow: auto; } .reveal .code > pre { font-size: max(18px, 0.8em); } }
@media print { .reveal .code { max-height: none !important; } }
`.trim();

// Runs in the reader's browser. Texts are split before reveal.js counts the slides. Figures are as wide as their slide once that is
// shown; what does not fit gets a little smaller, what leaves room larger, and on a phone a slide is scrolled.
const slidesScript = `
var wide = matchMedia("(min-width: 60.01rem)");
if (wide.matches) document.querySelectorAll(".slides > section > section").forEach(split);
Reveal.initialize({ disableLayout: true, hash: true, center: false, transition: "none", slideNumber: "c/t", controls: true });
function overflows(slide) { return slide.scrollHeight > slide.clientHeight + 1; }
// What is too long in letters of nine tenths of the size goes on on the next slide, from a block or an item of a list on.
function split(slide) {
  if (slide.querySelector(":scope > :not(.text), .code, .fragment")) return;
  slide.parentNode.classList.add("measured");
  slide.classList.add("measured");
  slide.style.fontSize = "90%";
  var text = slide.firstElementChild;
  while (text && text.nextElementSibling) {
    text.append.apply(text, text.nextElementSibling.childNodes);
    text.nextElementSibling.remove();
  }
  var rest = document.createElement("section"), later = document.createElement("div");
  rest.append(later);
  later.className = "text";
  while (text && overflows(slide) && moveLast(text, later));
  while (later.firstElementChild && hangs(text.lastElementChild, later.firstElementChild) && moveLast(text, later));
  slide.style.fontSize = "";
  slide.classList.remove("measured");
  slide.parentNode.classList.remove("measured");
  if (!later.firstElementChild) return;
  var heading = text.querySelector("h1, h2, h3, .continued");
  if (heading && !/^H[1-3]$/.test(later.firstElementChild.tagName)) {
    var again = document.createElement("p");
    again.className = "continued";
    again.textContent = heading.textContent;
    later.prepend(again);
  }
  slide.after(rest);
  split(rest);
}
// The last block, or the last item of a list or row of a table, to the front of another text; false where one alone is left below the
// heading.
function moveLast(from, to) {
  var last = from.lastElementChild, items = last && itemsOf(last);
  var least = from.firstElementChild && from.firstElementChild.matches("h1, h2, h3, .continued") ? 2 : 1;
  if (from.childElementCount < least || (from.childElementCount === least && !(items && items.childElementCount > 1))) return false;
  if (!items) { to.prepend(last); return true; }
  var part = to.firstElementChild;
  if (!part || part.before !== last) {
    part = last.cloneNode(true);
    part.before = last;
    itemsOf(part).textContent = "";
    to.prepend(part);
  }
  if (last.tagName === "OL") part.start = last.start + last.childElementCount - 1;
  itemsOf(part).prepend(items.lastElementChild);
  if (!items.firstElementChild) last.remove();
  return true;
}
function itemsOf(block) {
  return /^[OU]L$/.test(block.tagName) ? block : block.querySelector(":scope > tbody, :scope > table > tbody");
}
// Whether a slide would end in words that announce what follows, or begin in the middle of a sentence.
function hangs(last, first) {
  var words = last.textContent.trim(), isFormula = first.matches("p:has(> .katex-display:only-child), .katex-display");
  return /^H[1-6]$/.test(last.tagName) || /:$|^Proof\\\\.$/.test(words) || isFormula || (first.tagName === "P" && /^[a-z]/.test(first.textContent));
}
function fit() {
  var slide = Reveal.getCurrentSlide();
  if (!slide) return;
  slide.style.fontSize = "";
  var isWide = wide.matches;
  var room = 0.91 * slide.clientHeight; // without the paddings and the margin below a figure
  slide.querySelectorAll(":scope > :not(.code):not(.outputs)").forEach(function (text) { room -= text.offsetHeight + 0.02 * innerWidth; });
  var figures = [].slice.call(slide.querySelectorAll(".figure img"));
  var isStacked = figures.some(function (img) { return img.naturalWidth > 1.9 * img.naturalHeight; });
  slide.classList.toggle("stacked", isStacked);
  slide.querySelectorAll(".figure").forEach(function (figure) { figure.style.zoom = ""; });
  // Code stays as large as a room can read it, and is scrolled where it is longer than its slide.
  slide.querySelectorAll(":scope > .code").forEach(function (code) {
    // Of code above a wide figure some lines are enough, and fewer where the figure needs the room.
    var outputs = slide.querySelector(":scope > .outputs");
    var spare = isStacked && outputs ? Math.max(80, Math.min(0.3 * room, room - outputs.offsetHeight - 0.02 * innerWidth)) : 0;
    var most = isStacked ? spare : Math.max(room, 0.35 * slide.clientHeight) - 0.05 * slide.clientHeight;
    code.style.maxHeight = isWide ? most + "px" : "";
    // A row of the grid is no smaller than what it shows, or the next would lie over it.
    code.style.minHeight = isWide ? Math.min(code.scrollHeight, most) + "px" : "";
    if (code.scrollHeight > code.clientHeight) code.tabIndex = 0;
    if (isStacked) room -= code.offsetHeight + 0.02 * innerWidth;
  });
  if (isWide) slide.querySelectorAll(".figure").forEach(function (figure) {
    var beside = figure.closest(".outputs").offsetHeight - figure.offsetHeight; // controls, and printed lines
    figure.style.zoom = Math.max(0.5, Math.min(1, (room - beside) / figure.offsetHeight));
  });
  dispatchEvent(new Event("resize"));
  slide.querySelectorAll("table").forEach(function (table) {
    shrink(table, function () { return table.scrollWidth > table.clientWidth + 1; }, 55);
  });
  if (!isWide) return;
  if (overflows(slide)) shrink(slide, function () { return overflows(slide); }, 80);
  else if (!slide.querySelector(".outputs")) grow(slide);
}
function shrink(element, tooLarge, least) {
  element.style.fontSize = "";
  for (var size = 95; size >= least && tooLarge(); size -= 5) element.style.fontSize = size + "%";
}
// Text or code alone fills its slide, as long as no line of code is broken for it.
function grow(slide) {
  var codes = [].slice.call(slide.querySelectorAll(":scope > .code"));
  for (var size = 110; size <= 140; size += 10) {
    var before = slide.style.fontSize;
    slide.style.fontSize = size + "%";
    var fits = !overflows(slide) && codes.every(function (code) {
      var pre = code.firstElementChild;
      pre.style.whiteSpace = "pre";
      code.style.minHeight = "";
      var isWhole = pre.scrollWidth <= pre.clientWidth + 1 && code.scrollWidth <= code.clientWidth + 1 && code.scrollHeight <= code.clientHeight + 1;
      pre.style.whiteSpace = "";
      return isWhole;
    });
    if (fits) continue;
    slide.style.fontSize = before;
    return;
  }
}
Reveal.on("ready", fit);
Reveal.on("slidechanged", fit);
addEventListener("load", fit);
`.trim();
