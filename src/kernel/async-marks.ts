/**
 * Promises and timers print as in any Node program.
 *
 * To know which cell some work belongs to (`AsyncLocalStorage`), Node 20 and 22 write symbols into promises and timers, and
 * `console.log(Promise.resolve(1))` would show them. They stay, but become non-enumerable before anything is printed.
 */
import { inspect, types } from "node:util";

const marks = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

function hide(object: object): void {
  for (const symbol of Object.getOwnPropertySymbols(object))
    if (marks.has(symbol.description ?? "")) Object.defineProperty(object, symbol, { enumerable: false });
}

/** Hides the marks of promises within a printed value, down to `depth` levels. */
export function hideMarksIn(value: unknown, depth = 2, seen = new Set<object>()): void {
  if (typeof value !== "object" || value === null || types.isProxy(value) || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Promise) hide(value);
  if (depth < 0) return;
  const inner =
    value instanceof Map || value instanceof Set
      ? [...value].flat()
      : Object.values(Object.getOwnPropertyDescriptors(value)).map((descriptor) => descriptor.value);
  for (const one of inner.slice(0, 200)) hideMarksIn(one, depth - 1, seen);
}

/** Hides the marks from printing; returns a function that undoes it. */
export function hideAsyncMarks(): () => void {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  const immediate = setImmediate(() => {});
  clearImmediate(immediate);
  const prototypes = [Promise.resolve(), timer, immediate].map((one) => Object.getPrototypeOf(one) as object);
  const before = prototypes.map((prototype) => Object.getOwnPropertyDescriptor(prototype, inspect.custom));
  for (const [i, prototype] of prototypes.entries()) {
    const theirs = before[i]?.value as ((...args: unknown[]) => unknown) | undefined;
    Object.defineProperty(prototype, inspect.custom, {
      value(this: object, ...args: unknown[]) {
        hide(this);
        // A method that returns its object leaves it to Node to print it.
        return theirs ? theirs.apply(this, args) : this;
      },
      configurable: true,
      writable: true,
    });
  }
  return () => {
    for (const [i, prototype] of prototypes.entries()) {
      if (before[i]) Object.defineProperty(prototype, inspect.custom, before[i]);
      else Reflect.deleteProperty(prototype, inspect.custom);
    }
  };
}
