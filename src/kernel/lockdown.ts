/**
 * Objects that cells share with what grades them, made such that nobody can change them: the ones that come with
 * JavaScript and Node, and nablab's. What cannot change needs neither be captured before an answer runs nor be put back
 * after it.
 *
 * A property that cannot be written hides, in JavaScript, behind it the same property of what inherits from it: with a
 * frozen `Error.prototype`, `this.name = "MyError"` throws in each class of errors. So prototypes get accessors in the
 * place of values; assigned to what inherits, they make a property of its own there, as ever. Those of arrays, strings, maps
 * and the like keep values, as the engine runs them faster so, and nothing is assigned there.
 */

import { Console } from "node:console";
import { types } from "node:util";

const { isModuleNamespaceObject } = types;
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;

/** Freezes whatever can be reached from some objects by properties and prototypes, but for `except` and beyond. */
export function lockdown(roots: Iterable<unknown>, except: Iterable<object>): void {
  const reached = new Set<object>();
  const left = new Set(except);
  const reach = (value: unknown): void => {
    if ((typeof value === "object" || typeof value === "function") && value !== null && !left.has(value)) {
      reached.add(value);
    }
  };
  for (const root of roots) reach(root);
  // A set is walked through to what is added meanwhile.
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

/** `RegExp.input`, `RegExp.$1` and the like tell everybody what anybody matched last: the source of a hidden test, say. */
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
    // What is set so is no property of the object: `util.inspect.defaultOptions`, by which all is printed.
    for (const key of ownKeys(object)) {
      const { get, set, configurable } = getOwnPropertyDescriptor(object, key)!;
      if (set && configurable) defineProperty(object, key, { get, set: refuseAs(key), configurable: false });
    }
  }
  if (Object.hasOwn(object, "constructor") && !keepsValues.has(object)) {
    for (const key of ownKeys(object)) {
      const { value, writable, configurable } = getOwnPropertyDescriptor(object, key)!;
      if (configurable && writable) defineProperty(object, key, accessor(object, key, value));
      else if (writable) isFreezable = false; // Node's event emitters write to such a one in what inherits it
    }
  }
  // Not property by property: the engine would take each for a change, and iterate over arrays ten times as slowly.
  if (isFreezable) Object.freeze(object);
  else Object.preventExtensions(object);
}

/** What reads as a value, and takes an assignment for one to the object that inherits it. */
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
