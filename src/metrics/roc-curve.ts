/**
 * The receiver operating characteristic: true positive rate against false positive rate of a threshold on scores.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { printing } from "../display/host.js";
import { type Figure, lineChart } from "../display/index.js";
import { checkLabels, checkSameCount } from "./check-labels.js";

/** The curve, with its area; made by `rocCurve`, shows itself as a chart. */
export class RocCurve implements Displayable {
  /** The thresholds from which scores count as yes: ∞, then all scores from the highest on. */
  readonly thresholds: Float64Array;
  /** The false positive rate for each threshold: the share of samples with label 0 called yes. */
  readonly falsePositiveRate: Float64Array;
  /** The true positive rate for each threshold: the share of samples with label 1 called yes. */
  readonly truePositiveRate: Float64Array;
  /**
   * The area under the curve: the probability that a random sample with label 1 has a higher score than one with label 0, an
   * equal one counting half. 0.5 for guessing, 1 for a perfect order.
   */
  readonly auc: number;

  /** Wraps rates that were counted. */
  constructor(parts: Pick<RocCurve, "thresholds" | "falsePositiveRate" | "truePositiveRate" | "auc">) {
    this.thresholds = parts.thresholds;
    this.falsePositiveRate = parts.falsePositiveRate;
    this.truePositiveRate = parts.truePositiveRate;
    this.auc = parts.auc;
  }

  /** The curve with the diagonal of random guessing. */
  figure(): Figure {
    return lineChart({
      title: `ROC curve: area ${this.auc.toFixed(4)}`,
      x: { title: "share of 0 called yes", range: [0, 1] },
      y: { title: "share of 1 called yes", range: [0, 1] },
      series: [
        { name: "guessing", x: [0, 1], y: [0, 1], dash: "dot" },
        { name: "this model", x: this.falsePositiveRate, y: this.truePositiveRate },
      ],
    });
  }

  /** What `console.log` prints: the area. */
  [inspect.custom](): string {
    return printing(this, `ROC curve: area ${this.auc.toFixed(4)}`);
  }

  /** The chart. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    return this.figure()[displaySymbol]();
  }
}

/**
 * The ROC curve of scores for yes or no: for each threshold s the shares P(score ≥ s | label 1) over P(score ≥ s | label 0),
 * and the area under it, Σ (1{s₁ > s₀} + ½ 1{s₁ = s₀}) / (n₁ n₀) over all pairs of a sample with label 1 and one with 0.
 *
 * @param scores higher for yes: readouts, probabilities or any other numbers, one for each sample
 * @param labels 0 or 1 for each sample
 * @throws RangeError if the counts differ, a label is not 0 or 1, a score is NaN, or one of the two labels is missing.
 * @example
 * rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).auc // → 0.75
 * rocCurve([1, 1, 1], [0, 1, 0]).auc // → 0.5
 * @see J. Hanley, B. McNeil, The meaning and use of the area under a receiver operating characteristic (ROC) curve,
 *   Radiology 143 (1982).
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve {
  checkSameCount("rocCurve", scores, labels);
  checkLabels("rocCurve", "label", labels, 2);
  for (let i = 0; i < scores.length; i++) {
    if (typeof scores[i] === "number" && !Number.isNaN(scores[i])) continue;
    throw new RangeError(`rocCurve: score ${i} must be a number, got ${inspect(scores[i])}`);
  }
  const all = labels.length;
  const positives = Array.from(labels).reduce((sum, label) => sum + label, 0);
  const negatives = all - positives;
  if (positives === 0 || negatives === 0) {
    throw new RangeError(
      `rocCurve: there must be samples with label 0 and with label 1; got ${negatives} and ${positives}`,
    );
  }
  const order = Array.from({ length: all }, (_, i) => i).sort((a, b) =>
    scores[a] === scores[b] ? 0 : scores[b]! > scores[a]! ? 1 : -1,
  );
  const [thresholds, wrong, right] = [[Number.POSITIVE_INFINITY], [0], [0]];
  let [yes, no, pairs] = [0, 0, 0];
  for (let i = 0; i < all; ) {
    const threshold = scores[order[i]!]!;
    const [yesBefore, noBefore] = [yes, no];
    // Samples of the same score are called yes together.
    for (; i < all && scores[order[i]!] === threshold; i++) {
      if (labels[order[i]!] === 1) yes++;
      else no++;
    }
    pairs += (no - noBefore) * (yesBefore + (yes - yesBefore) / 2);
    thresholds.push(threshold);
    wrong.push(no / negatives);
    right.push(yes / positives);
  }
  return new RocCurve({
    thresholds: Float64Array.from(thresholds),
    falsePositiveRate: Float64Array.from(wrong),
    truePositiveRate: Float64Array.from(right),
    auc: pairs / (positives * negatives),
  });
}
