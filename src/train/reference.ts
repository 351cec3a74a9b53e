/**
 * Training as the lecture writes it (B11): for each epoch shuffle, for each chunk one gradient by backpropagation and
 * one step of the rule, all in float64. It is the twin of the threads; if they lack kernels for the rule, the loss or some
 * layers, they compute the rest of the gradient. It runs on the main thread, and yields to other work between steps.
 */
import { yieldTurn } from "#platform";
import { formulaOf } from "../compute/formula.js";
import { type GradientOf, kernelGradient, kernelGradientOf } from "../engine/kernel-gradient.js";
import type { KernelTraining } from "../engine/kernel-trainer.js";
import { unknownLayers, unknownLoss } from "../engine/lower.js";
import { drawnOf, orderOf } from "../engine/order.js";
import { type Progress, reportEvery, type Trainer } from "../engine/trainer.js";
import { backpropagation, flatGradient, type Sequential } from "../nn/index.js";
import { parametersOf } from "../nn/sequential.js";
import { lossOf } from "../nn/weighted.js";
import type { RuleState } from "../optim/index.js";
import { random, Tensor } from "../tensor/index.js";
import { lengthOf } from "../tensor/length.js";
import { evaluate } from "./evaluate.js";
import type { Task } from "./options.js";

/** The gradient by backpropagation in float64. */
function backpropagated({ model, data, loss, settings }: Task): GradientOf {
  const gradient = new Float64Array(model.parameterCount);
  const dropped = random(settings.seed).split("dropout");
  return (samples, k) => {
    const batch = data.batch(samples);
    const step = backpropagation(model, batch.x, batch.y, lossOf(loss, batch), {
      dropout: dropped.split(k),
      training: true,
    });
    if (!Number.isFinite(step.loss)) {
      const layer = step.z.findIndex((z, t) => t > 0 && !z.data.every(Number.isFinite));
      return { layer: Math.max(0, layer) };
    }
    return { loss: step.loss, gradient: flatGradient(step, gradient) };
  };
}

/** The part of a training that the threads need. */
export function kernelTraining(task: Task, stop: AbortSignal): KernelTraining {
  const { model, data, loss, settings, multiplier: backend } = task;
  const { epochs, batchSize, seed, shuffle, threads } = settings;
  // The threads do not compute penalties.
  const name = unknownLoss(data, loss) ? undefined : formulaOf("loss", loss)?.name;
  return { model, data, loss: name, backend, threads, epochs, batchSize, seed, shuffle, stop };
}

/** ‖(∂loss/∂A[t], ∂loss/∂b[t])‖ for t = 1, 2, … */
function layerNorms(model: Sequential, gradient: Float64Array): number[] {
  const { theta } = model;
  const norm = ({ shape, data }: Tensor): number => {
    const at = (data.byteOffset - theta.byteOffset) / theta.BYTES_PER_ELEMENT; // parameters are views of theta
    return new Tensor(shape, gradient.subarray(at, at + data.length)).norm();
  };
  return model.layers
    .filter((layer) => model.positionOf(layer) !== undefined)
    .map((layer) => lengthOf(parametersOf(layer).map(norm)));
}

/** The longest time that the event loop is blocked, in milliseconds. */
const turn = 10;

/** Trains in float64; if the settings name kernels, only the rule. The network's parameters change at every step. */
export function referenceTrainer(task: Task, stop: AbortSignal, progress: Progress): Trainer {
  const { model, data, rule, loss, validation, settings, from } = task;
  const { batchSize, seed, shuffle, epochs } = settings;
  const computedBy = (name: string) => progress.computedBy(name);
  const training = settings.backend === "scalar" ? undefined : kernelTraining(task, stop);
  const kernels =
    training &&
    (training.loss && unknownLayers(model).length === 0
      ? kernelGradient(training, computedBy)
      : kernelGradientOf(training, loss, computedBy));
  const gradientOf = kernels?.gradientOf ?? backpropagated(task);
  const perEpoch = Math.ceil(data.size / batchSize);
  const losses = new Float64Array(epochs * perEpoch);
  const stepSizes = new Float64Array(losses.length);
  const state = (from ? structuredClone(from.state) : rule.init(model.parameterCount)) as RuleState;
  const order = new Uint32Array(drawnOf(data.size, batchSize));
  let steps = 0;
  if (from) {
    losses.set(from.loss);
    stepSizes.set(from.stepSize);
    steps = from.step;
  }
  const report = (): void => progress.steps(losses.subarray(0, steps), stepSizes.subarray(0, steps));

  async function advance(until: number): Promise<number | undefined> {
    let [turned, reported] = [performance.now(), performance.now()];
    for (let epoch = Math.floor(steps / perEpoch) + 1; steps < until; epoch++) {
      orderOf(epoch, { seed, shuffle, size: data.size }, order);
      let gradientNorms: number[] = [];
      for (let start = (steps % perEpoch) * batchSize; start < order.length; start += batchSize) {
        if (stop.aborted || steps === until) return undefined;
        const found = gradientOf(order.subarray(start, start + batchSize), steps);
        const step = found instanceof Promise ? await found : found;
        if (!step) return undefined;
        if ("layer" in step) return step.layer;
        rule.step(model.theta, step.gradient, state);
        losses[steps] = step.loss;
        stepSizes[steps++] = rule.stepSize(state);
        if (start + batchSize >= order.length) gradientNorms = layerNorms(model, step.gradient);
        const now = performance.now();
        if (now - reported > reportEvery) {
          report();
          reported = now;
        }
        if (now - turned < turn) continue;
        await yieldTurn();
        turned = performance.now();
      }
      report();
      progress.epoch({
        epoch,
        gradientNorms,
        validation: validation && (await evaluate(model, validation, { loss })),
      });
    }
    return undefined;
  }

  return {
    advance: (until) => advance(until).finally(report),
    theta: () => model.theta,
    readBuffers() {},
    state: () => state,
    close() {
      progress.steps(losses.slice(0, steps), stepSizes.slice(0, steps));
      kernels?.close();
    },
  };
}
