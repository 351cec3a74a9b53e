/**
 * Pooling, which has no parameters.
 */
import { formulaOf } from "../../compute/formula.js";
import { windowScratchLength } from "../../compute/wasm-windows.js";
import type { Pooling, Windows } from "../../compute/windows.js";
import { isActivation } from "../../nn/layer.js";
import { count, gatherInput, type LayerKind, type LoweredLayer } from "./layer.js";

interface PoolingPlan {
  readonly pooling: Pooling;
  readonly windows: Windows;
}

/** Pooling layers. */
export const poolingKind: LayerKind<LoweredLayer & PoolingPlan, PoolingPlan> = {
  keepsRectified: true,

  lower(layer) {
    const formula = formulaOf("layer", layer);
    if (isActivation(layer) || !("inputShape" in layer)) return undefined;
    if (formula?.name !== "maxPool2d" && formula?.name !== "avgPool2d") return undefined;
    const { name: pooling, windows } = formula;
    const [inputs, outputs] = [count(layer.inputShape), count(layer.outputShape)];
    return { kind: "pooling", pooling, windows, inputs, outputs, relu: false };
  },

  scratchLength: ({ windows }) => windowScratchLength(windows),

  reserve: ({ pooling, windows }) => ({ pooling, windows }),

  eachRun() {},

  bind({ pooling, windows }, parts) {
    const { kernels, share, meet, input, x, relu, delta } = parts;
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward: (rows) => kernels.pool(x, input, pooling, windows, rows, relu, share),
      backward(rows, _finish, below) {
        if (!below) return;
        kernels.poolGradient(below.delta, delta, input, pooling, windows, rows, below.relu, share);
        meet();
      },
    };
  },
};
