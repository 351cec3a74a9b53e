/**
 * The page as the host of the figure renderer: Plotly as a separate script, `plotly.js` beside the page's, so that static and
 * live pages share one copy; the colours of the page's style sheet.
 */
import type { Place } from "../labextension/figure-view.ts";
import type { Plotly } from "../labextension/plotly.ts";
import { themeAt } from "../labextension/theme.ts";
import { assets, loadScript } from "./places.ts";

const preferred = matchMedia("(prefers-color-scheme: dark)");

export const place: Place = {
  async loadPlotly() {
    const scope = globalThis as unknown as { Plotly?: Plotly };
    if (!scope.Plotly) await loadScript(`${assets()}plotly.js`);
    return scope.Plotly!;
  },
  themeAt,
  onThemeChange(listener) {
    preferred.addEventListener("change", listener);
    return () => preferred.removeEventListener("change", listener);
  },
  hovers: matchMedia("(hover: hover)").matches,
};
