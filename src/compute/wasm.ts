/**
 * The fast kernels: WebAssembly with 128-bit SIMD (assembly/), on arrays in its memory.
 */
import { allowRelaxedSimd, readFileSync, sha256 } from "#platform";
import type { Finish, Kernels, Source, Weights } from "./kernels.js";
import { blockOutputs, line, type Matrix, padded } from "./matrix.js";
import { deepest } from "./order.js";
import type { Parameters } from "./parameters.js";
import { ruleKernel } from "./rule-kernels.js";
import { rangeOf, type Share } from "./share.js";
import { type ImageExports, wasmImageKernels } from "./wasm-windows.js";

/** The exports of assembly/index.ts: functions of byte offsets and sizes, in the order given there. */
type Exports = Record<
  | "multiply"
  | "gatherBytes"
  | "gatherFloats"
  | "columnSums"
  | "addBias"
  | "blockSquares"
  | "clear"
  | "mask"
  | "touch"
  | "compressRows"
  | "compressColumns"
  | "sparseAffine"
  | "sparseGradient"
  | "columnAffine"
  | "columnBackward"
  | "columnInputGradient"
  | "sparseInputGradient"
  | "setRule"
  | "setNumbers"
  | "update"
  | "elementwise"
  | "tanh",
  (...numbers: (number | boolean)[]) => void
> &
  ImageExports;

// How an entry of a product is stored; as in assembly/tiles.ts.
const [store, bias, biasRelu, masked, update] = [0, 1, 2, 3, 4];

/** The number of floats of scratch memory that a thread needs for layers of up to `inputs` inputs. */
export function scratchLength(inputs: number): number {
  return Math.max((680 + 8) * deepest + 32, 4 * inputs);
}

interface Compiled {
  readonly module: WebAssembly.Module;
  readonly name: string;
  readonly isFused: boolean;
  readonly digest: string;
}

let compiled: Compiled | undefined;

/**
 * The build that this machine runs: with fused multiply-adds if V8 has relaxed SIMD (in Node 20 behind a flag,
 * which can be set until the first module that uses it is compiled), else without.
 */
function compile(): Compiled {
  const relaxed = kernelFile(new URL("./kernels-relaxed.wasm", import.meta.url));
  // Newer V8 has it by default, and would warn about an unknown flag.
  if (!WebAssembly.validate(relaxed)) allowRelaxedSimd();
  const isFused = WebAssembly.validate(relaxed);
  const bytes = isFused ? relaxed : kernelFile(new URL("./kernels.wasm", import.meta.url));
  const name = isFused ? "wasm simd, fused multiply-add" : "wasm simd";
  return { module: new WebAssembly.Module(bytes), name, isFused, digest: sha256(bytes) };
}

/** Whether a product and a sum are rounded once; and a digest of the kernels. */
export function wasmBuild(): { isFused: boolean; digest: string } {
  compiled ??= compile();
  const { isFused, digest } = compiled;
  return { isFused, digest };
}

function kernelFile(url: URL): Uint8Array {
  const bytes = readFileSync(url);
  if (!bytes) throw new Error(`the WebAssembly kernels are missing; got ${url}`);
  return bytes;
}

/** The kernel of arithmetic entry by entry, on arrays in `memory`: operation, result, operands, step of b, entries. */
export function wasmElementwise(memory: WebAssembly.Memory): (...numbers: number[]) => void {
  return instantiate(memory).elementwise;
}

function instantiate(memory: WebAssembly.Memory): Exports {
  compiled ??= compile();
  return new WebAssembly.Instance(compiled.module, { env: { memory } }).exports as unknown as Exports;
}

/** The fast kernels, with the parts that other kernels build on. */
export interface WasmKernels extends Kernels {
  /** x += b, or with `relu` the larger of that and 0, of some columns, multiples of 4. */
  addBias(x: Matrix, b: Float32Array, rows: number, relu: boolean, from: number, to: number): void;
  /** out = 0 where x is not > 0, of some columns, multiples of 4. */
  mask(out: Matrix, x: Matrix, rows: number, from: number, to: number): void;
  /** x = 0, of some columns. */
  clear(x: Matrix, rows: number, from: number, to: number): void;
  /** The sums of squares of the gradient of A, of the panels from `top` to `bottom` and the inputs from `from` to `to`. */
  squares(A: Weights, top: number, bottom: number, from: number, to: number): void;
  /** As `update`, of some entries, multiples of 4. */
  updateRange(parameters: Parameters, from: number, to: number): void;
}

/**
 * The kernels on arrays in `memory`.
 *
 * @param scratch memory of this thread alone, of at least {@link scratchLength}
 */
export function wasmKernels(memory: WebAssembly.Memory, scratch: Float32Array): WasmKernels {
  const wasm = instantiate(memory);
  const at = (array: { byteOffset: number }): number => array.byteOffset;
  const bytes = ({ pitch }: { pitch: number }): number => 4 * pitch;
  let skipZeros = false;
  let squares = true;

  /** The kernels' arguments for a source of samples. */
  const from = ({ data, indices, pitch }: Source) => {
    const isBytes = data instanceof Uint8Array;
    return [at(data), isBytes, isBytes ? pitch : 4 * pitch, indices ? at(indices) : 0] as const;
  };

  /** Parameters as a finish takes them: 0 where the gradient is stored. */
  const updated = (theta: Float32Array, { update }: Finish): number => (update ? at(theta) : 0);

  const self: WasmKernels = {
    ...wasmImageKernels(wasm, scratch),
    name: compiled!.name,

    gather(out, source, rows, share) {
      const [data, isBytes, pitch, which] = from(source);
      const gather = isBytes ? wasm.gatherBytes : wasm.gatherFloats;
      const [start, stop] = rangeOf(rows, share);
      wasm.touch(data, pitch, which, start, stop);
      const { columns, scale } = source;
      gather(at(out.data), bytes(out), data, pitch, which, columns, scale, start, stop);
    },

    affine(out, x, A, b, rows, relu, share) {
      const operands = [at(x.data), bytes(x), false, at(A.theta), 4 * padded(A.inputs), true];
      const sizes = [rows, padded(A.inputs), ...columnsOf(A.outputs, share)];
      const finish = [at(scratch), relu ? biasRelu : bias, at(b), false];
      wasm.multiply(at(out.data), bytes(out), ...operands, ...sizes, ...finish);
    },

    inputGradient(out, delta, A, mask, rows, share) {
      const operands = [at(delta.data), bytes(delta), false, at(A.theta), 4 * padded(A.inputs), false];
      const sizes = [rows, padded(A.outputs), ...columnsOf(A.inputs, share)];
      const how = mask ? [masked, at(mask.data)] : [store, 0];
      wasm.multiply(at(out.data), bytes(out), ...operands, ...sizes, at(scratch), ...how, false);
    },

    weightGradient(A, delta, x, rows, finish, share) {
      const pitch = padded(A.inputs);
      const operands = [at(delta.data), bytes(delta), true, at(x.data), bytes(x), false];
      const [from, to] = columnsOf(A.inputs, share);
      // The parameters are updated while the gradient is in a register, unless the gradient is needed too.
      const straight = finish.update && !squares;
      const how = [straight ? update : store, at(A.theta), finish.add];
      wasm.multiply(at(A.gradient), 4 * pitch, ...operands, A.outputs, rows, from, to, at(scratch), ...how);
      if (!squares) return;
      self.squares(A, 0, Math.ceil(A.outputs / line), from, to);
      if (!finish.update) return;
      for (let j = 0; j < A.outputs; j++) self.updateRange(A, j * pitch + from, j * pitch + to);
    },

    biasGradient(b, delta, rows, finish, share) {
      const theta = updated(b.theta, finish);
      const range = columnsOf(b.theta.length, share);
      wasm.columnSums(
        at(b.gradient),
        at(delta.data),
        bytes(delta),
        rows,
        ...range,
        finish.add,
        theta,
        at(b.sums),
      );
    },

    compressRows({ places, counts }, source, rows, share) {
      const how = [source.columns, source.scale];
      wasm.compressRows(at(places), at(counts), ...from(source), ...how, ...rangeOf(rows, share));
    },

    compressColumns({ places, counts, capacity }, source, rows, share) {
      const sizes = [rows, capacity, source.columns, source.scale];
      wasm.compressColumns(
        at(places),
        at(counts),
        ...from(source),
        ...sizes,
        ...columnsOf(source.columns, share),
      );
    },

    sparseAffine(out, x, A, b, rows, relu, share) {
      const entries = [at(x.places), at(x.counts), rows, A.inputs];
      wasm.sparseAffine(
        at(out.data),
        bytes(out),
        at(A.theta),
        at(b),
        ...entries,
        relu,
        ...panelsOf(A.outputs, share),
      );
    },

    sparseInputGradient(out, delta, A, x, rows, share) {
      const entries = [at(x.places), at(x.counts), rows, A.inputs, Math.ceil(A.outputs / line)];
      wasm.sparseInputGradient(
        at(out.data),
        bytes(out),
        at(delta.data),
        bytes(delta),
        at(A.theta),
        ...entries,
        ...columnsOf(A.inputs, share),
        at(scratch),
      );
    },

    sparseGradient(A, delta, x, rows, finish, share) {
      const entries = [at(x.places), at(x.counts), x.capacity, rows, A.inputs];
      // Columns without entries have the gradient 0, and are skipped if that changes nothing.
      const all = finish.add || !finish.update || !skipZeros;
      const how = [at(scratch), finish.add, all, updated(A.theta, finish), at(A.sums)];
      wasm.sparseGradient(
        at(A.gradient),
        at(delta.data),
        bytes(delta),
        ...entries,
        ...panelsOf(A.outputs, share),
        ...how,
      );
    },

    columnAffine(out, x, A, b, rows, relu, share) {
      const entries = [at(x.places), at(x.counts), rows, A.inputs];
      const range = blocksOf(A.outputs, share);
      const panels = Math.ceil(A.outputs / line);
      wasm.columnAffine(at(out.data), bytes(out), at(A.theta), panels, at(b), ...entries, relu, ...range);
    },

    columnBackward(A, delta, x, share) {
      const range = blocksOf(A.outputs, share);
      const operands = [at(A.theta), Math.ceil(A.outputs / line), at(A.gradient), A.inputs, at(delta.data)];
      wasm.columnBackward(...operands, at(x.places), x.counts[0]!, ...range, at(A.sums));
    },

    columnInputGradient(out, A, x, share) {
      const parts = [at(A.gradient), A.inputs, Math.ceil(A.outputs / blockOutputs)];
      const range = columnsOf(A.inputs, share);
      wasm.columnInputGradient(at(out.data), ...parts, at(x.places), x.counts[0]!, ...range);
    },

    setRule(rule, { theta, first, second }, wanted = ruleKernel(rule).squares !== undefined) {
      const { number, leavesAlone } = ruleKernel(rule);
      skipZeros = leavesAlone;
      squares = wanted;
      wasm.setRule(number, squares, at(first) - at(theta), at(second) - at(theta));
    },

    setStep({ eta, epsilon, beta1, beta2, correction }) {
      wasm.setNumbers(eta, epsilon, beta1, beta2, correction);
    },

    update({ theta, gradient }, share) {
      wasm.update(at(theta), at(gradient), ...columnsOf(theta.length, share));
    },

    addBias(x, b, rows, relu, from, to) {
      wasm.addBias(at(x.data), bytes(x), at(b), rows, from, to, relu);
    },

    tanh(y, f, z) {
      wasm.tanh(at(y), f ? at(f) : 0, at(z), z.length);
    },

    mask(out, x, rows, from, to) {
      wasm.mask(at(out.data), at(x.data), bytes(out), rows, from, to);
    },

    clear(x, rows, from, to) {
      wasm.clear(at(x.data), bytes(x), rows, from, to);
    },

    squares({ gradient, inputs, sums }, top, bottom, from, to) {
      const blocks = Math.ceil(inputs / line);
      wasm.blockSquares(at(gradient), 4 * padded(inputs), top, bottom, from, to, at(sums), blocks);
    },

    updateRange({ theta, gradient }, from, to) {
      wasm.update(at(theta), at(gradient), from, to);
    },
  };
  return self;
}

/** A thread's part of the columns, padding included, in whole lines. */
function columnsOf(columns: number, share: Share): [from: number, to: number] {
  return rangeOf(padded(columns), share, line);
}

/** A thread's part of the columns, padding included, in whole blocks. */
function blocksOf(columns: number, share: Share): [from: number, to: number] {
  return rangeOf(padded(columns), share, blockOutputs);
}

/** A thread's part of the panels. */
function panelsOf(outputs: number, share: Share): [from: number, to: number] {
  return rangeOf(Math.ceil(outputs / line), share);
}
