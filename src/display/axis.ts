/** One axis of a chart, and its layout for Plotly. */
import { inspect } from "#platform";
import { extent } from "./describe.js";

/** An axis: its title (a symbol with words), its scale and, where it is not left to the data, its range. */
export interface Axis {
  title: string;
  /** Equal distances for equal differences (`linear`) or for equal ratios (`log`). */
  scale?: "linear" | "log";
  /** The first and the last value shown, as they are (not as powers) also on a log axis. */
  range?: readonly [number, number];
  /** On a linear axis, the distance between two ticks; 1 for what is only counted. */
  tickStep?: number;
}

/** The layout of an axis on which `values` are drawn. */
export function axisLayout(
  chart: string,
  name: "x" | "y",
  { title, scale = "linear", range, tickStep }: Axis,
  values: readonly ArrayLike<number>[],
): Record<string, unknown> {
  if (typeof title !== "string") {
    throw new TypeError(
      `${chart}: the ${name} axis needs a title, a text with the symbol, got ${inspect(title)}`,
    );
  }
  if (scale !== "linear" && scale !== "log") {
    throw new TypeError(
      `${chart}: the scale of the ${name} axis is "linear" or "log", got ${inspect(scale)}`,
    );
  }
  if (range !== undefined && !(range.length === 2 && range.every(Number.isFinite) && range[0] !== range[1])) {
    throw new RangeError(
      `${chart}: the range of the ${name} axis must be two different numbers, got ${inspect(range)}`,
    );
  }
  if (tickStep !== undefined && !(tickStep > 0 && scale === "linear")) {
    throw new RangeError(
      `${chart}: the tickStep of the ${name} axis must be above 0, on a linear axis, got ${inspect(tickStep)}`,
    );
  }
  if (scale === "linear") {
    return { title, ...(range && { range: [...range] }), ...(tickStep && { dtick: tickStep }) };
  }
  if (range !== undefined && !(range[0] > 0 && range[1] > 0)) {
    throw new RangeError(
      `${chart}: the ${name} axis is logarithmic, so its range must be above 0, got ${inspect(range)}`,
    );
  }
  const [low, high] = range ?? extent(values, 0);
  const decades = low <= high ? Math.abs(Math.log10(high / low)) : 1;
  return {
    title,
    type: "log",
    ...(range && { range: range.map(Math.log10) }),
    // Plotly enlarges the labels of a log axis by a quarter, for the exponents' sake.
    tickfont: { size: 11 },
    // Plotly marks whole decades alone when the range in decades (up to a fifth more than that of the data) is 0.7 to 1 times
    // nticks; below that also 2 and 5, with labels "2" and "5" that mislead on a long axis but are needed on one of less than two
    // decades, where nticks = 3 asks for them; below a third also 3, 4, 6, …, too close together in a panel. A fixed
    // `dtick` would do it too, but leave a zoomed chart without a tick.
    ...(decades >= 0.9 && { nticks: Math.min(9, Math.max(3, Math.ceil(1.2 * decades))) }),
  };
}
