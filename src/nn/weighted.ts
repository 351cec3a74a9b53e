/**
 * A loss with weights for the samples.
 */
import { inspect } from "#platform";
import { checkWeights } from "../options/check.js";
import { checksumOf } from "../tensor/checksum.js";
import { Tensor } from "../tensor/index.js";
import { type Loss, meanLoss } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * (1/n) Σ_i w_i ℓ_i for the losses ℓ_i of n samples with weights w_i, in the order of the samples: the divisor remains the number
 * of samples, so that a weight of 2 is like a duplicated sample except for the divisor. For `train` and `evaluate` give the
 * weights to the data, `dataset({ x, y, weights })`, because they reorder the samples. A sample of weight 0 is ignored, even if
 * its loss is ∞ or NaN; the weights of an already weighted loss are multiplied.
 *
 *     ∂loss/∂g_i = w_i ∂ℓ_i/∂g_i / n
 *
 * @param loss a loss that is a mean over the samples, like all of nablab's
 * @param weights a number ≥ 0 for each sample
 * @throws TypeError for an invalid loss or list; RangeError for a weight that is not a finite number ≥ 0; when used, unless there is
 *   one for each sample.
 * Source: Shimodaira, Improving predictive inference under covariate shift by weighting the log-likelihood function, 2000.
 * @example
 * weighted(squaredError(), [1, 3]).value(tensor([[1], [2]]), [0, 0]) // → 6.5
 */
export function weighted(loss: Loss, weights: ArrayLike<number>): Loss {
  if (typeof loss?.perSample !== "function") {
    const hint = typeof loss === "function" ? "; did you forget the brackets ()?" : ",";
    throw new TypeError(
      `weighted: expected a loss such as squaredError()${hint} got ${inspect(loss, { depth: 0 })}`,
    );
  }
  const own = checkWeights("weighted", weights);
  const before = loss.sampleWeights;
  if (before && before.length !== own.length) {
    throw new RangeError(
      `weighted: weights of a weighted loss must be as many as it has, that is ${before.length}, got ${own.length}`,
    );
  }
  // Also through wrappers such as penalties: their per-sample losses are those of the weighted loss.
  const inner = loss.unweighted ?? loss;
  const list = before ? own.map((weight, i) => weight * before[i]!) : own;
  const check = (samples: number): void => {
    if (samples === list.length) return;
    throw new RangeError(
      `weighted: there must be one weight for each sample, that is ${samples}, got ${list.length}`,
    );
  };
  const perSample: Loss["perSample"] = (g, y) => {
    check(g.shape[0]!);
    return inner.perSample(g, y).map((value, i) => (list[i] === 0 ? 0 : list[i]! * value));
  };
  const text = own.length <= 16 ? `[${own.join(", ")}]` : `${own.length} weights, ${checksumOf(own)}`;
  return showAs<Loss>(`weighted(${loss}, ${text})`, {
    ...loss,
    sampleWeights: list,
    unweighted: inner,
    perSample,
    value: (g, y) => meanLoss(perSample(g, y)),
    gradient(g, y) {
      check(g.shape[0]!);
      const outputs = g.shape[1]!;
      return inner.gradient(g, y).map((slope, i) => {
        const weight = list[Math.floor(i / outputs)]!;
        return weight === 0 ? 0 : weight * slope;
      });
    },
    ...(inner.traced && {
      traced(g, y) {
        const [samples, outputs] = g.shape as [number, number];
        check(samples);
        // For one sample at a time: the mean of a loss that is 0 for all other samples.
        const alone = (i: number) => {
          const row = g.linear(
            (all) => all.slice(i, i + 1),
            (slope) => new Tensor([samples, outputs], spread(slope.data, i * outputs, samples * outputs)),
          );
          return inner.traced!(row, y instanceof Tensor ? y.slice(i, i + 1) : [y[i]!]);
        };
        const parts = Array.from(list, (weight, i) => (weight === 0 ? undefined : alone(i).mul(weight)));
        return parts
          .filter((part) => part !== undefined)
          .reduce((sum, part) => sum.add(part), g.map(nothing, nothing, nothing).sum())
          .div(samples);
      },
    }),
  });
}

const nothing = (): number => 0;

/** Numbers from `at` on among zeros. */
function spread(numbers: ArrayLike<number>, at: number, length: number): Float64Array {
  const all = new Float64Array(length);
  all.set(numbers, at);
  return all;
}

/** The loss with the weights of a dataset. */
export const lossOf = (loss: Loss, { weights }: { weights?: Float64Array | undefined }): Loss =>
  weights ? weighted(loss, weights) : loss;
