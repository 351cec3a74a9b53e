/**
 * The interface of a kind of layer. Each kind is one file of this folder: it recognises its layers in a network, reserves
 * memory for them, and steps them; nothing outside depends on a layer's kind.
 */
import type { Region } from "../../compute/arena.js";
import type { Finish, Kernels, Source } from "../../compute/kernels.js";
import type { Matrix } from "../../compute/matrix.js";
import type { Product } from "../../compute/openblas.js";
import type { Share } from "../../compute/share.js";
import type { Layer } from "../../nn/layer.js";
import type { MatrixPlan, ParametersPlan, Room, Views } from "../memory.js";

/** A layer of a network, lowered for the threads; samples are rows of `inputs` numbers. */
export interface LoweredLayer {
  /** The name of its kind. */
  readonly kind: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether a ReLU follows, which each kind but a custom one applies to its outputs itself. */
  relu: boolean;
}

/** The memory that every layer has; plain data. */
export interface LayerPlan {
  readonly kind: string;
  /** Its index among the network's layers, from 0. */
  readonly index: number;
  readonly relu: boolean;
  /** x(t): the layer's output, after its ReLU; for the last layer, the readout g. */
  readonly x: MatrixPlan;
  /** δ[t] = ∂loss/∂z[t]. */
  readonly delta: MatrixPlan;
}

/** How a network is used. */
export interface Use {
  /** The largest number of samples in a chunk. */
  readonly rows: number;
  /** The largest number of samples in a gradient computation; 0 without training. */
  readonly trainedRows: number;
  /** Whether the input is sparse enough for sparse products. */
  readonly sparse: boolean;
  /** Whether it is trained sample by sample with a rule that does not move parameters with gradient 0. */
  readonly oneByOne: boolean;
  /** The seed of dropout. */
  readonly seed: number;
}

/** The input of a layer. */
export interface Input {
  /** Whether it is the samples. */
  readonly isFirst: boolean;
  /** Whether it is a ReLU's output, possibly pooled or dropped out: never negative, and no gradient passes a zero. */
  readonly isRectified: boolean;
}

/** Receives a run of evenly spaced parameters: its start, number and stride. */
export type RunOfParameters = (place: number, count: number, stride?: number) => void;

/** A kind of layer: `L` is its lowered form, `P` its additional memory. */
export interface LayerKind<L extends LoweredLayer = LoweredLayer, P extends object = object> {
  /** The lowered form of a network's layer, if it is of this kind; `isFirst` if its inputs are the samples. */
  lower(layer: Layer, inputs: number, isFirst: boolean): L | undefined;
  /** Whether its outputs are rectified wherever its inputs are. */
  readonly keepsRectified: boolean;
  /** How many floats of scratch memory each thread needs for it. */
  scratchLength(layer: L): number;
  /** The dense matrix products that it computes for this many samples, if it uses any. */
  products?(layer: L, rows: number, use: { isFirst: boolean; isTrained: boolean }): readonly Product[];
  /** Reserves its memory. */
  reserve(layer: L, room: Room, use: Use, input: Input): P;
  /** Initialises its memory before the first step. */
  prepare?(plan: P, views: Pick<Views, "array" | "matrix">): void;
  /** Its buffers, in the order of the network's; a mere length leaves them to the network. */
  buffers?(plan: P): readonly (Region<"Float64Array"> | { readonly length: number })[];
  /** Its parameters, if its outputs depend on them linearly: A[t] and b[t]. */
  weights?(plan: P): readonly ParametersPlan[];
  /** Visits its parameters in the order of the network's theta. */
  eachRun(plan: P, run: RunOfParameters): void;
  /** One thread's work on the layer. */
  bind(plan: P & LayerPlan, parts: LayerParts, views: Views): LayerSteps;
}

/** One thread's work on a layer; threads synchronise between two calls. */
export interface LayerSteps {
  /**
   * Prepares the inputs of some samples, from a source for the first layer, and from the layer below for others; returns
   * whether there was work to do.
   */
  prepare(rows: number, source?: Source): boolean;
  /** x(t) from x(t−1); in training with the position of the samples. */
  forward(rows: number, place?: Place): void;
  /**
   * The gradients of its parameters from delta, and, before the parameters move, the delta of the layer below. Threads have
   * synchronised by the time that delta is complete.
   */
  backward(rows: number, finish: Finish, below?: Below): void;
}

/** The position of samples in a training: the number of steps before, and of samples of their batch before. */
export interface Place {
  readonly steps: number;
  readonly samples: number;
}

/** The destination of the delta of the layer below. */
export interface Below {
  readonly delta: Matrix;
  /** Whether its outputs passed through a ReLU. */
  readonly relu: boolean;
}

/** The data of a layer's work, and the thread's share. */
export interface LayerParts {
  readonly kernels: Kernels;
  readonly share: Share;
  /** Waits for the other threads. */
  readonly meet: () => void;
  /** x(t−1), the inputs. */
  readonly input: Matrix;
  /** x(t), after the ReLU if there is one. */
  readonly x: Matrix;
  readonly relu: boolean;
  /** ∂loss/∂z(t). */
  readonly delta: Matrix;
}

/** Copies samples from a source, if there is one, into the input matrix. */
export function gatherInput({ kernels, input, share }: LayerParts, rows: number, source?: Source): boolean {
  if (source) kernels.gather(input, source, rows, share);
  return source !== undefined;
}

/** The number of entries of a sample of this shape. */
export const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
