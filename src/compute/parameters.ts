/**
 * Parameters as the kernels see them.
 */

/** Parameters, their gradient, and what the rule remembers of each: arrays of the same layout. */
export interface Parameters {
  readonly theta: Float32Array;
  readonly gradient: Float32Array;
  /** The first that a rule remembers: AdaGrad's c, the momentum. */
  readonly first: Float32Array;
  /** The second: Adam's v. */
  readonly second: Float32Array;
  /** Receives sums of squares of the gradient, which together are ‖g‖², where they are wanted; see `setRule`. */
  readonly sums: Float64Array;
}
