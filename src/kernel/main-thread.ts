/**
 * Reaches the main thread from another one while it runs JavaScript and receives no messages. V8 checks for inspector
 * commands at every call and loop iteration, and runs them after 2 to 20 ms, in Node 20, 24 and 26.
 */
import { createRequire } from "node:module";

type Inspector = typeof import("node:inspector");

/** The global variable that the guards in the code of cells read: non-zero while an interrupt is pending. */
const guarded = "n·stop";
const look = Symbol.for("nablab.look");

/**
 * In the main thread: defines the variable. While its value is constant, V8 compiles it into the code, so that guards cost
 * nothing; shared memory has to be read each time.
 *
 * @param flag what another thread raises (session/stop.ts)
 * @returns a function that sets the variable to the state of the flag
 */
export function defineGuarded(flag: Int32Array): () => void {
  const globals = globalThis as unknown as Record<string, unknown>;
  const update = (): void => {
    const state = Number(flag[0] !== 0);
    if (globals[guarded] !== state) globals[guarded] = state;
  };
  Object.defineProperty(globalThis, guarded, { value: 0, writable: true, configurable: true });
  Object.defineProperty(globalThis, look, { value: update, configurable: true });
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
    session.post("Runtime.evaluate", { expression: 'globalThis[Symbol.for("nablab.look")]?.()' }, () => {
      waiting--;
      session.disconnect();
    });
  } catch {
    // Without an inspector the guards read the flag itself.
  }
}
