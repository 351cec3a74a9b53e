/**
 * The record of a training: the loss and size of every step, the accuracy of every epoch, and the settings.
 */

import { inspect, readFileSync, versions, writeAtomically } from "#platform";
import { formatNumber } from "../display/format-number.js";
import { printing } from "../display/host.js";
import { type Displayable, displaySymbol, type Figure, type MimeBundle, table } from "../display/index.js";
import type { RuleState } from "../optim/index.js";
import type { EpochRecord, Measured, MeasuredLayers, RunSettings, TrainingRecord } from "./record.js";
import { runFigure } from "./run-figure.js";

const format = "nablab run 1";

/** A training whose final loss is this many times the initial one has diverged. */
export const farAbove = 100;

/** How many samples the initial loss is computed on. */
export const enough = 32;

/** The record of a training; made by `train()`. Shows itself as charts of loss and accuracy; `table()` has its epochs. */
export class Run implements Displayable, TrainingRecord {
  /** The settings of the training. */
  readonly settings: RunSettings;
  /** The mean loss of each step's batch, before the step. */
  loss: Float64Array = new Float64Array(0);
  /** The step size of each step. */
  stepSize: Float64Array = new Float64Array(0);
  /** One entry for each completed epoch. */
  epochs: EpochRecord[] = [];
  /** The measurements before the first step and after each epoch; see the option `measure`. */
  measured: Measured = {};
  /** The measurements of each layer, such as by `gradientNorm({ layer: "each" })`. */
  measuredLayers: MeasuredLayers = {};
  /** The epoch whose parameters were restored after early stopping; otherwise the network has the last. */
  restored?: number;
  /** Why it ended early; undefined after a run to the end. */
  stopped?: string;
  /** The kernels that computed it, such as `wasm simd, fused multiply-add`. */
  kernels = "";
  /** The mean loss of the first 32 samples before the first step, if the loss may have ended far above it. */
  startLoss?: number;
  /** The versions of nablab and of Node, or of the browser, that computed it. */
  versions: Record<string, string> = { ...versions };
  /** How long it took. A timing, so no reproducible output contains it. */
  seconds = 0;
  /** How long each epoch took, its validation included; without those before a `resume`. */
  timings: { epoch: number; seconds: number }[] = [];

  #state: RuleState | undefined;

  /** For `train()`: the record of a new training. */
  constructor(settings: RunSettings) {
    this.settings = settings;
  }

  /** Its name in a legend. */
  get name(): string {
    return this.settings.name;
  }

  /**
   * The state of the rule after the last step: `averageOf(run.state)` is the mean of `averaging()`. A rule that steps in the kernels
   * has its arrays as `first` and `second`. Checkpoints contain it, saved records do not.
   */
  get state(): RuleState | undefined {
    return this.#state;
  }

  /** For `train()`. */
  set state(state: RuleState | undefined) {
    this.#state = state;
  }

  /** The number of steps. */
  get steps(): number {
    return this.loss.length;
  }

  /** One line: the rule, the number of epochs and steps, and the loss and accuracy reached. */
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

  /** A warning if the loss ends far above its initial value. */
  #growth(): string {
    const { loss, settings } = this;
    // A few samples may have a small loss by chance: use the largest of the first steps, of one epoch at most.
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

  /** A table of the epochs: loss, accuracy, step size, the norm of each layer's gradient, and the measurements. */
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
      ...Object.fromEntries(gradientNorms.map((norm, i) => [`‖∇Fₖ‖, layer ${i + 1}`, norm])),
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

  /** The charts of loss and accuracy; as text, the table and a description of the charts. */
  async [displaySymbol](): Promise<MimeBundle> {
    const [charts, rows] = await Promise.all([this.figure()[displaySymbol](), this.table()[displaySymbol]()]);
    if (this.epochs.length === 0) return charts;
    return { ...charts, "text/plain": `${rows["text/plain"]}\n\n${charts["text/plain"]}` };
  }
}

/**
 * Saves the record of a training as JSON.
 *
 * @param file a path, such as `sgd.json`; written atomically
 * @param run the result of `train()`
 * @throws Error if the file cannot be written
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
 * Loads a record that `saveRun()` wrote. It shows itself like the original, and can be compared with other runs.
 *
 * @param file a path
 * @throws Error if the file is missing, truncated, or not a record of a training
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
 * The measurements in the current format: older records have a name for each layer, `norm[1]`, `norm[2]`, …
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

/** For `JSON.parse`: JSON has no NaN (the accuracy without labels) and writes null. */
export function runNumbers(_key: string, value: unknown): unknown {
  return value === null ? Number.NaN : value;
}
