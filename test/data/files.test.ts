import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { fashionMnist, loadIdx, loadNpy, readNpy } from "nablab";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-data-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

/** An npy file as NumPy writes it: version 1 or 2, the header padded so that numbers begin at a multiple of 64. */
function npy(
  descr: string,
  shape: number[],
  numbers: Uint8Array,
  { fortran = false, version = 1 } = {},
): Buffer {
  const start = version === 1 ? 10 : 12;
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${tuple}), }`;
  const header = `${text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1)}\n`;
  const head = Buffer.alloc(start);
  head.set([0x93, ...Buffer.from("NUMPY"), version, 0]);
  if (version === 1) head.writeUInt16LE(header.length, 8);
  else head.writeUInt32LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(header), numbers]);
}
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe("npy", () => {
  test.each([
    ["<f8", Float64Array.of(1.5, -2, 1e300, 4, 5, 6)],
    ["<f4", Float32Array.of(1.5, -2, 1e30, 4, 5, 6)],
    ["<i4", Int32Array.of(1, -2, 2 ** 31 - 1, 4, 5, 6)],
    ["<u2", Uint16Array.of(1, 2, 65535, 4, 5, 6)],
    ["|i1", Int8Array.of(1, -2, -128, 4, 5, 6)],
    ["|b1", Uint8Array.of(1, 0, 1, 1, 0, 0)],
    ["<i8", BigInt64Array.of(1n, -2n, 2n ** 53n, 4n, 5n, 6n)],
  ])("%s", (descr, numbers) => {
    for (const version of [1, 2]) {
      const t = readNpy(npy(descr, [2, 3], bytesOf(numbers), { version }));
      expect(t.shape).toEqual([2, 3]);
      expect([...t.data]).toEqual([...numbers].map(Number));
      expect(t.dtype).toBe(descr === "<f4" ? "float32" : "float64");
    }
  });

  test("the other byte order, half precision, a vector, a single number", () => {
    expect([...readNpy(npy(">i2", [2], Uint8Array.of(1, 2, 255, 254))).data]).toEqual([258, -2]);
    // 1, −2, the largest, the smallest subnormal, −∞.
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 1, 0xfc00);
    expect([...readNpy(npy("<f2", [5], bytesOf(halves))).data]).toEqual([1, -2, 65504, 2 ** -24, -Infinity]);
    expect(readNpy(npy("<f8", [], bytesOf(Float64Array.of(7)))).shape).toEqual([]);
  });

  test("Fortran's order of any shape comes out in row-major order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (shape) => {
        const size = shape.reduce((product, n) => product * n, 1);
        // Each entry says where it is: digits of its index.
        const numbers = new Float64Array(size);
        const expected = new Float64Array(size);
        for (let i = 0; i < size; i++) {
          let [rest, fortran, step] = [i, 0, 1];
          const index = shape.map((_, axis) => {
            const below = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
            const at = Math.floor(rest / below);
            rest %= below;
            return at;
          });
          index.forEach((at, axis) => {
            fortran += at * step;
            step *= shape[axis]!;
          });
          numbers[fortran] = i;
          expected[i] = i;
        }
        const t = readNpy(npy("<f8", shape, bytesOf(numbers), { fortran: true }));
        expect(t.shape).toEqual(shape);
        expect(t.data).toEqual(expected);
      }),
      { seed: 1 },
    );
  });

  test("from a file, packed or not", async () => {
    const bytes = npy("<f8", [1], bytesOf(Float64Array.of(3)));
    expect((await loadNpy(write("a.npy", bytes))).toArray()).toEqual([3]);
    write("b.npy.gz", gzipSync(bytes));
    expect((await loadNpy(path.join(folder, "b.npy"))).toArray()).toEqual([3]);
    expect((await loadNpy(path.join(folder, "b.npy.gz"))).toArray()).toEqual([3]);
  });

  test("what is wrong with a file is said", async () => {
    const whole = npy("<f8", [2], bytesOf(Float64Array.of(1, 2)));
    expect(() => readNpy(whole.subarray(0, -1))).toThrow(
      "is cut short: its header says shape (2) of 8 bytes each, which needs 144 bytes, got 143",
    );
    expect(() => readNpy(Buffer.concat([whole, Buffer.alloc(1)]))).toThrow("is too long");
    expect(() => readNpy(whole.subarray(0, 9))).toThrow("ends within its header");
    expect(() => readNpy(whole.subarray(0, 40))).toThrow(
      "ends within its header: 128 bytes are needed, got 40",
    );
    expect(() => readNpy(Buffer.from("a,b\n1,2\n"), "x.npy")).toThrow(
      "readNpy: x.npy is not an npy file: expected 93 4e",
    );
    expect(() => readNpy(npy("|O", [1], Buffer.alloc(8)))).toThrow(
      "holds what cannot be read: expected an array of numbers",
    );
    const refused = (descr: string) => () => readNpy(npy(descr, [1], Buffer.alloc(16)));
    expect(refused("<c16")).toThrow(
      "'shape': (3, 4)}; in NumPy save a.real and a.imag, got {'descr': '<c16'",
    );
    expect(refused("<f16")).toThrow("in NumPy save a.astype('float64'), got");
    expect(refused("<M8[D]")).toThrow("in NumPy save a.astype('int64'), got");
    expect(refused("<m8[25ms]")).toThrow("in NumPy save a.astype('int64'), got");
    // float64 rounds today's nanoseconds since 1970, 1.8e18, to multiples of 256.
    for (const [unit, parts] of Object.entries({ "M8[ns]": 9, "m8[10us]": 6, "M8[as]": 9 })) {
      expect(refused(`<${unit}`)).toThrow(
        `in NumPy save np.divmod(a.astype('int64'), 10**${parts}), quotients and remainders, as float64 rounds`,
      );
    }
    const text = Buffer.from(npy("<f8", [1], Buffer.alloc(8))).toString("latin1");
    const fields = Buffer.from(text.replace(`'<f8'`, `[('x', '<f8')]`), "latin1");
    expect(() => readNpy(fields)).toThrow("in NumPy save its fields one by one, a['x'], got");
    // Python 2 wrote whole numbers with an L.
    const long = Buffer.from(npy("<f8", [2], bytesOf(Float64Array.of(1, 2)))).toString("latin1");
    expect(readNpy(Buffer.from(long.replace("(2,), }  ", "(2L,), } "), "latin1")).toArray()).toEqual([1, 2]);
    const packed = write("cut.npy.gz", gzipSync(whole).subarray(0, -9));
    await expect(loadNpy(packed)).rejects.toThrow("the file is damaged: gzip says");
  });
});

describe("custom idx files", () => {
  const images = (count: number) =>
    Buffer.concat([
      Buffer.from([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2]),
      Buffer.alloc(4 * count, 7),
    ]);
  const labels = (count: number) =>
    Buffer.concat([Buffer.from([0, 0, 8, 1, 0, 0, 0, count]), Buffer.alloc(count, 3)]);

  test("Fashion-MNIST from a folder, packed as it comes", async () => {
    const dir = path.join(folder, "fashion");
    mkdirSync(dir);
    for (const [set, count] of [
      ["train", 3],
      ["t10k", 2],
    ] as const) {
      write(`fashion/${set}-images-idx3-ubyte.gz`, gzipSync(images(count)));
      write(`fashion/${set}-labels-idx1-ubyte.gz`, gzipSync(labels(count)));
    }
    const { train, test } = await fashionMnist(dir);
    expect([train.name, train.size, test.size, train.sampleShape, train.y[0]]).toEqual([
      "Fashion-MNIST train",
      3,
      2,
      [2, 2],
      3,
    ]);
    expect((await loadIdx(path.join(dir, "train-labels-idx1-ubyte"))).shape).toEqual([3]);
  });

  test("a missing file is named, and where it was looked for", async () => {
    await expect(loadIdx(path.join(folder, "none"))).rejects.toThrow(
      /^loadIdx: there is no such file .*none$/,
    );
  });
});
