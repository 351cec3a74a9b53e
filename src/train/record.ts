/**
 * The record of a training, as plain data.
 */
import type { Shuffle } from "../engine/order.js";

/** One epoch: a pass over the training data. */
export interface EpochRecord {
  /** The number of the epoch, from 1 on. */
  epoch: number;
  /** The number of steps by its end. */
  step: number;
  /** The mean loss of its samples, each before its step. */
  loss: number;
  /**
   * ‖(∂E/∂A[t], ∂E/∂b[t])‖ for t = 1, …, n + 1 (at index t − 1), the size of each layer's gradient in its last step,
   * before the rule; absent in older records.
   */
  gradientNorms?: number[];
  /** The mean loss on the validation data, if there are any. */
  validationLoss?: number;
  /** The share of validation samples classified correctly, if they have labels. */
  accuracy?: number;
}

/** Measurements: for each name the values after some steps, the first before any step. */
export type Measured = Record<string, { step: number; value: number }[]>;

/** Measurements of each layer t = 1, 2, …: for each name the values after some steps, the first before any step. */
export type MeasuredLayers = Record<string, { step: number; values: number[] }[]>;

/** The kernels: float32 on threads by WebAssembly or with OpenBLAS, or float64 as the lecture writes it. */
export type Backend = "wasm" | "openblas" | "scalar";

/** The settings of a run. */
export interface RunSettings {
  /** Its name; by default the rule's text. */
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
  /** A digest of the training data, if the training has or had a checkpoint. */
  data?: string;
}

/** The data of a training's charts. */
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

/** The number of steps in an epoch. */
export const stepsPerEpoch = ({ samples, batchSize }: RunSettings): number => Math.ceil(samples / batchSize);

/** The number of steps of a complete training. */
export const totalSteps = ({ settings }: Pick<TrainingRecord, "settings">): number =>
  settings.epochs * stepsPerEpoch(settings);
