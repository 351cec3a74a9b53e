/**
 * What trains: the fast kernels in threads, or the lecture's loop in float64, to which threads may give the gradients. Both
 * go on from where they are to the end of an epoch, so that parameters can be looked at, saved and put back in between.
 */
import { release, view } from "../compute/arena.js";
import { formulaOf } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import type { Loss, Sequential } from "../nn/index.js";
import type { Rule, RuleState } from "../optim/index.js";
import type { Checkpoint, TrainingState } from "./checkpoint.js";
import { evaluate } from "./evaluate.js";
import { control, type FastBackend, makeJob, type RememberedArrays, readArray, writeArray } from "./job.js";
import type { Pace } from "./pace.js";
import { backpropagated, trainReference } from "./reference.js";
import type { Run } from "./run.js";
import { totalSteps } from "./run-figure.js";
import { threadGradient } from "./thread-gradient.js";
import { runJob } from "./threads.js";

/** A training under way. */
export interface Trainer {
  /**
   * Trains to the end of epoch `until`, or to a stop.
   *
   * @returns the layer whose outputs are the first that are not finite, when the loss was not (0 for the loss alone)
   */
  advance(until: number): Promise<number | undefined>;
  /** The parameters reached. */
  theta(): Float64Array;
  /** What the rule remembers. */
  state(): TrainingState;
  /** Leaves the record as it is, and gives memory back. */
  close(): void;
}

/** What a trainer needs. */
export interface Work {
  run: Run;
  model: Sequential;
  data: Dataset;
  rule: Rule;
  loss: Loss;
  validation: Dataset | undefined;
  stop: AbortSignal;
  /** Chooses the number of threads. */
  pace: Pace;
  /** Where to go on from. */
  from: Checkpoint | undefined;
  /** Told now and then how many steps are done. */
  onSteps(steps: number): void;
}

/** How often `onSteps` is told, in milliseconds. */
const glance = 100;

/** float32 in threads. The parameters of `model` are read at the start, and left alone. */
export function fastTrainer({
  run,
  model,
  data,
  rule,
  loss,
  validation,
  stop,
  pace,
  from,
  onSteps,
}: Work): Trainer {
  const { epochs, batchSize, seed, shuffle, threads } = run.settings;
  const backend = run.settings.backend as FastBackend;
  const formula = formulaOf("rule", rule)!;
  const training = { data, rule: formula, epochs, batchSize, seed, shuffle };
  const lossName = formulaOf("loss", loss)!.name;
  const job = makeJob({ model, loss: lossName, backend, threads, training, evaluation: validation });
  const recorded = view(job.memory, job.training!.loss);
  const stepSizes = view(job.memory, job.training!.stepSize);
  const signals = view(job.memory, job.control);
  let squares: number | undefined;
  if (from) {
    recorded.set(from.loss);
    stepSizes.set(from.stepSize);
    for (const [name, value] of Object.entries(from.state)) {
      if (typeof value !== "number") writeArray(job, name as RememberedArrays, value);
    }
    squares = from.state.squares as number;
    Atomics.store(signals, control.steps, from.step);
  }
  const done = (): number => Atomics.load(signals, control.steps);
  const timer = setInterval(() => {
    run.loss = recorded.subarray(0, done());
    onSteps(run.loss.length);
  }, glance);
  return {
    async advance(until) {
      const last = until * Math.ceil(data.size / batchSize);
      for (;;) {
        const pacing = pace.next();
        const { milliseconds } = pacing;
        const result = await runJob(job, {
          stretch: { steps: done(), until, milliseconds, ...(squares !== undefined && { squares }) },
          parts: pacing.threads,
          signal: stop,
          onEpoch({ epoch, steps, gradientNorms, validation: found }) {
            run.loss = recorded.subarray(0, steps);
            finishEpoch(run, epoch, gradientNorms, found);
            onSteps(steps);
          },
        });
        if (result.paced) pace.took(pacing, result.paced.steps, result.paced.milliseconds);
        run.kernels = result.kernels;
        run.loss = recorded.subarray(0, result.steps);
        run.stepSize = stepSizes.subarray(0, result.steps);
        squares = result.squares;
        if (result.layer !== undefined || stop.aborted || result.steps >= last) return result.layer;
      }
    },
    theta: () => readArray(job, "theta"),
    state() {
      const names = job.remembered.map((name) => [name, readArray(job, name)] as const);
      return { squares: squares!, ...Object.fromEntries(names) };
    },
    close() {
      clearInterval(timer);
      run.loss = recorded.slice(0, done());
      run.stepSize = stepSizes.slice(0, run.stepSize.length);
      release(job.memory);
    },
  };
}

/** float64 on the main thread, or only the rule. The parameters of `model` change step by step. */
export function slowTrainer(work: Work): Trainer {
  const { run, model, data, rule, loss, validation, stop, from, onSteps } = work;
  const threads = run.settings.backend === "scalar" ? undefined : threadGradient(work);
  const { gradientOf } = threads ?? { gradientOf: backpropagated(model, data, loss, run.settings.seed) };
  const losses = new Float64Array(totalSteps(run));
  const sizes = new Float64Array(losses.length);
  const state = (from ? structuredClone(from.state) : rule.init(model.parameterCount)) as RuleState;
  let k = from?.step ?? 0;
  let glanced = 0;
  if (from) {
    losses.set(from.loss);
    sizes.set(from.stepSize);
  }
  return {
    advance: (until) =>
      trainReference(model, data, {
        ...run.settings,
        gradientOf,
        rule,
        state,
        steps: k,
        until,
        stopped: () => stop.aborted,
        onStep(value, size) {
          losses[k] = value;
          sizes[k++] = size;
          run.loss = losses.subarray(0, k);
          run.stepSize = sizes.subarray(0, k);
          const now = performance.now();
          if (now - glanced < glance) return;
          glanced = now;
          onSteps(k);
        },
        async onEpoch(epoch, norms) {
          finishEpoch(run, epoch, norms, validation && (await evaluate(model, validation, { loss })));
          onSteps(k);
        },
      }),
    theta: () => model.theta,
    state: () => state,
    close() {
      run.loss = losses.slice(0, k);
      run.stepSize = sizes.slice(0, k);
      threads?.close();
    },
  };
}

/** Adds an epoch that is over to the record, which has the losses of its steps. */
function finishEpoch(
  run: Run,
  epoch: number,
  gradientNorms: number[],
  validation?: { loss: number; accuracy: number },
): void {
  const losses = run.loss.subarray(run.epochs.at(-1)?.step ?? 0);
  run.epochs.push({
    epoch,
    step: run.steps,
    loss: losses.reduce((sum, value) => sum + value, 0) / losses.length,
    gradientNorms,
    ...(validation && { validationLoss: validation.loss, accuracy: validation.accuracy }),
  });
}
