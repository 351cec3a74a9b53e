/**
 * The figures of a page outside JupyterLab, as written by src/display/figure-page.ts: each in its reserved place, in the page's
 * colours, and for printing in light colours, as wide as the paper.
 */
import { FigureView, type Place } from "./figure-view.ts";
import type { Plotly as PlotlyApi } from "./plotly.ts";
import type { Theme } from "./theme.ts";

/** Plotly, by a script before this one. */
declare const Plotly: PlotlyApi;

const paper = 640; // px

/** Draws all figures, and redraws them when the reader changes the colour scheme or prints. */
export function drawFigures(light: Theme, dark: Theme): void {
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const listeners = new Set<() => void>();
  let printing = false;
  const place: Place = {
    loadPlotly: () => Promise.resolve(Plotly),
    themeAt: () => (preferred.matches && !printing ? dark : light),
    onThemeChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // Without a hovering pointer, the buttons would always overlap the title.
    hovers: matchMedia("(hover: hover)").matches,
  };
  const views: FigureView[] = [];
  for (const element of document.querySelectorAll(".figure")) {
    const [node, script] = [element.firstElementChild!, element.querySelector("script")!];
    const view = new FigureView(place);
    view.show(JSON.parse(script.textContent!), node.getAttribute("aria-label") ?? "");
    node.replaceWith(view.node);
    views.push(view);
  }
  const redraw = () => {
    for (const listener of listeners) listener();
  };
  const print = (now: boolean) => {
    printing = now;
    for (const view of views) view.drawNow(now ? paper : undefined);
  };
  preferred.addEventListener("change", redraw);
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
}
