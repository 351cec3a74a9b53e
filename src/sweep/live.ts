/**
 * The live view of a sweep: a table of what is done, failed and running, with the rate and the time left, above a chart
 * of the results so far.
 */
import { type DisplayHandle, display } from "../display/display.js";
import type { Figure } from "../display/figure.js";
import { formatNumber } from "../display/format-number.js";
import { lineChart } from "../display/line-chart.js";
import { type LiveFigure, liveFigure } from "../display/live-figure.js";
import { table } from "../display/table.js";
import { numericNames } from "./groups.js";
import type { Task } from "./job.js";
import type { PointRecord } from "./record.js";
import type { SweepResults } from "./results.js";
import { sweepChart } from "./sweep-chart.js";
import type { Values } from "./values.js";

/** How often the table is updated, in milliseconds. */
const tableEvery = 250;

/** The chart takes at most this share of the time. */
const chartShare = 0.05;

/** The most running points listed in the table. */
const mostRows = 8;

/** The progress of a sweep. */
export class SweepProgress {
  /** The number of points of the sweep. */
  total = 0;
  /** Points with a record, including those of an earlier run. */
  done = 0;
  failed = 0;
  /** Points completed by this run. */
  ran = 0;
  readonly #began = performance.now();

  /** Points per second, in this run. */
  get rate(): number {
    return (1000 * this.ran) / (performance.now() - this.#began);
  }

  /** Estimated seconds left; undefined before the first point has ended. */
  get left(): number | undefined {
    return this.ran === 0 ? undefined : (this.total - this.done) / this.rate;
  }

  /** The progress as one line. */
  toString(): string {
    const { done, total, failed, left } = this;
    return [
      `${formatNumber(done)} of ${formatNumber(total)} done`,
      ...(failed > 0 ? [`${formatNumber(failed)} failed`] : []),
      ...(left === undefined ? [] : [`${formatNumber(this.rate, 3)} points/s`, `${duration(left)} left`]),
    ].join(", ");
  }
}

/** Formats a duration: `40 s`, `12 min`, `3.5 h`. */
export const duration = (seconds: number): string =>
  seconds < 100
    ? `${Math.ceil(seconds)} s`
    : seconds < 6000
      ? `${Math.ceil(seconds / 60)} min`
      : `${formatNumber(seconds / 3600, 2)} h`;

/** Shows the table and the chart in the notebook until closed. */
export class LiveSweep {
  readonly #progress: SweepProgress;
  readonly #results: () => SweepResults;
  readonly #running = new Map<number, { task: Task; values: Values }>();
  readonly #handle: Promise<DisplayHandle>;
  readonly #timer: ReturnType<typeof setInterval>;
  #chart: LiveFigure | undefined;
  #chartAt = 0;
  #isNew = false;

  constructor(progress: SweepProgress, results: () => SweepResults) {
    [this.#progress, this.#results] = [progress, results];
    this.#handle = display(this.#table());
    this.#timer = setInterval(() => this.#update(), tableEvery);
  }

  begins(task: Task): void {
    this.#running.set(task.index, { task, values: {} });
  }

  reports({ index }: Task, values: Values): void {
    const running = this.#running.get(index);
    if (running) Object.assign(running, { values });
  }

  ended({ index }: Task, _record?: PointRecord): void {
    this.#running.delete(index);
    this.#isNew = true;
  }

  /** Removes the table, since the results show themselves; the chart keeps its last state. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    (await this.#handle).close();
    if (!this.#chart) return;
    const chart = overview(this.#results());
    if (chart) this.#chart.update(chart);
    await this.#chart.close();
  }

  #update(): void {
    void this.#handle.then((handle) => handle.update(this.#table()));
    const began = performance.now();
    if (!this.#isNew || began < this.#chartAt) return;
    this.#isNew = false;
    const chart = overview(this.#results());
    if (!chart) return;
    if (this.#chart) this.#chart.update(chart);
    else this.#chart = liveFigure(chart);
    this.#chartAt = performance.now() + (performance.now() - began) / chartShare;
  }

  #table() {
    const rows = [...this.#running.values()]
      .slice(0, mostRows)
      .map(({ task, values }) => ({ ...task.point, ...values }));
    const more = this.#running.size > mostRows ? `, ${this.#running.size - mostRows} more run` : "";
    const caption = `${this.#progress}${more}`;
    return table(rows.length > 0 ? rows : [{ running: "none" }], { caption });
  }
}

/** A default chart: the first number that points return, over the first parameter with several numbers. */
export function overview(results: SweepResults): Figure | undefined {
  const { records, parameters } = results;
  const [y] = numericNames(records);
  if (y === undefined) return undefined;
  const varied = parameters.filter((name) => name !== "seed" && results.valuesOf(name).length > 1);
  const isNumeric = (name: string): boolean =>
    results.valuesOf(name).every((value) => typeof value === "number");
  const x = varied.find(isNumeric);
  const series = varied.find((name) => name !== x && results.valuesOf(name).length <= 8);
  const title = `${results.name}: ${y}`;
  if (x !== undefined) return sweepChart(results, { x, y, ...(series !== undefined && { series }), title });
  const values = records.map(({ values }) => (values?.[y] ?? Number.NaN) as number);
  return lineChart({
    title,
    x: { title: "point" },
    y: { title: y },
    series: [{ name: y, y: values, mode: "markers" }],
  });
}
