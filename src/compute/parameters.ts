/**
 * Parameters for the kernels.
 */

/** Parameters, their gradient, and the rule's state: arrays of the same layout. */
export interface Parameters {
  readonly theta: Float32Array;
  readonly gradient: Float32Array;
  /** The first array of a rule's state: AdaGrad's c, the momentum. */
  readonly first: Float32Array;
  /** The second: Adam's v. */
  readonly second: Float32Array;
  /** Receives sums of squares of the gradient, which add up to ‖g‖², if requested; see `setRule`. */
  readonly sums: Float64Array;
}
