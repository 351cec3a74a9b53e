/**
 * One of the threads that train or evaluate. All of them run this same program on the same memory: each does its
 * share of every operation, and they meet after each. The first thread also does what is done once: shuffling, the
 * loss, deciding whether to go on, and telling the main thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type Region, view } from "../compute/arena.js";
import { Barrier } from "../compute/barrier.js";
import { crossEntropyRows, likeliest, squaredErrorRows } from "../compute/losses.js";
import { rangeOf } from "../compute/share.js";
import { wasmKernels } from "../compute/wasm.js";
import { random } from "../tensor/index.js";
import {
  control,
  type DataPlan,
  decision,
  type EvaluationPlan,
  type Job,
  sumBlock,
  type TrainingPlan,
} from "./job.js";

/** What the first thread tells the main thread. */
export type ThreadMessage =
  | { type: "epoch"; epoch: number; steps: number; validation?: { loss: number; accuracy: number } }
  | { type: "done"; steps: number; kernels: string; layer?: number };

interface Start {
  job: Job;
  part: number;
  parts: number;
}

if (parentPort) work(workerData as Start);

function work({ job, part, parts }: Start): void {
  const { memory } = job;
  const share = { part, parts };
  const first = part === 0;
  const kernels = wasmKernels(memory, view(memory, job.scratch[part]));
  const barrier = new Barrier(view(memory, job.barrier), parts);
  const signals = view(memory, job.control);
  const floats = (region: Region<"Float32Array">): Float32Array => view(memory, region);
  const theta = floats(job.theta);
  const gradient = floats(job.gradient);
  const partialSums = view(memory, job.partialSums);
  const x0 = floats(job.input);
  const layers = job.layers.map((layer) => ({
    inputs: layer.inputs,
    outputs: layer.outputs,
    A: floats(layer.A),
    b: floats(layer.b),
    dA: floats(layer.dA),
    db: floats(layer.db),
    x: floats(layer.x),
    delta: floats(layer.delta),
  }));
  const last = layers.length - 1;
  const readout = layers[last];
  const tell = (message: ThreadMessage): void => parentPort!.postMessage(message);

  function samples(plan: DataPlan): {
    gather(indices: Uint32Array, rows: number): void;
    /** The losses of the samples, and with `batch`, how many there are in the batch, delta of their mean. */
    loss(indices: Uint32Array, rows: number, losses: Float64Array, batch?: number): void;
  } {
    const data = view(memory, plan.x as Region<"Float32Array">);
    const labels = plan.labels && view(memory, plan.labels);
    const targets = plan.targets && view(memory, plan.targets);
    const { features, outputs, scale } = plan;
    return {
      gather: (indices, rows) => kernels.gather(x0, data, indices, rows, features, scale, share),
      loss(indices, rows, losses, batch) {
        const all = {
          losses,
          delta: batch ? readout.delta : undefined,
          g: readout.x,
          rows,
          batch,
          outputs: readout.outputs,
        };
        if (job.loss === "crossEntropy") {
          crossEntropyRows(
            Uint8Array.from(indices.subarray(0, rows), (i) => labels![i]),
            all,
          );
        } else {
          const wanted = new Float32Array(rows * outputs);
          for (let r = 0; r < rows; r++) {
            wanted.set(targets!.subarray(indices[r] * outputs, (indices[r] + 1) * outputs), r * outputs);
          }
          squaredErrorRows(wanted, all);
        }
      },
    };
  }

  /** x(t) for t = 1, …, n + 1. */
  function forward(rows: number): void {
    layers.forEach(({ inputs, outputs, A, b, x }, t) => {
      kernels.affine(x, t === 0 ? x0 : layers[t - 1].x, A, b, { rows, inputs, outputs }, t < last, share);
      barrier.meet();
    });
  }

  /** dA, db of every layer, from δ of the last; with `add` on top of those of the batch's chunks before. */
  function backward(rows: number, add: boolean): void {
    for (let t = last; t >= 0; t--) {
      const { inputs, outputs, A, dA, db, delta } = layers[t];
      const size = { rows, inputs, outputs };
      const below = t > 0 ? layers[t - 1] : undefined;
      kernels.weightGradient(dA, db, delta, below ? below.x : x0, size, add, share);
      if (!below) continue;
      kernels.inputGradient(below.delta, delta, A, below.x, size, share);
      barrier.meet();
    }
    barrier.meet();
  }

  /** A sum over all parameters, the same bits for any number of threads: each block is summed by one of them. */
  function sumOverParameters(sumOf: (from: number, to: number) => number): number {
    const [from, to] = rangeOf(partialSums.length, share);
    for (let i = from; i < to; i++) {
      partialSums[i] = sumOf(i * sumBlock, Math.min((i + 1) * sumBlock, theta.length));
    }
    barrier.meet();
    return partialSums.reduce((sum, block) => sum + block, 0);
  }

  function updateRule({ rule, c }: TrainingPlan): () => number {
    const { eta } = rule;
    if (rule.name === "sgd") {
      return () => {
        kernels.descend(theta, gradient, eta, share);
        return eta;
      };
    }
    if (rule.name === "adagradNorm") {
      let sum = rule.c0;
      return () => {
        sum += sumOverParameters((from, to) => kernels.sumOfSquares(gradient, from, to));
        const size = sum === 0 ? 0 : eta / Math.sqrt(sum);
        kernels.descend(theta, gradient, size, share);
        return size;
      };
    }
    const sums = floats(c);
    if (first) sums.fill(rule.c0);
    barrier.meet();
    return () => {
      const sum = sumOverParameters((from, to) =>
        kernels.descendAdagrad(theta, gradient, sums, eta, rule.epsilon, from, to),
      );
      return sum === 0 ? 0 : eta / (Math.sqrt(sum / theta.length) + rule.epsilon);
    };
  }

  /** The layer whose outputs are the first that are not finite; 0 when it is the readout's loss alone. */
  const firstNotFinite = (rows: number): number =>
    layers.findIndex(({ x, outputs }) => !x.subarray(0, rows * outputs).every(Number.isFinite)) + 1;

  /** Trains; returns how many steps were done, and the layer that broke off. */
  function train(plan: TrainingPlan): { steps: number; layer?: number } {
    const { data, epochs, batchSize, seed, shuffle } = plan;
    const order = view(memory, plan.order);
    const recordedLoss = view(memory, plan.loss);
    const recordedStepSize = view(memory, plan.stepSize);
    const source = samples(data);
    const update = updateRule(plan);
    const losses = new Float64Array(job.rows);
    const stream = random(seed);
    let steps = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      if (first && (epoch === 1 || shuffle === "each epoch")) {
        if (shuffle === "never") for (let i = 0; i < order.length; i++) order[i] = i;
        else order.set(stream.split(epoch).permutation(data.size));
      }
      for (let start = 0; start < data.size; start += batchSize) {
        const batch = order.subarray(start, start + batchSize);
        if (first && Atomics.load(signals, control.stop)) signals[control.decision] = decision.stop;
        barrier.meet();
        if (signals[control.decision] !== decision.go) return { steps };
        let sum = 0;
        for (let chunk = 0; chunk < batch.length; chunk += job.rows) {
          const indices = batch.subarray(chunk, chunk + job.rows);
          const rows = indices.length;
          source.gather(indices, rows);
          barrier.meet();
          forward(rows);
          if (first) {
            source.loss(indices, rows, losses, batch.length);
            for (let i = 0; i < rows; i++) sum += losses[i];
            recordedLoss[steps] = sum / batch.length;
            if (!Number.isFinite(sum)) signals[control.decision] = decision.notFinite;
          }
          barrier.meet();
          if (signals[control.decision] !== decision.go) return { steps, layer: firstNotFinite(rows) };
          backward(rows, chunk > 0);
        }
        const size = update();
        steps++;
        if (!first) continue;
        recordedStepSize[steps - 1] = size;
        Atomics.store(signals, control.steps, steps);
      }
      barrier.meet();
      const validation = job.evaluation && evaluate(job.evaluation);
      if (first) tell({ type: "epoch", epoch, steps, ...(validation && { validation }) });
    }
    return { steps };
  }

  /** Evaluates; returns (in the first thread) the mean loss, and the share of right answers where there are labels. */
  function evaluate({ data, order, losses, predicted }: EvaluationPlan): { loss: number; accuracy: number } {
    const found = view(memory, losses);
    const answers = view(memory, predicted);
    const source = samples(data);
    for (let start = 0; start < data.size; start += job.rows) {
      const rows = Math.min(job.rows, data.size - start);
      const indices = view(memory, order).subarray(start, start + rows);
      source.gather(indices, rows);
      barrier.meet();
      forward(rows);
      if (first) {
        source.loss(indices, rows, found.subarray(start));
        likeliest(answers.subarray(start), readout.x, rows, readout.outputs);
      }
      barrier.meet();
    }
    if (!first) return { loss: 0, accuracy: 0 };
    const labels = data.labels && view(memory, data.labels);
    const right = labels
      ? answers.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0)
      : Number.NaN;
    return { loss: found.reduce((sum, loss) => sum + loss, 0) / data.size, accuracy: right / data.size };
  }

  const done = job.training ? train(job.training) : { steps: 0 };
  if (!job.training && job.evaluation) evaluate(job.evaluation);
  if (first) tell({ type: "done", kernels: kernels.name, ...done });
}
