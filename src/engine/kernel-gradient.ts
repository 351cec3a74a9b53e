/**
 * The gradient by the fast kernels in threads, for a rule without a kernel, which takes its step in float64 on the main thread.
 */
import { release, view } from "../compute/arena.js";
import { makeJob, readArray, writeArray } from "./job.js";
import type { KernelTraining } from "./kernel-trainer.js";
import { runJob } from "./pool.js";

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
      const stretch = { steps: k, until: training.epochs, samples: samples.length };
      const { steps, layer, kernels } = await runJob(job, { stretch, signal: stop });
      computedBy(`${kernels}; the rule in float64`);
      if (steps === k) return undefined;
      if (layer !== undefined) return { layer };
      readArray(job, "gradient", gradient);
      return { loss: view(job.memory, losses)[0]!, gradient };
    },
    close: () => release(job.memory),
  };
}
