/**
 * Dense layers, in one of four ways that give the same result: by products of dense matrices; where most inputs are zero, by
 * products with what is not zero, or by both, each for some of the inputs; or, where samples come one by one, by vectors.
 */
import type { Region } from "../../compute/arena.js";
import {
  type ColumnRun,
  type Compressed,
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
import type { Parameters } from "../../compute/parameters.js";
import { scratchLength } from "../../compute/wasm.js";
import { Dense } from "../../nn/dense.js";
import type { CompressedPlan, MatrixPlan, ParametersPlan, Room } from "../memory.js";
import { gatherInput, type LayerKind, type LayerParts, type LayerSteps, type LoweredLayer } from "./layer.js";

/** What a dense layer has in memory. */
interface DensePlan extends WeightShape {
  readonly A: ParametersPlan;
  readonly b: ParametersPlan;
  /** The inputs that are not zero, by sample and by column, where only they are multiplied. */
  readonly byRow?: CompressedPlan;
  readonly byColumn?: CompressedPlan;
  /** The columns of the input that are multiplied as a dense matrix all the same. */
  readonly denseColumns?: DenseColumnsPlan;
}

/** Columns that are dense, where most are sparse: their weights lie apart, and those in the panels are never used. */
interface DenseColumnsPlan {
  /** Which they are, in order; and as bits, where the kernels find them. */
  readonly runs: readonly ColumnRun[];
  readonly bits: Region<"Uint8Array">;
  readonly A: ParametersPlan;
  readonly x: MatrixPlan;
}

/** Up to this many samples a step, packing operands for dense products takes longer than the products. */
const fewRows = 4;

/** Dense layers. */
export const denseKind: LayerKind<LoweredLayer, DensePlan> = {
  hasWeights: true,
  keepsRectified: false,

  lower(layer) {
    if (!(layer instanceof Dense)) return undefined;
    return { kind: "dense", inputs: layer.inputs, outputs: layer.outputs, relu: false };
  },

  scratchLength: ({ inputs }) => scratchLength(inputs),

  reserve({ inputs, outputs }, room, { rows, trainedRows, sparse, denseColumns, oneByOne }, input) {
    const few = trainedRows > 0 && trainedRows <= fewRows;
    let layout: WeightLayout = "rows";
    // Products with what is not zero give no gradient to the layer below where its output is zero, as a ReLU wants it.
    if (input.isFirst || input.isRectified) {
      if (oneByOne) layout = "columns";
      else if (few || (input.isFirst && sparse)) layout = "panels";
    }
    const shape = { layout, inputs, outputs };
    const isMixed = input.isFirst && layout === "panels" && !few && denseColumns.length > 0;
    return {
      ...shape,
      A: room.parameters(weightLength(shape), sumsLength(shape)),
      b: room.parameters(padded(outputs), padded(outputs) / line),
      ...(layout !== "rows" && { byRow: room.compressed(rows, inputs) }),
      ...(layout === "panels" && trainedRows > 0 && { byColumn: room.compressed(inputs, trainedRows) }),
      ...(isMixed && { denseColumns: reserveColumns(room, shape, denseColumns) }),
    };
  },

  prepare({ denseColumns }, views) {
    if (!denseColumns) return;
    const { runs, bits, x } = denseColumns;
    views.matrix(x).data.fill(0);
    const isDense = views.array(bits).fill(0);
    for (const [first, end] of runs) for (let k = first; k < end; k++) isDense[k >> 3]! |= 1 << (k & 7);
  },

  parameters: ({ A, b, denseColumns }) => [A, ...(denseColumns ? [denseColumns.A] : []), b],

  eachRun(plan, run) {
    const { inputs, outputs, A, b, denseColumns } = plan;
    const stride = weightAt(plan, 0, 1) - weightAt(plan, 0, 0);
    for (let j = 0; j < outputs; j++) {
      let k = 0;
      let column = j * padded(denseColumns?.x.columns ?? 0);
      for (const [first, end] of denseColumns?.runs ?? []) {
        run(A.at + weightAt(plan, j, k), first - k, stride);
        run(denseColumns!.A.at + column, end - first);
        column += end - first;
        k = end;
      }
      run(A.at + weightAt(plan, j, k), inputs - k, stride);
    }
    run(b.at, outputs);
  },

  bind({ layout, inputs, outputs, A, b, byRow, byColumn, denseColumns }, parts, views) {
    const weights = { ...views.parameters(A), layout, inputs, outputs };
    const dense = { ...parts, A: weights, b: views.parameters(b) };
    if (layout === "rows") return tiles(dense);
    const rows = views.compressed(byRow!);
    if (layout === "columns") return columns(dense, rows);
    const lists = byColumn && views.compressed(byColumn);
    if (!denseColumns) return panels(dense, rows, lists);
    const { runs, bits, x, A: apart } = denseColumns;
    return mixed(dense, rows, lists, {
      runs,
      bits: views.array(bits),
      A: { ...views.parameters(apart), layout: "rows", inputs: x.columns, outputs },
      x: views.matrix(x),
    });
  },
};

/** Reserves the dense columns of a sparse input, and their weights. */
function reserveColumns(
  room: Room,
  { inputs, outputs }: WeightShape,
  runs: readonly ColumnRun[],
): DenseColumnsPlan {
  const columns = runs.reduce((sum, [first, end]) => sum + end - first, 0);
  const shape: WeightShape = { layout: "rows", inputs: columns, outputs };
  return {
    runs,
    bits: room.array("Uint8Array", Math.ceil(inputs / 8)),
    A: room.parameters(weightLength(shape), sumsLength(shape)),
    x: room.matrix(columns),
  };
}

/** What a dense layer works on. */
interface DenseParts extends LayerParts {
  readonly A: Weights;
  readonly b: Parameters;
}

/** By products of dense matrices. */
function tiles(parts: DenseParts): LayerSteps {
  const { kernels, share, meet, A, b, input, x, relu, delta } = parts;
  return {
    prepare: (rows, source) => gatherInput(parts, rows, source),
    forward: (rows) => kernels.affine(x, input, A, b.theta, rows, relu, share),
    backward(rows, finish, below) {
      if (below) {
        kernels.inputGradient(below.delta, delta, A, below.relu ? input : undefined, rows, share);
        meet();
      }
      kernels.weightGradient(A, delta, input, rows, finish, share);
      kernels.biasGradient(b, delta, rows, finish, share);
    },
  };
}

/** By products with what is not zero; `byColumn` where it is trained. Its inputs come first, or after a ReLU. */
function panels(
  { kernels, share, meet, A, b, input, x, relu, delta }: DenseParts,
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
    forward: (rows) => kernels.sparseAffine(x, byRow, A, b.theta, rows, { relu, add: false }, share),
    backward(rows, finish, below) {
      if (below) {
        kernels.sparseInputGradient(below.delta, delta, A, byRow, rows, share);
        meet();
      }
      kernels.sparseGradient(A, delta, byColumn!, rows, finish, share);
      kernels.biasGradient(b, delta, rows, finish, share);
    },
  };
}

/** Columns of the input that are dense, where most are sparse: which, as runs and as bits, and their weights and values. */
interface DenseColumns {
  readonly runs: readonly ColumnRun[];
  readonly bits: Uint8Array;
  readonly A: Weights;
  readonly x: Matrix;
}

/** The first layer: its dense columns by products of dense matrices, the others by products with what is not zero. */
function mixed(
  parts: DenseParts,
  byRow: Compressed,
  byColumn: Compressed | undefined,
  dense: DenseColumns,
): LayerSteps {
  const { kernels, share, meet, A, b, x, relu, delta } = parts;
  const sparse = panels(parts, byRow, byColumn);
  return {
    prepare(rows, source) {
      kernels.gather(dense.x, source!, rows, share, dense.runs);
      return sparse.prepare(rows, { ...source!, skip: dense.bits });
    },
    forward(rows) {
      kernels.affine(x, dense.x, dense.A, undefined, rows, false, share);
      meet();
      kernels.sparseAffine(x, byRow, A, b.theta, rows, { relu, add: true }, share);
    },
    backward(rows, finish) {
      kernels.weightGradient(dense.A, delta, dense.x, rows, finish, share);
      sparse.backward(rows, finish);
    },
  };
}

/**
 * By products with what is not zero, trained sample by sample with a rule that leaves alone what has no gradient. Its
 * inputs come first, or after a ReLU.
 */
function columns(
  { kernels, share, meet, A, b, input, x, relu, delta }: DenseParts,
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
      kernels.biasGradient(b, delta, rows, finish, share);
      if (!below) return;
      meet();
      kernels.columnInputGradient(below.delta, A, byRow, share);
      meet();
    },
  };
}

/** A layer's inputs as a source of themselves. */
const sourceOf = ({ data, columns, pitch }: Matrix): Source => ({ data, columns, pitch, scale: 1 });
