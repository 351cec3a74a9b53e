/**
 * `Tensor`: an n-dimensional array. A shape, a dtype, and one typed array in row-major order, so
 * that a loop over `data` always visits all entries. There are no strided views: `reshape`, `row`
 * and `slice` share memory, `transpose` copies.
 */

import { inspect } from "#platform";
import { elementwiseSingle } from "../compute/elementwise.js";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { printing } from "../display/host.js";
import { type ImageGridOptions, imageGrid } from "../display/image-grid.js";
import { convolution } from "./convolution.js";
import { tensorHtml, tensorText } from "./format.js";
import { argmaxAxis, elementwise, type FloatArray, reduceAxis, resultArray } from "./kernels.js";
import { matrixProduct } from "./matrix-product.js";
import { flatten, type Nested, nest } from "./nested.js";
import type { Numbers } from "./numbers.js";
import { chosen, permuted, taken, transposed } from "./rearrange.js";
import {
  broadcastShapes,
  checkAxis,
  checkIndex,
  checkShape,
  formatShape,
  placeOf,
  type Shape,
  sameShape,
  sizeOf,
} from "./shapes.js";

/** How an entry is stored: `float64` (default, for theory) or `float32` (for networks). */
export type DType = "float64" | "float32";

/** The other operand of a tensor's operations. */
export type TensorLike = Tensor | Nested;

/**
 * An n-dimensional array in row-major order: entry (i, j) of an m × n matrix is `data[i * n + j]`.
 *
 * Operations return new tensors and never change their operands. Elementwise ones broadcast by NumPy's rules;
 * the result is float32 if both operands are, else float64 (a plain number takes the dtype of the tensor).
 *
 * @example
 * const A = tensor([[1, 2], [3, 4]]);
 * A.matmul([1, -1]).toArray() // → [ -1, -1 ]
 */
export class Tensor implements Displayable {
  /** The extents, first axis first; frozen. */
  readonly shape: readonly number[];
  /** How an entry is stored. */
  readonly dtype: DType;
  /** The entries in row-major order. Writing to it changes the tensor and all tensors that share its numbers. */
  readonly data: Numbers;

  /**
   * Wraps `data` (not copied) as a tensor of this shape; `tensor()` builds one from nested lists.
   *
   * @throws RangeError if `data` does not have exactly as many entries as the shape.
   */
  constructor(shape: Shape, data: Float64Array | Float32Array) {
    if (ArrayBuffer.isView(shape) && !ArrayBuffer.isView(data)) {
      throw new TypeError("Tensor: the shape comes first, then the numbers: new Tensor([2, 3], data)");
    }
    checkShape("Tensor", shape);
    if (data.length !== sizeOf(shape)) {
      throw new RangeError(
        `Tensor: shape ${formatShape(shape)} needs ${sizeOf(shape)} entries, the data has ${data.length}`,
      );
    }
    // Most results have the shape of an operand, and share its list.
    this.shape = Object.isFrozen(shape) ? shape : Object.freeze([...shape]);
    this.dtype = data instanceof Float32Array ? "float32" : "float64";
    this.data = data;
  }

  /** A new tensor from nested lists; called by `tensor()`. */
  static of(nested: TensorLike, { dtype = "float64" }: { dtype?: DType } = {}): Tensor {
    if (nested instanceof Tensor) return nested.astype(dtype);
    const { shape, values } = flatten("tensor", nested);
    return new Tensor(shape, newArray(dtype, values));
  }

  /** The number of entries. */
  get size(): number {
    return this.data.length;
  }

  /** The number of axes: 0 for a number, 1 for a vector, 2 for a matrix. */
  get rank(): number {
    return this.shape.length;
  }

  /** The entry at this index, one number for each axis; negative ones count from the end. Throws outside. */
  at(...index: number[]): number {
    if (index.length !== this.rank) {
      throw new RangeError(
        `at: ${index.length} ${index.length === 1 ? "index" : "indices"} given for ${this.rank} axes; index ${formatShape(index)}, shape ${formatShape(this.shape)}`,
      );
    }
    let position = 0;
    for (let axis = 0; axis < index.length; axis++) {
      position = position * this.shape[axis]! + checkIndex("at", index[axis]!, axis, this.shape);
    }
    return this.data[position]!;
  }

  /** The same numbers (shared, not copied) under another shape; one extent may be −1 and is then inferred. */
  reshape(...extents: number[] | [Shape]): Tensor {
    const wanted = extents.flat() as number[];
    let shape = wanted;
    if (wanted.includes(-1)) {
      const known = sizeOf(wanted.filter((extent) => extent !== -1));
      shape = wanted.map((extent) => (extent === -1 && known > 0 ? this.size / known : extent));
    }
    if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0) || sizeOf(shape) !== this.size) {
      throw new RangeError(
        `reshape: ${this.size} entries do not fit; shape ${formatShape(this.shape)} to ${formatShape(wanted)}`,
      );
    }
    return new Tensor(shape, this.data);
  }

  /** Row i, that is, entry i along the first axis: its numbers are shared, not copied. */
  row(i: number): Tensor {
    if (this.rank === 0) throw new RangeError("row: a tensor of rank 0 has no rows; shape []");
    const at = checkIndex("row", i, 0, this.shape);
    const step = sizeOf(this.shape.slice(1));
    return new Tensor(this.shape.slice(1), this.data.subarray(at * step, (at + 1) * step));
  }

  /**
   * Entries `start` to `end` − 1 along an axis, counted like `Array.prototype.slice`: along the first axis (rows) numbers are
   * shared, along another they are copied.
   */
  slice(start = 0, end: number = Number.MAX_SAFE_INTEGER, axis = 0): Tensor {
    if (this.rank === 0) throw new RangeError("slice: a tensor of rank 0 has no rows; shape []");
    const along = checkAxis("slice", axis, this.shape);
    if (!Number.isInteger(start) || !Number.isInteger(end)) {
      throw new RangeError(
        `slice: start and end must be whole numbers, got ${start}${end === Number.MAX_SAFE_INTEGER ? "" : ` and ${end}`}; shape ${formatShape(this.shape)}`,
      );
    }
    const n = this.shape[along]!;
    const clamp = (i: number) => Math.min(n, Math.max(0, i < 0 ? i + n : i));
    const [a, b] = [clamp(start), clamp(end)];
    if (along > 0)
      return this.take(
        Array.from({ length: Math.max(0, b - a) }, (_, i) => a + i),
        along,
      );
    const step = sizeOf(this.shape.slice(1));
    const data = this.data.subarray(a * step, Math.max(a, b) * step);
    return new Tensor([Math.max(0, b - a), ...this.shape.slice(1)], data);
  }

  /** A copy that shares no memory. */
  copy(): Tensor {
    return new Tensor(this.shape, this.data.slice());
  }

  /** A copy stored as `dtype`; float64 to float32 rounds each entry to the nearest. */
  astype(dtype: DType): Tensor {
    return new Tensor(this.shape, newArray(dtype, this.data));
  }

  /** f of every entry; f also gets the entry's position in row-major order. */
  map(f: (entry: number, position: number) => number): Tensor {
    const out = resultArray(this.size, this.data);
    for (let i = 0; i < out.length; i++) out[i] = f(this.data[i]!, i);
    return new Tensor(this.shape, out);
  }

  /** −x of every entry. */
  neg(): Tensor {
    return this.map((x) => -x);
  }

  /** |x| of every entry. */
  abs(): Tensor {
    return this.map(Math.abs);
  }

  /** e^x of every entry. */
  exp(): Tensor {
    return this.map(Math.exp);
  }

  /** log x of every entry; NaN below 0. */
  log(): Tensor {
    return this.map(Math.log);
  }

  /** √x of every entry; NaN below 0. */
  sqrt(): Tensor {
    return this.map(Math.sqrt);
  }

  /** x^n of every entry. */
  pow(exponent: number): Tensor {
    return this.map((x) => x ** exponent);
  }

  /** 1 where this > other, else 0, entry by entry. */
  greater(other: TensorLike): Tensor {
    return this.#with("greater", other, (a, b) => Number(a > b));
  }

  /** 1 where this < other, else 0, entry by entry. */
  less(other: TensorLike): Tensor {
    return this.#with("less", other, (a, b) => Number(a < b));
  }

  /** 1 where this equals other exactly, else 0, entry by entry (`equals` compares whole tensors). */
  same(other: TensorLike): Tensor {
    return this.#with("same", other, (a, b) => Number(a === b));
  }

  /** The larger of this and other, entry by entry. */
  maximum(other: TensorLike): Tensor {
    return this.#with("maximum", other, Math.max);
  }

  /** The smaller of this and other, entry by entry. */
  minimum(other: TensorLike): Tensor {
    return this.#with("minimum", other, Math.min);
  }

  /** The entries of `yes` where this is not 0 (NaN is not), those of `no` elsewhere; float32 only if both are. */
  where(yes: TensorLike, no: TensorLike): Tensor {
    const { shape, data } = chosen(this, toTensor(yes, this.dtype), toTensor(no, this.dtype));
    return new Tensor(shape, data);
  }

  /** The axes in another order, `[2, 0, 1]` for the last one first (a copy). Throws unless each axis occurs once. */
  permute(axes: readonly number[]): Tensor {
    const { shape, data } = permuted(this, axes);
    return new Tensor(shape, data);
  }

  /** The entries with these indices along an axis, in this order (a copy); negative indices count from the end. */
  take(indices: ArrayLike<number>, axis = 0): Tensor {
    const { shape, data } = taken(this, indices, axis);
    return new Tensor(shape, data);
  }

  /** The variance of all entries, or along one axis: the mean squared distance from the mean (divisor n). */
  variance(): number;
  variance(axis: number): Tensor;
  variance(axis?: number): number | Tensor {
    if (axis === undefined) return this.sub(this.mean()).pow(2).mean();
    const at = checkAxis("variance", axis, this.shape);
    return this.sub(this.mean(at).reshape(this.shape.with(at, 1)))
      .pow(2)
      .mean(at);
  }

  /** this + other, entry by entry. */
  add(other: TensorLike): Tensor {
    return this.#with("add", other, (a, b) => a + b);
  }

  /** this − other, entry by entry. */
  sub(other: TensorLike): Tensor {
    return this.#with("sub", other, (a, b) => a - b);
  }

  /** this · other, entry by entry (for the matrix product see `matmul`). */
  mul(other: TensorLike): Tensor {
    return this.#with("mul", other, (a, b) => a * b);
  }

  /** this / other, entry by entry; division by 0 gives ±∞ or NaN as in all arithmetic of floats. */
  div(other: TensorLike): Tensor {
    return this.#with("div", other, (a, b) => a / b);
  }

  /**
   * The matrix product: (m × n)(n × p) = m × p, out_ij = Σ_k a_ik b_kj, summed in float64 in the order of k; for large
   * float32 matrices by the training kernels, summed in float32.
   * A vector on the right counts as a column, on the left as a row, and that axis is removed from the result.
   *
   * @throws RangeError if the inner extents differ or an operand is not of rank 1 or 2.
   */
  matmul(other: TensorLike): Tensor {
    const { shape, data } = matrixProduct(this, toTensor(other, this.dtype));
    return new Tensor(shape, data);
  }

  /**
   * Images convolved with filters: out[n, o, r, c] = Σ_i Σ_u Σ_v A[o, i, u, v] x[n, i, r·stride + u − padding,
   * c·stride + v − padding], with zeros outside x (a cross-correlation, which deep learning calls convolution); for many
   * float32 images by the training kernels, summed in float32.
   *
   * @param filters A, outputs × channels × kernel × kernel; this is images × channels × height × width
   * @param options `stride` = 1 between windows, and `padding` = 0, the zeros around the images
   * @returns images × outputs × rows × columns
   * @throws RangeError if the shapes do not fit, or an option is not a whole number.
   * @example
   * tensor([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]).conv2d([[[[1, 0], [0, -1]]]]).data // → Float64Array(4) [ -4, -4, -4, -4 ]
   */
  conv2d(filters: TensorLike, options: { stride?: number; padding?: number } = {}): Tensor {
    const { shape, data } = convolution(this, toTensor(filters, this.dtype), options);
    return new Tensor(shape, data);
  }

  /** The transposed matrix, out_ji = a_ij (a copy); a vector is unchanged. Throws for rank > 2. */
  transpose(): Tensor {
    const { shape, data } = transposed(this);
    return new Tensor(shape, data);
  }

  /** Σ of all entries, or along one axis (which is removed from the shape). An empty sum is 0. */
  sum(): number;
  sum(axis: number): Tensor;
  sum(axis?: number): number | Tensor {
    return this.#reduce("sum", axis, 0, (running, entry) => running + entry);
  }

  /** The mean of all entries, or along one axis. Throws if there is nothing to average. */
  mean(): number;
  mean(axis: number): Tensor;
  mean(axis?: number): number | Tensor {
    const n = this.#extent("mean", axis);
    return this.#reduce(
      "mean",
      axis,
      0,
      (running, entry) => running + entry,
      (sum) => sum / n,
    );
  }

  /** The largest of all entries, or along one axis; NaN if one is NaN. Throws if there are no entries. */
  max(): number;
  max(axis: number): Tensor;
  max(axis?: number): number | Tensor {
    this.#extent("max", axis);
    return this.#reduce("max", axis, Number.NEGATIVE_INFINITY, (a, b) => Math.max(a, b));
  }

  /** The smallest of all entries, or along one axis; NaN if one is NaN. Throws if there are no entries. */
  min(): number;
  min(axis: number): Tensor;
  min(axis?: number): number | Tensor {
    this.#extent("min", axis);
    return this.#reduce("min", axis, Number.POSITIVE_INFINITY, (a, b) => Math.min(a, b));
  }

  /**
   * The position of the largest entry in row-major order, or the indices of the largest along one axis
   * (as a float64 tensor). The first if several are equal; NaN counts as largest. Throws if there are no entries.
   */
  argmax(): number;
  argmax(axis: number): Tensor;
  argmax(axis?: number): number | Tensor {
    this.#extent("argmax", axis);
    const at = axis === undefined ? 0 : checkAxis("argmax", axis, this.shape);
    const shape = axis === undefined ? [this.size] : this.shape;
    const rest = shape.filter((_, k) => k !== at);
    const out = new Float64Array(sizeOf(rest));
    argmaxAxis(this.data, shape, at, out);
    return axis === undefined ? out[0]! : new Tensor(rest, out);
  }

  /** As `argmax`, of the smallest entry; NaN counts as smallest. Throws if there are no entries. */
  argmin(): number;
  argmin(axis: number): Tensor;
  argmin(axis?: number): number | Tensor {
    this.#extent("argmin", axis);
    return axis === undefined ? this.neg().argmax() : this.neg().argmax(axis);
  }

  /** Σ_i a_i b_i of two tensors of the same shape: the scalar product, for matrices the Frobenius product. */
  dot(other: TensorLike): number {
    const right = toTensor(other, this.dtype);
    if (!sameShape(this.shape, right.shape)) {
      throw new RangeError(
        `dot: both operands must have the same shape; shapes ${formatShape(this.shape)} and ${formatShape(right.shape)}`,
      );
    }
    let sum = 0;
    for (let i = 0; i < this.size; i++) sum += this.data[i]! * right.data[i]!;
    return sum;
  }

  /** The Euclidean norm √Σ a_i², for a matrix the Frobenius norm; scaled, so that squares cannot overflow. */
  norm(): number {
    let largest = 0;
    for (const entry of this.data) largest = Math.max(largest, Math.abs(entry));
    if (largest === 0 || !Number.isFinite(largest)) return largest;
    let sum = 0;
    for (const entry of this.data) sum += (entry / largest) ** 2;
    return largest * Math.sqrt(sum);
  }

  /** The entries as nested lists: a number, a list, a list of lists, … */
  toArray(): Nested {
    return nest(this.data, this.shape);
  }

  /** Whether shapes and all entries are equal (NaN equals NaN). The dtype may differ. */
  equals(other: TensorLike): boolean {
    const right = toTensor(other, this.dtype);
    return (
      sameShape(this.shape, right.shape) &&
      this.data.every((a, i) => a === right.data[i] || (Number.isNaN(a) && Number.isNaN(right.data[i]!)))
    );
  }

  /** Whether the shapes are the same and |a − b| ≤ absolute + relative · |b| for every pair of entries. */
  allClose(
    other: TensorLike,
    { relative = 1e-9, absolute = 0 }: { relative?: number; absolute?: number } = {},
  ): boolean {
    const right = toTensor(other, "float64");
    return (
      sameShape(this.shape, right.shape) &&
      this.data.every((a, i) => {
        const b = right.data[i]!;
        return a === b || Math.abs(a - b) <= absolute + relative * Math.abs(b);
      })
    );
  }

  /** The tensor as text, with shape and dtype; a large one is truncated. */
  toString(): string {
    return tensorText(this);
  }

  /** What `console.log` prints: the same text. */
  [inspect.custom](): string {
    return printing(this, tensorText(this));
  }

  /**
   * The last two axes as grey images, one for each index of the axes before them: a sample, the filters of a
   * convolution, a row of weights after `reshape`.
   *
   * @param options as of `imageGrid`: `columns`, `scale`, `range` (by default from the smallest to the largest entry of
   *   each image, or 0…1 if all lie there), `title`
   * @throws RangeError for a vector or a number
   * @example
   * tensor([[0, 1], [1, 0]]).images() // → 1 image of 2 × 2 pixels
   * zeros([3, 4, 4]).images() // → 3 images of 4 × 4 pixels: [0], [1], [2]
   */
  images(options: Omit<ImageGridOptions, "shape"> = {}): Displayable {
    const [height, width] = this.shape.slice(-2);
    if (height === undefined || width === undefined || this.size === 0) {
      throw new RangeError(
        `images: the tensor must have rows and columns of pixels, its shape is ${formatShape(this.shape)}; use reshape(height, width)`,
      );
    }
    const outer = this.shape.slice(0, -2);
    const each = height * width;
    const images = Array.from({ length: sizeOf(outer) }, (_, i) => ({
      pixels: this.data.subarray(i * each, (i + 1) * each),
      ...(outer.length > 0 && { caption: formatShape(placeOf(i, outer)) }),
    }));
    return imageGrid(images, { ...options, shape: [height, width] });
  }

  /** A table in a notebook, text elsewhere. */
  [displaySymbol](): MimeBundle {
    return { "text/html": tensorHtml(this), "text/plain": tensorText(this) };
  }

  #with(operation: string, other: TensorLike, f: (a: number, b: number) => number): Tensor {
    const right = toTensor(other, this.dtype);
    const shape = sameShape(this.shape, right.shape)
      ? this.shape
      : broadcastShapes(operation, this.shape, right.shape);
    const [a, b] = [this.data, right.data];
    const out = resultArray(sizeOf(shape), a, b);
    const isSingle = a instanceof Float32Array && b instanceof Float32Array && out instanceof Float32Array;
    // As large as the left one: the same shape, a number or a row.
    const isPlain = sameShape(this.shape, shape) && (b.length === a.length || right.rank <= 1);
    if (!(isSingle && isPlain && elementwiseSingle(operation, a, b, out))) {
      elementwise(f, a, this.shape, b, right.shape, shape, out);
    }
    return new Tensor(shape, out);
  }

  #reduce(
    operation: string,
    axis: number | undefined,
    start: number,
    fold: (running: number, entry: number) => number,
    finish: (folded: number) => number = (folded) => folded,
  ): number | Tensor {
    if (axis === undefined) {
      let running = start;
      for (let i = 0; i < this.size; i++) running = fold(running, this.data[i]!);
      return finish(running);
    }
    const at = checkAxis(operation, axis, this.shape);
    const rest = this.shape.filter((_, k) => k !== at);
    const out = resultArray(sizeOf(rest), this.data);
    reduceAxis(this.data, this.shape, at, start, fold, finish, out);
    return new Tensor(rest, out);
  }

  /** The number of entries reduced to one value; throws if there are none. */
  #extent(operation: string, axis: number | undefined): number {
    const n = axis === undefined ? this.size : this.shape[checkAxis(operation, axis, this.shape)]!;
    if (n === 0) {
      throw new RangeError(
        `${operation}: there are no entries to choose from; shape ${formatShape(this.shape)}`,
      );
    }
    return n;
  }
}

/** The operand as a tensor: itself if it is one, else made from nested lists in the dtype of the other side. */
function toTensor(operand: TensorLike, dtype: DType): Tensor {
  if (operand instanceof Tensor) return operand;
  if (typeof operand !== "number") return Tensor.of(operand, { dtype });
  return new Tensor([], dtype === "float32" ? Float32Array.of(operand) : Float64Array.of(operand));
}

function newArray(dtype: DType, values: ArrayLike<number>): FloatArray {
  if (dtype === "float32") return new Float32Array(values);
  if (dtype === "float64") return new Float64Array(values);
  throw new TypeError(`tensor: the dtype must be "float64" or "float32", got ${String(dtype)}`);
}
