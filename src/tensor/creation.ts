/**
 * Tensors from literals, constants and ranges. Random ones are in `random-tensors.ts`.
 */

import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { zeroArray } from "./kernels.js";
import { checkShape, formatShape, type Shape, sizeOf } from "./shapes.js";
import { type DType, Tensor, type TensorLike } from "./tensor.js";

/**
 * A tensor from nested lists of numbers (or from another tensor, copied).
 *
 * @param nested a number, a list, a list of lists of equal length, …; typed arrays count as lists
 * @param options `dtype`: `"float64"` (default) or `"float32"`
 * @throws RangeError for rows of different lengths, TypeError for an entry that is not a number; both say where.
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]]).shape // → [ 2, 3 ]
 */
export function tensor(nested: TensorLike, options: { dtype?: DType } = {}): Tensor {
  const { dtype = "float64" } = optionsOf("tensor", options, ["dtype"]);
  return Tensor.of(nested, { dtype });
}

/**
 * A tensor of zeros.
 *
 * @param shape the extents, or one number for a vector
 * @throws RangeError unless every extent is a whole number ≥ 0.
 * @example
 * zeros([2, 2]).toArray() // → [ [ 0, 0 ], [ 0, 0 ] ]
 */
export function zeros(shape: Shape | number, options: { dtype?: DType } = {}): Tensor {
  const { dtype = "float64" } = optionsOf("zeros", options, ["dtype"]);
  const extents = typeof shape === "number" ? [shape] : shape;
  checkShape("zeros", extents);
  return new Tensor(extents, zeroArray(sizeOf(extents), dtype));
}

/**
 * A tensor of ones.
 *
 * @param shape the extents, or one number for a vector
 * @throws RangeError unless every extent is a whole number ≥ 0.
 * @example
 * ones(3).toArray() // → [ 1, 1, 1 ]
 */
export function ones(shape: Shape | number, options: { dtype?: DType } = {}): Tensor {
  optionsOf("ones", options, ["dtype"]);
  return full(shape, 1, options);
}

/**
 * A tensor filled with `value`.
 *
 * @param shape the extents, or one number for a vector
 * @throws RangeError unless every extent is a whole number ≥ 0.
 * @example
 * full([1, 3], 0.5).toArray() // → [ [ 0.5, 0.5, 0.5 ] ]
 */
export function full(shape: Shape | number, value: number, options: { dtype?: DType } = {}): Tensor {
  optionsOf("full", options, ["dtype"]);
  const t = zeros(shape, options);
  t.data.fill(value);
  return t;
}

/**
 * The identity matrix of n rows: ones on the diagonal, zeros elsewhere.
 *
 * @throws RangeError unless n is a whole number ≥ 0.
 * @example
 * eye(2).toArray() // → [ [ 1, 0 ], [ 0, 1 ] ]
 */
export function eye(n: number, options: { dtype?: DType } = {}): Tensor {
  optionsOf("eye", options, ["dtype"]);
  const t = zeros([n, n], options);
  for (let i = 0; i < n; i++) t.data[i * n + i] = 1;
  return t;
}

/**
 * The vector start, start + step, … up to but excluding stop. With one argument: 0, 1, …, n − 1.
 *
 * Entry i is computed as start + i · step, not by repeated addition, so that errors do not grow.
 *
 * @throws RangeError if `step` is 0 or an argument is not finite.
 * @example
 * arange(1, 10, 4).toArray() // → [ 1, 5, 9 ]
 */
export function arange(start: number, stop?: number, step = 1, options: { dtype?: DType } = {}): Tensor {
  optionsOf("arange", options, ["dtype"]);
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (![from, to, step].every(Number.isFinite) || step === 0) {
    throw new RangeError(
      `arange: start, stop and step must be finite and step not 0; from ${from} to ${to} by ${step}`,
    );
  }
  const t = zeros([Math.max(0, Math.ceil((to - from) / step))], options);
  for (let i = 0; i < t.size; i++) t.data[i] = from + i * step;
  return t;
}

/**
 * The vector of n equally spaced numbers from `start` to `stop`, both of them included exactly.
 *
 * @throws RangeError unless n is a whole number ≥ 2.
 * @example
 * linspace(0, 1, 5).toArray() // → [ 0, 0.25, 0.5, 0.75, 1 ]
 */
export function linspace(start: number, stop: number, n = 50, options: { dtype?: DType } = {}): Tensor {
  optionsOf("linspace", options, ["dtype"]);
  checkWhole("linspace", { n }, 2);
  const t = zeros([n], options);
  for (let i = 0; i < n; i++) t.data[i] = start + ((stop - start) * i) / (n - 1);
  t.data[n - 1] = stop;
  return t;
}

/**
 * Concatenates tensors along an existing axis.
 *
 * @param parts at least one, of the same shape except along that axis
 * @param axis the axis; 0
 * @throws RangeError if there are no tensors, or shapes do not match.
 * @example
 * concat([[[1, 2]], [[3, 4], [5, 6]]]).toArray() // → [ [ 1, 2 ], [ 3, 4 ], [ 5, 6 ] ]
 */
export function concat(parts: readonly TensorLike[], axis = 0): Tensor {
  const tensors = parts.map((part) => (part instanceof Tensor ? part : tensor(part)));
  const first = tensors[0];
  if (!first) throw new RangeError("concat: there must be at least one tensor, got none");
  const at = axis < 0 ? axis + first.rank : axis;
  const fits = ({ shape }: Tensor): boolean =>
    shape.length === first.rank && shape.every((extent, i) => i === at || extent === first.shape[i]);
  const stranger = tensors.find((one) => !fits(one));
  if (stranger || !(at in first.shape)) {
    throw new RangeError(
      `concat: all shapes must match except along axis ${axis}; shapes ${formatShape(first.shape)} and ${formatShape((stranger ?? first).shape)}`,
    );
  }
  const extent = tensors.reduce((sum, { shape }) => sum + shape[at]!, 0);
  const shape = first.shape.with(at, extent);
  const outer = sizeOf(shape.slice(0, at));
  const isSingle = tensors.every(({ dtype }) => dtype === "float32");
  const out = new (isSingle ? Float32Array : Float64Array)(sizeOf(shape));
  let start = 0;
  for (const { data, shape: own } of tensors) {
    const width = sizeOf(own.slice(at));
    for (let o = 0; o < outer; o++) {
      out.set(data.subarray(o * width, (o + 1) * width), o * sizeOf(shape.slice(at)) + start);
    }
    start += width;
  }
  return new Tensor(shape, out);
}

/**
 * Stacks tensors of one shape along a new first axis.
 *
 * @throws RangeError if there are no tensors, or shapes differ.
 * @example
 * stack([[1, 2], [3, 4]]).shape // → [ 2, 2 ]
 */
export function stack(parts: readonly TensorLike[]): Tensor {
  const tensors = parts.map((part) => (part instanceof Tensor ? part : tensor(part)));
  return concat(tensors.map((one) => one.reshape([1, ...one.shape])));
}
