/**
 * The program of the threads that train or evaluate. All run it on the same memory: each does its share of every operation,
 * and they synchronise after each. The first thread also does the work that only one does: shuffling, deciding whether to
 * continue, and reporting to the main thread.
 */
import { postToParent } from "#platform";
import { view } from "../compute/arena.js";
import type { Kernels } from "../compute/kernels.js";
import { ruleKernel, type StepRule, stepNumbers } from "../compute/rule-kernels.js";
import type { Share } from "../compute/share.js";
import { control, type Job, type TrainingPlan } from "./job.js";
import { orderOf } from "./order.js";
import { type LayerRange, ThreadNetwork } from "./step.js";

/** The message that starts a thread: the job, the thread's index and the number of threads. */
export interface ThreadStart {
  job: Job;
  part: number;
  parts: number;
  /** The part of the training to do; all of it by default. */
  stretch?: Stretch | undefined;
}

/** A part of a training: from one step to another; for a rule without a kernel, one gradient. */
export interface Stretch {
  /** Steps done before. */
  steps: number;
  /** The number of samples of that gradient, the first in the order. */
  samples?: number;
  /**
   * If the main thread computes the loss or some layers: only the forward pass of a run of layers, or only the backward pass from δ
   * of the last of them, with the samples of one chunk, which begin at `from` in the order.
   */
  pass?: "forward" | "backward";
  from?: number;
  layers?: LayerRange;
  /** The sum of all squared gradients before, if the rule has one. */
  squares?: number;
  /** The number of steps at its end. */
  until: number;
  /** The milliseconds after which it ends early, before the next step. */
  milliseconds?: number;
}

/** The message for another stretch of the job that the thread had last. */
export interface NextStretch {
  next: Stretch;
}

/** The message after a job's last stretch, so that its memory can be freed. */
export interface JobEnded {
  ended: true;
}

/** Messages to the main thread; only the first thread reports epochs and results. */
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
  /** The number of steps, including those before the stretch. */
  steps: number;
  /** The sum of all squared gradients so far, if the rule has one. */
  squares?: number;
  /** Steps of the stretch after its first, which may compile, and the milliseconds they took. */
  paced?: { steps: number; milliseconds: number };
  /** The first layer whose outputs are not finite, if the loss was not (0 for the loss alone). */
  layer?: number;
}

/**
 * Does one thread's part of a job.
 *
 * @param watch receives the kernels before use; the benchmarks time them
 * @param tell receives each completed epoch; by default it is posted to the main thread
 */
export function work(
  { job, part, parts, stretch }: ThreadStart,
  watch?: (kernels: Kernels) => Kernels,
  tell: (message: ThreadMessage) => void = postToParent,
): ThreadResult {
  const network = watch ? new ThreadNetwork(job, { part, parts }, watch) : networkOf(job, { part, parts });
  const { name } = network;
  const { training } = job;
  if (stretch?.pass) return { kernels: name, ...onePass(network, job, stretch) };
  if (!training) {
    if (job.evaluation) network.evaluate(job.evaluation);
    return { kernels: name, steps: 0 };
  }
  const comes = stretch ?? { steps: 0, until: view(job.memory, training.loss).length };
  const { rule } = training;
  const done = rule
    ? train(network, job, training, rule, comes, tell)
    : gradient(network, job, training, comes);
  return { kernels: name, ...done };
}

/** The networks of jobs, kept between stretches: to make one takes longer than most steps. */
const networks = new WeakMap<Job, ThreadNetwork>();

function networkOf(job: Job, share: Share): ThreadNetwork {
  const made = networks.get(job);
  if (made?.share.part === share.part && made.share.parts === share.parts) return made;
  const network = new ThreadNetwork(job, share);
  networks.set(job, network);
  return network;
}

type Done = Omit<ThreadResult, "kernels">;

/** One chunk of samples forward or backward through some layers; `steps` is one more unless it was stopped. */
function onePass(
  network: ThreadNetwork,
  job: Job,
  { steps, samples, pass, from = 0, ...stretch }: Stretch,
): Done {
  const layers = stretch.layers!;
  const plan = (job.training ?? job.evaluation)!;
  const indices = view(job.memory, plan.order).subarray(from, from + samples!);
  if (pass === "backward") {
    network.kernels.setRule("sgd", network.parameters);
    network.backward(indices.length, { add: from > 0, update: false }, layers);
    return { steps: steps + 1 };
  }
  const isDone = network.forwardChunk(plan, indices, layers, job.training && { steps, samples: from });
  return { steps: steps + Number(isDone) };
}

/** One gradient, left in the gradient's memory. */
function gradient(network: ThreadNetwork, job: Job, plan: TrainingPlan, { steps, samples }: Stretch): Done {
  const batch = view(job.memory, plan.order).subarray(0, samples);
  network.kernels.setRule("sgd", network.parameters);
  const broken = network.batchGradient(plan, batch, { steps, update: false, isOver: false, at: 0 });
  return broken === "stopped"
    ? { steps }
    : { steps: steps + 1, ...(broken !== undefined && { layer: broken }) };
}

/** Trains; returns the number of steps done, and the layer that was not finite. */
function train(
  network: ThreadNetwork,
  job: Job,
  plan: TrainingPlan,
  rule: StepRule,
  stretch: Stretch,
  tell: (message: ThreadMessage) => void,
): Done {
  const { kernels, parameters, isFirst } = network;
  const { batchSize, data } = plan;
  const order = view(job.memory, plan.order);
  const signals = view(job.memory, job.control);
  const perEpoch = Math.ceil(data.size / batchSize);
  const optimiser = new Optimiser(network, job, plan, rule, stretch.squares);
  const clock = new Clock(stretch.milliseconds);
  let { steps } = stretch;
  for (let epoch = Math.floor(steps / perEpoch) + 1; steps < stretch.until; epoch++) {
    if (isFirst) orderOf(epoch, { ...plan, size: data.size }, order);
    for (let start = (steps % perEpoch) * batchSize; start < order.length; start += batchSize) {
      if (steps === stretch.until) return { steps, squares: optimiser.squares, paced: clock.paced };
      const batch = order.subarray(start, start + batchSize);
      // Computing the sums slows a step by a few per cent, so only the step whose norms are recorded computes them.
      if (start + batchSize >= order.length) kernels.setRule(rule.name, parameters, true);
      const update = optimiser.begin(steps + 1);
      const isOver = clock.isOver();
      const broken = network.batchGradient(plan, batch, { steps, update, isOver, at: steps });
      if (broken !== undefined) {
        const { squares } = optimiser;
        return broken === "stopped"
          ? { steps, squares, paced: clock.paced }
          : { steps, squares, layer: broken };
      }
      steps++;
      optimiser.finish(steps);
      if (!isFirst) continue;
      Atomics.store(signals, control.steps, steps);
      clock.step();
    }
    clock.pause();
    kernels.setRule(rule.name, parameters);
    network.meet();
    const gradientNorms = network.normsOfLayers();
    const validation = job.evaluation && network.evaluate(job.evaluation);
    if (isFirst) tell({ type: "epoch", epoch, steps, gradientNorms, ...(validation && { validation }) });
  }
  return { steps, squares: optimiser.squares, paced: clock.paced };
}

/** A rule's work in each step besides the kernels' updates: step numbers, sums of squares, the recorded step size. */
export class Optimiser {
  /** The sum of all squared gradients, if the rule has one. */
  squares: number;
  readonly #network: ThreadNetwork;
  readonly #kernel: ReturnType<typeof ruleKernel>;
  readonly #etas: Float64Array | undefined;
  readonly #stepSizes: Float64Array;
  readonly #count: number;
  #rule: StepRule;

  constructor(network: ThreadNetwork, job: Job, plan: TrainingPlan, rule: StepRule, squares?: number) {
    this.#network = network;
    this.#kernel = ruleKernel(rule.name);
    this.#etas = plan.etas && view(job.memory, plan.etas);
    this.#stepSizes = view(job.memory, plan.stepSize);
    this.#count = job.parameterCount;
    this.#rule = rule;
    this.squares = squares ?? this.#kernel.squaresStart?.(rule.options, this.#count) ?? 0;
    network.kernels.setRule(rule.name, network.parameters);
  }

  /** Before step k: returns whether its gradient updates the parameters directly. */
  begin(k: number): boolean {
    const rule = this.#rule;
    if (this.#etas) this.#rule = { ...rule, options: { ...rule.options, eta: this.#etas[k - 1]! } };
    if (this.#kernel.squares === "to move") return false;
    this.#network.kernels.setStep(stepNumbers(this.#rule, k));
    return true;
  }

  /** Completes step k once its gradients are available; the first thread records the step size. */
  finish(k: number): void {
    const { kernels, parameters, share, isFirst } = this.#network;
    const { squares, stepSize } = this.#kernel;
    if (squares) {
      this.#network.meet();
      this.squares += parameters.sums.reduce((sum, block) => sum + block, 0);
    }
    if (squares === "to move") {
      kernels.setStep(stepNumbers(this.#rule, k, this.squares));
      kernels.update(parameters, share);
    }
    const { options } = this.#rule;
    if (isFirst) this.#stepSizes[k - 1] = stepSize?.(options, this.squares, this.#count) ?? options.eta;
  }
}

/** Times the steps of a stretch. */
export class Clock {
  /** Steps of the stretch after its first, which may compile, and the milliseconds they took. */
  readonly paced = { steps: 0, milliseconds: 0 };
  readonly #began = performance.now();
  readonly #patience: number;
  #last = Number.NaN;

  constructor(patience = Number.POSITIVE_INFINITY) {
    this.#patience = patience;
  }

  /** Whether the stretch ends here. */
  isOver(): boolean {
    return performance.now() - this.#began > this.#patience;
  }

  /** Records a completed step. */
  step(): void {
    const now = performance.now();
    if (!Number.isNaN(this.#last)) {
      this.paced.steps++;
      this.paced.milliseconds += now - this.#last;
    }
    this.#last = now;
  }

  /** Excludes the time until the next step. */
  pause(): void {
    this.#last = Number.NaN;
  }
}
