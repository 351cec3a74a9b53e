/**
 * Shared by all modes of differentiation: operations that select or concatenate numbers, or sum their exponentials. They are linear
 * once the selection is fixed, so that each mode only defines how it takes and places numbers.
 */
import { concat, Tensor, zeros } from "../tensor/index.js";
import { broadcastShapes, checkAxis } from "../tensor/shapes.js";
import type { Traced } from "./traced.js";

/** Numbers placed along an axis of the given extent at these indices, among zeros; duplicates are added: the transpose of `take`. */
export function scattered(x: Tensor, indices: ArrayLike<number>, axis: number, extent: number): Tensor {
  const shape = x.shape.with(axis, extent);
  const out = new Float64Array(shape.reduce((product, n) => product * n, 1));
  const inner = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const n = x.shape[axis]!;
  for (let i = 0; i < x.size; i++) {
    const outer = Math.floor(i / (n * inner));
    const from = indices[Math.floor(i / inner) % n]!;
    const at = from < 0 ? from + extent : from;
    out[(outer * extent + at) * inner + (i % inner)]! += x.data[i]!;
  }
  return new Tensor(shape, out);
}

/** Entries `start` to `end` − 1 along an axis, counted as by `Array.prototype.slice`. */
export function sliced<T extends Traced>(x: T, start: number, end: number, axis: number): T {
  const at = checkAxis("slice", axis, x.shape);
  const indices = Array.from({ length: x.shape[at]! }, (_, i) => i).slice(start, end);
  return x.take(indices, at) as T;
}

/**
 * Concatenates parts along an axis: each is placed among zeros, and all are added.
 *
 * @param place puts a part at indices of an axis of the given extent, among zeros
 */
export function joined<T extends Traced>(
  parts: readonly T[],
  axis: number,
  place: (part: T, indices: readonly number[], axis: number, extent: number) => T,
): T {
  // Checked on the numbers, for the error message.
  const { shape } = concat(
    parts.map(({ value }) => value),
    axis,
  );
  const at = axis < 0 ? axis + shape.length : axis;
  let from = 0;
  return parts
    .map((part) => {
      const indices = Array.from({ length: part.shape[at]! }, () => from++);
      return place(part, indices, at, shape[at]!);
    })
    .reduce((sum, part) => sum.add(part) as T);
}

/** Of two entries the larger one, b where they are equal; NaN where one is. Selected, because b + relu(a − b) would be rounded. */
export function larger<T extends Traced>(a: T, b: T): T {
  const shape = broadcastShapes("maximum", a.shape, b.shape);
  const stretched = (x: T) => x.add(zeros(shape)).reshape(-1);
  const both = stretched(a).concat([stretched(b)]);
  const { data } = both.value;
  const n = data.length / 2;
  const chosen = Array.from({ length: n }, (_, i) =>
    data[i]! > data[n + i]! || Number.isNaN(data[i]!) ? i : n + i,
  );
  return both.take(chosen).reshape(...shape) as T;
}

/** The largest entry, or that along an axis: the first if several are equal. */
export function largest<T extends Traced>(x: T, axis?: number): T {
  const flat = x.reshape(-1);
  if (axis === undefined) return flat.take([x.value.argmax()]).reshape() as T;
  const at = checkAxis("max", axis, x.shape);
  const inner = x.shape.slice(at + 1).reduce((product, n) => product * n, 1);
  const n = x.shape[at]!;
  const winners = x.value.argmax(at).data;
  const places = Array.from(winners, (k, i) => (Math.floor(i / inner) * n + k) * inner + (i % inner));
  return flat.take(places).reshape(...x.shape.filter((_, i) => i !== at)) as T;
}

/** log Σ e^x without overflow: with m = max x it is m + log Σ e^(x − m), whose derivative does not depend on m. */
export function logSumOfExp<T extends Traced>(x: T, axis?: number): T {
  if (axis === undefined) {
    const m = finite(x.value.max());
    return x.sub(m).exp().sum().log().add(m) as T;
  }
  const at = checkAxis("logSumExp", axis, x.shape);
  const m = x.value.max(at).map(finite);
  return x
    .sub(m.reshape(x.shape.with(at, 1)))
    .exp()
    .sum(at)
    .log()
    .add(m) as T;
}

const finite = (m: number): number => (Number.isFinite(m) ? m : 0);
