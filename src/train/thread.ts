/**
 * One of the threads that train or evaluate. All of them run this same program on the same memory: each does its
 * share of every operation, and they meet after each. The first thread also does what is done once: shuffling,
 * deciding whether to go on, and telling the main thread.
 */
import { onParentMessage, postToParent } from "#platform";
import { type Region, view } from "../compute/arena.js";
import { Barrier } from "../compute/barrier.js";
import type { Finish, Kernels, Parameters, Source } from "../compute/kernels.js";
import type { Place } from "../compute/layer.js";
import { crossEntropyRows, likeliest, squaredErrorRows } from "../compute/losses.js";
import { type Matrix, matrixOf } from "../compute/matrix.js";
import { openblasKernels } from "../compute/openblas.js";
import { ruleKernel, stepNumbers } from "../compute/rule-kernels.js";
import { rangeOf } from "../compute/share.js";
import { wasmKernels } from "../compute/wasm.js";
import { control, type DataPlan, type EvaluationPlan, type Job, type TrainingPlan } from "./job.js";
import { orderOf } from "./order.js";
import { type MatrixPlan, parametersOf } from "./plan-layers.js";
import { trainedLayer } from "./trained-layer.js";

/** What a thread is told: the job, and which of how many threads it is. */
export interface ThreadStart {
  job: Job;
  part: number;
  parts: number;
  /** Which part of the training comes now; all of it by default. */
  stretch?: Stretch | undefined;
}

/** A part of a training: from where one left off, to the end of an epoch; where the rule is not known, one gradient. */
export interface Stretch {
  /** Steps done before. */
  steps: number;
  /** How many samples that gradient is of, the first in the order. */
  samples?: number;
  /** The sum of all squared gradients before, where the rule has one. */
  squares?: number;
  /** The last epoch of the stretch. */
  until: number;
  /** After how many milliseconds it ends earlier, before the next step. */
  milliseconds?: number;
}

/** What the threads tell the main thread; only the first tells of epochs and results. */
export type ThreadMessage =
  | {
      type: "epoch";
      epoch: number;
      steps: number;
      gradientNorms: number[];
      validation?: { loss: number; accuracy: number };
    }
  | ({ type: "done" } & ThreadResult);

/** How a job ended. */
export interface ThreadResult {
  kernels: string;
  /** Steps done, those before the stretch too. */
  steps: number;
  /** The sum of all squared gradients so far, where the rule has one. */
  squares?: number;
  /** Steps of the stretch after its first, which may compile, and the milliseconds they took. */
  paced?: { steps: number; milliseconds: number };
  /** The layer whose outputs are the first that are not finite, when the loss was not (0 for the loss alone). */
  layer?: number;
}

onParentMessage((start: ThreadStart) => {
  const result = work(start);
  postToParent({ type: "done", ...result } satisfies ThreadMessage);
});

/**
 * Does one thread's part of a job.
 *
 * @param watch sees the kernels before they are used; the benchmarks time them
 * @param tell is told of each epoch; by default the main thread is
 */
export function work(
  { job, part, parts, stretch }: ThreadStart,
  watch = (kernels: Kernels) => kernels,
  tell: (message: ThreadMessage) => void = postToParent,
): ThreadResult {
  const { memory } = job;
  const share = { part, parts };
  const first = part === 0;
  const wasm = wasmKernels(memory, view(memory, job.scratch[part]));
  const kernels = watch(job.backend === "openblas" ? openblasKernels(wasm, memory) : wasm);
  const barrier = new Barrier(view(memory, job.barrier), parts);
  const signals = view(memory, job.control);
  const matrix = ({ columns, region }: MatrixPlan): Matrix => matrixOf(view(memory, region), columns);
  const parameters: Parameters = {
    theta: view(memory, job.theta),
    gradient: view(memory, job.gradient),
    first: view(memory, job.first),
    second: view(memory, job.second),
    sums: view(memory, job.sums),
  };
  const x = [job.input, ...job.layers.map((layer) => layer.x)].map(matrix);
  const delta = job.layers.map((layer) => matrix(layer.delta));
  const layers = job.layers.map((plan, t) => {
    const { relu } = plan;
    const meet = () => barrier.meet();
    const parts = { kernels, share, meet, input: x[t], x: x[t + 1], relu, delta: delta[t] };
    return trainedLayer(plan, parts, memory, parameters);
  });
  const below = job.layers.map(({ relu }, t) => ({ delta: delta[t], relu }));
  const last = layers.length - 1;
  const readout = x[last + 1];

  /** The samples of a dataset: as a source for the first layer, and with their losses. */
  function samples(plan: DataPlan) {
    const data = view(memory, plan.x as Region<"Float32Array">);
    const labels = plan.labels && view(memory, plan.labels);
    const targets = plan.targets && view(memory, plan.targets);
    const { features, scale } = plan;
    return {
      labels,
      source: (indices: Uint32Array): Source => ({
        data,
        indices,
        columns: features,
        pitch: features,
        scale,
      }),
      /** This thread's share of the losses, and with `batch`, how many samples that has, of delta. */
      loss(indices: Uint32Array, losses: Float64Array, batch?: number): void {
        const [from, to] = rangeOf(indices.length, share);
        const rows = { losses, g: readout, delta: batch ? delta[last] : undefined, batch, from, to };
        if (job.loss === "crossEntropy") crossEntropyRows(labels!, indices, rows);
        else squaredErrorRows(targets!, indices, rows);
      },
    };
  }

  /** x(t) for t = 1, …, n + 1 of some samples. */
  function forward(rows: number, source: Source, place?: Place): void {
    layers.forEach((layer, t) => {
      if (layer.prepare(rows, t === 0 ? source : undefined)) barrier.meet();
      layer.forward(rows, place);
      barrier.meet();
    });
  }

  /** dA, db of every layer, from δ of the last. */
  function backward(rows: number, finish: Finish): void {
    for (let t = last; t >= 0; t--) layers[t].backward(rows, finish, below[t - 1]);
  }

  /** The layer, of those with weights, whose outputs are the first that are not finite; 0 when it is the loss alone. */
  function firstNotFinite(rows: number): number {
    const allFinite = ({ data, pitch }: Matrix) => data.subarray(0, rows * pitch).every(Number.isFinite);
    const first = x.slice(1).findIndex((one) => !allFinite(one));
    return job.layers.slice(0, first + 1).filter(({ kind }) => kind === "dense" || kind === "conv2d").length;
  }

  /** ‖(∂loss/∂A[t], ∂loss/∂b[t])‖ for t = 1, …, n + 1, from the sums of squares of a step that all threads have done. */
  function normsOfLayers(): number[] {
    return job.layers.map(parametersOf).flatMap((parts) => {
      if (parts.length === 0) return [];
      let squares = 0;
      for (const { at, length } of parts.map((part) => part.sums)) {
        for (const sum of parameters.sums.subarray(at, at + length)) squares += sum;
      }
      return Math.sqrt(squares);
    });
  }

  /** Whether the threads end here, because it is time or because they are told to stop: the first decides for all. */
  function ends(isOver = false): boolean {
    if (first) {
      signals[control.stopping] = Number(isOver || Atomics.load(signals, control.stop) === 1);
    }
    barrier.meet();
    return signals[control.stopping] === 1;
  }

  /**
   * Forward and backward for a batch, chunk by chunk; writes its loss.
   *
   * @returns the layer that broke off, if one did; "stopped" when not to go on
   */
  function batchGradient(
    plan: TrainingPlan,
    batch: Uint32Array,
    { steps, update, isOver, at }: { steps: number; update: boolean; isOver: boolean; at: number },
  ): number | "stopped" | undefined {
    const losses = view(memory, plan.losses);
    const from = samples(plan.data);
    let sum = 0;
    for (let chunk = 0; chunk < batch.length; chunk += losses.length) {
      const indices = batch.subarray(chunk, chunk + losses.length);
      const rows = indices.length;
      // A step that was begun is only given up when the reader stops: θ is as it was before it.
      if (ends(chunk === 0 && isOver)) return "stopped";
      forward(rows, from.source(indices), { steps, samples: chunk });
      from.loss(indices, losses, batch.length);
      barrier.meet();
      // Every thread adds up the same numbers, and comes to the same decision.
      for (let i = 0; i < rows; i++) sum += losses[i];
      if (!Number.isFinite(sum)) return firstNotFinite(rows);
      const whole = chunk + rows === batch.length;
      backward(rows, { add: chunk > 0, update: whole && update });
    }
    if (first) view(memory, plan.loss)[at] = sum / batch.length;
    return undefined;
  }

  /** One gradient, which stays where gradients are. */
  function gradient(plan: TrainingPlan, { steps, samples }: Stretch): Omit<ThreadResult, "kernels"> {
    const batch = view(memory, plan.order).subarray(0, samples);
    kernels.setRule("sgd", parameters);
    const broken = batchGradient(plan, batch, { steps, update: false, isOver: false, at: 0 });
    return broken === "stopped" ? { steps } : { steps: steps + 1, layer: broken };
  }

  /** Trains; returns how many steps were done, and the layer that broke off. */
  function train(plan: TrainingPlan, done: Stretch): Omit<ThreadResult, "kernels"> {
    const { data, batchSize } = plan;
    let rule = plan.rule!;
    const { squares: use, squaresStart, stepSize } = ruleKernel(rule.name);
    const etas = plan.etas && view(memory, plan.etas);
    const order = view(memory, plan.order);
    const recordedStepSize = view(memory, plan.stepSize);
    const wholeGradient = use === "to move";
    let { steps, squares = squaresStart?.(rule.options, job.parameterCount) ?? 0 } = done;
    const perEpoch = Math.ceil(data.size / batchSize);
    kernels.setRule(rule.name, parameters);
    const { milliseconds: patience = Number.POSITIVE_INFINITY } = done;
    const began = performance.now();
    const paced = { steps: 0, milliseconds: 0 };
    let last = Number.NaN;

    /** The rest of a step whose gradients are there; returns the step size for the record. */
    function finishStep(): number {
      if (use) {
        barrier.meet();
        squares += parameters.sums.reduce((sum, block) => sum + block, 0);
      }
      if (wholeGradient) {
        kernels.setStep(stepNumbers(rule, steps + 1, squares));
        kernels.update(parameters, share);
      }
      return stepSize?.(rule.options, squares, job.parameterCount) ?? rule.options.eta;
    }

    for (let epoch = Math.floor(steps / perEpoch) + 1; epoch <= done.until; epoch++) {
      if (first) orderOf(epoch, plan, order);
      for (let start = (steps % perEpoch) * batchSize; start < data.size; start += batchSize) {
        const batch = order.subarray(start, start + batchSize);
        // A step with the sums takes a few per cent longer, so only that has them whose norms the record shows.
        if (start + batchSize >= data.size) kernels.setRule(rule.name, parameters, true);
        if (etas) rule = { ...rule, options: { ...rule.options, eta: etas[steps] } };
        if (!wholeGradient) kernels.setStep(stepNumbers(rule, steps + 1));
        const isOver = performance.now() - began > patience;
        const broken = batchGradient(plan, batch, { steps, update: !wholeGradient, isOver, at: steps });
        if (broken === "stopped") return { steps, squares, paced };
        if (broken !== undefined) return { steps, squares, layer: broken };
        const size = finishStep();
        steps++;
        if (!first) continue;
        recordedStepSize[steps - 1] = size;
        Atomics.store(signals, control.steps, steps);
        const now = performance.now();
        if (!Number.isNaN(last)) {
          paced.steps++;
          paced.milliseconds += now - last;
        }
        last = now;
      }
      last = Number.NaN;
      kernels.setRule(rule.name, parameters);
      barrier.meet();
      const gradientNorms = normsOfLayers();
      const validation = job.evaluation && evaluate(job.evaluation);
      if (first) tell({ type: "epoch", epoch, steps, gradientNorms, ...(validation && { validation }) });
    }
    return { steps, squares, paced };
  }

  /** Evaluates; returns the mean loss, and the share of right answers where there are labels; nothing when stopped. */
  function evaluate(plan: EvaluationPlan): { loss: number; accuracy: number } | undefined {
    const losses = view(memory, plan.losses);
    const answers = view(memory, plan.predicted);
    const order = view(memory, plan.order);
    const { size } = plan.data;
    const from = samples(plan.data);
    for (let start = 0; start < size; start += job.rows) {
      const indices = order.subarray(start, start + job.rows);
      if (ends()) return undefined;
      forward(indices.length, from.source(indices));
      from.loss(indices, losses.subarray(start));
      likeliest(answers.subarray(start), readout, ...rangeOf(indices.length, share));
      barrier.meet();
    }
    const right = from.labels
      ? answers.reduce((sum, answer, i) => sum + Number(answer === from.labels![i]), 0)
      : Number.NaN;
    return { loss: losses.reduce((sum, loss) => sum + loss, 0) / size, accuracy: right / size };
  }

  if (job.training) {
    const part = stretch ?? { steps: 0, until: job.training.epochs };
    const done = job.training.rule ? train(job.training, part) : gradient(job.training, part);
    return { kernels: kernels.name, ...done };
  }
  if (job.evaluation) evaluate(job.evaluation);
  return { kernels: kernels.name, steps: 0 };
}
