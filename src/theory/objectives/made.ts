/**
 * Descriptions of how an objective or a noise was made: the function of nablab and its arguments. Functions cannot be sent
 * to another thread; descriptions can, and the same function rebuilds the object there. An object that holds a custom
 * function has no description and stays on its thread.
 */
import { Tensor } from "../../tensor/tensor.js";

/** The name of the function that made it, as `nablab` exports it, and its arguments as plain data. */
export interface Made {
  readonly by: string;
  readonly from: readonly unknown[];
}

const descriptions = new WeakMap<object, Made>();

/** Records that `object` is what the function `by` makes of these arguments, and returns it. */
export function made<T extends object>(object: T, by: string, ...from: unknown[]): T {
  const data = from.map(asData);
  if (!data.includes(opaque)) descriptions.set(object, { by, from: data });
  return object;
}

/** How an object was made, if that can be sent to another thread. */
export const madeOf = (object: object): Made | undefined => descriptions.get(object);

/** Rebuilds the object with the functions that made it and its parts. */
export function makeAgain(functions: Readonly<Record<string, unknown>>, { by, from }: Made): unknown {
  const again = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(again);
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    if ("by" in value && "from" in value) return makeAgain(functions, value as Made);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, again(one)]));
  };
  return (functions[by] as (...args: unknown[]) => unknown)(...from.map(again));
}

/** Marks a value that cannot be described. */
const opaque = Symbol("opaque");

/** A copy as plain data, in which objects that nablab made are replaced by their descriptions. */
function asData(value: unknown): unknown {
  if (value instanceof Tensor) return value.toArray();
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  if (typeof value === "function") return descriptions.get(value) ?? opaque;
  if (typeof value !== "object" || value === null) return value;
  const known = descriptions.get(value);
  if (known) return known;
  if (Array.isArray(value)) {
    const list = value.map(asData);
    return list.includes(opaque) ? opaque : list;
  }
  const entries = Object.entries(value).map(([key, one]) => [key, asData(one)] as const);
  return entries.some(([, one]) => one === opaque) ? opaque : Object.fromEntries(entries);
}
