/**
 * Charts of runs: the loss of the steps, smoothed, and the accuracy after each epoch; of one run or of several.
 */
import { type Figure, lineChart, panels, type Series } from "../display/index.js";
import type { Run } from "./run.js";

/** As many points as are worth drawing of a curve that is some hundred pixels wide. */
const points = 200;

/** Means over as many steps as give at most {@link points} of them, each at the middle of its steps. */
export function smoothed(
  loss: ArrayLike<number>,
  count = loss.length,
): { x: number[]; y: number[]; window: number } {
  const window = Math.max(1, Math.ceil(count / points));
  const x: number[] = [];
  const y: number[] = [];
  for (let start = 0; start < count; start += window) {
    const end = Math.min(start + window, count);
    let sum = 0;
    for (let k = start; k < end; k++) sum += loss[k];
    x.push((start + 1 + end) / 2);
    y.push(sum / (end - start));
  }
  return { x, y, window };
}

/** The charts of one run, as far as it has come. */
export function runFigure(
  run: Run,
  { steps = run.steps, note }: { steps?: number; note?: string } = {},
): Figure {
  return charts([run], {
    title: note ? `${run.name}: ${note}` : run.summary(),
    counts: [steps],
    total: totalSteps(run),
  });
}

/**
 * Several runs in one figure: their losses step by step, and their accuracies after each epoch. Where an epoch is not as
 * many steps for each, the losses are drawn over epochs: equal places have seen equally many samples.
 *
 * @param runs what `train()` returned
 * @throws TypeError when there are none
 * @example
 * const data = dataset({ x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], classes: 2 });
 * const net = sequential([dense(2, 2)]);
 * const run = await train(net, data, { epochs: 2, batchSize: 4, live: false });
 * compareRuns([run], { title: "One run" }).alt.startsWith("One run") // → true
 */
export function compareRuns(
  runs: readonly Run[],
  { title = "Runs compared" }: { title?: string } = {},
): Figure {
  if (!Array.isArray(runs) || runs.length === 0) {
    throw new TypeError(
      "compareRuns: expected a list of runs as train() returns them, such as compareRuns([first, second])",
    );
  }
  return charts(runs, { title, counts: runs.map((run) => run.steps) });
}

interface Charts {
  title: string;
  /** How many steps of each run are drawn. */
  counts: readonly number[];
  /** Where the axis of steps ends, when the run is not over. */
  total?: number;
}

function charts(runs: readonly Run[], { title, counts, total }: Charts): Figure {
  const curves = runs.map((run, i) => smoothed(run.loss, counts[i]));
  const windows = new Set(curves.map((curve) => curve.window));
  const window = Math.max(...windows);
  const paces = runs.map(stepsPerEpoch);
  const samePace = new Set(paces).size === 1;
  const losses = lineChart({
    title:
      window > 1 ? `Loss, mean of ${windows.size > 1 ? "up to " : ""}${window} steps` : "Loss of each step",
    x: { title: samePace ? "step k" : "epoch", ...(total && { range: [0, total] as [number, number] }) },
    y: { title: "loss E<sub>k</sub>(θ<sup>(k)</sup>)", scale: "log" },
    series: runs.map((run, i): Series => {
      const { x, y } = curves[i]!;
      return { name: run.name, x: samePace ? x : x.map((k) => k / paces[i]!), y, colour: i };
    }),
  });
  const measured = runs.length === 1 ? [...gradientChart(runs[0]!), ...measuredCharts(runs[0]!)] : [];
  const judged = runs.filter((run) => run.epochs.some(({ accuracy }) => Number.isFinite(accuracy)));
  if (judged.length === 0) return panels([losses, ...measured], { title });
  const epochs = Math.max(...runs.map((run) => run.settings.epochs));
  const accuracies = lineChart({
    title: "Accuracy on the validation data",
    x: { title: "epoch", range: [0.5, epochs + 0.5], tickStep: Math.ceil(epochs / 10) },
    y: { title: "classified right, %" },
    series: judged.map(
      (run): Series => ({
        name: run.name,
        x: run.epochs.map(({ epoch }) => epoch),
        y: run.epochs.map(({ accuracy = Number.NaN }) => 100 * accuracy),
        mode: "lines+markers",
        colour: runs.indexOf(run),
      }),
    ),
  });
  return panels([losses, accuracies, ...measured], { title });
}

/** The size of each layer's gradient, once there are epochs to compare. */
function gradientChart({ epochs, settings }: Run): Figure[] {
  if (epochs.length < 2) return [];
  const layers = epochs.at(-1)!.gradientNorms ?? [];
  if (layers.length === 0) return [];
  const chart = lineChart({
    title: "Gradient of each layer, last step of each epoch",
    x: { title: "epoch", range: [0.5, settings.epochs + 0.5], tickStep: Math.ceil(settings.epochs / 10) },
    y: { title: "‖∇E<sub>k</sub>‖", scale: "log" },
    series: layers.map(
      (_, i): Series => ({
        name: `layer ${i + 1}`,
        x: epochs.map(({ epoch }) => epoch),
        y: epochs.map(({ gradientNorms }) => gradientNorms?.[i] ?? Number.NaN),
        mode: "lines+markers",
        colour: i,
      }),
    ),
  });
  return [chart];
}

/** A chart for each thing that was measured on the way; what has a value for each layer, `norm[1]`, …, is one. */
function measuredCharts({ name, measured }: Run): Figure[] {
  const charts = new Map<string, Series[]>();
  for (const [what, values] of Object.entries(measured)) {
    const [, whole, layer] = /^(.*)\[(\d+)\]$/.exec(what) ?? [];
    const series = charts.get(whole ?? what) ?? [];
    charts.set(whole ?? what, series);
    series.push({
      name: layer ? `layer ${layer}` : name,
      x: values.map(({ step }) => step),
      y: values.map(({ value }) => value),
      mode: "lines+markers",
      colour: series.length,
    });
  }
  return [...charts].map(([what, series]) =>
    lineChart({ title: what, x: { title: "step k" }, y: { title: what }, series }),
  );
}

/** The number of steps that a run takes if nothing stops it. */
export function totalSteps(run: Run): number {
  return run.settings.epochs * stepsPerEpoch(run);
}

const stepsPerEpoch = ({ settings: { samples, batchSize } }: Run): number => Math.ceil(samples / batchSize);
