/**
 * The operations of training a network. Each has two implementations: the scalar twin (scalar.ts), which reads like its
 * formula, and the fast one (wasm.ts), which is tested against it.
 *
 * A row of a matrix is a sample, and A is outputs × inputs, as in the lecture. Every operation computes its `share`
 * of the result only, so threads synchronise only between operations.
 */
import { line, type Matrix, type WeightShape } from "./matrix.js";
import type { Parameters } from "./parameters.js";
import type { RuleName, StepNumbers } from "./rule-kernels.js";
import type { Share } from "./share.js";
import type { ImageKernels } from "./windows.js";

/** The weights of a layer. */
export interface Weights extends Parameters, WeightShape {}

/** The destination of a gradient. */
export interface Finish {
  /** Whether it is added to the existing gradient, for a batch of several chunks. */
  readonly add: boolean;
  /** Whether the rule updates the parameters directly, without storing the gradient. */
  readonly update: boolean;
}

/** The source of samples: rows of bytes or floats, times a scale. */
export interface Source {
  readonly data: Uint8Array | Float32Array;
  /** The row indices; by default all in order. */
  readonly indices?: Uint32Array;
  readonly columns: number;
  readonly pitch: number;
  readonly scale: number;
}

/**
 * The nonzero entries of rows: for each row (or column) a list of up to `capacity` pairs of the byte offset of a line of 16
 * floats and a value, and the length of the list.
 */
export interface Compressed {
  readonly places: Uint32Array;
  /** The same memory as `places`: each value follows its place. */
  readonly values: Float32Array;
  readonly counts: Uint32Array;
  readonly capacity: number;
}

/** The operations; the output is the first argument. */
export interface Kernels extends ImageKernels {
  /** The name of the kernels, for the record of a run. */
  readonly name: string;

  /** out[r, j] = data[indices[r], j] · scale: the samples of a batch as numbers. */
  gather(out: Matrix, source: Source, rows: number, share: Share): void;

  /** out = x Aᵀ + b, or with `relu` the larger of that and 0. */
  affine(
    out: Matrix,
    x: Matrix,
    A: Weights,
    b: Float32Array,
    rows: number,
    relu: boolean,
    share: Share,
  ): void;

  /** out = delta A; with `mask`, the output of a ReLU below, 0 where that is not > 0. */
  inputGradient(
    out: Matrix,
    delta: Matrix,
    A: Weights,
    mask: Matrix | undefined,
    rows: number,
    share: Share,
  ): void;

  /** The gradient deltaᵀ x of A. */
  weightGradient(A: Weights, delta: Matrix, x: Matrix, rows: number, finish: Finish, share: Share): void;

  /** The gradient of b, the column sums of delta; or of a convolution's parameters, the sums of its groups. */
  biasGradient(b: Parameters, delta: Matrix, rows: number, finish: Finish, share: Share): void;

  /** y = tanh z and, if given, f = 1 − tanh² z from the value in float64, entry by entry. */
  tanh(y: Float32Array, f: Float32Array | undefined, z: Float32Array): void;

  /** Lists the nonzero entries of each row. */
  compressRows(out: Compressed, source: Source, rows: number, share: Share): void;

  /** Lists the nonzero entries of each column. */
  compressColumns(out: Compressed, source: Source, rows: number, share: Share): void;

  /** As `affine`, with the same bits, for weights in panels and compressed rows. */
  sparseAffine(
    out: Matrix,
    x: Compressed,
    A: Weights,
    b: Float32Array,
    rows: number,
    relu: boolean,
    share: Share,
  ): void;

  /** As `inputGradient` with a mask, with weights in panels and compressed rows without negative entries. */
  sparseInputGradient(
    out: Matrix,
    delta: Matrix,
    A: Weights,
    x: Compressed,
    rows: number,
    share: Share,
  ): void;

  /** As `weightGradient`, with the same bits, for weights in panels and compressed columns. */
  sparseGradient(A: Weights, delta: Matrix, x: Compressed, rows: number, finish: Finish, share: Share): void;

  /** As `sparseAffine`, with weights in columns. */
  columnAffine(
    out: Matrix,
    x: Compressed,
    A: Weights,
    b: Float32Array,
    rows: number,
    relu: boolean,
    share: Share,
  ): void;

  /**
   * Moves weights in columns by the gradient deltaᵀ x of one sample, a compressed row; for rules that do not move
   * parameters with gradient 0. Before that, `A.gradient` receives delta A in parts, one for each block of 64 outputs, where x is not
   * zero; see `columnInputGradient`.
   */
  columnBackward(A: Weights, delta: Matrix, x: Compressed, share: Share): void;

  /** As `inputGradient` with a mask for one sample, from the parts that `columnBackward` of all threads left. */
  columnInputGradient(out: Matrix, A: Weights, x: Compressed, share: Share): void;

  /**
   * Sets the rule of subsequent updates and its state; `squares`: whether to compute the sums of squares of the gradient, by
   * default if the rule needs them.
   */
  setRule(rule: RuleName, parameters: Parameters, squares?: boolean): void;

  /** Sets the numbers of the next step. */
  setStep(numbers: StepNumbers): void;

  /** Updates the parameters with the stored gradient. */
  update(parameters: Parameters, share: Share): void;
}

/** The length of `sums` of weights: one for each block of 16 × 16. For b, one for each line. */
export function sumsLength({ inputs, outputs }: { inputs: number; outputs: number }): number {
  return Math.ceil(outputs / line) * Math.ceil(inputs / line);
}
