/**
 * A dense layer while it is trained, in one of two ways that give the same result: by products of dense matrices, or,
 * where most inputs are zero or samples come one by one, by products with what is not zero.
 */

import type { RuleFormula } from "./formula.js";
import {
  type Compressed,
  type Finish,
  type Kernels,
  leavesAlone,
  type Parameters,
  type Source,
  type Weights,
} from "./kernels.js";
import { line, type Matrix } from "./matrix.js";
import type { Share } from "./share.js";

/** What one thread does for a layer; threads meet between two calls. */
export interface DenseLayer {
  /**
   * Gets the inputs of some samples ready, which come from a source for the first layer, and from the layer below for
   * others; returns whether there was anything to do.
   */
  prepare(rows: number, source?: Source): boolean;
  /** x(t) = A x(t−1) + b, or with `relu` the larger of that and 0. */
  forward(rows: number, relu: boolean): void;
  /** The delta of the layer below from that of this one, where a ReLU lies between. */
  inputGradient(below: Matrix, rows: number): void;
  /** dA and db from delta. */
  gradient(rows: number, finish: Finish): void;
}

/** What a layer works on, and the thread that does. */
export interface LayerParts {
  readonly kernels: Kernels;
  readonly share: Share;
  readonly A: Weights;
  readonly b: Parameters;
  /** x(t−1), the inputs. */
  readonly input: Matrix;
  /** x(t), after the ReLU. */
  readonly x: Matrix;
  /** ∂loss/∂z(t). */
  readonly delta: Matrix;
}

/** The part of the sums of squares that b has: as many as it has lines, at the end. */
const sumsOfBias = (sums: Float64Array, { theta }: Parameters): Float64Array =>
  sums.subarray(sums.length - theta.length / line);

/** By products of dense matrices. */
export function tileLayer({ kernels, share, A, b, input, x, delta }: LayerParts): DenseLayer {
  return {
    prepare(rows, source) {
      if (source) kernels.gather(input, source, rows, share);
      return source !== undefined;
    },
    forward: (rows, relu) => kernels.affine(x, input, A, b.theta, rows, relu, share),
    inputGradient: (below, rows) => kernels.inputGradient(below, delta, A, input, rows, share),
    gradient(rows, finish) {
      kernels.weightGradient(A, delta, input, rows, finish, share);
      kernels.biasGradient(b, delta, rows, { ...finish, sums: sumsOfBias(finish.sums, b) }, share);
    },
  };
}

/** By products with what is not zero; `rule` and `columns` where it is trained. */
export function panelLayer(
  { kernels, share, A, b, input, x, delta }: LayerParts,
  byRow: Compressed,
  byColumn?: Compressed,
  rule?: RuleFormula,
): DenseLayer {
  const below = { data: input.data, columns: input.columns, pitch: input.pitch, scale: 1 };
  const oneByOne = byColumn?.capacity === 1 && rule !== undefined && leavesAlone(rule);
  return {
    prepare(rows, source = below) {
      kernels.compressRows(byRow, source, rows, share);
      if (byColumn && !oneByOne && rows <= byColumn.capacity) {
        kernels.compressColumns(byColumn, source, rows, share);
      }
      return true;
    },
    forward: (rows, relu) => kernels.sparseAffine(x, byRow, A, b.theta, rows, relu, share),
    inputGradient: (out, rows) => kernels.sparseInputGradient(out, delta, A, byRow, rows, share),
    gradient(rows, finish) {
      if (oneByOne && finish.update && !finish.add) {
        kernels.rankOneUpdate(A, delta, byRow, finish.sums, share);
      } else {
        kernels.sparseGradient(A, delta, byColumn!, rows, finish, share);
      }
      kernels.biasGradient(b, delta, rows, { ...finish, sums: sumsOfBias(finish.sums, b) }, share);
    },
  };
}
