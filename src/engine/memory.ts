/**
 * The shared memory of a job: what layers reserve in it, as plain data that is sent to threads, and a thread's views of it.
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

/** Lists of what is not zero in some rows or columns. */
export interface CompressedPlan {
  readonly capacity: number;
  readonly entries: Region<"Float32Array">;
  readonly counts: Region<"Uint32Array">;
}

/** Where some parameters begin among all, and how long they are there, with padding. */
export interface ParametersPlan {
  readonly at: number;
  readonly length: number;
  /** The same for the sums of squares of their gradient. */
  readonly sums: { readonly at: number; readonly length: number };
}

/** Reserves what layers need. */
export class Room {
  /** The length of all parameters so far, and of the sums of squares of their gradients. */
  length = 0;
  sumsLength = 0;
  readonly #arena: Arena;
  readonly #rows: number;

  /**
   * @param arena what it is reserved in
   * @param rows how many samples go through the network at once
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

  /** A matrix, with a row for each sample unless `rows` says how many. */
  matrix(columns: number, rows = this.#rows): MatrixPlan {
    return { columns, region: this.#arena.reserve("Float32Array", matrixLength(rows, columns)) };
  }

  /** So many lists of at most so many entries. */
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

/** What was reserved, as one thread sees it. */
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
