/**
 * The order in which an epoch sees the samples. It depends on the seed and on the number of the epoch alone, so
 * that a training can resume in the middle of any.
 */
import { random } from "../tensor/index.js";

/**
 * How the samples are ordered: shuffled for each epoch, once, or never; or drawn with replacement, so that an epoch sees
 * some twice and others not at all.
 */
export type Shuffle = "each epoch" | "once" | "never" | "with replacement";

/** All there are, for a message. */
export const shuffles: readonly Shuffle[] = ["each epoch", "once", "never", "with replacement"];

/** Fills `order` with the samples of an epoch = 1, 2, … */
export function orderOf(
  epoch: number,
  { seed, shuffle }: { seed: number; shuffle: Shuffle },
  order: Uint32Array,
): Uint32Array {
  const size = order.length;
  if (shuffle === "never") {
    for (let i = 0; i < size; i++) order[i] = i;
    return order;
  }
  const stream = random(seed).split(shuffle === "once" ? 1 : epoch);
  if (shuffle === "with replacement") {
    for (let i = 0; i < size; i++) order[i] = stream.integer(size);
  } else order.set(stream.permutation(size));
  return order;
}
