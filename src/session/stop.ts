/**
 * The stop flag, in memory shared between the cells and another thread, which raises it on an interrupt even while the cells'
 * thread receives no messages. Cells read it, or a variable in sync with it (host.ts), in every iteration of a loop.
 */
import { sharedBytes } from "#platform";

// Cells may replace these.
const { add, exchange, load, store } = Atomics;

/**
 * `[0]`: non-zero while an interrupt is pending; `[1]`: the number of interrupts; `[2]`: how many of these the cells have
 * acknowledged; `[3]`, `[4]` and `[6]`: for the host (kernel/stop-signal.ts); `[5]`: 1 when another thread finds that the
 * process is near its memory limit.
 */
export const stopFlag = new Int32Array(sharedBytes(28));

/** Raises a flag; in any thread. */
export function raiseStop(flag: Int32Array): void {
  add(flag, 1, 1);
  store(flag, 0, 1);
}

/** Asks the cells to check their memory; in any thread. */
export function raiseMemory(flag: Int32Array): void {
  store(flag, 5, 1);
  store(flag, 0, 1);
}

/** In the thread of the cells: whether they are asked to check their memory; true once per request. */
export const isMemoryCheckRequested = (): boolean => stopFlag[5] === 1 && exchange(stopFlag, 5, 0) === 1;

/** Whether the cells have checked their memory since they were asked to; in any thread. */
export const isMemoryChecked = (flag: Int32Array): boolean => load(flag, 5) === 0;

/** In the thread of the cells: acknowledges the interrupts so far, or the first `count` of them. */
export function acknowledgeStop(count = load(stopFlag, 1)): void {
  if (count > load(stopFlag, 2)) store(stopFlag, 2, count);
}

/** Whether every interrupt so far is acknowledged. */
export const isStopAcknowledged = (flag: Int32Array = stopFlag): boolean => load(flag, 1) === load(flag, 2);
