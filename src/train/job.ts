/**
 * What the threads of a training (or an evaluation) work on: one block of shared memory, and a plan of where everything
 * lies in it. A job is plain data apart from the memory, so that it can be sent to a thread.
 */
import { Arena, type Region, view } from "../compute/arena.js";
import { type Formula, formulaOf, type RuleFormula } from "../compute/formula.js";
import { scratchLength } from "../compute/wasm.js";
import type { Dataset } from "../data/index.js";
import type { Loss, Sequential } from "../nn/index.js";
import type { Rule } from "../optim/index.js";
import type { Shuffle } from "./run.js";

type LossFormula = Extract<Formula, { kind: "loss" }>;

/** A dense layer as the threads see it. */
export interface LayerPlan {
  readonly inputs: number;
  readonly outputs: number;
  readonly A: Region<"Float32Array">;
  readonly b: Region<"Float32Array">;
  readonly dA: Region<"Float32Array">;
  readonly db: Region<"Float32Array">;
  /** x(t): what the layer gives, after its ReLU; for the last, the readout g. */
  readonly x: Region<"Float32Array">;
  /** δ[t] = ∂loss/∂z[t]. */
  readonly delta: Region<"Float32Array">;
}

/** Samples as the threads see them. */
export interface DataPlan {
  readonly size: number;
  readonly features: number;
  readonly outputs: number;
  readonly scale: number;
  readonly x: Region<"Uint8Array"> | Region<"Float32Array">;
  readonly labels?: Region<"Uint8Array">;
  readonly targets?: Region<"Float32Array">;
}

/** Where an evaluation writes what it finds of each sample. */
export interface EvaluationPlan {
  readonly data: DataPlan;
  /** 0, 1, …: the samples in the order they come. */
  readonly order: Region<"Uint32Array">;
  readonly losses: Region<"Float64Array">;
  readonly predicted: Region<"Uint8Array">;
}

/** What a training adds to a job. */
export interface TrainingPlan {
  readonly data: DataPlan;
  readonly rule: RuleFormula;
  /** One sum of squares for each gradient in the adaptive rules. */
  readonly c: Region<"Float32Array">;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: Shuffle;
  readonly order: Region<"Uint32Array">;
  /** The loss of each step, and the step size taken. */
  readonly loss: Region<"Float64Array">;
  readonly stepSize: Region<"Float64Array">;
}

/** Everything that the threads need. */
export interface Job {
  readonly memory: WebAssembly.Memory;
  readonly control: Region<"Int32Array">;
  readonly barrier: Region<"Int32Array">;
  readonly partialSums: Region<"Float64Array">;
  readonly scratch: readonly Region<"Float32Array">[];
  readonly theta: Region<"Float32Array">;
  readonly gradient: Region<"Float32Array">;
  /** x(0), the samples of a batch. */
  readonly input: Region<"Float32Array">;
  readonly layers: readonly LayerPlan[];
  /** How many samples go through the network at once. */
  readonly rows: number;
  readonly loss: LossFormula["name"];
  readonly training?: TrainingPlan;
  readonly evaluation?: EvaluationPlan;
}

/** The integers by which the main thread and the threads speak. */
export const control = {
  /** Set by the main thread: stop before the next step. */
  stop: 0,
  /** What the first thread decided for all: {@link decision}. */
  decision: 1,
  /** Steps done so far. */
  steps: 2,
} as const;

/** What all threads do next. */
export const decision = { go: 0, stop: 1, notFinite: 2 } as const;

/** Sums over all parameters are taken over blocks of this many numbers, so that they do not depend on the threads. */
export const sumBlock = 4096;

/**
 * Samples that go through the network at once: a larger batch is cut into chunks, whose gradients are added up. So
 * memory does not grow with the batch.
 */
const mostRows = 512;

/**
 * What of a network, a loss and a rule the fast kernels do not know; undefined when they know it all. They know what
 * was made by nablab and has a formula there, whatever anything is called.
 */
export function slowBecause({ sigma }: Sequential, loss: Loss, rule?: Rule): string | undefined {
  const activation = sigma.find((one) => one && !formulaOf("activation", one));
  if (activation) {
    const own = String(activation) === "[object Object]";
    return own ? `an activation of your own, ${activation.kind}` : String(activation);
  }
  if (!formulaOf("loss", loss)) return `the loss ${loss.name}`;
  if (rule && !formulaOf("rule", rule)) return `the rule ${rule.name}`;
  return undefined;
}

/** What a job is planned for. */
export interface JobOptions {
  model: Sequential;
  loss: LossFormula["name"];
  threads: number;
  training?: Omit<TrainingPlan, "data" | "c" | "order" | "loss" | "stepSize"> & { data: Dataset };
  evaluation?: Dataset | undefined;
}

/** Plans a job, makes its memory, and puts network and samples into it. */
export function makeJob({ model, loss, threads, training, evaluation }: JobOptions): Job {
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const rows = Math.min(mostRows, Math.max(training?.batchSize ?? 0, evaluation?.size ?? 0));
  const theta = floats(model.parameterCount);
  const gradient = floats(model.parameterCount);
  let at = 0;
  const layers = model.dense.map(({ inputs, outputs }): LayerPlan => {
    const part = (whole: Region<"Float32Array">, skip: number, length: number): Region<"Float32Array"> => ({
      kind: "Float32Array",
      offset: whole.offset + 4 * (at + skip),
      length,
    });
    const weights = inputs * outputs;
    const layer = {
      inputs,
      outputs,
      A: part(theta, 0, weights),
      b: part(theta, weights, outputs),
      dA: part(gradient, 0, weights),
      db: part(gradient, weights, outputs),
      x: floats(rows * outputs),
      delta: floats(rows * outputs),
    };
    at += weights + outputs;
    return layer;
  });
  const scratch = Array.from({ length: threads }, () => floats(scratchLength));
  const steps = training ? training.epochs * Math.ceil(training.data.size / training.batchSize) : 0;
  const trainingData = training && planData(arena, training.data);
  // Evaluated on what it is trained on, a network has the samples in memory once.
  const shared = evaluation === training?.data;
  const plan = {
    control: arena.reserve("Int32Array", 16),
    barrier: arena.reserve("Int32Array", 2),
    partialSums: arena.reserve("Float64Array", Math.ceil(model.parameterCount / sumBlock)),
    scratch,
    theta,
    gradient,
    input: floats(rows * model.inputs),
    layers,
    rows,
    loss,
    ...(training && {
      training: {
        ...training,
        data: trainingData!,
        c: floats(training.rule.name === "adagrad" ? model.parameterCount : 0),
        order: arena.reserve("Uint32Array", training.data.size),
        loss: arena.reserve("Float64Array", steps),
        stepSize: arena.reserve("Float64Array", steps),
      },
    }),
    ...(evaluation && {
      evaluation: {
        data: shared ? trainingData! : planData(arena, evaluation),
        order: arena.reserve("Uint32Array", evaluation.size),
        losses: arena.reserve("Float64Array", evaluation.size),
        predicted: arena.reserve("Uint8Array", evaluation.size),
      },
    }),
  };
  const memory = arena.allocate();
  const job: Job = { memory, ...plan };
  for (const region of [plan.control, plan.barrier]) view(memory, region).fill(0);
  view(memory, theta).set(model.theta);
  if (training) fillData(memory, training.data, trainingData!);
  if (job.evaluation) {
    view(memory, job.evaluation.order).forEach((_, i, order) => {
      order[i] = i;
    });
    if (!shared) fillData(memory, evaluation!, job.evaluation.data);
  }
  return job;
}

function planData(arena: Arena, { size, features, outputs, scale, x, y, kind }: Dataset): DataPlan {
  return {
    size,
    features,
    outputs,
    scale,
    x:
      x instanceof Uint8Array
        ? arena.reserve("Uint8Array", x.length)
        : arena.reserve("Float32Array", x.length),
    ...(kind === "labels"
      ? { labels: arena.reserve("Uint8Array", y.length) }
      : { targets: arena.reserve("Float32Array", y.length) }),
  };
}

function fillData(memory: WebAssembly.Memory, { x, y }: Dataset, plan: DataPlan): void {
  view(memory, plan.x as Region<"Float32Array">).set(x);
  if (plan.labels) view(memory, plan.labels).set(y);
  if (plan.targets) view(memory, plan.targets).set(y);
}
