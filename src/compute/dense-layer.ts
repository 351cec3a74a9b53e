/**
 * A dense layer while it is trained, in one of four ways that give the same result: by products of dense matrices, or,
 * where most inputs are zero, by products with what is not zero, or by both, each for some of the inputs, or, where samples
 * come one by one, by vectors.
 */
import type { Compressed, Parameters, Run, Source, Weights } from "./kernels.js";
import { gatherInput, type LayerParts, type TrainedLayer } from "./layer.js";
import type { Matrix } from "./matrix.js";

/** What a dense layer works on. */
export interface DenseParts extends LayerParts {
  readonly A: Weights;
  readonly b: Parameters;
}

/** By products of dense matrices. */
export function tileLayer(parts: DenseParts): TrainedLayer {
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
export function panelLayer(
  { kernels, share, meet, A, b, input, x, relu, delta }: DenseParts,
  byRow: Compressed,
  byColumn?: Compressed,
): TrainedLayer {
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
export interface DenseColumns {
  readonly runs: readonly Run[];
  readonly bits: Uint8Array;
  readonly A: Weights;
  readonly x: Matrix;
}

/** The first layer: its dense columns by products of dense matrices, the others by products with what is not zero. */
export function mixedLayer(
  parts: DenseParts,
  byRow: Compressed,
  byColumn: Compressed | undefined,
  dense: DenseColumns,
): TrainedLayer {
  const { kernels, share, meet, A, b, x, relu, delta } = parts;
  const sparse = panelLayer(parts, byRow, byColumn);
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
export function columnLayer(
  { kernels, share, meet, A, b, input, x, relu, delta }: DenseParts,
  byRow: Compressed,
): TrainedLayer {
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
