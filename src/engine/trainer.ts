/**
 * What advances a training, by kernels or in float64, up to some step, so that parameters can be inspected and
 * saved in between.
 */

/** The state of a rule: numbers, and arrays as long as theta. */
export type TrainingState = Record<string, number | Float64Array>;

/** A training in progress. */
export interface Trainer {
  /**
   * Trains until `until` steps are done, or it is stopped.
   *
   * @returns the layer whose outputs are the first that are not finite, when the loss was not (0 for the loss alone)
   */
  advance(until: number): Promise<number | undefined>;
  /** The parameters reached. */
  theta(): Float64Array;
  /** What its layers keep besides, into the network's buffers. */
  readBuffers(to: Float64Array): void;
  /** The state of the rule. */
  state(): TrainingState;
  /** Reports the steps a last time, in arrays that outlive the memory, and frees it. */
  close(): void;
}

/** What a trainer reports to. */
export interface Progress {
  /** Which kernels compute. */
  computedBy(kernels: string): void;
  /** The loss and the step size of each step so far; now and then, and before the end of an epoch. */
  steps(loss: Float64Array, stepSize: Float64Array): void;
  /** An epoch is over, whose steps were reported. */
  epoch(epoch: FinishedEpoch): void;
}

/** A finished epoch. */
export interface FinishedEpoch {
  readonly epoch: number;
  /** The norm of each layer's gradient in the last step. */
  readonly gradientNorms: number[];
  /** What the validation found; nothing where there is none, or where it was stopped. */
  readonly validation?: { readonly loss: number; readonly accuracy: number } | undefined;
}

/** Where a training left off. */
export interface Resumed {
  readonly loss: Float64Array;
  readonly stepSize: Float64Array;
  readonly state: TrainingState;
}

/** How often steps are reported, in milliseconds. */
export const reportEvery = 100;
