/**
 * The job of the threads of a training (or an evaluation): one block of shared memory, and its layout. Apart from the
 * memory, a job is plain data that can be sent to a thread.
 */
import { Arena, type Region, view } from "../compute/arena.js";
import type { RuleFormula } from "../compute/formula.js";
import { matrixLength } from "../compute/matrix.js";
import { deepest } from "../compute/order.js";
import { ruleKernel, type StepOptions, type StepRule } from "../compute/rule-kernels.js";
import type { Dataset } from "../data/index.js";
import type { Sequential } from "../nn/index.js";
import { stepSizeAt } from "../optim/schedule.js";
import { fewRows } from "./layers/dense.js";
import { kindOf } from "./layers/index.js";
import type { LayerPlan, Use } from "./layers/layer.js";
import { type Lowered, lower } from "./lower.js";
import { type MatrixPlan, Room, Views } from "./memory.js";
import { chooseMultiplier, chunksOf, type FastBackend, type Multiplier } from "./multiplier.js";
import { drawnOf, type Shuffle } from "./order.js";
import { type DataPlan, densityOf, type LossName, planData, writeData } from "./samples.js";

/** Where an evaluation writes the results for each sample. */
export interface EvaluationPlan {
  readonly data: DataPlan;
  /** 0, 1, …: the samples in order. */
  readonly order: Region<"Uint32Array">;
  readonly losses: Region<"Float64Array">;
  readonly predicted: Region<"Uint8Array">;
}

/** The part of a job that only a training has. */
export interface TrainingPlan {
  readonly data: DataPlan;
  /** The rule, with the step size of the first step if `etas` has one for each; without a rule only gradients are computed. */
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

/** A job: everything that the threads need. */
export interface Job {
  readonly multiplier: Multiplier;
  readonly memory: WebAssembly.Memory;
  readonly control: Region<"Int32Array">;
  readonly barrier: Region<"Int32Array">;
  readonly scratch: readonly Region<"Float32Array">[];
  /** The parameters in the layers' layouts; arrays that a rule does not need alias `theta`. */
  readonly theta: Region<"Float32Array">;
  readonly gradient: Region<"Float32Array">;
  readonly first: Region<"Float32Array">;
  readonly second: Region<"Float32Array">;
  /** The arrays that the rule uses. */
  readonly remembered: readonly RememberedArrays[];
  /** The number of parameters without padding. */
  readonly parameterCount: number;
  readonly sums: Region<"Float64Array">;
  /** x(0), the samples of a chunk. */
  readonly input: MatrixPlan;
  readonly layers: readonly LayerPlan[];
  /** The largest number of samples in a chunk. */
  readonly rows: number;
  /** Undefined if the main thread computes it. */
  readonly loss?: LossName | undefined;
  readonly training?: TrainingPlan;
  readonly evaluation?: EvaluationPlan;
}

/** The arrays of a rule's state: see `compute/kernels.ts`. */
export type RememberedArrays = "first" | "second";

/** The integers by which the main thread and the threads communicate. */
export const control = {
  /** Set by the main thread: stop before the next chunk of samples. */
  stop: 0,
  /** The first thread's decision for all: whether to stop. */
  stopping: 1,
  /** Steps done so far. */
  steps: 2,
} as const;

/**
 * The largest chunk: a larger batch is split into chunks, whose gradients are added up. So memory does not grow with the
 * batch, and the gradient of weights in a chunk is one panel (compute/order.ts).
 */
export const mostRows = deepest;

/**
 * Below this density of the input, sparse products are faster than dense ones by WebAssembly, with the same bits; where
 * OpenBLAS multiplies g times as fast, below this / g. At batch 128 on MNIST (density 0.19, 784 → 512), on one core with AVX-512,
 * they take 5.1 µs a sample; dense ones 13 by WebAssembly, and 3.4 by OpenBLAS (g = 3.8). On a CPU with g = 2, which has half
 * the units for 512 bits, an epoch takes 12 % less with them.
 */
const sparseBelow = 0.45;

/** The inputs of a job's plan. */
export interface JobOptions {
  model: Sequential;
  loss?: LossName | undefined;
  /** The backend of dense products; by default the fastest that has WebAssembly's bits. */
  backend?: FastBackend | undefined;
  threads: number;
  training?: Pick<TrainingPlan, "epochs" | "batchSize" | "seed" | "shuffle"> & {
    data: Dataset;
    rule?: RuleFormula;
  };
  evaluation?: Dataset | undefined;
}

/** Plans a job, allocates its memory, and writes network and samples into it. */
export function makeJob({ model, loss, backend, threads, training, evaluation }: JobOptions): Job {
  const arena = new Arena();
  const floats = (length: number) => arena.reserve("Float32Array", length);
  const doubles = (length: number) => arena.reserve("Float64Array", length);
  const rows = Math.min(mostRows, Math.max(training?.batchSize ?? 0, evaluation?.size ?? 0));
  const trainedRows = Math.min(mostRows, training?.batchSize ?? 0);
  const rule = training?.rule;
  const kernel = rule && ruleKernel(rule.name);
  const room = new Room(arena, rows);
  const lowered = lower(model);
  const trained =
    training && chunksOf(drawnOf(training.data.size, training.batchSize), training.batchSize, mostRows);
  const multiplier = chooseMultiplier(backend, lowered, {
    trained: trainedRows > fewRows ? trained! : [],
    seen: trainedRows > 0 && trainedRows <= fewRows ? [] : chunksOf(evaluation?.size ?? 0, rows, rows),
    steps: rule?.name === "sgd",
  });
  const density = densityOf((training?.data ?? evaluation)!);
  const { layers, scratchLength } = planLayers(lowered, room, {
    rows,
    trainedRows,
    sparse: density < sparseBelow / multiplier.firstGain,
    oneByOne: training?.batchSize === 1 && kernel?.leavesAlone === true,
    seed: training?.seed ?? 0,
  });
  const theta = floats(room.length);
  const remembers = kernel?.remembers ?? 0;
  const trainingData = training && planData(arena, training.data);
  // Training and evaluation on the same data share one copy of the samples.
  const isShared = evaluation !== undefined && evaluation === training?.data;
  const job: Omit<Job, "memory"> = {
    multiplier,
    control: arena.reserve("Int32Array", 16),
    barrier: arena.reserve("Int32Array", 2),
    scratch: Array.from({ length: threads }, () => floats(scratchLength)),
    theta,
    gradient: training ? floats(room.length) : theta,
    first: remembers > 0 ? floats(room.length) : theta,
    second: remembers > 1 ? floats(room.length) : theta,
    remembered: (["first", "second"] as const).slice(0, remembers),
    parameterCount: model.parameterCount,
    sums: doubles(room.sumsLength),
    input: { columns: model.inputs, region: floats(matrixLength(rows, model.inputs)) },
    layers,
    rows,
    loss,
    ...(training && {
      training: planTraining(arena, training, trainingData!, trainedRows),
    }),
    ...(evaluation && {
      evaluation: {
        data: isShared ? trainingData! : planData(arena, evaluation),
        order: arena.reserve("Uint32Array", evaluation.size),
        losses: doubles(evaluation.size),
        predicted: arena.reserve("Uint8Array", evaluation.size),
      },
    }),
  };
  const made = { memory: arena.allocate(), ...job };
  clear(made);
  writeArray(made, "theta", model.theta);
  writeBuffers(made, model.buffers);
  if (training) {
    writeData(made.memory, training.data, trainingData!);
    writeSchedule(made, rule?.options.eta);
  }
  if (made.evaluation) {
    const order = view(made.memory, made.evaluation.order);
    for (let i = 0; i < order.length; i++) order[i] = i;
    if (!isShared) writeData(made.memory, evaluation!, made.evaluation.data);
  }
  return made;
}

/** Reserves the memory of each layer, and returns the largest scratch memory that one needs. */
function planLayers(
  lowered: readonly Lowered[],
  room: Room,
  use: Use,
): { layers: LayerPlan[]; scratchLength: number } {
  let isRectified = false;
  const layers = lowered.map((layer, t): LayerPlan => {
    const { kind, index, relu, outputs } = layer;
    const common = { kind, index, relu, x: room.matrix(outputs), delta: room.matrix(outputs) };
    const plan = kindOf(layer).reserve(layer, room, use, { isFirst: t === 0, isRectified });
    isRectified = relu || (isRectified && kindOf(layer).keepsRectified);
    return { ...common, ...plan };
  });
  const scratchLength = Math.max(...lowered.map((layer) => kindOf(layer).scratchLength(layer)));
  return { layers, scratchLength };
}

function planTraining(
  arena: Arena,
  { data: { size }, rule, ...training }: NonNullable<JobOptions["training"]>,
  data: DataPlan,
  trainedRows: number,
): TrainingPlan {
  const doubles = (length: number) => arena.reserve("Float64Array", length);
  const steps = rule ? training.epochs * Math.ceil(size / training.batchSize) : 1;
  return {
    ...training,
    data,
    ...(rule && {
      rule: { name: rule.name, options: { ...rule.options, eta: firstEta(rule) } as StepOptions },
    }),
    ...(typeof rule?.options.eta === "function" && { etas: doubles(steps) }),
    order: arena.reserve("Uint32Array", drawnOf(size, training.batchSize)),
    losses: doubles(trainedRows),
    loss: doubles(steps),
    stepSize: doubles(steps),
  };
}

const firstEta = ({ options: { eta } }: RuleFormula): number => (typeof eta === "number" ? eta : eta(1));

/** Writes the step size of each step, if there is a schedule. */
function writeSchedule({ memory, training }: Job, eta: RuleFormula["options"]["eta"] | undefined): void {
  if (!training?.etas || eta === undefined) return;
  const etas = view(memory, training.etas);
  for (let k = 1; k <= etas.length; k++) etas[k - 1] = stepSizeAt("train", eta, k);
}

/** Clears the memory, which may be reused; kernels rely on zeros in the padding. */
function clear(job: Job): void {
  const { memory, training, layers, theta, gradient, first, second, sums, input } = job;
  for (const region of [job.control, job.barrier, sums, theta, gradient, second, input.region]) {
    view(memory, region).fill(0);
  }
  const views = viewsOf(job);
  for (const layer of layers) {
    for (const { region } of [layer.x, layer.delta]) view(memory, region).fill(0);
    kindOf(layer).prepare?.(layer, views);
  }
  const rule = training?.rule;
  if (rule && first !== theta)
    view(memory, first).fill(ruleKernel(rule.name).firstStart?.(rule.options) ?? 0);
}

/** The memory as layers see it, with the parameters of the whole network. */
export function viewsOf({ memory, theta, gradient, first, second, sums }: Job): Views {
  return new Views(memory, {
    theta: view(memory, theta),
    gradient: view(memory, gradient),
    first: view(memory, first),
    second: view(memory, second),
    sums: view(memory, sums),
  });
}

/** Writes numbers in the order of a network's theta into the layers' layouts. */
export function writeArray(
  { memory, ...job }: Job,
  which: "theta" | RememberedArrays,
  from: Float64Array,
): void {
  const to = view(memory, job[which]);
  eachRun(job.layers, (i, place, count, stride) => {
    for (let n = 0; n < count; n++) to[place + n * stride] = from[i + n]!;
  });
}

/** Writes the layers' buffers from a network's. */
export function writeBuffers({ memory, layers }: Job, from: Float64Array): void {
  let at = 0;
  for (const region of buffersOf(layers)) {
    if ("kind" in region) view(memory, region).set(from.subarray(at, at + region.length));
    at += region.length;
  }
}

/** Reads the layers' buffers into a network's. */
export function readBuffers({ memory, layers }: Job, to: Float64Array): void {
  let at = 0;
  for (const region of buffersOf(layers)) {
    if ("kind" in region) to.set(view(memory, region), at);
    at += region.length;
  }
}

const buffersOf = (layers: readonly LayerPlan[]) =>
  layers.flatMap((layer) => kindOf(layer).buffers?.(layer) ?? []);

/** One of the job's arrays, in the order of a network's theta; into a given array or a new one. */
export function readArray(
  { memory, ...job }: Job,
  which: "theta" | "gradient" | RememberedArrays,
  found = new Float64Array(job.parameterCount),
): Float64Array {
  const from = view(memory, job[which]);
  eachRun(job.layers, (i, place, count, stride) => {
    for (let n = 0; n < count; n++) found[i + n] = from[place + n * stride]!;
  });
  return found;
}

/**
 * Visits the network's theta in runs that are evenly spaced in the memory: the start of each run in theta and in the memory,
 * its number of parameters, and their stride in the memory.
 */
function eachRun(
  layers: readonly LayerPlan[],
  visit: (i: number, place: number, count: number, stride: number) => void,
): void {
  let i = 0;
  for (const layer of layers) {
    kindOf(layer).eachRun(layer, (place, count, stride = 1) => {
      visit(i, place, count, stride);
      i += count;
    });
  }
}
