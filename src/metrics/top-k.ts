/**
 * Accuracy with several guesses.
 */
import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import { type TensorLike, tensor } from "../tensor/index.js";
import { checkLabels } from "./accuracy.js";

/**
 * The share of samples whose label is among the k largest outputs, Σ_i 1{rank of the label ≤ k} / N; of equal outputs
 * the first count as larger.
 *
 * @param g readouts or probabilities, samples × classes
 * @param labels the true label of each sample
 * @param k how many guesses, from 1 to the number of classes
 * @throws RangeError if the counts differ, a label is no class, or for another k.
 * Source: Russakovsky and others, ImageNet large scale visual recognition challenge, 2015.
 * @example
 * topK([[0.1, 0.7, 0.2], [0.5, 0.1, 0.4]], [2, 1], 2) // → 0.5
 */
export function topK(g: TensorLike, labels: ArrayLike<number>, k: number): number {
  const readouts = tensor(g);
  const [samples = 0, classes = 0] = readouts.shape;
  checkLabels("topK", { length: samples }, labels);
  checkWhole("topK", { k }, 1, classes);
  let right = 0;
  for (let i = 0; i < samples; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `topK: label ${i} must be a whole number from 0 to ${classes - 1}, got ${inspect(label)}`,
      );
    }
    const row = readouts.data.subarray(i * classes, (i + 1) * classes);
    let before = 0;
    row.forEach((value, j) => {
      if (value > row[label]! || (value === row[label] && j < label)) before++;
    });
    if (before < k) right++;
  }
  return right / samples;
}
