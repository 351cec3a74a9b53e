/**
 * Charts of runs: the loss of the steps, smoothed, and the accuracy after each epoch; of one run or of several.
 */
import { type Figure, lineChart, panels, type Series } from "../display/index.js";
import { stepsPerEpoch, type TrainingRecord, totalSteps } from "./record.js";

/** Enough points for a curve a few hundred pixels wide. */
const points = 200;

/** Means over windows of steps, at most {@link points} of them, each at the middle of its window. */
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
    for (let k = start; k < end; k++) sum += loss[k]!;
    x.push((start + 1 + end) / 2);
    y.push(sum / (end - start));
  }
  return { x, y, window };
}

/** The charts of one run so far. */
export function runFigure(
  run: TrainingRecord,
  { steps = run.steps, note }: { steps?: number; note?: string } = {},
): Figure {
  return charts([run], {
    title: note ? `${run.name}: ${note}` : run.summary(),
    counts: [steps],
    total: totalSteps(run),
  });
}

interface Charts {
  title: string;
  /** The number of steps of each run to draw. */
  counts: readonly number[];
  /** The end of the axis of steps while the run is in progress. */
  total?: number;
}

export function charts(runs: readonly TrainingRecord[], { title, counts, total }: Charts): Figure {
  const curves = runs.map((run, i) => smoothed(run.loss, counts[i]));
  const windows = new Set(curves.map((curve) => curve.window));
  const window = Math.max(...windows);
  const paces = runs.map(({ settings }) => stepsPerEpoch(settings));
  const samePace = new Set(paces).size === 1;
  const losses = lineChart({
    title:
      window > 1 ? `Loss, mean of ${windows.size > 1 ? "up to " : ""}${window} steps` : "Loss of each step",
    x: { title: samePace ? "step k" : "epoch", ...(total && { range: [0, total] as [number, number] }) },
    y: { title: "loss F<sub>k</sub>(θ<sup>(k−1)</sup>)", scale: "log" },
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

/** The norm of each layer's gradient, once there are epochs to compare. */
function gradientChart({ epochs, settings }: TrainingRecord): Figure[] {
  if (epochs.length < 2) return [];
  const layers = epochs.at(-1)!.gradientNorms ?? [];
  if (layers.length === 0) return [];
  const chart = lineChart({
    title: "Gradient of each layer, last step of each epoch",
    x: { title: "epoch", range: [0.5, settings.epochs + 0.5], tickStep: Math.ceil(settings.epochs / 10) },
    y: { title: "‖∇F<sub>k</sub>‖", scale: "log" },
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

/** A chart for each measurement; the values of all layers share one. */
function measuredCharts({ name, measured, measuredLayers }: TrainingRecord): Figure[] {
  const chart = (what: string, series: Series[]) =>
    lineChart({ title: what, x: { title: "step k" }, y: { title: what }, series });
  const ofLayers = Object.entries(measuredLayers).map(([what, all]) =>
    chart(
      what,
      (all[0]?.values ?? []).map((_, t) => ({
        name: `layer ${t + 1}`,
        x: all.map(({ step }) => step),
        y: all.map(({ values }) => values[t] ?? Number.NaN),
        mode: "lines+markers",
        colour: t,
      })),
    ),
  );
  const ofWhole = Object.entries(measured).map(([what, all]) =>
    chart(what, [
      {
        name,
        x: all.map(({ step }) => step),
        y: all.map(({ value }) => value),
        mode: "lines+markers",
        colour: 0,
      },
    ]),
  );
  return [...ofLayers, ...ofWhole];
}
