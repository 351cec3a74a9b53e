/** The share of a dataset's entries that are not zero, and the sizes of the chunks that go through a network. */
import { dataset } from "nablab";
import { expect, test } from "vitest";
import { chunksOf } from "#nablab/engine/multiplier.js";
import { densityOf } from "#nablab/engine/samples.js";

const filled = (size: number, features: number, entry: (n: number, k: number) => number) =>
  dataset({
    x: Float64Array.from({ length: size * features }, (_, i) =>
      entry(Math.floor(i / features), i % features),
    ),
    y: new Float64Array(size),
    sampleShape: [features],
  });

test.each<[what: string, data: ReturnType<typeof filled>, density: number]>([
  ["all", filled(3, 4, () => -1), 1],
  ["none", filled(3, 4, () => 0), 0],
  ["one in four", filled(5, 4, (_, k) => Number(k === 1)), 1 / 4],
  // Too many to look at all: every second sample, spread over all of them.
  ["the second half of many", filled(256, 1024, (n) => Number(n >= 128)), 1 / 2],
])("%s", (_, data, density) => expect(densityOf(data)).toBe(density));

test.each<[size: number, batchSize: number, most: number, sizes: number[]]>([
  [60, 20, 384, [20]],
  [50, 20, 384, [20, 10]],
  [10, 20, 384, [10]],
  [1000, 1000, 384, [384, 232]],
  [768, 768, 384, [384]],
  [1000, 400, 384, [384, 16, 200]],
  [0, 20, 384, []],
])("%i samples in batches of %i, at most %i at once", (size, batchSize, most, sizes) =>
  expect(chunksOf(size, batchSize, most).toSorted((a, b) => a - b)).toEqual(sizes.toSorted((a, b) => a - b)),
);
