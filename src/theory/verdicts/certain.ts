/**
 * Whether draws are no random numbers at all: then they are compared exactly. That many draws are alike shows nothing of that, as
 * a rare large one may carry their mean; that none of them asked for a random number does.
 */
import type { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";

/**
 * Whether an estimator whose draws were all alike asks for no random number, neither of the stream that it gets nor by
 * `Math.random`.
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
  const { random } = Math;
  let asked = false;
  try {
    Math.random = () => {
      asked = true;
      return random();
    };
  } catch {
    // Where the built-in objects are frozen nobody can be watched.
    return true;
  }
  try {
    draw(theta, used);
  } finally {
    Math.random = random;
  }
  return !asked;
}
