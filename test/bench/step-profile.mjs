// Where the time of a step goes, and how close its products come to what the machine can do: one thread trains as in
// train(), with every kernel timed. The peak is the fastest product of large dense matrices seen by the same kernels.
import { dense, mnist, relu, sequential } from "nablab";
import { view } from "#nablab/compute/arena.js";
import { makeJob } from "#nablab/engine/job.js";
import { work } from "#nablab/engine/work.js";
import { findOpenblas } from "#nablab/platform/openblas.js";

const network = () =>
  sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed: 1 });

/** Multiplications and additions of a call, where it is a product. */
const operations = {
  affine: (_out, x, A, _b, rows) => 2 * rows * x.columns * A.outputs,
  inputGradient: (_out, _delta, A, _x, rows) => 2 * rows * A.inputs * A.outputs,
  weightGradient: (A, _delta, _x, rows) => 2 * rows * A.inputs * A.outputs,
  sparseAffine: (_out, x, A, _b, rows) => 2 * sum(x.counts.subarray(0, rows)) * A.outputs,
  sparseGradient: (A, _delta, x) => 2 * sum(x.counts) * A.outputs,
};
const sum = (counts) => counts.reduce((total, count) => total + count, 0);

/** Times every call of every kernel, by name. */
function timed(kernels, times) {
  return Object.fromEntries(
    Object.entries(kernels).map(([name, kernel]) => {
      if (typeof kernel !== "function") return [name, kernel];
      const entry = { kernel: name, seconds: 0, operations: 0 };
      times.push(entry);
      const count = operations[name];
      return [
        name,
        (...args) => {
          const began = performance.now();
          const result = kernel(...args);
          entry.seconds += (performance.now() - began) / 1000;
          if (count) entry.operations += count(...args);
          return result;
        },
      ];
    }),
  );
}

function jobOf(model, data, backend, batchSize) {
  const rule = { kind: "rule", name: "sgd", options: { eta: 0.1 } };
  const training = { data, rule, epochs: 1, batchSize, seed: 0, shuffle: "once" };
  return makeJob({ model, loss: "crossEntropy", threads: 1, backend, training });
}

/** GFLOP/s of the best of some products of dense 1024 × 1024 matrices. */
function peak(backend) {
  const model = sequential([dense(1024, 1024), relu(), dense(1024, 1024), relu(), dense(1024, 10)], {
    seed: 1,
  });
  const images = mnistLike(1024, 1024);
  let best = 0;
  for (let i = 0; i < 3; i++) {
    const times = [];
    work({ job: jobOf(model, images, backend, 512), part: 0, parts: 1 }, (kernels) => timed(kernels, times));
    for (const { operations: done, seconds } of times)
      if (done > 0) best = Math.max(best, done / seconds / 1e9);
  }
  return best;
}

/** Data without zeros, so that all products are dense. */
function mnistLike(size, features) {
  const x = Float32Array.from({ length: size * features }, (_, i) => ((i * 7919) % 1000) / 1000 + 0.001);
  const y = Uint8Array.from({ length: size }, (_, i) => i % 10);
  return { size, features, outputs: 10, scale: 1, x, y, kind: "labels" };
}

/** For each backend: the peak, and for each kernel its share of the time and its GFLOP/s at batch 128. */
export async function stepProfile() {
  const data = (await mnist()).train.take(12_800);
  return ["wasm", ...(findOpenblas() ? ["openblas"] : [])].map((backend) => {
    const gflops = peak(backend);
    let times = [];
    let seconds = 0;
    // The first time compiles.
    for (let i = 0; i < 2; i++) {
      times = [];
      const job = jobOf(network(), data, backend, 128);
      const began = performance.now();
      work({ job, part: 0, parts: 1 }, (kernels) => timed(kernels, times));
      seconds = (performance.now() - began) / 1000;
      view(job.memory, job.theta);
    }
    const steps = data.size / 128;
    const kernels = times
      .filter(({ seconds: s }) => s > 0.002 * seconds)
      .sort((a, b) => b.seconds - a.seconds)
      .map(({ kernel, seconds: s, operations: done }) => ({
        kernel,
        "µs a step": (s / steps) * 1e6,
        "share of the step": s / seconds,
        ...(done > 0 && { "GFLOP/s": done / s / 1e9, "of the peak": done / s / 1e9 / gflops }),
      }));
    return { backend, "peak GFLOP/s": gflops, "µs a step": (seconds / steps) * 1e6, kernels };
  });
}
