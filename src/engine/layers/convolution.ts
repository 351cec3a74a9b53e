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
  readonly bias: boolean;
}

/** The memory of a convolution. */
interface ConvolutionPlan {
  readonly windows: Windows;
  readonly filters: number;
  /** Without biases, b exists and stays 0. */
  readonly bias: boolean;
  /** A and b. */
  readonly weights: ParametersPlan;
  /** The gradients of groups of images. */
  readonly groups: MatrixPlan;
}

/** Convolutions. */
export const convolutionKind: LayerKind<Convolution, ConvolutionPlan> = {
  keepsRectified: false,

  lower(layer) {
    const formula = formulaOf("layer", layer);
    if (formula?.name !== "conv2d" || isActivation(layer) || !("inputShape" in layer)) return undefined;
    const { windows, outputs: filters, bias } = formula;
    const [inputs, outputs] = [count(layer.inputShape), count(layer.outputShape)];
    return { kind: "convolution", windows, filters, bias, inputs, outputs, relu: false };
  },

  scratchLength: ({ windows, filters }) => windowScratchLength(windows, filters),

  reserve({ windows, filters, bias }, room) {
    const size = filtersLength(windows, filters);
    const weights = room.parameters(size, size / line);
    return { windows, filters, bias, weights, groups: room.matrix(size, gradientGroups) };
  },

  weights: ({ weights }) => [weights],

  eachRun({ weights, windows, filters, bias }, run) {
    run(weights.at, filters * inWindow(windows));
    if (bias) run(weights.at + biasesAt(windows, filters), filters);
  },

  bind({ windows, filters, bias, weights, groups }, parts, views) {
    const { kernels, share, meet, input, x, relu, delta } = parts;
    const A = { ...views.parameters(weights), windows, outputs: filters };
    const sums = views.matrix(groups);
    const clearBiases = (): void => {
      for (let group = 0; group < gradientGroups; group++) {
        const at = group * sums.pitch;
        sums.data.fill(0, at + biasesAt(windows, filters), at + sums.columns);
      }
    };
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward: (rows) => kernels.convolve(x, input, A, rows, relu, share),
      backward(rows, finish, below) {
        kernels.filterGradient(sums, delta, input, A, rows, share);
        if (below) kernels.imageGradient(below.delta, delta, A, below.relu ? input : undefined, rows, share);
        meet();
        if (!bias) {
          if (share.part === 0) clearBiases();
          meet();
        }
        kernels.biasGradient(A, sums, gradientGroups, finish, share);
      },
    };
  },
};
