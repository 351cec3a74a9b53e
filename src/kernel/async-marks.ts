/**
 * Promises and timers print as in any Node program.
 *
 * To know which cell some work belongs to (`AsyncLocalStorage`), Node 20 and 22 write symbols into promises and timers, and
 * `console.log(Promise.resolve(1))` would show them. They stay, but are not enumerable once something prints them.
 */
import { inspect } from "node:util";

const marks = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

/** Hides the marks from printing; returns what undoes it. */
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
        for (const symbol of Object.getOwnPropertySymbols(this))
          if (marks.has(symbol.description ?? "")) Object.defineProperty(this, symbol, { enumerable: false });
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
