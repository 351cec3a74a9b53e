/**
 * Layers, losses and initialisers print as the call that makes them.
 */
import { inspect } from "#platform";

/** The same object, frozen, that `console.log` and a notebook print as `text`. */
export function showAs<T extends object>(text: string, object: T): Readonly<T> {
  const show = { value: () => text, enumerable: false };
  return Object.freeze(Object.defineProperties(object, { [inspect.custom]: show, toString: show }));
}
