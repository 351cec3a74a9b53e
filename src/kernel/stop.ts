/**
 * The word to stop, in memory that the sockets' thread shares with the cells: it is raised there when the reader
 * presses stop, and looked at in every turn of a loop in a cell, where no message could be received.
 */

/** `[0]`: not zero while there is something to stop; `[1]`: how often the reader has pressed stop. */
export const stopFlag = new Int32Array(new SharedArrayBuffer(8));

/** Raises a flag; in any thread. */
export function raiseStop(flag: Int32Array): void {
  Atomics.add(flag, 1, 1);
  Atomics.store(flag, 0, 1);
}
