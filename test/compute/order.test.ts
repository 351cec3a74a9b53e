/**
 * The order of sums: the readable twin is what it says, WebAssembly's products are the twin's bit by bit, and what is
 * not zero alone gives the bits of everything.
 */
import fc from "fast-check";
import { random } from "nablab";
import { describe, expect, test } from "vitest";
import { Arena, view } from "#nablab/compute/arena.js";
import { sumsLength } from "#nablab/compute/kernels.js";
import { matrixLength, matrixOf, type WeightLayout, weightAt, weightLength } from "#nablab/compute/matrix.js";
import { deepest, fusedMultiplyAdd, panelDepth, panelsOf, sumInOrder } from "#nablab/compute/order.js";
import { type Share, whole } from "#nablab/compute/share.js";
import { scratchLength, wasmBuild, wasmKernels } from "#nablab/compute/wasm.js";

/** A finite double as a whole number of units of 2^-1074. */
function units(x: number): bigint {
  const bits = new BigInt64Array(Float64Array.of(x).buffer)[0]!;
  const exponent = Number((bits >> 52n) & 2047n);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent ? 1n << 52n : 0n);
  return (bits < 0n ? -1n : 1n) * (mantissa << BigInt(Math.max(0, exponent - 1)));
}

/** Whether a finite float32 is the nearest to a number of units, the even one of two. */
function isNearest(found: number, exact: bigint): boolean {
  const bits = new Int32Array(Float32Array.of(found).buffer);
  const neighbours = [-1, 1].map((step) => {
    const other = new Float32Array(Int32Array.of(bits[0]! + step).buffer)[0]!;
    return Number.isFinite(other) ? other : found * 2;
  });
  const distance = (x: number): bigint => {
    const d = units(x) - exact;
    return d < 0n ? -d : d;
  };
  const isEven = (bits[0]! & 1) === 0;
  return neighbours.every(
    (other) => distance(found) < distance(other) || (distance(found) === distance(other) && isEven),
  );
}

test("a fused multiply-add is rounded once, also where it lies between two floats", () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 40), max: 2 ** 40 });
  const check = (a: number, b: number, c: number): void => {
    const scale = BigInt(2) ** 1074n;
    const exact = (units(a) * units(b)) / scale + units(c);
    // A product of floats is a whole number of units: at least 2^-298.
    expect((units(a) * units(b)) % scale).toBe(0n);
    const found = fusedMultiplyAdd(a, b, c);
    if (found === 0) expect(exact === 0n || Math.abs(Number(exact)) < 2 ** (1074 - 149)).toBe(true);
    else expect(isNearest(found, exact)).toBe(true);
  };
  fc.assert(fc.property(float, float, float, check), { numRuns: 2000, seed: 1 });
  // The product is just beside the middle of two floats around c, by less than float64 can tell.
  const u = 2 ** -23;
  for (const sign of [1, -1]) {
    for (const c of [1, 1 + u, 1 - u / 2]) {
      for (const more of [u, -u, 0]) check(sign * (2 ** -24 * (1 + more)), 1 + u, c);
      check(sign * 2 ** -24, 1, c);
      check(sign * 2 ** -24, 1 + u, c + 2 ** -60 > c ? c : c);
      check(sign * 2 ** -45, 2 ** -40 * (1 + u), 2 ** -61 + c);
    }
  }
});

test("panels cover a sum once, as few and as even as 384 and multiples of 16 allow", () => {
  for (const depth of [1, 15, 16, 17, 383, 384, 385, 512, 768, 769, 784, 1024, 4000]) {
    const panels = [...panelsOf(depth)];
    expect(panels.reduce((sum, [, length]) => sum + length, 0)).toBe(depth);
    panels.forEach(([from, length], i) => {
      expect(from).toBe(i * panelDepth(depth));
      expect(length).toBeLessThanOrEqual(deepest);
      if (i < panels.length - 1) expect(length % 16).toBe(0);
    });
    expect(panels.length).toBe(Math.ceil(depth / deepest));
  }
});

/** Numbers, a third of them zero, and some so small that products underflow. */
const stream = random(4);
const numbers = Float32Array.from({ length: 40_009 }, (_, i) =>
  stream.uniform() < 0.33 ? 0 : stream.normal() * (i % 11 ? 1 : 2 ** -75),
);

/** A layer, its inputs and deltas, all random. */
function layer({ rows, inputs, outputs }: Size, layout: WeightLayout) {
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const shape = { layout, inputs, outputs };
  const regions = {
    theta: floats(weightLength(shape)),
    gradient: floats(weightLength(shape)),
    b: floats(matrixLength(1, outputs)),
    x: floats(matrixLength(rows, inputs)),
    out: floats(matrixLength(rows, outputs)),
    delta: floats(matrixLength(rows, outputs)),
    below: floats(matrixLength(rows, inputs)),
    entries: floats(2 * rows * inputs),
    lists: floats(2 * rows * inputs),
    counts: arena.reserve("Uint32Array", rows),
    lengths: arena.reserve("Uint32Array", inputs),
    sums: arena.reserve("Float64Array", sumsLength(shape)),
    scratch: floats(scratchLength(Math.max(inputs, 16 * rows))),
  };
  const memory = arena.allocate();
  let drawn = rows * inputs;
  const fill = (n: number, set: (i: number, value: number) => void) => {
    for (let i = 0; i < n; i++) set(i, numbers[drawn++ % numbers.length]!);
  };
  const array = (name: "theta" | "gradient" | "b" | "x" | "out" | "delta" | "below") =>
    view(memory, regions[name]).fill(0);
  const matrix = (name: "x" | "delta", columns: number) => {
    const m = matrixOf(array(name), columns);
    fill(rows * columns, (i, v) => {
      m.data[Math.floor(i / columns) * m.pitch + (i % columns)] = v;
    });
    return m;
  };
  const [theta, gradient] = [array("theta"), array("gradient")];
  for (const to of [theta, gradient]) {
    fill(outputs * inputs, (i, v) => {
      to[weightAt(shape, Math.floor(i / inputs), i % inputs)] = v;
    });
  }
  const b = array("b");
  fill(outputs, (j, v) => {
    b[j] = v;
  });
  const compressed = (which: "entries" | "lists", counts: "counts" | "lengths", capacity: number) => ({
    capacity,
    values: view(memory, regions[which]),
    places: view(memory, { ...regions[which], kind: "Uint32Array" as const }),
    counts: view(memory, regions[counts]),
  });
  return {
    kernels: wasmKernels(memory, view(memory, regions.scratch)),
    A: { ...shape, theta, gradient, first: theta, second: theta, sums: view(memory, regions.sums).fill(0) },
    b,
    x: matrix("x", inputs),
    delta: matrix("delta", outputs),
    out: matrixOf(array("out"), outputs),
    below: matrixOf(array("below"), inputs),
    byRow: compressed("entries", "counts", inputs),
    byColumn: compressed("lists", "lengths", rows),
    weight: (array: Float32Array, j: number, k: number) => array[weightAt(shape, j, k)]!,
  };
}

interface Size {
  rows: number;
  inputs: number;
  outputs: number;
}
const bits = (numbers: readonly number[]): Uint32Array => new Uint32Array(Float32Array.from(numbers).buffer);

// A sum in one panel, in two with a remainder, in three; few rows and many.
describe.skipIf(!wasmBuild().isFused).each([
  { rows: 7, inputs: 5, outputs: 3 },
  { rows: 33, inputs: 70, outputs: 31 },
  { rows: 5, inputs: 413, outputs: 18 },
  { rows: 3, inputs: 1029, outputs: 5 },
  { rows: 9, inputs: 6, outputs: 419 },
  { rows: 384, inputs: 17, outputs: 6 },
])("$rows samples, $inputs → $outputs, as the twin sums", (size) => {
  const { rows, inputs, outputs } = size;
  const shares: Share[] = [
    { part: 0, parts: 2 },
    { part: 1, parts: 2 },
  ];
  const up = (n: number): number => Math.ceil(n / 16) * 16;
  const each = (m: number, n: number, entry: (i: number, j: number) => number): Uint32Array =>
    bits(Array.from({ length: m * n }, (_, at) => entry(Math.floor(at / n), at % n)));
  // Padding is part of the sum, and zero.
  const at = (data: Float32Array, pitch: number, columns: number) => (i: number, k: number) =>
    k < columns ? data[i * pitch + k]! : 0;

  test.each(["rows", "panels"] as const)("forward, weights in %s", (layout) => {
    const { kernels, A, b, x, out, byRow, weight } = layer(size, layout);
    for (const share of shares) {
      if (layout === "rows") kernels.affine(out, x, A, b, rows, false, share);
    }
    if (layout === "panels") {
      const source = { data: x.data, columns: inputs, pitch: x.pitch, scale: 1 };
      for (const share of shares) kernels.compressRows(byRow, source, rows, share);
      for (const share of shares) kernels.sparseAffine(out, byRow, A, b, rows, false, share);
    }
    const input = at(x.data, x.pitch, inputs);
    const expected = each(rows, outputs, (i, j) =>
      Math.fround(
        sumInOrder(
          (k) => input(i, k),
          (k) => (k < inputs ? weight(A.theta, j, k) : 0),
          up(inputs),
        ) + b[j]!,
      ),
    );
    expect(each(rows, outputs, (i, j) => out.data[i * out.pitch + j]!)).toEqual(expected);
  });

  test("to the layer below", () => {
    const { kernels, A, delta, below, weight } = layer(size, "rows");
    for (const share of shares) kernels.inputGradient(below, delta, A, undefined, rows, share);
    const d = at(delta.data, delta.pitch, outputs);
    const expected = each(rows, inputs, (i, k) =>
      sumInOrder(
        (j) => d(i, j),
        (j) => (j < outputs ? weight(A.theta, j, k) : 0),
        up(outputs),
      ),
    );
    expect(each(rows, inputs, (i, k) => below.data[i * below.pitch + k]!)).toEqual(expected);
  });

  test.each([
    { layout: "rows", add: false },
    { layout: "rows", add: true },
    { layout: "panels", add: false },
    { layout: "panels", add: true },
  ] as const)("gradients, steps of SGD, and squares, %o", ({ layout, add }) => {
    const eta = Math.fround(0.3);
    for (const update of [false, true]) {
      for (const squares of [false, true]) {
        const { kernels, A, x, delta, byColumn, weight } = layer(size, layout);
        const before = { theta: A.theta.slice(), gradient: A.gradient.slice() };
        kernels.setRule("sgd", A, squares);
        kernels.setStep({ eta, epsilon: 0, beta1: 0, beta2: 0, correction: 1 });
        if (layout === "rows") {
          for (const share of shares) kernels.weightGradient(A, delta, x, rows, { add, update }, share);
        } else {
          const source = { data: x.data, columns: inputs, pitch: x.pitch, scale: 1 };
          kernels.compressColumns(byColumn, source, rows, whole);
          for (const share of shares)
            kernels.sparseGradient(A, delta, byColumn, rows, { add, update }, share);
        }
        const gradient = (j: number, k: number): number =>
          sumInOrder(
            (i) => delta.data[i * delta.pitch + j]!,
            (i) => x.data[i * x.pitch + k]!,
            rows,
            add ? weight(before.gradient, j, k) : 0,
          );
        const expected = each(outputs, inputs, (j, k) =>
          update ? fusedMultiplyAdd(-eta, gradient(j, k), weight(before.theta, j, k)) : gradient(j, k),
        );
        const found = update ? A.theta : A.gradient;
        expect(each(outputs, inputs, (j, k) => weight(found, j, k))).toEqual(expected);
        if (!squares) continue;
        const f = Math.fround;
        const sums: number[] = [];
        for (let p = 0; p < outputs; p += 16) {
          for (let q = 0; q < inputs; q += 16) {
            let sum = 0;
            for (let k = q; k < Math.min(q + 16, inputs); k++) {
              const square = (j: number): number => (j < outputs ? f(gradient(j, k) ** 2) : 0);
              const lane = (j: number): number =>
                f(f(square(p + j) + square(p + j + 4)) + f(square(p + j + 8) + square(p + j + 12)));
              sum += lane(0) + lane(2) + (lane(1) + lane(3));
            }
            sums.push(sum);
          }
        }
        expect([...A.sums]).toEqual(sums);
      }
    }
  });
});
