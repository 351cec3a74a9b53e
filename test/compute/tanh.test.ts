/**
 * tanh on threads: the bits of the readable twin, for every kind of float32 and at both parities of the length.
 */
import { expect, test } from "vitest";
import { scalarKernels } from "#nablab/compute/scalar.js";
import { scratchLength, wasmKernels } from "#nablab/compute/wasm.js";
import { firstDifference } from "../first-difference.js";

const memory = new WebAssembly.Memory({ initial: 512, maximum: 512, shared: true });
const n = 2 ** 20;
const array = (place: number, length = n) => new Float32Array(memory.buffer, 2 ** 20 + 4 * n * place, length);
const fast = wasmKernels(memory, new Float32Array(memory.buffer, 1024, scratchLength(16)));
const readable = scalarKernels(() => {});

test("has the bits of Math.tanh for every 4095th float32, and so has 1 − tanh²", () => {
  const [z, y, f] = [array(0), array(1), array(2)];
  const bits = new Uint32Array(memory.buffer, z.byteOffset, n);
  // An odd step, so that the lowest bits vary; it visits all exponents, zeros, infinities and NaN.
  for (let i = 0; i < n; i++) bits[i] = Math.imul(i, 4095);
  const [wantedY, wantedF] = [new Float32Array(n), new Float32Array(n)];
  fast.tanh(y, f, z);
  readable.tanh(wantedY, wantedF, z);
  expect(firstDifference(y, wantedY)).toBe(-1);
  expect(firstDifference(f, wantedF)).toBe(-1);
});

test("writes as many entries as there are, and no derivative unless asked", () => {
  for (const length of [1, 2, 7]) {
    const [z, y, f] = [array(0, length), array(1, 9), array(2, 9)];
    z.forEach((_, i) => {
      z[i] = i - 2.5;
    });
    y.fill(9);
    f.fill(9);
    fast.tanh(y, undefined, z);
    expect([...y.subarray(0, length)]).toEqual(Array.from(z, (value) => Math.fround(Math.tanh(value))));
    expect([...y.subarray(length), ...f].every((value) => value === 9)).toBe(true);
    fast.tanh(y, f, z);
    expect([...f.subarray(length)].every((value) => value === 9)).toBe(true);
  }
});
