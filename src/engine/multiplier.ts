/**
 * The backend of dense matrix products: WebAssembly or OpenBLAS; by default OpenBLAS for the products for which it is
 * proven, on this machine, to have the bits of WebAssembly.
 */
import { type CallName, callNames, type Product } from "../compute/openblas.js";
import { proofOf } from "../compute/proof.js";
import { kindOf } from "./layers/index.js";
import type { LoweredLayer } from "./layers/layer.js";

/** The backends that a user can choose. */
export type FastBackend = "wasm" | "openblas";

/** The choice, as plain data for the threads. */
export interface Multiplier {
  readonly backend: FastBackend;
  /** The calls of OpenBLAS to make; by default all. */
  readonly proven?: readonly CallName[];
  /** Why WebAssembly multiplies although OpenBLAS would be faster, in words. */
  readonly why?: string;
  /** How many times as fast as WebAssembly the dense products of the first layer are. */
  readonly firstGain: number;
}

/** OpenBLAS's gain where it was not measured: that of AVX-512 on one CPU. */
const usualGain = 3.8;

/** All chunk sizes that occur, in training and in evaluation. */
interface RowCounts {
  readonly trained: readonly number[];
  readonly seen: readonly number[];
  /** Whether the rule is gradient descent, whose steps are products. */
  readonly steps: boolean;
}

/** The chunk sizes for `size` samples with chunks of at most `most`. */
export function chunksOf(size: number, batchSize: number, most: number): number[] {
  const sizes = new Set<number>();
  for (const batch of [Math.min(size, batchSize), size % batchSize]) {
    for (const chunk of [Math.min(batch, most), batch % most]) if (chunk > 0) sizes.add(chunk);
  }
  return [...sizes];
}

/** Chooses the backend for a network. */
export function chooseMultiplier(
  backend: FastBackend | undefined,
  layers: readonly LoweredLayer[],
  { trained, seen, steps }: RowCounts,
): Multiplier {
  if (backend) return { backend, firstGain: backend === "openblas" ? usualGain : 1 };
  const callsOf = (layer: LoweredLayer, isFirst: boolean): CallName[] => {
    const products = (rows: number, isTrained: boolean): readonly Product[] =>
      kindOf(layer).products?.(layer, rows, { isFirst, isTrained }) ?? [];
    return [
      ...trained.flatMap((rows) => products(rows, true).filter(([form]) => steps || form !== "step")),
      ...seen.flatMap((rows) => products(rows, false)),
    ].flatMap((product) => callNames(product));
  };
  const calls = layers.map((layer, t) => callsOf(layer, t === 0));
  const { proven, why, gain } = proofOf([...new Set(calls.flat())]);
  if (proven.length === 0) return { backend: "wasm", ...(why && { why }), firstGain: 1 };
  const first = calls[0]!;
  return {
    backend: "openblas",
    proven,
    firstGain: first.length > 0 && first.every((name) => proven.includes(name)) ? gain : 1,
  };
}
