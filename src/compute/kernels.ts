/**
 * The operations that training a network is made of. There are two of each: the scalar twin (scalar.ts), which reads like
 * its formula, and the fast one (wasm.ts), which is tested against it.
 *
 * A row of a matrix is a sample, and A is outputs × inputs, as in the lecture. Every operation does its `share` of
 * the result and nothing else, so threads need to meet only between operations.
 */
import { line, type Matrix, type WeightShape } from "./matrix.js";
import type { Parameters } from "./parameters.js";
import type { RuleName, StepNumbers } from "./rule-kernels.js";
import type { Share } from "./share.js";
import type { ImageKernels } from "./windows.js";

/** The weights of a layer. */
export interface Weights extends Parameters, WeightShape {}

/** What becomes of a gradient. */
export interface Finish {
  /** Whether it comes on top of the gradient that is there: a batch that is cut into chunks. */
  readonly add: boolean;
  /** Whether it goes straight to the parameters by the rule, instead of being stored. */
  readonly update: boolean;
}

/** Where samples come from: rows of bytes or floats, times a scale. */
export interface Source {
  readonly data: Uint8Array | Float32Array;
  /** Which rows; without, all in order. */
  readonly indices?: Uint32Array;
  readonly columns: number;
  readonly pitch: number;
  readonly scale: number;
}

/**
 * What is not zero of some rows: for each row (or column) a list of up to `capacity` pairs, of where a line of 16 floats
 * begins, in bytes, and a value; and how long the list is.
 */
export interface Compressed {
  readonly places: Uint32Array;
  /** The same memory as `places`: the value stands after its place. */
  readonly values: Float32Array;
  readonly counts: Uint32Array;
  readonly capacity: number;
}

/** The operations; what is written comes first. */
export interface Kernels extends ImageKernels {
  /** Which these are, for the record of a run. */
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

  /** out = delta A; where `mask` is given, the result of a ReLU below, 0 where that is not > 0. */
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

  /** Lists, for each row, what is not zero. */
  compressRows(out: Compressed, source: Source, rows: number, share: Share): void;

  /** Lists, for each column, what is not zero. */
  compressColumns(out: Compressed, source: Source, rows: number, share: Share): void;

  /** As `affine`, to the same bits, with weights in panels and compressed rows. */
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

  /** As `weightGradient`, to the same bits, with weights in panels and compressed columns. */
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
   * Moves weights in columns by the gradient deltaᵀ x of one sample, a compressed row; for rules that leave alone what
   * has no gradient. Before, `A.gradient` receives delta A in parts, one for each block of 64 outputs, where x is not
   * zero; see `columnInputGradient`.
   */
  columnBackward(A: Weights, delta: Matrix, x: Compressed, share: Share): void;

  /** As `inputGradient` with a mask for one sample, from the parts that `columnBackward` of all threads left. */
  columnInputGradient(out: Matrix, A: Weights, x: Compressed, share: Share): void;

  /**
   * Chooses the rule by which the parameters move that are updated from now on, and what it remembers; `squares`: whether
   * the sums of squares of the gradient are wanted, by default where the rule needs them.
   */
  setRule(rule: RuleName, parameters: Parameters, squares?: boolean): void;

  /** The numbers of the step that comes. */
  setStep(numbers: StepNumbers): void;

  /** Moves the parameters by the stored gradient. */
  update(parameters: Parameters, share: Share): void;
}

/** The length of `sums` of weights: one for each block of 16 × 16. That of b is as long as it has lines. */
export function sumsLength({ inputs, outputs }: { inputs: number; outputs: number }): number {
  return Math.ceil(outputs / line) * Math.ceil(inputs / line);
}
