/**
 * The worst mistakes: the misclassified images of highest loss, that is, those with the most confident wrong
 * prediction. Often a person could not do better, and sometimes the label is wrong.
 */

import { inspect } from "#platform";
import type { Dataset } from "../data/dataset.js";
import { imageShape } from "../data/dataset-view.js";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { formatNumber } from "../display/format-number.js";
import { printing } from "../display/host.js";
import { imageGrid } from "../display/image-grid.js";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import type { Evaluation } from "./evaluation.js";

/** A sample whose predicted label is not the true one. */
export interface Mistake {
  /** Its index in the dataset. */
  index: number;
  /** The true label. */
  label: number;
  /** The predicted label. */
  predicted: number;
  /** Its loss. */
  loss: number;
}

/** Mistakes in the order of their loss; shows itself as a grid of images, captioned `true → predicted` and the loss. */
export class WorstMistakes implements Displayable {
  /** The mistakes, that of the highest loss first. */
  readonly mistakes: readonly Mistake[];
  /** The total number of mistakes. */
  readonly total: number;
  readonly #grid: Displayable;

  /** For `worstMistakes()`. */
  constructor(mistakes: readonly Mistake[], total: number, grid: Displayable) {
    this.mistakes = mistakes;
    this.total = total;
    this.#grid = grid;
  }

  /** What `console.log` prints: one line for each mistake. */
  [inspect.custom](): string {
    const lines = this.mistakes.map((m) => `  sample ${m.index}: ${caption(m)}`);
    const head = `the worst ${this.mistakes.length} of ${this.total} mistakes, true → predicted`;
    return printing(this, [head, ...lines].join("\n"));
  }

  /** A grid of images in a notebook, their captions elsewhere. */
  async [displaySymbol](): Promise<MimeBundle> {
    return this.#grid[displaySymbol]();
  }
}

/**
 * The wrongly classified images of highest loss.
 *
 * @param evaluation the result of `evaluate(model, dataset)`
 * @param dataset the same dataset; its samples must be images
 * @param options `count`: how many at most (20), `columns`: how many in a row (10)
 * @throws RangeError if the evaluation is of another number of samples, TypeError if a sample is not an image.
 * @example
 * const two = dataset({ x: new Uint8Array(8), sampleShape: [2, 2], y: [0, 1], classes: 2 });
 * const found = { loss: 1, accuracy: 0.5, losses: Float64Array.of(2, 0), predicted: Int16Array.of(1, 1), labels: Uint8Array.of(0, 1) };
 * worstMistakes(found, two).mistakes // → [ { index: 0, label: 0, predicted: 1, loss: 2 } ]
 */
export function worstMistakes(
  evaluation: Evaluation,
  dataset: Dataset,
  options: { count?: number; columns?: number } = {},
): WorstMistakes {
  const { count = 20, columns = 10 } = optionsOf("worstMistakes", options, ["count", "columns"]);
  const { predicted, labels, losses } = evaluation;
  const { name, size, features, x } = dataset;
  const shape = imageShape("worstMistakes", dataset);
  if (predicted.length !== size || losses.length !== size || labels.length !== size) {
    throw new RangeError(
      `worstMistakes: the evaluation must be of the same dataset; it has ${predicted.length} predictions, ${name} has ${size} samples`,
    );
  }
  checkWhole("worstMistakes", { count });
  const all: Mistake[] = [];
  for (let index = 0; index < size; index++) {
    const [p, label, loss] = [predicted[index]!, labels[index]!, losses[index]!];
    if (p !== label) all.push({ index, label, predicted: p, loss });
  }
  // A NaN loss is the worst; ties keep the order of the dataset.
  const badness = ({ loss }: Mistake) => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);
  const worst = all
    .toSorted((a, b) => (badness(a) === badness(b) ? 0 : badness(b) - badness(a)))
    .slice(0, count);
  const images = worst.map((mistake) => ({
    pixels: x.subarray(mistake.index * features, (mistake.index + 1) * features),
    caption: caption(mistake),
  }));
  const title =
    all.length === 0
      ? `${name}: no mistakes in ${formatNumber(size)} samples`
      : `${name}: the worst ${formatNumber(worst.length)} of ${formatNumber(all.length)} mistakes, true → predicted (loss)`;
  return new WorstMistakes(worst, all.length, imageGrid(images, { shape, columns, title }));
}

function caption({ label, predicted, loss }: Mistake): string {
  return `${label} → ${predicted} (${loss.toFixed(1)})`;
}
