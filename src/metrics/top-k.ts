/**
 * Accuracy with several guesses.
 */
import { checkWhole } from "../options/check.js";
import { formatShape, type TensorLike, tensor } from "../tensor/index.js";
import { checkLabels, checkSameCount } from "./check-labels.js";

/**
 * The share of samples whose label is among the k largest outputs, Σ_i 1{rank of the label ≤ k} / N; of equal outputs
 * the first ranks higher. NaN is never correct.
 *
 * @param g readouts or probabilities, samples × classes
 * @param labels the true label of each sample
 * @param k how many guesses, from 1 to the number of classes
 * @throws RangeError if the counts differ, a label is not a class, or k is out of range.
 * Source: Russakovsky and others, ImageNet large scale visual recognition challenge, 2015.
 * @example
 * topK([[0.1, 0.7, 0.2], [0.5, 0.1, 0.4]], [2, 1], 2) // → 0.5
 */
export function topK(g: TensorLike, labels: ArrayLike<number>, k: number): number {
  const readouts = tensor(g);
  const [samples = 0, classes = 0] = readouts.shape;
  if (readouts.rank !== 2) {
    throw new RangeError(`topK: g must be samples × classes; its shape is ${formatShape(readouts.shape)}`);
  }
  checkSameCount("topK", { length: samples }, labels);
  checkWhole("topK", { k }, 1, classes);
  checkLabels("topK", "label", labels, classes);
  let right = 0;
  for (let i = 0; i < samples; i++) {
    const label = labels[i]!;
    const row = readouts.data.subarray(i * classes, (i + 1) * classes);
    const own = row[label]!;
    let before = 0;
    row.forEach((value, j) => {
      // NaN counts as larger than any number, as for argmax.
      if (value > own || Number.isNaN(value) || (value === own && j < label)) before++;
    });
    if (before < k && !Number.isNaN(own)) right++;
  }
  return right / samples;
}
