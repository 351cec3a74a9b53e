/**
 * The slides of a page, at its URL with `?slides`: the same cells, arranged by `data-slide` (src/cli/site/slides.ts) and shown
 * by reveal.js. They run like those of the page.
 */
import Reveal from "reveal.js";
import { make } from "./places.ts";
import { overflows, split } from "./split-slides.ts";

/** The width from which a slide has two columns. */
const wide = matchMedia("(min-width: 60.01rem)");

/** Moves the cells of a page into columns of slides; cells on no slide stay hidden among them, since they may be run. */
function arrange(main: HTMLElement): void {
  const slides = make("div", { className: "slides" });
  let column: HTMLElement | undefined;
  let slide: HTMLElement | undefined;
  for (const element of [...main.children] as HTMLElement[]) {
    const place = element.dataset.slide;
    if (!column || place === "column") {
      column = make("section");
      slides.append(column);
      slide = undefined;
    }
    if (!slide || place === "slide") {
      slide = make("section");
      column.append(slide);
    }
    if (place === undefined) element.hidden = true;
    // A check is shown with its output; other folded code stays folded.
    for (const check of element.querySelectorAll(".folded.check")) {
      check.querySelector("summary")?.remove();
      check.replaceWith(...check.childNodes);
    }
    if (place === "notes") slide.append(make("aside", { className: "notes" }, element));
    else if (place === "fragment") slide.append(make("div", { className: "fragment" }, element));
    else slide.append(element);
  }
  main.classList.add("reveal");
  main.replaceChildren(slides);
}

/** The stacked parts of a slide, without pure containers. */
const partsOf = (slide: HTMLElement): HTMLElement[] =>
  ([...slide.children] as HTMLElement[]).flatMap((child) =>
    child.matches(".cell, .fragment") ? partsOf(child) : child.hidden ? [] : child,
  );

/** Code that does not fit beside its output takes its place at the press of a button. */
function addSwap(slide: HTMLElement, code: HTMLElement): void {
  const cell = code.parentElement!;
  if (cell.querySelector(".swap")) return;
  const label = () => (slide.classList.contains("reading") ? "Output" : "Code");
  const swap = make("button", { className: "swap", type: "button", textContent: label() });
  swap.addEventListener("click", () => {
    slide.classList.toggle("reading");
    swap.textContent = label();
    fitSlide();
  });
  const tools = cell.querySelector(".tools") ?? make("div", { className: "tools" });
  if (!tools.isConnected) code.after(tools);
  tools.append(swap);
}

/**
 * Figures are as wide as their slide once it is shown; content that does not fit is reduced slightly, content that leaves
 * space is enlarged, and on a phone a slide is scrolled.
 */
function fitSlide(): void {
  const slide = Reveal.getCurrentSlide() as HTMLElement | undefined;
  if (!slide) return;
  slide.style.fontSize = "";
  const isWide = wide.matches;
  const gap = 0.02 * innerWidth;
  const parts = partsOf(slide);
  const codes = parts.filter((part) => part.matches(".code"));
  const outputs = parts.filter((part) => part.matches(".outputs") && part.childElementCount > 0);
  const figures = [...slide.querySelectorAll<HTMLElement>(".figure")];
  let room = 0.91 * slide.clientHeight; // without the paddings and the margin below a figure
  for (const part of parts) if (!part.matches(".code, .outputs")) room -= part.offsetHeight + gap;
  const isStacked = [...slide.querySelectorAll<HTMLImageElement>(".figure img")].some(
    (img) => img.naturalWidth > 1.9 * img.naturalHeight,
  );
  const isSentences = outputs.every((one) => one.matches(".outputs:has(> .html > p:only-child)"));
  slide.classList.remove("long");
  slide.classList.toggle("stacked", isStacked || isSentences);
  slide.classList.toggle("beside", codes.length > 0 && outputs.length > 0);
  for (const figure of figures) figure.style.zoom = "";
  const whole = room;
  // Code stays large enough to be read in a room.
  for (const code of codes) {
    // Code above a wide figure shows some lines, and fewer if the figure needs the space.
    const below = outputs[0] ? room - outputs[0].offsetHeight - gap : 0;
    const most = isStacked
      ? Math.max(80, Math.min(0.3 * room, below))
      : Math.max(room, 0.35 * slide.clientHeight) - 0.05 * slide.clientHeight;
    code.style.maxHeight = isWide ? `${most}px` : "";
    // A row of the grid is at least as high as its content, or the next would overlap it.
    code.style.minHeight = isWide ? `${Math.min(code.scrollHeight, most)}px` : "";
    if (isStacked) room -= code.offsetHeight + gap;
  }
  const isCut = (code: HTMLElement): boolean => code.scrollHeight > code.clientHeight + 1;
  if (isWide && outputs.length > 0 && codes.some(isCut)) {
    for (const code of codes) addSwap(slide, code);
    slide.classList.add("long");
    room = whole;
    for (const part of slide.querySelectorAll<HTMLElement>(".tools:has(> .swap:only-child)"))
      room -= part.offsetHeight + gap;
    for (const code of codes) {
      code.style.maxHeight = `${room}px`;
      code.style.minHeight = "";
    }
  }
  for (const code of codes) if (isCut(code)) code.tabIndex = 0;
  if (isWide) {
    for (const figure of figures) {
      const place = figure.closest<HTMLElement>(".outputs");
      const besides = place ? place.offsetHeight - figure.offsetHeight : 0; // controls, and printed lines
      figure.style.zoom = String(Math.max(0.5, Math.min(1, (room - besides) / figure.offsetHeight)));
    }
  }
  dispatchEvent(new Event("resize"));
  for (const wider of slide.querySelectorAll<HTMLElement>("table, .maths"))
    shrink(wider, () => isTooWide(wider), 55);
  if (!isWide) return;
  if (overflows(slide)) shrink(slide, () => overflows(slide), 80);
  else if (isSentences) grow(slide, codes);
}

const isTooWide = (element: Element): boolean => element.scrollWidth > element.clientWidth + 1;

function shrink(element: HTMLElement, isTooLarge: () => boolean, least: number): void {
  element.style.fontSize = "";
  for (let size = 95; size >= least && isTooLarge(); size -= 5) element.style.fontSize = `${size}%`;
}

/** Text, code and the sentences of checks fill their slide, as long as no line of code wraps and no formula or table is cut. */
function grow(slide: HTMLElement, codes: readonly HTMLElement[]): void {
  const isWhole = (code: HTMLElement): boolean => {
    const inner = code.firstElementChild as HTMLElement;
    inner.style.whiteSpace = "pre";
    code.style.minHeight = "";
    const whole =
      inner.scrollWidth <= inner.clientWidth + 1 &&
      code.scrollWidth <= code.clientWidth + 1 &&
      code.scrollHeight <= code.clientHeight + 1;
    inner.style.whiteSpace = "";
    return whole;
  };
  for (let size = 110; size <= 140; size += 10) {
    const before = slide.style.fontSize;
    slide.style.fontSize = `${size}%`;
    const isCut = [...slide.querySelectorAll("table, .maths")].some(isTooWide);
    if (!overflows(slide) && codes.every(isWhole) && !isCut) continue;
    slide.style.fontSize = before;
    return;
  }
}

const main = document.querySelector<HTMLElement>("main")!;
arrange(main);
if (wide.matches)
  for (const slide of main.querySelectorAll<HTMLElement>(".slides > section > section")) split(slide);
document
  .querySelector("[data-bar]")
  ?.prepend(make("a", { href: location.pathname, textContent: "Read", title: "The page without slides" }));
Reveal.on("ready", fitSlide);
Reveal.on("slidechanged", () => {
  // reveal.js updates the URL a second later: too late for a press of Run, which may reload the page.
  const { h, v } = Reveal.getIndices();
  history.replaceState(null, "", `#/${h}/${v}`);
  fitSlide();
});
addEventListener("load", fitSlide);
void Reveal.initialize({
  disableLayout: true,
  hash: true,
  center: false,
  transition: "none",
  slideNumber: "c/t",
  controls: true,
  // The space bar presses the button that has the focus.
  keyboardCondition: ((event: KeyboardEvent) =>
    event.key !== " " || !document.activeElement?.closest("button, summary, a")) as never,
});
// The new outputs of a cell may be larger than the old ones.
new MutationObserver(() => requestAnimationFrame(fitSlide)).observe(main, {
  attributeFilter: ["data-state"],
  subtree: true,
});
