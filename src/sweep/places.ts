/**
 * The positions of records in a file, twelve bytes a point: all that a sweep with a folder keeps of a point in memory.
 */
import type { LinePlace } from "#platform";

export class Places {
  #starts = new Float64Array(0);
  /** The length of the line plus one; 0 for a missing record. */
  #lengths = new Uint32Array(0);

  get(index: number): LinePlace | undefined {
    const length = this.#lengths[index];
    return length ? [this.#starts[index]!, length - 1] : undefined;
  }

  has(index: number): boolean {
    return this.#lengths[index] !== undefined && this.#lengths[index] !== 0;
  }

  set(index: number, [start, length]: LinePlace): void {
    if (index >= this.#lengths.length) this.#grow(index + 1);
    this.#starts[index] = start;
    this.#lengths[index] = length + 1;
  }

  #grow(least: number): void {
    const size = Math.max(least, 2 * this.#lengths.length, 1024);
    const [starts, lengths] = [new Float64Array(size), new Uint32Array(size)];
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    [this.#starts, this.#lengths] = [starts, lengths];
  }

  /** The positions with the numbers of their points, in increasing order. */
  *entries(): Iterable<[number, LinePlace]> {
    for (let index = 0; index < this.#lengths.length; index++) {
      const place = this.get(index);
      if (place) yield [index, place];
    }
  }
}
