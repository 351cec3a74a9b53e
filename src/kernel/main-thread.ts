/**
 * Reaches the main thread from another one while it runs JavaScript and receives no messages. V8 looks for commands of its
 * inspector at every call and in every turn of a loop: it runs them after 2 to 20 ms, in Node 20, 24 and 26.
 */
import { createRequire } from "node:module";

type Inspector = typeof import("node:inspector");

/** The global variable that the guards in the code of cells read: not zero while there is something to stop. */
const guarded = "n·stop";
const look = Symbol.for("nablab.look");

/**
 * In the main thread: defines the variable. As long as it keeps its value V8 compiles it into the code, as if there
 * were no guards; memory that threads share has to be read each time.
 *
 * @param flag what another thread raises (session/stop.ts)
 * @returns what sets the variable to the state of the flag
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
 * The inspector could also end what runs, within a regular expression too. But Node's record of what is asynchronous is then
 * wrong, and after a timer that was ended so Node 20, 24 and 26 abort the process.
 */
export function updateGuarded(): void {
  // More than a few wait only where the main thread is within a call of the system.
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
