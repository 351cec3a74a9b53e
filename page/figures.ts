/**
 * Figures of a static page: a picture until the reader points at it, then Plotly's figure, which can be zoomed and hovered
 * over. It is drawn by the same code as figures in JupyterLab.
 */
import { figureText } from "../labextension/figure.ts";
import { FigureView } from "../labextension/figure-view.ts";
import { place } from "./place.ts";
import { loadScript, make } from "./places.ts";

const scope = globalThis as unknown as { nablabFigures?: (figures: unknown[]) => void };

/** The figures of this page; rejects if their file cannot be loaded. */
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

/** Makes the figures of the page zoomable. */
export function prepareFigures(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".figure[data-figure]")) {
    const picture = element.firstElementChild as HTMLElement;
    const button = make("button", {
      type: "button",
      className: "hidden",
      textContent: "Draw this figure so that it can be zoomed",
    });
    // For keyboard users it becomes visible with the focus.
    button.addEventListener("focus", () => button.classList.remove("hidden"));
    button.addEventListener("blur", () => button.classList.add("hidden"));
    button.addEventListener("click", () => void draw(element, picture));
    let waiting = 0;
    picture.addEventListener("pointerenter", (event) => {
      // Not on scrolling by touch, nor when the mouse only passes.
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
    // The picture stays until it is replaced, and for printing.
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
    drawn.delete(element); // it remains a picture; the next attempt tries again
  }
}
