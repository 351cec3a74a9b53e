/**
 * How an objective or a noise was made: by which function of nablab, from what. Functions cannot be sent to another
 * thread; this can, and the same function makes the same object of it there. What holds a function of the user's own has
 * no such description, and stays on its thread.
 */
import { Tensor } from "../../tensor/tensor.js";

/** The name of the function that made it, as `nablab` exports it, and its arguments as plain data. */
export interface Made {
  readonly by: string;
  readonly from: readonly unknown[];
}

const descriptions = new WeakMap<object, Made>();

/** Notes that `object` is what the function `by` makes of these arguments, and returns it. */
export function made<T extends object>(object: T, by: string, ...from: unknown[]): T {
  const data = from.map(asData);
  if (!data.includes(opaque)) descriptions.set(object, { by, from: data });
  return object;
}

/** How an object was made, if that can be told to another thread. */
export const madeOf = (object: object): Made | undefined => descriptions.get(object);

/** Makes the object again, with the functions that made it and its parts. */
export function makeAgain(functions: Readonly<Record<string, unknown>>, { by, from }: Made): unknown {
  const again = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(again);
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    if ("by" in value && "from" in value) return makeAgain(functions, value as Made);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, again(one)]));
  };
  return (functions[by] as (...args: unknown[]) => unknown)(...from.map(again));
}

/** Stands for what cannot be told. */
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
