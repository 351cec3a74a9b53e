/**
 * What a training leaves: every step's loss and step size, every epoch's accuracy, and how it was made.
 */
import { inspect } from "node:util";
import { type Displayable, displaySymbol, type Figure, type MimeBundle } from "../display/index.js";
import type { Rule } from "../optim/index.js";
import { runFigure } from "./run-figure.js";

/** One sweep through the training data. */
export interface EpochRecord {
  /** The number of the sweep, from 1 on. */
  epoch: number;
  /** Steps done by its end. */
  step: number;
  /** The mean of its steps' losses. */
  loss: number;
  /** The mean loss on the validation data, where there are any. */
  validationLoss?: number;
  /** The share of the validation data that is classified right, where it has labels. */
  accuracy?: number;
}

/** How the samples are ordered: anew for each epoch, once for all, or as they come. */
export type Shuffle = "each epoch" | "once" | "never";

/** Which kernels compute: float32 in threads by WebAssembly or with OpenBLAS, or float64 as the lecture writes it. */
export type Backend = "wasm" | "openblas" | "scalar";

/** The settings a run was made with. */
export interface RunSettings {
  /** What to call it; the rule's text by default. */
  name: string;
  rule: Rule;
  loss: string;
  epochs: number;
  batchSize: number;
  seed: number;
  shuffle: Shuffle;
  samples: number;
  parameters: number;
  backend: Backend;
  threads: number;
}

/** The record of a training; made by `train()`. Shows itself as charts of loss and accuracy. */
export class Run implements Displayable {
  /** How it was made. */
  readonly settings: RunSettings;
  /** The mean loss of each step's batch, before the step. */
  loss: Float64Array = new Float64Array(0);
  /** The step size of each step. */
  stepSize: Float64Array = new Float64Array(0);
  /** One entry for each finished sweep through the data. */
  readonly epochs: EpochRecord[] = [];
  /** Why it ended early; undefined after a run to the end. */
  stopped?: string;
  /** Which kernels computed it, such as `wasm simd, fused multiply-add`. */
  kernels = "";
  /** How long it took. A timing, so it is in no output that a second run should repeat. */
  seconds = 0;

  /** For `train()`: the record of a training that starts now. */
  constructor(settings: RunSettings) {
    this.settings = settings;
  }

  /** What to call it in a legend. */
  get name(): string {
    return this.settings.name;
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
      `${this.epochs.length} of ${epochs} epochs, ${this.steps} steps of ${batchSize}`,
      ...(last ? [`loss ${last.loss.toPrecision(3)}`] : []),
      ...(last?.accuracy === undefined || Number.isNaN(last.accuracy)
        ? []
        : [`accuracy ${(100 * last.accuracy).toFixed(2)} %`]),
      ...(this.stopped ? [`stopped: ${this.stopped}`] : []),
    ];
    return `${this.name}: ${parts.join(", ")}`;
  }

  /** The charts as one figure. */
  figure(): Figure {
    return runFigure(this);
  }

  /** What `console.log` prints: the summary. */
  [inspect.custom](): string {
    return this.summary();
  }

  /** The charts of loss and accuracy. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    return this.figure()[displaySymbol]();
  }
}
