/**
 * The chart of a run in progress, with its progress and remaining time, which the final version omits.
 */
import { type LiveFigure, liveFigure } from "../display/index.js";
import { totalSteps } from "./record.js";
import type { Run } from "./run.js";
import { runFigure } from "./run-figure.js";

/** `update()` extends the chart; `close()` shows the final version. */
export class TrainingChart {
  readonly #run: Run;
  readonly #live: LiveFigure;
  readonly #began = performance.now();
  /** The steps before the training was resumed. */
  readonly #before: number;

  constructor(run: Run, before: number) {
    this.#run = run;
    this.#before = before;
    this.#live = liveFigure(() => runFigure(run, { steps: before, note: "starting" }));
  }

  update(steps: number): void {
    const done = steps - this.#before;
    if (done <= 0) return;
    this.#live.update(() => runFigure(this.#run, { steps, note: this.#note(done, steps) }));
  }

  #note(done: number, steps: number): string {
    const { samples, batchSize, epochs } = this.#run.settings;
    const seconds = (performance.now() - this.#began) / 1000;
    const total = totalSteps(this.#run);
    const perEpoch = total / epochs;
    return [
      `epoch ${Math.min(epochs, Math.floor(steps / perEpoch) + 1)} of ${epochs}`,
      `step ${steps} of ${total}`,
      `${Math.round(Math.min(done * batchSize, samples * epochs) / seconds).toLocaleString("en")} samples/s`,
      `${Math.ceil((seconds * (total - steps)) / done)} s left`,
    ].join(", ");
  }

  async close(): Promise<void> {
    this.#live.update(this.#run.figure());
    await this.#live.close();
  }
}
