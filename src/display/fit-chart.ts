/**
 * Lays one chart out for a width: lines of the title, rows of the legend above the plot or a column beside it, the plot.
 */
import {
  aboveIt,
  axisTitles,
  barWidth,
  below,
  entryWidth,
  type Fit,
  type FitOptions,
  type Fittable,
  highest,
  type Json,
  namesIn,
  phone,
  rowHeight,
  rowsOf,
  titleOf,
  withoutPlace,
} from "./fit-parts.js";

/** A narrower plot turns the labels of its ticks, and those of powers of ten overlap then. */
const narrowest = 240;

/** The figure laid out for a width. */
export function fitChart<F extends Fittable>(figure: F, fit: Fit, options: FitOptions): F {
  const { width, measure } = options;
  const layout = figure.layout!;
  const narrow = width < phone;
  const { l = 64, r = 32, b = below } = fit.margin ?? {};
  const margin = { l: narrow ? Math.min(l, 52) : l, r: narrow ? Math.min(r, 20) : r };
  const bar = barWidth(figure.data);
  const { plot = 318, aspect } = fit;
  const room = width - margin.l - margin.r - bar;
  const inside = aspect ? Math.min(room, highest(plot) / aspect) : room;
  const { title, height: head } = titleOf(fit, options);
  const names = namesIn(figure.data, layout);
  const widths = names.map((name) => entryWidth(name, measure));
  const rows = names.length > 0 ? rowsOf(widths, inside) : 0;
  // A long legend stands beside the plot, if that leaves it room for its ticks, and is not higher than it.
  const column = Math.max(...widths);
  const leavesRoom = column < 0.36 * width && inside - column >= narrowest;
  const beside = rows > 3 && leavesRoom && names.length * rowHeight + 12 <= plot && !aspect;
  const legend = (layout.legend ?? {}) as Json;
  const above = beside || rows === 0 ? 0 : (options.legends?.legend ?? rows * rowHeight + 6);
  const high = aspect ? Math.round(aspect * inside) : plot;
  const top = head + above + (rows > 0 && !beside ? 4 : 8);
  const { axes, more } = axisTitles(layout, Object.keys(layout), { width: inside, height: high }, options);
  const bottom = b + more;
  return {
    ...figure,
    layout: {
      ...layout,
      ...(title && { title }),
      ...axes,
      height: top + high + bottom,
      margin: { ...margin, r: margin.r + room - inside, t: top, b: bottom },
      ...(rows > 0 && {
        legend: beside
          ? { ...withoutPlace(legend), x: 1.02, y: 1 }
          : { ...withoutPlace(legend), ...aboveIt, orientation: "h", x: 0, y: 1 },
      }),
    },
  };
}
