/**
 * Reorders or selects entries: nothing is computed, so every bit is preserved.
 */
import { elementwise, type FloatArray, type Operand, resultArray, transpose } from "./kernels.js";
import { broadcastShapes, checkAxis, checkIndex, formatShape, sizeOf, stridesOf } from "./shapes.js";

/** The implementation of `Tensor.transpose`. */
export function transposed({ shape, data }: Operand): Operand {
  if (shape.length > 2) {
    throw new RangeError(`transpose: the rank must be at most 2; shape ${formatShape(shape)}`);
  }
  if (shape.length < 2) return { shape, data: data.slice() };
  const [m, n] = shape as readonly [number, number];
  const out = resultArray(data.length, data);
  transpose(data, m, n, out);
  return { shape: [n, m], data: out };
}

/** The implementation of `Tensor.permute`. */
export function permuted({ shape: from, data }: Operand, axes: readonly number[]): Operand {
  if ([...axes].sort((a, b) => a - b).join() !== [...from.keys()].join()) {
    throw new RangeError(
      `permute: each axis from 0 to ${from.length - 1} must occur once, got [${axes.join(", ")}]; shape ${formatShape(from)}`,
    );
  }
  const strides = stridesOf(from);
  const shape = axes.map((axis) => from[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const out = resultArray(data.length, data);
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= index[axis]! * steps[axis]!;
      index[axis] = 0;
    }
  }
  return { shape, data: out };
}

/** The implementation of `Tensor.take`. */
export function taken({ shape: from, data }: Operand, indices: ArrayLike<number>, axis: number): Operand {
  const along = checkAxis("take", axis, from);
  const inner = sizeOf(from.slice(along + 1));
  const outer = sizeOf(from.slice(0, along));
  const shape = from.with(along, indices.length);
  const out = resultArray(sizeOf(shape), data);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < indices.length; i++) {
      const at = (o * from[along]! + checkIndex("take", indices[i]!, along, from)) * inner;
      out.set(data.subarray(at, at + inner), (o * indices.length + i) * inner);
    }
  }
  return { shape, data: out };
}

/** The implementation of `Tensor.where`. */
export function chosen(condition: Operand, yes: Operand, no: Operand): Operand {
  const shape = broadcastShapes("where", broadcastShapes("where", condition.shape, yes.shape), no.shape);
  // By copying, because adding to zeros would not preserve every bit: 0 + −0 is 0.
  const stretched = ({ shape: from, data }: Operand): FloatArray => {
    const out = resultArray(sizeOf(shape), data);
    elementwise((_, entry) => entry, data, from, data, from, shape, out);
    return out;
  };
  const [c, a, b] = [stretched(condition), stretched(yes), stretched(no)];
  const out = resultArray(c.length, a, b);
  for (let i = 0; i < out.length; i++) out[i] = c[i] !== 0 ? a[i]! : b[i]!;
  return { shape, data: out };
}
