/**
 * Numbers as nested lists, such as the matrix `[[1, 2], [3, 4]]`.
 */
import { checkShape, formatShape, type Shape, sizeOf } from "./shapes.js";

/** Nested lists of numbers, of equal lengths; typed arrays count as lists. */
export type Nested = number | ArrayLike<number> | readonly Nested[];

/**
 * The shape of nested lists and their numbers in row-major order.
 *
 * @throws RangeError if sub-lists differ in length, and TypeError if an entry is not a number; both give its position.
 */
export function flatten(name: string, nested: Nested): { shape: number[]; values: number[] } {
  const shape: number[] = [];
  for (let level: unknown = nested; isList(level); level = level[0]) shape.push(level.length);
  checkShape(name, shape);
  const values: number[] = [];
  collect(name, nested, shape, [], values);
  return { shape, values };
}

/** @param path the position of `part`; one shared list, because there may be millions of parts */
function collect(name: string, part: unknown, shape: Shape, path: number[], values: number[]): void {
  const depth = path.length;
  const where = (): string => (depth === 0 ? "the value" : `entry ${formatShape(path)}`);
  if (depth === shape.length) {
    if (isList(part)) {
      throw new RangeError(`${name}: ${where()} is a list of ${part.length} where a number was expected`);
    }
    if (typeof part !== "number") {
      throw new TypeError(`${name}: ${where()} must be a number, got ${typeof part} ${String(part)}`);
    }
    values.push(part);
    return;
  }
  if (!isList(part)) {
    throw new RangeError(
      `${name}: ${where()} must be a list of ${shape[depth]} like its neighbours, got ${String(part)}`,
    );
  }
  if (part.length !== shape[depth]) {
    throw new RangeError(
      `${name}: every row must be as long as the first one; ${where()} has ${part.length} entries, expected ${shape[depth]}`,
    );
  }
  for (let i = 0; i < part.length; i++) {
    path[depth] = i;
    collect(name, part[i], shape, path, values);
  }
  path.length = depth;
}

/** The nested lists of row-major numbers: the inverse of `flatten`. */
export function nest(data: ArrayLike<number>, shape: Shape): Nested {
  const build = (start: number, axis: number): Nested => {
    if (axis === shape.length) return data[start]!;
    const step = sizeOf(shape.slice(axis + 1));
    return Array.from({ length: shape[axis]! }, (_, i) => build(start + i * step, axis + 1));
  };
  return build(0, 0);
}

function isList(part: unknown): part is ArrayLike<unknown> {
  return Array.isArray(part) || (ArrayBuffer.isView(part) && !(part instanceof DataView));
}
