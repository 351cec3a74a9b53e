import fc from "fast-check";
import { expect, test } from "vitest";
import { nthSmallest } from "../../dist/theory/algebra/nth-smallest.js";

test("the entry that sorting would put there, with equal ones, rising, falling, of any sign", () => {
  const numbers = fc.oneof(
    fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 200 }),
    fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 200 }),
    fc.integer({ min: 1, max: 300 }).map((n) => Array.from({ length: n }, (_, i) => i)),
    fc.integer({ min: 1, max: 300 }).map((n) => Array.from({ length: n }, (_, i) => -i)),
  );
  fc.assert(
    fc.property(numbers, fc.nat(), (values, at) => {
      const k = at % values.length;
      // −0 and 0 are equal here, and apart in the order of sort().
      expect(nthSmallest(Float64Array.from(values), k) + 0).toBe(Float64Array.from(values).sort()[k]! + 0);
    }),
    { numRuns: 500, seed: 1 },
  );
});
