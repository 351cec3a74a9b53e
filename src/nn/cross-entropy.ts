/**
 * Cross-entropy on logits, softmax included.
 */

import { inspect } from "#platform";
import { withFormula } from "../compute/formula.js";
import { checkShare } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { formatShape, Tensor } from "../tensor/index.js";
import { type Loss, labelsOf, meanLoss, readoutShape, type Targets } from "./loss.js";
import { showAs } from "./show-as.js";

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** ε: each target y_k becomes (1 − ε) y_k + ε / outputs; 0. */
  labelSmoothing?: number;
  /** The weight of each class, ≥ 0; by default 1. */
  classWeights?: ArrayLike<number>;
}

/**
 * The cross-entropy −log p_y with p = softmax(g), the mean over the samples (A2; the slide lacks the minus sign
 * and the softmax).
 *
 *     loss = log Σ_k e^(g_k) − g_y,   ∂loss/∂g_k = (p_k − 1{k = y}) / samples
 *
 * With m = max g the loss is computed as (m − g_y) + log(1 + Σ e^(g_k − m)) over the other k, which neither
 * overflows nor loses the digits of a small loss.
 *
 * y holds a label 0..outputs−1 for each sample, or is a tensor of samples × outputs with a probability for each
 * class, for which the loss is −Σ_k y_k log p_k.
 *
 * With class weights w the loss is −Σ_k w_k y_k log p_k (for a label y, −w_y log p_y), still the mean over the samples (as in Keras
 * and scikit-learn; PyTorch divides by the sum of the weights of the batch), and
 * ∂loss/∂g_k = (p_k Σ_j w_j y_j − w_k y_k) / samples. `balancedWeights` balances rare and frequent classes.
 *
 * @param options `classWeights`: w, a number ≥ 0 for each class; `labelSmoothing` ε: each target y_k becomes (1 − ε) y_k + ε / outputs, so that no class has
 *   probability 0 (Szegedy and others, Rethinking the Inception architecture, 2016, section 7)
 * @throws RangeError for invalid labels, probabilities that do not sum to 1, or a wrong count.
 * @example
 * crossEntropy().value(tensor([[0, 0]]), [1]).toFixed(4) // → '0.6931'
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  const { labelSmoothing = 0, classWeights } = optionsOf("crossEntropy", options, [
    "labelSmoothing",
    "classWeights",
  ]);
  checkShare("crossEntropy", { labelSmoothing });
  const weights = classWeights && Float64Array.from(classWeights);
  if (weights && !(weights.some((w) => w > 0) && weights.every((w) => w >= 0 && Number.isFinite(w)))) {
    throw new RangeError(
      `crossEntropy: classWeights must be finite numbers ≥ 0, not all of them 0, got ${inspect(classWeights)}`,
    );
  }
  /** w_k y_k, smoothed, in the layout of g. */
  const smoothed = (g: Tensor, y: Targets): Float64Array => {
    const outputs = g.shape[1]!;
    if (weights && weights.length !== outputs) {
      throw new RangeError(
        `crossEntropy: classWeights must have an entry for each of the ${outputs} outputs, got ${weights.length}`,
      );
    }
    let target = toProbabilities(g, y);
    if (labelSmoothing > 0) {
      target = target.map((p) => (1 - labelSmoothing) * p + labelSmoothing / outputs);
    }
    return weights ? target.map((p, i) => p * weights[i % outputs]!) : target;
  };
  const perSample = (g: Tensor, y: Targets): Float64Array => {
    const target = smoothed(g, y);
    const [samples, outputs] = readoutShape("crossEntropy", g);
    const losses = new Float64Array(samples);
    for (let i = 0; i < samples; i++) {
      const row = g.data.subarray(i * outputs, (i + 1) * outputs);
      const { top, others } = topOf(row);
      const spread = Math.log1p(others);
      for (let k = 0; k < outputs; k++) {
        const share = target[i * outputs + k]!;
        if (share !== 0) losses[i]! += share * (row[top]! - row[k]! + spread);
      }
    }
    return losses;
  };
  const given = [
    ...(labelSmoothing === 0 ? [] : [`labelSmoothing: ${labelSmoothing}`]),
    ...(weights ? [`classWeights: [${Array.from(weights).join(", ")}]`] : []),
  ];
  const text = given.length === 0 ? "crossEntropy()" : `crossEntropy({ ${given.join(", ")} })`;
  const loss = showAs<Loss>(text, {
    name: "crossEntropy",
    accepts: "labels or probabilities",
    brings: "softmax",
    perSample,
    value: (g, y) => meanLoss(perSample(g, y)),
    gradient: (g, y) => {
      const target = smoothed(g, y);
      const [samples, outputs] = readoutShape("crossEntropy", g);
      const gradient = new Float64Array(g.size);
      for (let i = 0; i < samples; i++) {
        const at = i * outputs;
        const row = g.data.subarray(at, at + outputs);
        const { top, others } = topOf(row);
        // For probabilities this is 1.
        const all = weights ? target.subarray(at, at + outputs).reduce((sum, t) => sum + t, 0) : 1;
        for (let k = 0; k < outputs; k++) {
          const p = Math.exp(row[k]! - row[top]!) / (1 + others);
          gradient[at + k] = (p * all - target[at + k]!) / samples;
        }
        // p − t = (1 − t − t Σ e^(g_k − m)) / (1 + Σ e^(g_k − m)) over the other k: if the label is almost certain, p − t
        // itself would cancel to 0, while the small other entries sum to more.
        const t = target[at + top]!;
        gradient[at + top] = (all - t - t * others) / (1 + others) / samples;
      }
      return g.map((_, i) => gradient[i]!);
    },
    traced(g, y) {
      const target = new Tensor(g.shape, smoothed(g.value, y));
      const shifted = g.sub(g.value.max(1).reshape(-1, 1));
      const logSums = shifted.exp().sum(1).log();
      if (!weights) return logSums.sum().sub(shifted.mul(target).sum()).div(g.shape[0]!);
      return logSums.mul(target.sum(1)).sum().sub(shifted.mul(target).sum()).div(g.shape[0]!);
    },
  });
  return given.length === 0 ? withFormula(loss, { kind: "loss", name: "crossEntropy" }) : loss;
}

/** The index of the largest readout m of a sample, and Σ e^(g_k − m) over the others; NaN if one is NaN. */
function topOf(row: ArrayLike<number>): { top: number; others: number } {
  let top = 0;
  for (let k = 1; k < row.length; k++) if (row[k]! > row[top]!) top = k;
  let others = 0;
  for (let k = 0; k < row.length; k++) if (k !== top) others += Math.exp(row[k]! - row[top]!);
  return { top, others };
}

/** The targets as probabilities, in the layout of g: labels become one-hot. */
function toProbabilities(g: Tensor, y: Targets): Float64Array {
  const [samples, outputs] = readoutShape("crossEntropy", g);
  if (y instanceof Tensor && y.rank !== 1) {
    if (y.rank !== 2 || y.shape[0] !== samples || y.shape[1] !== outputs) {
      throw new RangeError(
        `crossEntropy: y must hold a label for each sample, or a probability for each sample and class in shape ${formatShape(g.shape)}; its shape is ${formatShape(y.shape)}`,
      );
    }
    for (let i = 0; i < samples; i++) {
      const row = y.row(i);
      if (!(Math.abs(row.sum() - 1) <= 1e-6 && row.min() >= 0)) {
        throw new RangeError(
          `crossEntropy: each row of y must hold probabilities that sum to 1; row ${i} is [${row.data.join(", ")}]`,
        );
      }
    }
    return Float64Array.from(y.data);
  }
  const labels = labelsOf("crossEntropy", y, samples, outputs);
  const target = new Float64Array(samples * outputs);
  for (let i = 0; i < samples; i++) target[i * outputs + labels[i]!] = 1;
  return target;
}
