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

/** A layer of a network, lowered to what the threads know; samples are rows of `inputs` numbers. */
export interface LoweredLayer {
  /** The name of its kind. */
  readonly kind: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether a ReLU follows, which each kind but a custom one applies to its outputs itself. */
  relu: boolean;
}

/** What every layer has in memory; plain data. */
export interface LayerPlan {
  readonly kind: string;
  /** Which of the network's layers it is, counted from 0. */
  readonly index: number;
  readonly relu: boolean;
  /** x(t): what the layer gives, after its ReLU; for the last, the readout g. */
  readonly x: MatrixPlan;
  /** δ[t] = ∂loss/∂z[t]. */
  readonly delta: MatrixPlan;
}

/** How a network is used. */
export interface Use {
  /** How many samples go through it at once. */
  readonly rows: number;
  /** The most of them whose gradient is taken at once; 0 where it is not trained. */
  readonly trainedRows: number;
  /** Whether the input is so sparse that only what is not zero is multiplied. */
  readonly sparse: boolean;
  /** Whether it is trained sample by sample with a rule that leaves alone what has no gradient. */
  readonly oneByOne: boolean;
  /** The seed of dropout. */
  readonly seed: number;
}

/** What comes into a layer. */
export interface Input {
  /** Whether these are the samples. */
  readonly isFirst: boolean;
  /** Whether these are a ReLU's outputs, or pooled or dropped from them: never negative, and no gradient passes a zero. */
  readonly isRectified: boolean;
}

/** Takes a run of parameters that lie evenly in memory: where it begins, how many they are, how far apart. */
export type RunOfParameters = (place: number, count: number, stride?: number) => void;

/** A kind of layer: `L` is what one is lowered to, `P` what it has in memory besides every layer's. */
export interface LayerKind<L extends LoweredLayer = LoweredLayer, P extends object = object> {
  /** What a layer of a network is lowered to, if it is of this kind; `isFirst` if the samples come into it. */
  lower(layer: Layer, inputs: number, isFirst: boolean): L | undefined;
  /** Whether its outputs are rectified wherever its inputs are. */
  readonly keepsRectified: boolean;
  /** How many floats of scratch memory each thread needs for it. */
  scratchLength(layer: L): number;
  /** The products of dense matrices that it takes for so many samples, if it is stepped by such. */
  products?(layer: L, rows: number, use: { isFirst: boolean; isTrained: boolean }): readonly Product[];
  /** Reserves what it needs. */
  reserve(layer: L, room: Room, use: Use, input: Input): P;
  /** Initialises its memory before the first step. */
  prepare?(plan: P, views: Pick<Views, "array" | "matrix">): void;
  /** What it keeps besides, in the order of the network's buffers; a length alone is left to the network. */
  buffers?(plan: P): readonly (Region<"Float64Array"> | { readonly length: number })[];
  /** Its parameters, if its outputs depend on them linearly: A[t] and b[t]. */
  weights?(plan: P): readonly ParametersPlan[];
  /** Goes through its parameters in the order of the network's theta. */
  eachRun(plan: P, run: RunOfParameters): void;
  /** The layer as one thread steps it. */
  bind(plan: P & LayerPlan, parts: LayerParts, views: Views): LayerSteps;
}

/** One thread's work on a layer; threads synchronise between two calls. */
export interface LayerSteps {
  /**
   * Prepares the inputs of some samples, from a source for the first layer, and from the layer below for others; returns
   * whether there was anything to do.
   */
  prepare(rows: number, source?: Source): boolean;
  /** x(t) from x(t−1); with their place in a training where the samples are trained on. */
  forward(rows: number, place?: Place): void;
  /**
   * The gradients of its parameters from delta; and before those move, the delta of the layer below. Threads have met when
   * that is there.
   */
  backward(rows: number, finish: Finish, below?: Below): void;
}

/** Where in a training some samples are: how many steps come before, and how many samples of their batch. */
export interface Place {
  readonly steps: number;
  readonly samples: number;
}

/** Where the layer below expects its delta. */
export interface Below {
  readonly delta: Matrix;
  /** Whether its outputs went through a ReLU. */
  readonly relu: boolean;
}

/** What a layer works on, and the thread that does. */
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

/** Puts samples where a layer that takes a whole matrix finds them, if they come from a source. */
export function gatherInput({ kernels, input, share }: LayerParts, rows: number, source?: Source): boolean {
  if (source) kernels.gather(input, source, rows, share);
  return source !== undefined;
}

/** How many numbers a sample of this shape has. */
export const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
