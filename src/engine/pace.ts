/**
 * How many threads train: one or all, chosen by measurement. Which is faster depends on the network, on the batch, and above
 * all on the load of the machine: threads that wait for one without a core take a thousand times as long. Any number of
 * threads gives the same bits, so a training can change it at any step.
 */

/** A stretch of a training: the number of threads, and the milliseconds until the next decision. */
export interface Pacing {
  readonly threads: number;
  readonly milliseconds: number;
}

// The first stretch compiles; a training that ends within it tries nothing.
const warmUp = 100;
// Then the rate is measured, at first only briefly.
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
  /** What is left of a stretch that was cut short. */
  #rest: Pacing | undefined;
  /** Steps per millisecond. */
  #rate = 0;

  /**
   * @param first the initial number of threads
   * @param most the largest number, if there is a choice between that and one
   */
  constructor(first: number, most = 1) {
    this.#threads = first;
    this.#most = most;
  }

  /** The current number of threads. */
  get threads(): number {
    return this.#threads;
  }

  /** The next stretch. */
  next(): Pacing {
    const threads = this.#threads;
    if (this.#most === 1) return { threads, milliseconds: Number.POSITIVE_INFINITY };
    if (this.#rest) return this.#rest;
    const stretch = this.#stretches++;
    if (stretch === 0) return { threads, milliseconds: warmUp };
    if (stretch % 2 === 1) return { threads, milliseconds: stretch === 1 ? atFirst : between };
    return { threads: threads === 1 ? this.#most : 1, milliseconds: trial };
  }

  /**
   * Records the measured rate: how many steps a stretch took, in how many milliseconds.
   *
   * @param isCut whether it was cut short to inspect the parameters, and goes on afterwards
   */
  took({ threads, milliseconds }: Pacing, steps: number, spent: number, isCut = false): void {
    const rest = milliseconds - spent;
    this.#rest = isCut && rest > 0 ? { threads, milliseconds: rest } : undefined;
    // Of a stretch that was cut short at once nothing is known.
    if (steps === 0) return;
    const rate = steps / spent;
    if (threads === this.#threads) this.#rate = rate;
    else if (rate > margin * this.#rate) this.#threads = threads;
  }
}
