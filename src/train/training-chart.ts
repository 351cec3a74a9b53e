/**
 * The chart of a run in progress, with its progress and remaining time, which the final version omits.
 */
import { consoleHost, host } from "../display/host.js";
import { type LiveFigure, liveFigure } from "../display/index.js";
import { totalSteps } from "./record.js";
import type { Run } from "./run.js";
import { runFigure } from "./run-figure.js";

/** `update()` extends the chart; `close()` shows the final version. */
export class TrainingChart {
  readonly #run: Run;
  /** None in a plain script, which prints the last version alone: drawing the others took a tenth of the first epoch. */
  readonly #live: LiveFigure | undefined;
  readonly #began = performance.now();
  /** The steps before the training was resumed. */
  readonly #before: number;

  constructor(run: Run, before: number) {
    this.#run = run;
    this.#before = before;
    if (host() !== consoleHost) this.#live = liveFigure(runFigure(run, { steps: before, note: "starting" }));
  }

  update(steps: number): void {
    const done = steps - this.#before;
    if (!this.#live || done <= 0) return;
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
    const last = this.#run.figure();
    if (!this.#live) return host().display({ data: { "text/plain": last.alt } });
    this.#live.update(last);
    await this.#live.close();
  }
}
