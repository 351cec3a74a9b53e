/**
 * The fast operations on images against their scalar twins: windows that fit and that leave rests, one channel and
 * several, padding, strides, images fewer than groups, in one to three shares; and bit by bit against sums in the order
 * that order.ts states.
 */
import { random } from "nablab";
import { describe, expect, test } from "vitest";
import { Arena, type Region, view } from "#nablab/compute/arena.js";
import { type Matrix, matrixLength, matrixOf } from "#nablab/compute/matrix.js";
import { fusedMultiplyAdd } from "#nablab/compute/order.js";
import { scalarKernels } from "#nablab/compute/scalar.js";
import { wasmBuild, wasmKernels } from "#nablab/compute/wasm.js";
import { windowScratchLength } from "#nablab/compute/wasm-windows.js";
import {
  biasesAt,
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
  { channels: 2, height: 8, width: 12, kernel: 3, stride: 1, padding: 1, outputs: 7 },
  { channels: 1, height: 6, width: 8, kernel: 5, stride: 1, padding: 0, outputs: 2 },
  // Larger than what is read where it lies.
  { channels: 9, height: 32, width: 32, kernel: 2, stride: 1, padding: 0, outputs: 3 },
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

/** Where number k of window p lies in an image; −1 in the padding. */
function seenBy(windows: Windows, p: number, k: number): number {
  const { height, width, kernel, stride, padding, columns } = windows;
  const [channel, u, v] = [Math.floor(k / kernel ** 2), Math.floor(k / kernel) % kernel, k % kernel];
  const row = Math.floor(p / columns) * stride + u - padding;
  const column = (p % columns) * stride + v - padding;
  const isInside = row >= 0 && row < height && column >= 0 && column < width;
  return isInside ? (channel * height + row) * width + column : -1;
}

const add = (a: number, b: number): number => Math.fround(a + b);

describe.skipIf(!wasmBuild().isFused).each(cases)(
  "the order of sums: $channels × $height × $width by $kernel, stride $stride, padding $padding, to $outputs",
  (one) => {
    const windows = slide([one.channels, one.height, one.width], one);
    const { kernel, channels, height, width } = windows;
    const { outputs } = one;
    const [numbers, positions, area] = [inWindow(windows), windows.rows * windows.columns, kernel ** 2];
    const images = 19;
    const whole = { part: 0, parts: 1 };
    const made = () => bench(windows, outputs, images, "wasm");
    const entry = ({ data, pitch }: Matrix, n: number, at: number) => (at < 0 ? 0 : data[n * pitch + at]!);

    test("forward", () => {
      const { kernels, out, x, filters } = made();
      kernels.convolve(out, x, filters, images, false, whole);
      const expected = matrixOf(new Float32Array(out.data.length), out.columns);
      for (let n = 0; n < images; n += 6) {
        for (let j = 0; j < outputs; j++) {
          const b = filters.theta[biasesAt(windows, outputs) + j]!;
          for (let p = 0; p < positions; p++) {
            let s = 0;
            for (let k = 0; k < numbers; k++) {
              s = fusedMultiplyAdd(filters.theta[j * numbers + k]!, entry(x, n, seenBy(windows, p, k)), s);
            }
            expected.data[n * out.pitch + j * positions + p] = add(add(0, s), b);
          }
        }
        const row = (m: Matrix) => m.data.subarray(n * m.pitch, n * m.pitch + m.columns);
        expect(firstDifference(row(out), row(expected))).toBe(-1);
      }
    });

    test("to the layer below", () => {
      const { kernels, below, delta, filters } = made();
      kernels.imageGradient(below, delta, filters, undefined, images, whole);
      for (let n = 0; n < images; n += 9) {
        const expected = new Float32Array(channels * height * width);
        for (let first = 0; first < positions; first += 8) {
          for (let k = 0; k < area; k++) {
            for (let i = 0; i < channels; i++) {
              for (let p = first; p < Math.min(first + 8, positions); p++) {
                const at = seenBy(windows, p, i * area + k);
                if (at < 0) continue;
                let s = 0;
                for (let j = 0; j < outputs; j++) {
                  const weight = filters.theta[j * numbers + i * area + k]!;
                  s = fusedMultiplyAdd(weight, entry(delta, n, j * positions + p), s);
                }
                expected[at] = add(expected[at]!, s);
              }
            }
          }
        }
        const found = below.data.subarray(n * below.pitch, n * below.pitch + below.columns);
        expect(firstDifference(found, expected)).toBe(-1);
      }
    });

    test("gradients of a group", () => {
      const { kernels, parts, delta, x, filters } = made();
      kernels.filterGradient(parts, delta, x, filters, images, whole);
      const lanes = (four: number[]): number => Math.fround(four[0]! + four[2]! + (four[1]! + four[3]!));
      const start = (group: number) => Math.floor((images * group) / gradientGroups);
      for (const group of [0, 5, gradientGroups - 1]) {
        const expected = new Float32Array(filtersLength(windows, outputs));
        for (let j = 0; j < outputs; j++) {
          const bias = biasesAt(windows, outputs) + j;
          for (let n = start(group); n < start(group + 1); n++) {
            const eight = Array<number>(8).fill(0);
            for (let p = 0; p < positions; p++) {
              eight[p % 8] = add(eight[p % 8]!, entry(delta, n, j * positions + p));
            }
            const four = [0, 1, 2, 3].map((lane) => add(eight[lane]!, eight[lane + 4]!));
            expected[bias] = add(expected[bias]!, lanes(four));
          }
          for (let k = 0; k < numbers; k++) {
            const four = [0, 0, 0, 0];
            for (let n = start(group); n < start(group + 1); n++) {
              for (let p = 0; p < positions; p++) {
                const d = entry(delta, n, j * positions + p);
                four[p % 4] = fusedMultiplyAdd(d, entry(x, n, seenBy(windows, p, k)), four[p % 4]!);
              }
            }
            expected[j * numbers + k] = lanes(four);
          }
        }
        const found = parts.data.subarray(group * parts.pitch, group * parts.pitch + expected.length);
        expect(firstDifference(found, expected)).toBe(-1);
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
