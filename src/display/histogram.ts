/**
 * How often values fall into intervals.
 */
import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { axisLayout } from "./axis.js";
import { extent, plainTitle } from "./describe.js";
import { Figure } from "./figure.js";
import { formatNumber } from "./format-number.js";
import { colourOf } from "./palette.js";
import { typeset } from "./typeset.js";

/** Options of a histogram. */
export interface HistogramOptions {
  title: string;
  /** What the values are, with their symbol. */
  x: string;
  /** How many intervals of equal length; by default ⌈log₂ n⌉ + 1 of n values (Sturges), at least 5. */
  bins?: number;
  /** Counts, or with `density` shares per unit, whose area is 1; false. */
  density?: boolean;
  /** Densities drawn over it by their names, such as `{ normal: (x) => … }`; with `density`. */
  curves?: Readonly<Record<string, (x: number) => number>>;
  /** What it shows, in words; by default the number of values and the fullest interval. */
  alt?: string;
}

/**
 * Draws how many of some values fall into each of a number of intervals of equal length, from the least value to the greatest.
 *
 * @param values a list of finite numbers
 * @param options `title`, `x`; `bins`, `density` = false, `curves`
 * @throws RangeError for no values, one that is not finite, `bins` that is no whole number from 1 to 100,000, or values so far apart or so
 *   close that no interval has a length; TypeError without a title and `x`, or for curves over counts
 * @example
 * histogram([1, 2, 2, 3, 3, 3], { title: "Values", x: "x", bins: 2 })
 * // Values
 * // x: x, 1 … 3; 6 values in 2 intervals; most in 2 … 3: 5
 * @see H. Sturges, The choice of a class interval, J. Amer. Statist. Assoc. 21 (1926).
 */
export function histogram(values: ArrayLike<number>, options: HistogramOptions): Figure {
  optionsOf("histogram", options, ["title", "x", "bins", "density", "curves", "alt"]);
  if (typeof options.title !== "string" || typeof options.x !== "string") {
    throw new TypeError(
      `histogram: expected a title and what the values are, such as { title: "Gaps", x: "F(θ) − F*" }, got ${inspect(options, { depth: 0 })}`,
    );
  }
  const list = Array.from(values ?? []);
  const { title, x, density = false, curves = {}, alt } = options;
  const wrong = list.findIndex((value) => !Number.isFinite(value));
  if (list.length === 0 || wrong >= 0) {
    throw new RangeError(
      `histogram: expected finite numbers, at least one, got ${wrong >= 0 ? `${inspect(list[wrong])} as number ${wrong}` : inspect(values)}`,
    );
  }
  const { bins = Math.max(5, Math.ceil(Math.log2(list.length)) + 1) } = options;
  checkWhole("histogram", { bins }, 1, 100_000, "more than a screen has columns");
  const named = Object.entries(curves);
  if (named.length > 0 && !density) {
    throw new TypeError(
      `histogram: curves are densities, so set density: true; got curves ${named.map(([name]) => name).join(", ")}`,
    );
  }
  const [least, greatest] = extent([list]);
  // Around values that are all alike, as far as numbers of their size differ.
  const room = least === greatest ? Math.max(0.5, Math.abs(least) / 1000) : 0;
  const from = least - room;
  const width = (greatest + room - from) / bins;
  // The range may overflow, a bin's width may underflow, or the values may differ only in their last digits.
  if (
    !(width < Number.POSITIVE_INFINITY && from + width > from && greatest + room - width < greatest + room)
  ) {
    throw new RangeError(
      `histogram: ${bins} intervals of equal length from ${least} to ${greatest} are too narrow for floating-point numbers; scale the values, or use fewer bins`,
    );
  }
  const counts = new Float64Array(bins);
  for (const value of list) counts[Math.min(bins - 1, Math.floor((value - from) / width))]!++;
  const heights = density ? counts.map((count) => count / (list.length * width)) : counts;
  const centres = Float64Array.from(counts, (_, i) => from + (i + 0.5) * width);
  const along = Float64Array.from({ length: 201 }, (_, i) => from + (i / 200) * bins * width);
  const fullest = counts.indexOf(extent([counts])[1]);
  const edges = `${formatNumber(from + fullest * width)} … ${formatNumber(from + (fullest + 1) * width)}`;
  const said = `x: ${plainTitle(x)}, ${formatNumber(least)} … ${formatNumber(greatest)}; ${list.length} values in ${bins} intervals; most in ${edges}: ${counts[fullest]}`;
  return new Figure({
    data: [
      {
        type: "bar",
        name: density ? "share per unit" : "count",
        x: centres,
        y: heights,
        width,
        marker: { color: colourOf(0), opacity: 0.6 },
      },
      ...named.map(([name, curve], i) => ({
        type: "scatter",
        name: typeset(name),
        mode: "lines",
        x: along,
        y: along.map(curve),
        line: { color: colourOf(i + 1), width: 2 },
      })),
    ],
    layout: {
      showlegend: named.length > 0,
      bargap: 0,
      xaxis: axisLayout("histogram", "x", { title: x }, [centres]),
      yaxis: axisLayout("histogram", "y", { title: density ? "share per unit" : "count" }, [heights]),
    },
    fit: { title: typeset(title) },
    alt:
      alt ?? [plainTitle(title), said, ...named.map(([name]) => `${plainTitle(name)}: a curve`)].join("\n"),
  });
}
