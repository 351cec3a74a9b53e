/**
 * `Atomics.wait` that an interrupt ends. V8 waits in the system, where after an `await` nothing reaches it; here it waits for a
 * moment at a time. A thread that notifies in the microseconds between two, and has not changed the value, is missed, as it is
 * before a wait begins.
 */
import { stopFlag } from "./stop.js";

/** How long it waits at a time, in milliseconds. */
const moment = 100;

/**
 * Lets `Atomics.wait` end when the reader interrupts.
 *
 * @param check throws if the code that waits was stopped
 * @returns what undoes it
 */
export function makeWaitInterruptible(check: () => void): () => void {
  const before = Object.getOwnPropertyDescriptor(Atomics, "wait")!;
  const native = before.value as (
    words: Int32Array,
    index: number,
    value: number,
    timeout: number,
  ) => "ok" | "not-equal" | "timed-out";
  const { wait } = {
    wait(words: Int32Array, index: number, value: number, timeout?: number): string {
      const limit = Number(timeout);
      const end = performance.now() + (Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit);
      for (let isFirst = true; ; isFirst = false) {
        const left = end - performance.now();
        const result = native.call(Atomics, words, index, value, Math.min(moment, left));
        if (result === "not-equal") return isFirst ? result : "ok"; // changed between two moments
        if (result === "ok" || left <= moment) return result;
        if (stopFlag[0]) check();
      }
    },
  };
  Object.defineProperty(Atomics, "wait", { ...before, value: wait });
  return () => {
    if (Atomics.wait === (wait as typeof Atomics.wait)) Object.defineProperty(Atomics, "wait", before);
  };
}
