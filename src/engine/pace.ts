/**
 * How many threads train: one or all, chosen by measurement. Which is faster depends on the network, on the batch, and most
 * of all on what else the machine does: threads that wait for one that has no core take a thousand times as long. Any
 * number of threads gives the same bits, so a training can change it at any step.
 */

/** A stretch of a training: by how many threads, and after how many milliseconds to look again. */
export interface Pacing {
  readonly threads: number;
  readonly milliseconds: number;
}

// The first stretch compiles; a training that ends within it tries nothing.
const warmUp = 100;
// Then how the training goes is measured, at first only for a while.
const atFirst = 400;
const between = 3000;
// Long enough for some steps of a network of a million parameters, and a hundredth of what follows.
const trial = 30;
// How much faster the other choice must be: a trial is short, and the machine's load varies.
const margin = 1.1;

/** Chooses for each stretch: keeps the current number of threads for a while, then tries the other. */
export class Pace {
  readonly #most: number;
  #threads: number;
  #stretches = 0;
  /** Steps a millisecond, as the training goes. */
  #rate = 0;

  /**
   * @param first how many threads begin
   * @param most how many there can be, where there is a choice between all of them and one
   */
  constructor(first: number, most = 1) {
    this.#threads = first;
    this.#most = most;
  }

  /** How many threads train now. */
  get threads(): number {
    return this.#threads;
  }

  /** The next stretch. */
  next(): Pacing {
    const threads = this.#threads;
    if (this.#most === 1) return { threads, milliseconds: Number.POSITIVE_INFINITY };
    const stretch = this.#stretches++;
    if (stretch === 0) return { threads, milliseconds: warmUp };
    if (stretch % 2 === 1) return { threads, milliseconds: stretch === 1 ? atFirst : between };
    return { threads: threads === 1 ? this.#most : 1, milliseconds: trial };
  }

  /** Records the measured rate: how many steps a stretch took, in how many milliseconds. */
  took({ threads }: Pacing, steps: number, spent: number): void {
    // Cut short to look at the parameters: that says nothing of the rate.
    if (steps === 0) return;
    const rate = steps / spent;
    if (threads === this.#threads) this.#rate = rate;
    else if (rate > margin * this.#rate) this.#threads = threads;
  }
}
