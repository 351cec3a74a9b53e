/**
 * The gradient by the fast kernels in threads, for a rule without a kernel, which takes its step in float64 on the main thread;
 * and for a loss without one, which is computed there too, from what the threads give, to what they take back.
 */
import { release, view } from "../compute/arena.js";
import type { Dataset } from "../data/index.js";
import type { Loss, Sequential } from "../nn/index.js";
import { lossOf } from "../nn/weighted.js";
import { Tensor } from "../tensor/index.js";
import { type Job, makeJob, readArray, readBuffers, viewsOf, writeArray } from "./job.js";
import type { KernelTraining } from "./kernel-trainer.js";
import { defaultThreads, runJob } from "./pool.js";

/** What a step needs. */
export type Gradient =
  | {
      loss: number;
      /** In the order of theta; only valid until the next. */
      gradient: Float64Array;
    }
  /** The loss is not finite: the layer whose outputs are the first that are not (0 for the loss alone). */
  | { layer: number };

/** Computes the gradient of the mean loss of some samples, in step k = 0, 1, …; undefined when it was stopped. */
export type GradientOf = (samples: Uint32Array, k: number) => Gradient | Promise<Gradient | undefined>;

/**
 * In float32, for the network's θ as it is at the call; `close()` gives memory back.
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
    close: () => release(job.memory),
  };
}

/**
 * The same for a loss, or a penalty, that the threads do not know. They take the samples forward; the loss and its gradient δ
 * are computed in float64 on the main thread, from the readout of the whole batch; and they take δ back. A batch that does
 * not go through the network at once goes forward twice.
 */
export function kernelGradientOf(
  { model, data, backend, threads, stop, ...training }: KernelTraining,
  loss: Loss,
  computedBy: (kernels: string) => void,
): { gradientOf: GradientOf; close(): void } {
  const job = makeJob({ model, backend, threads, training: { ...training, data } });
  const order = view(job.memory, job.training!.order);
  const gradient = new Float64Array(model.parameterCount);
  return {
    async gradientOf(samples, k) {
      writeArray(job, "theta", model.theta);
      order.set(samples);
      const run = (pass: "forward" | "backward", from: number) =>
        runJob(job, {
          stretch: { steps: k, until: k + 1, pass, from, samples: chunkAt(from) },
          ...(pass === "forward" && { signal: stop }),
        });
      const chunkAt = (from: number) => Math.min(job.rows, samples.length - from);
      const g = new Tensor([samples.length, model.outputs], new Float64Array(samples.length * model.outputs));
      for (let from = 0; from < samples.length; from += job.rows) {
        const { steps, layer, kernels } = await run("forward", from);
        computedBy(`${kernels}; the loss and the rule in float64`);
        if (steps === k) return undefined;
        if (layer !== undefined) return { layer };
        readBuffers(job, model.buffers);
        readReadout(job, g, from, chunkAt(from));
      }
      const batch = data.batch(samples);
      const { y } = batch;
      const own = lossOf(loss, batch);
      const value = own.value(g, y) + (loss.penalty?.value(model.A) ?? 0);
      if (!Number.isFinite(value)) return { layer: 0 };
      const delta = own.gradient(g, y);
      for (let from = 0; from < samples.length; from += job.rows) {
        // Of several chunks the last alone is still there.
        if (samples.length > job.rows && (await run("forward", from)).steps === k) return undefined;
        writeDelta(job, delta, from, chunkAt(from));
        await run("backward", from);
      }
      readArray(job, "gradient", gradient);
      if (loss.penalty) addPenalty(model, loss.penalty, gradient);
      return { loss: value, gradient };
    },
    close: () => release(job.memory),
  };
}

/** What a network that the threads know gives for the samples, some at a time. */
export async function* kernelReadouts(
  model: Sequential,
  data: Dataset,
): AsyncGenerator<{ start: number; g: Tensor }> {
  const job = makeJob({ model, threads: defaultThreads(model, data.size).first, evaluation: data });
  try {
    for (let start = 0; start < data.size; start += job.rows) {
      const samples = Math.min(job.rows, data.size - start);
      await runJob(job, { stretch: { steps: 0, until: 1, pass: "forward", from: start, samples } });
      const g = new Tensor([samples, model.outputs], new Float64Array(samples * model.outputs));
      readReadout(job, g, 0, samples);
      yield { start, g };
    }
  } finally {
    release(job.memory);
  }
}

/** The readout of a chunk's samples, into the rows of `g` from `from` on. */
function readReadout(job: Job, g: Tensor, from: number, rows: number): void {
  const { data, columns, pitch } = viewsOf(job).matrix(job.layers.at(-1)!.x);
  for (let i = 0; i < rows; i++) {
    g.data.set(data.subarray(i * pitch, i * pitch + columns), (from + i) * columns);
  }
}

/** The rows of δ from `from` on, to where the last layer takes it. */
function writeDelta(job: Job, delta: Tensor, from: number, rows: number): void {
  const { data, columns, pitch } = viewsOf(job).matrix(job.layers.at(-1)!.delta);
  for (let i = 0; i < rows; i++) {
    data.set(delta.data.subarray((from + i) * columns, (from + i + 1) * columns), i * pitch);
  }
}

/** Adds the gradient of a penalty for weights, which are windows on theta. */
function addPenalty({ A, theta }: Sequential, penalty: NonNullable<Loss["penalty"]>, gradient: Float64Array) {
  A.forEach((weights) => {
    const at = (weights.data.byteOffset - theta.byteOffset) / theta.BYTES_PER_ELEMENT;
    const own = penalty.gradient(weights).data;
    for (let i = 0; i < own.length; i++) gradient[at + i]! += own[i]!;
  });
}
