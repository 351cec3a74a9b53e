/**
 * The fast kernels: WebAssembly with 128-bit SIMD (assembly/kernels.ts), on arrays that lie in its memory.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { Kernels } from "./kernels.js";
import { rangeOf, type Share } from "./share.js";

/** What assembly/kernels.ts exports; arrays are byte offsets. Its signatures are those of that file. */
interface Exports {
  multiply(...offsetsAndSizes: [...numbers: number[], add: boolean]): void;
  columnSums(out: number, a: number, m: number, n: number, from: number, to: number, add: boolean): void;
  gatherBytes: Gather;
  gatherFloats: Gather;
  sumOfSquares(g: number, from: number, to: number): number;
  descend(theta: number, g: number, eta: number, from: number, to: number): void;
  descendAdagrad(
    theta: number,
    g: number,
    c: number,
    eta: number,
    epsilon: number,
    from: number,
    to: number,
  ): number;
}
type Gather = (
  out: number,
  x: number,
  rows: number,
  width: number,
  scale: number,
  from: number,
  to: number,
) => void;

// What becomes of an entry of a product before it is stored; as in assembly/kernels.ts.
const plain = 0;
const bias = 1;
const biasRelu = 2;
const mask = 3;
/** The columns of a tile: products are shared between threads at multiples of it. */
const tileColumns = 8;

/** How many floats of scratch memory a thread needs, whatever the sizes: what is packed at once, and a tile. */
export const scratchLength = (256 + tileColumns) * 1024 + 4 * tileColumns;

/**
 * The build that this machine runs: with fused multiply-adds where V8 has relaxed SIMD (Node 20 has it behind a
 * flag, which may be set until the first module that uses it is compiled), else without.
 */
function compile(): { module: WebAssembly.Module; name: string } {
  const relaxed = readFileSync(new URL("./kernels-relaxed.wasm", import.meta.url));
  // Newer V8 has it anyway, and would complain of a flag that it no longer knows.
  if (!WebAssembly.validate(relaxed)) setFlagsFromString("--experimental-wasm-relaxed-simd");
  if (WebAssembly.validate(relaxed)) {
    return { module: new WebAssembly.Module(relaxed), name: "wasm simd, fused multiply-add" };
  }
  return {
    module: new WebAssembly.Module(readFileSync(new URL("./kernels.wasm", import.meta.url))),
    name: "wasm simd",
  };
}

/**
 * The kernels on arrays in `memory`.
 *
 * @param scratch room for this thread alone, of at least {@link scratchLength}
 */
export function wasmKernels(memory: WebAssembly.Memory, scratch: Float32Array): Kernels {
  const { module, name } = compile();
  const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const at = (array: { byteOffset: number }): number => array.byteOffset;

  /** out = finish(a b), with `add` on top of what it holds; a is m × depth, b depth × n, each with its two strides. */
  const multiply = (
    out: Float32Array,
    [a, aRow, aColumn]: Operand,
    [b, bRow, bColumn]: Operand,
    [m, n, depth]: readonly [m: number, n: number, depth: number],
    share: Share,
    finish: number,
    extra: Float32Array | undefined,
    add: boolean,
  ): void => {
    const [from, to] = rangeOf(n, share, tileColumns);
    const operands = [at(out), at(a), aRow, aColumn, at(b), bRow, bColumn];
    wasm.multiply(...operands, m, n, depth, from, to, at(scratch), extra ? at(extra) : 0, finish, add);
  };

  return {
    name,

    affine(out, x, A, b, { rows, inputs, outputs }, relu, share) {
      const finish = relu ? biasRelu : bias;
      multiply(out, [x, inputs, 1], [A, 1, inputs], [rows, outputs, inputs], share, finish, b, false);
    },

    inputGradient(out, delta, A, x, { rows, inputs, outputs }, share) {
      multiply(out, [delta, outputs, 1], [A, inputs, 1], [rows, inputs, outputs], share, mask, x, false);
    },

    weightGradient(dA, db, delta, x, { rows, inputs, outputs }, add, share) {
      const sizes = [outputs, inputs, rows] as const;
      multiply(dA, [delta, 1, outputs], [x, inputs, 1], sizes, share, plain, undefined, add);
      const [from, to] = rangeOf(outputs, share);
      wasm.columnSums(at(db), at(delta), rows, outputs, from, to, add);
    },

    gather(out, data, indices, rows, width, scale, share) {
      const gather = data instanceof Uint8Array ? wasm.gatherBytes : wasm.gatherFloats;
      gather(at(out), at(data), at(indices), width, scale, ...rangeOf(rows, share));
    },

    sumOfSquares: (g, from, to) => wasm.sumOfSquares(at(g), from, to),

    descend(theta, g, eta, share) {
      wasm.descend(at(theta), at(g), eta, ...rangeOf(theta.length, share, 16));
    },

    descendAdagrad: (theta, g, c, eta, epsilon, from, to) =>
      wasm.descendAdagrad(at(theta), at(g), at(c), eta, epsilon, from, to),
  };
}

/** A matrix and how far apart in it two rows and two columns are. */
type Operand = readonly [array: Float32Array, row: number, column: number];
