/**
 * The softmax as a layer.
 */
import { formulaOf } from "../../compute/formula.js";
import { rangeOf } from "../../compute/share.js";
import { isActivation } from "../../nn/layer.js";
import { count, gatherInput, type LayerKind, type LoweredLayer } from "./layer.js";
import { rowOf, throughRelu } from "./rows.js";

/** p = softmax(z) of each sample. */
export const softmaxKind: LayerKind<LoweredLayer, object> = {
  keepsRectified: false,

  lower(layer) {
    if (formulaOf("layer", layer)?.name !== "softmax" || isActivation(layer) || !("inputShape" in layer)) {
      return undefined;
    }
    const size = count(layer.inputShape);
    return { kind: "softmax", inputs: size, outputs: size, relu: false };
  },

  scratchLength: () => 0,

  reserve: () => ({}),

  eachRun() {},

  // A ReLU behind it changes nothing: p is positive.
  bind(_, parts) {
    const { share, meet, input, x, delta } = parts;
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward(rows) {
        const [from, to] = rangeOf(rows, share);
        for (let i = from; i < to; i++) {
          const [z, p] = [rowOf(input, i), rowOf(x, i)];
          const largest = z.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
          let sum = 0;
          for (let j = 0; j < z.length; j++) sum += Math.exp(z[j]! - largest);
          for (let j = 0; j < z.length; j++) p[j] = Math.exp(z[j]! - largest) / sum;
        }
      },
      backward(rows, _finish, below) {
        if (!below) return;
        const [from, to] = rangeOf(rows, share);
        for (let i = from; i < to; i++) {
          const [p, d, passed] = [rowOf(x, i), rowOf(delta, i), rowOf(below.delta, i)];
          // δ relative to that of the likeliest class, as in nn/: a common offset cannot swamp the differences.
          let likeliest = 0;
          for (let j = 1; j < p.length; j++) if (p[j]! > p[likeliest]!) likeliest = j;
          const level = d[likeliest]!;
          let mean = 0;
          for (let j = 0; j < p.length; j++) mean += p[j]! * (d[j]! - level);
          for (let j = 0; j < p.length; j++) passed[j] = p[j]! * (d[j]! - level - mean);
          if (below.relu) throughRelu(passed, rowOf(input, i));
        }
        meet();
      },
    };
  },
};
