/**
 * A network that threads and the main thread compute in turn: the threads run their layers with the kernels; custom layers cannot be
 * sent to a thread, so the main thread calls them in between, in float64, with all samples of the batch at once, forward once and
 * backward once.
 */
import type { Matrix } from "../compute/matrix.js";
import type { Layer, Pass, Sequential } from "../nn/index.js";
import { back, through } from "../nn/layerwise.js";
import { parametersOf } from "../nn/sequential.js";
import { Tensor } from "../tensor/index.js";
import { type Job, viewsOf } from "./job.js";
import { runJob } from "./pool.js";
import { firstNotFinite, type LayerRange } from "./step.js";

/** Consecutive layers of the threads, or one layer of the main thread. */
interface Leg {
  readonly layers: LayerRange;
  readonly custom: Layer | undefined;
}

/** The samples of one chunk, which begin at `from` in the order. */
export interface ChunkOfSamples {
  readonly from: number;
  readonly rows: number;
  /** The step of the training, k = 0, 1, …. */
  readonly step: number;
  /** The pass that custom layers receive. */
  readonly pass: Pass;
}

export class Relay {
  readonly #job: Job;
  readonly #legs: readonly Leg[];
  /** x(t) of every layer, and δ[t]. */
  readonly #x: readonly Matrix[];
  readonly #delta: readonly Matrix[];
  /** The inputs of custom layers in the last forward pass, by layer index. */
  readonly #inputs = new Map<number, Tensor>();
  /** The gradients of their parameters. */
  readonly #gradients = new Map<Tensor, Tensor>();
  /** The kernels that compute the rest. */
  kernels = "";

  constructor(job: Job, model: Sequential) {
    this.#job = job;
    const legs: Leg[] = [];
    job.layers.forEach(({ kind, index }, t) => {
      const custom = kind === "custom" ? model.layers[index] : undefined;
      const last = legs.at(-1);
      if (custom || !last || last.custom) legs.push({ layers: [t, t + 1], custom });
      else legs[legs.length - 1] = { layers: [last.layers[0], t + 1], custom };
    });
    this.#legs = legs;
    const views = viewsOf(job);
    this.#x = job.layers.map(({ x }) => views.matrix(x));
    this.#delta = job.layers.map(({ delta }) => views.matrix(delta));
  }

  /**
   * The network's output for a chunk: the readout, and the first layer whose outputs are not finite, if there is one; undefined
   * if interrupted before its first layer.
   *
   * @param input the samples, for a custom first layer
   */
  async forward(
    chunk: ChunkOfSamples,
    input: () => Tensor,
    signal?: AbortSignal,
  ): Promise<{ g: Tensor; layer?: number } | undefined> {
    const { rows, pass } = chunk;
    let given: Tensor | undefined;
    for (const { layers, custom } of this.#legs) {
      const [t] = layers;
      if (custom) {
        const x: Tensor = t === 0 ? input() : (given ?? read(this.#x[t - 1]!, rows));
        this.#inputs.set(t, x);
        given = through(custom, x, pass);
        write(this.#x[t]!, given);
      } else {
        given = undefined;
        if (!(await this.#run("forward", chunk, layers, signal))) return undefined;
      }
    }
    const g = given ?? read(this.#x.at(-1)!, rows);
    if (g.data.every(Number.isFinite)) return { g };
    return { g, layer: firstNotFinite(this.#job.layers, this.#x, rows) };
  }

  /** The backward pass, from δ of the outputs for the chunk of the last forward pass; afterwards the gradients are available. */
  async backward(chunk: ChunkOfSamples, delta: Tensor): Promise<void> {
    let given: Tensor | undefined = delta;
    for (const { layers, custom } of this.#legs.toReversed()) {
      const [first, end] = layers;
      if (custom) {
        const x = this.#inputs.get(first)!;
        const before = back(custom, given ?? read(this.#delta[first]!, chunk.rows), x, chunk.pass);
        for (const [i, parameter] of parametersOf(custom).entries()) {
          this.#gradients.set(parameter, before.parameters[i]!);
        }
        // No gradient passes where the ReLU fused into a layer of the threads outputs 0.
        const isRectified = this.#job.layers[first - 1]?.relu;
        given = isRectified ? rectified(before.x, this.#x[first - 1]!) : before.x;
      } else {
        if (given) write(this.#delta[end - 1]!, given);
        given = undefined;
        await this.#run("backward", chunk, layers);
      }
    }
  }

  /** Copies the gradients of custom layers to their positions among those of all parameters. */
  addGradients({ theta }: Sequential, gradient: Float64Array): void {
    for (const [{ data }, own] of this.#gradients) {
      gradient.set(own.data, (data.byteOffset - theta.byteOffset) / theta.BYTES_PER_ELEMENT);
    }
  }

  /** Returns false if interrupted. */
  async #run(
    pass: "forward" | "backward",
    { step, from, rows }: ChunkOfSamples,
    layers: LayerRange,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const stretch = { steps: step, until: step + 1, pass, from, samples: rows, layers };
    const { steps, kernels } = await runJob(this.#job, { stretch, ...(signal && { signal }) });
    this.kernels = kernels;
    return steps > step;
  }
}

/** The first rows of a matrix, in float64. */
function read({ data, columns, pitch }: Matrix, rows: number): Tensor {
  const found = new Tensor([rows, columns], new Float64Array(rows * columns));
  for (let i = 0; i < rows; i++) found.data.set(data.subarray(i * pitch, i * pitch + columns), i * columns);
  return found;
}

/** δ where x > 0; x is the threads' copy, because a layer may have changed its input. */
function rectified(delta: Tensor, { data, columns, pitch }: Matrix): Tensor {
  return delta.map((slope, n) => {
    const j = n % columns;
    return data[((n - j) / columns) * pitch + j]! > 0 ? slope : 0;
  });
}

function write({ data, columns, pitch }: Matrix, from: Tensor): void {
  for (let i = 0; i < from.shape[0]!; i++) {
    data.set(from.data.subarray(i * columns, (i + 1) * columns), i * pitch);
  }
}
