import * as fc from "fast-check";
import { readIdx } from "nablab";
import { describe, expect, test } from "vitest";

/** The bytes of an idx file: 00 00, type, rank, big-endian extents, body. */
const idx = (type: number, shape: number[], body: number[] | Uint8Array) =>
  new Uint8Array([
    ...[0, 0, type, shape.length],
    ...shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]),
    ...body,
  ]);

describe("readIdx", () => {
  test("bytes, sharing the memory of the file", () => {
    const file = idx(8, [2, 1, 3], [1, 2, 3, 4, 5, 255]);
    const { shape, data } = readIdx(file, "six");
    expect(shape).toEqual([2, 1, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 255]);
    expect(data.buffer).toBe(file.buffer);
  });

  test("big-endian extents of more than one byte, at any offset of a buffer", () => {
    const file = idx(8, [258], new Uint8Array(258).fill(7));
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(readIdx(shifted.subarray(3)).shape).toEqual([258]);
  });

  test.each([
    [9, [0xff, 0x80], [-1, -128], Int8Array],
    [11, [0xff, 0xfe, 0x01, 0x00], [-2, 256], Int16Array],
    [12, [0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0], [-1, 65536], Int32Array],
    [13, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], [1, -2], Float32Array],
    [14, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1, -2], Float64Array],
  ] as const)("type %i", (type, body, values, kind) => {
    const { data } = readIdx(idx(type, [2], [...body]));
    expect(data).toBeInstanceOf(kind);
    expect([...data]).toEqual(values);
  });

  test.each([
    [[], "readIdx: f has no header: expected at least 4 bytes, got 0"],
    [[0x1f, 0x8b, 8, 0], "readIdx: f is compressed by gzip: unpack it first (gunzip), got 1f 8b at byte 0"],
    [[0x3c, 0x68, 8, 1], "readIdx: f is not an idx file: expected 00 00 at byte 0, got 3c 68"],
    [
      [0, 0, 10, 1],
      "readIdx: f has an unknown type of entries: expected 08, 09, 0b, 0c, 0d or 0e at byte 2, got 0a",
    ],
    [[0, 0, 8, 3, 0, 0, 0, 1], "readIdx: f ends within its header: 3 axes need 16 bytes, got 8"],
    [
      [0, 0, 8, 1, 0, 0, 0, 3, 1, 2],
      "readIdx: f is cut short: its header says shape [3], which needs 11 bytes, got 10",
    ],
    [
      [0, 0, 11, 1, 0, 0, 0, 1, 1, 2, 3],
      "readIdx: f is too long: its header says shape [1], which needs 10 bytes, got 11",
    ],
  ])("%j is refused", (bytes, message) => {
    expect(() => readIdx(Uint8Array.from(bytes), "f")).toThrow(new RangeError(message));
  });

  test("a file that is cut anywhere is refused", () => {
    const file = idx(8, [3, 4], new Uint8Array(12));
    fc.assert(
      fc.property(fc.nat(file.length - 1), (n) => {
        expect(() => readIdx(file.subarray(0, n), "f")).toThrow(RangeError);
      }),
    );
  });
});
