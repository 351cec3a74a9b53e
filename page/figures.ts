/**
 * Figures of a page that is read: a picture, until the reader points at it, and then Plotly's figure, to be zoomed and
 * read off. What draws it is what draws figures in JupyterLab.
 */
import { figureText } from "../labextension/figure.ts";
import { FigureView } from "../labextension/figure-view.ts";
import { place } from "./place.ts";
import { loadScript, make } from "./places.ts";

const scope = globalThis as unknown as { nablabFigures?: (figures: unknown[]) => void };

/** The figures of this page; rejects where their file cannot be loaded. */
async function figuresOfPage(): Promise<unknown[]> {
  const file = document.body.dataset.figures;
  if (file === undefined) return [];
  let figures: unknown[] | undefined;
  scope.nablabFigures = (list) => {
    figures = list;
  };
  await loadScript(new URL(file, document.baseURI).href);
  return (loaded ??= figures ?? []);
}
let loaded: unknown[] | undefined;

/** Makes the figures of the page so that they can be zoomed. */
export function prepareFigures(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".figure[data-figure]")) {
    const picture = element.firstElementChild as HTMLElement;
    const button = make("button", {
      type: "button",
      className: "hidden",
      textContent: "Draw this figure so that it can be zoomed",
    });
    // For those who come by keyboard it is seen once it has the focus.
    button.addEventListener("focus", () => button.classList.remove("hidden"));
    button.addEventListener("blur", () => button.classList.add("hidden"));
    button.addEventListener("click", () => void draw(element, picture));
    let waiting = 0;
    picture.addEventListener("pointerenter", (event) => {
      // A finger that scrolls wants nothing; a mouse that only passes by neither.
      if (event.pointerType === "mouse") waiting = window.setTimeout(() => void draw(element, picture), 250);
    });
    picture.addEventListener("pointerleave", () => clearTimeout(waiting));
    picture.addEventListener("click", () => void draw(element, picture));
    element.append(button);
  }
}

const drawn = new WeakSet<HTMLElement>();

async function draw(element: HTMLElement, picture: HTMLElement): Promise<void> {
  if (drawn.has(element)) return;
  drawn.add(element);
  try {
    const figure = (await figuresOfPage())[Number(element.dataset.figure)];
    if (figure === undefined || !element.isConnected) return;
    const view = new FigureView(place);
    const hadFocus = element.contains(document.activeElement);
    view.node.classList.add("drawn");
    view.show(
      figure,
      figureText(figure, picture.querySelector("img")?.alt ?? (picture as HTMLImageElement).alt),
    );
    element.append(view.node);
    // The picture stays until there is something in its place, and for the printer.
    const seen = new MutationObserver(() => {
      if (!view.node.querySelector(".main-svg")) return;
      seen.disconnect();
      element.classList.add("live");
      element.querySelector(":scope > button")?.remove();
      if (hadFocus) {
        view.node.tabIndex = -1;
        view.node.focus();
      }
    });
    seen.observe(view.node, { childList: true, subtree: true });
  } catch {
    drawn.delete(element); // it remains a picture; the next time it is tried again
  }
}
