/**
 * The layout of one block of memory that several threads share. First all arrays are reserved, then the memory is
 * allocated, then every thread creates views of it.
 */

type TypedArrays = {
  Uint8Array: Uint8Array;
  Uint32Array: Uint32Array;
  Int32Array: Int32Array;
  Float32Array: Float32Array;
  Float64Array: Float64Array;
};
const constructors = { Uint8Array, Uint32Array, Int32Array, Float32Array, Float64Array };

/** The kinds of arrays that can be reserved. */
export type ArrayKind = keyof TypedArrays;

/** Where an array is; plain data, which can be sent to a thread. */
export interface Region<K extends ArrayKind = ArrayKind> {
  readonly kind: K;
  readonly offset: number;
  readonly length: number;
}

const page = 65_536;
/** A cache line: arrays that different threads write do not share one. */
const alignment = 64;

/** Reserves regions one after the other. */
export class Arena {
  // AssemblyScript's runtime would use the memory below this.
  #end = 1024;

  /** Reserves an array of `length` numbers. */
  reserve<K extends ArrayKind>(kind: K, length: number): Region<K> {
    const offset = Math.ceil(this.#end / alignment) * alignment;
    // Vector loads of the last entries may reach 16 bytes further.
    this.#end = offset + length * constructors[kind].BYTES_PER_ELEMENT + 16;
    return { kind, offset, length };
  }

  /**
   * Memory for all reserved arrays. It may be reused, and is not cleared.
   *
   * @throws RangeError if it needs more than the 4 GiB that WebAssembly can address, or than is available
   */
  allocate(): WebAssembly.Memory {
    const pages = Math.ceil(this.#end / page);
    const size = `${(this.#end / 2 ** 30).toFixed(1)} GiB`;
    if (pages > page)
      throw new RangeError(
        `train: this needs ${size} of memory, more than the 4 GiB there can be; use fewer samples or smaller layers`,
      );
    try {
      const memory = spare ?? new WebAssembly.Memory({ initial: pages, maximum: page, shared: true });
      spare = undefined;
      const missing = pages - memory.buffer.byteLength / page;
      if (missing > 0) memory.grow(missing);
      return memory;
    } catch {
      throw new RangeError(
        `train: there is no room for ${size} of memory; use fewer samples or smaller layers`,
      );
    }
  }
}

/**
 * V8 frees shared memories late, often only when memory runs out: fifty consecutive trainings on MNIST left 1.4 GB.
 * So a released memory is kept for the next job.
 */
let spare: WebAssembly.Memory | undefined;

/** Releases memory; no array in it may be used afterwards. */
export function release(memory: WebAssembly.Memory): void {
  if (!spare || spare.buffer.byteLength < memory.buffer.byteLength) spare = memory;
}

/** The array in a region of the memory. */
export function view<K extends ArrayKind>(
  memory: WebAssembly.Memory,
  { kind, offset, length }: Region<K>,
): TypedArrays[K] {
  const View = constructors[kind] as unknown as new (
    buffer: SharedArrayBuffer,
    at: number,
    count: number,
  ) => TypedArrays[K];
  return new View(memory.buffer, offset, length);
}
