/**
 * The fast operations on images against their scalar twins: windows that fit and that leave rests, one channel and
 * several, padding, strides, images fewer than groups, in one to three shares.
 */
import { random } from "nablab";
import { describe, expect, test } from "vitest";
import { Arena, type Region, view } from "#nablab/compute/arena.js";
import { type Matrix, matrixLength, matrixOf } from "#nablab/compute/matrix.js";
import { scalarKernels } from "#nablab/compute/scalar.js";
import { wasmKernels } from "#nablab/compute/wasm.js";
import { windowScratchLength } from "#nablab/compute/wasm-windows.js";
import {
  type Filters,
  filtersLength,
  gradientGroups,
  inWindow,
  type Pooling,
  slide,
  type Windows,
} from "#nablab/compute/windows.js";
import { firstDifference } from "../first-difference.js";

interface Case {
  channels: number;
  height: number;
  width: number;
  kernel: number;
  stride: number;
  padding: number;
  outputs: number;
}

/** No rule is asked for here. */
const still = (): never => {
  throw new Error("nothing moves here");
};

const cases: Case[] = [
  { channels: 1, height: 12, width: 12, kernel: 5, stride: 1, padding: 0, outputs: 6 },
  { channels: 6, height: 12, width: 12, kernel: 5, stride: 1, padding: 0, outputs: 16 },
  { channels: 3, height: 7, width: 9, kernel: 3, stride: 1, padding: 1, outputs: 5 },
  { channels: 5, height: 9, width: 8, kernel: 3, stride: 2, padding: 1, outputs: 4 },
  { channels: 2, height: 5, width: 6, kernel: 1, stride: 1, padding: 0, outputs: 3 },
  { channels: 4, height: 3, width: 3, kernel: 3, stride: 1, padding: 0, outputs: 1 },
  { channels: 1, height: 11, width: 5, kernel: 4, stride: 3, padding: 2, outputs: 9 },
];
const pools: Omit<Case, "outputs">[] = [
  { channels: 3, height: 8, width: 8, kernel: 2, stride: 2, padding: 0 },
  { channels: 2, height: 7, width: 11, kernel: 2, stride: 2, padding: 0 },
  { channels: 1, height: 24, width: 24, kernel: 2, stride: 2, padding: 0 },
  { channels: 2, height: 9, width: 8, kernel: 3, stride: 2, padding: 0 },
  { channels: 2, height: 6, width: 6, kernel: 2, stride: 1, padding: 0 },
  { channels: 1, height: 5, width: 7, kernel: 3, stride: 4, padding: 0 },
];

/** Everything that the operations read and write, filled with numbers from −4 to 4, and a guard behind the scratch. */
function bench(windows: Windows, outputs: number, images: number, kind: "scalar" | "wasm") {
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const pixels = windows.channels * windows.height * windows.width;
  const made = outputs * windows.rows * windows.columns;
  const size = filtersLength(windows, outputs);
  const regions = {
    theta: floats(size),
    x: floats(matrixLength(images, pixels)),
    out: floats(matrixLength(images, made)),
    delta: floats(matrixLength(images, made)),
    below: floats(matrixLength(images, pixels)),
    parts: floats(matrixLength(gradientGroups, size)),
    scratch: floats(windowScratchLength(windows, outputs)),
    guard: floats(64),
  };
  const memory = arena.allocate();
  const stream = random(images);
  const array = (region: Region<"Float32Array">) => view(memory, region).fill(0);
  const matrix = (region: Region<"Float32Array">, columns: number): Matrix => {
    const m = matrixOf(array(region), columns);
    for (let n = 0; n < images; n++) {
      for (let k = 0; k < columns; k++) {
        m.data[n * m.pitch + k] = Math.max(-4, Math.min(4, stream.normal()));
      }
    }
    return m;
  };
  const theta = array(regions.theta).map(() => stream.normal());
  array(regions.theta).set(theta);
  const filters: Filters = {
    theta: view(memory, regions.theta),
    gradient: theta,
    first: theta,
    second: theta,
    sums: new Float64Array(0),
    windows,
    outputs,
  };
  return {
    kernels: kind === "scalar" ? scalarKernels(still) : wasmKernels(memory, view(memory, regions.scratch)),
    filters,
    x: matrix(regions.x, pixels),
    out: matrix(regions.out, made),
    delta: matrix(regions.delta, made),
    below: matrix(regions.below, pixels),
    parts: matrixOf(array(regions.parts), size),
    guard: view(memory, regions.guard).fill(7),
  };
}
type Bench = ReturnType<typeof bench>;

/** A sum of n products of numbers up to 4 in float32 is off by at most n roundings of its largest partial sum, 16 n. */
const tolerance = (n: number): number => n * 16 * n * 2 ** -24;

function expectClose(actual: Matrix, expected: Matrix, rows: number, within: number): void {
  let worst = 0;
  for (let i = 0; i < rows * expected.pitch; i++) {
    worst = Math.max(worst, Math.abs(actual.data[i]! - expected.data[i]!));
  }
  expect(worst).toBeLessThanOrEqual(within);
}

/** The scalar bench, all at once, and the fast one in shares. */
function both(windows: Windows, outputs: number, images: number, parts: number) {
  const scalar = bench(windows, outputs, images, "scalar");
  const fast = bench(windows, outputs, images, "wasm");
  return {
    scalar,
    fast,
    run(operate: (bench: Bench, share: { part: number; parts: number }) => void): void {
      operate(scalar, { part: 0, parts: 1 });
      for (let part = 0; part < parts; part++) operate(fast, { part, parts });
      expect(fast.guard.every((entry) => entry === 7)).toBe(true);
    },
  };
}

describe.each(cases)(
  "$channels × $height × $width by $kernel, stride $stride, padding $padding, to $outputs",
  (one) => {
    const windows = slide([one.channels, one.height, one.width], one);
    const positions = windows.rows * windows.columns;

    test.each([1, 2, 3])("forward and back in %i shares", (parts) => {
      for (const images of [1, 5, 19]) {
        for (const relu of [false, true]) {
          const { scalar, fast, run } = both(windows, one.outputs, images, parts);
          run(({ kernels, out, x, filters }, share) =>
            kernels.convolve(out, x, filters, images, relu, share),
          );
          expectClose(fast.out, scalar.out, images, tolerance(inWindow(windows) + 1));
          run(({ kernels, below, delta, x, filters }, share) =>
            kernels.imageGradient(below, delta, filters, relu ? x : undefined, images, share),
          );
          expectClose(fast.below, scalar.below, images, tolerance(one.outputs * one.kernel ** 2));
          expect(scalar.below.data.some((value) => value !== 0)).toBe(true);
        }
      }
    });

    test("gradients are the same bits in any shares, and those of the twin", () => {
      for (const images of [1, 5, 19]) {
        const found = [1, 2, 3].map((parts) => {
          const { scalar, fast, run } = both(windows, one.outputs, images, parts);
          run(({ kernels, parts: sums, delta, x, filters }, share) =>
            kernels.filterGradient(sums, delta, x, filters, images, share),
          );
          expectClose(fast.parts, scalar.parts, gradientGroups, tolerance(positions * 2));
          return fast.parts.data.slice();
        });
        for (const each of found) expect(firstDifference(each, found[0]!)).toBe(-1);
      }
    });
  },
);

describe.each(["maxPool2d", "avgPool2d"] as Pooling[])("%s", (pooling) => {
  test.each(pools)("$channels × $height × $width by $kernel, stride $stride", ({ channels, ...rest }) => {
    const windows = slide([channels, rest.height, rest.width], rest);
    for (const parts of [1, 3]) {
      for (const relu of [false, true]) {
        const { scalar, fast, run } = both(windows, channels, 5, parts);
        // Equal neighbours, as after a ReLU: the first of them takes the gradient.
        for (const { x } of [scalar, fast]) {
          x.data.forEach((value, i) => {
            x.data[i] = Math.max(0, Math.round(value));
          });
        }
        run(({ kernels, out, x }, share) => kernels.pool(out, x, pooling, windows, 5, relu, share));
        expectClose(fast.out, scalar.out, 5, tolerance(windows.kernel ** 2));
        run(({ kernels, below, delta, x }, share) =>
          kernels.poolGradient(below, delta, x, pooling, windows, 5, relu, share),
        );
        expectClose(fast.below, scalar.below, 5, tolerance(windows.kernel ** 2));
        expect(scalar.below.data.some((value) => value !== 0)).toBe(true);
      }
    }
  });
});
