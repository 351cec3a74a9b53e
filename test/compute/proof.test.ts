/**
 * The proof that OpenBLAS gives WebAssembly's bits accepts a library that keeps the order of sums, and none that does not: in
 * no form, nowhere in the result, however little.
 */
import { describe, expect, test } from "vitest";
import { type CallName, callNames, type Product } from "#nablab/compute/openblas.js";
import { fusedMultiplyAdd } from "#nablab/compute/order.js";
import { tryCalls } from "#nablab/compute/proof.js";
import { wasmBuild } from "#nablab/compute/wasm.js";

/** How a library goes about an entry. */
interface Manner {
  /** Σ a(k) b(k), from 0. */
  sum?(a: (k: number) => number, b: (k: number) => number, depth: number): number;
  /** c + α s. */
  finish?(c: number, alpha: number, s: number): number;
  /** The entries it gets wrong, by rows and columns of the result. */
  wrong?(i: number, j: number, m: number, n: number): boolean;
}

const chain = (a: (k: number) => number, b: (k: number) => number, depth: number): number => {
  let s = 0;
  for (let k = 0; k < depth; k++) s = fusedMultiplyAdd(a(k), b(k), s);
  return s;
};
const fused = (c: number, alpha: number, s: number): number => fusedMultiplyAdd(alpha, s, c);

/** A library that computes in a manner of its own, on the memory it was last asked the address of. */
function libraryOf({ sum = chain, finish = fused, wrong = () => false }: Manner) {
  let memory: Float32Array;
  return {
    name: "a library",
    address(array: ArrayBufferView): number {
      memory = new Float32Array(array.buffer);
      return 0;
    },
    sgemm(
      _order: number,
      transA: number,
      transB: number,
      m: number,
      n: number,
      depth: number,
      alpha: number,
      a: number,
      pitchA: number,
      b: number,
      pitchB: number,
      _beta: number,
      c: number,
      pitchC: number,
    ): void {
      const at = (start: number, pitch: number, row: number, column: number): number =>
        memory[start / 4 + row * pitch + column]!;
      const size = Math.fround(alpha);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const s = (wrong(i, j, m, n) ? halves : sum)(
            (k) => (transA === 111 ? at(a, pitchA, i, k) : at(a, pitchA, k, i)),
            (k) => (transB === 111 ? at(b, pitchB, k, j) : at(b, pitchB, j, k)),
            depth,
          );
          const to = c / 4 + i * pitchC + j;
          memory[to] = finish(memory[to]!, size, s);
        }
      }
    },
  };
}

/** Even and odd k apart. */
function halves(a: (k: number) => number, b: (k: number) => number, depth: number): number {
  const half = (from: number) =>
    chain(
      (k) => a(2 * k + from),
      (k) => b(2 * k + from),
      Math.ceil((depth - from) / 2),
    );
  return Math.fround(half(0) + half(1));
}
const flushed = (x: number): number => (Math.abs(x) < 2 ** -126 ? 0 : x);

const names: CallName[] = ["ab 48 32 37", "abᵀ 48 32 48", "aᵀb 48 32 37", "step 48 32 37"];
const proven = (manner: Manner): CallName[] =>
  Object.entries(tryCalls(libraryOf(manner), names).calls)
    .filter(([, same]) => same)
    .map(([name]) => name);

describe.skipIf(!wasmBuild().isFused)("the proof", () => {
  test("sees a step by a single product that is rounded twice", () => {
    const finish = (c: number, alpha: number, s: number) => Math.fround(c + Math.fround(alpha * s));
    expect(tryCalls(libraryOf({ finish }), ["step 3 48 1"]).calls).toEqual({ "step 3 48 1": false });
    expect(tryCalls(libraryOf({}), ["step 3 48 1"]).calls).toEqual({ "step 3 48 1": true });
  });

  test("accepts the order that is written down", () => {
    expect(proven({})).toEqual(names);
  });

  test.each<[string, Manner, CallName[]]>([
    ["two sums that are added", { sum: halves }, []],
    [
      "backwards",
      {
        sum: (a, b, depth) =>
          chain(
            (k) => a(depth - 1 - k),
            (k) => b(depth - 1 - k),
            depth,
          ),
      },
      [],
    ],
    [
      "products that are rounded",
      {
        sum(a, b, depth) {
          let s = 0;
          for (let k = 0; k < depth; k++) s = Math.fround(s + Math.fround(a(k) * b(k)));
          return s;
        },
      },
      [],
    ],
    ["numbers flushed to zero", { sum: (a, b, depth) => chain((k) => flushed(a(k)), b, depth) }, []],
    ["results flushed to zero", { finish: (c, alpha, s) => flushed(fused(c, alpha, s)) }, []],
    [
      "float64 inside",
      {
        sum(a, b, depth) {
          let s = 0;
          for (let k = 0; k < depth; k++) s += a(k) * b(k);
          return Math.fround(s);
        },
      },
      [],
    ],
    [
      "a step that is rounded twice",
      { finish: (c, alpha, s) => Math.fround(c + Math.fround(alpha * s)) },
      names.slice(0, 3),
    ],
    ["the last column", { wrong: (_, j, __, n) => j === n - 1 }, []],
    ["the last row", { wrong: (i, _, m) => i === m - 1 }, []],
    ["one entry", { wrong: (i, j) => i === 20 && j === 17 }, []],
  ])("refuses %s", (_, manner, expected) => {
    expect(proven(manner)).toEqual(expected);
  });
});

test("every call of a product is named once, with all remainders; small products are not worth a call", () => {
  const product: Product = ["abᵀ", 1000, 1040, 784];
  const calls = callNames(product);
  expect(new Set(calls).size).toBe(calls.length);
  for (const name of calls) {
    const [form, m, n, depth] = name.split(" ");
    expect(form).toBe("abᵀ");
    expect([512, 488]).toContain(Number(m));
    expect(Number(n)).toBeLessThanOrEqual(512);
    expect([272, 240]).toContain(Number(depth));
  }
  expect(callNames(["ab", 8, 16, 64])).toEqual([]);
});

test("one thread alone makes fewer calls, with the same panels", () => {
  expect(callNames(["ab", 1024, 1024, 1024], "alone").sort()).toEqual([
    "ab 1024 1024 320",
    "ab 1024 1024 352",
  ]);
  expect(callNames(["ab", 1030, 16, 400], "alone").sort()).toEqual([
    "ab 1024 16 192",
    "ab 1024 16 208",
    "ab 6 16 192",
    "ab 6 16 208",
  ]);
});
