/**
 * A loss in which some samples count more than others.
 */
import { inspect } from "#platform";
import { Tensor } from "../tensor/index.js";
import { type Loss, meanLoss } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * (1/n) Σ_i w_i ℓ_i for the losses ℓ_i of n samples with weights w_i, in the order of the samples: the mean stays that over the
 * samples, so that a weight of 2 counts like a sample that is there twice, but for the divisor. For `train` and `evaluate` give
 * the weights to the data, `dataset({ x, y, weights })`.
 *
 *     ∂loss/∂g_i = w_i ∂ℓ_i/∂g_i / n
 *
 * @param loss a loss that is the mean of those of its samples, as all of nablab's are
 * @param weights a number ≥ 0 for each sample
 * @throws RangeError for a weight that is not a finite number ≥ 0; when used, unless there is one for each sample.
 * Source: Shimodaira, Improving predictive inference under covariate shift by weighting the log-likelihood function, 2000.
 * @example
 * weighted(squaredError(), [1, 3]).value(tensor([[1], [2]]), [0, 0]) // → 6.5
 */
export function weighted(loss: Loss, weights: ArrayLike<number>): Loss {
  const list = Float64Array.from(weights);
  const wrong = list.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong >= 0) {
    throw new RangeError(
      `weighted: a weight must be a finite number ≥ 0; number ${wrong} is ${inspect(weights[wrong])}`,
    );
  }
  const check = (samples: number): void => {
    if (samples === list.length) return;
    throw new RangeError(
      `weighted: there must be one weight for each sample, that is ${samples}, got ${list.length}`,
    );
  };
  const perSample: Loss["perSample"] = (g, y) => {
    check(g.shape[0]!);
    return loss.perSample(g, y).map((value, i) => list[i]! * value);
  };
  return showAs<Loss>(`weighted(${loss})`, {
    ...loss,
    perSample,
    value: (g, y) => meanLoss(perSample(g, y)),
    gradient(g, y) {
      check(g.shape[0]!);
      const outputs = g.shape[1]!;
      return loss.gradient(g, y).map((slope, i) => list[Math.floor(i / outputs)]! * slope);
    },
    ...(loss.traced && {
      traced(g, y) {
        const [samples, outputs] = g.shape as [number, number];
        check(samples);
        const rowOf = (i: number) =>
          g.linear(
            (all) => all.slice(i, i + 1),
            (row) => new Tensor([samples, outputs], spread(row.data, i * outputs, samples * outputs)),
          );
        const one = (i: number) => (y instanceof Tensor ? y.slice(i, i + 1) : [y[i]!]);
        return Array.from(list, (weight, i) => loss.traced!(rowOf(i), one(i)).mul(weight))
          .reduce((sum, part) => sum.add(part))
          .div(samples);
      },
    }),
  });
}

/** Numbers from `at` on among zeros. */
function spread(numbers: ArrayLike<number>, at: number, length: number): Float64Array {
  const all = new Float64Array(length);
  all.set(numbers, at);
  return all;
}

/** The loss as it is for some samples of a dataset. */
export const lossOf = (loss: Loss, { weights }: { weights?: Float64Array | undefined }): Loss =>
  weights ? weighted(loss, weights) : loss;
