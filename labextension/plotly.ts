/**
 * Loads Plotly with the first figure: a separate chunk, requested once.
 */
import type { Figure, Json } from "./figure.ts";

/** The part of Plotly's API used here. */
export interface Plotly {
  react(node: HTMLElement, figure: Figure): Promise<unknown>;
  purge(node: HTMLElement): void;
}

/** The node of a figure, with the properties that Plotly sets and that are read here. */
export interface PlotNode extends HTMLElement {
  /** True while the reader draws a zoom box or moves a legend. */
  _dragging?: boolean;
  /** The traces as drawn, including defaults. */
  _fullData?: readonly Json[];
  /** The layout as drawn, including defaults. */
  _fullLayout?: Json;
}

let loading: Promise<Plotly> | undefined;

/** Plotly; rejects if its file cannot be loaded, in which case the next call tries again. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= import("plotly.js-cartesian-dist-min").then(
    (module) => module.default,
    (error) => {
      loading = undefined;
      throw new Error(`the drawing library could not be loaded; reload this page (${error.message})`);
    },
  );
  return loading;
}
