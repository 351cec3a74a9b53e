/**
 * What the threads of a training (or an evaluation) work on: one block of shared memory, and a plan of where everything
 * lies in it. A job is plain data apart from the memory, so that it can be sent to a thread.
 */
import { Arena, type Region, view } from "../compute/arena.js";
import { type Formula, formulaOf, type RuleFormula } from "../compute/formula.js";
import type { Run } from "../compute/kernels.js";
import { matrixLength } from "../compute/matrix.js";
import { ruleKernel, type StepOptions, type StepRule } from "../compute/rule-kernels.js";
import { scratchLength } from "../compute/wasm.js";
import { windowScratchLength } from "../compute/wasm-windows.js";
import type { Dataset } from "../data/index.js";
import type { Loss, Sequential } from "../nn/index.js";
import { stepSizeAt } from "../optim/schedule.js";
import { fastLayers } from "./fast-network.js";
import type { Shuffle } from "./order.js";
import { eachRun, type LayerPlan, type MatrixPlan, planLayers } from "./plan-layers.js";
import type { Backend } from "./run.js";

type LossName = Extract<Formula, { kind: "loss" }>["name"];

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
  /** With the step size of the first step, where `etas` has one for each; without, gradients are all that is computed. */
  readonly rule?: StepRule;
  readonly etas?: Region<"Float64Array">;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: Shuffle;
  readonly order: Region<"Uint32Array">;
  /** The losses of a chunk's samples. */
  readonly losses: Region<"Float64Array">;
  /** The loss of each step, and the step size taken. */
  readonly loss: Region<"Float64Array">;
  readonly stepSize: Region<"Float64Array">;
}

/** Who multiplies dense matrices. */
export type FastBackend = Exclude<Backend, "scalar">;

/** Everything that the threads need. */
export interface Job {
  readonly backend: FastBackend;
  readonly memory: WebAssembly.Memory;
  readonly control: Region<"Int32Array">;
  readonly barrier: Region<"Int32Array">;
  readonly scratch: readonly Region<"Float32Array">[];
  /** The parameters in the layers' layouts; arrays that a rule does not need are `theta` again. */
  readonly theta: Region<"Float32Array">;
  readonly gradient: Region<"Float32Array">;
  readonly first: Region<"Float32Array">;
  readonly second: Region<"Float32Array">;
  /** Which of those arrays the rule has. */
  readonly remembered: readonly RememberedArrays[];
  /** How many parameters there are without padding. */
  readonly parameterCount: number;
  readonly sums: Region<"Float64Array">;
  /** x(0), the samples of a chunk. */
  readonly input: MatrixPlan;
  readonly layers: readonly LayerPlan[];
  /** How many samples go through the network at once. */
  readonly rows: number;
  readonly loss: LossName;
  readonly training?: TrainingPlan;
  readonly evaluation?: EvaluationPlan;
}

/** The arrays in which rules remember: see `compute/kernels.ts`. */
export type RememberedArrays = "first" | "second";

/** The integers by which the main thread and the threads speak. */
export const control = {
  /** Set by the main thread: stop before the next chunk of samples. */
  stop: 0,
  /** What the first thread decided for all: whether to stop. */
  stopping: 1,
  /** Steps done so far. */
  steps: 2,
} as const;

/**
 * Samples that go through the network at once: a larger batch is cut into chunks, whose gradients are added up. So
 * memory does not grow with the batch.
 */
const mostRows = 512;

/** Up to this share of inputs that are not zero, products with those alone are faster than dense ones. */
const sparseBelow = 0.35;

/**
 * From this share on that is not zero of an input, it is faster among others in a dense product: 1.27 instead of 1.72 s an
 * epoch on one core by OpenBLAS, with any share from 0.15 to 0.25. By WebAssembly, with 0.35 to 0.65, nothing was gained.
 */
const denseFrom = { wasm: Number.POSITIVE_INFINITY, openblas: 0.2 };

/** What of a network and a loss the threads do not know; undefined when they know it all. */
export function slowBecause(model: Sequential, data: Dataset, loss: Loss): string | undefined {
  const layers = fastLayers(model);
  if (typeof layers === "string") return layers;
  if (!formulaOf("loss", loss)) return `the loss ${String(loss) === "[object Object]" ? loss.name : loss}`;
  if (loss.name === "crossEntropy" && data.kind !== "labels") return "probabilities as targets";
  return undefined;
}

/** What a job is planned for. */
export interface JobOptions {
  model: Sequential;
  loss: LossName;
  backend?: FastBackend;
  threads: number;
  training?: Pick<TrainingPlan, "epochs" | "batchSize" | "seed" | "shuffle"> & {
    data: Dataset;
    rule?: RuleFormula;
  };
  evaluation?: Dataset | undefined;
}

/** Plans a job, makes its memory, and puts network and samples into it. */
export function makeJob({ model, loss, backend = "wasm", threads, training, evaluation }: JobOptions): Job {
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const doubles = (length: number) => arena.reserve("Float64Array", length);
  const rows = Math.min(mostRows, Math.max(training?.batchSize ?? 0, evaluation?.size ?? 0));
  const trainedRows = Math.min(mostRows, training?.batchSize ?? 0);
  const fast = fastLayers(model);
  if (typeof fast === "string") throw new TypeError(`train: the fast kernels do not know ${fast}`);
  const shares = notZero((training?.data ?? evaluation) as Dataset);
  const sparse = shares.reduce((sum, share) => sum + share, 0) < sparseBelow * shares.length;
  const denseColumns = runsAbove(denseFrom[backend], shares);
  const rule = training?.rule;
  const kernel = rule && ruleKernel(rule.name);
  const oneByOne = training?.batchSize === 1 && kernel?.leavesAlone === true;
  const use = { rows, trainedRows, sparse, denseColumns, oneByOne, seed: training?.seed ?? 0 };
  const { plans: layers, length: at, sumsLength } = planLayers(arena, fast, use);
  const theta = floats(at);
  const gradient = training ? floats(at) : theta;
  const remembers = kernel?.remembers ?? 0;
  const scratch = Math.max(
    ...fast.map((layer) => {
      if (layer.kind === "dense") return scratchLength(layer.inputs);
      if (layer.kind === "activation" || layer.kind === "dropout") return 0;
      return windowScratchLength(layer.windows, layer.kind === "conv2d" ? layer.filters : 0);
    }),
  );
  const steps = rule ? training!.epochs * Math.ceil(training!.data.size / training!.batchSize) : 1;
  const schedule = rule?.options.eta;
  const trainingData = training && planData(arena, training.data);
  // Evaluated on what it is trained on, a network has the samples in memory once.
  const shared = evaluation === training?.data;
  const plan = {
    backend,
    control: arena.reserve("Int32Array", 16),
    barrier: arena.reserve("Int32Array", 2),
    scratch: Array.from({ length: threads }, () => floats(scratch)),
    theta,
    gradient,
    first: remembers > 0 ? floats(at) : theta,
    second: remembers > 1 ? floats(at) : theta,
    remembered: (["first", "second"] as const).slice(0, remembers),
    parameterCount: model.parameterCount,
    sums: doubles(sumsLength),
    input: { columns: model.inputs, region: floats(matrixLength(rows, model.inputs)) },
    layers,
    rows,
    loss,
    ...(training && {
      training: {
        ...training,
        rule: rule && {
          name: rule.name,
          options: {
            ...(rule.options as StepOptions),
            eta: typeof schedule === "number" ? schedule : schedule!(1),
          },
        },
        ...(typeof schedule === "function" && { etas: doubles(steps) }),
        data: trainingData!,
        order: arena.reserve("Uint32Array", training.data.size),
        losses: doubles(trainedRows),
        loss: doubles(steps),
        stepSize: doubles(steps),
      },
    }),
    ...(evaluation && {
      evaluation: {
        data: shared ? trainingData! : planData(arena, evaluation),
        order: arena.reserve("Uint32Array", evaluation.size),
        losses: doubles(evaluation.size),
        predicted: arena.reserve("Uint8Array", evaluation.size),
      },
    }),
  };
  const memory = arena.allocate();
  const job: Job = { memory, ...plan };
  clear(job);
  markDenseColumns(job);
  if (typeof schedule === "function") {
    const etas = view(memory, job.training!.etas!);
    for (let k = 1; k <= steps; k++) etas[k - 1] = stepSizeAt("train", schedule, k);
  }
  writeArray(job, "theta", model.theta);
  if (training) fillData(memory, training.data, trainingData!);
  if (job.evaluation) {
    view(memory, job.evaluation.order).forEach((_, i, order) => {
      order[i] = i;
    });
    if (!shared) fillData(memory, evaluation!, job.evaluation.data);
  }
  return job;
}

/** Makes zero what has to be: the memory may have been used before, and padding is relied on. */
function clear({ memory, training, ...job }: Job): void {
  const { control, barrier, sums, theta, gradient, first, second, input } = job;
  for (const region of [control, barrier, sums, theta, gradient, second, input.region])
    view(memory, region).fill(0);
  for (const { x, delta } of job.layers) for (const { region } of [x, delta]) view(memory, region).fill(0);
  const rule = training?.rule;
  if (rule && first !== theta)
    view(memory, first).fill(ruleKernel(rule.name).firstStart?.(rule.options) ?? 0);
}

/** Gets the dense columns of a sparse input ready. */
function markDenseColumns({ memory, layers }: Job): void {
  for (const layer of layers) {
    if (layer.kind !== "dense" || !layer.denseColumns) continue;
    const { runs, bits, x } = layer.denseColumns;
    view(memory, x.region).fill(0);
    const isDense = view(memory, bits).fill(0);
    for (const [first, end] of runs) for (let k = first; k < end; k++) isDense[k >> 3] |= 1 << (k & 7);
  }
}

/** Puts numbers in the order of a network's theta into the layers' layouts. */
export function writeArray(
  { memory, ...job }: Job,
  which: "theta" | RememberedArrays,
  from: Float64Array,
): void {
  const to = view(memory, job[which]);
  eachRun(job.layers, (i, place, count, stride) => {
    for (let n = 0; n < count; n++) to[place + n * stride] = from[i + n];
  });
}

/** One of the job's arrays, in the order of a network's theta; into an array that is there, or a new one. */
export function readArray(
  { memory, ...job }: Job,
  which: "theta" | "gradient" | RememberedArrays,
  found = new Float64Array(job.parameterCount),
): Float64Array {
  const from = view(memory, job[which]);
  eachRun(job.layers, (i, place, count, stride) => {
    for (let n = 0; n < count; n++) found[i + n] = from[place + n * stride];
  });
  return found;
}

/** The share of each column's entries that is not zero, among the first thousand samples. */
function notZero({ x, features }: Dataset): Float64Array {
  const some = x.subarray(0, 1000 * features);
  const shares = new Float64Array(features);
  for (let i = 0; i < some.length; i++) if (some[i] !== 0) shares[i % features] += features / some.length;
  return shares;
}

/** The runs of numbers that are more than a bound in the mean of a vector, of four. */
function runsAbove(bound: number, numbers: Float64Array): Run[] {
  const runs: [number, number][] = [];
  for (let k = 0; k < numbers.length; k += 4) {
    const few = numbers.subarray(k, k + 4);
    if (!(few.reduce((sum, number) => sum + number, 0) > bound * few.length)) continue;
    const last = runs.at(-1);
    if (last?.[1] === k) last[1] += few.length;
    else runs.push([k, k + few.length]);
  }
  return runs;
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
