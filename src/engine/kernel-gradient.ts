/**
 * The gradient by the fast kernels on threads, for a rule without a kernel, which steps in float64 on the main thread; a loss or
 * layers without a kernel are computed there too, between the passes of the threads.
 */
import { view } from "../compute/arena.js";
import type { Dataset } from "../data/index.js";
import { lossGradient, penaltyGradient } from "../nn/checked.js";
import type { Loss, Sequential } from "../nn/index.js";
import { lossOf } from "../nn/weighted.js";
import { random, Tensor } from "../tensor/index.js";
import { makeJob, readArray, readBuffers, writeArray } from "./job.js";
import type { KernelTraining } from "./kernel-trainer.js";
import { unknownLayers } from "./lower.js";
import { defaultThreads, endJob, runJob } from "./pool.js";
import { Relay } from "./relay.js";

/** The result of a gradient computation. */
export type Gradient =
  | {
      loss: number;
      /** In the order of theta; only valid until the next gradient. */
      gradient: Float64Array;
    }
  /** The loss is not finite: the first layer whose outputs are not finite (0 for the loss alone). */
  | { layer: number };

/** Computes the gradient of the mean loss of some samples, in step k = 0, 1, …; undefined if stopped. */
export type GradientOf = (samples: Uint32Array, k: number) => Gradient | Promise<Gradient | undefined>;

/**
 * In float32, for the network's current θ at each call; `close()` releases the memory.
 *
 * @param computedBy receives the name of the kernels
 */
export function kernelGradient(
  { model, loss, backend, threads, stop, ...training }: KernelTraining,
  computedBy: (kernels: string) => void,
): { gradientOf: GradientOf; close(): void } {
  const job = makeJob({ model, loss, backend, threads, training });
  const { order, loss: losses } = job.training!;
  const gradient = new Float64Array(model.parameterCount);
  return {
    async gradientOf(samples, k) {
      writeArray(job, "theta", model.theta);
      view(job.memory, order).set(samples);
      const stretch = { steps: k, until: k + 1, samples: samples.length };
      const { steps, layer, kernels } = await runJob(job, { stretch, signal: stop });
      computedBy(`${kernels}; the rule in float64`);
      if (steps === k) return undefined;
      if (layer !== undefined) return { layer };
      readBuffers(job, model.buffers);
      readArray(job, "gradient", gradient);
      return { loss: view(job.memory, losses)[0]!, gradient };
    },
    close: () => endJob(job),
  };
}

/**
 * The same for a loss, a penalty or layers without kernels, which are computed in float64 on the main thread: custom layers between
 * the threads' passes, and the loss and its gradient δ from the readout of the whole batch. A batch of several chunks goes
 * forward twice, so networks with custom layers have no such batches.
 */
export function kernelGradientOf(
  { model, data, backend, threads, stop, ...training }: KernelTraining,
  loss: Loss,
  computedBy: (kernels: string) => void,
): { gradientOf: GradientOf; close(): void } {
  const job = makeJob({ model, backend, threads, training: { ...training, data } });
  const order = view(job.memory, job.training!.order);
  const gradient = new Float64Array(model.parameterCount);
  const relay = new Relay(job, model);
  const dropped = random(training.seed).split("dropout");
  const computedHere = [...unknownLayers(model), "the loss"].join(", ");
  return {
    async gradientOf(samples, k) {
      writeArray(job, "theta", model.theta);
      order.set(samples);
      const pass = { dropout: dropped.split(k), training: true };
      const chunkAt = (from: number) => ({
        step: k,
        from,
        rows: Math.min(job.rows, samples.length - from),
        pass,
      });
      const forward = (from: number) => relay.forward(chunkAt(from), () => data.batch(samples).x, stop);
      const g = new Tensor([samples.length, model.outputs], new Float64Array(samples.length * model.outputs));
      for (let from = 0; from < samples.length; from += job.rows) {
        const found = await forward(from);
        computedBy(`${relay.kernels}; ${computedHere} and the rule in float64`);
        if (!found) return undefined;
        if (found.layer !== undefined) return { layer: found.layer };
        readBuffers(job, model.buffers);
        g.data.set(found.g.data, from * model.outputs);
      }
      const { y, weights } = data.targets(samples);
      const own = lossOf(loss, { weights });
      const value = own.value(g, y) + (loss.penalty?.value(model.A) ?? 0);
      if (!Number.isFinite(value)) return { layer: 0 };
      const delta = lossGradient(own, g, y);
      for (let from = 0; from < samples.length; from += job.rows) {
        // Of several chunks only the last one's outputs are still in memory.
        if (samples.length > job.rows && !(await forward(from))) return undefined;
        const chunk = chunkAt(from);
        await relay.backward(chunk, delta.slice(from, from + chunk.rows));
      }
      readArray(job, "gradient", gradient);
      relay.addGradients(model, gradient);
      if (loss.penalty) addPenalty(model, loss.penalty, gradient);
      return { loss: value, gradient };
    },
    close: () => endJob(job),
  };
}

/** The network's outputs for the samples, chunk by chunk; custom layers are computed on the main thread. */
export async function* kernelReadouts(
  model: Sequential,
  data: Dataset,
): AsyncGenerator<{ start: number; g: Tensor }> {
  const job = makeJob({ model, threads: defaultThreads(model, data.size).first, evaluation: data });
  const relay = new Relay(job, model);
  try {
    for (let start = 0; start < data.size; start += job.rows) {
      const rows = Math.min(job.rows, data.size - start);
      const chunk = { step: 0, from: start, rows, pass: {} };
      const { g } = (await relay.forward(chunk, () => data.batch(start, start + rows).x))!;
      yield { start, g };
    }
  } finally {
    endJob(job);
  }
}

/** Adds the gradient of a penalty on the weights, which are views of theta. */
function addPenalty({ A, theta }: Sequential, penalty: NonNullable<Loss["penalty"]>, gradient: Float64Array) {
  A.forEach((weights) => {
    const at = (weights.data.byteOffset - theta.byteOffset) / theta.BYTES_PER_ELEMENT;
    const own = penaltyGradient(penalty, weights).data;
    for (let i = 0; i < own.length; i++) gradient[at + i]! += own[i]!;
  });
}
