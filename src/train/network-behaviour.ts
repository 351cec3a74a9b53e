/**
 * What network and loss compute, as a few numbers: of a custom layer, activation, loss or penalty no text says which it is, but what
 * it gives does. A checkpoint keeps them, so that it is not resumed with another of the same name.
 */
import type { Dataset } from "../data/index.js";
import { backpropagation, flatGradient, type Loss, type Sequential } from "../nn/index.js";
import { lossOf } from "../nn/weighted.js";
import { restore, type Snapshot } from "./snapshot.js";

/** As many as show a difference; a large network takes some milliseconds for them. */
const some = 4;

/**
 * The loss of some samples and two sums of its gradient, in float64, of the network with the numbers of a snapshot; undefined where
 * they are not finite, not the same twice, or cannot be computed from so few samples.
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

/** Whether two of them are the same up to rounding. */
export const isSameResponse = (a: readonly number[], b: readonly number[]): boolean => {
  const size = Math.max(...a.map(Math.abs), ...b.map(Math.abs));
  return a.every((value, i) => Math.abs(value - b[i]!) <= 1e-8 * size);
};
