/**
 * One thread's work on a network: forward and backward for some samples, with its share of every operation. Threads
 * synchronise after each operation.
 */
import { view } from "../compute/arena.js";
import { Barrier } from "../compute/barrier.js";
import type { Finish, Kernels, Source } from "../compute/kernels.js";
import { likeliest } from "../compute/losses.js";
import type { Matrix } from "../compute/matrix.js";
import { openblasKernels } from "../compute/openblas.js";
import type { Parameters } from "../compute/parameters.js";
import { rangeOf, type Share } from "../compute/share.js";
import { wasmKernels } from "../compute/wasm.js";
import { control, type EvaluationPlan, type Job, type TrainingPlan, viewsOf } from "./job.js";
import { kindOf } from "./layers/index.js";
import type { Below, LayerPlan, LayerSteps, Place } from "./layers/layer.js";
import { Samples } from "./samples.js";

/** A chunk of a training. */
export interface Chunk {
  /** The number of steps before. */
  readonly steps: number;
  /** Whether the gradient of the whole batch updates the parameters directly. */
  readonly update: boolean;
  /** Whether the time is up, so that the step must not begin. */
  readonly isOver: boolean;
  /** The destination of the loss. */
  readonly at: number;
}

/** A half-open range of layers, counted from 0. */
export type LayerRange = readonly [number, number];

/** The first layer with weights whose outputs are not finite; 0 if only the loss is not. */
export function firstNotFinite(
  plans: readonly LayerPlan[],
  outputs: readonly Matrix[],
  rows: number,
): number {
  const allFinite = ({ data, pitch }: Matrix) => data.subarray(0, rows * pitch).every(Number.isFinite);
  const weighted = outputs.filter((_, t) => kindOf(plans[t]!).weights);
  return weighted.findIndex((x) => !allFinite(x)) + 1;
}

/** One thread's part of a network. */
export class ThreadNetwork {
  readonly kernels: Kernels;
  /** The name of the kernels, and why no faster ones are used. */
  readonly name: string;
  readonly share: Share;
  /** Whether this thread also does the work that only one does. */
  readonly isFirst: boolean;
  /** The parameters of the whole network. */
  readonly parameters: Parameters;
  readonly #job: Job;
  readonly #barrier: Barrier;
  readonly #signals: Int32Array;
  /** x(0), x(1), …, x(n + 1) = g. */
  readonly #x: Matrix[];
  readonly #layers: LayerSteps[];
  /** The destination of each layer's gradient; none for the first. */
  readonly #below: (Below | undefined)[];
  readonly #readout: Matrix;
  readonly #lastDelta: Matrix;

  /** @param watch receives the kernels before use; the benchmarks time them */
  constructor(job: Job, share: Share, watch = (kernels: Kernels) => kernels) {
    const { memory, layers } = job;
    const views = viewsOf(job);
    const wasm = wasmKernels(memory, view(memory, job.scratch[share.part]!));
    const { backend, proven, why } = job.multiplier;
    const chosen = backend === "openblas" ? openblasKernels(wasm, memory, proven && new Set(proven)) : wasm;
    const kernels = watch(chosen);
    this.kernels = kernels;
    this.name = why ? `${kernels.name} (${why})` : kernels.name;
    this.share = share;
    this.isFirst = share.part === 0;
    this.parameters = {
      theta: view(memory, job.theta),
      gradient: view(memory, job.gradient),
      first: view(memory, job.first),
      second: view(memory, job.second),
      sums: view(memory, job.sums),
    };
    this.#job = job;
    this.#barrier = new Barrier(view(memory, job.barrier), share.parts);
    this.#signals = view(memory, job.control);
    const meet = (): void => this.#barrier.meet();
    this.#x = [views.matrix(job.input)];
    this.#layers = [];
    this.#below = [];
    let below: Below | undefined;
    let input = this.#x[0]!;
    for (const plan of layers) {
      const { relu } = plan;
      const [x, delta] = [views.matrix(plan.x), views.matrix(plan.delta)];
      this.#layers.push(kindOf(plan).bind(plan, { kernels, share, meet, input, x, relu, delta }, views));
      this.#x.push(x);
      this.#below.push(below);
      below = { delta, relu };
      input = x;
    }
    this.#readout = input;
    this.#lastDelta = below!.delta;
  }

  /** Waits for the other threads. */
  meet(): void {
    this.#barrier.meet();
  }

  /** Whether the threads end here, because the time is up or they were stopped: the first decides for all. */
  ends(isOver = false): boolean {
    const signals = this.#signals;
    if (this.isFirst) {
      signals[control.stopping] = Number(isOver || Atomics.load(signals, control.stop) === 1);
    }
    this.meet();
    return signals[control.stopping] === 1;
  }

  /** x(t) of some samples for t = 1, …, n + 1, or for some layers. */
  forward(rows: number, source: Source, place?: Place, [first, end] = this.#all): void {
    for (let t = first; t < end; t++) {
      const layer = this.#layers[t]!;
      if (layer.prepare(rows, t === 0 ? source : undefined)) this.meet();
      layer.forward(rows, place);
      this.meet();
    }
  }

  /** dA, db of all or some layers, from δ of the last of them. */
  backward(rows: number, finish: Finish, [first, end] = this.#all): void {
    for (let t = end - 1; t >= first; t--) this.#layers[t]!.backward(rows, finish, this.#below[t]);
  }

  get #all(): LayerRange {
    return [0, this.#layers.length];
  }

  /**
   * Forward and backward for a batch, chunk by chunk; writes its loss.
   *
   * @returns the first layer whose outputs are not finite, if there is one; "stopped" if interrupted
   */
  batchGradient(
    plan: TrainingPlan,
    batch: Uint32Array,
    { steps, update, isOver, at }: Chunk,
  ): number | "stopped" | undefined {
    const { memory, loss } = this.#job;
    const losses = view(memory, plan.losses);
    const samples = new Samples(memory, plan.data);
    let sum = 0;
    for (let start = 0; start < batch.length; start += losses.length) {
      const indices = batch.subarray(start, start + losses.length);
      const rows = indices.length;
      // A step in progress is only abandoned on an interrupt; θ is then unchanged.
      if (this.ends(start === 0 && isOver)) return "stopped";
      this.forward(rows, samples.source(indices), { steps, samples: start });
      const [from, to] = rangeOf(rows, this.share);
      const delta = this.#lastDelta;
      samples.loss(loss!, indices, { losses, g: this.#readout, delta, batch: batch.length, from, to });
      this.meet();
      // Every thread adds up the same numbers and so reaches the same decision.
      for (let i = 0; i < rows; i++) sum += losses[i]!;
      if (!Number.isFinite(sum)) return firstNotFinite(this.#job.layers, this.#x.slice(1), rows);
      const isWhole = start + rows === batch.length;
      this.backward(rows, { add: start > 0, update: isWhole && update });
    }
    if (this.isFirst) view(memory, plan.loss)[at] = sum / batch.length;
    return undefined;
  }

  /**
   * x(t) of some samples for some layers, if the main thread computes the others, or the loss.
   *
   * @returns whether it was done; an interrupt prevents a new step, but not the rest of one whose first layers are done
   */
  forwardChunk(
    { data }: Pick<TrainingPlan, "data">,
    indices: Uint32Array,
    layers: LayerRange,
    place?: Place,
  ): boolean {
    if (layers[0] === 0 && this.ends()) return false;
    this.forward(indices.length, new Samples(this.#job.memory, data).source(indices), place, layers);
    return true;
  }

  /** ‖(∂loss/∂A[t], ∂loss/∂b[t])‖ for t = 1, …, n + 1, from the sums of squares of a step that all threads have completed. */
  normsOfLayers(): number[] {
    return this.#job.layers.flatMap((plan) => {
      const parts = kindOf(plan).weights?.(plan);
      if (!parts) return [];
      let squares = 0;
      for (const { at, length } of parts.map((part) => part.sums)) {
        for (const sum of this.parameters.sums.subarray(at, at + length)) squares += sum;
      }
      return Math.sqrt(squares);
    });
  }

  /** Evaluates; returns the mean loss, and the accuracy if there are labels; undefined if stopped. */
  evaluate(plan: EvaluationPlan): { loss: number; accuracy: number } | undefined {
    const { memory, loss, rows } = this.#job;
    const losses = view(memory, plan.losses);
    const answers = view(memory, plan.predicted);
    const order = view(memory, plan.order);
    const { size } = plan.data;
    const samples = new Samples(memory, plan.data);
    for (let start = 0; start < size; start += rows) {
      const indices = order.subarray(start, start + rows);
      if (this.ends()) return undefined;
      this.forward(indices.length, samples.source(indices));
      const [from, to] = rangeOf(indices.length, this.share);
      samples.loss(loss!, indices, { losses: losses.subarray(start), g: this.#readout, from, to });
      likeliest(answers.subarray(start), this.#readout, from, to);
      this.meet();
    }
    const { labels } = samples;
    const right = labels
      ? // NaN is never correct; where the network outputs NaN, the loss is NaN too.
        answers.reduce((sum, answer, i) => sum + Number(answer === labels[i] && !Number.isNaN(losses[i])), 0)
      : Number.NaN;
    return { loss: losses.reduce((sum, value) => sum + value, 0) / size, accuracy: right / size };
  }
}
