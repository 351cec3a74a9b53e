/**
 * How often values fall into intervals.
 */
import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import { axisLayout } from "./axis.js";
import { extent, plainTitle } from "./describe.js";
import { Figure } from "./figure.js";
import { formatNumber } from "./format-number.js";
import { colourOf } from "./palette.js";
import { typeset } from "./typeset.js";

/** What a histogram shows. */
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
 * @throws RangeError for no values, one that is not finite, or `bins` that is no whole number ≥ 1; TypeError for curves over counts
 * @example
 * histogram([1, 2, 2, 3, 3, 3], { title: "Values", x: "x", bins: 2 })
 * // Values
 * // x: x, 1 … 3; 6 values in 2 intervals; most in 2 … 3: 5
 * @see H. Sturges, The choice of a class interval, J. Amer. Statist. Assoc. 21 (1926).
 */
export function histogram(values: ArrayLike<number>, options: HistogramOptions): Figure {
  const list = Array.from(values ?? []);
  const { title, x, density = false, curves = {}, alt } = options;
  const wrong = list.findIndex((value) => !Number.isFinite(value));
  if (list.length === 0 || wrong >= 0) {
    throw new RangeError(
      `histogram: expected finite numbers, at least one, got ${wrong >= 0 ? `${inspect(list[wrong])} as number ${wrong}` : inspect(values)}`,
    );
  }
  const { bins = Math.max(5, Math.ceil(Math.log2(list.length)) + 1) } = options;
  checkWhole("histogram", { bins });
  const named = Object.entries(curves);
  if (named.length > 0 && !density) {
    throw new TypeError(
      `histogram: curves are densities, so set density: true; got curves ${named.map(([name]) => name).join(", ")}`,
    );
  }
  const [least, greatest] = extent([list]);
  const from = least === greatest ? least - 0.5 : least;
  const width = (least === greatest ? 1 : greatest - least) / bins;
  const counts = new Float64Array(bins);
  for (const value of list) counts[Math.min(bins - 1, Math.floor((value - from) / width))]!++;
  const heights = density ? counts.map((count) => count / (list.length * width)) : counts;
  const centres = Float64Array.from(counts, (_, i) => from + (i + 0.5) * width);
  const along = Float64Array.from({ length: 201 }, (_, i) => from + (i / 200) * bins * width);
  const fullest = counts.indexOf(Math.max(...counts));
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
