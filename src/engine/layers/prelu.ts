/**
 * The ReLU with a learned slope.
 */
import { formulaOf } from "../../compute/formula.js";
import { rangeOf } from "../../compute/share.js";
import { isActivation } from "../../nn/layer.js";
import type { MatrixPlan, ParametersPlan } from "../memory.js";
import { count, gatherInput, type LayerKind, type LoweredLayer } from "./layer.js";
import { rectify, rowOf, rowOfParameters, throughRelu } from "./rows.js";

interface PreluPlan {
  readonly slope: ParametersPlan;
  /** For each sample Σ δ z over the entries z ≤ 0: their sum is the gradient of the slope. */
  readonly products: MatrixPlan;
}

/** y = z where z > 0, else a z. */
export const preluKind: LayerKind<LoweredLayer, PreluPlan> = {
  keepsRectified: true,

  lower(layer) {
    if (formulaOf("layer", layer)?.name !== "prelu" || isActivation(layer) || !("inputShape" in layer)) {
      return undefined;
    }
    const size = count(layer.inputShape);
    return { kind: "prelu", inputs: size, outputs: size, relu: false };
  },

  scratchLength: () => 0,

  reserve: (_, room) => ({ slope: rowOfParameters(room, 1), products: room.matrix(1) }),

  prepare: ({ products }, views) => views.matrix(products).data.fill(0),

  eachRun: ({ slope }, run) => run(slope.at, 1),

  bind({ slope: at, products: of }, parts, views) {
    const { kernels, share, meet, input, x, relu, delta } = parts;
    const [slope, products] = [views.parameters(at), views.matrix(of)];
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward(rows) {
        const [from, to] = rangeOf(rows, share);
        const a = slope.theta[0]!;
        for (let i = from; i < to; i++) {
          const [z, y] = [rowOf(input, i), rowOf(x, i)];
          for (let j = 0; j < z.length; j++) y[j] = z[j]! > 0 ? z[j]! : a * z[j]!;
          if (relu) rectify(y);
        }
      },
      backward(rows, finish, below) {
        const [from, to] = rangeOf(rows, share);
        const a = slope.theta[0]!;
        for (let i = from; i < to; i++) {
          const [z, d] = [rowOf(input, i), rowOf(delta, i)];
          let sum = 0;
          for (let j = 0; j < z.length; j++) if (!(z[j]! > 0)) sum += d[j]! * z[j]!;
          rowOf(products, i)[0] = sum;
          if (!below) continue;
          const passed = rowOf(below.delta, i);
          for (let j = 0; j < z.length; j++) passed[j] = z[j]! > 0 ? d[j]! : a * d[j]!;
          if (below.relu) throughRelu(passed, z);
        }
        meet();
        kernels.biasGradient(slope, products, rows, finish, share);
      },
    };
  },
};
