/**
 * Whether OpenBLAS's products have the bits of WebAssembly's: each call that a computation is about to make is tried on numbers
 * that would reveal a difference, and compared bit by bit. The result is cached for this machine, this library and these
 * kernels: for the reference network on MNIST the proof takes 30 to 45 ms on a slow server CPU. Its times tell how much OpenBLAS
 * gains.
 *
 * One such test covers all numbers: the operations on the entries, and their order, depend only on a call's form and
 * size. A chain in another order, a product rounded before it is added, or a number that was flushed to zero
 * changes many of the thousands of entries that are compared.
 */
import { machine, type OpenBlas, recall, remember, trustOpenblas } from "#platform";
import { Arena, release, view } from "./arena.js";
import type { Kernels } from "./kernels.js";
import { type Matrix, matrixLength, matrixOf, padded } from "./matrix.js";
import { type CallName, type CallSize, callOnce, mostColumns, sizeOf } from "./openblas.js";
import { deepest } from "./order.js";
import { whole } from "./share.js";
import { scratchLength, wasmBuild, wasmKernels } from "./wasm.js";

/** The result of a proof. */
export interface Proof {
  /** The calls that have WebAssembly's bits. */
  readonly proven: readonly CallName[];
  /** If there are none, why, in words. */
  readonly why?: string;
  /** How many times as fast as WebAssembly OpenBLAS multiplies; 1 if no call is proven. */
  readonly gain: number;
}

/** What is known of calls: for each whether it has WebAssembly's bits; and the highest rates, in multiply-adds per ms. */
interface Known {
  readonly calls: Record<CallName, boolean>;
  readonly rates: Rates;
}

type Rates = Record<"native" | "wasm", number>;

const known: Known = { calls: {}, rates: { native: 0, wasm: 0 } };
let isRead = false;

/** Tries the calls that are not known yet. */
export function proofOf(calls: readonly CallName[]): Proof {
  if (calls.length === 0) return { proven: [], gain: 1 };
  const { isFused, digest } = wasmBuild();
  const no = (why: string): Proof => ({ proven: [], why, gain: 1 });
  if (!isFused) return no("OpenBLAS fuses multiply-adds, which WebAssembly cannot here");
  const library = trustOpenblas();
  if (typeof library === "string") return no(library);
  // Identifying the machine takes half a millisecond.
  const question = () => `calls of ${library.name} on ${machine()} by kernels ${digest}`;
  if (!isRead) {
    isRead = true;
    learn(read(recall(question())));
  }
  const unknown = calls.filter((name) => known.calls[name] === undefined);
  if (unknown.length > 0) {
    learn(tryCalls(library, unknown));
    remember(question(), JSON.stringify(known));
  }
  const proven = calls.filter((name) => known.calls[name]);
  if (proven.length === 0) return no(`${library.name} rounds in another way`);
  return { proven, gain: known.rates.native / known.rates.wasm };
}

function learn({ calls, rates }: Known): void {
  Object.assign(known.calls, calls);
  for (const by of ["native", "wasm"] as const) known.rates[by] = Math.max(known.rates[by], rates[by]);
}

/** What an earlier process learnt; nothing if the cache is damaged. */
function read(text: string | undefined): Known {
  const nothing: Known = { calls: {}, rates: { native: 0, wasm: 0 } };
  try {
    const { calls, rates } = JSON.parse(text ?? "{}") as Known;
    const isWhole =
      Object.values(calls).every((same) => typeof same === "boolean") && rates.native > 0 && rates.wasm > 0;
    return isWhole ? { calls, rates } : nothing;
  } catch {
    return nothing;
  }
}

/** Makes each call both ways, compares the results, and takes the time. */
export function tryCalls(library: OpenBlas, names: readonly CallName[]): Known {
  const sizes = names.map(sizeOf);
  const [rows, columns] = [Math.max(...sizes.map(({ m }) => m)), Math.max(...sizes.map(({ n }) => n))];
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const regions = {
    pool: floats(4 * poolSize),
    a: floats(Math.max(matrixLength(rows, deepest), matrixLength(deepest, rows))),
    b: floats(Math.max(matrixLength(columns, deepest), matrixLength(deepest, columns))),
    expected: floats(matrixLength(rows, columns)),
    start: floats(matrixLength(rows, columns)),
    found: floats(matrixLength(rows, columns)),
    bias: floats(padded(columns)),
    scratch: floats(scratchLength(Math.max(rows, columns, deepest))),
  };
  const memory = arena.allocate();
  const pool = view(memory, regions.pool);
  const bench: Bench = {
    library,
    base: library.address(new Uint8Array(memory.buffer)),
    kernels: wasmKernels(memory, view(memory, regions.scratch)),
    all: new Float32Array(memory.buffer),
    pool: pool.byteOffset / 4,
    a: view(memory, regions.a),
    b: view(memory, regions.b),
    expected: view(memory, regions.expected),
    start: view(memory, regions.start),
    found: view(memory, regions.found),
    bias: view(memory, regions.bias).fill(0),
    rates: { native: 0, wasm: 0 },
  };
  fillPool(pool);
  const calls = Object.fromEntries(names.map((name, i) => [name, isSame(bench, sizes[i]!)]));
  release(memory);
  return { calls, rates: bench.rates };
}

interface Bench {
  readonly library: OpenBlas;
  /** The address of the memory. */
  readonly base: number;
  readonly kernels: Kernels;
  /** The whole memory, and where the pool begins in it. */
  readonly all: Float32Array;
  readonly pool: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly expected: Float32Array;
  /** What the products are added to. */
  readonly start: Float32Array;
  readonly found: Float32Array;
  readonly bias: Float32Array;
  readonly rates: Rates;
}

/** A step size that is not a short binary fraction, so that products with it are rounded. */
const eta = Math.fround(0.1);

function isSame(bench: Bench, size: CallSize): boolean {
  const { library, base, kernels, bias } = bench;
  const { form, m, n, depth } = size;
  const isGradient = form === "aᵀb" || form === "step";
  const left = { salt: 0, second: negated, last: depth > 1 ? small : plain };
  const right = { salt: 1, second: nearby, last: plain };
  const a = isGradient
    ? fill(bench, bench.a, depth, m, { ...left, sums: "down" })
    : fill(bench, bench.a, m, depth, { ...left, sums: "along" });
  const b =
    form === "abᵀ"
      ? fill(bench, bench.b, n, depth, { ...right, sums: "along" })
      : fill(bench, bench.b, depth, n, { ...right, sums: "down" });
  makeTiny(a, isGradient ? depth : m, isGradient);
  const start = fillStart(bench, m, n);
  const found = matrixOf(bench.found, n);
  const expected = matrixOf(bench.expected, n);
  const length = m * found.pitch;
  found.data.set(start.data.subarray(0, length));

  const began = performance.now();
  // By WebAssembly: the product itself, or the updated parameters.
  const parameters = { theta: b.data, gradient: expected.data, first: b.data, second: b.data };
  const sums = new Float64Array(0);
  if (form === "ab") {
    const A = { ...parameters, sums, layout: "rows", inputs: n, outputs: depth } as const;
    kernels.inputGradient(expected, a, A, undefined, m, whole);
  } else if (form === "abᵀ") {
    const A = { ...parameters, sums, layout: "rows", inputs: depth, outputs: n } as const;
    kernels.affine(expected, a, A, bias, m, false, whole);
  } else {
    const isStep = form === "step";
    if (isStep) expected.data.set(start.data.subarray(0, length));
    const A = { ...parameters, theta: expected.data, sums, layout: "rows", inputs: n, outputs: m } as const;
    kernels.setRule("sgd", A, false);
    kernels.setStep({ eta, epsilon: 0, beta1: 0, beta2: 0, correction: 1 });
    kernels.weightGradient(A, a, b, depth, { add: false, update: isStep }, whole);
  }

  const between = performance.now();
  const place = ({ data, pitch }: Matrix) => ({ address: base + data.byteOffset, pitch });
  const operands = { c: place(found), a: place(a), b: place(b), alpha: form === "step" ? -eta : 1 };
  callOnce(library, { ...size, row: 0, column: 0, inner: 0 }, operands);
  bench.rates.native = Math.max(bench.rates.native, (m * n * depth) / (performance.now() - between));
  bench.rates.wasm = Math.max(bench.rates.wasm, (m * n * depth) / (between - began));
  if (form !== "step") add(expected.data, start.data, length);
  return haveSameBits(found.data, expected.data, length);
}

/*
 * The numbers. They are copied row by row from a pool, since loops over their entries took longer than the products: code runs
 * here for the first time. The loops that remain are functions of their own, which are compiled after a few rows.
 */

/** x ← x + y, each sum rounded once. */
function add(x: Float32Array, y: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) x[i] = y[i]! + x[i]!;
}

function haveSameBits(x: Float32Array, y: Float32Array, length: number): boolean {
  const [a, b] = [new Int32Array(x.buffer, x.byteOffset), new Int32Array(y.buffer, y.byteOffset)];
  return firstDifference(a, b, length) === length;
}

function firstDifference(a: Int32Array, b: Int32Array, length: number): number {
  let i = 0;
  while (i < length && a[i] === b[i]) i++;
  return i;
}

/** The pool: numbers of both signs, from 1/4 to 2, with all bits of their mantissas; then versions of them. */
const poolSize = 2 ** 13;
const [plain, negated, nearby, small] = [0, 1, 2, 3];

/** 2⁻¹¹: how near `nearby` is, and how small `small`. */
const little = 2 ** -11;

function fillPool(pool: Float32Array): void {
  let state = 1;
  for (let i = 0; i < poolSize; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const number = Math.fround((state & 256 ? 1 : -1) * (1 + state / 2 ** 32) * 2 ** -((state >> 9) % 3));
    pool[i] = number;
    pool[negated * poolSize + i] = -number;
    pool[nearby * poolSize + i] = number * (1 + pool[i >> 1]! * little);
    pool[small * poolSize + i] = number * little;
  }
}

/** Where a row of up to `mostColumns` begins in the pool, different for each row and `salt`. */
const rowAt = (i: number, salt: number): number => ((i + 401 * salt) * 7919) % (poolSize - mostColumns);

/**
 * An operand, padded with zeros. In the direction of the sums, its second half is a version of the first: with −a and nearby b
 * it cancels most of the first half of every sum. Rounding errors on the way are then thousands of units in the last place
 * of the result, and another order cannot agree by chance. The unpaired term of an odd sum, the
 * `last`, is as small in a as the remainder of the halves.
 */
function fill(
  { all, pool }: Bench,
  data: Float32Array,
  rows: number,
  columns: number,
  { salt, second, last, sums }: { salt: number; second: number; last: number; sums: "along" | "down" },
): Matrix {
  const matrix = matrixOf(data, columns);
  data.fill(0, 0, matrixLength(rows, columns));
  const begin = data.byteOffset / 4;
  const half = (sums === "along" ? columns : rows) >> 1;
  for (let i = 0; i < rows; i++) {
    const to = begin + i * matrix.pitch;
    if (sums === "along") {
      const at = pool + rowAt(i, salt);
      all.copyWithin(to, at, at + half);
      all.copyWithin(to + half, second * poolSize + at, second * poolSize + at + half);
      if (columns % 2) all[to + columns - 1] = all[last * poolSize + at + columns - 1]!;
    } else {
      const version = i < half ? plain : i < 2 * half ? second : last;
      const at = pool + version * poolSize + rowAt(i < half ? i : i - half, salt);
      all.copyWithin(to, at, at + columns);
    }
  }
  return matrix;
}

/** What products are added to: 0, where tiny values show, and numbers that hide nothing of the sums, by turns. */
function fillStart({ all, pool, start }: Bench, rows: number, columns: number): Matrix {
  const matrix = matrixOf(start, columns);
  start.fill(0, 0, matrixLength(rows, columns));
  for (let i = 0; i < rows; i += 2) {
    const at = pool + small * poolSize + rowAt(i, 2);
    all.copyWithin(start.byteOffset / 4 + i * matrix.pitch, at, at + columns);
  }
  return matrix;
}

/** Makes every seventh row (or column) so small that products are below the smallest normal number. */
function makeTiny({ data, columns, pitch }: Matrix, rows: number, byColumn: boolean): void {
  const [down, across] = byColumn ? [1, 7] : [7, 1];
  for (let i = byColumn ? 0 : 3; i < rows; i += down) {
    for (let j = byColumn ? 3 : 0; j < columns; j += across) data[i * pitch + j]! *= 2 ** -140;
  }
}
