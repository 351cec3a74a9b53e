/**
 * Embeddings: rows of a matrix, chosen by the samples.
 */
import { formulaOf } from "../../compute/formula.js";
import { rangeOf } from "../../compute/share.js";
import { isActivation } from "../../nn/layer.js";
import type { MatrixPlan, ParametersPlan } from "../memory.js";
import { count, gatherInput, type LayerKind, type LoweredLayer } from "./layer.js";
import { rectify, rowOf, rowOfParameters } from "./rows.js";

interface LoweredEmbedding extends LoweredLayer {
  readonly symbols: number;
  readonly width: number;
}

interface EmbeddingPlan {
  readonly width: number;
  readonly points: ParametersPlan;
  /** The gradient for a chunk of samples. */
  readonly sums: MatrixPlan;
}

/** y_i = E[x_i]; only as the first layer, because the samples are the symbols. */
export const embeddingKind: LayerKind<LoweredEmbedding, EmbeddingPlan> = {
  keepsRectified: false,

  lower(layer, _, isFirst) {
    const formula = formulaOf("layer", layer);
    if (formula?.name !== "embedding" || isActivation(layer) || !("inputShape" in layer)) return undefined;
    if (!isFirst) return undefined;
    const { symbols, width } = formula;
    const size = count(layer.inputShape);
    return { kind: "embedding", symbols, width, inputs: size, outputs: size * width, relu: false };
  },

  scratchLength: () => 0,

  reserve: ({ symbols, width }, room) => ({
    width,
    points: rowOfParameters(room, symbols * width),
    sums: room.matrix(symbols * width, 1),
  }),

  prepare: ({ sums }, views) => views.matrix(sums).data.fill(0),

  eachRun: ({ points, sums }, run) => run(points.at, sums.columns),

  bind({ width, points: at, sums: of }, parts, views) {
    const { kernels, share, meet, input, x, relu, delta } = parts;
    const [points, sums] = [views.parameters(at), views.matrix(of)];
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward(rows) {
        const [from, to] = rangeOf(rows, share);
        for (let i = from; i < to; i++) {
          const [symbols, y] = [rowOf(input, i), rowOf(x, i)];
          for (let k = 0; k < symbols.length; k++) {
            const first = symbols[k]! * width;
            for (let j = 0; j < width; j++) y[k * width + j] = points.theta[first + j]!;
          }
          if (relu) rectify(y);
        }
      },
      backward(rows, finish) {
        // Each thread computes some columns of E, over all samples in order.
        const [from, to] = rangeOf(width, share);
        const { data, columns } = sums;
        for (let first = 0; first < columns; first += width) data.fill(0, first + from, first + to);
        for (let i = 0; i < rows; i++) {
          const [symbols, d] = [rowOf(input, i), rowOf(delta, i)];
          for (let k = 0; k < symbols.length; k++) {
            const first = symbols[k]! * width;
            for (let j = from; j < to; j++) data[first + j]! += d[k * width + j]!;
          }
        }
        meet();
        kernels.biasGradient(points, sums, 1, finish, share);
      },
    };
  },
};
