/**
 * Listeners that the process needs to receive signals and messages. A cell can remove them (`process.removeAllListeners()`), or
 * replace `process.emit`, as packages do that call the previous one.
 */

type Listener = (...args: never[]) => unknown;

// Cells may replace them.
const { apply } = Reflect;
const { listeners, on } = process;

/** Node's own, by which it begins to listen to signals, and to the parent process. */
const hooks = ["newListener", "removeListener"].flatMap((event) =>
  process.listeners(event as "exit").map((one) => [event, one] as const),
);
const kept: (readonly [event: string, listener: Listener])[] = [];
let emit: ((...args: unknown[]) => boolean) | undefined;
let isProbed = false;
const probe = Symbol("probe");

/** Adds a listener, unless it is there. */
export function listen(event: string, listener: Listener): void {
  if (!(apply(listeners, process, [event]) as Listener[]).includes(listener))
    apply(on, process, [event, listener]);
}

/** Listens until the process ends. */
export function listenAlways(event: string, listener: Listener): void {
  kept.push([event, listener]);
  listen(event, listener);
}

/** Makes a function `process.emit`; returns what undoes it. */
export function emitBy(own: (...args: unknown[]) => boolean): () => void {
  emit = (...args) => {
    if (args[0] === probe) isProbed = true;
    return own(...args);
  };
  setEmit(emit);
  return () => {
    emit = undefined;
    Reflect.deleteProperty(process, "emit");
  };
}

/** After a cell's code: restores Node's own hooks. */
export function keepHooks(): void {
  if (emit && (process.emit as unknown) !== emit && !callsOurs()) setEmit(emit);
  for (const [event, listener] of hooks) listen(event, listener);
}

/** After a cell: listens again where the cell has ended that. */
export function keepListening(): void {
  keepHooks();
  for (const [event, listener] of kept) listen(event, listener);
}

/** Whether what is in place of `process.emit` calls ours. */
function callsOurs(): boolean {
  isProbed = false;
  try {
    process.emit(probe as never);
  } catch {
    return false;
  }
  return isProbed;
}

const setEmit = (value: unknown): void =>
  void Reflect.defineProperty(process, "emit", { value, configurable: true, writable: true });
