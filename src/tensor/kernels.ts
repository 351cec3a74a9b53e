/**
 * The loops under `Tensor`, on plain arrays in row-major order: elementwise with broadcasting, reduction
 * along an axis, matrix product, transposition. Each is a plain loop that sums in float64 and in a fixed
 * order, so that results are bitwise the same everywhere. Training on MNIST does not use them: see `compute/` for
 * the fast twins.
 */
import { type Shape, sameShape, sizeOf, stridesOf } from "./shapes.js";

/** The numbers of a tensor. */
export type FloatArray = Float64Array | Float32Array;

/** Numbers in row-major order and their shape: operand and result of an operation. */
export interface Operand {
  readonly shape: Shape;
  readonly data: FloatArray;
}

/** An array of `size` zeros of the type that fits both operands: float32 only if both are. */
export function resultArray(size: number, a: FloatArray, b: FloatArray = a): FloatArray {
  return zeroArray(size, a instanceof Float32Array && b instanceof Float32Array ? "float32" : "float64");
}

/**
 * An array of zeros.
 *
 * @throws RangeError if there is not enough memory, with the size
 */
export function zeroArray(size: number, dtype: "float32" | "float64"): FloatArray {
  const bytes = size * (dtype === "float32" ? 4 : 8);
  try {
    return dtype === "float32" ? new Float32Array(size) : new Float64Array(size);
  } catch {
    const advice = dtype === "float64" ? ', or half the bytes with dtype: "float32"' : "";
    throw new RangeError(
      `tensor: there is no memory for ${size} numbers at once; use fewer${advice}, got ${(bytes / 2 ** 30).toFixed(1)} GB`,
    );
  }
}

/** out = f(a, b) entry by entry, with both operands broadcast to `shape` (see `broadcastShapes`). */
export function elementwise(
  f: (a: number, b: number) => number,
  a: FloatArray,
  aShape: Shape,
  b: FloatArray,
  bShape: Shape,
  shape: Shape,
  out: FloatArray,
): void {
  if (sameShape(aShape, shape) && sameShape(bShape, shape)) {
    for (let i = 0; i < out.length; i++) out[i] = f(a[i]!, b[i]!);
    return;
  }
  // A single number against many, the most common broadcast.
  if (b.length === 1 && sameShape(aShape, shape)) {
    const right = b[0]!;
    for (let i = 0; i < out.length; i++) out[i] = f(a[i]!, right);
    return;
  }
  if (a.length === 1 && sameShape(bShape, shape)) {
    const left = a[0]!;
    for (let i = 0; i < out.length; i++) out[i] = f(left, b[i]!);
    return;
  }
  // The last axis is traversed with a step of 0 (broadcast) or its stride; the axes before it with an odometer.
  const aStep = stretchedStrides(aShape, shape);
  const bStep = stretchedStrides(bShape, shape);
  const last = shape.length - 1;
  const n = shape[last] ?? 1;
  const index = new Array<number>(shape.length).fill(0);
  let aStart = 0;
  let bStart = 0;
  for (let at = 0; at < out.length; at += n) {
    for (let j = 0; j < n; j++) {
      out[at + j] = f(a[aStart + j * (aStep[last] ?? 0)]!, b[bStart + j * (bStep[last] ?? 0)]!);
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      aStart += aStep[axis]!;
      bStart += bStep[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      aStart -= index[axis]! * aStep[axis]!;
      bStart -= index[axis]! * bStep[axis]!;
      index[axis] = 0;
    }
  }
}

function stretchedStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((extent, axis) =>
    axis < missing || (from[axis - missing] === 1 && extent !== 1) ? 0 : strides[axis - missing]!,
  );
}

/**
 * out[o, i] = the fold of a[o, 0, i], a[o, 1, i], … over one axis, where o runs over the axes before it
 * and i over the axes after it.
 */
export function reduceAxis(
  a: FloatArray,
  shape: Shape,
  axis: number,
  start: number,
  fold: (running: number, entry: number) => number,
  finish: (folded: number) => number,
  out: FloatArray,
): void {
  const n = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let running = start;
      for (let k = 0; k < n; k++) running = fold(running, a[(o * n + k) * inner + i]!);
      out[o * inner + i] = finish(running);
    }
  }
}

/** out[argmax] of the same layout as `reduceAxis`: the index of the largest entry, the first if several are equal; NaN counts as largest. */
export function argmaxAxis(a: FloatArray, shape: Shape, axis: number, out: FloatArray): void {
  const n = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let best = 0;
      let largest = a[o * n * inner + i]!;
      for (let k = 1; k < n && !Number.isNaN(largest); k++) {
        const entry = a[(o * n + k) * inner + i]!;
        if (entry > largest || Number.isNaN(entry)) {
          largest = entry;
          best = k;
        }
      }
      out[o * inner + i] = best;
    }
  }
}

/**
 * out = a b for a of m × n and b of n × p: out_ij = Σ_k a_ik b_kj, each sum in float64 and in the order of k.
 * It computes four adjacent entries of a row at a time, so that their sums stay in registers: 2.5 times as fast as one row at a time.
 */
export function matmul(a: FloatArray, b: FloatArray, m: number, n: number, p: number, out: FloatArray): void {
  const whole = p - (p % 4);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < whole; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0, at = j; k < n; k++, at += p) {
        const aik = a[i * n + k]!;
        s0 += aik * b[at]!;
        s1 += aik * b[at + 1]!;
        s2 += aik * b[at + 2]!;
        s3 += aik * b[at + 3]!;
      }
      const to = i * p + j;
      out[to] = s0;
      out[to + 1] = s1;
      out[to + 2] = s2;
      out[to + 3] = s3;
    }
    for (let j = whole; j < p; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[k * p + j]!;
      out[i * p + j] = sum;
    }
  }
}

/** out_ji = a_ij for a of m × n. */
export function transpose(a: FloatArray, m: number, n: number, out: FloatArray): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j]!;
  }
}
