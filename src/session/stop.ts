/**
 * The stop flag, in memory that another thread shares with the cells: it is raised there when the reader presses
 * stop, even while no message can be received. In every turn of a loop a cell reads it, or a variable in its state (host.ts).
 */
import { sharedBytes } from "#platform";

/**
 * `[0]`: not zero while there is something to stop; `[1]`: how often the reader has pressed stop; `[2]`: how many of
 * these the cells have acknowledged; `[3]`, `[4]` and `[6]`: for the host (kernel/stop-signal.ts); `[5]`: 1 when another thread
 * finds that the process takes nearly as much memory as it may.
 */
export const stopFlag = new Int32Array(sharedBytes(28));

/** Raises a flag; in any thread. */
export function raiseStop(flag: Int32Array): void {
  Atomics.add(flag, 1, 1);
  Atomics.store(flag, 0, 1);
}

/** Asks the cells to look at their memory; in any thread. */
export function raiseMemory(flag: Int32Array): void {
  Atomics.store(flag, 5, 1);
  Atomics.store(flag, 0, 1);
}

/** In the thread of the cells: whether they are asked to look at their memory; once for each time. */
export const isMemoryAsked = (): boolean => stopFlag[5] === 1 && Atomics.exchange(stopFlag, 5, 0) === 1;

/** Whether the cells have looked at their memory since they were asked to; in any thread. */
export const isMemoryHeard = (flag: Int32Array): boolean => Atomics.load(flag, 5) === 0;

/** In the thread of the cells: acknowledges the stops so far, or the first `count` of them. */
export function hearStop(count = Atomics.load(stopFlag, 1)): void {
  if (count > Atomics.load(stopFlag, 2)) Atomics.store(stopFlag, 2, count);
}

/** Whether every stop so far is acknowledged. */
export const isStopHeard = (flag: Int32Array = stopFlag): boolean =>
  Atomics.load(flag, 1) === Atomics.load(flag, 2);
