/**
 * The chart of a run that is under way: how far it is and how long it still takes, which the last version drops.
 */
import { type LiveFigure, liveFigure } from "../display/index.js";
import { totalSteps } from "./record.js";
import type { Run } from "./run.js";
import { runFigure } from "./run-figure.js";

/** Grows with `update()`; `close()` shows the whole. */
export class TrainingChart {
  readonly #run: Run;
  readonly #live: LiveFigure;
  readonly #began = performance.now();
  /** Steps that a resumed training had done before. */
  readonly #before: number;

  constructor(run: Run, before: number) {
    this.#run = run;
    this.#before = before;
    this.#live = liveFigure(runFigure(run, { steps: before, note: "starting" }));
  }

  update(steps: number): void {
    const done = steps - this.#before;
    if (done <= 0) return;
    const { samples, batchSize, epochs } = this.#run.settings;
    const seconds = (performance.now() - this.#began) / 1000;
    const total = totalSteps(this.#run);
    const perEpoch = total / epochs;
    const note = [
      `epoch ${Math.min(epochs, Math.floor(steps / perEpoch) + 1)} of ${epochs}`,
      `step ${steps} of ${total}`,
      `${Math.round(Math.min(done * batchSize, samples * epochs) / seconds).toLocaleString("en")} samples/s`,
      `${Math.ceil((seconds * (total - steps)) / done)} s left`,
    ];
    this.#live.update(runFigure(this.#run, { steps, note: note.join(", ") }));
  }

  async close(): Promise<void> {
    this.#live.update(this.#run.figure());
    await this.#live.close();
  }
}
