/**
 * The fast kernels: WebAssembly with 128-bit SIMD (assembly/kernels.ts), on arrays that lie in its memory.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { Kernels } from "./kernels.js";
import { rangeOf } from "./share.js";

/** What assembly/kernels.ts exports; arrays are byte offsets. */
interface Exports {
  multiply(
    c: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    bColumn: number,
    m: number,
    n: number,
    depth: number,
    from: number,
    to: number,
    scratch: number,
    extra: number,
    finish: number,
  ): void;
  columnSums(out: number, a: number, m: number, n: number, from: number, to: number): void;
  gatherBytes(
    out: number,
    x: number,
    rows: number,
    width: number,
    scale: number,
    from: number,
    to: number,
  ): void;
  gatherFloats(
    out: number,
    x: number,
    rows: number,
    width: number,
    scale: number,
    from: number,
    to: number,
  ): void;
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
  ): void;
}

// What becomes of an entry of a product before it is stored; as in assembly/kernels.ts.
const plain = 0;
const bias = 1;
const biasRelu = 2;
const mask = 3;
/** The columns of a tile: products are shared between threads at multiples of it. */
const tileColumns = 8;
const tileRows = 4;

/** How many floats of scratch memory a thread needs for products of up to these sizes. */
export function scratchLength(rows: number, depth: number): number {
  return (Math.ceil(rows / tileRows) * tileRows + tileColumns) * depth + tileRows * tileColumns;
}

/**
 * The build that this machine runs: with fused multiply-adds where V8 has relaxed SIMD (Node 20 has it behind a
 * flag, which may be set until the first module that uses it is compiled), else without.
 */
function compile(): { module: WebAssembly.Module; name: string } {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  const relaxed = readFileSync(new URL("./kernels-relaxed.wasm", import.meta.url));
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
  return {
    name,

    affine(out, x, A, b, { rows, inputs, outputs }, relu, share) {
      const [from, to] = rangeOf(outputs, share, tileColumns);
      const finish = relu ? biasRelu : bias;
      wasm.multiply(
        at(out),
        at(x),
        inputs,
        1,
        at(A),
        1,
        inputs,
        rows,
        outputs,
        inputs,
        from,
        to,
        at(scratch),
        at(b),
        finish,
      );
    },

    inputGradient(out, delta, A, x, { rows, inputs, outputs }, share) {
      const [from, to] = rangeOf(inputs, share, tileColumns);
      wasm.multiply(
        at(out),
        at(delta),
        outputs,
        1,
        at(A),
        inputs,
        1,
        rows,
        inputs,
        outputs,
        from,
        to,
        at(scratch),
        at(x),
        mask,
      );
    },

    weightGradient(dA, db, delta, x, { rows, inputs, outputs }, share) {
      const [from, to] = rangeOf(inputs, share, tileColumns);
      wasm.multiply(
        at(dA),
        at(delta),
        1,
        outputs,
        at(x),
        inputs,
        1,
        outputs,
        inputs,
        rows,
        from,
        to,
        at(scratch),
        0,
        plain,
      );
      wasm.columnSums(at(db), at(delta), rows, outputs, ...rangeOf(outputs, share));
    },

    gather(out, data, indices, rows, width, scale, share) {
      const gather = data instanceof Uint8Array ? wasm.gatherBytes : wasm.gatherFloats;
      gather(at(out), at(data), at(indices), width, scale, ...rangeOf(rows, share));
    },

    sumOfSquares: (g, from, to) => wasm.sumOfSquares(at(g), from, to),

    descend(theta, g, eta, share) {
      wasm.descend(at(theta), at(g), eta, ...rangeOf(theta.length, share, 16));
    },

    descendAdagrad(theta, g, c, eta, epsilon, share) {
      wasm.descendAdagrad(at(theta), at(g), at(c), eta, epsilon, ...rangeOf(theta.length, share, 16));
    },
  };
}
