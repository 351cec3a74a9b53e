/**
 * The fast kernels against their scalar twins, over shapes with awkward remainders, shared by one to three threads.
 * OpenBLAS takes part where it is there, which it is after a set-up.
 */
import { adagrad, adagradNorm, adam, inverse, momentum, type Rule, random, sgd } from "nablab";
import { describe, expect, test } from "vitest";
import { Arena, type Region, view } from "#nablab/compute/arena.js";
import { formulaOf } from "#nablab/compute/formula.js";
import type { Compressed, Kernels, Weights } from "#nablab/compute/kernels.js";
import { sumsLength } from "#nablab/compute/kernels.js";
import {
  type Matrix,
  matrixLength,
  matrixOf,
  padded,
  type WeightLayout,
  weightAt,
  weightLength,
} from "#nablab/compute/matrix.js";
import { openblasKernels } from "#nablab/compute/openblas.js";
import type { Parameters } from "#nablab/compute/parameters.js";
import { ruleKernel, type StepRule, stepNumbers } from "#nablab/compute/rule-kernels.js";
import { type Move, scalarKernels } from "#nablab/compute/scalar.js";
import { rangeOf, type Share } from "#nablab/compute/share.js";
import { scratchLength, wasmKernels } from "#nablab/compute/wasm.js";
import { findOpenblas } from "#nablab/platform/openblas.js";
import { firstDifference } from "../first-difference.js";

// Batches as they come (the last one is short), on layers whose widths leave all kinds of remainders; the last three go
// over the blocks that are packed, of 680 rows and 384 inner entries.
const batches = [1, 3, 32, 97];
const widths: [inputs: number, outputs: number][] = [
  [1, 1],
  [5, 7],
  [16, 16],
  [17, 10],
  [33, 31],
  [70, 9],
  [2, 65],
];
const sizes = [
  ...batches.flatMap((rows) => widths.map(([inputs, outputs]) => ({ rows, inputs, outputs }))),
  { rows: 259, inputs: 1029, outputs: 2 },
  { rows: 1030, inputs: 3, outputs: 261 },
  { rows: 2, inputs: 10, outputs: 1051 },
];
type Size = (typeof sizes)[number];

/** Who multiplies dense matrices, and by which weights. */
const ways: { by: "wasm" | "openblas"; layout: "rows" | "panels" }[] = [
  { by: "wasm", layout: "rows" },
  { by: "wasm", layout: "panels" },
];
if (findOpenblas()) ways.push({ by: "openblas", layout: "rows" });
else if (process.env.CI) throw new Error("no OpenBLAS was found, and CI may not go without");

/** Rules whose kernels move parameters one by one; AdaGrad-norm is gradient descent there. */
const rules: Rule[] = [
  sgd({ eta: 0.25 }),
  adagrad({ eta: 0.25 }),
  momentum({ eta: 0.25 }),
  adam({ eta: 0.25 }),
];

/** A rule as its kernel knows it. */
const known = (rule: Rule): StepRule => formulaOf("rule", rule) as StepRule;

/** Step k of the rule itself on one parameter, in float64: the twin of the rule's kernel. */
function moveBy(rule: Rule, k: number): Move {
  const state = rule.init(1);
  const remembered = Object.values(state).filter((value) => value instanceof Float64Array);
  expect(remembered.length).toBe(ruleKernel(known(rule).name).remembers);
  const [moved, gradient] = [new Float64Array(1), new Float64Array(1)];
  return ({ theta, first, second }, i, g) => {
    const arrays = [first, second];
    remembered.forEach((array, n) => {
      array[0] = arrays[n]![i]!;
    });
    state.k = k - 1;
    moved[0] = theta[i]!;
    gradient[0] = g;
    rule.step(moved, gradient, state);
    theta[i] = moved[0]!;
    remembered.forEach((array, n) => {
      arrays[n]![i] = array[0]!;
    });
  };
}

/**
 * A sum of n products of numbers around 1 in float32 is off by at most n roundings of its largest partial sum; entries
 * here are at most 4, so partial sums at most 16 n, and a rounding is 2^-24 of that.
 */
const tolerance = (n: number): number => n * 16 * n * 2 ** -24;

/** Normal numbers, cut at 4; drawn once, because to draw a number takes longer than to test with it. */
const stream = random(1);
const numbers = Float32Array.from({ length: 65_521 }, () => Math.max(-4, Math.min(4, stream.normal())));

/** A layer with all its arrays, filled with random numbers; the inputs are half zeros, as after a ReLU. */
interface Bench {
  kernels: Kernels;
  A: Weights;
  b: Parameters;
  x: Matrix;
  out: Matrix;
  delta: Matrix;
  below: Matrix;
  byRow: Compressed;
  byColumn: Compressed;
}

function plan({ rows, inputs, outputs }: Size, layout: WeightLayout) {
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const parameters = (length: number) => [0, 1, 2, 3].map(() => floats(length));
  const regions = {
    A: parameters(weightLength({ layout, inputs, outputs })),
    b: parameters(padded(outputs)),
    x: floats(matrixLength(rows, inputs)),
    out: floats(matrixLength(rows, outputs)),
    delta: floats(matrixLength(rows, outputs)),
    below: floats(matrixLength(rows, inputs)),
    byRow: floats(2 * rows * inputs),
    rowCounts: arena.reserve("Uint32Array", rows),
    byColumn: floats(2 * rows * inputs),
    columnCounts: arena.reserve("Uint32Array", inputs),
    sumsA: arena.reserve("Float64Array", sumsLength({ inputs, outputs })),
    sumsB: arena.reserve("Float64Array", padded(outputs) / 16),
    scratch: floats(scratchLength(inputs)),
  };
  return { regions, arena };
}

/** The same bench twice: for the scalar kernels, and for the fast ones. */
function benches(
  size: Size,
  layout: WeightLayout,
  by: "wasm" | "openblas" = "wasm",
  move: Move = moveBy(sgd(), 1),
): [scalar: Bench, fast: Bench] {
  const { rows, inputs, outputs } = size;
  const kernelsOf = {
    scalar: () => scalarKernels(move),
    wasm: wasmKernels,
    openblas: (memory: WebAssembly.Memory, scratch: Float32Array) =>
      openblasKernels(wasmKernels(memory, scratch), memory),
  };
  const make = (kind: keyof typeof kernelsOf): Bench => {
    const { regions, arena } = plan(size, layout);
    const memory = arena.allocate();
    const array = (region: Region<"Float32Array">) => view(memory, region).fill(0);
    let drawn = rows * inputs + outputs;
    const fill = (n: number, set: (i: number, value: number) => void) => {
      for (let i = 0; i < n; i++) set(i, numbers[drawn++ % numbers.length]!);
    };
    const matrix = (region: Region<"Float32Array">, columns: number): Matrix => {
      const m = matrixOf(array(region), columns);
      for (let row = 0; row < rows; row++) {
        const start = row * m.pitch;
        for (let at = start; at < start + columns; at++) m.data[at] = numbers[drawn++ % numbers.length]!;
      }
      return m;
    };
    const parameters = (
      [theta, gradient, first, second]: Region<"Float32Array">[],
      sums: Region<"Float64Array">,
    ): Parameters => ({
      theta: array(theta!),
      gradient: array(gradient!),
      first: array(first!),
      second: array(second!),
      sums: view(memory, sums).fill(0),
    });
    const weights = parameters(regions.A, regions.sumsA);
    const biases = parameters(regions.b, regions.sumsB);
    for (const values of [weights.theta, weights.gradient, weights.first, weights.second]) {
      fill(outputs * inputs, (i, value) => {
        const at = weightAt({ layout, inputs, outputs }, Math.floor(i / inputs), i % inputs);
        values[at] = values === weights.first || values === weights.second ? Math.abs(value) : value;
      });
    }
    for (const values of [biases.theta, biases.gradient]) {
      fill(outputs, (i, value) => {
        values[i] = value;
      });
    }
    const x = matrix(regions.x, inputs);
    for (let i = 0; i < x.data.length; i++) x.data[i] = Math.max(0, x.data[i]!);
    const compressed = (
      entries: Region<"Float32Array">,
      counts: Region<"Uint32Array">,
      capacity: number,
    ): Compressed => ({
      capacity,
      values: view(memory, entries),
      places: view(memory, { ...entries, kind: "Uint32Array" }),
      counts: view(memory, counts),
    });
    return {
      kernels: kernelsOf[kind](memory, view(memory, regions.scratch)),
      A: { ...weights, layout, inputs, outputs },
      b: biases,
      x,
      out: matrix(regions.out, outputs),
      delta: matrix(regions.delta, outputs),
      below: matrix(regions.below, inputs),
      byRow: compressed(regions.byRow, regions.rowCounts, inputs),
      byColumn: compressed(regions.byColumn, regions.columnCounts, rows),
    };
  };
  return [make("scalar"), make(by)];
}

/** Runs an operation whole on the scalar bench, and in shares on the fast one. */
function both(
  [scalar, fast]: [Bench, Bench],
  parts: number,
  operate: (bench: Bench, share: Share) => void,
): void {
  operate(scalar, { part: 0, parts: 1 });
  for (let part = 0; part < parts; part++) operate(fast, { part, parts });
}

function expectClose(actual: Float32Array, expected: Float32Array, within: number): void {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThanOrEqual(within);
}

/** Compares the rows that mean something; the padding of columns must be zero in both. */
function expectRows(actual: Matrix, expected: Matrix, rows: number, within: number): void {
  const end = rows * expected.pitch;
  expectClose(actual.data.subarray(0, end), expected.data.subarray(0, end), within);
}

/** Each square is off by twice the error of its root, relative to it. */
function expectTotal(actual: Float64Array, expected: Float64Array): void {
  const [a, b] = [actual, expected].map((sums) => sums.reduce((all, sum) => all + sum, 0)) as [
    number,
    number,
  ];
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-5 * b);
}

describe.each(sizes)("$rows samples, $inputs → $outputs", (size) => {
  const { rows, inputs, outputs } = size;
  describe.each(ways)("$by, weights in $layout", ({ by, layout }) => {
    const sparse = layout === "panels";
    const source = ({ x }: Bench) => ({ data: x.data, columns: inputs, pitch: x.pitch, scale: 1 });
    const compress = (pair: [Bench, Bench], parts: number): void => {
      both(pair, parts, (bench, share) => {
        bench.kernels.compressRows(bench.byRow, source(bench), rows, share);
        bench.kernels.compressColumns(bench.byColumn, source(bench), rows, share);
      });
    };

    test.each([1, 2, 3])("forward and back in %i shares", (parts) => {
      for (const relu of [false, true]) {
        const pair = benches(size, layout, by);
        if (sparse) compress(pair, parts);
        both(pair, parts, ({ kernels, out, x, byRow, A, b }, share) =>
          sparse
            ? kernels.sparseAffine(out, byRow, A, b.theta, rows, relu, share)
            : kernels.affine(out, x, A, b.theta, rows, relu, share),
        );
        expectRows(pair[1].out, pair[0].out, rows, tolerance(inputs + 1));
      }
      if (!sparse) {
        const pair = benches(size, layout, by);
        both(pair, parts, ({ kernels, below, delta, A }, share) =>
          kernels.inputGradient(below, delta, A, undefined, rows, share),
        );
        expectRows(pair[1].below, pair[0].below, rows, tolerance(outputs));
      }
      const pair = benches(size, layout, by);
      if (sparse) compress(pair, parts);
      both(pair, parts, ({ kernels, below, delta, x, byRow, A }, share) =>
        sparse
          ? kernels.sparseInputGradient(below, delta, A, byRow, rows, share)
          : kernels.inputGradient(below, delta, A, x, rows, share),
      );
      expectRows(pair[1].below, pair[0].below, rows, tolerance(outputs));
      const { below, x } = pair[1];
      expect(below.data.subarray(0, rows * below.pitch).every((v, i) => v === 0 || x.data[i]! > 0)).toBe(
        true,
      );
    });

    test.each([1, 2, 3])("gradients in %i shares", (parts) => {
      for (const add of [false, true]) {
        const pair = benches(size, layout, by);
        if (sparse) compress(pair, parts);
        both(pair, parts, ({ kernels, A, b, delta, x, byColumn }, share) => {
          kernels.setRule("adagradNorm", A);
          const finish = { add, update: false };
          if (sparse) kernels.sparseGradient(A, delta, byColumn, rows, finish, share);
          else kernels.weightGradient(A, delta, x, rows, finish, share);
          kernels.biasGradient(b, delta, rows, finish, share);
        });
        const [scalar, fast] = pair;
        expectClose(fast.A.gradient, scalar.A.gradient, tolerance(rows + 1));
        expectClose(fast.b.gradient, scalar.b.gradient, tolerance(rows + 1));
        expectTotal(fast.A.sums, scalar.A.sums);
        expectTotal(fast.b.sums, scalar.b.sums);
      }
    });

    test.each(rules)("the gradient goes straight to the parameters: $name", (rule) => {
      for (const add of [false, true]) {
        const pair = benches(size, layout, by, moveBy(rule, 3));
        if (sparse) compress(pair, 2);
        both(pair, 2, ({ kernels, A, delta, x, byColumn }, share) => {
          kernels.setRule(known(rule).name, A);
          kernels.setStep(stepNumbers(known(rule), 3));
          const finish = { add, update: true };
          if (sparse) kernels.sparseGradient(A, delta, byColumn, rows, finish, share);
          else kernels.weightGradient(A, delta, x, rows, finish, share);
        });
        const [scalar, fast] = pair;
        // A step is at most eta times the gradient, or eta (adaptive rules).
        expectClose(fast.A.theta, scalar.A.theta, tolerance(rows + 1) + 2 ** -18);
        expectClose(fast.A.first, scalar.A.first, 500 * tolerance(rows + 1) + 2 ** -10);
      }
    });
  });
});

test.each(rules)("parameters move by a stored gradient: $name", (rule) => {
  const pair = benches({ rows: 1, inputs: 37, outputs: 21 }, "rows", "wasm", moveBy(rule, 2));
  both(pair, 3, ({ kernels, A }, share) => {
    kernels.setRule(known(rule).name, A);
    kernels.setStep(stepNumbers(known(rule), 2));
    kernels.update(A, share);
  });
  // A few roundings of numbers up to 16.
  expectClose(pair[1].A.theta, pair[0].A.theta, 2 ** -18);
  expectClose(pair[1].A.first, pair[0].A.first, 2 ** -18);
  expectClose(pair[1].A.second, pair[0].A.second, 2 ** -18);
});

describe.each(widths)("sample by sample, %i → %i", (inputs, outputs) => {
  const source = ({ x }: Bench) => ({ data: x.data, columns: inputs, pitch: x.pitch, scale: 1 });

  test.each([1, 2, 3])("forward in %i shares", (parts) => {
    const pair = benches({ rows: 3, inputs, outputs }, "columns");
    both(pair, parts, (bench, share) => bench.kernels.compressRows(bench.byRow, source(bench), 3, share));
    for (const relu of [false, true]) {
      both(pair, parts, ({ kernels, out, byRow, A, b }, share) =>
        kernels.columnAffine(out, byRow, A, b.theta, 3, relu, share),
      );
      expectRows(pair[1].out, pair[0].out, 3, tolerance(inputs + 1));
    }
  });

  test.each(rules.slice(0, 2))("back, and the weights move at once: $name", (rule) => {
    for (const parts of [1, 2, 3]) {
      const pair = benches({ rows: 1, inputs, outputs }, "columns", "wasm", moveBy(rule, 1));
      both(pair, 1, (bench, share) => {
        bench.kernels.compressRows(bench.byRow, source(bench), 1, share);
        bench.kernels.setRule(known(rule).name, bench.A);
        bench.kernels.setStep(stepNumbers(known(rule), 1));
      });
      const plain = benches({ rows: 1, inputs, outputs }, "columns")[0];
      plain.kernels.inputGradient(plain.below, plain.delta, plain.A, plain.x, 1, { part: 0, parts: 1 });
      both(pair, parts, ({ kernels, A, delta, byRow }, share) =>
        kernels.columnBackward(A, delta, byRow, share),
      );
      both(pair, parts, ({ kernels, below, A, byRow }, share) =>
        kernels.columnInputGradient(below, A, byRow, share),
      );
      const [scalar, fast] = pair;
      expectClose(fast.A.theta, scalar.A.theta, 2 ** -18);
      expectClose(fast.A.first, scalar.A.first, 2 ** -18);
      expectTotal(fast.A.sums, scalar.A.sums);
      for (const { below } of pair) expectRows(below, plain.below, 1, tolerance(outputs));
    }
  });
});

test.each([
  { rule: sgd({ eta: 0.25 }), moved: 0.5 },
  { rule: adagrad({ eta: 0.25, epsilon: 0 }), moved: 0.75 },
  { rule: momentum({ eta: 0.25 }), moved: 0.5 },
  { rule: adam({ eta: 0.25, epsilon: 0 }), moved: 0.75 },
])("where nothing ever pushed, $rule does not move; what is broken stays so", ({ rule, moved }) => {
  for (const bench of benches({ rows: 1, inputs: 8, outputs: 1 }, "rows", "wasm", moveBy(rule, 1))) {
    const { kernels, A } = bench;
    A.theta.fill(1);
    for (const zero of [A.first, A.second, A.gradient]) zero.fill(0);
    A.gradient.set([0, 2, Number.NaN]);
    kernels.setRule(known(rule).name, A);
    kernels.setStep(stepNumbers(known(rule), 1));
    kernels.update(A, { part: 0, parts: 1 });
    expect([...A.theta.subarray(0, 4)]).toEqual([1, expect.closeTo(moved, 6), Number.NaN, 1]);
  }
});

test.each([
  sgd({ eta: inverse({ eta: 0.3 }) }),
  adagradNorm({ eta: 0.3, c0: 0.7 }),
  adagradNorm(),
  adagrad({ eta: 0.3, epsilon: 0.1, c0: 0.7 }),
  momentum({ eta: 0.3 }),
  adam({ eta: 0.3 }),
])("what is known of the kernel of %s agrees with the rule", (rule) => {
  const { name, options } = formulaOf("rule", rule)!;
  const kernel = ruleKernel(name);
  const size = 5;
  const stream = random(3);
  const theta = Float64Array.from({ length: size }, () => stream.normal());
  const state = rule.init(size);
  const etaOf = (k: number) => (typeof options.eta === "number" ? options.eta : options.eta(k));
  const optionsOf = (k: number) => ({ ...options, eta: etaOf(k) }) as StepRule["options"];
  const [first] = Object.values(state).filter((value) => value instanceof Float64Array);
  if (first) expect([...first]).toEqual(Array(size).fill(kernel.firstStart?.(optionsOf(1)) ?? 0));
  let squares = kernel.squaresStart?.(optionsOf(1), size) ?? 0;
  for (let k = 1; k < 6; k++) {
    const gradient = Float64Array.from({ length: size }, (_, i) => (i === 0 && k % 2 ? 0 : stream.normal()));
    squares += gradient.reduce((sum, g) => sum + g * g, 0);
    const before = theta.slice();
    rule.step(theta, gradient, state);
    const shown = kernel.stepSize?.(optionsOf(k), squares, size) ?? etaOf(k);
    expect(Math.abs(shown / rule.stepSize(state) - 1)).toBeLessThan(1e-14);
    if (kernel.leavesAlone && k % 2) expect(theta[0]).toBe(before[0]);
    if (kernel.squares !== "to move") continue;
    const { eta } = stepNumbers({ name, options: optionsOf(k) }, k, squares);
    theta.forEach((value, i) => {
      expect(Math.abs(before[i]! - eta * gradient[i]! - value)).toBeLessThan(1e-15);
    });
  }
});

test.each(ways.filter(({ layout }) => layout === "rows"))("any cut gives the same bits: $by", ({ by }) => {
  const size = { rows: 33, inputs: 1061, outputs: 145 };
  const results = [1, 2, 3, 5].map((parts) => {
    const [, fast] = benches(size, "rows", by);
    for (let part = 0; part < parts; part++) {
      const share = { part, parts };
      const { kernels, out, below, delta, x, A, b } = fast;
      kernels.affine(out, x, A, b.theta, size.rows, true, share);
      kernels.inputGradient(below, delta, A, x, size.rows, share);
      kernels.weightGradient(A, delta, x, size.rows, { add: false, update: false }, share);
    }
    return [fast.out.data, fast.below.data, fast.A.gradient];
  });
  for (const result of results) {
    result.forEach((data, i) => {
      expect(firstDifference(data, results[0]![i]!)).toBe(-1);
    });
  }
});

describe.each([1, 3, 4, 7, 16, 19, 784])("samples of %i entries", (width) => {
  const samples = (bytes: boolean) => {
    const arena = new Arena();
    const data = bytes ? arena.reserve("Uint8Array", 5 * width) : arena.reserve("Float32Array", 5 * width);
    const indices = arena.reserve("Uint32Array", 3);
    const lists = [
      {
        entries: arena.reserve("Float32Array", 6 * width),
        counts: arena.reserve("Uint32Array", 3),
        capacity: width,
      },
      {
        entries: arena.reserve("Float32Array", 6 * width),
        counts: arena.reserve("Uint32Array", width),
        capacity: 3,
      },
    ] as const;
    const out = arena.reserve("Float32Array", matrixLength(3, width));
    const memory = arena.allocate();
    const stream = random(width);
    const x = view(memory, data as Region<"Uint8Array">);
    x.forEach((_, i) => {
      x[i] = Math.max(0, stream.integer(512) - 256);
    });
    view(memory, indices).set([4, 0, 3]);
    const [byRow, byColumn] = lists.map(
      ({ entries, counts, capacity }): Compressed => ({
        capacity,
        values: view(memory, entries),
        places: view(memory, { ...entries, kind: "Uint32Array" }),
        counts: view(memory, counts),
      }),
    );
    const source = { data: x, indices: view(memory, indices), columns: width, pitch: width, scale: 1 / 255 };
    return {
      kernels: [scalarKernels(moveBy(sgd(), 1)), wasmKernels(memory, view(memory, out))],
      out: matrixOf(view(memory, out).fill(0), width),
      byRow: byRow!,
      byColumn: byColumn!,
      source,
    };
  };

  test.each([{ bytes: true }, { bytes: false }, { bytes: true, inOrder: true }])(
    "are gathered and listed alike, %o",
    ({ bytes, inOrder = false }) => {
      const { kernels, out, byRow, byColumn, source: all } = samples(bytes);
      const { indices, ...rest } = all;
      const source = { ...rest, ...(!inOrder && { indices }) };
      const found = kernels.map((kernel) => {
        out.data.fill(0);
        for (const part of [0, 1]) {
          kernel.gather(out, source, 3, { part, parts: 2 });
          kernel.compressRows(byRow, source, 3, { part, parts: 2 });
          kernel.compressColumns(byColumn, source, 3, { part, parts: 2 });
        }
        const lists = ({ counts, places, values, capacity }: Compressed) =>
          [...counts].map((count, i) =>
            Array.from({ length: count }, (_, n) => {
              const at = 2 * (i * capacity + n);
              return [places[at], values[at + 1]];
            }),
          );
        return { dense: out.data.slice(), rows: lists(byRow), columns: lists(byColumn) };
      });
      const [scalar, fast] = found as [(typeof found)[0], (typeof found)[0]];
      // One rounding of the scale, one of the product.
      expectClose(fast.dense, scalar.dense, 2 ** -23);
      for (const which of ["rows", "columns"] as const) {
        expect(fast[which].map((list) => list.map(([place]) => place))).toEqual(
          scalar[which].map((list) => list.map(([place]) => place)),
        );
        const values = (lists: (number | undefined)[][][]) =>
          Float32Array.from(lists.flat().map(([, v]) => v!));
        expectClose(values(fast[which]), values(scalar[which]), 2 ** -23);
      }
    },
  );
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
