/**
 * A dataset in the shared memory: its location, its density, and its losses.
 */
import { type Arena, type Region, view } from "../compute/arena.js";
import type { Formula } from "../compute/formula.js";
import type { Source } from "../compute/kernels.js";
import { crossEntropyRows, type LossRows, squaredErrorRows } from "../compute/losses.js";
import { answersOf } from "../data/answers.js";
import type { Dataset } from "../data/index.js";

/** The losses with kernels. */
export type LossName = Extract<Formula, { kind: "loss" }>["name"];

/** The samples for the threads. */
export interface DataPlan {
  readonly size: number;
  readonly features: number;
  readonly scale: number;
  readonly x: Region<"Uint8Array"> | Region<"Float32Array">;
  /** The labels; also for one-hot targets, for the accuracy. */
  readonly labels?: Region<"Uint8Array">;
  readonly targets?: Region<"Float32Array">;
}

/** Reserves memory for a dataset. */
export function planData(arena: Arena, data: Dataset): DataPlan {
  const { size, features, scale, x, y, kind } = data;
  return {
    size,
    features,
    scale,
    x: arena.reserve(x instanceof Uint8Array ? "Uint8Array" : "Float32Array", x.length) as DataPlan["x"],
    ...(answersOf(data) && { labels: arena.reserve("Uint8Array", size) }),
    ...(kind === "targets" && { targets: arena.reserve("Float32Array", y.length) }),
  };
}

/** Writes the dataset into its memory. */
export function writeData(memory: WebAssembly.Memory, data: Dataset, plan: DataPlan): void {
  const { x, y } = data;
  view(memory, plan.x as Region<"Float32Array">).set(x);
  if (plan.labels) view(memory, plan.labels).set(answersOf(data)!);
  if (plan.targets) view(memory, plan.targets).set(y);
}

/** One thread's view of a dataset. */
export class Samples {
  /** The labels, if the samples have some. */
  readonly labels: Uint8Array | undefined;
  readonly #targets: Float32Array | undefined;
  readonly #source: Source;

  constructor(memory: WebAssembly.Memory, { x, labels, targets, features, scale }: DataPlan) {
    const data = view(memory, x as Region<"Float32Array">);
    this.#source = { data, columns: features, pitch: features, scale };
    this.labels = labels && view(memory, labels);
    this.#targets = targets && view(memory, targets);
  }

  /** Some of the samples, for the first layer. */
  source(indices: Uint32Array): Source {
    return { ...this.#source, indices };
  }

  /** The losses of some of the samples, and in training their delta. */
  loss(name: LossName, indices: Uint32Array, rows: LossRows): void {
    if (name === "crossEntropy") crossEntropyRows(this.labels!, indices, rows);
    else squaredErrorRows(this.#targets!, indices, rows);
  }
}

/** How many entries are sampled for the density: more would take longer than a step. */
const looked = 2 ** 17;

/** The fraction of nonzero entries, in samples spread over the data. */
export function densityOf({ x, features, size }: Dataset): number {
  const count = Math.min(size, Math.ceil(looked / features));
  let found = 0;
  for (let n = 0; n < count; n++) {
    const start = Math.floor((n * size) / count) * features;
    for (let i = start; i < start + features; i++) if (x[i] !== 0) found++;
  }
  return found / (count * features);
}
