/**
 * The fast kernels against their scalar twins, over shapes with awkward remainders, shared by one to three threads.
 */

import { random } from "nablab";
import { describe, expect, test } from "vitest";
import { Arena, view } from "#nablab/compute/arena.js";
import type { Kernels } from "#nablab/compute/kernels.js";
import { scalarKernels } from "#nablab/compute/scalar.js";
import { rangeOf, type Share } from "#nablab/compute/share.js";
import { scratchLength, wasmKernels } from "#nablab/compute/wasm.js";

// Batches as they come (the last one is short), on layers whose widths leave all kinds of remainders of 4 and 8; the last
// three go over the blocks that are packed, of 256 rows and 1024 inner entries.
const batches = [1, 3, 32, 97, 128];
const widths: [inputs: number, outputs: number][] = [
  [1, 1],
  [5, 7],
  [8, 8],
  [17, 10],
  [33, 31],
  [70, 9],
  [2, 65],
  [63, 69],
];
const sizes = [
  ...batches.flatMap((rows) => widths.map(([inputs, outputs]) => ({ rows, inputs, outputs }))),
  { rows: 259, inputs: 1029, outputs: 9 },
  { rows: 1030, inputs: 11, outputs: 261 },
  { rows: 5, inputs: 10, outputs: 2051 },
];

/**
 * A sum of n products of numbers around 1 in float32 is off by at most n roundings of its largest partial sum; entries
 * here are at most 4, so partial sums at most 16 n, and a rounding is 2^-24 of that.
 */
const tolerance = (n: number): number => n * 16 * n * 2 ** -24;

/** Runs an operation whole on the scalar kernels, and in shares on the fast ones; returns both results. */
function both(
  lengths: number[],
  parts: number,
  operate: (kernels: Kernels, arrays: Float32Array[], share: Share) => void,
): [scalar: Float32Array[], fast: Float32Array[]] {
  const arena = new Arena();
  const regions = lengths.map((length) => arena.reserve("Float32Array", length));
  const scratch = arena.reserve("Float32Array", scratchLength);
  const memory = arena.allocate();
  const stream = random(lengths.reduce((sum, length) => sum + length));
  const fast = regions.map((region) =>
    view(memory, region).map(() => Math.max(-4, Math.min(4, stream.normal()))),
  );
  regions.forEach((region, i) => {
    view(memory, region).set(fast[i]!);
  });
  const scalar = fast.map((array) => array.slice());
  operate(scalarKernels, scalar, { part: 0, parts: 1 });
  const kernels = wasmKernels(memory, view(memory, scratch));
  const inMemory = regions.map((region) => view(memory, region));
  for (let part = 0; part < parts; part++) operate(kernels, inMemory, { part, parts });
  return [scalar, inMemory];
}

function expectClose(actual: Float32Array, expected: Float32Array, within: number): void {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThanOrEqual(within);
}

describe.each(sizes)("$rows samples, $inputs → $outputs", (size) => {
  const { rows, inputs, outputs } = size;
  test.each([1, 2, 3])("in %i shares", (parts) => {
    for (const relu of [false, true]) {
      const lengths = [rows * outputs, rows * inputs, outputs * inputs, outputs];
      const [scalar, fast] = both(lengths, parts, (kernels, [out, x, A, b], share) =>
        kernels.affine(out!, x!, A!, b!, size, relu, share),
      );
      expectClose(fast[0]!, scalar[0]!, tolerance(inputs + 1));
    }
    {
      const lengths = [rows * inputs, rows * outputs, outputs * inputs, rows * inputs];
      const [scalar, fast] = both(lengths, parts, (kernels, [out, delta, A, x], share) =>
        kernels.inputGradient(out!, delta!, A!, x!, size, share),
      );
      expectClose(fast[0]!, scalar[0]!, tolerance(outputs));
      expect(fast[0]!.map((v, i) => Number(v === 0 || fast[3]![i]! > 0)).every(Boolean)).toBe(true);
    }
    for (const add of [false, true]) {
      const lengths = [outputs * inputs, outputs, rows * outputs, rows * inputs];
      const [scalar, fast] = both(lengths, parts, (kernels, [dA, db, delta, x], share) =>
        kernels.weightGradient(dA!, db!, delta!, x!, size, add, share),
      );
      expectClose(fast[0]!, scalar[0]!, tolerance(rows + 1));
      expectClose(fast[1]!, scalar[1]!, tolerance(rows + 1));
    }
    {
      const lengths = [outputs * inputs, outputs * inputs, outputs * inputs];
      const step = (kernels: Kernels, [theta, g]: Float32Array[], share: Share) =>
        kernels.descend(theta!, g!, 0.25, share);
      const [scalar, fast] = both(lengths, parts, step);
      expectClose(fast[0]!, scalar[0]!, 2 ** -21);
      const sums: number[] = [];
      const adaptive = (kernels: Kernels, [theta, g, c]: Float32Array[], share: Share) => {
        const [from, to] = rangeOf(c!.length, share);
        for (let i = from; i < to; i++) c![i] = Math.abs(c![i]!);
        sums.push(kernels.descendAdagrad(theta!, g!, c!, 0.25, 1e-10, from, to));
      };
      const [scalarAdaptive, fastAdaptive] = both(lengths, parts, adaptive);
      expectClose(fastAdaptive[0]!, scalarAdaptive[0]!, 2 ** -20);
      expectClose(fastAdaptive[2]!, scalarAdaptive[2]!, 2 ** -18);
      const [expected, ...found] = sums;
      expect(Math.abs(found.reduce((all, sum) => all + sum) / expected! - 1)).toBeLessThan(1e-6);
    }
  });
});

test("where the sum of squares is 0, AdaGrad with epsilon 0 does not move; what is broken stays so", () => {
  const arena = new Arena();
  const regions = [5, 5, 5].map((length) => arena.reserve("Float32Array", length));
  const memory = arena.allocate();
  const arrays = regions.map((region) => view(memory, region));
  for (const kernels of [scalarKernels, wasmKernels(memory, arrays[0]!)]) {
    const [theta, g, c] = arrays as [Float32Array, Float32Array, Float32Array];
    theta.fill(1);
    // four entries by SIMD, the fifth alone
    g.set([0, 2, Number.NaN, 0, 0]);
    c.fill(0);
    kernels.descendAdagrad(theta, g, c, 0.5, 0, 0, 5);
    expect([...theta]).toEqual([1, 0.5, Number.NaN, 1, 1]);
  }
});

test("any cut gives the same bits", () => {
  const size = { rows: 33, inputs: 1061, outputs: 45 };
  const lengths = [33 * 45, 33 * 1061, 45 * 1061, 45];
  const results = [1, 2, 3, 5].map((parts) => {
    const operate = (kernels: Kernels, [out, x, A, b]: Float32Array[], share: Share): void =>
      kernels.affine(out!, x!, A!, b!, size, true, share);
    return both(lengths, parts, operate)[1][0]!.slice();
  });
  for (const result of results) expect(result).toEqual(results[0]);
});

test("samples are gathered and scaled alike from bytes and from floats", () => {
  for (const width of [1, 3, 4, 7, 784]) {
    const arena = new Arena();
    const bytes = arena.reserve("Uint8Array", 5 * width);
    const floats = arena.reserve("Float32Array", 5 * width);
    const indices = arena.reserve("Uint32Array", 3);
    const out = arena.reserve("Float32Array", 3 * width);
    const memory = arena.allocate();
    const stream = random(width);
    view(memory, bytes).forEach((_, i, all) => {
      all[i] = stream.integer(256);
    });
    view(memory, floats).set(view(memory, bytes));
    view(memory, indices).set([4, 0, 3]);
    const kernels = wasmKernels(memory, view(memory, out));
    const expected = new Float32Array(3 * width);
    scalarKernels.gather(expected, view(memory, bytes), view(memory, indices), 3, width, 1 / 255, {
      part: 0,
      parts: 1,
    });
    for (const region of [bytes, floats] as const) {
      view(memory, out).fill(-1);
      for (const part of [0, 1]) {
        kernels.gather(
          view(memory, out),
          view(memory, region as typeof floats),
          view(memory, indices),
          3,
          width,
          1 / 255,
          { part, parts: 2 },
        );
      }
      // One rounding of the scale, one of the product.
      expectClose(view(memory, out), expected, 2 ** -23);
    }
  }
});

test("sums of squares agree with the scalar twin", () => {
  const arena = new Arena();
  const region = arena.reserve("Float32Array", 103);
  const memory = arena.allocate();
  const g = view(memory, region);
  const stream = random(3);
  g.forEach((_, i) => {
    g[i] = stream.normal();
  });
  const kernels = wasmKernels(memory, g);
  for (const [from, to] of [
    [0, 103],
    [5, 6],
    [7, 7],
    [3, 102],
  ] as const) {
    const expected = scalarKernels.sumOfSquares(g, from, to);
    expect(Math.abs(kernels.sumOfSquares(g, from, to) - expected)).toBeLessThanOrEqual(expected * 1e-14);
  }
});

test("shares cover everything once, cut at the grain", () => {
  for (const n of [0, 1, 7, 8, 100]) {
    for (const parts of [1, 2, 3, 8]) {
      for (const grain of [1, 8]) {
        const ranges = Array.from({ length: parts }, (_, part) => rangeOf(n, { part, parts }, grain));
        expect(ranges[0]![0]).toBe(0);
        expect(ranges.at(-1)![1]).toBe(n);
        ranges.slice(1).forEach(([from], i) => {
          expect(from).toBe(ranges[i]![1]);
          expect(from % grain === 0 || from === n).toBe(true);
        });
      }
    }
  }
});
