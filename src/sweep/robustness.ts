/**
 * Robustness to a parameter: the number of decades over which the result stays near its best.
 */
import { inspect } from "#platform";
import { checkNumbers, checkOneOf } from "../options/check.js";
import { groupsOf, numbersOf } from "./groups.js";
import type { PointRecord } from "./record.js";
import { Rows } from "./rows.js";
import { meanOf } from "./statistics.js";
import type { ParameterValue } from "./values.js";

/** Options of `results.robustness`. */
export interface RobustnessOptions {
  /** The parameter under study, with values > 0, such as a step size. */
  over: string;
  /** One row for each value of this parameter; by default a single row. */
  by?: string;
  /** A value counts as good up to this factor from the best of its row; 2. */
  factor?: number;
  /** Whether the least or the greatest value is best; `least`. */
  best?: "least" | "greatest";
}

interface Results {
  readonly records: readonly PointRecord[];
  requireParameter(who: string, name: string): void;
}

/** The range of a parameter around its best value in which results are good. */
export interface Stretch {
  /** The parameter where the result is best. */
  at: number;
  /** The best result. */
  value: number;
  /** The first and the last value of the parameter between which all results are good. */
  low: number;
  high: number;
}

/** The range around the best value, for increasing x, in which all values are within the factor. */
export function stretchOf(
  x: readonly number[],
  y: readonly number[],
  { factor, best }: { factor: number; best: "least" | "greatest" },
): Stretch | undefined {
  const sign = best === "least" ? 1 : -1;
  const ranked = y.map((value, i) => ({ value, i })).filter(({ value }) => Number.isFinite(value));
  if (ranked.length === 0) return undefined;
  const { value, i } = ranked.reduce((a, b) => (sign * b.value < sign * a.value ? b : a));
  if (!(value > 0))
    throw new RangeError(`robustness: a factor of the best needs values > 0, but the best is ${value}`);
  const isGood = (one: number | undefined): boolean =>
    one !== undefined && (best === "least" ? one <= factor * value : one >= value / factor);
  let [low, high] = [i, i];
  while (isGood(y[low - 1])) low--;
  while (isGood(y[high + 1])) high++;
  return { at: x[i]!, value, low: x[low]!, high: x[high]! };
}

/** The mean of a value over all other parameters as a function of `over`, in increasing order. */
export function meansOver(
  records: readonly PointRecord[],
  value: string,
  over: string,
): { x: number[]; y: number[] } {
  const groups = groupsOf(records, [over]).map(({ point, records }) => {
    const x = point[over];
    if (typeof x !== "number") throw new TypeError(`${over} must have numbers as values, got ${inspect(x)}`);
    // A failed point makes the mean bad, not missing.
    const y = records.some(({ error }) => error) ? Number.NaN : meanOf(numbersOf(records, value));
    return { x, y };
  });
  groups.sort((a, b) => a.x - b.x);
  return { x: groups.map(({ x }) => x), y: groups.map(({ y }) => y) };
}

/** A row for each value of `by`. */
export function robustnessRows(
  results: Results,
  value: string,
  { over, by, factor = 2, best = "least" }: RobustnessOptions,
): Rows {
  for (const name of by === undefined ? [over] : [over, by]) results.requireParameter("robustness", name);
  checkNumbers("robustness", { factor }, (one) => one > 1, "a finite number > 1");
  checkOneOf("robustness", { best }, ["least", "greatest"]);
  const rows = groupsOf(results.records, by === undefined ? [] : [by]).map(({ point, records }) => {
    const { x, y } = meansOver(records, value, over);
    if (!(x[0]! > 0)) throw new RangeError(`robustness: decades need values of ${over} > 0, got ${x[0]}`);
    const stretch = stretchOf(x, y, { factor, best });
    const named: Record<string, ParameterValue> = { ...point };
    if (!stretch) return { ...named, [`best ${value}`]: Number.NaN, decades: 0 };
    const { at, value: reached, low, high } = stretch;
    return {
      ...named,
      [`best ${value}`]: reached,
      [`at ${over}`]: at,
      from: low,
      to: high,
      decades: Math.log10(high / low),
    };
  });
  const caption = `${value} within a factor of ${factor} of its best: for ${over} from … to, as far as the sweep's values say`;
  return new Rows(rows, caption);
}
