/**
 * Datasets in parts: every sample in one, and each part as large as its share, to a half.
 */
import fc from "fast-check";
import { dataset } from "nablab";
import { expect, test } from "vitest";

const numbered = (size: number) =>
  dataset({ x: Array.from({ length: size }, (_, i) => [i]), y: Array.from({ length: size }, (_, i) => i) });

test("shares that leave something over leave it to a last part", () => {
  const sizes = (size: number, share: number | number[]) =>
    numbered(size)
      .split(share)
      .map((part) => part.size);
  expect(sizes(10, 0.8)).toEqual([8, 2]);
  expect(sizes(10, [0.5, 0.3])).toEqual([5, 3, 2]);
  expect(sizes(10, [0.5, 0.3, 0.2])).toEqual([5, 3, 2]);
  expect(sizes(3, [1 / 3, 1 / 3, 1 / 3])).toEqual([1, 1, 1]);
  // 0.1 ten times is a little less than 1.
  expect(sizes(20, Array(10).fill(0.1))).toEqual(Array(10).fill(2));
  // The sum of these is rounded to a little more than 1, and so are nine ninths.
  expect(sizes(20, [0.05, 0.55, 0.3, 0.1])).toEqual([1, 11, 6, 2]);
  expect(sizes(18, Array(9).fill(1 / 9))).toEqual(Array(9).fill(2));
});

test("a share that is less than half a sample is refused, with its part", () => {
  expect(() => numbered(4).split(0.1)).toThrow(/^split: part 1 of .* has no samples; got shares 0.1$/);
  expect(() => numbered(4).split([0.7, 0.1])).toThrow(/^split: part 2 of /);
  expect(
    numbered(5)
      .split(0.1)
      .map(({ size }) => size),
  ).toEqual([1, 4]);
});

test("law: every sample is in one part, and a part's size is its share to within one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 200 }),
      fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }),
      fc.nat(1000),
      (size, weights, seed) => {
        const total = weights.reduce((sum, one) => sum + one, 0.2);
        const shares = weights.map((one) => one / total);
        const parts = numbered(size).split(shares, { seed });
        const seen = parts.flatMap((part) => Array.from(part.y as ArrayLike<number>));
        expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
        shares.forEach((share, i) => {
          expect(Math.abs(parts[i]!.size - share * size)).toBeLessThanOrEqual(1);
        });
      },
    ),
  );
});

test("unshuffled, parts follow each other", () => {
  const parts = numbered(5).split([0.4, 0.6], { shuffle: false });
  expect(parts.map((part) => Array.from(part.y as ArrayLike<number>))).toEqual([
    [0, 1],
    [2, 3, 4],
  ]);
});
