/**
 * A barrier: no thread continues before all have arrived.
 *
 * Operations of a training step take tens of microseconds, so a thread first spins a few thousand times and only then
 * sleeps; waking takes about as long as an operation.
 */
import { nativeWait } from "../platform/native-wait.js";

const spins = 4000;

export class Barrier {
  readonly #state: Int32Array;
  readonly #parts: number;

  /**
   * @param state two integers of shared memory, zero at first, the same for all threads
   * @param parts the number of threads
   */
  constructor(state: Int32Array, parts: number) {
    this.#state = state;
    this.#parts = parts;
  }

  /** Waits for the others. All writes before it are visible to all threads afterwards. */
  meet(): void {
    if (this.#parts === 1) return;
    const state = this.#state;
    const round = Atomics.load(state, 1);
    if (Atomics.add(state, 0, 1) === this.#parts - 1) {
      Atomics.store(state, 0, 0);
      Atomics.store(state, 1, round + 1);
      Atomics.notify(state, 1);
      return;
    }
    for (let i = 0; i < spins; i++) if (Atomics.load(state, 1) !== round) return;
    while (Atomics.load(state, 1) === round) nativeWait(state, 1, round);
  }
}
