import { randomNormal, type Tensor, tensor } from "nablab";
import { describe, expect, test } from "vitest";

/** The same in float64, window by window. */
function slowly(x: Tensor, A: Tensor, { stride = 1, padding = 0 } = {}): number[] {
  const [images, channels, height, width] = x.shape as [number, number, number, number];
  const [outputs, , kernel] = A.shape as [number, number, number, number];
  const rows = Math.floor((height + 2 * padding - kernel) / stride) + 1;
  const columns = Math.floor((width + 2 * padding - kernel) / stride) + 1;
  const at = (t: Tensor, ...index: number[]): number => {
    const inside = index.every((i, axis) => i >= 0 && i < t.shape[axis]!);
    return inside ? t.data[index.reduce((place, i, axis) => place * t.shape[axis]! + i, 0)]! : 0;
  };
  const found: number[] = [];
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outputs; o++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          let sum = 0;
          for (let i = 0; i < channels; i++) {
            for (let u = 0; u < kernel; u++) {
              for (let v = 0; v < kernel; v++) {
                sum += at(A, o, i, u, v) * at(x, n, i, r * stride + u - padding, c * stride + v - padding);
              }
            }
          }
          found.push(sum);
        }
      }
    }
  }
  return found;
}

describe.each([{}, { stride: 2 }, { padding: 1 }, { stride: 2, padding: 2 }])("conv2d, %j", (options) => {
  const x = randomNormal([7, 3, 13, 12], { seed: 1 });
  const A = randomNormal([5, 3, 4, 4], { seed: 2 });

  test("in float64", () => {
    const found = x.conv2d(A, options);
    const expected = slowly(x, A, options);
    expect(found.size).toBe(expected.length);
    expect(found.shape.slice(0, 2)).toEqual([7, 5]);
    // 48 products of numbers up to 4, each rounded once.
    found.data.forEach((entry, i) => {
      expect(Math.abs(entry - expected[i]!)).toBeLessThan(1e-12);
    });
  });

  test("many in float32, by the fast kernels", () => {
    const found = x.astype("float32").conv2d(A.astype("float32"), options);
    expect(found.dtype).toBe("float32");
    const expected = slowly(x.astype("float32"), A.astype("float32"), options);
    // Partial sums of up to 48 products around 1 in float32.
    found.data.forEach((entry, i) => {
      expect(Math.abs(entry - expected[i]!)).toBeLessThan(1e-5);
    });
  });
});

test("shapes that do not fit are said", () => {
  const x = randomNormal([1, 2, 5, 5], { seed: 1 });
  const filters = (...shape: number[]) => randomNormal(shape, { seed: 1 });
  expect(() => x.conv2d(filters(1, 3, 2, 2))).toThrow(
    "conv2d: the images have 2 channels but the filters are for 3; shapes [1, 2, 5, 5] and [1, 3, 2, 2]",
  );
  expect(() => x.conv2d(filters(1, 2, 2, 3))).toThrow("filters must be square");
  expect(() => x.conv2d(filters(1, 2, 6, 6))).toThrow("the filters are larger than the images");
  expect(() => x.conv2d(filters(2, 2))).toThrow("the filters must be outputs × channels × kernel × kernel");
  expect(() => tensor([1]).conv2d(filters(1, 2, 2, 2))).toThrow(
    "the images must be images × channels × height × width; shapes [1] and [1, 2, 2, 2]",
  );
  expect(() => x.conv2d(filters(1, 2, 2, 2), { stride: 0 })).toThrow(
    "conv2d: stride must be a whole number ≥ 1, got 0",
  );
});
