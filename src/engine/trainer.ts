/**
 * Trainers advance a training, by kernels or in float64, up to some step, so that parameters can be inspected and
 * saved in between.
 */

/** The state of a rule: numbers, and arrays as long as theta. */
export type TrainingState = Record<string, number | Float64Array>;

/** A training in progress. */
export interface Trainer {
  /**
   * Trains until `until` steps are done, or it is stopped.
   *
   * @returns the first layer whose outputs are not finite, if the loss was not (0 for the loss alone)
   */
  advance(until: number): Promise<number | undefined>;
  /** The parameters reached. */
  theta(): Float64Array;
  /** Writes the layers' buffers into the network's. */
  readBuffers(to: Float64Array): void;
  /** The state of the rule. */
  state(): TrainingState;
  /** Reports the steps a last time, in arrays that outlive the memory, and frees it. */
  close(): void;
}

/** The receiver of a trainer's reports. */
export interface Progress {
  /** Reports the name of the kernels. */
  computedBy(kernels: string): void;
  /** Reports the loss and step size of each step so far; periodically, and before the end of an epoch. */
  steps(loss: Float64Array, stepSize: Float64Array): void;
  /** Reports the end of an epoch, after its steps. */
  epoch(epoch: FinishedEpoch): void;
}

/** A finished epoch. */
export interface FinishedEpoch {
  readonly epoch: number;
  /** The norm of each layer's gradient in the last step. */
  readonly gradientNorms: number[];
  /** The result of the validation; undefined if there is none, or it was stopped. */
  readonly validation?: { readonly loss: number; readonly accuracy: number } | undefined;
}

/** The state at which a training is resumed. */
export interface Resumed {
  readonly loss: Float64Array;
  readonly stepSize: Float64Array;
  readonly state: TrainingState;
}

/** How often steps are reported, in milliseconds. */
export const reportEvery = 100;
