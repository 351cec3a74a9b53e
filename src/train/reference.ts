/**
 * Training as the lecture writes it (B11): for each epoch shuffle, for each chunk one gradient by backpropagation and
 * one step of the rule, all in float64. It is the twin of the threads, and trains what they have no kernels for; where
 * they only lack the rule, they compute the gradient. It runs on the main thread, and lets other work in between steps.
 */
import { yieldTurn } from "#platform";
import type { Dataset } from "../data/index.js";
import { backpropagation, flatGradient, type Loss, type Sequential } from "../nn/index.js";
import type { Rule, RuleState } from "../optim/index.js";
import { random, Tensor } from "../tensor/index.js";
import { orderOf, type Shuffle } from "./order.js";

/** What a step needs. */
export type Gradient =
  | {
      loss: number;
      /** In the order of theta; only good until the next. */
      gradient: Float64Array;
    }
  /** The loss is not finite: the layer whose outputs are the first that are not (0 for the loss alone). */
  | { layer: number };

/** Computes the gradient of the mean loss of some samples, in step k = 0, 1, …; undefined when it was stopped. */
export type GradientOf = (samples: Uint32Array, k: number) => Gradient | Promise<Gradient | undefined>;

/** By backpropagation in float64. */
export function backpropagated(model: Sequential, data: Dataset, loss: Loss, seed: number): GradientOf {
  const gradient = new Float64Array(model.parameterCount);
  const dropped = random(seed).split("dropout");
  return (samples, k) => {
    const { x, y } = data.batch(samples);
    const step = backpropagation(model, x, y, loss, { dropout: dropped.split(k) });
    if (!Number.isFinite(step.loss)) {
      const layer = step.z.findIndex((z, t) => t > 0 && !z.data.every(Number.isFinite));
      return { layer: Math.max(0, layer) };
    }
    return { loss: step.loss, gradient: flatGradient(step, gradient) };
  };
}

/** ‖(∂loss/∂A[t], ∂loss/∂b[t])‖ for t = 1, 2, … */
function layerNorms({ theta, A, b }: Sequential, gradient: Float64Array): number[] {
  const norm = ({ shape, data }: Tensor): number => {
    const at = (data.byteOffset - theta.byteOffset) / theta.BYTES_PER_ELEMENT; // parameters are windows on theta
    return new Tensor(shape, gradient.subarray(at, at + data.length)).norm();
  };
  return A.slice(1).map((weights, i) => Math.hypot(norm(weights), norm(b[i + 1]!)));
}

/** What the loop is given. */
export interface ReferenceOptions {
  gradientOf: GradientOf;
  rule: Rule;
  /** What the rule remembers; changes. */
  state: RuleState;
  /** Steps done before. */
  steps: number;
  /** The last epoch. */
  until: number;
  batchSize: number;
  seed: number;
  shuffle: Shuffle;
  /** Asked before each step: whether to stop. */
  stopped(): boolean;
  /** Told after each step. */
  onStep(loss: number, stepSize: number): void;
  /** Told after each epoch, with the norms of the layers' gradients in its last step. */
  onEpoch(epoch: number, gradientNorms: number[]): Promise<void>;
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
  {
    gradientOf,
    rule,
    state,
    steps,
    until,
    batchSize,
    seed,
    shuffle,
    stopped,
    onStep,
    onEpoch,
  }: ReferenceOptions,
): Promise<number | undefined> {
  const order = new Uint32Array(data.size);
  const perEpoch = Math.ceil(data.size / batchSize);
  let since = performance.now();
  for (let epoch = Math.floor(steps / perEpoch) + 1; epoch <= until; epoch++) {
    orderOf(epoch, { seed, shuffle }, order);
    let norms: number[] = [];
    for (let start = (steps % perEpoch) * batchSize; start < data.size; start += batchSize) {
      if (stopped()) return undefined;
      const found = gradientOf(order.subarray(start, start + batchSize), steps);
      const step = found instanceof Promise ? await found : found;
      if (!step) return undefined;
      if ("layer" in step) return step.layer;
      steps++;
      rule.step(model.theta, step.gradient, state);
      if (start + batchSize >= data.size) norms = layerNorms(model, step.gradient);
      onStep(step.loss, rule.stepSize(state));
      if (performance.now() - since < turn) continue;
      await yieldTurn();
      since = performance.now();
    }
    await onEpoch(epoch, norms);
  }
  return undefined;
}
