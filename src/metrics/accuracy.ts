/**
 * Accuracy: the share of correct predictions.
 */
import { checkLabels, checkSameCount } from "./check-labels.js";

/**
 * The share of samples whose predicted label is the true one: |{i : predicted_i = labels_i}| / N, from 0 to 1.
 *
 * @param predicted the predicted label of each sample, of length N
 * @param labels the true label of each sample, of length N
 * @throws RangeError if there are not as many predictions as labels, or none, or one is not a whole number.
 * Source: Hastie, Tibshirani, Friedman, The elements of statistical learning, 2009: 1 − the 0–1 loss.
 * @example
 * accuracy([7, 2, 1, 0], [7, 2, 1, 6]) // → 0.75
 */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkSameCount("accuracy", predicted, labels);
  checkLabels("accuracy", "prediction", predicted);
  checkLabels("accuracy", "label", labels);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}
