/**
 * A fingerprint of the functions that network and loss compute: no text identifies a custom layer, activation, loss or penalty,
 * but its output does. A checkpoint stores it, so that it is not resumed with another function of the same name.
 */
import type { Dataset } from "../data/index.js";
import { backpropagation, flatGradient, type Loss, type Sequential } from "../nn/index.js";
import { lossOf } from "../nn/weighted.js";
import { restore, type Snapshot } from "./snapshot.js";

/** Enough samples to show a difference; a large network takes a few milliseconds for them. */
const some = 4;

/**
 * The loss of some samples and two sums of its gradient, in float64, for the network with the numbers of a snapshot; undefined if
 * they are not finite, not reproducible, or cannot be computed from so few samples.
 */
export function responseOf(
  model: Sequential,
  { data, loss }: { data: Dataset; loss: Loss },
  at: Snapshot,
): number[] | undefined {
  const copy = model.copy();
  restore(copy, at);
  const batch = data.batch(0, Math.min(some, data.size));
  const once = (): number[] => {
    const found = backpropagation(copy, batch.x, batch.y, lossOf(loss, batch));
    const gradient = flatGradient(found);
    const sum = (phase: number) => gradient.reduce((all, slope, i) => all + slope * Math.cos(i + phase), 0);
    return [found.loss, sum(0), sum(1)];
  };
  try {
    const [first, second] = [once(), once()];
    return first.every((value, i) => Number.isFinite(value) && value === second[i]) ? first : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two responses are equal up to rounding. */
export const isSameResponse = (a: readonly number[], b: readonly number[]): boolean => {
  const size = Math.max(...a.map(Math.abs), ...b.map(Math.abs));
  return a.every((value, i) => Math.abs(value - b[i]!) <= 1e-8 * size);
};
