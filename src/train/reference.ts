/**
 * Training as the lecture writes it (B11): for each epoch shuffle, for each chunk one gradient by backpropagation and
 * one step of the rule, all in float64. It is the twin of the threads, and trains what they have no kernels for. It
 * runs on the main thread, and lets other work in between steps.
 */
import { setImmediate } from "node:timers/promises";
import type { Dataset } from "../data/index.js";
import { backpropagation, flatGradient, type Loss, type Sequential } from "../nn/index.js";
import type { Rule } from "../optim/index.js";
import { random } from "../tensor/index.js";
import type { Shuffle } from "./run.js";

/** What the loop is given. */
export interface ReferenceOptions {
  rule: Rule;
  loss: Loss;
  epochs: number;
  batchSize: number;
  seed: number;
  shuffle: Shuffle;
  /** Asked before each step: whether to stop. */
  stopped(): boolean;
  /** Told after each step. */
  onStep(loss: number, stepSize: number): void;
  /** Told after each epoch. */
  onEpoch(epoch: number): Promise<void>;
}

/** At most this long, in milliseconds, nothing else gets its turn. */
const turn = 10;

/**
 * @returns the layer whose outputs are the first that are not finite, when the loss was not (0 for the loss alone);
 *   undefined otherwise
 */
export async function trainReference(
  model: Sequential,
  data: Dataset,
  { rule, loss, epochs, batchSize, seed, shuffle, stopped, onStep, onEpoch }: ReferenceOptions,
): Promise<number | undefined> {
  const stream = random(seed);
  const state = rule.init(model.parameterCount);
  const gradient = new Float64Array(model.parameterCount);
  let order: Uint32Array = Uint32Array.from({ length: data.size }, (_, i) => i);
  let since = performance.now();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    if (shuffle === "each epoch" || (shuffle === "once" && epoch === 1)) {
      order = stream.split(epoch).permutation(data.size);
    }
    for (let start = 0; start < data.size; start += batchSize) {
      if (stopped()) return undefined;
      const { x, y } = data.batch(order.subarray(start, start + batchSize));
      const step = backpropagation(model, x, y, loss);
      if (!Number.isFinite(step.loss)) {
        return step.z.findIndex((z, t) => t > 0 && !z.data.every(Number.isFinite));
      }
      rule.step(model.theta, flatGradient(step, gradient), state);
      onStep(step.loss, rule.stepSize(state));
      if (performance.now() - since < turn) continue;
      await setImmediate();
      since = performance.now();
    }
    await onEpoch(epoch);
  }
  return undefined;
}
