/**
 * Reaches the main thread from another one while it runs JavaScript and receives no messages. V8 checks for inspector
 * commands at every call and loop iteration, and runs them after 2 to 20 ms, in Node 20, 24 and 26.
 */
import { createRequire } from "node:module";
import type { SessionHost } from "../session/host.js";

type Inspector = typeof import("node:inspector");

/**
 * What the guards in the code of cells read: non-zero while an interrupt is pending. While the field of this one object has
 * always been 0, V8 compiles that into the code, so that guards cost nothing; shared memory has to be read each time.
 */
const guard = { stop: 0 };

/**
 * In the main thread: defines it.
 *
 * @param flag what another thread raises (session/stop.ts)
 * @param define defines a constant for all scripts
 * @returns a function that sets it to the state of the flag
 */
export function defineGuarded(
  flag: Int32Array,
  define: NonNullable<SessionHost["defineConstant"]>,
): () => void {
  const update = (): void => {
    const state = Number(flag[0] !== 0);
    if (guard.stop !== state) guard.stop = state;
  };
  define("n·guard", guard);
  define("n·look", update);
  return update;
}

/** Whether another thread can reach this one. */
export const isReachable = (): boolean =>
  (process.features as { inspector?: boolean }).inspector === true &&
  !("permission" in process) &&
  threads().isMainThread;

const require = createRequire(import.meta.url);
const threads = (): typeof import("node:worker_threads") => require("node:worker_threads");

let waiting = 0;

/**
 * In another thread, after it has raised the flag: lets the guards see it.
 *
 * The inspector could also terminate the running code, even within a regular expression. But that corrupts Node's async
 * bookkeeping: after a terminated timer, Node 20, 24 and 26 abort the process.
 */
export function updateGuarded(): void {
  // More than a few are pending only while the main thread is in a system call.
  if (waiting >= 4) return;
  try {
    const { Session } = require("node:inspector") as Inspector;
    const session = new Session();
    // For one command: Node would mention a connection that is still open when it ends.
    session.connectToMainThread();
    waiting++;
    session.post("Runtime.evaluate", { expression: "n·look()" }, () => {
      waiting--;
      session.disconnect();
    });
  } catch {
    // Without an inspector the guards read the flag itself.
  }
}
