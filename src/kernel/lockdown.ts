/**
 * Freezes the objects that cells share with the code that grades them: those of JavaScript and Node, and nablab's. A frozen
 * object need not be saved before an answer runs and restored after it.
 *
 * In JavaScript a read-only property of a prototype also prevents assignment on objects that inherit it: with a frozen
 * `Error.prototype`, `this.name = "MyError"` throws in each class of errors. So prototypes get accessors in place of values;
 * an assignment to an inheriting object defines an own property there, as usual. The prototypes of arrays, strings, maps and
 * the like keep plain values, which the engine runs faster, and which nobody assigns through inheritance.
 */

import { Console } from "node:console";
import { types } from "node:util";

const { isModuleNamespaceObject } = types;
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;

/** Freezes everything reachable from some objects by properties and prototypes, except `except` and what only it reaches. */
export function lockdown(roots: Iterable<unknown>, except: Iterable<object>): void {
  const reached = new Set<object>();
  const left = new Set(except);
  const reach = (value: unknown): void => {
    if ((typeof value === "object" || typeof value === "function") && value !== null && !left.has(value)) {
      reached.add(value);
    }
  };
  for (const root of roots) reach(root);
  // Iteration over a set includes elements added meanwhile.
  for (const object of reached) {
    reach(getPrototypeOf(object));
    for (const key of ownKeys(object)) {
      const { value, get, set } = getOwnPropertyDescriptor(object, key)!;
      for (const inner of [value, get, set]) reach(inner);
    }
  }
  forgetMatches();
  for (const object of reached) harden(object);
}

/** `RegExp.input`, `RegExp.$1` and the like reveal the last match of any code, such as the source of a hidden test. */
function forgetMatches(): void {
  for (const key of ownKeys(RegExp)) {
    const { get, configurable } = getOwnPropertyDescriptor(RegExp, key)!;
    if (get && configurable && typeof key === "string") deleteProperty(RegExp, key);
  }
}

function harden(object: object): void {
  if (ArrayBuffer.isView(object) || isModuleNamespaceObject(object)) return; // numbers cannot be frozen, modules are
  let isFreezable = true;
  if (!Object.hasOwn(object, "constructor")) {
    // Its setter stores elsewhere, as `util.inspect.defaultOptions`, which affects all printing.
    for (const key of ownKeys(object)) {
      const { get, set, configurable } = getOwnPropertyDescriptor(object, key)!;
      if (set && configurable) defineProperty(object, key, { get, set: refuseAs(key), configurable: false });
    }
  }
  if (Object.hasOwn(object, "constructor") && !keepsValues.has(object)) {
    for (const key of ownKeys(object)) {
      const { value, writable, configurable } = getOwnPropertyDescriptor(object, key)!;
      if (configurable && writable) defineProperty(object, key, accessor(object, key, value));
      else if (writable) isFreezable = false; // Node's event emitters assign to it on inheriting objects
    }
  }
  // Not property by property: the engine would invalidate its fast paths, and iterate over arrays ten times as slowly.
  if (isFreezable) Object.freeze(object);
  else Object.preventExtensions(object);
}

/** An accessor that reads as the value and turns an assignment into an own property of the inheriting object. */
function accessor(owner: object, key: PropertyKey, value: unknown): PropertyDescriptor {
  return {
    get: () => value,
    set(this: object, own: unknown) {
      const property = { value: own, writable: true, enumerable: true, configurable: true };
      if (this !== owner && defineProperty(this, key, property)) return;
      refuseAs(key)();
    },
    configurable: false,
  };
}

const refuseAs = (key: PropertyKey) => (): never => {
  throw new TypeError(`${String(key)} cannot be changed where notebooks are graded`);
};

const generators = getPrototypeOf(function* () {}.prototype) as object;

/** Prototypes whose methods are called in loops. */
const keepsValues = new Set<unknown>([
  ...[Array, String, Number, Boolean, BigInt, Symbol, Map, Set, WeakMap, WeakSet, Promise, RegExp, Date].map(
    (type) => type.prototype,
  ),
  ...[ArrayBuffer, SharedArrayBuffer, DataView, Float32Array, Float64Array, Uint8Array].map(
    (type) => type.prototype,
  ),
  Function.prototype,
  Console.prototype, // each console copies what is there
  getPrototypeOf(Float64Array.prototype),
  generators,
  getPrototypeOf(generators),
  getPrototypeOf([][Symbol.iterator]()),
]);
