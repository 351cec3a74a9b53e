/**
 * Training by the fast kernels, float32 on threads.
 */
import { view } from "../compute/arena.js";
import type { RuleFormula } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import type { Sequential } from "../nn/index.js";
import { control, makeJob, type RememberedArrays, readArray, readBuffers, writeArray } from "./job.js";
import type { FastBackend } from "./multiplier.js";
import type { Shuffle } from "./order.js";
import type { Pace } from "./pace.js";
import { endJob, prepareThreads, runJob } from "./pool.js";
import type { LossName } from "./samples.js";
import { type Progress, type Resumed, reportEvery, type Trainer } from "./trainer.js";

/** The training that the threads run. */
export interface KernelTraining {
  readonly model: Sequential;
  readonly data: Dataset;
  /** Undefined if the main thread computes it. */
  readonly loss?: LossName | undefined;
  /** The backend of dense products; undefined for the fastest that has WebAssembly's bits. */
  readonly backend: FastBackend | undefined;
  readonly threads: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: Shuffle;
  readonly stop: AbortSignal;
}

/** A trainer by the kernels. The parameters of `model` are read at the start and not changed. */
export function kernelTrainer(
  { model, loss, backend, threads, stop, ...training }: KernelTraining,
  rule: RuleFormula,
  {
    validation,
    pace,
    from,
    progress,
  }: { validation: Dataset | undefined; pace: Pace; from: Resumed | undefined; progress: Progress },
): Trainer {
  prepareThreads(pace.threads);
  const job = makeJob({
    model,
    loss,
    backend,
    threads,
    training: { ...training, rule },
    evaluation: validation,
  });
  const losses = view(job.memory, job.training!.loss);
  const stepSizes = view(job.memory, job.training!.stepSize);
  const signals = view(job.memory, job.control);
  let squares: number | undefined;
  if (from) {
    losses.set(from.loss);
    stepSizes.set(from.stepSize);
    for (const [name, value] of Object.entries(from.state)) {
      if (typeof value !== "number") writeArray(job, name as RememberedArrays, value);
    }
    squares = from.state.squares as number;
    Atomics.store(signals, control.steps, from.loss.length);
  }
  const done = (): number => Atomics.load(signals, control.steps);
  const report = (steps = done()): void =>
    progress.steps(losses.subarray(0, steps), stepSizes.subarray(0, steps));
  const timer = setInterval(report, reportEvery);
  return {
    async advance(until) {
      for (;;) {
        const pacing = pace.next();
        const { milliseconds } = pacing;
        const result = await runJob(job, {
          stretch: { steps: done(), until, milliseconds, ...(squares !== undefined && { squares }) },
          parts: pacing.threads,
          signal: stop,
          onEpoch({ steps, ...epoch }) {
            report(steps);
            progress.epoch(epoch);
          },
        });
        const { paced } = result;
        if (paced) pace.took(pacing, paced.steps, paced.milliseconds, result.steps >= until);
        progress.computedBy(result.kernels);
        report(result.steps);
        squares = result.squares;
        if (result.layer !== undefined || stop.aborted || result.steps >= until) return result.layer;
      }
    },
    theta: () => readArray(job, "theta"),
    readBuffers: (to) => readBuffers(job, to),
    state() {
      const arrays = job.remembered.map((name) => [name, readArray(job, name)] as const);
      return { squares: squares!, ...Object.fromEntries(arrays) };
    },
    close() {
      clearInterval(timer);
      progress.steps(losses.slice(0, done()), stepSizes.slice(0, done()));
      endJob(job);
    },
  };
}
