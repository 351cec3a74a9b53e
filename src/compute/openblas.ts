/**
 * Dense matrix products by OpenBLAS, if it is available: with 512-bit vectors a core multiplies four times as fast as
 * WebAssembly with 128 (250 GFLOP/s against 62 on the same core). Everything else, sparse products included, is
 * computed by the WebAssembly kernels, on the same memory.
 *
 * Sums are split as described in order.ts. Whether OpenBLAS then gives the bits of WebAssembly depends on its kernels, and is
 * proven for each product (proof.ts); the others are left to WebAssembly.
 *
 * Which kernels keep the order (OpenBLAS 0.3.34): those for AVX-512 in all forms and with all remainders tried (a b and aᵀ b
 * with 1 … 512 rows, 16 … 784 columns, sums of 1 … 384; a bᵀ but for small products, below about 10⁶ multiply-adds, whose
 * kernels sum in another order), as long as columns are a multiple of 16. Those for AVX2 do in tiles of 16 columns × 6 rows
 * only: of each 12 rows, the first six have two chains, of even and odd k, in the first and the last eight columns, and
 * so have all columns of the last rows where rows are no multiple of 12. So no whole product
 * is proven there. (Leaving those columns and rows to WebAssembly was not tried.)
 *
 * Each of our threads calls the library, which itself uses one thread; platform/openblas.ts locates it.
 */
import { cores, type OpenBlas, openblas } from "#platform";
import type { Kernels } from "./kernels.js";
import { padded } from "./matrix.js";
import { panelsOf } from "./order.js";
import { ruleKernel } from "./rule-kernels.js";
import { rangeOf, type Share, whole } from "./share.js";
import type { WasmKernels } from "./wasm.js";

/**
 * The forms of products; `step` is θ − η aᵀb, on top of parameters instead of a gradient.
 */
export type Form = "ab" | "abᵀ" | "aᵀb" | "step";

// As in cblas.h.
const [rowMajor, asIs, transposed] = [101, 111, 112];
const transposition: Record<Form, readonly [a: number, b: number]> = {
  ab: [asIs, asIs],
  abᵀ: [asIs, transposed],
  aᵀb: [transposed, asIs],
  step: [transposed, asIs],
};

/**
 * The largest number of rows and columns in one call of a shared product: larger calls gain little, and take longer to
 * prove. A single thread goes up to `mostColumns` both ways.
 */
const mostRows = 512;
export const mostColumns = 1024;

/** With fewer multiply-adds, WebAssembly takes 15 µs, and OpenBLAS gains too little to be worth a proof. */
const worthCalling = 2 ** 19;

/**
 * Rows of the result that one call computes of a gradient of weights, columns of other products: chosen such that there is
 * a call for each core.
 */
const chunkOf = (n: number): number => Math.min(mostRows, Math.max(64, padded(Math.ceil(n / coreCount))));
const coreCount = cores();

/** The form and size of a call. */
export interface CallSize {
  readonly form: Form;
  readonly m: number;
  readonly n: number;
  readonly depth: number;
}

/** One call: its form, and the part of the result and of the sum that it computes. */
interface Call extends CallSize {
  readonly row: number;
  readonly column: number;
  readonly inner: number;
}

/**
 * The calls of a product of m × n with a sum of `depth` products: a thread's share of them, or "alone" if one thread
 * computes it, in as few as possible: at 1024³ three of 1024 × 1024 take 9.1 ms, twelve of 512 × 512 take 9.6.
 */
function* callsOf(form: Form, m: number, n: number, depth: number, by: Share | "alone"): Generator<Call> {
  const byRows = form === "aᵀb" || form === "step";
  const isAlone = by === "alone";
  const share = isAlone ? whole : by;
  let [rows, columns] = byRows ? [chunkOf(m), mostColumns] : [mostRows, chunkOf(n)];
  if (isAlone) rows = columns = mostColumns;
  const [top, bottom] = byRows ? rangeOf(m, share, rows) : [0, m];
  const [left, right] = byRows ? [0, n] : rangeOf(n, share, columns);
  for (const [row, height] of pieces(top, bottom, rows)) {
    for (const [column, width] of pieces(left, right, columns)) {
      for (const [inner, length] of panelsOf(depth)) {
        yield { form, row, m: height, column, n: width, inner, depth: length };
      }
    }
  }
}

function* pieces(from: number, to: number, most: number): Generator<[from: number, length: number]> {
  for (let at = from; at < to; at += most) yield [at, Math.min(most, to - at)];
}

/** The name of a call: its form and size, such as `aᵀb 256 784 128`. */
export type CallName = string;

/** The form and size of a call of that name. */
export function sizeOf(name: CallName): CallSize {
  const [form, m, n, depth] = name.split(" ");
  return { form: form as Form, m: Number(m), n: Number(n), depth: Number(depth) };
}

/** A product of m × n entries, each a sum of `depth` products. */
export type Product = readonly [form: Form, m: number, n: number, depth: number];

/** The names of the calls of a product, each once; none if OpenBLAS gains nothing. */
export function callNames([form, m, n, depth]: Product, by: Share | "alone" = whole): CallName[] {
  if (m * n * depth < worthCalling) return [];
  const names = new Set<CallName>();
  for (const call of callsOf(form, m, n, depth, by)) names.add(`${form} ${call.m} ${call.n} ${call.depth}`);
  return [...names];
}

/** A matrix at an address. */
export interface Placed {
  readonly address: number;
  /** Entries from one row to the next. */
  readonly pitch: number;
}

/** The operands of a product: c += α a b. */
interface Operands {
  readonly c: Placed;
  readonly a: Placed;
  readonly b: Placed;
  readonly alpha?: number;
}

/** c += α a b in the given form for m × n entries, panel by panel; a thread's share, or all of it. */
export function accumulate(
  library: OpenBlas,
  form: Form,
  [m, n, depth]: readonly [m: number, n: number, depth: number],
  by: Share | "alone",
  operands: Operands,
): void {
  for (const call of callsOf(form, m, n, depth, by)) callOnce(library, call, operands);
}

/** One call of OpenBLAS. */
export function callOnce({ sgemm }: OpenBlas, call: Call, { c, a, b, alpha = 1 }: Operands): void {
  const { form, row, m, column, n, inner, depth } = call;
  const [transA, transB] = transposition[form];
  const [aRow, aColumn] = transA === asIs ? [row, inner] : [inner, row];
  const [bRow, bColumn] = transB === asIs ? [inner, column] : [column, inner];
  const A = a.address + 4 * (aRow * a.pitch + aColumn);
  const B = b.address + 4 * (bRow * b.pitch + bColumn);
  const C = c.address + 4 * (row * c.pitch + column);
  sgemm(rowMajor, transA, transB, m, n, depth, alpha, A, a.pitch, B, b.pitch, 1, C, c.pitch);
}

/**
 * The kernels with OpenBLAS for dense products.
 *
 * @param memory the memory of the arrays
 * @param proven the calls that give the bits of WebAssembly, the only ones to make; by default all are made
 */
export function openblasKernels(
  wasm: WasmKernels,
  memory: WebAssembly.Memory,
  proven?: ReadonlySet<CallName>,
): Kernels {
  const library = openblas();
  const base = library.address(new Uint8Array(memory.buffer));
  const place = (array: Float32Array, pitch: number): Placed => ({ address: base + array.byteOffset, pitch });
  let squares = false;
  let isPlain = false;
  let eta = 0;

  const known = new Map<string, boolean>();
  /** Whether OpenBLAS computes a product. */
  function takes(form: Form, m: number, n: number, depth: number): boolean {
    if (!proven) return true;
    const product = `${form} ${m} ${n} ${depth}`;
    let found = known.get(product);
    if (found === undefined) {
      const calls = callNames([form, m, n, depth]);
      found = calls.length > 0 && calls.every((call) => proven.has(call));
      known.set(product, found);
    }
    return found;
  }

  return {
    ...wasm,
    name: proven
      ? `${library.name}, proven to give the bits of ${wasm.name}`
      : `${library.name}, ${wasm.name}`,

    affine(out, x, A, b, rows, relu, share) {
      const pitch = padded(A.inputs);
      const size = [rows, padded(A.outputs), pitch] as const;
      if (!takes("abᵀ", ...size)) return wasm.affine(out, x, A, b, rows, relu, share);
      const [from, to] = rangeOf(size[1], share, chunkOf(size[1]));
      wasm.clear(out, rows, from, to);
      const operands = { c: place(out.data, out.pitch), a: place(x.data, x.pitch), b: place(A.theta, pitch) };
      accumulate(library, "abᵀ", size, share, operands);
      wasm.addBias(out, b, rows, relu, from, to);
    },

    inputGradient(out, delta, A, mask, rows, share) {
      const pitch = padded(A.inputs);
      const size = [rows, pitch, padded(A.outputs)] as const;
      if (!takes("ab", ...size)) return wasm.inputGradient(out, delta, A, mask, rows, share);
      const [from, to] = rangeOf(pitch, share, chunkOf(pitch));
      wasm.clear(out, rows, from, to);
      const operands = { a: place(delta.data, delta.pitch), b: place(A.theta, pitch) };
      accumulate(library, "ab", size, share, { c: place(out.data, out.pitch), ...operands });
      if (mask) wasm.mask(out, mask, rows, from, to);
    },

    weightGradient(A, delta, x, rows, finish, share) {
      const { add, update } = finish;
      const pitch = padded(A.inputs);
      const size = [A.outputs, pitch, rows] as const;
      const operands = { a: place(delta.data, delta.pitch), b: place(x.data, x.pitch) };
      // θ ← θ − η deltaᵀ x is a product like any other: a step takes 8 % less than with the gradient stored first. With
      // η = 0, OpenBLAS would do nothing at all.
      const straight =
        update && !add && isPlain && !squares && Math.fround(eta) !== 0 && panelCount(rows) === 1;
      if (straight && takes("step", ...size)) {
        accumulate(library, "step", size, share, { ...operands, c: place(A.theta, pitch), alpha: -eta });
        return;
      }
      if (!takes("aᵀb", ...size)) return wasm.weightGradient(A, delta, x, rows, finish, share);
      const [from, to] = rangeOf(A.outputs, share, chunkOf(A.outputs));
      if (!add) A.gradient.fill(0, from * pitch, to * pitch);
      accumulate(library, "aᵀb", size, share, { ...operands, c: place(A.gradient, pitch) });
      if (squares) wasm.squares(A, from / 16, Math.ceil(to / 16), 0, pitch);
      if (update) wasm.updateRange(A, from * pitch, to * pitch);
    },

    setRule(rule, parameters, wanted = ruleKernel(rule).squares !== undefined) {
      squares = wanted;
      isPlain = ruleKernel(rule).number === ruleKernel("sgd").number;
      wasm.setRule(rule, parameters, wanted);
    },

    setStep(numbers) {
      eta = numbers.eta;
      wasm.setStep(numbers);
    },
  };
}

const panelCount = (depth: number): number => [...panelsOf(depth)].length;
