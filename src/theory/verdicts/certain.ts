/**
 * Whether draws are deterministic, so that they can be compared exactly. Equal draws do not show that, since a rare large one
 * may dominate the mean; it is shown by none of them having requested a random number.
 */
import { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";

/**
 * Whether an estimator whose draws were all equal requests no random number, neither from the stream passed to it nor from
 * another stream of nablab, `Math.random` or `crypto`. A custom generator is not detected: draws must come from the stream.
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
    // From a stream that the estimator made, because the one passed to it is not used.
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

/** Calls `onCall` before each call of a method; returns a function that undoes this. Frozen built-in objects cannot be watched. */
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
