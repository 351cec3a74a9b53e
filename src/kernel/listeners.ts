/**
 * Listeners without which the process would be deaf. A cell can remove them (`process.removeAllListeners()`), and replace
 * `process.emit`, as packages do that call the one before.
 */

type Listener = (...args: never[]) => unknown;

/** Node's own, by which it begins to listen to signals, and to the parent process. */
const hooks = ["newListener", "removeListener"].flatMap((event) =>
  listenersOf(event).map((one) => [event, one] as const),
);
const kept: (readonly [event: string, listener: Listener])[] = [];
let emit: ((...args: unknown[]) => boolean) | undefined;
let isHeard = false;
const probe = Symbol("probe");

/** Listens until the process ends. */
export function listenAlways(event: string, listener: Listener): void {
  kept.push([event, listener]);
  listen(event, listener);
}

/** Makes a function `process.emit`; returns what undoes it. */
export function emitBy(own: (...args: unknown[]) => boolean): () => void {
  emit = (...args) => {
    if (args[0] === probe) isHeard = true;
    return own(...args);
  };
  setEmit(emit);
  return () => {
    emit = undefined;
    Reflect.deleteProperty(process, "emit");
  };
}

/** After code of cells: lets Node's hooks hear again. */
export function keepHooks(): void {
  if (emit && (process.emit as unknown) !== emit && !reachesOurs()) setEmit(emit);
  for (const [event, listener] of hooks) if (!listenersOf(event).includes(listener)) listen(event, listener);
}

/** After a cell: listens again where the cell has ended that. */
export function keepListening(): void {
  keepHooks();
  for (const [event, listener] of kept) if (!listenersOf(event).includes(listener)) listen(event, listener);
}

/** Whether what is in place of `process.emit` calls ours. */
function reachesOurs(): boolean {
  isHeard = false;
  try {
    process.emit(probe as never);
  } catch {
    return false;
  }
  return isHeard;
}

const setEmit = (value: unknown): void =>
  void Reflect.defineProperty(process, "emit", { value, configurable: true, writable: true });

function listenersOf(event: string): Listener[] {
  return process.listeners(event as "exit");
}

function listen(event: string, listener: Listener): void {
  process.on(event, listener as () => void);
}
