/**
 * The losses of support vector machines.
 */
import { inspect } from "#platform";
import { optionsOf } from "../options/options-of.js";
import { Tensor } from "../tensor/index.js";
import { checkCount, type Loss, labelsOf, meanLoss, readoutShape, type Targets } from "./loss.js";
import { showAs } from "./show-as.js";

/** Options of {@link hinge}. */
export interface HingeOptions {
  /** Use one output for two classes instead of an output for each; false. */
  binary?: boolean;
  /** Whether the sum over the outputs is divided by their number; true, as in PyTorch. */
  mean?: boolean;
}

/**
 * The hinge loss of Weston and Watkins: by how much the other outputs violate a margin of 1 below that of the label,
 *
 *     loss = (1/outputs) Σ_{k ≠ y} max(0, 1 + g_k − g_y),
 *
 * the mean over the samples (PyTorch's MultiMarginLoss); with `mean: false` without the factor 1/outputs, as CS231n has it. With
 * `binary` there is one output, whose sign is the class,
 *
 *     loss = max(0, 1 − y g)   for y = −1 or 1, or labels 0 and 1 in their place.
 *
 * It has kinks; where the margin is exactly 1 the derivative is taken to be 0.
 *
 * @param options `binary`: false; `mean`: true
 * @throws RangeError for invalid labels, or a wrong count.
 * Source: Weston, Watkins, Support vector machines for multi-class pattern recognition, 1999; Cortes, Vapnik, Support-vector
 * networks, Machine Learning 20 (1995).
 * @example
 * hinge().value(tensor([[2, 0.5, -1]]), [1]).toFixed(4) // → '0.8333'
 * hinge({ mean: false }).value(tensor([[2, 0.5, -1]]), [1]) // → 2.5
 * hinge({ binary: true }).value(tensor([[0.25], [3]]), [-1, 1]) // → 0.625
 */
export function hinge(options: HingeOptions = {}): Loss {
  const { binary = false, mean = true } = optionsOf("hinge", options, ["binary", "mean"]);
  for (const [option, value] of Object.entries({ binary, mean })) {
    if (typeof value !== "boolean") {
      throw new TypeError(`hinge: ${option} must be true or false, got ${inspect(value)}`);
    }
  }
  const given = [...(binary ? ["binary: true"] : []), ...(mean ? [] : ["mean: false"])];
  const text = given.length === 0 ? "hinge()" : `hinge({ ${given.join(", ")} })`;
  return showAs<Loss>(text, binary ? ofSigns() : ofClasses(mean));
}

/**
 * A loss that is a sum of positive parts of linear functions of g: `each` calls back with the indices, coefficients and value
 * of each function.
 */
function ofMargins(
  each: (
    g: Tensor,
    y: Targets,
    visit: (
      sample: number,
      excess: number,
      entries: readonly (readonly [at: number, slope: number])[],
    ) => void,
  ) => void,
): Omit<Loss, "name"> {
  const perSample = (g: Tensor, y: Targets): Float64Array => {
    const losses = new Float64Array(readoutShape("hinge", g)[0]);
    each(g, y, (i, excess) => {
      losses[i]! += excess;
    });
    return losses;
  };
  return {
    perSample,
    value: (g, y) => meanLoss(perSample(g, y)),
    gradient: (g, y) => {
      const [samples] = readoutShape("hinge", g);
      const gradient = new Float64Array(g.size);
      each(g, y, (_, excess, entries) => {
        // NaN if the loss is.
        for (const [at, slope] of entries)
          gradient[at]! += (Number.isNaN(excess) ? Number.NaN : slope) / samples;
      });
      return new Tensor(g.shape, gradient);
    },
    // Linear between kinks.
    traced(g, y) {
      const slope = this.gradient(g.value, y);
      return g
        .mul(slope)
        .sum()
        .add(this.value(g.value, y) - g.value.mul(slope).sum());
    },
  };
}

function ofClasses(mean: boolean): Loss {
  return {
    name: "hinge",
    accepts: "labels",
    ...ofMargins((g, y, visit) => {
      const [samples, outputs] = readoutShape("hinge", g);
      const labels = labelsOf("hinge", y, samples, outputs);
      const share = mean ? 1 / outputs : 1;
      for (let i = 0; i < samples; i++) {
        const label = i * outputs + labels[i]!;
        for (let at = i * outputs; at < (i + 1) * outputs; at++) {
          const excess = 1 + g.data[at]! - g.data[label]!;
          if (at === label || excess <= 0) continue;
          visit(i, share * excess, [
            [at, share],
            [label, -share],
          ]);
        }
      }
    }),
  };
}

function ofSigns(): Loss {
  return {
    name: "hinge",
    oneOutput: true,
    ...ofMargins((g, y, visit) => {
      const [samples, outputs] = readoutShape("hinge", g);
      if (outputs !== 1) {
        throw new RangeError(
          `hinge: with binary the last layer must have one output, dense(…, 1); got ${outputs}`,
        );
      }
      const signs = signsOf(y, samples);
      for (let i = 0; i < samples; i++) {
        const excess = 1 - signs[i]! * g.data[i]!;
        if (!(excess <= 0)) visit(i, excess, [[i, -signs[i]!]]);
      }
    }),
  };
}

/** −1 or 1 for each sample, from those or from labels 0 and 1. */
function signsOf(y: Targets, samples: number): Float64Array {
  const list = y instanceof Tensor ? y.data : y;
  if (typeof list !== "object" || list === null) {
    throw new TypeError(`hinge: y must be a list of labels, got ${inspect(list)}`);
  }
  checkCount("hinge", "label", list.length, samples);
  const values = Float64Array.from(list);
  const low = values.includes(-1) ? -1 : 0;
  const wrong = values.findIndex((value) => value !== 1 && value !== low);
  if (wrong >= 0) {
    throw new RangeError(
      `hinge: with binary a label must be ${low} or 1, as others are; sample ${wrong} has label ${inspect(list[wrong])}`,
    );
  }
  return values.map((value) => (value === 1 ? 1 : -1));
}
