/**
 * The confusion matrix: the counts of true and predicted classes.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { formatNumber } from "../display/format-number.js";
import { heatMap } from "../display/heat-map.js";
import { printing } from "../display/host.js";
import { table } from "../display/table.js";
import { checkWhole } from "../options/check.js";
import { zeros } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkLabels, checkSameCount } from "./check-labels.js";

/** Counts of (true label, predicted label); made by `confusionMatrix`, shows itself as a heat map. */
export class ConfusionMatrix implements Displayable {
  /** classes × classes: entry (i, j) is the number of samples of class i that were predicted as class j. */
  readonly counts: Tensor;

  /** Wraps a square matrix of counts. */
  constructor(counts: Tensor) {
    this.counts = counts;
  }

  /** The number of samples. */
  get size(): number {
    return this.counts.sum();
  }

  /** The share of samples on the diagonal, 0 … 1. */
  get accuracy(): number {
    return this.#diagonal().reduce((sum, count) => sum + count, 0) / this.size;
  }

  /** For each class, the share of its samples predicted correctly: the diagonal over the row sums; NaN for none. */
  get recall(): number[] {
    const rows = this.counts.sum(1).data;
    return this.#diagonal().map((right, i) => right / rows[i]!);
  }

  /** For each class, the share of correct ones among the samples predicted as it: the diagonal over the column sums; NaN for none. */
  get precision(): number[] {
    const columns = this.counts.sum(0).data;
    return this.#diagonal().map((right, i) => right / columns[i]!);
  }

  /**
   * For each class, the harmonic mean of precision and recall, that is twice the diagonal over row sum + column sum: 0 for a
   * class that is never predicted, NaN only for one that has no samples either.
   */
  get f1(): number[] {
    const [rows, columns] = [this.counts.sum(1).data, this.counts.sum(0).data];
    return this.#diagonal().map((right, i) => (2 * right) / (rows[i]! + columns[i]!));
  }

  /** Precision, recall and F1 of each class and their means, with the number of samples, as a table. */
  report(): Displayable {
    const { precision, recall, f1 } = this;
    const samples = this.counts.sum(1).data;
    const rows = precision.map((_, i) => ({
      class: i,
      samples: samples[i]!,
      precision: precision[i]!,
      recall: recall[i]!,
      F1: f1[i]!,
    }));
    const mean = (values: number[]): number => {
      const there = values.filter((value) => !Number.isNaN(value));
      return there.reduce((sum, value) => sum + value, 0) / there.length;
    };
    const means = { precision: mean(precision), recall: mean(recall), F1: mean(f1) };
    return table([...rows, { class: "mean", samples: this.size, ...means }], {
      caption: `Accuracy ${(100 * this.accuracy).toFixed(2)} % of ${this.size} samples`,
    });
  }

  /** The matrix as aligned text: rows are true labels, columns predicted ones. */
  toString(): string {
    const classes = this.counts.shape[0]!;
    const names = Array.from({ length: classes }, (_, i) => String(i));
    const cells = names.map((_, i) => Array.from(this.counts.row(i).data, String));
    const width = Math.max(...cells.flat().map((cell) => cell.length), String(classes - 1).length);
    const line = (name: string, row: string[]) =>
      `${name.padStart(4)} │ ${row.map((cell) => cell.padStart(width)).join("  ")}`;
    return [this.#title(), line("true", names), ...cells.map((row, i) => line(names[i]!, row))].join("\n");
  }

  /** What `console.log` prints. */
  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  /** A heat map in a notebook, text elsewhere. */
  async [displaySymbol](): Promise<MimeBundle> {
    const figure = heatMap({
      title: this.#title(),
      z: Array.from({ length: this.counts.shape[0]! }, (_, i) => Array.from(this.counts.row(i).data)),
      xTitle: "predicted label",
      yTitle: "true label",
      // On a linear scale the diagonal would hide the mistakes.
      colours: "log",
      alt: this.toString(),
    });
    return figure[displaySymbol]();
  }

  #diagonal(): number[] {
    return Array.from({ length: this.counts.shape[0]! }, (_, i) => this.counts.at(i, i));
  }

  #title(): string {
    const wrong = Math.round(this.size * (1 - this.accuracy));
    return `Confusion matrix: ${wrong} of ${formatNumber(this.size)} wrong`;
  }
}

/**
 * Counts how often each class was predicted as which: entry (j, k) = |{i : labels_i = j, predicted_i = k}|, classes ×
 * classes.
 *
 * @param predicted the predicted label of each sample, 0 … classes − 1
 * @param labels the true label of each sample
 * @param classes the number of classes; by default the largest label of both lists + 1, if that is at most 1000
 * @throws RangeError if the lists differ in length, are empty, or contain an invalid label.
 * Source: van Rijsbergen, Information retrieval, 1979, chapter 7, for precision and recall.
 * @example
 * confusionMatrix([0, 1, 1], [0, 1, 0]).counts.toArray() // → [ [ 1, 1 ], [ 0, 1 ] ]
 */
export function confusionMatrix(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes?: number,
): ConfusionMatrix {
  checkSameCount("confusionMatrix", predicted, labels);
  if (classes !== undefined) checkWhole("confusionMatrix", { classes });
  // Without a number of classes, an invalid label could make a matrix of any size.
  checkLabels("confusionMatrix", "prediction", predicted, classes ?? mostClasses);
  checkLabels("confusionMatrix", "label", labels, classes ?? mostClasses);
  const n = classes ?? 1 + Math.max(largest(predicted), largest(labels));
  const counts = zeros([n, n]);
  for (let i = 0; i < labels.length; i++) counts.data[labels[i]! * n + predicted[i]!]!++;
  return new ConfusionMatrix(counts);
}

/** The largest number of classes inferred from labels. */
const mostClasses = 1000;

function largest(list: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < list.length; i++) max = Math.max(max, list[i]!);
  return max;
}
