/**
 * Plotly, when the first figure needs it: a chunk of its own beside this one, asked for once.
 */
import type { Figure, Json } from "./figure.ts";

/** What of Plotly is used. */
export interface Plotly {
  react(node: HTMLElement, figure: Figure): Promise<unknown>;
  purge(node: HTMLElement): void;
}

/** The node of a figure: what Plotly leaves on it, as far as it is read. */
export interface PlotNode extends HTMLElement {
  /** True while the reader draws a zoom box or moves a legend. */
  _dragging?: boolean;
  /** The traces as drawn, defaults and all. */
  _fullData?: readonly Json[];
}

let loading: Promise<Plotly> | undefined;

/** Plotly; rejects when its file cannot be had, and tries again when next asked. */
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
