/**
 * The points of a sweep and their texts: order, inverse, and what is refused.
 */
import fc from "fast-check";
import { linspace, logspace, range, record } from "nablab";
import { describe, expect, test } from "vitest";
import { Grid } from "../../dist/sweep/grid.js";
import { checkedValues, decode, encode } from "../../dist/sweep/values.js";

const points = (grid: Grid) => Array.from({ length: grid.size }, (_, i) => grid.point(i));

describe("the grid", () => {
  test("has all combinations, the last parameter changing fastest", () => {
    const grid = new Grid({ rule: ["sgd", "adam"], eta: [0.1, 1], seed: range(2), deep: true });
    expect(grid.size).toBe(8);
    expect(points(grid).slice(0, 3)).toEqual([
      { rule: "sgd", eta: 0.1, seed: 0, deep: true },
      { rule: "sgd", eta: 0.1, seed: 1, deep: true },
      { rule: "sgd", eta: 1, seed: 0, deep: true },
    ]);
    expect(Object.keys(grid.point(7))).toEqual(["rule", "eta", "seed", "deep"]);
  });

  test("takes typed arrays and tensors", () => {
    expect(points(new Grid({ a: Float64Array.of(1, 2), b: linspace(0, 1, 2) }))).toEqual([
      { a: 1, b: 0 },
      { a: 1, b: 1 },
      { a: 2, b: 0 },
      { a: 2, b: 1 },
    ]);
  });

  test("finds the number of each of its points, and of no other", () => {
    const values = fc.uniqueArray(fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(-0)), {
      minLength: 1,
      maxLength: 4,
      selector: encode,
    });
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (lists) => {
        const grid = new Grid(Object.fromEntries(lists.map((list, i) => [`p${i}`, list])));
        expect(points(grid).map((point) => grid.indexOf(point))).toEqual(range(grid.size));
        expect(grid.indexOf({ ...grid.point(0), more: 1 })).toBeUndefined();
        expect(grid.indexOf({ ...grid.point(0), p0: "not there, surely" })).toBeUndefined();
        expect(grid.indexOf({})).toBeUndefined();
      }),
      { seed: 24 },
    );
  });

  test("an empty grid is one point", () => {
    expect(points(new Grid({}))).toEqual([{}]);
  });

  test.each<[object | unknown[], string]>([
    [[1], "sweep: the grid must be a record of parameters"],
    [{ a: [] }, "sweep: a must have at least one value, got []"],
    [{ a: [1, 2, 1] }, "sweep: a must have different values, got 1 twice"],
    [{ a: [Number.NaN] }, "sweep: a must have finite numbers, strings or booleans as values, got NaN"],
    [{ a: [{}] }, "sweep: a must have finite numbers, strings or booleans as values, got {}"],
    [{ seed: [0.5] }, "sweep: seed must be a whole number ≥ 0, got 0.5"],
    [{ seed: ["1"] }, "sweep: seed must be a whole number ≥ 0, got '1'"],
    [{ 1: [2] }, "sweep: a parameter must have another name, got '1'"],
  ])("%j is refused", (grid, message) => {
    expect(() => new Grid(grid as never)).toThrow(message);
  });
});

test("ranges and decades", () => {
  expect(range(0)).toEqual([]);
  expect(range(2, 5)).toEqual([2, 3, 4]);
  expect(logspace(1e-4, 1, 5)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1]);
  expect(logspace(8, 1, 4)).toEqual([8, 4, 2, 1]);
  expect(() => range(-1)).toThrow("range: end must be a whole number ≥ 0, got -1");
  expect(() => logspace(0, 1, 3)).toThrow("logspace: first must be a finite number > 0, got 0");
  expect(() => logspace(1, 2, 1)).toThrow("logspace: n must be a whole number ≥ 2, got 1");
});

describe("values", () => {
  test("come back with all their bits", () => {
    const value = fc.oneof(
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constantFrom(Number.NaN, -0, 1 / 0, -1 / 0),
    );
    const nested = fc.array(fc.oneof(value, fc.array(value)));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(value, nested)), (values) => {
        expect(decode(encode(values))).toEqual(values);
      }),
      { seed: 24 },
    );
    expect(Object.is((decode(encode([-0])) as number[])[0], -0)).toBe(true);
  });

  test("become lists, or are refused by name", () => {
    expect(checkedValues({ a: Float32Array.of(0.5), b: linspace(0, 1, 2), c: [[1], ["x"]] })).toEqual({
      a: [0.5],
      b: [0, 1],
      c: [[1], ["x"]],
    });
    expect(() => checkedValues(0.3)).toThrow(
      "run: a point must return a record of values, such as { loss }, got 0.3",
    );
    expect(() => checkedValues(undefined)).toThrow("got undefined");
    expect(() => checkedValues([1])).toThrow("got [ 1 ]");
    expect(() => checkedValues({ a: [1, { b: 2 }] })).toThrow(
      "run: a[1] must be a number, a string, a boolean or a list of these, got { b: 2 }",
    );
    expect(() => checkedValues({ a: undefined })).toThrow("run: a must be");
    expect(() => checkedValues({ a: 1n })).toThrow("got 1n");
    // biome-ignore lint/suspicious/noSparseArray: a hole would be read back as null
    expect(() => checkedValues({ a: [1, , 2] })).toThrow("run: a[1] must be");
  });

  test("under a name that a record would read back as something else are refused", () => {
    for (const name of ["$number", "__proto__", ""]) {
      const values = Object.fromEntries([[name, 1]]);
      expect(() => checkedValues(values)).toThrow(`run: a value must have another name, got '${name}'`);
      expect(() => new Grid(values)).toThrow(`sweep: a parameter must have another name, got '${name}'`);
    }
    expect(() => record("$number", 1)).toThrow("run: a value must have another name, got '$number'");
    // Others are read back as they are, also those that an object has without them.
    const values = checkedValues({ constructor: 1, $: 2, toString: "x", 7: 3, "a b": [Number.NaN] });
    expect(decode(encode({ values }))).toEqual({ values });
  });
});
