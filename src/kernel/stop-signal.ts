/**
 * SIGINT for cells that do not read the stop word (session/stop.ts), such as a call of a regular expression: it ends
 * what a cell calls before its first await.
 *
 * In the stop word, `[3]` is 1 while the other thread decides on a signal, `[4]` is 1 when it has sent one, `[6]` is 1 while
 * no listener is installed, so that a signal would end the process: Node removes its listeners before it runs a script with
 * `breakOnSigint`, and restores them afterwards.
 */
import { nativeWait } from "../platform/native-wait.js";
import { isStopAcknowledged, stopFlag } from "../session/stop.js";

/** The file descriptor by which a session's process receives stops (session-process.ts). */
export const stopPipe = 4;

/** Milliseconds after which code that does not read the stop word gets a signal. */
const patience = 20;

/**
 * In the sockets' thread: sends SIGINT if the stop is not acknowledged otherwise. A late signal would end the next cell,
 * which is what {@link awaitSignal} and {@link isLateSignal} prevent.
 */
export function signalUnlessAcknowledged(flag: Int32Array): void {
  const decide = (): void => {
    Atomics.store(flag, 3, 1);
    const hasNoListener = Atomics.load(flag, 6) === 1;
    if (!hasNoListener && !isStopAcknowledged(flag)) {
      Atomics.store(flag, 4, 1);
      interruptGroup();
    }
    Atomics.store(flag, 3, 0);
    Atomics.notify(flag, 3);
    if (hasNoListener) setTimeout(decide, 1);
  };
  setTimeout(decide, patience);
}

/** In the thread of the cells: no signal is sent until {@link allowSignals}. */
export function holdSignals(): void {
  Atomics.store(stopFlag, 6, 1);
  while (Atomics.load(stopFlag, 3) === 1) nativeWait(stopFlag, 3, 1, 100);
}

export const allowSignals = (): void => void Atomics.store(stopFlag, 6, 0);

/** SIGINT as from a terminal: to this process and the programs that it waits for, as in `execSync`. */
function interruptGroup(): void {
  try {
    process.kill(-process.pid, "SIGINT");
  } catch {
    process.kill(process.pid, "SIGINT"); // Jupyter makes a kernel its group leader, others do not
  }
}

/** Before a cell: a signal for the previous cell must not end this one. */
export function awaitSignal(): void {
  nativeWait(stopFlag, 3, 1, 100);
}

/** Whether the received signal belongs to an interrupt acknowledged meanwhile. */
export const isLateSignal = (): boolean => Atomics.exchange(stopFlag, 4, 0) === 1 && isStopAcknowledged();
