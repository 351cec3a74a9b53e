/**
 * A list of rows of numbers that grows without being copied: blocks of a megabyte, joined once at the end.
 */

/** About as many numbers a block. */
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

  /** @param make an array of so many zeros; float64 by default */
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

  /** All rows, one after the other; the list is empty afterwards. */
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
