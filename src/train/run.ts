/**
 * What a training leaves: every step's loss and step size, every epoch's accuracy, and how it was made.
 */

import { inspect, readFileSync, versions, writeAtomically } from "#platform";
import { formatNumber } from "../display/format-number.js";
import { printing } from "../display/host.js";
import { type Displayable, displaySymbol, type Figure, type MimeBundle, table } from "../display/index.js";
import type { RuleState } from "../optim/index.js";
import type { EpochRecord, Measured, MeasuredLayers, RunSettings, TrainingRecord } from "./record.js";
import { runFigure } from "./run-figure.js";

const format = "nablab run 1";

/** A training whose loss ends at so many times its start has diverged. */
export const farAbove = 100;

/** How many samples give the loss at the start. */
export const enough = 32;

/** The record of a training; made by `train()`. Shows itself as charts of loss and accuracy; `table()` has its epochs. */
export class Run implements Displayable, TrainingRecord {
  /** How it was made. */
  readonly settings: RunSettings;
  /** The mean loss of each step's batch, before the step. */
  loss: Float64Array = new Float64Array(0);
  /** The step size of each step. */
  stepSize: Float64Array = new Float64Array(0);
  /** One entry for each finished sweep through the data. */
  epochs: EpochRecord[] = [];
  /** What was measured before the first step and after each epoch; see the option `measure`. */
  measured: Measured = {};
  /** The same of each layer, such as by `gradientNorm({ layer: "each" })`. */
  measuredLayers: MeasuredLayers = {};
  /** The epoch whose parameters the network has at the end, where it stopped early; otherwise it has the last. */
  restored?: number;
  /** Why it ended early; undefined after a run to the end. */
  stopped?: string;
  /** Which kernels computed it, such as `wasm simd, fused multiply-add`. */
  kernels = "";
  /** Where the loss may have ended far above its start: the mean loss of the first 32 samples before the first step. */
  startLoss?: number;
  /** The versions of nablab and of Node, or of the browser, that computed it. */
  versions: Record<string, string> = { ...versions };
  /** How long it took. A timing, so it is in no output that a second run should repeat. */
  seconds = 0;
  /** How long each epoch took, its validation included; not those that were done before a `resume`. */
  timings: { epoch: number; seconds: number }[] = [];

  #state: RuleState | undefined;

  /** For `train()`: the record of a training that starts now. */
  constructor(settings: RunSettings) {
    this.settings = settings;
  }

  /** What to call it in a legend. */
  get name(): string {
    return this.settings.name;
  }

  /**
   * What the rule remembers after the last step: `averageOf(run.state)` is the mean of `averaging()`. A rule that steps in the kernels
   * has its arrays as `first` and `second`. It is in checkpoints, and in no record that was saved.
   */
  get state(): RuleState | undefined {
    return this.#state;
  }

  /** For `train()`. */
  set state(state: RuleState | undefined) {
    this.#state = state;
  }

  /** The number of steps done. */
  get steps(): number {
    return this.loss.length;
  }

  /** One line: the rule, how far it came, and what was reached. */
  summary(): string {
    const { epochs, batchSize } = this.settings;
    const last = this.epochs.at(-1);
    const parts = [
      `${this.epochs.length} of ${epochs} epochs, ${formatNumber(this.steps)} steps of ${formatNumber(batchSize)}`,
      ...(last ? [`loss ${last.loss.toPrecision(3)}${this.#growth()}`] : []),
      ...(last?.accuracy === undefined || Number.isNaN(last.accuracy)
        ? []
        : [`accuracy ${(100 * last.accuracy).toFixed(2)} %`]),
      ...(this.stopped ? [`stopped: ${this.stopped}`] : []),
    ];
    return `${this.name}: ${parts.join(", ")}`;
  }

  /** A warning where the loss ends far above its start. */
  #growth(): string {
    const { loss, settings } = this;
    // A few samples may have a small loss by chance: take the largest of the first steps, of one epoch at most.
    const steps = Math.ceil(Math.min(enough, settings.samples) / settings.batchSize);
    const first = this.startLoss ?? loss.subarray(0, steps).reduce((a, b) => Math.max(a, b), 0);
    const end = this.epochs.at(-1)!.loss;
    if (!(end > farAbove * first)) return "";
    return `, far above its start at ${first.toPrecision(3)}: try a smaller eta`;
  }

  /** The record as plain data, for `JSON.stringify`; `loadRun()` reads it. */
  toJSON(): Record<string, unknown> {
    const {
      settings,
      loss,
      stepSize,
      epochs,
      measured,
      measuredLayers,
      restored,
      stopped,
      startLoss,
      kernels,
      versions,
    } = this;
    return {
      format,
      settings,
      loss: [...loss],
      stepSize: [...stepSize],
      epochs,
      measured,
      measuredLayers,
      ...(restored !== undefined && { restored }),
      ...(stopped !== undefined && { stopped }),
      ...(startLoss !== undefined && { startLoss }),
      kernels,
      versions,
      seconds: this.seconds,
      timings: this.timings,
    };
  }

  /** What each epoch reached: loss, accuracy, step size, each layer's gradient, and what was measured, as a table. */
  table(): Displayable {
    const at = (step: number) => [
      ...Object.entries(this.measuredLayers).flatMap(([name, all]) => {
        const { values = [] } = all.find((one) => one.step === step) ?? {};
        return values.map((value, i) => [`${name}, layer ${i + 1}`, value] as const);
      }),
      ...Object.entries(this.measured).flatMap(([name, all]) => {
        const found = all.find((one) => one.step === step);
        return found ? [[name, found.value] as const] : [];
      }),
    ];
    const rows = this.epochs.map(({ epoch, step, loss, validationLoss, accuracy, gradientNorms = [] }) => ({
      epoch,
      steps: step,
      loss,
      ...(validationLoss !== undefined && { "validation loss": validationLoss }),
      ...(accuracy !== undefined && !Number.isNaN(accuracy) && { "accuracy, %": 100 * accuracy }),
      "step size": this.stepSize[step - 1],
      ...Object.fromEntries(gradientNorms.map((norm, i) => [`‖∇E‖, layer ${i + 1}`, norm])),
      ...Object.fromEntries(at(step)),
    }));
    return table(rows, { caption: this.summary() });
  }

  /** The charts as one figure. */
  figure(): Figure {
    return runFigure(this);
  }

  /** What `console.log` prints: the summary. */
  [inspect.custom](): string {
    return printing(this, this.summary());
  }

  /** The charts of loss and accuracy; where only text is shown, the table and what the charts say. */
  async [displaySymbol](): Promise<MimeBundle> {
    const [charts, rows] = await Promise.all([this.figure()[displaySymbol](), this.table()[displaySymbol]()]);
    if (this.epochs.length === 0) return charts;
    return { ...charts, "text/plain": `${rows["text/plain"]}\n\n${charts["text/plain"]}` };
  }
}

/**
 * Saves the record of a training as JSON.
 *
 * @param file a path, such as `sgd.json`; written whole or not at all
 * @param run what `train()` returned
 * @throws Error when the file cannot be written
 * @example
 * const data = dataset({ x: [[0, 1], [1, 0]], y: [0, 1], classes: 2 });
 * const run = await train(sequential([dense(2, 2)]), data, { epochs: 3, live: false });
 * saveRun("run.json", run);
 * loadRun("run.json").loss // → Float64Array(3)…
 */
export function saveRun(file: string, run: Run): void {
  writeAtomically(file, `${JSON.stringify(run)}\n`);
}

/**
 * Loads a record that `saveRun()` wrote. It shows itself as it did, and can be compared with other runs.
 *
 * @param file a path
 * @throws Error when the file is missing, cut off, or no record of a training
 * @example
 * const data = dataset({ x: [[0, 1], [1, 0]], y: [0, 1], classes: 2 });
 * const run = await train(sequential([dense(2, 2)]), data, { epochs: 3, live: false });
 * saveRun("run.json", run);
 * loadRun("run.json").summary() === run.summary() // → true
 */
export function loadRun(file: string): Run {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Error(`loadRun: ${(cause as Error).message}`, { cause });
  }
  if (!bytes) throw new Error(`loadRun: there is no file ${file}`);
  const text = new TextDecoder().decode(bytes);
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(text, runNumbers);
  } catch {
    throw new Error(`loadRun: the file is damaged or cut off, after ${text.length} characters; got ${file}`);
  }
  if (content?.format !== format) {
    throw new Error(`loadRun: this is not a record that saveRun() wrote; got ${file}`);
  }
  const { format: _, settings, loss, stepSize, measured, ...rest } = content;
  const isWhole = typeof settings === "object" && settings !== null && Array.isArray(rest.epochs);
  if (!isWhole || !Array.isArray(loss) || !Array.isArray(stepSize) || loss.length !== stepSize.length) {
    throw new Error(
      `loadRun: the record is damaged: settings, losses or step sizes are missing; got ${file}`,
    );
  }
  return Object.assign(new Run(settings as RunSettings), rest, unpacked(measured as Measured, rest), {
    loss: Float64Array.from(loss as number[]),
    stepSize: Float64Array.from(stepSize as number[]),
  });
}

/**
 * The measurements in their present form: older records have a name for each layer, `norm[1]`, `norm[2]`, …
 */
export function unpacked(
  measured: Measured,
  { measuredLayers = {} }: { measuredLayers?: MeasuredLayers },
): { measured: Measured; measuredLayers: MeasuredLayers } {
  const [numbers, layers]: [Measured, MeasuredLayers] = [{}, { ...measuredLayers }];
  for (const [name, values] of Object.entries(measured)) {
    const [, whole, layer] = /^(.+)\[(\d+)\]$/.exec(name) ?? [];
    if (!whole) numbers[name] = values;
    else {
      const all = (layers[whole] ??= values.map(({ step }) => ({ step, values: [] })));
      values.forEach(({ value }, i) => {
        all[i]!.values[Number(layer) - 1] = value;
      });
    }
  }
  return { measured: numbers, measuredLayers: layers };
}

/** For `JSON.parse`: JSON has no NaN, which is the accuracy where there are no labels, and writes null. */
export function runNumbers(_key: string, value: unknown): unknown {
  return value === null ? Number.NaN : value;
}
