/**
 * What `evaluate(model, dataset)` finds out about a model, sample by sample, as plain numbers: the metrics
 * take it from here, and need no model.
 */

/** How well a model does on a dataset with labels. */
export interface Evaluation {
  /** The mean of `losses`. */
  loss: number;
  /** The share of samples whose predicted label is right, 0 … 1; NaN if the dataset has targets. */
  accuracy: number;
  /**
   * The label the model finds likeliest, for each sample, and −1 where it gives NaN, which is never right; empty if the
   * dataset has targets.
   */
  predicted: Int16Array;
  /** The loss of each sample. */
  losses: Float64Array;
  /** The true label of each sample; empty if the dataset has targets. */
  labels: Uint8Array;
}
