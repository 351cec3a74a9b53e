/**
 * The operations of differentiable functions: a function written with them runs on numbers, on the tape (reverse mode), on
 * dual numbers (forward mode) and on complex numbers (complex step).
 */
import type { Shape, Tensor, TensorLike } from "../tensor/index.js";

/** The operand type of differentiable functions; shapes broadcast like those of `Tensor`. */
export interface Traced {
  /** The numbers, without their derivatives. */
  readonly value: Tensor;
  /** Their shape. */
  readonly shape: Shape;
  /** this + other. */
  add(other: Traced | TensorLike): Traced;
  /** this − other. */
  sub(other: Traced | TensorLike): Traced;
  /** this · other, entry by entry. */
  mul(other: Traced | TensorLike): Traced;
  /** this / other, entry by entry. */
  div(other: Traced | TensorLike): Traced;
  /** −this. */
  neg(): Traced;
  /** The matrix product, of matrices and vectors. */
  matmul(other: Traced | TensorLike): Traced;
  /** The transposed matrix. */
  transpose(): Traced;
  /** The same numbers in another shape. */
  reshape(...extents: number[]): Traced;
  /** The sum of all entries (a scalar), or along one axis. */
  sum(axis?: number): Traced;
  /** The mean of all entries, or along one axis. */
  mean(axis?: number): Traced;
  /** e^x. */
  exp(): Traced;
  /** log x. */
  log(): Traced;
  /** √x. */
  sqrt(): Traced;
  /** x^n for a number n. */
  pow(exponent: number): Traced;
  /** sin x. */
  sin(): Traced;
  /** cos x. */
  cos(): Traced;
  /** tanh x. */
  tanh(): Traced;
  /** 1 / (1 + e^−x). */
  sigmoid(): Traced;
  /** max(0, x), with the derivative 0 at 0. */
  relu(): Traced;
  /** |x|, with the derivative 0 at 0. */
  abs(): Traced;
  /** The entries at these indices of an axis, in this order, possibly repeated; negative ones count from the end. */
  take(indices: ArrayLike<number>, axis?: number): Traced;
  /** The entries `start` to `end` − 1 along an axis, counted like `Array.prototype.slice`. */
  slice(start?: number, end?: number, axis?: number): Traced;
  /** This concatenated with others along an axis. */
  concat(others: readonly (Traced | TensorLike)[], axis?: number): Traced;
  /** The largest entry, or that along one axis; if several are equal, the first has the derivative. */
  max(axis?: number): Traced;
  /** The larger of this and other, entry by entry; where they are equal, other has the derivative. */
  maximum(other: Traced | TensorLike): Traced;
  /** log Σ e^x of all entries, or along one axis, without overflow. */
  logSumExp(axis?: number): Traced;
}

/** A function of one or several tensors with a scalar result, for example by a final `sum()`. */
export type ScalarFunction = (...xs: Traced[]) => Traced;

/** The number in a scalar result; throws a RangeError unless it has exactly one entry. */
export function scalarOf(who: string, result: Traced): number {
  if (typeof result?.value?.size === "number" && result.value.size === 1) return result.value.data[0]!;
  if (typeof result === "number") {
    throw new TypeError(
      `${who}: the function must be written with the operations of what it is given, such as (x) => x.mul(x).sum(), and return what they give; it returned a plain number, got ${result}`,
    );
  }
  const got = result?.shape ? `a result of shape [${result.shape.join(", ")}]` : `${result}`;
  throw new RangeError(
    `${who}: the function must return a single number; did you forget sum() or mean()? got ${got}`,
  );
}

/** The axes to sum a gradient of shape `wide` over for an operand that was broadcast to it, last first. */
export function stretchedAxes(narrow: Shape, wide: Shape): number[] {
  const missing = wide.length - narrow.length;
  const axes: number[] = [];
  for (let axis = wide.length - 1; axis >= 0; axis--) {
    if (axis < missing || (narrow[axis - missing] === 1 && wide[axis] !== 1)) axes.push(axis);
  }
  return axes;
}
