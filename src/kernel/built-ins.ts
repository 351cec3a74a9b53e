/**
 * The objects that come with JavaScript and Node, kept as they are: what a cell does to `Math.random` or to
 * `Array.prototype` lasts until its end, so that the tests after it measure with honest instruments.
 */
import assert from "node:assert";
import { syncBuiltinESMExports } from "node:module";

type Kept = { path: string; object: object; properties: Map<PropertyKey, PropertyDescriptor> };

/**
 * Takes note of the built-in objects as they are now.
 *
 * @returns a function that puts back what was changed since, and names it, such as `Math.random`; apart what
 *   was made such that nobody can put it back
 */
export function keepBuiltIns(): () => { changed: string[]; lost: string[] } {
  const kept = new Map<object, Kept>();
  const keep = (path: string, value: unknown): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || kept.has(value))
      return;
    const properties = new Map(
      Reflect.ownKeys(value).map((key) => [key, Object.getOwnPropertyDescriptor(value, key)!]),
    );
    kept.set(value, { path, object: value, properties });
    for (const [key, { value: inner }] of properties) keep(`${path}.${String(key)}`, inner);
    keep(`${path}.__proto__`, Object.getPrototypeOf(value));
  };
  for (const name of standardNames) keep(name, (globalThis as Record<string, unknown>)[name]);
  keep("assert", assert);
  const globals = new Map(
    standardNames.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!]),
  );
  // Our own instruments: what is changed may be what would put it back.
  const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty } = Reflect;
  const isSame = (a: PropertyDescriptor | undefined, b: PropertyDescriptor): boolean =>
    a !== undefined && same(a.value, b.value) && a.get === b.get && a.set === b.set;

  return () => {
    const changed: string[] = [];
    const lost: string[] = [];
    const putBack = (path: string, object: object, key: PropertyKey, before: PropertyDescriptor): void => {
      if (isSame(getOwnPropertyDescriptor(object, key), before)) return;
      const list = defineProperty(object, key, before) ? changed : lost;
      list[list.length] = path;
    };
    globals.forEach((before, name) => {
      putBack(name, globalThis, name, before);
    });
    kept.forEach(({ path, object, properties }) => {
      properties.forEach((before, key) => {
        putBack(`${path}.${String(key)}`, object, key, before);
      });
      const keys = ownKeys(object);
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i]!;
        if (properties.has(key)) continue;
        const list = deleteProperty(object, key) ? changed : lost;
        list[list.length] = `${path}.${String(key)}`;
      }
    });
    if (changed.length > 0) syncBuiltinESMExports();
    return { changed, lost };
  };
}

/** As `Object.is`. */
const same = (a: unknown, b: unknown): boolean =>
  // biome-ignore lint/suspicious/noSelfCompare: NaN alone is not equal to itself
  a === b || (a !== a && b !== b);

/** The names of ECMAScript, and of Node what tests use; the rest is left alone, as some of it changes by itself. */
const standardNames = [
  ..."Object Function Array Number Boolean String Symbol BigInt Math JSON Reflect Proxy Promise Date RegExp".split(
    " ",
  ),
  ..."Map Set WeakMap WeakSet WeakRef FinalizationRegistry Error AggregateError EvalError RangeError".split(
    " ",
  ),
  ..."ReferenceError SyntaxError TypeError URIError ArrayBuffer SharedArrayBuffer DataView Atomics".split(
    " ",
  ),
  ..."Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array".split(" "),
  ..."BigInt64Array BigUint64Array Float32Array Float64Array Intl WebAssembly".split(" "),
  ..."isNaN isFinite parseFloat parseInt structuredClone setTimeout setInterval queueMicrotask".split(" "),
].filter((name) => name in globalThis);
