/**
 * The gradient by the fast kernels in threads, for a rule that they do not know: it goes to the rule, and θ comes back.
 */
import { release, view } from "../compute/arena.js";
import { formulaOf } from "../compute/formula.js";
import { type FastBackend, makeJob, readArray, writeArray } from "./job.js";
import type { GradientOf } from "./reference.js";
import { runJob } from "./threads.js";
import type { Work } from "./trainer.js";

/** In float32, for the network's θ as it is when it is asked for; `close()` gives memory back. */
export function threadGradient({ run, model, data, loss, stop }: Work): {
  gradientOf: GradientOf;
  close(): void;
} {
  const { epochs, batchSize, seed, shuffle, threads } = run.settings;
  const backend = run.settings.backend as FastBackend;
  const training = { data, epochs, batchSize, seed, shuffle };
  const job = makeJob({ model, loss: formulaOf("loss", loss)!.name, backend, threads, training });
  const { order, loss: losses } = job.training!;
  const gradient = new Float64Array(model.parameterCount);
  return {
    async gradientOf(samples, k) {
      writeArray(job, "theta", model.theta);
      view(job.memory, order).set(samples);
      const stretch = { steps: k, until: epochs, samples: samples.length };
      const { steps, layer, kernels } = await runJob(job, { stretch, signal: stop });
      run.kernels = `${kernels}; the rule in float64`;
      if (steps === k) return undefined;
      if (layer !== undefined) return { layer };
      readArray(job, "gradient", gradient);
      return { loss: view(job.memory, losses)[0]!, gradient };
    },
    close: () => release(job.memory),
  };
}
