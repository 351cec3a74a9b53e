/**
 * An interruptible `Atomics.wait`. V8 blocks in the system, where after an `await` nothing can interrupt it; here it waits in
 * short slices. A notification in the microseconds between two slices that does not change the value is missed, as it is
 * before a wait begins.
 */
import { stopFlag } from "./stop.js";

/** The length of a slice, in milliseconds. */
const moment = 100;

/**
 * Makes `Atomics.wait` end on an interrupt.
 *
 * @param check throws if the waiting code was interrupted
 * @returns a function that undoes it
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
        if (result === "not-equal") return isFirst ? result : "ok"; // changed between two slices
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
