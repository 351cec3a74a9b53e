/**
 * The loss of support vector machines.
 */
import { Tensor } from "../tensor/index.js";
import { type Loss, labelsOf, meanLoss, readoutShape, type Targets } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * The hinge loss of Weston and Watkins: how far the other outputs are from being at least 1 below that of the label,
 *
 *     loss = (1/outputs) Σ_{k ≠ y} max(0, 1 + g_k − g_y),
 *
 * the mean over the samples. It has kinks; where 1 + g_k = g_y exactly its derivative is taken to be 0. (PyTorch's
 * MultiMarginLoss.)
 *
 * @throws RangeError for labels that are no class, or a wrong count.
 * Source: Weston, Watkins, Support vector machines for multi-class pattern recognition, 1999.
 * @example
 * hinge().value(tensor([[2, 0.5, -1]]), [1]).toFixed(4) // → '0.8333'
 */
export function hinge(): Loss {
  /** Calls back with each output that is too close to that of the label, or above it. */
  const each = (
    g: Tensor,
    y: Targets,
    visit: (sample: number, k: number, label: number, excess: number) => void,
  ): void => {
    const [samples, outputs] = readoutShape("hinge", g);
    const labels = labelsOf("hinge", y, samples, outputs);
    for (let i = 0; i < samples; i++) {
      const label = labels[i]!;
      for (let k = 0; k < outputs; k++) {
        if (k === label) continue;
        const excess = 1 + g.data[i * outputs + k]! - g.data[i * outputs + label]!;
        if (!(excess <= 0)) visit(i, k, label, excess / outputs);
      }
    }
  };
  const perSample = (g: Tensor, y: Targets): Float64Array => {
    const losses = new Float64Array(readoutShape("hinge", g)[0]);
    each(g, y, (i, _k, _label, excess) => {
      losses[i]! += excess;
    });
    return losses;
  };
  return showAs<Loss>("hinge()", {
    name: "hinge",
    perSample,
    value: (g, y) => meanLoss(perSample(g, y)),
    gradient: (g, y) => {
      const [samples, outputs] = readoutShape("hinge", g);
      const gradient = new Float64Array(g.size);
      const share = 1 / (samples * outputs);
      each(g, y, (i, k, label, excess) => {
        // NaN where the loss is.
        const slope = Number.isNaN(excess) ? Number.NaN : share;
        gradient[i * outputs + k]! += slope;
        gradient[i * outputs + label]! -= slope;
      });
      return new Tensor(g.shape, gradient);
    },
    // Straight between kinks.
    traced(g, y) {
      const slope = this.gradient(g.value, y);
      return g
        .mul(slope)
        .sum()
        .add(this.value(g.value, y) - g.value.mul(slope).sum());
    },
  });
}
