/**
 * SIGINT for cells that do not read the stop word (session/stop.ts), such as a call of a regular expression: it ends
 * what a cell calls before its first await.
 *
 * A signal may arrive late, on a busy machine by any time; it must end the cell that it was sent for, and no other. So the next
 * cell does not start while one is under way, and there is never more than one. In the stop word, `[3]` is 1 while the other
 * thread decides on a signal, `[4]` is 1 from when it sends one until that has arrived, `[6]` is 1 while no listener is
 * installed, so that a signal would end the process: Node removes its listeners before it runs a script with
 * `breakOnSigint`, and restores them afterwards.
 */
import { nativeWait } from "../platform/native-wait.js";
import { setTimeout } from "../session/clock.js";
import { isStopAcknowledged, stopFlag } from "../session/stop.js";
import { listen } from "./listeners.js";

// Cells may replace these.
const { kill, listenerCount, off } = process;
const { exchange, load, notify, store } = Atomics;
const { apply } = Reflect;

/** The file descriptor by which a session's process receives stops (session-process.ts). */
export const stopPipe = 4;

/** Milliseconds after which code that does not read the stop word gets a signal. */
const patience = 20;

/** In the sockets' thread: sends SIGINT if the stop is not acknowledged otherwise. */
export function signalUnlessAcknowledged(flag: Int32Array): void {
  const decide = (): void => {
    store(flag, 3, 1);
    const isDue = !isStopAcknowledged(flag);
    const mustWait = load(flag, 6) === 1 || load(flag, 4) === 1;
    if (isDue && !mustWait) {
      store(flag, 4, 1);
      interruptGroup();
    }
    store(flag, 3, 0);
    notify(flag, 3);
    if (isDue && mustWait) setTimeout(decide, 1);
  };
  setTimeout(decide, patience);
}

/** SIGINT as from a terminal: to this process and the programs that it waits for, as in `execSync`. */
function interruptGroup(): void {
  try {
    process.kill(-process.pid, "SIGINT");
  } catch {
    process.kill(process.pid, "SIGINT"); // Jupyter makes a kernel its group leader, others do not
  }
}

/** In the thread of the cells: no signal is sent until {@link allowSignals}. */
export function holdSignals(): void {
  store(stopFlag, 6, 1);
  awaitDecision();
}

export const allowSignals = (): void => void store(stopFlag, 6, 0);

function awaitDecision(): void {
  while (load(stopFlag, 3) === 1) nativeWait(stopFlag, 3, 1, 100);
}

/** Whether a signal was sent that has not arrived. */
export const isSignalUnderWay = (): boolean => load(stopFlag, 4) === 1;

/** A signal has arrived; returns whether it was one of ours. */
export const signalArrived = (): boolean => exchange(stopFlag, 4, 0) === 1;

/**
 * At the end of a script that SIGINT ends: waits for a signal under way, which ends it here. (With a listener of the cell, the
 * signal goes there.)
 */
export function meetSignal(): void {
  while (isSignalUnderWay() && apply(listenerCount, process, ["SIGINT"]) === 0)
    nativeWait(stopFlag, 4, 1, 10);
}

let isSettling = false;

/**
 * Before a cell: a signal for the previous cell must not end this one. One that the process sends itself arrives with it or after
 * it.
 */
export async function settleSignals(): Promise<void> {
  awaitDecision();
  if (!isSignalUnderWay()) return;
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
  isSettling = true;
  while (isSignalUnderWay()) {
    listen("SIGINT", signalArrived); // remaining work of a cell may remove it
    apply(kill, process, [process.pid, "SIGINT"]);
    await turn();
  }
  await turn(); // both may have arrived
  apply(off, process, ["SIGINT", signalArrived]);
  isSettling = false;
}

/** Whether the received signal belongs to an interrupt acknowledged meanwhile. */
export const isLateSignal = (): boolean => (signalArrived() || isSettling) && isStopAcknowledged();
