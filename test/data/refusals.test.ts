/**
 * What the readers and makers of data refuse, and what they make at the edges of what they take.
 */
import { blobs, dataset, readCsv, readIdx, readNpy, spirals, twoMoons } from "nablab";
import { describe, expect, test } from "vitest";

test("labels below 0, above 255 or beyond the classes", () => {
  const make = (y: number[], classes?: number) => () =>
    dataset({ x: y.map((_, i) => [i]), y, ...(classes !== undefined && { classes }) });
  expect(make([0, -1], 2)).toThrow("label 1 must be a whole number from 0 to 1, got -1");
  expect(make([0, 2], 2)).toThrow("label 1 must be a whole number from 0 to 1, got 2");
  // What a byte holds is named only where it is what is exceeded.
  expect(make([0, 255], 3)).toThrow("label 1 must be a whole number from 0 to 2, got 255");
  expect(make([0, 256], 256)).toThrow("from 0 to 255 (a label is a byte: at most 256 classes), got 256");
});

test("select refuses an index that is none, one by one", () => {
  const three = dataset({ x: [[1], [2], [3]], y: [0, 1, 0], classes: 2 });
  for (const index of [-1, 3, 0.5, Number.NaN]) {
    expect(() => three.select([0, index])).toThrow(`has 3 samples, there is no index ${index}`);
  }
  expect(three.select([2, 0]).y).toEqual(Uint8Array.of(0, 0));
});

test("an idx file begins with two zeros, each of them", () => {
  const right = [0, 0, 8, 1, 0, 0, 0, 1, 7];
  expect(Array.from(readIdx(Uint8Array.from(right)).data)).toEqual([7]);
  for (const at of [0, 1]) {
    const wrong = right.with(at, 1);
    expect(() => readIdx(Uint8Array.from(wrong))).toThrow("is not an idx file: expected 00 00 at byte 0");
  }
  const packed = Uint8Array.from(right.with(0, 0x1f).with(1, 0x8b));
  expect(() => readIdx(packed)).toThrow("is compressed by gzip");
  expect(() => readIdx(Uint8Array.from(right.with(0, 0x1f)))).toThrow("at byte 0, got 1f 00");
});

/** An npy file of version 1 with this header and these bytes. */
function npy(header: string, data: ArrayBuffer): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(10 + text.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
  bytes.set(text, 10);
  bytes.set(new Uint8Array(data), 10 + text.length);
  return bytes;
}

test("an npy file without entries ends with its header; a shape of one has a comma", () => {
  const header = (shape: string) => `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }\n`;
  expect(readNpy(npy(header("(0,)"), new ArrayBuffer(0))).shape).toEqual([0]);
  expect(readNpy(npy(header("(2, )"), Float64Array.of(1, 2).buffer)).toArray()).toEqual([1, 2]);
  const whole = npy(header("(2,)"), Float64Array.of(1, 2).buffer);
  expect(() => readNpy(whole.subarray(0, 20))).toThrow("ends within its header");
  expect(() => readNpy(whole.subarray(0, whole.length - 1))).toThrow("is cut short");
});

test("a CSV file may begin with a byte order mark and have blank lines and blanks", () => {
  const { data, classes } = readCsv("\ufeffx,kind\n\n 1 , a\n2,b\n");
  expect(Array.from(data.x)).toEqual([1, 2]);
  expect(classes).toEqual(["a", "b"]);
});

describe("points on curves", () => {
  test("without noise they are on them, and draw no random numbers", () => {
    const a = twoMoons({ size: 7, noise: 0, seed: 1 });
    expect(a.x).toEqual(twoMoons({ size: 7, noise: 0, seed: 2 }).x);
    for (let i = 0; i < 7; i += 2) {
      // The upper moon is a half circle about the origin.
      expect(Math.hypot(a.x[2 * i]!, a.x[2 * i + 1]!)).toBeCloseTo(1, 6);
    }
  });

  test("one point of each class stands where its curve begins", () => {
    for (const value of twoMoons({ size: 2, noise: 0 }).x) expect(Number.isFinite(value)).toBe(true);
  });

  test("errors name the function and the option", () => {
    expect(() => twoMoons({ size: 0 })).toThrow(/^twoMoons: size/);
    expect(() => spirals({ classes: 0 })).toThrow(/^spirals: classes/);
    expect(() => spirals({ classes: 257 })).toThrow(/^spirals: classes/);
    expect(() => blobs({ noise: -1 } as never)).toThrow(/^blobs: /);
  });
});
