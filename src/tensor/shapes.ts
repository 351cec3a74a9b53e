/**
 * Shapes: the list of a tensor's extents, first axis first. Everything here concerns the lists only,
 * not the numbers of a tensor.
 */

/** The extents of a tensor, first axis first: `[rows, columns]` for a matrix, `[]` for a single number. */
export type Shape = readonly number[];

/** The number of entries of a tensor of this shape: the product of the extents, 1 for `[]`. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** The strides of each axis in row-major order: `[2, 3, 4]` gives `[12, 4, 1]`. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/**
 * A shape as printed in errors; of more than eight extents the first four.
 *
 * @example
 * formatShape([2, 3]) // → "[2, 3]"
 */
export function formatShape(shape: Shape): string {
  return shape.length > 8
    ? `[${Array.from(shape.slice(0, 4)).join(", ")}, … (${shape.length} extents)]`
    : `[${Array.from(shape).join(", ")}]`;
}

/** Whether two shapes are the same list. */
export function sameShape(a: Shape, b: Shape): boolean {
  // A loop, because every operation on two tensors calls this.
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Throws a `RangeError` unless every extent is a whole number ≥ 0; `name` starts the message. */
export function checkShape(name: string, shape: Shape): void {
  for (const extent of shape) {
    if (!Number.isSafeInteger(extent) || extent < 0) {
      throw new RangeError(
        `${name}: every extent of a shape must be a whole number ≥ 0; shape ${formatShape(shape)}`,
      );
    }
  }
}

/** `axis` as an index from the front (`-1` is the last axis); throws a `RangeError` if there is no such axis. */
export function checkAxis(name: string, axis: number, shape: Shape): number {
  const index = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(index) || index < 0 || index >= shape.length) {
    throw new RangeError(
      `${name}: there is no axis ${axis} in shape ${formatShape(shape)}, which has ${shape.length} ${shape.length === 1 ? "axis" : "axes"}`,
    );
  }
  return index;
}

/** `index` from the front of an axis (`-1` is the last entry); throws a `RangeError` if there is no such entry. */
export function checkIndex(name: string, index: number, axis: number, shape: Shape): number {
  const extent = shape[axis]!;
  const at = index < 0 ? index + extent : index;
  if (!Number.isInteger(at) || at < 0 || at >= extent) {
    throw new RangeError(
      `${name}: index ${index} is outside axis ${axis}, which has ${extent} ${extent === 1 ? "entry" : "entries"}; shape ${formatShape(shape)}`,
    );
  }
  return at;
}

/**
 * The shape of an elementwise operation on two tensors: aligned at the last axis, each pair of extents must
 * be equal or one of them 1 (a missing axis counts as 1), and the larger wins. These are NumPy's rules.
 *
 * @example
 * broadcastShapes("add", [3, 1], [4]) // → [ 3, 4 ]
 *
 * @throws RangeError naming `operation`, the extents that differ and both shapes.
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let back = 1; back <= rank; back++) {
    const m = a[a.length - back] ?? 1;
    const n = b[b.length - back] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new RangeError(
        `${operation}: the shapes do not fit, ${m} against ${n} at axis ${rank - back} (extents must be equal or 1); shapes ${formatShape(a)} and ${formatShape(b)}`,
      );
    }
    shape[rank - back] = m === 1 ? n : m;
  }
  return shape;
}

/** The indices of the i-th entry of a tensor of this shape, row by row. */
export function placeOf(i: number, shape: Shape): number[] {
  const place: number[] = [];
  let rest = i;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}
