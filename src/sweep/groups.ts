/**
 * Groups of points that agree in some parameters.
 */
import { inspect } from "#platform";
import { checkBetween0And1, checkNumbers } from "../options/check.js";
import { AsTable } from "./as-table.js";
import type { PointRecord } from "./record.js";
import { pick } from "./record-list.js";
import { Rows } from "./rows.js";
import { intervalOf, meanOf, quantileOf, sdOf } from "./statistics.js";
import { encode, type Point, type RecordValue } from "./values.js";

/** Points that agree in the parameters of `point`. */
export interface SweepGroup {
  readonly point: Point;
  readonly records: readonly PointRecord[];
}

/** Results that can be grouped. */
export interface Groupable {
  readonly name: string;
  readonly records: readonly PointRecord[];
  requireValue(who: string, name: string): void;
}

/** How a summary is computed. */
export interface SummaryOptions {
  /** The level of the interval for the mean; 0.95. */
  confidence?: number;
  /** The quantiles to list; [0.1, 0.5, 0.9]. */
  quantiles?: readonly number[];
}

/** The groups of a sweep, in the order of its points. Shows itself as a table of means. */
export class SweepGroups extends AsTable {
  /** The groups, each with the parameters in which its points agree. */
  readonly groups: readonly SweepGroup[];
  readonly #of: Groupable;
  readonly #by: readonly string[];

  constructor(of: Groupable, by: readonly string[]) {
    super();
    [this.#of, this.#by] = [of, by];
    this.groups = groupsOf(of.records, by);
  }

  /** The numbers that the points of a group returned under a name; failed points are left out. @throws TypeError unless they are numbers */
  numbers(group: SweepGroup, value: string): number[] {
    return numbersOf(group.records, value);
  }

  /**
   * For each group: the number of points with the value, its mean, standard deviation (n − 1), Student's t interval for the
   * mean, and quantiles (∞ and NaN count as the greatest values).
   *
   * @throws RangeError for a value that no point returned
   */
  summary(value: string, { confidence = 0.95, quantiles = [0.1, 0.5, 0.9] }: SummaryOptions = {}): Rows {
    checkBetween0And1("summary", { confidence });
    for (const p of quantiles)
      checkNumbers("summary", { quantiles: p }, (p) => p >= 0 && p <= 1, "from 0 to 1");
    this.#of.requireValue("summary", value);
    const rows = this.groups.map(({ point, records }) => {
      const values = numbersOf(records, value);
      const [low, high] = intervalOf(values, confidence);
      return {
        ...point,
        n: values.length,
        mean: meanOf(values),
        sd: sdOf(values),
        low,
        high,
        ...Object.fromEntries(
          quantiles.map((p) => [`${Number((100 * p).toPrecision(12))} %`, quantileOf(values, p)]),
        ),
      };
    });
    const level = `${Number((100 * confidence).toPrecision(12))} %`;
    return new Rows(
      rows,
      `${value}: mean and standard deviation over n points, low to high: ${level} interval for the mean`,
    );
  }

  protected override table(): Rows {
    const numeric = numericNames(this.#of.records);
    const rows = this.groups.map(({ point, records }) => ({
      ...point,
      n: records.reduce((n, { values }) => n + (values === undefined ? 0 : 1), 0),
      ...Object.fromEntries(numeric.map((name) => [name, meanOf(numbersOf(records, name))])),
    }));
    return new Rows(rows, `${this.#of.name}: means over n points for each ${this.#by.join(", ") || "sweep"}`);
  }
}

/** Groups records by the values of some parameters, in order of first appearance. */
export function groupsOf(records: readonly PointRecord[], by: readonly string[]): SweepGroup[] {
  const groups = new Map<string, { point: Point; places: number[] }>();
  let at = 0;
  for (const record of records) {
    const point = Object.fromEntries(by.map((name) => [name, record.point[name]!]));
    const key = encode(point);
    const group = groups.get(key);
    if (group) group.places.push(at);
    else groups.set(key, { point, places: [at] });
    at++;
  }
  return [...groups.values()].map(({ point, places }) => ({ point, records: pick(records, places) }));
}

/** The names whose values are numbers in every point that has one. */
export function numericNames(records: readonly PointRecord[]): string[] {
  const isNumber = new Map<string, boolean>();
  for (const { values = {} } of records)
    for (const [name, value] of Object.entries(values))
      isNumber.set(name, typeof value === "number" && isNumber.get(name) !== false);
  return [...isNumber.keys()].filter((name) => isNumber.get(name));
}

/** The values of a name, from the records that have it. @throws TypeError unless they are numbers */
export function numbersOf(records: readonly PointRecord[], value: string): number[] {
  const found: number[] = [];
  for (const { values } of records) {
    const one: RecordValue | undefined = values?.[value];
    if (one === undefined) continue;
    if (typeof one !== "number")
      throw new TypeError(`${value} must be a number in each point, got ${inspect(one)}`);
    found.push(one);
  }
  return found;
}
