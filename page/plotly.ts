/**
 * Plotly as a script of its own, `plotly.js` beside the page's, so that reading and running share one copy. It stands in
 * for labextension/plotly.ts (scripts/build-page.mjs).
 */
import type { Plotly } from "../labextension/plotly.ts";
import { assets, loadScript } from "./places.ts";

export async function loadPlotly(): Promise<Plotly> {
  const scope = globalThis as unknown as { Plotly?: Plotly };
  if (!scope.Plotly) await loadScript(`${assets()}plotly.js`);
  return scope.Plotly!;
}
