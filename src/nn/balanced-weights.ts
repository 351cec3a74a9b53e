/**
 * Class weights that balance rare and frequent classes.
 */
import type { Dataset } from "../data/index.js";

/**
 * Weights that give every class the same total: w_k = n/(K n_k) for n samples, n_k of them of class k, and K classes that occur,
 * so that the weights of all samples add up to n; 0 for a class without samples. The list has one number for each class, for
 * `crossEntropy({ classWeights })`.
 *
 * @param data samples with labels
 * @throws RangeError for targets instead of labels.
 * Source: King, Zeng, Logistic regression in rare events data, 2001; scikit-learn's `class_weight="balanced"`.
 * @example
 * const data = dataset({ x: [[0], [1], [2], [3]], y: [0, 0, 0, 1], classes: 2 });
 * balancedWeights(data).map((w) => Number(w.toFixed(4))) // → [ 0.6667, 2 ]
 */
export function balancedWeights({ kind, y, outputs, size, name }: Dataset): number[] {
  if (kind !== "labels") {
    throw new RangeError(
      `balancedWeights: the data must have labels, such as dataset({ x, y, classes: 2 }); got ${name}, with targets`,
    );
  }
  const counts = new Array<number>(outputs).fill(0);
  for (const label of y) counts[label]!++;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : size / (present * count)));
}
