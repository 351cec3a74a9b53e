/**
 * Whether draws are deterministic, and can be compared exactly. Many equal draws do not show that, since a rare large one may
 * carry their mean; that none of them asked for a random number does.
 */
import { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";

/**
 * Whether an estimator whose draws were all alike asks for no random number, neither of the stream that it gets nor of
 * another of nablab, of `Math.random` or `crypto`. A custom generator is not seen: draws must come from the stream.
 *
 * @param used the stream after the draws
 * @param unused the same stream before them
 */
export function isCertain(
  draw: (theta: Vector, stream: Random) => unknown,
  theta: Vector,
  used: Random,
  unused: Random,
): boolean {
  if (used.bits() !== unused.bits()) return false;
  let asked = false;
  const watch = (object: object | undefined, name: string) => watched(object, name, () => (asked = true));
  const undo = [
    watch(Math, "random"),
    watch(globalThis.crypto, "getRandomValues"),
    // Of a stream of its own, as the one it gets is not used.
    ...(["bits", "uniform", "normal", "integer", "permutation"] as const).map((name) =>
      watch(Random.prototype, name),
    ),
  ];
  try {
    draw(theta, used);
  } finally {
    for (const one of undo) one();
  }
  return !asked;
}

/** Calls `onCall` before each call of a method; returns what undoes that. Frozen built-in objects cannot be watched. */
function watched(object: object | undefined, name: string, onCall: () => void): () => void {
  const method: unknown = object && Reflect.get(object, name);
  if (typeof method !== "function") return () => {};
  const own = Object.getOwnPropertyDescriptor(object!, name);
  const value = function (this: unknown, ...values: unknown[]) {
    onCall();
    return Reflect.apply(method, this ?? object, values);
  };
  Reflect.defineProperty(object!, name, { value, configurable: true, writable: true });
  return () => {
    if (own) Reflect.defineProperty(object!, name, own);
    else Reflect.deleteProperty(object!, name);
  };
}
