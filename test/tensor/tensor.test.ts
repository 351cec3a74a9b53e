import { inspect } from "node:util";
import * as fc from "fast-check";
import { arange, displaySymbol, eye, full, linspace, ones, Tensor, tensor, toBundle, zeros } from "nablab";
import { describe, expect, test } from "vitest";

const real = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const matrix = (m: number, n: number) =>
  fc.array(real, { minLength: m * n, maxLength: m * n }).map((values) => tensor(values).reshape(m, n));
const extent = fc.integer({ min: 1, max: 6 });

describe("making tensors", () => {
  test("numbers given in the place of the shape are refused, without being printed", () => {
    const numbers = Float64Array.from({ length: 1e5 }, (_, i) => i);
    const swapped = () => new Tensor(numbers as unknown as number[], [1e5] as unknown as Float64Array);
    expect(swapped).toThrow("Tensor: the shape comes first, then the numbers: new Tensor([2, 3], data)");
    const list = () => new Tensor([...numbers], numbers);
    expect(list).toThrow(
      "Tensor: shape [0, 1, 2, 3, … (100000 extents)] needs 0 entries, the data has 100000",
    );
  });

  test("nested lists become row-major entries, and come back", () => {
    const t = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(t.shape).toEqual([2, 3]);
    expect([...t.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(t.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(tensor(7).shape).toEqual([]);
    expect(tensor(7).toArray()).toBe(7);
    expect(tensor(new Float32Array([1, 2])).dtype).toBe("float64");
    expect(tensor([0.1], { dtype: "float32" }).at(0)).toBe(Math.fround(0.1));
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test("a copy, never a share, of what it is given", () => {
    const source = new Float64Array([1, 2]);
    const t = tensor(source);
    source[0] = 9;
    expect(t.at(0)).toBe(1);
    const u = tensor(t);
    u.data[0] = 5;
    expect(t.at(0)).toBe(1);
  });

  test("ragged lists and strangers are refused, with their place", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(
      "tensor: every row must be as long as the first one; entry [1] has 1 entries, expected 2",
    );
    expect(() => tensor([[1, 2], 3])).toThrow(
      "tensor: entry [1] must be a list of 2 like its neighbours, got 3",
    );
    expect(() => tensor([1, [2]])).toThrow("tensor: entry [1] is a list of 1 where a number was expected");
    expect(() => tensor([1, "2"] as never)).toThrow("tensor: entry [1] must be a number, got string 2");
    expect(() => tensor([1], { dtype: "float16" as never })).toThrow('"float64" or "float32", got float16');
    expect(() => new Tensor([2, 2], new Float64Array(3))).toThrow(
      "Tensor: shape [2, 2] needs 4 entries, the data has 3",
    );
    expect(() => zeros([2, -1])).toThrow(
      "zeros: every extent of a shape must be a whole number ≥ 0; shape [2, -1]",
    );
  });

  test("zeros, ones, full, eye, arange, linspace", () => {
    expect(zeros(2).toArray()).toEqual([0, 0]);
    expect(ones([1, 2], { dtype: "float32" }).dtype).toBe("float32");
    expect(full([2], 3).toArray()).toEqual([3, 3]);
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(arange(3).toArray()).toEqual([0, 1, 2]);
    expect(arange(0, 1, 0.1).size).toBe(10);
    expect(arange(3, 0, -2).toArray()).toEqual([3, 1]);
    expect(arange(3, 0).toArray()).toEqual([]);
    expect(() => arange(0, 1, 0)).toThrow("step not 0");
    expect(linspace(0.1, 0.7, 7).at(-1)).toBe(0.7);
    expect(() => linspace(0, 1, 1)).toThrow("n must be a whole number ≥ 2, got 1");
  });
});

describe("looking into a tensor", () => {
  const t = arange(24).reshape(2, 3, 4);

  test("at, row, slice, reshape", () => {
    expect(t.at(1, 2, 3)).toBe(23);
    expect(t.at(-1, 0, -1)).toBe(15);
    expect(t.row(1).row(0).toArray()).toEqual([12, 13, 14, 15]);
    expect(t.slice(1).shape).toEqual([1, 3, 4]);
    expect(arange(5).slice(-2).toArray()).toEqual([3, 4]);
    expect(arange(5).slice(3, 1).toArray()).toEqual([]);
    expect(arange(6).reshape(2, 3).slice(1, 3, 1).toArray()).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(arange(6).reshape(2, 3).slice(-1, undefined, -1).toArray()).toEqual([[2], [5]]);
    expect(() => arange(5).slice(0, 1, 1)).toThrow("slice: there is no axis 1 in shape [5]");
    expect(() => arange(5).slice(1.5)).toThrow(
      "slice: start and end must be whole numbers, got 1.5; shape [5]",
    );
    expect(t.reshape(-1, 6).shape).toEqual([4, 6]);
    expect(t.reshape([24]).shape).toEqual([24]);
  });

  test("rows, slices and reshapes share numbers; copies and transposes do not", () => {
    const a = zeros([2, 2]);
    a.row(1).data[0] = 1;
    a.reshape(4).data[1] = 2;
    a.slice(1, 2).data[1] = 3;
    a.copy().data[0] = 9;
    a.transpose().data[0] = 9;
    expect(a.toArray()).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test("errors carry exact shapes", () => {
    expect(() => t.at(1, 2)).toThrow("at: 2 indices given for 3 axes; index [1, 2], shape [2, 3, 4]");
    expect(() => t.at(0, 3, 0)).toThrow(
      "at: index 3 is outside axis 1, which has 3 entries; shape [2, 3, 4]",
    );
    expect(() => t.row(2)).toThrow("row: index 2 is outside axis 0, which has 2 entries; shape [2, 3, 4]");
    expect(() => t.reshape(5, 5)).toThrow("reshape: 24 entries do not fit; shape [2, 3, 4] to [5, 5]");
    expect(() => t.reshape(-1, 5)).toThrow("reshape: 24 entries do not fit; shape [2, 3, 4] to [-1, 5]");
    expect(() => t.reshape(-1, -1)).toThrow("reshape: 24 entries do not fit");
    expect(() => zeros([0]).reshape(0, -1)).toThrow("reshape: 0 entries do not fit");
  });
});

describe("arithmetic", () => {
  test("broadcasting by hand", () => {
    const a = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(a.add([10, 20, 30]).toArray()).toEqual([
      [11, 22, 33],
      [14, 25, 36],
    ]);
    expect(a.mul([[2], [3]]).toArray()).toEqual([
      [2, 4, 6],
      [12, 15, 18],
    ]);
    expect(tensor([1, 2]).reshape(2, 1).sub([1, 2, 3]).toArray()).toEqual([
      [0, -1, -2],
      [1, 0, -1],
    ]);
    expect(a.div(2).at(1, 2)).toBe(3);
    expect(tensor(1).add([1, 2]).toArray()).toEqual([2, 3]);
    expect(tensor(1).add(2).toArray()).toBe(3);
    expect(zeros([0, 3]).add([1, 2, 3]).shape).toEqual([0, 3]);
    expect(() => a.add([1, 2])).toThrow(
      "add: the shapes do not fit, 3 against 2 at axis 1 (extents must be equal or 1); shapes [2, 3] and [2]",
    );
  });

  test("broadcasting agrees with the definition, for all shapes that fit", () => {
    const shapes = fc.array(fc.tuple(extent, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.nat(3), (axes, dropped) => {
        const aShape = axes.map(([n, stretch]) => (stretch ? 1 : n));
        const bShape = axes.map(([n, , stretch]) => (stretch ? 1 : n)).slice(Math.min(dropped, axes.length));
        const a = arange(aShape.reduce((x, y) => x * y, 1)).reshape(aShape);
        const b = arange(bShape.reduce((x, y) => x * y, 1)).reshape(bShape);
        const sum = a.add(b.mul(1000));
        sum.data.forEach((entry, position) => {
          let rest = position;
          const index = sum.shape.map(() => 0);
          for (let k = sum.rank - 1; k >= 0; k--) {
            index[k] = rest % sum.shape[k]!;
            rest = Math.floor(rest / sum.shape[k]!);
          }
          const of = (t: Tensor) =>
            t.at(...t.shape.map((n, k) => (n === 1 ? 0 : index[k + sum.rank - t.rank]!)));
          expect(entry).toBe(of(a) + 1000 * of(b));
        });
      }),
    );
  });

  test("dtype: float32 only if both are, and a plain number takes the tensor's", () => {
    const f = ones(2, { dtype: "float32" });
    expect(f.add(f).dtype).toBe("float32");
    expect(f.add(0.1).dtype).toBe("float32");
    expect(f.add(ones(2)).dtype).toBe("float64");
    expect(f.matmul(ones([2, 2])).dtype).toBe("float64");
    expect(f.astype("float64").dtype).toBe("float64");
  });

  test("matmul by hand, vectors on either side, and shapes that do not fit", () => {
    const a = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(a.matmul([[5], [6]]).toArray()).toEqual([[17], [39]]);
    expect(a.matmul([5, 6]).toArray()).toEqual([17, 39]);
    expect(tensor([5, 6]).matmul(a).toArray()).toEqual([23, 34]);
    expect(tensor([5, 6]).matmul([1, 2]).toArray()).toBe(17);
    expect(() => zeros([2, 4]).matmul(zeros([3, 5]))).toThrow(
      "matmul: the left operand has 4 columns but the right one has 3 rows; shapes [2, 4] and [3, 5]",
    );
    expect(() => a.matmul(2)).toThrow(
      "matmul: the right operand must be a matrix or a vector, it has rank 0; shapes [2, 2] and []",
    );
  });

  test("(A B)ᵀ = Bᵀ Aᵀ, exactly, and A I = A", () => {
    fc.assert(
      fc.property(
        fc.tuple(extent, extent, extent).chain(([m, n, p]) => fc.tuple(matrix(m, n), matrix(n, p))),
        ([a, b]) => {
          expect(a.matmul(b).transpose().equals(b.transpose().matmul(a.transpose()))).toBe(true);
          expect(a.matmul(eye(a.shape[1]!)).equals(a)).toBe(true);
        },
      ),
    );
  });
});

describe("reductions", () => {
  const a = tensor([
    [1, 5, 3],
    [4, 2, 6],
  ]);

  test("by hand, over all and along each axis", () => {
    expect(a.sum()).toBe(21);
    expect(a.sum(0).toArray()).toEqual([5, 7, 9]);
    expect(a.sum(1).toArray()).toEqual([9, 12]);
    expect(a.mean()).toBe(3.5);
    expect(a.mean(-1).toArray()).toEqual([3, 4]);
    expect(a.max()).toBe(6);
    expect(a.max(0).toArray()).toEqual([4, 5, 6]);
    expect(a.min(1).toArray()).toEqual([1, 2]);
    expect(a.argmax()).toBe(5);
    expect(a.argmax(0).toArray()).toEqual([1, 0, 1]);
    expect(a.argmax(1).toArray()).toEqual([1, 2]);
    expect(a.argmin()).toBe(a.neg().argmax());
    expect(a.argmin(0).toArray()).toEqual(a.neg().argmax(0).toArray());
    expect(() => zeros([0]).argmin()).toThrow("argmin: there are no entries");
    expect(tensor([3, 3]).argmax()).toBe(0);
    expect(a.dot(a)).toBe(91);
    expect(tensor([3, 4]).norm()).toBe(5);
    expect(tensor([3e200, 4e200]).norm()).toBeCloseTo(5e200, -190);
    expect(zeros([2, 3, 4]).sum(1).shape).toEqual([2, 4]);
  });

  test("NaN is never hidden", () => {
    const t = tensor([1, Number.NaN, 2]);
    expect(t.max()).toBeNaN();
    expect(t.norm()).toBeNaN();
    expect(t.argmax()).toBe(1);
    expect(t.equals(t)).toBe(true);
    expect(t.allClose(t)).toBe(false);
  });

  test("nothing to reduce", () => {
    expect(zeros(0).sum()).toBe(0);
    expect(zeros([0, 2]).sum(0).toArray()).toEqual([0, 0]);
    expect(() => zeros(0).mean()).toThrow("mean: there are no entries to choose from; shape [0]");
    expect(() => zeros([0, 2]).max(0)).toThrow("max: there are no entries");
    expect(() => a.sum(2)).toThrow("sum: there is no axis 2 in shape [2, 3], which has 2 axes");
    expect(() => a.dot([1])).toThrow("dot: both operands must have the same shape; shapes [2, 3] and [1]");
  });

  test("summing along the axes one by one is summing all, for whole numbers", () => {
    fc.assert(
      fc.property(fc.tuple(extent, extent, extent), (shape) => {
        const t = arange(shape[0] * shape[1] * shape[2]).reshape(shape);
        expect(t.sum(1).sum(1).sum()).toBe(t.sum());
        expect(t.sum(2).sum(0).sum(0).toArray()).toBe(t.sum());
      }),
    );
  });
});

describe("how a tensor looks", () => {
  test("text: whole numbers, decimals, powers of ten", () => {
    expect(
      inspect(
        tensor([
          [1, -20],
          [300, 4],
        ]),
      ),
    ).toBe("Tensor [2, 2] float64\n    1  -20\n  300    4");
    expect(String(tensor([0.5, -1.25]))).toBe("Tensor [2] float64\n   0.50  -1.25");
    expect(String(tensor([1 / 3, 1e-9]))).toBe("Tensor [2] float64\n  3.3333e-1  1.0000e-9");
    expect(String(tensor([0, Number.NaN, Number.NEGATIVE_INFINITY, -0]))).toBe(
      "Tensor [4] float64\n    0  NaN   -∞    0",
    );
    expect(String(tensor(2.5))).toBe("Tensor [] float64\n  2.5");
    expect(String(zeros([0, 3]))).toBe("Tensor [0, 3] float64, no entries");
    expect(String(arange(8).reshape(2, 2, 2))).toBe(
      "Tensor [2, 2, 2] float64\n[0, ·, ·]\n  0  1\n  2  3\n[1, ·, ·]\n  4  5\n  6  7",
    );
  });

  test("a large tensor is cut, quickly, and says so", () => {
    const text = String(zeros([60_000, 784]));
    expect(text).toMatch(/^Tensor \[60000, 784\] float64, cut/);
    expect(text).toContain("⋮");
    expect(text.length).toBeLessThan(2000);
    expect(String(arange(20))).toContain("5   …  14");
    expect(String(zeros([9, 2, 2]))).toContain("cut");
  });

  test("html: a table with headings and the same numbers, and text beside it", () => {
    const bundle = tensor([[1, 2.5]])[displaySymbol]();
    expect(bundle["text/plain"]).toBe("Tensor [1, 2] float64\n  1.0  2.5");
    const cells = [...(bundle["text/html"] as string).matchAll(/<t[hd](?: [^>]*)?>([^<]*)</g)].map(
      (m) => m[1],
    );
    expect(cells).toEqual(["", "0", "1", "0", "1.0", "2.5"]);
    expect(bundle["text/html"]).toContain("Tensor [1, 2] float64");
  });
});

describe("images", () => {
  test("are the last two axes, with the index of those before", async () => {
    const { "text/html": html, "text/plain": text } = await toBundle(
      arange(2 * 3 * 2 * 2)
        .reshape(2, 3, 2, 2)
        .images({ title: "Filters" }),
    );
    expect(text).toContain(
      "Filters (6 images of 2 × 2 pixels): [0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]",
    );
    expect(String(html).match(/<img /g)).toHaveLength(6);
    expect(String(html)).toContain("Filters");
  });

  test("need rows and columns", () => {
    expect(() => tensor([1, 2, 3, 4]).images()).toThrow("its shape is [4]; use reshape(height, width)");
    expect(() => zeros([0, 3]).images()).toThrow("must have rows and columns");
  });
});
