/**
 * What the record of a training holds, as plain data.
 */
import type { Shuffle } from "../engine/order.js";

/** One sweep through the training data. */
export interface EpochRecord {
  /** The number of the sweep, from 1 on. */
  epoch: number;
  /** Steps done by its end. */
  step: number;
  /** The mean loss of its samples, each before the step that it is part of. */
  loss: number;
  /**
   * ‖(∂E/∂A[t], ∂E/∂b[t])‖ for t = 1, …, n + 1 (at index t − 1), the size of each layer's gradient in its last step,
   * before the rule; a record that was saved before these were kept has none.
   */
  gradientNorms?: number[];
  /** The mean loss on the validation data, where there are any. */
  validationLoss?: number;
  /** The share of the validation data that is classified right, where it has labels. */
  accuracy?: number;
}

/** What was measured on the way: for each name the values after some steps, the first before any step. */
export type Measured = Record<string, { step: number; value: number }[]>;

/** What was measured of each layer t = 1, 2, …: for each name the values after some steps, the first before any step. */
export type MeasuredLayers = Record<string, { step: number; values: number[] }[]>;

/** Which kernels compute: float32 in threads by WebAssembly or with OpenBLAS, or float64 as the lecture writes it. */
export type Backend = "wasm" | "openblas" | "scalar";

/** The settings a run was made with. */
export interface RunSettings {
  /** What to call it; the rule's text by default. */
  name: string;
  /** The rule's text, such as `SGD(η = 0.1)`. */
  rule: string;
  /** The loss's text, such as `crossEntropy()`. */
  loss: string;
  epochs: number;
  batchSize: number;
  seed: number;
  shuffle: Shuffle;
  samples: number;
  parameters: number;
  backend: Backend;
  threads: number;
  /** The network: the shape of a sample, and its layers. */
  architecture?: string;
  /** A digest of the training data, where the training has or had a checkpoint. */
  data?: string;
}

/** All that charts show of a training. */
export interface TrainingRecord {
  readonly name: string;
  readonly settings: RunSettings;
  readonly steps: number;
  readonly loss: Float64Array;
  readonly epochs: readonly EpochRecord[];
  readonly measured: Measured;
  readonly measuredLayers: MeasuredLayers;
  summary(): string;
}

/** The number of steps of an epoch. */
export const stepsPerEpoch = ({ samples, batchSize }: RunSettings): number => Math.ceil(samples / batchSize);

/** The number of steps that a training takes if nothing stops it. */
export const totalSteps = ({ settings }: Pick<TrainingRecord, "settings">): number =>
  settings.epochs * stepsPerEpoch(settings);
