/**
 * Safetensors that others wrote: types that are read or named, and headers that are none. (Files of PyTorch are in
 * test/golden; that nablab's own are refused when they were altered is tested with checkpoints.)
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { fromBfloat16, fromHalf } from "#nablab/data/half.js";
import { readDataFile } from "#nablab/data/read-file.js";
import { readSafetensors } from "#nablab/data/safetensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

function stored(header: unknown, numbers: Uint8Array = new Uint8Array(0)): string {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return write("a.safetensors", Buffer.concat([length, json, numbers]));
}
const read = (header: unknown, numbers?: Uint8Array) => readSafetensors("load", stored(header, numbers));

describe("safetensors", () => {
  test("F16, BF16, F32 and F64 are read, other types are named", () => {
    const numbers = Buffer.concat([
      Buffer.from(Uint16Array.of(0x3c00, 0xc000).buffer),
      Buffer.from(Uint16Array.of(0x3f80, 0xc040).buffer),
      Buffer.from(Int32Array.of(7).buffer),
      Buffer.from(Float64Array.of(0.1).buffer),
    ]);
    const { tensors, others } = read(
      {
        half: { dtype: "F16", shape: [2], data_offsets: [0, 4] },
        brain: { dtype: "BF16", shape: [1, 2], data_offsets: [4, 8] },
        count: { dtype: "I32", shape: [], data_offsets: [8, 12] },
        double: { dtype: "F64", shape: [], data_offsets: [12, 20] },
      },
      numbers,
    );
    expect(tensors.get("half")).toEqual({ shape: [2], data: Float32Array.of(1, -2) });
    expect(tensors.get("brain")).toEqual({ shape: [1, 2], data: Float32Array.of(1, -3) });
    expect(tensors.get("double")).toEqual({ shape: [], data: Float64Array.of(0.1) });
    expect([...others!]).toEqual([["count", "I32"]]);
  });

  test.each([null, [], 7, { a: 1 }, { a: null }])("__metadata__: %j is refused in words", (metadata) => {
    expect(() => read({ __metadata__: metadata })).toThrow(
      "load: the header is damaged: __metadata__ must be texts by name, it is",
    );
  });

  test.each([
    null,
    7,
    [],
    {},
    { dtype: "F32", shape: [1] },
    { dtype: "F32", data_offsets: [0, 4] },
    { dtype: 3, shape: [1], data_offsets: [0, 4] },
    { dtype: "F32", shape: [-1], data_offsets: [0, 4] },
    { dtype: "F32", shape: [0.5], data_offsets: [0, 4] },
    { dtype: "F32", shape: [1], data_offsets: [4, 0] },
    { dtype: "F32", shape: [1], data_offsets: [-4, 0] },
    { dtype: "F32", shape: [1], data_offsets: null },
  ])("an entry of %j is refused in words", (entry) => {
    expect(() => read({ a: entry }, new Uint8Array(4))).toThrow(
      "load: the header is damaged: tensor a must have dtype, shape and data_offsets, it is",
    );
  });

  test("what is no JSON, too long, or does not fit its shape", () => {
    expect(() => read("{nonsense")).toThrow("the header of the file is damaged");
    expect(() => read({ a: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, new Uint8Array(4))).toThrow(
      "tensor a of shape [2] needs 8 bytes, has 4",
    );
    expect(() => read({}, new Uint8Array(3))).toThrow("the file has 3 trailing bytes");
    expect(read({}).tensors.size).toBe(0);
  });
});

test("16-bit numbers by their definitions: every one of the 2 · 65,536", () => {
  const words = new DataView(new ArrayBuffer(4));
  const wrong: number[] = [];
  for (let bits = 0; bits < 65_536; bits++) {
    words.setUint16(0, bits);
    words.setUint16(2, 0);
    if (!Object.is(fromBfloat16(bits), words.getFloat32(0))) wrong.push(bits);
    // A half is a float32 with exponent and fraction moved, times 2^112; infinities and NaN have the largest exponent.
    words.setUint32(0, ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13));
    const isNumber = (bits & 0x7c00) !== 0x7c00;
    const right = isNumber
      ? words.getFloat32(0) * 2 ** 112
      : bits & 1023
        ? Number.NaN
        : bits & 0x8000
          ? -1 / 0
          : 1 / 0;
    if (!Object.is(fromHalf(bits), right)) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test("packed files that unpack to more than memory should take are refused before they do, with the way out", async () => {
  const file = write("bomb.npy.gz", gzipSync(new Uint8Array(2_000_000)));
  await expect(readDataFile("loadNpy", file, 2 ** 20)).rejects.toThrow(
    /^loadNpy: the file unpacks to more than 1 MB; if that is what it should hold, unpack it with gunzip first; got .*bomb.npy.gz of \d+ bytes$/,
  );
  expect((await readDataFile("loadNpy", file, 2_000_000)).length).toBe(2_000_000);
});
