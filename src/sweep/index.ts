/**
 * Sweeps: an experiment at many points, on every core or on a cluster, and the analysis of its records.
 */
export { type GridOf, logspace, range } from "./grid.js";
export type { SummaryOptions, SweepGroup, SweepGroups } from "./groups.js";
export { type Halving, type HalvingOptions, halving } from "./halving.js";
export type { Experiment, RunContext } from "./in-process.js";
export type { PairedOptions } from "./paired.js";
export type { PointError, PointRecord, PointRun } from "./record.js";
export { record } from "./record-value.js";
export { SweepResults } from "./results.js";
export type { RobustnessOptions } from "./robustness.js";
export type { Rows } from "./rows.js";
export { lastSweep, type SweepOptions, sweep } from "./sweep.js";
export { type SweepChartOptions, sweepChart } from "./sweep-chart.js";
export type { ParameterValue, Point, RecordValue, Values } from "./values.js";
