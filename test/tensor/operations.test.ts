import fc from "fast-check";
import { concat, ones, randomNormal, stack, tensor, zeros } from "nablab";
import { describe, expect, test } from "vitest";

describe("entry by entry", () => {
  test("functions, comparisons, choices", () => {
    const x = tensor([
      [-1, 0],
      [4, 9],
    ]);
    expect(x.neg().toArray()).toEqual([
      [1, -0],
      [-4, -9],
    ]);
    expect(x.abs().sqrt().toArray()).toEqual([
      [1, 0],
      [2, 3],
    ]);
    expect(x.pow(2).toArray()).toEqual([
      [1, 0],
      [16, 81],
    ]);
    expect(tensor([0, 1]).exp().log().toArray()).toEqual([0, 1]);
    expect(x.greater([0, 5]).toArray()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(x.less(0).toArray()).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(x.same([[-1], [9]]).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(x.maximum(0).toArray()).toEqual([
      [0, 0],
      [4, 9],
    ]);
    expect(x.minimum([[0], [5]]).toArray()).toEqual([
      [-1, 0],
      [4, 5],
    ]);
    expect(
      x
        .greater(0)
        .where(x, [[10, 20]])
        .toArray(),
    ).toEqual([
      [10, 20],
      [4, 9],
    ]);
    expect(tensor([1, 0], { dtype: "float32" }).greater(0).dtype).toBe("float32");
    expect(() => x.greater([1, 2, 3])).toThrow("greater");
  });

  test("what no memory holds is refused with its size", () => {
    const message =
      'tensor: there is no memory for 4294967296 numbers at once; use fewer, or half the bytes with dtype: "float32", got 32.0 GB';
    expect(() => zeros([2 ** 20, 2 ** 30])).toThrow(
      "tensor: there is no memory for 1125899906842624 numbers at once",
    );
    expect(() => ones([2 ** 40]).add(1)).toThrow(RangeError);
    const column = zeros([2 ** 20, 1]);
    expect(() => column.matmul(zeros([1, 2 ** 20]))).toThrow("numbers at once");
    expect(() => column.add(zeros([1, 2 ** 20]))).toThrow("numbers at once");
    // On a machine that has so much, this one may be there.
    try {
      zeros([65_536, 65_536]);
    } catch (error) {
      expect((error as Error).message).toBe(message);
    }
  });

  test("where takes entries as they are: −0, NaN and ∞, stretched or not, and float32 only from two of it", () => {
    const odd = [-0, Number.NaN, Number.NEGATIVE_INFINITY];
    expect([...tensor([1, 1, 1]).where(odd, 0).data]).toEqual(odd);
    expect([...tensor([0, 0, 0]).where(0, odd).data]).toEqual(odd);
    expect([...tensor([[1], [0]]).where(-0, [5, -0]).data]).toEqual([-0, -0, 5, -0]);
    // NumPy counts NaN as true, too.
    expect([...tensor([Number.NaN, -0]).where(1, 2).data]).toEqual([1, 2]);
    const single = tensor([1, 2], { dtype: "float32" });
    expect(single.where(single, single).dtype).toBe("float32");
    const mixed = tensor([1, 0]).where(single, tensor([0, 0.1]));
    expect([mixed.dtype, ...mixed.data]).toEqual(["float64", 1, 0.1]);
  });

  test("the variance is the mean squared distance from the mean", () => {
    const x = randomNormal([4, 5], { seed: 1 });
    const mean = x.mean();
    expect(x.variance()).toBeCloseTo(x.map((v) => (v - mean) ** 2).mean(), 14);
    expect(x.variance(1).at(2)).toBeCloseTo(x.row(2).variance(), 14);
    expect(x.variance(0).shape).toEqual([5]);
  });
});

describe("shapes", () => {
  test("permute: entry (i, j, k) goes where its axes go, and back again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
        fc.constantFrom<number[]>([0, 1, 2], [2, 0, 1], [1, 0, 2], [2, 1, 0]),
        (shape, axes) => {
          const x = randomNormal(shape, { seed: 1 });
          const y = x.permute(axes);
          const at = shape.map((extent) => extent - 1);
          expect(y.at(...axes.map((axis) => at[axis]!))).toBe(x.at(...at));
          const back = [0, 1, 2].map((axis) => axes.indexOf(axis));
          expect(y.permute(back).equals(x)).toBe(true);
        },
      ),
    );
    expect(
      tensor([
        [1, 2],
        [3, 4],
      ])
        .permute([1, 0])
        .toArray(),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(() => zeros([2, 3]).permute([0, 0])).toThrow("each axis from 0 to 1 must occur once, got [0, 0]");
  });

  test("take along any axis, with repeats and from the end", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(x.take([1, 1, 0]).toArray()).toEqual([
      [4, 5, 6],
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(x.take([2, -3], 1).toArray()).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(() => x.take([3], 1)).toThrow("take: index 3 is outside axis 1, which has 3 entries");
  });

  test("concat and stack, which take undoes", () => {
    const [a, b] = [randomNormal([2, 3], { seed: 1 }), randomNormal([2, 1], { seed: 2 })];
    const wide = concat([a, b], 1);
    expect(wide.shape).toEqual([2, 4]);
    expect(wide.take([0, 1, 2], 1).equals(a)).toBe(true);
    expect(wide.take([3], -1).equals(b)).toBe(true);
    expect(concat([a, a], -2).shape).toEqual([4, 3]);
    expect(stack([a, a, a]).shape).toEqual([3, 2, 3]);
    expect(
      stack([a, b.add(zeros([2, 3]))])
        .row(0)
        .equals(a),
    ).toBe(true);
    expect(() => concat([a, b])).toThrow("shapes [2, 3] and [2, 1]");
    expect(() => concat([a], 2)).toThrow("must match except along axis 2");
    expect(() => concat([])).toThrow("at least one tensor");
  });
});

test("large float32 products by the fast kernels are those of the plain loop", () => {
  for (const [m, n, p] of [
    [64, 64, 64],
    [1, 1000, 300],
    [300, 1, 1000],
    [65, 127, 33],
    [130, 1030, 17],
    [257, 40, 90],
  ] as const) {
    const [a, b] = [randomNormal([m, n], { seed: 1 }), randomNormal([n, p], { seed: 2 })];
    const single = a.astype("float32").matmul(b.astype("float32"));
    expect([single.dtype, single.shape]).toEqual(["float32", [m, p]]);
    const exact = a.astype("float32").astype("float64").matmul(b.astype("float32").astype("float64"));
    // Each of n products, at most max|a| max|b|, is off by at most 2^-24 of itself, and adding them up errs less, as most
    // of the roundings cancel.
    const within = n * 2 ** -24 * a.abs().max() * b.abs().max();
    expect(single.sub(exact).abs().max()).toBeLessThanOrEqual(within);
  }
});
