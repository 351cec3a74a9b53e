/**
 * The operations that training a network of dense layers is made of. There are two of each: the scalar twin
 * (scalar.ts), which reads like its formula, and the fast one (wasm.ts), which is tested against it.
 *
 * Matrices are row-major float32; a row is a sample, and A is outputs × inputs, as in the lecture. Every
 * operation does its `share` of the result and nothing else, so threads need to meet only between operations.
 */
import type { Share } from "./share.js";

/** The sizes of one dense layer applied to some samples. */
export interface LayerSize {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** The operations; in each, the first argument is what is written. */
export interface Kernels {
  /** Which these are, for the record of a run. */
  readonly name: string;

  /** out = x Aᵀ + b, or with `relu` the larger of that and 0; rows × outputs. */
  affine(
    out: Float32Array,
    x: Float32Array,
    A: Float32Array,
    b: Float32Array,
    size: LayerSize,
    relu: boolean,
    share: Share,
  ): void;

  /** out = delta A where x > 0, else 0: what reaches the ReLU below, whose result x is; rows × inputs. */
  inputGradient(
    out: Float32Array,
    delta: Float32Array,
    A: Float32Array,
    x: Float32Array,
    size: LayerSize,
    share: Share,
  ): void;

  /** dA = deltaᵀ x, outputs × inputs, and db = the column sums of delta; with `add` they are added to what is there. */
  weightGradient(
    dA: Float32Array,
    db: Float32Array,
    delta: Float32Array,
    x: Float32Array,
    size: LayerSize,
    add: boolean,
    share: Share,
  ): void;

  /** out[r, j] = data[indices[r], j] · scale: the samples of a batch as numbers; rows × width. */
  gather(
    out: Float32Array,
    data: Uint8Array | Float32Array,
    indices: Uint32Array,
    rows: number,
    width: number,
    scale: number,
    share: Share,
  ): void;

  /** Σ g[i]² for from ≤ i < to, summed in float64. */
  sumOfSquares(g: Float32Array, from: number, to: number): number;

  /** theta −= eta g. */
  descend(theta: Float32Array, g: Float32Array, eta: number, share: Share): void;

  /**
   * c += g², theta −= eta g / (√c + epsilon), each entry from ≤ i < to on its own; where the divisor is 0, so is the
   * gradient, and theta stays. Returns Σ c[i], summed in float64.
   */
  descendAdagrad(
    theta: Float32Array,
    g: Float32Array,
    c: Float32Array,
    eta: number,
    epsilon: number,
    from: number,
    to: number,
  ): number;
}
