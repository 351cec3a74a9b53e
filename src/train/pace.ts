/**
 * How many threads train: one or all, found out by trying. Which is faster depends on the network, on the batch, and most
 * of all on what else the machine does: threads that wait for one that has no core take a thousand times as long. Any
 * number of threads gives the same bits, so a training can change it at any step.
 */

/** A stretch of a training: by how many threads, and after how many milliseconds to look again. */
export interface Pacing {
  readonly threads: number;
  readonly milliseconds: number;
}

// The first stretch compiles; a training that is over by then tries nothing.
const warmUp = 100;
// Long enough for some steps of a network of a million parameters, and a hundredth of what follows.
const trial = 30;
const between = 2000;

/** Chooses, stretch by stretch. */
export class Pace {
  readonly #most: number;
  #threads: number;
  #plan: Pacing[];
  readonly #rates = new Map<number, number>();

  /**
   * @param first how many threads begin
   * @param most how many there can be, where there is a choice between all of them and one
   */
  constructor(first: number, most = 1) {
    this.#threads = first;
    this.#most = most;
    this.#plan = most === 1 ? [] : [{ threads: first, milliseconds: warmUp }, ...this.#trials()];
  }

  /** The next stretch. */
  next(): Pacing {
    const planned = this.#plan.shift();
    if (planned) return planned;
    if (this.#most === 1) return { threads: this.#threads, milliseconds: Number.POSITIVE_INFINITY };
    const [alone, together] = [this.#rates.get(1), this.#rates.get(this.#most)];
    // Who could take no step in its trial was slower.
    if (alone !== undefined || together !== undefined) {
      this.#threads = (alone ?? 0) > (together ?? 0) ? 1 : this.#most;
    }
    this.#rates.clear();
    this.#plan = this.#trials();
    return { threads: this.#threads, milliseconds: between };
  }

  /** Is told how a stretch went. */
  took({ threads, milliseconds }: Pacing, steps: number, spent: number): void {
    if (milliseconds === trial && steps > 0 && spent > 0) this.#rates.set(threads, steps / spent);
  }

  /** One stretch of each, in turn so that the one that trains now goes on as it is. */
  #trials(): Pacing[] {
    const order = this.#threads === 1 ? [1, this.#most] : [this.#most, 1];
    return order.map((threads) => ({ threads, milliseconds: trial }));
  }
}
