/**
 * The shared memory of a job: the layers' reservations, as plain data that is sent to threads, and a thread's views of it.
 */
import { type Arena, type ArrayKind, type Region, view } from "../compute/arena.js";
import type { Compressed } from "../compute/kernels.js";
import { type Matrix, matrixLength, matrixOf } from "../compute/matrix.js";
import type { Parameters } from "../compute/parameters.js";

/** A matrix in the memory. */
export interface MatrixPlan {
  readonly columns: number;
  readonly region: Region<"Float32Array">;
}

/** Lists of the nonzero entries of rows or columns. */
export interface CompressedPlan {
  readonly capacity: number;
  readonly entries: Region<"Float32Array">;
  readonly counts: Region<"Uint32Array">;
}

/** The start and padded length of a layer's parameters among all. */
export interface ParametersPlan {
  readonly at: number;
  readonly length: number;
  /** The same for the sums of squares of their gradient. */
  readonly sums: { readonly at: number; readonly length: number };
}

/** Reserves the memory of layers. */
export class Room {
  /** The total length of the parameters so far, and of the sums of squares of their gradients. */
  length = 0;
  sumsLength = 0;
  readonly #arena: Arena;
  readonly #rows: number;

  /**
   * @param arena the arena to reserve from
   * @param rows the largest number of samples in a chunk
   */
  constructor(arena: Arena, rows: number) {
    this.#arena = arena;
    this.#rows = rows;
  }

  /** Parameters, and sums of squares of their gradient. */
  parameters(length: number, sumsLength: number): ParametersPlan {
    const plan = { at: this.length, length, sums: { at: this.sumsLength, length: sumsLength } };
    this.length += length;
    this.sumsLength += sumsLength;
    return plan;
  }

  /** A matrix with `rows` rows; by default one for each sample. */
  matrix(columns: number, rows = this.#rows): MatrixPlan {
    return { columns, region: this.#arena.reserve("Float32Array", matrixLength(rows, columns)) };
  }

  /** Lists of nonzero entries, each with a maximal length. */
  compressed(lists: number, capacity: number): CompressedPlan {
    return {
      capacity,
      entries: this.#arena.reserve("Float32Array", 2 * lists * capacity),
      counts: this.#arena.reserve("Uint32Array", lists),
    };
  }

  /** An array. */
  array<K extends ArrayKind>(kind: K, length: number): Region<K> {
    return this.#arena.reserve(kind, length);
  }
}

/** One thread's views of the reserved memory. */
export class Views {
  readonly #memory: WebAssembly.Memory;
  readonly #all: Parameters;

  /** @param all the parameters of the whole network */
  constructor(memory: WebAssembly.Memory, all: Parameters) {
    this.#memory = memory;
    this.#all = all;
  }

  parameters({ at, length, sums }: ParametersPlan): Parameters {
    const { theta, gradient, first, second, sums: squares } = this.#all;
    return {
      theta: theta.subarray(at, at + length),
      gradient: gradient.subarray(at, at + length),
      first: first.subarray(at, at + length),
      second: second.subarray(at, at + length),
      sums: squares.subarray(sums.at, sums.at + sums.length),
    };
  }

  matrix({ columns, region }: MatrixPlan): Matrix {
    return matrixOf(view(this.#memory, region), columns);
  }

  compressed({ capacity, entries, counts }: CompressedPlan): Compressed {
    return {
      capacity,
      places: view(this.#memory, { ...entries, kind: "Uint32Array" }),
      values: view(this.#memory, entries),
      counts: view(this.#memory, counts),
    };
  }

  array<K extends ArrayKind>(region: Region<K>) {
    return view(this.#memory, region);
  }
}
