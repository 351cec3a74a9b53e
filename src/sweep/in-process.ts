/**
 * Runs points in this process, one after the other: for an experiment that is a function rather than a file.
 */
import { hostName, yieldTurn } from "#platform";
import type { Executor, Outcome, Task } from "./job.js";
import { pointErrorOf } from "./record.js";
import { checkedValues, type Point, type Values } from "./values.js";

/** The second argument of a run, after its point. */
export interface RunContext {
  /** Aborts when the sweep is stopped or the point exceeds its time limit. */
  readonly signal: AbortSignal;
  /** Shows intermediate values in the live table. */
  readonly report: (values: Values) => void;
  /** The point's parameter `seed`, or 0. */
  readonly seed: number;
}

/** An experiment: maps a point to a record of numbers, strings, booleans and lists of them. */
export type Experiment = (point: never, context: RunContext) => object | Promise<object>;

/** Milliseconds after which the event loop gets a turn between two points. */
const turnEvery = 20;

export class InProcessExecutor implements Executor {
  readonly #experiment: Experiment;
  readonly #stop = new AbortController();
  #turned = performance.now();

  constructor(experiment: Experiment) {
    this.#experiment = experiment;
  }

  capacity(listener: (count: number) => void): void {
    listener(1);
  }

  async run({ point, seed }: Task, report: (values: Values) => void): Promise<Outcome | undefined> {
    // Interrupts are received between turns of the event loop.
    if (performance.now() - this.#turned > turnEvery) {
      await yieldTurn();
      this.#turned = performance.now();
    }
    const { signal } = this.#stop;
    if (signal.aborted) return undefined;
    const began = performance.now();
    const ended = (outcome: Pick<Outcome, "values" | "error">): Outcome | undefined =>
      signal.aborted
        ? undefined
        : { ...outcome, seconds: (performance.now() - began) / 1000, host: hostName() };
    try {
      const context: RunContext = { signal, report: (values) => report(checkedValues(values)), seed };
      return ended({ values: checkedValues(await this.#experiment(point as Point as never, context)) });
    } catch (error) {
      return ended({ error: pointErrorOf(error) });
    }
  }

  stop(): void {
    this.#stop.abort(new Error("the sweep was stopped"));
  }

  async close(): Promise<void> {}
}
