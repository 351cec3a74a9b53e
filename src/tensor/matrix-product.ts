/**
 * The matrix product, as a plain loop, or of large float32 matrices by the fast kernels.
 */
import { multiply, worthCopying } from "../compute/multiply.js";
import { matmul, type Operand, resultArray } from "./kernels.js";
import { formatShape } from "./shapes.js";

/** The implementation of `Tensor.matmul`. */
export function matrixProduct(left: Operand, right: Operand): Operand {
  const shapes = () => `shapes ${formatShape(left.shape)} and ${formatShape(right.shape)}`;
  for (const [side, { shape }] of [
    ["left", left],
    ["right", right],
  ] as const) {
    if (shape.length < 1 || shape.length > 2) {
      throw new RangeError(
        `matmul: the ${side} operand must be a matrix or a vector, it has rank ${shape.length}; ${shapes()}`,
      );
    }
  }
  // A vector is a row on the left and a column on the right, and its axis is removed from the result.
  const [m, n] = left.shape.length === 1 ? [1, left.shape[0]!] : [left.shape[0]!, left.shape[1]!];
  const [rows, p] = right.shape.length === 1 ? [right.shape[0]!, 1] : [right.shape[0]!, right.shape[1]!];
  if (n !== rows) {
    throw new RangeError(
      `matmul: the left operand has ${n} ${n === 1 ? "column" : "columns"} but the right one has ${rows} ${rows === 1 ? "row" : "rows"}; ${shapes()}`,
    );
  }
  const [a, b] = [left.data, right.data];
  const data = resultArray(m * p, a, b);
  const isSingle = a instanceof Float32Array && b instanceof Float32Array && data instanceof Float32Array;
  if (isSingle && m * n * p >= worthCopying) multiply(a, b, [m, n, p], data);
  else matmul(a, b, m, n, p, data);
  return { shape: [...(left.shape.length === 1 ? [] : [m]), ...(right.shape.length === 1 ? [] : [p])], data };
}
