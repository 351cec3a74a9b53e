/**
 * The Euclidean norm: of any size of entries, and of what is no finite number.
 */
import fc from "fast-check";
import { tensor, zeros } from "nablab";
import { expect, test } from "vitest";

test.each([
  ["a negative entry that is the largest", [-3, 4, -12], 13],
  ["negative entries alone", [-3, -4], 5],
  ["squares that would overflow", [-3e200, 4e200], 5e200],
  ["squares that would underflow", [3e-200, -4e-200], 5e-200],
  ["infinite entries", [1, Number.NEGATIVE_INFINITY], Number.POSITIVE_INFINITY],
])("%s", (_, entries, norm) => {
  const found = tensor(entries, { dtype: "float64" }).norm();
  if (Number.isFinite(norm)) expect(found / norm).toBeCloseTo(1, 15);
  else expect(found).toBe(norm);
});

test("of zeros it is 0, of what is not a number not a number", () => {
  expect(zeros([3, 2]).norm()).toBe(0);
  expect(tensor([1, Number.NaN]).norm()).toBeNaN();
});

test("law: it is that of Math.hypot", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      (entries) => {
        const [found, expected] = [tensor(entries, { dtype: "float64" }).norm(), Math.hypot(...entries)];
        // Both round at each entry; where a square is below the least number, both have lost it.
        if (expected < Number.MAX_VALUE)
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-14 * expected);
      },
    ),
  );
});
