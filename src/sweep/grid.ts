/**
 * The points of a sweep: every combination of its parameters' values, in a fixed order.
 */
import { inspect } from "#platform";
import { checkPositive, checkWhole } from "../options/check.js";
import { encode, isReserved, listOf, type ParameterValue, type Point } from "./values.js";

/** The most values of a parameter: they are held in memory. */
export const mostValues = 10_000_000;

/** The values of each parameter, or a single value that all points share. */
export type GridOf = Readonly<Record<string, ParameterValue | ArrayLike<ParameterValue> | object>>;

/** All combinations of parameters' values, the last parameter changing fastest. Points are created lazily. */
export class Grid {
  /** The parameters in their order, with their values. */
  readonly parameters: Readonly<Record<string, readonly ParameterValue[]>>;
  /** The number of points. */
  readonly size: number;
  readonly #places: Map<string, Map<string, number>>;

  /**
   * @param of a list of values for each parameter (an array, a typed array, a tensor), or one value
   * @throws TypeError or RangeError naming a parameter with no values, a repeated value, or a value that is neither a
   *   finite number, a string nor a boolean
   */
  constructor(of: GridOf) {
    if (typeof of !== "object" || of === null || listOf(of)) {
      throw new TypeError(
        `sweep: the grid must be a record of parameters, such as { eta: [0.1, 0.01], seed: range(5) }, got ${inspect(of, { depth: 0 })}`,
      );
    }
    this.parameters = Object.fromEntries(
      Object.entries(of).map(([name, values]) => [name, checked(name, values)]),
    );
    this.size = Object.values(this.parameters).reduce((size, { length }) => size * length, 1);
    if (!Number.isSafeInteger(this.size))
      throw new RangeError(`sweep: the grid has too many points, got ${this.size}`);
    this.#places = new Map(
      Object.entries(this.parameters).map(([name, values]) => [
        name,
        new Map(values.map((value, i) => [encode(value), i])),
      ]),
    );
  }

  /** The point with the number `index`, counted from 0. */
  point(index: number): Point {
    let rest = index;
    const entries = Object.entries(this.parameters)
      .reverse()
      .map(([name, values]): [string, ParameterValue] => {
        const value = values[rest % values.length]!;
        rest = Math.floor(rest / values.length);
        return [name, value];
      });
    return Object.fromEntries(entries.reverse());
  }

  /** The number of a point; undefined if the grid does not contain it. */
  indexOf(point: Point): number | undefined {
    if (Object.keys(point).length !== this.#places.size) return undefined;
    let index = 0;
    for (const [name, places] of this.#places) {
      const place = Object.hasOwn(point, name) ? places.get(encode(point[name])) : undefined;
      if (place === undefined) return undefined;
      index = index * places.size + place;
    }
    return index;
  }
}

function checked(name: string, given: unknown): ParameterValue[] {
  // Keys that look like numbers would change their order in an object.
  if (/^\d+$/.test(name) || isReserved(name))
    throw new TypeError(`sweep: a parameter must have another name, got ${inspect(name)}`);
  const values = listOf(given) ?? [given];
  if (values.length === 0) throw new RangeError(`sweep: ${name} must have at least one value, got []`);
  const seen = new Set<string>();
  for (const value of values) {
    const isOne = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
    if (!isOne)
      throw new TypeError(
        `sweep: ${name} must have finite numbers, strings or booleans as values, got ${inspect(value, { depth: 0 })}`,
      );
    if (name === "seed") checkWhole("sweep", { seed: value }, 0);
    const text = encode(value);
    if (seen.has(text))
      throw new RangeError(`sweep: ${name} must have different values, got ${inspect(value)} twice`);
    seen.add(text);
  }
  return values as ParameterValue[];
}

/**
 * The integers from `start` up to but not including `end`: seeds, for example.
 *
 * @param start the first integer; a single argument is the end, and the list starts at 0
 * @param end the end, itself excluded
 * @throws RangeError unless both are integers ≥ 0 and the list has at most ten million entries
 * @example
 * range(4) // → [ 0, 1, 2, 3 ]
 * range(1, 4) // → [ 1, 2, 3 ]
 */
export function range(start: number, end?: number): number[] {
  const [first, last] = end === undefined ? [0, start] : [start, end];
  checkWhole("range", end === undefined ? { end: last } : { start: first, end: last }, 0);
  if (last - first > mostValues)
    throw new RangeError(
      `range: a list must have at most ${mostValues} numbers, got ${last - first}; several parameters make more points`,
    );
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
}

/**
 * n numbers from `first` to `last` inclusive with a constant ratio, to 15 digits: step sizes over decades. NumPy's
 * `geomspace`.
 *
 * @param first the first number, > 0
 * @param last the last number, > 0
 * @param n the number of values, at least 2
 * @throws RangeError unless both are > 0 and n is an integer ≥ 2
 * @example
 * logspace(0.001, 1, 4) // → [ 0.001, 0.01, 0.1, 1 ]
 */
export function logspace(first: number, last: number, n: number): number[] {
  checkPositive("logspace", { first, last });
  checkWhole("logspace", { n }, 2);
  return Array.from({ length: n }, (_, i) => {
    if (i === 0) return first;
    if (i === n - 1) return last;
    const share = i / (n - 1);
    return Number((first ** (1 - share) * last ** share).toPrecision(15));
  });
}
