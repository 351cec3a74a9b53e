/**
 * The results of a sweep: a record for each point, to filter, group, compare and plot.
 */
import { inspect } from "#platform";
import type { Displayable } from "../display/bundle.js";
import { formatNumber } from "../display/format-number.js";
import { table } from "../display/table.js";
import { checkOneOf } from "../options/check.js";
import { AsTable } from "./as-table.js";
import { numbersOf, SweepGroups } from "./groups.js";
import { type PairedOptions, pairedRows } from "./paired.js";
import type { PointRecord } from "./record.js";
import { where } from "./record-list.js";
import { type RobustnessOptions, robustnessRows } from "./robustness.js";
import type { Rows } from "./rows.js";
import { meanOf } from "./statistics.js";
import type { ParameterValue, Point, RecordValue } from "./values.js";

/** The records of a sweep in the order of its points. Shows itself as a table. */
export class SweepResults extends AsTable {
  /** The name of the experiment. */
  readonly name: string;
  /** The names of the parameters, in the order of the grid. */
  readonly parameters: readonly string[];
  /** The records, including failed points; if they take much memory, they are read from their file one by one. */
  readonly records: readonly PointRecord[];
  /** The number of points of the sweep, including those without a record. */
  readonly points: number;
  /** Why the sweep ended early; undefined if it did not. */
  readonly stopped: string | undefined;
  /** The budget parameter of a search: only points with the full budget can be best. */
  readonly budget: string | undefined;

  constructor({
    name,
    parameters,
    records,
    points = records.length,
    stopped,
    budget,
  }: {
    name: string;
    parameters: readonly string[];
    records: readonly PointRecord[];
    points?: number;
    stopped?: string | undefined;
    budget?: string | undefined;
  }) {
    super();
    [this.name, this.parameters, this.records] = [name, parameters, records];
    [this.points, this.stopped, this.budget] = [points, stopped, budget];
  }

  /** The records of the points that failed, with their `error`. */
  get failed(): readonly PointRecord[] {
    return where(this.records, ({ error }) => error !== undefined);
  }

  /** The records of the points that have values. */
  get done(): readonly PointRecord[] {
    return where(this.records, ({ values }) => values !== undefined);
  }

  /** The results of some points: those with the given values of parameters (one, or any of a list), or those that satisfy a predicate. */
  filter(
    wanted:
      | Readonly<Record<string, ParameterValue | readonly ParameterValue[]>>
      | ((record: PointRecord) => boolean),
  ): SweepResults {
    if (typeof wanted !== "function")
      for (const name of Object.keys(wanted)) this.requireParameter("filter", name);
    const fits = (one: PointRecord): boolean =>
      typeof wanted === "function"
        ? wanted(one)
        : Object.entries(wanted).every(([name, value]) => [value].flat().includes(one.point[name]!));
    const { name, parameters, stopped, budget } = this;
    return new SweepResults({ name, parameters, records: where(this.records, fits), stopped, budget });
  }

  /** The distinct values of a parameter, in the order of the grid. */
  valuesOf(parameter: string): ParameterValue[] {
    this.requireParameter("valuesOf", parameter);
    const found = new Set<ParameterValue>();
    for (const { point } of this.records) found.add(point[parameter]!);
    return [...found];
  }

  /** The values that points returned under a name, in order; failed points are left out. */
  column(name: string): RecordValue[] {
    this.requireValue("column", name);
    return this.done.map(({ values }) => values![name]!);
  }

  /** A row for each point: its parameters and the values that it returned, or its error if it failed. */
  rows(): Record<string, unknown>[] {
    return this.records.map(rowOf);
  }

  /** Groups of points that agree in some parameters, such as `group("rule", "eta")`; the other parameters are averaged over. */
  group(...by: string[]): SweepGroups {
    for (const name of by) this.requireParameter("group", name);
    return new SweepGroups(this, by);
  }

  /**
   * The best point by the mean of a value over the seeds, as the point without its seed, the mean and the records; after a
   * search, among those with the greatest budget. A NaN mean, as of failed points, ranks last.
   */
  best(
    value: string,
    { best = "least" }: { best?: "least" | "greatest" } = {},
  ): { point: Point; mean: number; records: readonly PointRecord[] } {
    checkOneOf("best", { best }, ["least", "greatest"]);
    this.requireValue("best", value);
    const sign = best === "least" ? 1 : -1;
    const { budget } = this;
    const whole = budget === undefined ? this : this.filter({ [budget]: this.valuesOf(budget).at(-1)! });
    const groups = whole
      .group(...this.parameters.filter((name) => name !== "seed"))
      .groups.map(({ point, records }) => {
        const numbers = numbersOf(records, value);
        const mean = numbers.length === records.length ? meanOf(numbers) : Number.NaN;
        return { point, mean, records };
      });
    const rank = ({ mean }: { mean: number }): number =>
      Number.isNaN(mean) ? Number.POSITIVE_INFINITY : sign * mean;
    return groups.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  }

  /**
   * Paired differences from a baseline: the difference of a value between two points that differ only in the parameter
   * `by`, and so share the seed; its mean, standard deviation and Student's t interval over the seeds.
   */
  paired(value: string, options: PairedOptions): Rows {
    this.requireValue("paired", value);
    return pairedRows(this, value, options);
  }

  /** The number of decades of a parameter over which a value stays within a factor of its best. */
  robustness(value: string, options: RobustnessOptions): Rows {
    this.requireValue("robustness", value);
    return robustnessRows(this, value, options);
  }

  /** Throws RangeError unless it is a parameter of the sweep. */
  requireParameter(who: string, name: string): void {
    if (this.parameters.includes(name)) return;
    throw new RangeError(
      `${who}: the sweep has the parameters ${this.parameters.join(", ")}, got ${inspect(name)}`,
    );
  }

  /** Throws RangeError unless points return it. */
  requireValue(who: string, name: string): void {
    const known = new Set<string>();
    for (const { values = {} } of this.records) for (const one of Object.keys(values)) known.add(one);
    if (known.has(name)) return;
    const what = known.size === 0 ? "no point has values" : `points return ${[...known].join(", ")}`;
    throw new RangeError(`${who}: ${what}, got ${inspect(name)}`);
  }

  /** The caption of the table. */
  get caption(): string {
    const { records, points, failed, name, stopped } = this;
    const parts = [
      `${name}: ${formatNumber(points)} point${points === 1 ? "" : "s"}`,
      ...(failed.length > 0 ? [`${formatNumber(failed.length)} failed`] : []),
      ...(records.length < points ? [`${formatNumber(points - records.length)} not run`] : []),
      ...(stopped === undefined ? [] : [`stopped: ${stopped}`]),
    ];
    return parts.join(", ");
  }

  protected override table(): Displayable {
    const rows = this.records.map((record) =>
      Object.fromEntries(
        Object.entries(rowOf(record)).map(([name, value]) => [
          name,
          Array.isArray(value) ? `${value.length} values` : value,
        ]),
      ),
    );
    return table(rows, { caption: this.caption });
  }
}

const rowOf = ({ point, values, error }: PointRecord): Record<string, unknown> => ({
  ...point,
  ...values,
  ...(error && { error: `${error.name}: ${error.message}` }),
});
