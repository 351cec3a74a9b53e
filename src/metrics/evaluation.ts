/**
 * The result of `evaluate(model, dataset)`, sample by sample, as plain numbers: the metrics use it and need no
 * model.
 */

/** The evaluation of a model on a dataset. */
export interface Evaluation {
  /** The mean of `losses`. */
  loss: number;
  /** The share of samples whose predicted label is correct, 0 … 1; NaN if the dataset has targets. */
  accuracy: number;
  /**
   * The predicted label of each sample, and −1 where the model outputs NaN, which is never correct; empty if the dataset
   * has targets.
   */
  predicted: Int16Array;
  /** The loss of each sample. */
  losses: Float64Array;
  /** The true label of each sample; empty if the dataset has targets. */
  labels: Uint8Array;
}
