/**
 * Arithmetic of large float32 tensors by the fast kernel: the same bits as entry by entry, with lengths that leave rests,
 * against a tensor, a row and a number, and with what is no number.
 */
import { randomNormal, Tensor } from "nablab";
import { expect, test } from "vitest";
import { elementwiseSingle } from "#nablab/compute/elementwise.js";
import { firstDifference } from "../first-difference.js";

const operations: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  greater: (a, b) => Number(a > b),
  less: (a, b) => Number(a < b),
  same: (a, b) => Number(a === b),
};
const [rows, columns] = [983, 67];
const a = randomNormal([rows, columns], { seed: 1, dtype: "float32" });
const others: Record<string, Tensor> = {
  "a tensor": randomNormal([rows, columns], { seed: 2, dtype: "float32" }),
  "a row": randomNormal(columns, { seed: 3, dtype: "float32" }),
  "a number": new Tensor([], Float32Array.of(0.7)),
};
const special = [Number.NaN, Number.POSITIVE_INFINITY, 0, -0, Number.NEGATIVE_INFINITY];
a.data.set(special, 100);
others["a tensor"]!.data.set([...special].reverse(), 102);
others["a tensor"]!.data.set(a.data.subarray(300, 310), 300);

test.each(Object.keys(others))("of a tensor and %s", (kind) => {
  const b = others[kind]!;
  for (const [name, f] of Object.entries(operations)) {
    const expected = Float32Array.from(a.data, (entry, i) => f(entry, b.data[i % b.size]!));
    const out = new Float32Array(a.size);
    const [left, right] = [a.data, b.data] as [Float32Array, Float32Array];
    expect(elementwiseSingle(name, left, right, out)).toBe(true);
    expect(firstDifference(out, expected)).toBe(-1);
    const result = (a as unknown as Record<string, (other: Tensor) => Tensor>)[name]!(b);
    expect(result.shape).toEqual([rows, columns]);
    expect(firstDifference(result.data, expected)).toBe(-1);
  }
});

test("what is small, or of another kind, is left to the loop", () => {
  const few = new Float32Array(100);
  expect(elementwiseSingle("add", few, few, few)).toBe(false);
  expect(elementwiseSingle("hypot", a.data as Float32Array, a.data as Float32Array, few)).toBe(false);
});
