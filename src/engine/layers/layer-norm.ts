/**
 * Layer normalisation.
 */
import { formulaOf } from "../../compute/formula.js";
import { rangeOf } from "../../compute/share.js";
import { isActivation } from "../../nn/layer.js";
import type { MatrixPlan, ParametersPlan } from "../memory.js";
import { count, gatherInput, type LayerKind, type LoweredLayer } from "./layer.js";
import { rectify, rowOf, rowOfParameters, throughRelu } from "./rows.js";

interface LoweredLayerNorm extends LoweredLayer {
  readonly epsilon: number;
}

interface LayerNormPlan {
  readonly epsilon: number;
  readonly gamma: ParametersPlan;
  readonly beta: ParametersPlan;
  /** δ x̂ of each entry, whose sums over the samples are the gradient of γ. */
  readonly products: MatrixPlan;
}

/** y = γ x̂ + β with x̂ = (x − mean)/√(variance + ε) of each sample. */
export const layerNormKind: LayerKind<LoweredLayerNorm, LayerNormPlan> = {
  keepsRectified: false,

  lower(layer) {
    const formula = formulaOf("layer", layer);
    if (formula?.name !== "layerNorm" || isActivation(layer) || !("inputShape" in layer)) return undefined;
    const size = count(layer.inputShape);
    return { kind: "layerNorm", epsilon: formula.epsilon, inputs: size, outputs: size, relu: false };
  },

  scratchLength: () => 0,

  reserve: ({ epsilon, outputs }, room) => ({
    epsilon,
    gamma: rowOfParameters(room, outputs),
    beta: rowOfParameters(room, outputs),
    products: room.matrix(outputs),
  }),

  prepare: ({ products }, views) => views.matrix(products).data.fill(0),

  eachRun({ gamma, beta, products }, run) {
    run(gamma.at, products.columns);
    run(beta.at, products.columns);
  },

  bind({ epsilon, gamma: γ, beta: β, products: of }, parts, views) {
    const { kernels, share, meet, input, x, relu, delta } = parts;
    const [gamma, beta, products] = [views.parameters(γ), views.parameters(β), views.matrix(of)];
    const momentsOf = (row: Float32Array) => {
      const n = row.length;
      let [mean, variance] = [0, 0];
      for (let j = 0; j < n; j++) mean += row[j]!;
      mean /= n;
      for (let j = 0; j < n; j++) variance += (row[j]! - mean) ** 2;
      return { mean, scale: 1 / Math.sqrt(variance / n + epsilon) };
    };
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward(rows) {
        const [from, to] = rangeOf(rows, share);
        const { theta } = gamma;
        for (let i = from; i < to; i++) {
          const [z, y] = [rowOf(input, i), rowOf(x, i)];
          const { mean, scale } = momentsOf(z);
          for (let j = 0; j < z.length; j++) y[j] = theta[j]! * (z[j]! - mean) * scale + beta.theta[j]!;
          if (relu) rectify(y);
        }
      },
      backward(rows, finish, below) {
        const [from, to] = rangeOf(rows, share);
        const { theta } = gamma;
        for (let i = from; i < to; i++) {
          const [z, d, product] = [rowOf(input, i), rowOf(delta, i), rowOf(products, i)];
          const { mean, scale } = momentsOf(z);
          let [level, along] = [0, 0];
          for (let j = 0; j < z.length; j++) {
            const normal = (z[j]! - mean) * scale;
            product[j] = d[j]! * normal;
            level += theta[j]! * d[j]!;
            along += theta[j]! * d[j]! * normal;
          }
          if (!below) continue;
          const passed = rowOf(below.delta, i);
          const n = z.length;
          for (let j = 0; j < n; j++) {
            const normal = (z[j]! - mean) * scale;
            passed[j] = scale * (theta[j]! * d[j]! - level / n - (normal * along) / n);
          }
          if (below.relu) throughRelu(passed, z);
        }
        meet();
        kernels.biasGradient(gamma, products, rows, finish, share);
        kernels.biasGradient(beta, delta, rows, finish, share);
      },
    };
  },
};
