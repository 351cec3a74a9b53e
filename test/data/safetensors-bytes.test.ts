/**
 * The files in which networks and trainings are kept: what is written comes back to the bit, in the layout that other
 * programs read, and what was altered, cut or never was one is refused with what is wrong with it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { readSafetensors, type StoredTensor, writeSafetensors } from "#nablab/data/safetensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-safetensors-"));
const file = path.join(folder, "model.safetensors");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tensors = new Map<string, StoredTensor>([
  ["odd", { shape: [3], data: Float32Array.of(1.5, -0, Number.NaN) }],
  ["A[1]", { shape: [2, 1], data: Float64Array.of(Math.PI, 1e-300) }],
  ["a number", { shape: [], data: Float64Array.of(7) }],
]);
const texts = { format: "nablab 1", name: "net" };

/** A file of this header and these bytes, as any program might write it. */
function write(header: object, numbers: Uint8Array): void {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + numbers.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(numbers, 8 + json.length);
  writeFileSync(file, bytes);
}
const refusal = (): string => {
  try {
    readSafetensors("load", file);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the file was read");
};

test("what is written comes back to the bit, and nothing else is left in the folder", () => {
  writeSafetensors(file, { tensors, texts });
  const back = readSafetensors("load", file);
  expect(back.tensors).toEqual(tensors);
  expect(back.texts).toEqual(texts);
  expect(readdirSync(folder)).toEqual(["model.safetensors"]);
});

test("a view into a longer array is written without the rest of it", () => {
  const view = Float64Array.of(1, 2, 3, 4).subarray(1, 3);
  writeSafetensors(file, { tensors: new Map([["v", { shape: [2], data: view }]]), texts: {} });
  expect(readSafetensors("load", file).tensors.get("v")!.data).toEqual(Float64Array.of(2, 3));
});

test("the layout: a length, a header of JSON, numbers from a multiple of 8 on", () => {
  writeSafetensors(file, { tensors, texts });
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  expect(length % 8).toBe(0);
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  expect(header.odd).toEqual({ dtype: "F32", shape: [3], data_offsets: [0, 12] });
  expect(header["A[1]"]).toEqual({ dtype: "F64", shape: [2, 1], data_offsets: [12, 28] });
  expect(bytes.length).toBe(8 + length + 36);
  expect(bytes.readFloatLE(8 + length)).toBe(1.5);
});

test("law: any byte that changes is noticed", () => {
  writeSafetensors(file, { tensors, texts });
  const right = readFileSync(file);
  fc.assert(
    fc.property(fc.nat(right.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const wrong = Uint8Array.from(right);
      wrong[at]! ^= change;
      writeFileSync(file, wrong);
      // Blanks between header and numbers mean nothing, whatever white space they become.
      let read: unknown;
      try {
        read = readSafetensors("load", file);
      } catch {
        return;
      }
      expect(right[at]).toBe(0x20);
      expect(read).toMatchObject({ tensors, texts });
    }),
  );
});

describe("what is refused", () => {
  const one = { dtype: "F64", shape: [1], data_offsets: [0, 8] };
  test.each<[string, object, number, string]>([
    ["too few numbers", { a: one }, 4, "the file is cut off: it has 4 of 8 bytes of numbers"],
    ["too many", { a: one }, 12, "the file has 4 trailing bytes"],
    ["no shape", { a: { ...one, shape: undefined } }, 8, "tensor a must have dtype, shape and data_offsets"],
    ["another size of entries", { a: { ...one, dtype: "BF16" } }, 8, "of shape [1] needs 2 bytes, has 8"],
    ["another size", { a: { ...one, shape: [2] } }, 8, "of shape [2] needs 16 bytes, has 8"],
    ["a part of the bytes", { a: { ...one, data_offsets: [0, 4] } }, 4, "of shape [1] needs 8 bytes, has 4"],
    ["a hole before", { a: { ...one, data_offsets: [8, 16] } }, 16, "at byte 0, they begin at 8"],
    ["a hole between", { a: one, b: { ...one, data_offsets: [16, 24] } }, 24, "tensor b must begin where"],
    ["tensors that share bytes", { a: one, b: one }, 8, "end, at byte 8, they begin at 0"],
    [
      "tensors that overlap",
      { a: one, b: { ...one, dtype: "F32", data_offsets: [4, 8] } },
      8,
      "end, at byte 8, they begin at 4",
    ],
    [
      "a file of ours without its hash",
      { __metadata__: { format: "nablab 1" }, a: one },
      8,
      "altered since it was written",
    ],
    ["a wrong hash", { __metadata__: { sha256: "0" }, a: one }, 8, "its SHA-256 is another"],
  ])("%s", (_, header, bytes, message) => {
    write(header, new Uint8Array(bytes));
    expect(refusal()).toContain(message);
    expect(refusal()).toMatch(/^load: .*; got .*model\.safetensors$/);
  });

  test("no file, a folder, an empty file, another file, a header that is cut or damaged", () => {
    rmSync(file);
    expect(refusal()).toBe(`load: there is no file ${file}`);
    expect(() => readSafetensors("load", folder)).toThrow(/^load: .*, so cannot read /);
    const short = (bytes: number[]) => {
      writeFileSync(file, Uint8Array.from(bytes));
      return refusal();
    };
    expect(short([])).toContain("this is no safetensors file");
    expect(short([9, 0, 0, 0, 0, 0, 0, 0, 65])).toContain("this is no safetensors file");
    expect(short([1, 0, 0, 0, 0, 0, 0, 0, 123])).toContain("this is no safetensors file");
    expect(short([9, 0, 0, 0, 0, 0, 0, 0, 123, 125])).toContain(
      "its header has 9 bytes, but only 2 are there",
    );
    expect(short([2, 0, 0, 0, 0, 0, 0, 0, 123, 123])).toContain("the header of the file is damaged");
  });

  test("a file of another program, which has no hash, is read", () => {
    write({ a: one }, new Uint8Array(Float64Array.of(3).buffer));
    const { tensors, texts } = readSafetensors("load", file);
    expect(tensors).toEqual(new Map([["a", { shape: [1], data: Float64Array.of(3) }]]));
    expect(texts).toEqual({});
  });
});
