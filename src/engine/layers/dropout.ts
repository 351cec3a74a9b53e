/**
 * Dropout.
 */
import { type DropoutFormula, formulaOf } from "../../compute/formula.js";
import { isActivation } from "../../nn/layer.js";
import { random } from "../../tensor/index.js";
import type { MatrixPlan } from "../memory.js";
import { entrywiseSteps } from "./entrywise.js";
import { count, type LayerKind, type LoweredLayer } from "./layer.js";

interface LoweredDropout extends LoweredLayer {
  readonly dropout: DropoutFormula;
}

interface DropoutPlan {
  readonly dropout: DropoutFormula;
  /** The seed of the training. */
  readonly seed: number;
  /** The factor of each entry and of its gradient. */
  readonly factors: MatrixPlan;
}

/**
 * In a training x(t) = f x(t−1) with factors f that are 0 with probability p and else 1 / (1 − p), the same for any number
 * of threads; in evaluation x(t) = x(t−1).
 */
export const dropoutKind: LayerKind<LoweredDropout, DropoutPlan> = {
  keepsRectified: true,

  lower(layer) {
    const dropout = formulaOf("layer", layer);
    if (dropout?.name !== "dropout" || isActivation(layer) || !("inputShape" in layer)) return undefined;
    const size = count(layer.inputShape);
    return { kind: "dropout", dropout, inputs: size, outputs: size, relu: false };
  },

  scratchLength: () => 0,

  reserve: ({ dropout, outputs }, room, { seed }) => ({ dropout, seed, factors: room.matrix(outputs) }),

  eachRun() {},

  bind({ dropout: { p, index }, seed, factors }, parts, views) {
    const dropped = random(seed).split("dropout");
    return entrywiseSteps(parts, views.matrix(factors), (sample, place) => {
      if (!place) return (z, y) => y.set(z);
      const stream = dropped.split(place.steps).split(index);
      stream.skip((place.samples + sample) * parts.input.columns);
      return (z, y, f) => {
        for (let j = 0; j < z.length; j++) {
          f[j] = stream.uniform() < p ? 0 : 1 / (1 - p);
          y[j] = f[j]! * z[j]!;
        }
      };
    });
  },
};
