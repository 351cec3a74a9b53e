/**
 * A growing list of rows of numbers that is not reallocated: blocks of a megabyte, concatenated once at the end.
 */

/** The approximate number of entries in a block. */
const blockLength = 2 ** 17;

type Numbers = Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** Rows of `width` numbers. */
export class Grower<T extends Numbers = Float64Array<ArrayBuffer>> {
  /** How many rows there are. */
  rows = 0;
  readonly #width: number;
  readonly #rowsPerBlock: number;
  readonly #make: (length: number) => T;
  #blocks: T[] = [];

  /** @param make allocates an array of zeros; float64 by default */
  constructor(width: number, make = (length: number) => new Float64Array(length) as T) {
    this.#width = width;
    this.#make = make;
    this.#rowsPerBlock = Math.max(1, Math.floor(blockLength / width));
  }

  /** Adds a row, of the first numbers of `row`. */
  push(row: ArrayLike<number>): void {
    const at = this.rows % this.#rowsPerBlock;
    if (at === 0) this.#blocks.push(this.#make(this.#rowsPerBlock * this.#width));
    const block = this.#blocks.at(-1)!;
    for (let i = at * this.#width, j = 0; j < this.#width; i++, j++) block[i] = row[j]!;
    this.rows++;
  }

  /** All rows concatenated; the list is empty afterwards. */
  finish(): T {
    const all = this.#make(this.rows * this.#width);
    const blocks = this.#blocks;
    this.#blocks = [];
    this.rows = 0;
    blocks.forEach((block, i) => {
      const at = i * block.length;
      all.set(block.subarray(0, all.length - at), at);
    });
    return all;
  }
}
