/**
 * A training in progress: the work between epochs, and the record, which only the session writes.
 */
import { host } from "../display/host.js";
import { drawnOf } from "../engine/order.js";
import type { FinishedEpoch, Progress, Trainer } from "../engine/trainer.js";
import { predict } from "../nn/index.js";
import { lossOf } from "../nn/weighted.js";
import { Checkpoint, writeCheckpoint } from "./checkpoint.js";
import { bestEpoch } from "./early-stopping.js";
import { evaluate } from "./evaluate.js";
import { type Measure, measureAll } from "./measure.js";
import { responseOf } from "./network-behaviour.js";
import { type NotFinite, notFiniteMessage } from "./not-finite.js";
import type { Task } from "./options.js";
import { type EpochRecord, stepsPerEpoch, totalSteps } from "./record.js";
import { behaviourOf } from "./rule-behaviour.js";
import { enough, farAbove, Run } from "./run.js";
import { restore, type Snapshot, snapshotOf } from "./snapshot.js";
import { TrainingChart } from "./training-chart.js";

/** How often the chart is updated, in milliseconds. */
const chartEvery = 100;

const words = { validationLoss: "validation loss", accuracy: "accuracy", loss: "training loss" };

/** A training; it begins with the constructor, and `close()` ends it. */
export class Session implements Progress {
  readonly run: Run;
  /** Aborts when the user interrupts the cell, or the option `signal` aborts. */
  readonly stop: AbortSignal;
  readonly #task: Task;
  readonly #interrupted: AbortSignal;
  readonly #began = performance.now();
  readonly #chart: TrainingChart | undefined;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #epochBegan = this.#began;
  /** The network of the best epoch so far, with early stopping. */
  #best: Snapshot | undefined;
  #broken: NotFinite | undefined;
  /** The epoch after which parameters were last inspected. */
  #looked: number;
  #savedAt = 0;
  #measuredAt = 0;
  /** When the network was last known to be intact, in words. */
  #intact = "before the training";
  /** The network before the first step. */
  readonly #start: Snapshot | undefined;

  constructor(task: Task) {
    const { settings, model, from, missing, signal, live } = task;
    this.#task = task;
    this.run = new Run(settings);
    this.run.kernels = `scalar float64${missing ? `, no fast kernel for ${missing}` : ""}`;
    if (from) {
      restore(model, from);
      Object.assign(this.run, {
        loss: from.loss,
        stepSize: from.stepSize,
        epochs: structuredClone(from.epochs),
        measured: structuredClone(from.measured),
        measuredLayers: structuredClone(from.measuredLayers),
      });
      this.#best = from.best;
    }
    if (!from) this.#start = snapshotOf(model);
    this.#looked = this.run.epochs.length;
    if (this.#looked > 0) this.#intact = `after epoch ${this.#looked}`;
    this.#interrupted = host().interruptSignal();
    this.stop = AbortSignal.any([this.#interrupted, ...(signal ? [signal] : [])]);
    if (live) {
      const chart = new TrainingChart(this.run, this.run.steps);
      this.#chart = chart;
      this.#timer = setInterval(() => chart.update(this.run.steps), chartEvery);
    }
  }

  // Reports of the trainer.

  computedBy(kernels: string): void {
    this.run.kernels = kernels;
  }

  steps(loss: Float64Array, stepSize: Float64Array): void {
    this.run.loss = loss;
    this.run.stepSize = stepSize;
  }

  epoch({ epoch, gradientNorms, validation }: FinishedEpoch): void {
    const { run } = this;
    const losses = run.loss.subarray(run.epochs.at(-1)?.step ?? 0);
    run.epochs.push({
      epoch,
      step: run.steps,
      loss: meanOverSamples(losses, run.settings),
      gradientNorms,
      ...(validation && { validationLoss: validation.loss, accuracy: validation.accuracy }),
    });
    const now = performance.now();
    run.timings.push({ epoch, seconds: (now - this.#epochBegan) / 1000 });
    this.#epochBegan = now;
    this.#chart?.update(run.steps);
  }

  // Between epochs.

  /** Measures before the first step, or completes an epoch whose validation was stopped. */
  async begin(): Promise<void> {
    const { run } = this;
    const { model, validation, loss } = this.#task;
    if (run.steps === 0) await this.#measure();
    const cut = run.epochs.at(-1);
    if (!validation || cut?.step !== run.steps || this.#isValidated(cut)) return;
    const { loss: validationLoss, accuracy } = await evaluate(model, validation, { loss });
    // No step was taken since, so the rule's state is that of the checkpoint.
    await this.#endEpoch(Object.assign(cut, { validationLoss, accuracy }), () => this.#task.from!.state);
  }

  /** Whether there are more steps to take. */
  get goesOn(): boolean {
    const { run } = this;
    return !this.#broken && !this.stop.aborted && !run.stopped && run.steps < totalSteps(run);
  }

  /** The step after which parameters are inspected next. */
  get nextLook(): number {
    const { run } = this;
    const { onEpoch, early, keep, measure } = this.#task;
    const next = (n: number) => (Math.floor(run.steps / n) + 1) * n;
    const measures = Object.values(measure);
    const looksAtEachEpoch = onEpoch || early || keep || measures.some(({ everySteps }) => !everySteps);
    return Math.min(
      totalSteps(run),
      ...(looksAtEachEpoch ? [next(stepsPerEpoch(run.settings))] : []),
      ...measures.flatMap(({ everySteps }) => (everySteps ? [next(everySteps)] : [])),
    );
  }

  /** Inspects the network's parameters: measures, compares, saves. */
  async look(trainer: Trainer): Promise<void> {
    const { epochs } = this.run;
    const record = epochs.at(-1);
    const isNew = epochs.length > this.#looked;
    this.#looked = epochs.length;
    const { steps } = this.run;
    this.#intact = record?.step === steps ? `after epoch ${record.epoch}` : `after step ${steps}`;
    // Stopped during the epoch's validation: `resume` completes it.
    const isOver = isNew && record && this.#isValidated(record);
    if (isOver) await this.#endEpoch(record, () => trainer.state());
    else if (!isNew && steps > this.#measuredAt) await this.#measure(({ everySteps }) => everySteps);
  }

  /** Ends the training because numbers are no longer finite. */
  breakOff(broken: NotFinite): void {
    this.#broken = broken;
  }

  /** Records why the training ended early, saves, and restores the best epoch. */
  end(trainer: Trainer): void {
    const { run } = this;
    const { signal, model, early } = this.#task;
    if (this.#broken) {
      const { what } = this.#broken;
      run.stopped = `the ${what} ${what === "loss" ? "is" : "are"} no longer finite`;
      return;
    }
    if (run.steps < totalSteps(run)) {
      if (this.#interrupted.aborted) run.stopped ??= "interrupted";
      else if (signal?.aborted) run.stopped ??= reasonOf(signal);
    }
    run.state = { k: run.steps, ...trainer.state() };
    this.#lookBack();
    this.#save(() => trainer.state(), true);
    if (early && this.#best) {
      restore(model, this.#best);
      run.restored = bestEpoch(run.epochs, early);
    }
  }

  /**
   * With small batches the first losses are noisy, or already those of a diverged network: if the final loss is far above the
   * first of them, the initial loss is measured.
   */
  #lookBack(): void {
    const { run } = this;
    const { model, data, loss } = this.#task;
    const end = run.epochs.at(-1)?.loss;
    if (!this.#start || end === undefined || !(end > farAbove * run.loss[0]!)) return;
    const copy = model.copy();
    restore(copy, this.#start);
    const batch = data.batch(0, Math.min(enough, data.size));
    const { x, y } = batch;
    run.startLoss = lossOf(loss, batch).value(predict(copy, x), y);
  }

  /** Completes the record and the chart. */
  async close(): Promise<void> {
    this.run.seconds = (performance.now() - this.#began) / 1000;
    clearInterval(this.#timer);
    const shown = this.#chart?.close();
    if (!this.#interrupted.aborted) await shown; // an interrupted cell does not wait for the picture
  }

  /** The record; throws if the training failed or the cell was interrupted. */
  result(): Run {
    if (this.#broken)
      throw new Error(notFiniteMessage(this.run, this.#broken, this.#intact, this.#task.data));
    if (this.#interrupted.aborted) throw this.#interrupted.reason;
    return this.run;
  }

  async #endEpoch(record: EpochRecord, state: Trainer["state"]): Promise<void> {
    const { run } = this;
    const { early, model, onEpoch, keep } = this.#task;
    await this.#measure();
    if (early) {
      const best = bestEpoch(run.epochs, early);
      if (best === record.epoch) this.#best = snapshotOf(model);
      if (record.epoch - best >= early.patience) {
        run.stopped = `no better ${words[early.by]} in ${early.patience} epochs`;
      }
    }
    if ((await onEpoch?.(record, run)) === "stop") run.stopped ??= "by onEpoch";
    // The last checkpoint is written at the end.
    if (keep && run.epochs.length % keep.every === 0 && this.goesOn) this.#save(state);
  }

  /** Takes all measurements, or the chosen ones; each decides whether it is due. */
  async #measure(isChosen: (measure: Measure) => unknown = () => true): Promise<void> {
    const { model, data, loss, measure } = this.#task;
    const chosen = Object.entries(measure).filter(([, one]) => isChosen(one));
    this.#measuredAt = this.run.steps;
    await measureAll(Object.fromEntries(chosen), { model, data, loss, run: this.run });
  }

  /**
   * @param isEnd whether the training is over: only then are custom regions, layers and losses called for their fingerprint, because
   * a call between steps could change the state of such a function
   */
  #save(state: Trainer["state"], isEnd = false): void {
    const { keep, model, rule } = this.#task;
    const { settings, loss, stepSize, epochs, measured, measuredLayers, steps } = this.run;
    if (!keep || (this.#savedAt === steps && !isEnd)) return;
    this.#savedAt = steps;
    const behaviour = behaviourOf(rule, steps, isEnd ? model.parameterCount : undefined);
    const response = isEnd ? responseOf(model, this.#task, model) : undefined;
    const record = { settings, loss, stepSize, epochs, measured, measuredLayers };
    const now = {
      ...record,
      theta: model.theta,
      buffers: model.buffers,
      state: state(),
      ...(this.#best && { best: this.#best }),
      ...(behaviour && { behaviour }),
      ...(response && { response }),
    };
    writeCheckpoint(keep.file, new Checkpoint(now), model);
  }

  #isValidated({ validationLoss }: EpochRecord): boolean {
    return !this.#task.validation || validationLoss !== undefined;
  }
}

/** The mean loss of an epoch's samples, from the mean of each step's batch; the last batch may be smaller. */
function meanOverSamples(losses: Float64Array, { samples, batchSize }: Run["settings"]): number {
  const last = losses.length - 1;
  const share = (drawnOf(samples, batchSize) - last * batchSize) / batchSize;
  const sum = losses.reduce((all, loss, k) => all + (k === last ? share * loss : loss), 0);
  return sum / (last + share);
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason);
}
