/** What is written is what is read: to the last bit, and as NumPy and pandas write it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import {
  dataset,
  loadCsv,
  loadNpy,
  loadNpz,
  readCsv,
  readNpy,
  readNpz,
  saveCsv,
  saveNpy,
  saveNpz,
  Tensor,
  tensor,
  writeCsv,
  writeNpy,
  writeNpz,
} from "nablab";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-writing-"));
afterAll(() => rmSync(folder, { recursive: true }));

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const word = fc.string({
  unit: fc.constantFrom("a", "b", ",", '"', "\n", " ", "é", ";"),
  minLength: 1,
  maxLength: 6,
});

describe("npy", () => {
  test("the bytes are those of numpy.save(numpy.array([[1, 2, 3]]) as float32)", () => {
    // NumPy 2.4.6: 128 bytes of header, then 0000803f 00000040 00004040.
    const bytes = Buffer.from(writeNpy(tensor([[1, 2, 3]], { dtype: "float32" })));
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
    expect(bytes.subarray(0, 10).toString("hex")).toBe("934e554d505901007600");
    expect(bytes.subarray(10, 128).toString()).toBe(`${header.padEnd(117)}\n`);
    expect(bytes.subarray(128).toString("hex")).toBe("0000803f0000004000004040");
  });

  test("law: any tensor comes back with its shape, dtype and bits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { maxLength: 4 }),
        fc.boolean(),
        fc.array(fc.double(), { minLength: 81, maxLength: 81 }),
        (shape, single, numbers) => {
          const size = shape.reduce((product, extent) => product * extent, 1);
          const some = numbers.slice(0, size);
          const data = single ? Float32Array.from(some) : Float64Array.from(some);
          const back = readNpy(writeNpy(new Tensor(shape, data)));
          expect([[...back.shape], back.dtype]).toEqual([shape, single ? "float32" : "float64"]);
          expect(back.data).toEqual(data);
        },
      ),
    );
  });

  test("as a file; what is no tensor is refused", async () => {
    expect(() => writeNpy([1, 2] as never)).toThrow(
      "writeNpy: expected a tensor, such as tensor([1, 2]), got [ 1, 2 ]",
    );
    const file = path.join(folder, "a.npy");
    saveNpy(file, tensor([0.1, -0]));
    expect((await loadNpy(file)).data).toEqual(Float64Array.of(0.1, -0));
  });
});

describe("npz", () => {
  // NumPy 2.4.6: savez and savez_compressed of a = [[1, 2, 3], [4, 5, 6]] (float32), b = [7, 257] (int64),
  // c = asfortranarray(arange(6.).reshape(2, 3)) and "layer/0.weight" = 2.5.
  const byNumpy = (name: string) =>
    Uint8Array.from(readFileSync(new URL(`../golden/numpy/${name}.npz`, import.meta.url)));

  test.each(["stored", "packed"])("NumPy's file, %s", (name) => {
    const arrays = readNpz(byNumpy(name));
    expect(Object.entries(arrays).map(([key, { dtype }]) => [key, dtype, arrays[key]!.toArray()])).toEqual([
      [
        "a",
        "float32",
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      ["b", "float64", [7, 257]],
      [
        "c",
        "float64",
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
      ],
      ["layer/0.weight", "float64", 2.5],
    ]);
    expect(Object.keys(readNpz(byNumpy(name), { names: ["c", "a"] }))).toEqual(["a", "c"]);
  });

  // NumPy 2.4.6: savez_compressed; A = arange(6).reshape(2, 3) in Fortran's order by each type, and a text and a folder beside them.
  test("NumPy's file of all kinds: orders, ends of bytes, names, no numbers at all, and what is no array left out", () => {
    const { F3, strided, half, ...others } = readNpz(byNumpy("variants"));
    const rows = [
      [0, 1, 2],
      [3, 4, 5],
    ];
    const types = [">f4", ">f8", ">f2", ">i2", ">i4", ">i8", ">u2", ">u4", ">u8", "<f2", "|i1", "|u1"];
    expect(Object.entries(others).map(([name, array]) => [name, array.shape, array.toArray()])).toEqual([
      ...types.map((type) => [`t${type}`, [2, 3], rows]),
      ["bool", [2, 3], rows.map((row) => row.map((value) => value % 2))],
      ["scalar", [], 2.5],
      ["empty", [3, 0, 2], [[], [], []]],
      ["emptyF", [0, 4], []],
      ["größe", [1], [1]],
      ["重み 😀", [1], [2]],
      ["__proto__", [1], [3]],
    ]);
    expect(F3!.shape).toEqual([2, 3, 4]);
    expect([...F3!.data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(strided!.toArray()).toEqual([
      [0, 2, 4],
      [12, 14, 16],
    ]);
    expect([...half!.data]).toEqual([65504, 2 ** -24, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect(() => readNpz(byNumpy("variants"), { names: ["readme.txt"] })).toThrow(
      "readme.txt of the file is not an npy",
    );
  });

  test("law: tensors come back by their names, with shape, dtype and bits", async () => {
    const tensors = fc.dictionary(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }).filter((name) => !/\/$/.test(name)),
      fc.tuple(fc.boolean(), fc.array(fc.double(), { maxLength: 5 })),
      { minKeys: 1, maxKeys: 4, noNullPrototype: true },
    );
    fc.assert(
      fc.property(tensors, (lists) => {
        const arrays = Object.fromEntries(
          Object.entries(lists).map(([name, [single, numbers]]) => {
            const data = single ? Float32Array.from(numbers) : Float64Array.from(numbers);
            return [name, new Tensor([numbers.length], data)];
          }),
        );
        const bytes = writeNpz(arrays);
        expect(writeNpz(arrays)).toEqual(bytes);
        const back = readNpz(bytes);
        expect(Object.keys(back).sort()).toEqual(Object.keys(arrays).sort());
        for (const [name, { data }] of Object.entries(arrays)) expect(back[name]!.data).toEqual(data);
      }),
    );
    const file = path.join(folder, "two.npz");
    saveNpz(file, { x: tensor([[1, 2]]), y: tensor([0]) });
    expect((await loadNpz(file)).x!.toArray()).toEqual([[1, 2]]);
    await expect(loadNpz(path.join(folder, "none.npz"))).rejects.toThrow("loadNpz: there is no such file");
  });

  test("whatever byte is another, and wherever it is cut: the numbers are right, or it is refused in words", () => {
    const numbers = Float64Array.from({ length: 40 }, (_, i) => i * i);
    const bytes = writeNpz({ a: tensor(numbers) });
    let refused = 0;
    for (let i = 0; i < bytes.length; i++) {
      const other = bytes.slice();
      other[i]! ^= 0x55;
      for (const wrong of [other, bytes.slice(0, i)]) {
        try {
          // Names are not in the checksum, nor is what says how many entries there are.
          for (const { data } of Object.values(readNpz(wrong))) expect(data).toEqual(numbers);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(readNpz|readNpy): /);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(1.5 * bytes.length);
  });

  /** An npy file with this type in its header. */
  const npyOf = (descr: string, bytes = 8): Uint8Array => {
    const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }`.padEnd(117);
    return Uint8Array.from([
      ...writeNpy(tensor([1])).subarray(0, 10),
      ...Buffer.from(`${header}\n`),
      ...new Uint8Array(bytes),
    ]);
  };
  const texts = npyOf("'<U2'");

  test("a text beside arrays is left out, whatever its first bytes, and gives way to the array of its name", () => {
    const file = zipSync({
      "README.txt": Uint8Array.from([0x93, 0x48, 0x69, 0x94]),
      "short.txt": Uint8Array.from([0x93]),
      "a.npy": writeNpy(tensor([1])),
      a: Buffer.from("a text"),
      b: writeNpy(tensor([2])),
      "b.npy": writeNpy(tensor([3])),
    });
    const list = (arrays: Record<string, Tensor>) =>
      Object.entries(arrays).map(([name, array]) => [name, array.toArray()]);
    const both = [
      ["a", [1]],
      ["b", [3]],
    ];
    expect(list(readNpz(file))).toEqual(both);
    expect(list(readNpz(file, { names: ["a", "b"] }))).toEqual(both);
    expect(() => readNpz(file, { names: ["README.txt"] })).toThrow(
      "readNpy: README.txt of the file is not an npy file: expected 93 4e 55 4d 50 59 at byte 0, got 93 48 69 94",
    );
    expect(() => readNpz(file, { names: ["c"] })).toThrow(
      "readNpz: the file has README.txt, short.txt, a, b, got 'c'",
    );
  });

  test("of arrays that cannot be read, the others to read are those that can", () => {
    const two = { "s.npy": texts, "t.npy": texts, "cut.npy": writeNpy(tensor([1])).subarray(0, 130) };
    const message = (files: Record<string, Uint8Array>, names?: string[]): string => {
      try {
        readNpz(zipSync(files), { ...(names && { names }) });
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error("was read");
    };
    expect(message({ ...two, "n.npy": writeNpy(tensor([1])) })).toContain('alone, with names: ["n"], got {');
    expect(message(two)).not.toContain("alone");
    expect(message({ "s.npy": texts, "n.npy": writeNpy(tensor([1])) }, ["s"])).not.toContain("alone");
    const fields = npyOf("[('a, got b', '<f8')]");
    expect(message({ "f.npy": fields, "n.npy": writeNpy(tensor([1])) })).toMatch(
      /a\['x'\]; or read others alone, with names: \["n"\], got \{'descr': \[\('a, got b', '<f8'\)\],/,
    );
    expect(message({ "e.npy": texts.subarray(0, 9), "n, got m.npy": writeNpy(tensor([1])) })).toBe(
      'readNpy: e of the file ends within its header: 10 bytes are needed; or read others alone, with names: ["n, got m"], got 9',
    );
  });

  test("what is no npz file, no number, no tensor is refused with the fix", () => {
    expect(() => readNpz(writeNpy(tensor([1])))).toThrow("it is an npy file, read it with loadNpy()");
    expect(() => readNpz(byNumpy("texts"))).toThrow("readNpy: s of the file holds what cannot be read");
    expect(() => readNpz(byNumpy("texts"))).toThrow(
      `in NumPy save texts as numbers, np.unique(a, return_inverse=True)[1]; or read others alone, with names: ["n"], got {'descr': '<U`,
    );
    expect(readNpz(byNumpy("texts"), { names: ["n"] }).n!.toArray()).toEqual([1]);
    expect(() => readNpz(byNumpy("stored"), { names: ["z"], file: "m.npz" })).toThrow(
      "readNpz: m.npz has a, b, c, layer/0.weight, got 'z'",
    );
    const large = writeNpz({ a: tensor([1]) });
    // The directory's entry says how much it unpacks to.
    const view = new DataView(large.buffer, large.byteOffset, large.byteLength);
    const entry = large.findLastIndex(
      (_, i) => i + 4 <= large.length && view.getUint32(i, true) === 0x02014b50,
    );
    view.setUint32(entry + 24, 2 ** 30, true);
    expect(() => readNpz(large)).toThrow(
      "readNpz: a of the file unpacks to more than 512 MB; read others with names, got 1073741824 bytes",
    );
    expect(() => writeNpz({})).toThrow("writeNpz: expected tensors by their names");
    expect(() => writeNpz({ a: [1] } as never)).toThrow("writeNpy: expected a tensor");
  });
});

describe("csv", () => {
  test("law: a dataset comes back to the last bit, with its names, whatever is in them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number, fc.nat(2)), { minLength: 1, maxLength: 20 }),
        fc.uniqueArray(word, { minLength: 6, maxLength: 6, selector: (text) => text.trim() }),
        (rows, names) => {
          const x = rows.map(([a, b]) => [a, b]);
          const y = rows.map(([, , label]) => label);
          const classes = names.slice(0, 3);
          const data = dataset({ x, y, classes: 3 });
          const text = writeCsv(data, { columns: names.slice(3, 5), targets: names.slice(5), classes });
          const back = readCsv(text, { header: true, labels: true, missingValues: [] });
          expect(back.columns).toEqual(names.slice(3, 5));
          // Minus zero is written as 0.
          expect([...back.data.x].map((v) => v + 0)).toEqual(x.flat().map((v) => v + 0));
          expect([...back.data.y].map((label) => back.classes[label])).toEqual(
            y.map((label) => classes[label]),
          );
        },
      ),
    );
  });

  test("targets, bytes with a scale, and a file", async () => {
    const targets = dataset({
      x: [[1], [2]],
      y: [
        [0.5, 1e-9],
        [3, 4],
      ],
    });
    expect(writeCsv(targets)).toBe("x0,y0,y1\n1,0.5,1e-9\n2,3,4\n");
    const bytes = dataset({ x: Uint8Array.of(0, 255), sampleShape: [2], scale: 1 / 255, y: [1], classes: 2 });
    expect(writeCsv(bytes)).toBe("x0,x1,y\n0,1,1\n");
    const file = path.join(folder, "a.csv");
    saveCsv(file, targets, { columns: ["a"], targets: ["b", "c"] });
    expect(readFileSync(file, "utf8").split("\n")[0]).toBe("a,b,c");
    const { data } = await loadCsv(file, { header: true, target: ["b", "c"] });
    expect([[...data.x], [...data.y]]).toEqual([
      [1, 2],
      [0.5, 1e-9, 3, 4],
    ]);
    expect(() => writeCsv(targets, { columns: ["a", "b"] })).toThrow(
      "writeCsv: columns must be 1 names, got [ 'a', 'b' ]",
    );
    expect(() => writeCsv(targets, { classes: ["a"] })).toThrow(
      "writeCsv: classes must be 0 names, got [ 'a' ]",
    );
  });
});

test("a CSV keeps the sign of zero", () => {
  const text = writeCsv(dataset({ x: [[-0, 0]], y: [-0] }));
  expect(text).toBe("x0,x1,y\n-0,0,-0\n");
  const { data } = readCsv(text, { header: true });
  expect([...data.x, ...data.y]).toEqual([-0, 0, -0]);
});
