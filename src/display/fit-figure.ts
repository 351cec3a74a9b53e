/**
 * Lays a figure out for the width it has.
 *
 * Plotly makes room for ticks, but cuts long titles and lets title, legend and plot overlap. Here the lines of the title and of
 * its note, the rows of the legend, the height of the plot and the columns of panels follow from the width and from how wide
 * text is, by whatever measures it: the page that draws the figure, or a table of widths for a static picture. What is needed
 * for that travels with the figure, as `layout.meta.fit`.
 */
import { fitChart } from "./fit-chart.js";
import { fitPanels } from "./fit-panels.js";
import type { Fit, FitOptions, Fittable } from "./fit-parts.js";

/** Narrower, as where JupyterLab's file list takes most of a phone, ticks and titles leave no room for a plot: a figure scrolls. */
const narrowest = 240;

/** The width at which a figure is drawn in a place. */
export const drawnWidth = ({ layout }: Pick<Fittable, "layout">, place: number): number =>
  Math.max(place, narrowest, (layout?.meta as { fit?: Fit } | undefined)?.fit?.least ?? 0);

/** The figure laid out for a width; the same figure where it says nothing about that. */
export function fitFigure<F extends Fittable>(figure: F, options: FitOptions): F {
  const fit = (figure.layout?.meta as { fit?: Fit } | undefined)?.fit;
  if (fit === undefined || !(options.width > 0)) return figure;
  return fit.cells ? fitPanels(figure, fit, options) : fitChart(figure, fit, options);
}
