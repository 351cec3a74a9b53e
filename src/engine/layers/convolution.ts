/**
 * Convolutions.
 */
import { formulaOf } from "../../compute/formula.js";
import { line } from "../../compute/matrix.js";
import { windowScratchLength } from "../../compute/wasm-windows.js";
import { biasesAt, filtersLength, gradientGroups, inWindow, type Windows } from "../../compute/windows.js";
import { isActivation } from "../../nn/layer.js";
import type { MatrixPlan, ParametersPlan } from "../memory.js";
import { count, gatherInput, type LayerKind, type LoweredLayer } from "./layer.js";

interface Convolution extends LoweredLayer {
  readonly windows: Windows;
  readonly filters: number;
}

/** What a convolution has in memory. */
interface ConvolutionPlan {
  readonly windows: Windows;
  readonly filters: number;
  /** A and b. */
  readonly weights: ParametersPlan;
  /** The gradients of groups of images. */
  readonly groups: MatrixPlan;
}

/** Convolutions. */
export const convolutionKind: LayerKind<Convolution, ConvolutionPlan> = {
  hasWeights: true,
  keepsRectified: false,

  lower(layer) {
    const formula = formulaOf("layer", layer);
    if (formula?.name !== "conv2d" || isActivation(layer) || !("inputShape" in layer)) return undefined;
    const { windows, outputs: filters } = formula;
    const [inputs, outputs] = [count(layer.inputShape), count(layer.outputShape)];
    return { kind: "convolution", windows, filters, inputs, outputs, relu: false };
  },

  scratchLength: ({ windows, filters }) => windowScratchLength(windows, filters),

  reserve({ windows, filters }, room) {
    const size = filtersLength(windows, filters);
    const weights = room.parameters(size, size / line);
    return { windows, filters, weights, groups: room.matrix(size, gradientGroups) };
  },

  parameters: ({ weights }) => [weights],

  eachRun({ weights, windows, filters }, run) {
    run(weights.at, filters * inWindow(windows));
    run(weights.at + biasesAt(windows, filters), filters);
  },

  bind({ windows, filters, weights, groups }, parts, views) {
    const { kernels, share, meet, input, x, relu, delta } = parts;
    const A = { ...views.parameters(weights), windows, outputs: filters };
    const sums = views.matrix(groups);
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward: (rows) => kernels.convolve(x, input, A, rows, relu, share),
      backward(rows, finish, below) {
        kernels.filterGradient(sums, delta, input, A, rows, share);
        if (below) kernels.imageGradient(below.delta, delta, A, below.relu ? input : undefined, rows, share);
        meet();
        kernels.biasGradient(A, sums, gradientGroups, finish, share);
      },
    };
  },
};
