/**
 * The word to stop, in memory that the sockets' thread shares with the cells: it is raised there when the reader
 * presses stop, and looked at in every turn of a loop in a cell, where no message could be received.
 */

/**
 * `[0]`: not zero while there is something to stop; `[1]`: how often the reader has pressed stop; `[2]`: how many of
 * these the cells have heard of; `[3]`: 1 while the other thread decides on a signal; `[4]`: 1 when it has sent one.
 */
export const stopFlag = new Int32Array(new SharedArrayBuffer(20));

/** The file descriptor by which a session's process hears the word to stop (session-process.ts). */
export const stopPipe = 4;

/** Code that looks at no flag gets a signal after this many milliseconds. */
const deaf = 20;

/** Raises a flag; in any thread. */
export function raiseStop(flag: Int32Array): void {
  Atomics.add(flag, 1, 1);
  Atomics.store(flag, 0, 1);
}

/** In the thread of the cells: what was pressed until now is heard. */
export function hearStop(): void {
  Atomics.store(stopFlag, 2, Atomics.load(stopFlag, 1));
}

/** Whether all that was pressed is heard. */
export const isStopHeard = (flag: Int32Array = stopFlag): boolean =>
  Atomics.load(flag, 1) === Atomics.load(flag, 2);

/**
 * In the sockets' thread: sends SIGINT if the stop is not heard otherwise. One that came late would end the next cell,
 * which is what {@link awaitSignal} and {@link isLateSignal} prevent.
 */
export function signalUnlessHeard(flag: Int32Array): void {
  setTimeout(() => {
    Atomics.store(flag, 3, 1);
    if (!isStopHeard(flag)) {
      Atomics.store(flag, 4, 1);
      process.kill(process.pid, "SIGINT");
    }
    Atomics.store(flag, 3, 0);
    Atomics.notify(flag, 3);
  }, deaf);
}

/** Before a cell: a signal for the one before it must not meet this one. */
export function awaitSignal(): void {
  Atomics.wait(stopFlag, 3, 1, 100);
}

/** Whether the signal that has come is about a stop that was heard meanwhile. */
export const isLateSignal = (): boolean => Atomics.exchange(stopFlag, 4, 0) === 1 && isStopHeard();
