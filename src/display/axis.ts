/** One axis of a chart, and its layout for Plotly. */
import { inspect } from "#platform";
import { extent } from "./describe.js";
import { typeset } from "./typeset.js";

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

/** The layout of an axis on which `values` are drawn; `padded` if Plotly leaves room beyond them (11 to 16 %), as above lines and around points. */
export function axisLayout(
  chart: string,
  name: "x" | "y",
  { title, scale = "linear", range, tickStep }: Axis,
  values: readonly ArrayLike<number>[],
  padded = name === "y",
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
    return {
      title: typeset(title),
      ...(range && { range: [...range] }),
      ...(tickStep && { dtick: tickStep }),
    };
  }
  if (range !== undefined && !(range[0] > 0 && range[1] > 0)) {
    throw new RangeError(
      `${chart}: the ${name} axis is logarithmic, so its range must be above 0, got ${inspect(range)}`,
    );
  }
  const [low, high] = range ?? extent(values, 0);
  const decades = low <= high ? Math.abs(Math.log10(high / low)) : 1;
  const onAxis = padded && !range ? 1.11 * decades : decades;
  const beyond = 10 ** ((onAxis - decades) / 2);
  const ticks =
    name === "x" && decades < 1
      ? ticksWithin(Math.min(low, high) / beyond, Math.max(low, high) * beyond)
      : ticksOf(name, decades, onAxis);
  return {
    title: typeset(title),
    type: "log",
    ...(range && { range: range.map(Math.log10) }),
    // Plotly writes powers of ten a quarter larger, for the exponents' sake, and 2 and 5 between them a quarter smaller.
    tickfont: { size: 12 },
    // On less than two decades all labels are numbers in full: 2 and 5 alone would leave the reader to find their power of ten.
    // On more, where Plotly marks 2 and 5 once they are zoomed, those are ticks without a label: of another size they would look
    // like exponents.
    ...(decades < 2.11 ? { tickformat: inFull(low, high) } : { minorloglabels: "none" }),
    ...(ticks && { nticks: ticks }),
  };
}

/**
 * `nticks` for so many decades of data, and of the axis. Plotly marks each whole decade alone when the axis has 0.7 to 1 decades
 * per nticks; below that also 2 and 5, which are needed on one of less than two decades, where 3 asks for them; below a third
 * also 3, 4, 6, …, too close together in a panel; above 1 every second decade or fewer, needed where labels side by side would
 * touch. At 0.7 itself it marks 2 and 5, hence a little more here, as extents round. A fixed `dtick` would leave a zoomed
 * chart without a tick.
 */
function ticksOf(name: "x" | "y", decades: number, onAxis: number): number | undefined {
  if (decades < 0.9) return undefined;
  if (decades < 2.11) return 3;
  const ticks = Math.min(name === "x" ? 7 : 9, Math.ceil(1.2 * decades));
  return onAxis / ticks < 0.703 ? ticks - 1 : ticks;
}

/** An x axis on a phone, and a digit of its labels with the room that Plotly leaves beside them, in pixels. */
const [narrow, digit] = [240, 8];

/**
 * `nticks` of an x axis of less than a decade, where Plotly marks some 1.5 nticks equal differences: 3, or 2 if the labels of 3
 * would not fit side by side and have to be turned, or 4 if fewer leave a single one.
 */
function ticksWithin(low: number, high: number): number {
  const marksOf = (ticks: number): number[] => {
    const rough = (high - low) / (1.5 * ticks);
    const base = 10 ** Math.floor(Math.log10(rough));
    const step = base * (rough <= 2 * base ? 2 : rough <= 5 * base ? 5 : 10);
    const first = Math.ceil(low / step);
    const count = Math.max(0, Math.floor(high / step) - first + 1);
    return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(6)));
  };
  const fits = (ticks: number): boolean => {
    const marks = marksOf(ticks);
    const places = marks.map((mark) => (narrow * Math.log10(mark)) / Math.log10(high / low));
    const widest = digit * Math.max(...marks.map((mark) => String(mark).length));
    return marks.length > 1 && places.every((place, i) => i === 0 || place - places[i - 1]! > widest);
  };
  return [3, 2].find(fits) ?? [3, 4].find((ticks) => marksOf(ticks).length > 1) ?? 3;
}

/** The format of numbers in a range: as they are, in thousands and millions (50k), or with a power of ten. */
const inFull = (low: number, high: number): string =>
  low >= 1 && high >= 1e4 && high < 1e9 ? "~s" : low >= 1e-4 && high < 1e4 ? "~r" : "~e";

/** Of the ranges of a plane, how much longer one side may be than the other for equal axes to be of use. */
const longest = 5;

/**
 * What makes the axes of a plane equal, so that right angles look right, and the height of the plane as a part of its width;
 * nothing where an axis is logarithmic, or one side would be a thin strip.
 */
export function equalAxes(
  x: Pick<Axis, "scale" | "range">,
  y: Pick<Axis, "scale" | "range">,
): { aspect: number; xaxis: object; yaxis: object } | undefined {
  if (x.scale === "log" || y.scale === "log" || !x.range || !y.range) return undefined;
  const aspect = Math.abs((y.range[1] - y.range[0]) / (x.range[1] - x.range[0]));
  if (!(aspect <= longest && aspect >= 1 / longest)) return undefined;
  const constrain = { constrain: "domain" };
  return { aspect, xaxis: constrain, yaxis: { ...constrain, scaleanchor: "x" } };
}
