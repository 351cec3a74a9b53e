/**
 * One quantity recorded along many random paths: the average behaviour of a stochastic algorithm and its scatter.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import { checkNumbers } from "../../options/check.js";
import { ensembleChart } from "./ensemble-chart.js";

/** Options of an ensemble. */
export interface EnsembleOptions {
  /** What ran, for legends. */
  name: string;
  /** The quantity with its symbol, for axes, such as `θ(k)`. */
  quantity: string;
  /** The steps k at which it was recorded, in order. */
  k: ArrayLike<number>;
  /** For each path its values at these steps. */
  rows: readonly Float64Array[];
}

/** A quantity at recorded steps of many independent paths. Shows itself as mean and band over k. */
export class Ensemble implements Displayable {
  /** What ran, for legends. */
  readonly name: string;
  /** The quantity with its symbol, for axes. */
  readonly quantity: string;
  /** The recorded steps. */
  readonly k: Float64Array;
  /** For each path its values at the recorded steps. */
  readonly rows: readonly Float64Array[];

  /** For `robbinsMonro` and `sgdPaths`; throws RangeError if a row has another length than k, or there is none. */
  constructor({ name, quantity, k, rows }: EnsembleOptions) {
    const wrong = rows.find((row) => row.length !== k.length);
    if (rows.length === 0 || wrong) {
      throw new RangeError(
        `Ensemble: there must be at least one path, each with ${k.length} values; got ${wrong ? wrong.length : "none"}`,
      );
    }
    this.name = name;
    this.quantity = quantity;
    this.k = Float64Array.from(k);
    this.rows = rows;
  }

  /** The number of paths. */
  get paths(): number {
    return this.rows.length;
  }

  /** The mean over the paths, for each recorded step. */
  get mean(): Float64Array {
    return this.#columns((column) => average(column));
  }

  /** The standard error of the mean: the standard deviation over the paths (divisor n − 1), over √n. */
  get standardErrors(): Float64Array {
    return this.#columns((column) => Math.sqrt(variance(column) / column.length));
  }

  /** The variance over the paths (divisor n − 1), for each recorded step. */
  get variances(): Float64Array {
    return this.#columns(variance);
  }

  /** The values of all paths at the last recorded step. */
  get last(): Float64Array {
    return this.at(this.k[this.k.length - 1]!);
  }

  /** The values of all paths at a recorded step k. Throws RangeError if k was not recorded. */
  at(k: number): Float64Array {
    const i = this.k.indexOf(k);
    if (i < 0) {
      throw new RangeError(
        `Ensemble: step ${k} was not recorded; the nearest is ${this.k.reduce((best, one) => (Math.abs(one - k) < Math.abs(best - k) ? one : best))}`,
      );
    }
    return Float64Array.from(this.rows, (row) => row[i]!);
  }

  /**
   * The quantile over the paths for each recorded step, interpolated between order statistics.
   *
   * @param p from 0 (least) over 0.5 (median) to 1 (greatest)
   * @throws RangeError for other p.
   */
  quantile(p: number): Float64Array {
    checkNumbers("quantile", { p }, (value) => value >= 0 && value <= 1, "from 0 to 1");
    return this.#columns((column) => {
      // A path that diverged counts as above all others.
      const sorted = column.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value)).sort();
      const at = p * (sorted.length - 1);
      const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
      return low === high ? low : low + (at - Math.floor(at)) * (high - low);
    });
  }

  /** Another quantity of the same paths: f of each value (and its k), such as `map((x) => x ** 2, "θ(k)²")`. */
  map(f: (value: number, k: number) => number, quantity: string): Ensemble {
    const rows = this.rows.map((row) => row.map((value, i) => f(value, this.k[i]!)));
    return new Ensemble({ name: this.name, quantity, k: this.k, rows });
  }

  /** The same paths under another name, for legends. */
  named(name: string): Ensemble {
    return new Ensemble({ name, quantity: this.quantity, k: this.k, rows: this.rows });
  }

  /** One line: how many paths, and the mean at the last step with its standard error. */
  toString(): string {
    const end = this.k.length - 1;
    return `${this.name}, ${this.paths} ${this.paths === 1 ? "path" : "paths"}: ${this.quantity} at k = ${formatNumber(this.k[end]!)} is ${formatNumber(this.mean[end]!)} ± ${formatNumber(this.standardErrors[end]!, 2)} on average`;
  }

  /** What `console.log` prints. */
  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  /** The chart of mean and band, over the text. */
  async [displaySymbol](): Promise<MimeBundle> {
    const bundle = await ensembleChart([this])[displaySymbol]();
    return { ...bundle, "text/plain": `${this}\n${bundle["text/plain"]}` };
  }

  #columns(f: (column: Float64Array) => number): Float64Array {
    const column = new Float64Array(this.paths);
    return Float64Array.from(this.k, (_, i) => {
      this.rows.forEach((row, path) => {
        column[path] = row[i]!;
      });
      return f(column);
    });
  }
}

function average(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function variance(values: Float64Array): number {
  if (values.length < 2) return Number.NaN;
  const mean = average(values);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return squares / (values.length - 1);
}

/**
 * The steps at which a long run is recorded: all up to `count`, then evenly spaced on a logarithmic scale.
 * The first is 0, the last is `steps`.
 */
export function recordedSteps(steps: number, count = 100): Float64Array {
  const chosen = new Set<number>([0, steps]);
  for (let i = 0; i <= count; i++) chosen.add(Math.round((steps + 1) ** (i / count)) - 1);
  return Float64Array.from(chosen).sort();
}
