/**
 * Products of dense matrices by OpenBLAS, where there is one: with 512-bit vectors a core multiplies twice as fast as
 * WebAssembly with 128 (80 to 95 GFLOP/s against 53 on the same core). All the rest, and products with what is
 * not zero, is done by the WebAssembly kernels, on the same memory.
 *
 * Each of our threads calls the library, which itself uses one thread; how it is found is the platform's (platform/openblas.ts).
 */
import { cores, openblas } from "#platform";
import type { Kernels } from "./kernels.js";
import { padded } from "./matrix.js";
import { ruleKernel } from "./rule-kernels.js";
import { rangeOf, type Share } from "./share.js";
import type { WasmKernels } from "./wasm.js";

// As in cblas.h.
const [rowMajor, asIs, transposed] = [101, 111, 112];

/**
 * Columns (or outputs) that one call computes, of so many. The same whatever the number of threads that train, so that the
 * same bits come out: as many as make a call for each core.
 */
const chunkOf = (columns: number): number => Math.max(64, padded(Math.ceil(columns / coreCount)));
const coreCount = cores();

/**
 * The kernels with OpenBLAS for dense products.
 *
 * @param memory what the arrays lie in
 */
export function openblasKernels(wasm: WasmKernels, memory: WebAssembly.Memory): Kernels {
  const { name, sgemm, address } = openblas();
  const base = address(new Uint8Array(memory.buffer));
  const at = (array: Float32Array, entry = 0): number => base + array.byteOffset + 4 * entry;
  let squares = false;
  let isPlain = false;
  let eta = 0;

  return {
    ...wasm,
    name: `${name}, ${wasm.name}`,

    affine(out, x, A, b, rows, relu, share) {
      const pitch = padded(A.inputs);
      for (const [j, end] of chunks(padded(A.outputs), share)) {
        const [X, W, Z] = [at(x.data), at(A.theta, j * pitch), at(out.data, j)];
        const [m, n, depth] = [rows, end - j, A.inputs];
        sgemm(rowMajor, asIs, transposed, m, n, depth, 1, X, x.pitch, W, pitch, 0, Z, out.pitch);
        if (b) wasm.addBias(out, b, rows, relu, j, end);
      }
    },

    inputGradient(out, delta, A, mask, rows, share) {
      const pitch = padded(A.inputs);
      for (const [k, end] of chunks(pitch, share)) {
        const [D, W, Y] = [at(delta.data), at(A.theta, k), at(out.data, k)];
        const [m, n, depth] = [rows, end - k, A.outputs];
        sgemm(rowMajor, asIs, asIs, m, n, depth, 1, D, delta.pitch, W, pitch, 0, Y, out.pitch);
        if (mask) wasm.mask(out, mask, rows, k, end);
      }
    },

    weightGradient(A, delta, x, rows, { add, update }, share) {
      const pitch = padded(A.inputs);
      for (const [j, end] of chunks(A.outputs, share)) {
        const [D, X, m, n] = [at(delta.data, j), at(x.data), end - j, A.inputs];
        // θ ← θ − η deltaᵀ x is a product like any other: a step takes 8 % less than with the gradient stored first.
        const straight = update && !add && isPlain && !squares;
        const [alpha, beta, C] = straight ? [-eta, 1, A.theta] : [1, Number(add), A.gradient];
        const target = at(C, j * pitch);
        sgemm(rowMajor, transposed, asIs, m, n, rows, alpha, D, delta.pitch, X, x.pitch, beta, target, pitch);
        if (straight) continue;
        // While the chunk is still in the cache.
        if (squares) A.sums[j / chunkOf(A.outputs)] = wasm.sumOfSquares(A.gradient, j * pitch, end * pitch);
        if (update) wasm.updateRange(A, j * pitch, end * pitch);
      }
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

/** A thread's part of the columns, in chunks. */
function* chunks(columns: number, share: Share): Generator<[from: number, to: number]> {
  const chunk = chunkOf(columns);
  const [from, to] = rangeOf(columns, share, chunk);
  for (let at = from; at < to; at += chunk) yield [at, Math.min(at + chunk, to)];
}
