/**
 * Dense layers, in one of three ways: by dense matrix products; by sparse products, with the same bits, if most inputs are
 * zero; or by vectors, if samples come one by one.
 */
import {
  type Compressed,
  type Finish,
  type Source,
  sumsLength,
  type Weights,
} from "../../compute/kernels.js";
import {
  line,
  type Matrix,
  padded,
  type WeightLayout,
  type WeightShape,
  weightAt,
  weightLength,
} from "../../compute/matrix.js";
import type { Product } from "../../compute/openblas.js";
import type { Parameters } from "../../compute/parameters.js";
import { scratchLength } from "../../compute/wasm.js";
import { Dense } from "../../nn/dense.js";
import type { CompressedPlan, ParametersPlan } from "../memory.js";
import { gatherInput, type LayerKind, type LayerParts, type LayerSteps, type LoweredLayer } from "./layer.js";

/** The memory of a dense layer. */
interface DensePlan extends WeightShape {
  /** Without biases, b exists and stays 0. */
  readonly bias: boolean;
  readonly A: ParametersPlan;
  readonly b: ParametersPlan;
  /** The nonzero inputs, by sample and by column, for sparse products. */
  readonly byRow?: CompressedPlan;
  readonly byColumn?: CompressedPlan;
}

/** Up to this many samples a step, packing operands for dense products takes longer than the products. */
export const fewRows = 4;

/** Dense layers. */
export const denseKind: LayerKind<LoweredLayer & { readonly bias: boolean }, DensePlan> = {
  keepsRectified: false,

  lower(layer) {
    if (!(layer instanceof Dense)) return undefined;
    const { inputs, outputs, bias } = layer;
    return { kind: "dense", inputs, outputs, bias, relu: false };
  },

  scratchLength: ({ inputs }) => scratchLength(inputs),

  products({ inputs, outputs }, rows, { isFirst, isTrained }) {
    const [across, down] = [padded(inputs), padded(outputs)];
    const forward: Product = ["abᵀ", rows, down, across];
    if (!isTrained) return [forward];
    const own: Product[] = [
      ["aᵀb", outputs, across, rows],
      ["step", outputs, across, rows],
    ];
    return [forward, ...own, ...(isFirst ? [] : [["ab", rows, across, down] satisfies Product])];
  },

  reserve({ inputs, outputs, bias }, room, { rows, trainedRows, sparse, oneByOne }, input) {
    const few = trainedRows > 0 && trainedRows <= fewRows;
    let layout: WeightLayout = "rows";
    // Sparse products pass no gradient to the layer below where its output is zero, as a ReLU requires.
    if (input.isFirst || input.isRectified) {
      if (oneByOne) layout = "columns";
      else if (few || (input.isFirst && sparse)) layout = "panels";
    }
    const shape = { layout, inputs, outputs };
    return {
      ...shape,
      bias,
      A: room.parameters(weightLength(shape), sumsLength(shape)),
      b: room.parameters(padded(outputs), padded(outputs) / line),
      ...(layout !== "rows" && { byRow: room.compressed(rows, inputs) }),
      ...(layout === "panels" && trainedRows > 0 && { byColumn: room.compressed(inputs, trainedRows) }),
    };
  },

  weights: ({ A, b }) => [A, b],

  eachRun(plan, run) {
    const { inputs, outputs, bias, A, b } = plan;
    const stride = weightAt(plan, 0, 1) - weightAt(plan, 0, 0);
    for (let j = 0; j < outputs; j++) run(A.at + weightAt(plan, j, 0), inputs, stride);
    if (bias) run(b.at, outputs);
  },

  bind({ layout, inputs, outputs, bias, A, b, byRow, byColumn }, parts, views) {
    const { kernels, share, delta } = parts;
    const weights = { ...views.parameters(A), layout, inputs, outputs };
    const biases = views.parameters(b);
    const dense: DenseParts = {
      ...parts,
      A: weights,
      b: biases,
      biasGradient(rows, finish) {
        if (bias) kernels.biasGradient(biases, delta, rows, finish, share);
      },
    };
    if (layout === "rows") return tiles(dense);
    const rows = views.compressed(byRow!);
    if (layout === "columns") return columns(dense, rows);
    return panels(dense, rows, byColumn && views.compressed(byColumn));
  },
};

/** The inputs, outputs and parameters of a dense layer on one thread. */
interface DenseParts extends LayerParts {
  readonly A: Weights;
  readonly b: Parameters;
  /** The gradient of b, if there are biases. */
  biasGradient(rows: number, finish: Finish): void;
}

/** By dense matrix products. */
function tiles(parts: DenseParts): LayerSteps {
  const { kernels, share, meet, A, b, input, x, relu, delta, biasGradient } = parts;
  return {
    prepare: (rows, source) => gatherInput(parts, rows, source),
    forward: (rows) => kernels.affine(x, input, A, b.theta, rows, relu, share),
    backward(rows, finish, below) {
      if (below) {
        kernels.inputGradient(below.delta, delta, A, below.relu ? input : undefined, rows, share);
        meet();
      }
      kernels.weightGradient(A, delta, input, rows, finish, share);
      biasGradient(rows, finish);
    },
  };
}

/** By sparse products; `byColumn` if it is trained. Its inputs are the samples or a ReLU's outputs. */
function panels(
  { kernels, share, meet, A, b, input, x, relu, delta, biasGradient }: DenseParts,
  byRow: Compressed,
  byColumn?: Compressed,
): LayerSteps {
  const fromBelow = sourceOf(input);
  return {
    prepare(rows, source = fromBelow) {
      kernels.compressRows(byRow, source, rows, share);
      if (byColumn && rows <= byColumn.capacity) kernels.compressColumns(byColumn, source, rows, share);
      return true;
    },
    forward: (rows) => kernels.sparseAffine(x, byRow, A, b.theta, rows, relu, share),
    backward(rows, finish, below) {
      if (below) {
        kernels.sparseInputGradient(below.delta, delta, A, byRow, rows, share);
        meet();
      }
      kernels.sparseGradient(A, delta, byColumn!, rows, finish, share);
      biasGradient(rows, finish);
    },
  };
}

/**
 * By sparse products, trained sample by sample with a rule that does not move parameters with gradient 0. Its inputs are the
 * samples or a ReLU's outputs.
 */
function columns(
  { kernels, share, meet, A, b, input, x, relu, delta, biasGradient }: DenseParts,
  byRow: Compressed,
): LayerSteps {
  const fromBelow = sourceOf(input);
  return {
    prepare(rows, source = fromBelow) {
      kernels.compressRows(byRow, source, rows, share);
      return true;
    },
    forward: (rows) => kernels.columnAffine(x, byRow, A, b.theta, rows, relu, share),
    backward(rows, finish, below) {
      kernels.columnBackward(A, delta, byRow, share);
      biasGradient(rows, finish);
      if (!below) return;
      meet();
      kernels.columnInputGradient(below.delta, A, byRow, share);
      meet();
    },
  };
}

/** A layer's inputs as a source of samples. */
const sourceOf = ({ data, columns, pitch }: Matrix): Source => ({ data, columns, pitch, scale: 1 });
