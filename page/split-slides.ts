/**
 * Splits texts longer than a screen into several slides, in the browser, where their height is known, so that letters stay
 * large enough to be read in a room.
 */
import { make } from "./places.ts";

export const overflows = (slide: HTMLElement): boolean => slide.scrollHeight > slide.clientHeight + 1;

/**
 * Continues a text that is too long even at nine tenths of the font size on the next slide, from a block or a list item on.
 */
export function split(slide: HTMLElement): void {
  const texts = ([...slide.children] as HTMLElement[]).filter(({ hidden }) => !hidden);
  const [text, ...others] = texts;
  if (!text || !texts.every((one) => one.matches(".text:not([data-grading])"))) return;
  const measured = [slide, slide.parentElement!];
  for (const section of measured) section.classList.add("measured");
  slide.style.fontSize = "90%";
  for (const other of others) {
    text.append(...other.childNodes);
    other.remove();
  }
  const later = make("div", { className: "text" });
  while (overflows(slide) && moveLast(text, later));
  while (
    later.firstElementChild &&
    hangs(text.lastElementChild!, later.firstElementChild) &&
    moveLast(text, later)
  );
  slide.style.fontSize = "";
  for (const section of measured) section.classList.remove("measured");
  if (!later.firstElementChild) return;
  const heading = text.querySelector("h1, h2, h3, .continued");
  if (heading && !later.firstElementChild.matches("h1, h2, h3"))
    later.prepend(make("p", { className: "continued" }, ...heading.cloneNode(true).childNodes));
  const rest = make("section", {}, later);
  slide.after(rest);
  split(rest);
}

/** The list or table to which a part belongs. */
const partOf = new WeakMap<Element, Element>();

/**
 * Moves the last block, list item or table row to the front of another text; false if only one is left below the heading.
 */
function moveLast(from: HTMLElement, to: HTMLElement): boolean {
  const last = from.lastElementChild;
  if (!last) return false;
  const items = itemsOf(last);
  const least = from.firstElementChild!.matches("h1, h2, h3, .continued") ? 2 : 1;
  const isLong = items !== null && items.childElementCount > 1;
  if (from.childElementCount < least || (from.childElementCount === least && !isLong)) return false;
  if (!items) {
    to.prepend(last);
    return true;
  }
  let part = to.firstElementChild;
  if (!part || partOf.get(part) !== last) {
    part = last.cloneNode(true) as Element;
    partOf.set(part, last);
    itemsOf(part)!.textContent = "";
    to.prepend(part);
  }
  if (last instanceof HTMLOListElement)
    (part as HTMLOListElement).start = last.start + last.childElementCount - 1;
  itemsOf(part)!.prepend(items.lastElementChild!);
  if (!items.firstElementChild) last.remove();
  return true;
}

const itemsOf = (block: Element): Element | null =>
  block.matches("ol, ul") ? block : block.querySelector(":scope > tbody, :scope > table > tbody");

/** Whether a slide would end with words that introduce the next one, or begin in the middle of a sentence. */
function hangs(last: Element, first: Element): boolean {
  const isFormula = first.matches(
    "p:has(> .katex-display:only-child, > .maths:only-child), .katex-display, .maths",
  );
  const goesOn = first.matches("p") && /^[a-z]/.test(first.textContent ?? "");
  return (
    last.matches("h1, h2, h3, h4, h5, h6") ||
    /:$|^Proof\.$/.test(last.textContent?.trim() ?? "") ||
    isFormula ||
    goesOn
  );
}
