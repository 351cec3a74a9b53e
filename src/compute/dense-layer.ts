/**
 * A dense layer while it is trained, in one of three ways that give the same result: by products of dense matrices, or,
 * where most inputs are zero, by products with what is not zero, or, where samples come one by one, by vectors.
 */
import type { Compressed, Finish, Kernels, Parameters, Source, Weights } from "./kernels.js";
import type { Matrix } from "./matrix.js";
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
  /**
   * dA and db from delta; and before A moves, the delta of the layer below, `below`, where a ReLU lies between. Threads
   * have met when it is there.
   */
  backward(rows: number, finish: Finish, below?: Matrix): void;
}

/** What a layer works on, and the thread that does. */
export interface LayerParts {
  readonly kernels: Kernels;
  readonly share: Share;
  /** Waits for the other threads. */
  readonly meet: () => void;
  readonly A: Weights;
  readonly b: Parameters;
  /** x(t−1), the inputs. */
  readonly input: Matrix;
  /** x(t), after the ReLU. */
  readonly x: Matrix;
  /** ∂loss/∂z(t). */
  readonly delta: Matrix;
}

/** By products of dense matrices. */
export function tileLayer({ kernels, share, meet, A, b, input, x, delta }: LayerParts): DenseLayer {
  return {
    prepare(rows, source) {
      if (source) kernels.gather(input, source, rows, share);
      return source !== undefined;
    },
    forward: (rows, relu) => kernels.affine(x, input, A, b.theta, rows, relu, share),
    backward(rows, finish, below) {
      if (below) {
        kernels.inputGradient(below, delta, A, input, rows, share);
        meet();
      }
      kernels.weightGradient(A, delta, input, rows, finish, share);
      kernels.biasGradient(b, delta, rows, finish, share);
    },
  };
}

/** By products with what is not zero; `byColumn` where it is trained. */
export function panelLayer(
  { kernels, share, meet, A, b, input, x, delta }: LayerParts,
  byRow: Compressed,
  byColumn?: Compressed,
): DenseLayer {
  const fromBelow = sourceOf(input);
  return {
    prepare(rows, source = fromBelow) {
      kernels.compressRows(byRow, source, rows, share);
      if (byColumn && rows <= byColumn.capacity) kernels.compressColumns(byColumn, source, rows, share);
      return true;
    },
    forward: (rows, relu) => kernels.sparseAffine(x, byRow, A, b.theta, rows, relu, share),
    backward(rows, finish, below) {
      if (below) {
        kernels.sparseInputGradient(below, delta, A, byRow, rows, share);
        meet();
      }
      kernels.sparseGradient(A, delta, byColumn!, rows, finish, share);
      kernels.biasGradient(b, delta, rows, finish, share);
    },
  };
}

/** By products with what is not zero, trained sample by sample with a rule that leaves alone what has no gradient. */
export function columnLayer(
  { kernels, share, meet, A, b, input, x, delta }: LayerParts,
  byRow: Compressed,
): DenseLayer {
  const fromBelow = sourceOf(input);
  return {
    prepare(rows, source = fromBelow) {
      kernels.compressRows(byRow, source, rows, share);
      return true;
    },
    forward: (rows, relu) => kernels.columnAffine(x, byRow, A, b.theta, rows, relu, share),
    backward(rows, finish, below) {
      kernels.columnBackward(A, delta, byRow, share);
      kernels.biasGradient(b, delta, rows, finish, share);
      if (!below) return;
      meet();
      kernels.columnInputGradient(below, A, byRow, share);
      meet();
    },
  };
}

/** A layer's inputs as a source of themselves. */
const sourceOf = ({ data, columns, pitch }: Matrix): Source => ({ data, columns, pitch, scale: 1 });
