/**
 * Whether OpenBLAS's products have the bits of WebAssembly's: each call that a computation is about to make is tried on numbers
 * that would reveal a difference, and compared bit by bit. The result is cached for this machine, this library and these
 * kernels: for the reference network on MNIST the proof takes 20 ms on one server CPU and 70 to 110 ms on another.
 *
 * One such test covers all numbers: the operations on the entries, and their order, depend only on a call's form and
 * size. A chain in another order, a product rounded before it is added, or a number that was flushed to zero
 * changes many of the thousands of entries that are compared.
 */
import { machine, type OpenBlas, recall, remember, trustOpenblas } from "#platform";
import { Arena, release, view } from "./arena.js";
import type { Kernels } from "./kernels.js";
import { type Matrix, matrixLength, matrixOf, padded } from "./matrix.js";
import { type CallName, type CallSize, callOnce, sizeOf } from "./openblas.js";
import { deepest } from "./order.js";
import { whole } from "./share.js";
import { scratchLength, wasmBuild, wasmKernels } from "./wasm.js";

/** The result of a proof. */
export interface Proof {
  /** The calls that have WebAssembly's bits. */
  readonly proven: readonly CallName[];
  /** If there are none, why, in words. */
  readonly why?: string;
}

/** The verdicts that this process knows. */
const verdicts = new Map<CallName, boolean>();
let isRead = false;

/** Tries the calls that are not known yet. */
export function proofOf(calls: readonly CallName[]): Proof {
  if (calls.length === 0) return { proven: [] };
  const { isFused, digest } = wasmBuild();
  if (!isFused) return { proven: [], why: "OpenBLAS fuses multiply-adds, which WebAssembly cannot here" };
  const library = trustOpenblas();
  if (typeof library === "string") return { proven: [], why: library };
  // Identifying the machine takes half a millisecond.
  const question = () => `products of ${library.name} on ${machine()} by kernels ${digest}`;
  if (!isRead) {
    isRead = true;
    for (const [name, same] of readVerdicts(recall(question()))) verdicts.set(name, same);
  }
  const unknown = calls.filter((name) => !verdicts.has(name));
  if (unknown.length > 0) {
    for (const [name, same] of tryCalls(library, unknown)) verdicts.set(name, same);
    remember(question(), JSON.stringify(Object.fromEntries(verdicts)));
  }
  const proven = calls.filter((name) => verdicts.get(name));
  return proven.length > 0 ? { proven } : { proven, why: `${library.name} rounds in another way` };
}

/** The verdicts cached by an earlier process; none if the cache is damaged. */
function readVerdicts(text: string | undefined): [CallName, boolean][] {
  try {
    return Object.entries(JSON.parse(text ?? "{}") as Record<CallName, unknown>).filter(
      (entry): entry is [CallName, boolean] => typeof entry[1] === "boolean",
    );
  } catch {
    return [];
  }
}

/** Makes each call both ways; returns for each whether they agree. */
export function tryCalls(library: OpenBlas, names: readonly CallName[]): [CallName, boolean][] {
  const sizes = names.map(sizeOf);
  const [rows, columns] = [Math.max(...sizes.map(({ m }) => m)), Math.max(...sizes.map(({ n }) => n))];
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const regions = {
    a: floats(Math.max(matrixLength(rows, deepest), matrixLength(deepest, rows))),
    b: floats(Math.max(matrixLength(columns, deepest), matrixLength(deepest, columns))),
    expected: floats(matrixLength(rows, columns)),
    found: floats(matrixLength(rows, columns)),
    bias: floats(padded(columns)),
    scratch: floats(scratchLength(Math.max(rows, columns, deepest))),
  };
  const memory = arena.allocate();
  const bench: Bench = {
    library,
    base: library.address(new Uint8Array(memory.buffer)),
    kernels: wasmKernels(memory, view(memory, regions.scratch)),
    a: view(memory, regions.a),
    b: view(memory, regions.b),
    expected: view(memory, regions.expected),
    found: view(memory, regions.found),
    bias: view(memory, regions.bias).fill(0),
  };
  const found = names.map((name, i): [CallName, boolean] => [name, isSame(bench, sizes[i]!)]);
  release(memory);
  return found;
}

interface Bench {
  readonly library: OpenBlas;
  /** The address of the memory. */
  readonly base: number;
  readonly kernels: Kernels;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly expected: Float32Array;
  readonly found: Float32Array;
  readonly bias: Float32Array;
}

/** A step size that is not a short binary fraction, so that products with it are rounded. */
const eta = Math.fround(0.1);

function isSame(bench: Bench, size: CallSize): boolean {
  const { library, base, kernels, bias } = bench;
  const { form, m, n, depth } = size;
  const isGradient = form === "aᵀb" || form === "step";
  const a = isGradient ? filled(bench.a, depth, m, 0) : filled(bench.a, m, depth, 0);
  const b = form === "abᵀ" ? filled(bench.b, n, depth, 1) : filled(bench.b, depth, n, 1);
  const inA = isGradient ? { down: depth } : { along: depth, rows: m };
  halve(a, inA, (x) => -x);
  if (depth > 1) shrinkLast(a, inA);
  halve(b, form === "abᵀ" ? { along: depth, rows: n } : { down: depth }, nearly);
  makeTiny(a, isGradient ? depth : m, isGradient);
  const found = filled(bench.found, m, n, 2);
  const expected = matrixOf(bench.expected, n);
  // Added to 0, where tiny values show, and to numbers that hide nothing of the sums.
  for (let i = 0; i < m; i++) {
    const row = found.data.subarray(i * found.pitch, i * found.pitch + n);
    if (i % 2 === 1) row.fill(0);
    else for (let j = 0; j < n; j++) row[j]! *= 2 ** -11;
  }
  const start = found.data.slice(0, m * found.pitch);

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
    if (isStep) expected.data.set(start);
    const A = { ...parameters, theta: expected.data, sums, layout: "rows", inputs: n, outputs: m } as const;
    kernels.setRule("sgd", A, false);
    kernels.setStep({ eta, epsilon: 0, beta1: 0, beta2: 0, correction: 1 });
    kernels.weightGradient(A, a, b, depth, { add: false, update: isStep }, whole);
  }

  const place = ({ data, pitch }: Matrix) => ({ address: base + data.byteOffset, pitch });
  const operands = { c: place(found), a: place(a), b: place(b), alpha: form === "step" ? -eta : 1 };
  callOnce(library, { ...size, row: 0, column: 0, inner: 0 }, operands);
  if (form !== "step") addTo(expected.data, start);
  const [bits, wanted] = [found.data, expected.data].map(
    ({ buffer, byteOffset }) => new Uint32Array(buffer, byteOffset, m * found.pitch),
  ) as [Uint32Array, Uint32Array];
  for (let i = 0; i < m * found.pitch; i++) if (bits[i] !== wanted[i]) return false;
  return true;
}

/** expected = start + expected, rounded once. */
function addTo(expected: Float32Array, start: Float32Array): void {
  for (let i = 0; i < start.length; i++) expected[i] = start[i]! + expected[i]!;
}

/** Numbers of both signs, from 1/4 to 2, with all bits of their mantissas. */
let pool: Float32Array | undefined;
function makePool(): Float32Array {
  const numbers = new Float32Array(65_536);
  let state = 1;
  for (let i = 0; i < numbers.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    numbers[i] = (state & 256 ? 1 : -1) * (1 + state / 2 ** 32) * 2 ** -((state >> 9) % 3);
  }
  return numbers;
}

/** A matrix of such numbers, different for each `salt`; padded with zeros. */
function filled(data: Float32Array, rows: number, columns: number, salt: number): Matrix {
  pool ??= makePool();
  const matrix = matrixOf(data, columns);
  data.fill(0, 0, matrixLength(rows, columns));
  for (let i = 0; i < rows; i++) {
    const at = ((i + 401 * salt) * 7919) % (pool.length - columns);
    data.set(pool.subarray(at, at + columns), i * matrix.pitch);
  }
  return matrix;
}

/** Makes the unpaired term of an odd sum tiny relative to the remainder of the halves. */
function shrinkLast({ data, pitch, columns }: Matrix, { along = 0, rows = 0, down = 0 }: Halved): void {
  if (down % 2) for (let j = 0; j < columns; j++) data[(down - 1) * pitch + j]! *= 2 ** -11;
  if (along % 2) for (let i = 0; i < rows; i++) data[i * pitch + along - 1]! *= 2 ** -11;
}

/** The direction of the inner index: along this many rows, or down. */
interface Halved {
  along?: number;
  rows?: number;
  down?: number;
}

/**
 * Derives the second half of an operand from its first half, along its rows or down its columns. With −a and nearly b, the
 * second half of every sum cancels most of the first: rounding errors on the way are then thousands of units in the last
 * place of the result, and another order cannot agree by chance.
 */
function halve(
  { data, pitch, columns }: Matrix,
  { along = 0, rows = 0, down = 0 }: Halved,
  second: (first: number, at: number) => number,
): void {
  const [half, lower] = [along >> 1, down >> 1];
  for (let i = lower; i < 2 * lower; i++) {
    for (let at = i * pitch; at < i * pitch + columns; at++) data[at] = second(data[at - lower * pitch]!, at);
  }
  for (let i = 0; i < rows; i++) {
    const start = i * pitch + half;
    for (let at = start; at < start + half; at++) data[at] = second(data[at - half]!, at);
  }
}

/** b, a little off. */
const nearly = (b: number, at: number): number => b * (1 + pool![(7 * at) % pool!.length]! * 2 ** -11);

/** Makes every seventh row (or column) so small that products are below the smallest normal number. */
function makeTiny({ data, columns, pitch }: Matrix, rows: number, byColumn: boolean): void {
  const [down, across] = byColumn ? [1, 7] : [7, 1];
  for (let i = byColumn ? 0 : 3; i < rows; i += down) {
    for (let j = byColumn ? 3 : 0; j < columns; j += across) data[i * pitch + j]! *= 2 ** -140;
  }
}
