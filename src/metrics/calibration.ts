/**
 * Calibration: whether a model's confidence matches its accuracy.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { printing } from "../display/host.js";
import { type Figure, lineChart } from "../display/index.js";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { formatShape, type TensorLike, tensor } from "../tensor/index.js";
import { checkLabels, checkSameCount } from "./check-labels.js";

/** Samples whose confidence, the probability of the label predicted, lies in one range. */
export interface CalibrationBin {
  /** The ends of the range. */
  from: number;
  to: number;
  /** The number of samples. */
  count: number;
  /** The mean of their confidences; NaN without samples. */
  confidence: number;
  /** The share of them classified correctly; NaN without samples. */
  accuracy: number;
}

/** Accuracy by confidence; made by `calibration`, shows itself as a reliability diagram. */
export class Calibration implements Displayable {
  /** The ranges of confidence. */
  readonly bins: readonly CalibrationBin[];

  /** Wraps bins that were counted. */
  constructor(bins: readonly CalibrationBin[]) {
    this.bins = bins;
  }

  /** The expected calibration error Σ (count / N) |accuracy − confidence|: 0 for a calibrated model. */
  get error(): number {
    const filled = this.bins.filter(({ count }) => count > 0);
    const all = filled.reduce((sum, { count }) => sum + count, 0);
    return filled.reduce(
      (sum, { count, accuracy, confidence }) => sum + (count / all) * Math.abs(accuracy - confidence),
      0,
    );
  }

  /** The reliability diagram: accuracy over confidence, with the line of a calibrated model. */
  figure(): Figure {
    const filled = this.bins.filter(({ count }) => count > 0);
    return lineChart({
      title: `Calibration: expected error ${(100 * this.error).toFixed(1)} %`,
      x: { title: "confidence", range: [0, 1] },
      y: { title: "share that is right", range: [0, 1] },
      series: [
        { name: "calibrated", x: [0, 1], y: [0, 1], dash: "dot" },
        {
          name: "this model",
          x: filled.map(({ confidence }) => confidence),
          y: filled.map(({ accuracy }) => accuracy),
          mode: "lines+markers",
        },
      ],
    });
  }

  /** What `console.log` prints: the expected error. */
  [inspect.custom](): string {
    return printing(this, `Calibration: expected error ${(100 * this.error).toFixed(1)} %`);
  }

  /** The reliability diagram. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    return this.figure()[displaySymbol]();
  }
}

/**
 * Compares a model's confidence with its accuracy: samples are binned by their confidence max_k p_k. The
 * expected calibration error is Σ_bins (n_bin / N) |accuracy_bin − confidence_bin|.
 *
 * @param p probabilities, samples × classes, such as `softmax` of the readout
 * @param labels the true label of each sample
 * @param options `bins`: how many ranges of equal width; 10
 * @throws RangeError if the counts differ, a label is not a class, or a row of p is not a distribution over classes.
 * Source: Guo, Pleiss, Sun, Weinberger, On calibration of modern neural networks, 2017, section 2.
 * @example
 * calibration([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]], [0, 1, 1]).error.toFixed(4) // → '0.4000'
 */
export function calibration(
  p: TensorLike,
  labels: ArrayLike<number>,
  options: { bins?: number } = {},
): Calibration {
  const { bins = 10 } = optionsOf("calibration", options, ["bins"]);
  const probabilities = tensor(p);
  const [samples = 0, classes = 0] = probabilities.shape;
  if (probabilities.rank !== 2 || classes < 2) {
    throw new RangeError(
      `calibration: p must be samples × classes, with at least two; of the probability of yes make rows [1 − p, p]; its shape is ${formatShape(probabilities.shape)}`,
    );
  }
  checkSameCount("calibration", { length: samples }, labels);
  checkLabels("calibration", "label", labels, classes);
  checkWhole("calibration", { bins });
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < samples; i++) {
    const row = probabilities.data.subarray(i * classes, (i + 1) * classes);
    let best = 0;
    let sum = 0;
    row.forEach((value, k) => {
      sum += value;
      if (!(value >= 0 && value <= 1 + 1e-9)) {
        throw new RangeError(
          `calibration: p must hold probabilities from 0 to 1; did you forget softmax(g)? sample ${i} has ${value}`,
        );
      }
      if (value > row[best]!) best = k;
    });
    // Probabilities in float32, of many classes, sum to 1 within about this.
    if (!(Math.abs(sum - 1) < 1e-4)) {
      throw new RangeError(
        `calibration: the probabilities of a sample must sum to 1; did you forget softmax(g)? those of sample ${i} sum to ${sum}`,
      );
    }
    const bin = sums[Math.min(bins - 1, Math.floor(row[best]! * bins))]!;
    bin.count++;
    bin.confidence += row[best]!;
    bin.right += Number(best === labels[i]);
  }
  return new Calibration(
    sums.map(({ count, confidence, right }, i) => ({
      from: i / bins,
      to: (i + 1) / bins,
      count,
      confidence: confidence / count,
      accuracy: right / count,
    })),
  );
}
