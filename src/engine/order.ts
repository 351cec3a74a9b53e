/**
 * The order of the samples in an epoch. It depends only on the seed and the number of the epoch, so that a training can
 * resume in the middle of one.
 */
import { random } from "../tensor/index.js";

/**
 * How the samples are ordered: shuffled for each epoch, once, or never; or drawn with replacement, so that an epoch contains
 * some samples twice and others not at all, and a batch may have more samples than the data.
 */
export type Shuffle = "each epoch" | "once" | "never" | "with replacement";

/** All values, for a message. */
export const shuffles: readonly Shuffle[] = ["each epoch", "once", "never", "with replacement"];

/** The number of samples drawn in an epoch: all, or one batch if that is larger (drawn with replacement). */
export const drawnOf = (size: number, batchSize: number): number => Math.max(size, batchSize);

/** Fills `order` with the samples of an epoch = 1, 2, … of `size`. */
export function orderOf(
  epoch: number,
  { seed, shuffle, size }: { seed: number; shuffle: Shuffle; size: number },
  order: Uint32Array,
): Uint32Array {
  if (shuffle === "never") {
    for (let i = 0; i < size; i++) order[i] = i;
    return order;
  }
  const stream = random(seed).split(shuffle === "once" ? 1 : epoch);
  if (shuffle === "with replacement") {
    for (let i = 0; i < order.length; i++) order[i] = stream.integer(size);
  } else order.set(stream.permutation(size));
  return order;
}
