/**
 * The parts of a network. `dense()`, `relu()`, `conv2d()` and the like describe layers; `sequential()` chains
 * them, works out the shapes in between, and gives each its own parameters.
 */
import type { Variable } from "../autodiff/tape.js";
import type { Random, Shape, Tensor } from "../tensor/index.js";
import type { Dense, DenseLayer } from "./dense.js";

/** An activation function σ, applied to each entry of z on its own, with its derivative σ'. */
export interface Activation {
  readonly kind: string;
  /** What changes the function, such as `atZero` of `relu`. */
  readonly options: Readonly<Record<string, number>>;
  /** σ(z). */
  readonly value: (z: number) => number;
  /** σ'(z). */
  readonly derivative: (z: number) => number;
  /** σ''(z), which products with the Hessian need to be exact. */
  readonly secondDerivative?: (z: number) => number;
}

/** What a pass through the network may depend on besides samples and parameters. */
export interface Pass {
  /** Where dropout draws what it drops; without it nothing is dropped, as when the network is used. */
  readonly dropout?: Random | undefined;
  /**
   * Whether the network is being trained: then `batchNorm` normalises by the batch, and moves its running mean and variance;
   * otherwise it normalises by those.
   */
  readonly training?: boolean | undefined;
}

/** A layer of any other kind, for samples of a given shape; samples are rows, whatever the shape of one. */
export interface BuiltLayer {
  readonly kind: string;
  /** The shape of one sample that goes in, such as channels × height × width. */
  readonly inputShape: Shape;
  /** The shape of one sample that comes out. */
  readonly outputShape: Shape;
  /** Its parameters, windows on the network's theta. */
  readonly parameters: readonly Tensor[];
  /** What it keeps besides, and no rule moves, windows on the network's buffers; by name. */
  readonly buffers?: Readonly<Record<string, Tensor>>;
  /** The weights, of a layer that is linear in its input (a convolution). */
  readonly A?: Tensor;
  /** The biases, of such a layer. */
  readonly b?: Tensor;
  /** Multiplications and additions for one sample, counted as one for both. */
  readonly multiplyAdds: number;
  /** What comes out, samples × the product of `outputShape`. */
  forward(x: Tensor, pass: Pass): Tensor;
  /** From ∂loss/∂(what came out): ∂loss/∂x, and the gradients of the parameters, in their order. */
  backward(delta: Tensor, x: Tensor, pass: Pass): { x: Tensor; parameters: Tensor[] };
  /** `forward` without dropout on the tape of `autodiff/`, which differentiates it as often as is wanted. */
  traced?(x: Variable, parameters: readonly Variable[]): Variable;
}

/** How a parameter of a layer starts. */
export interface ParameterPlan {
  readonly shape: Shape;
  /** Its first numbers, in row-major order. */
  init(stream: Random): ArrayLike<number>;
}

/** The description of such a layer, before it is known what comes in. */
export interface LayerBlueprint {
  readonly kind: string;
  /** The parameters it has for samples of this shape. Throws when it cannot take them. */
  plan(input: Shape): readonly ParameterPlan[];
  /** What it keeps besides, by name. */
  planBuffers?(input: Shape): Readonly<Record<string, ParameterPlan>>;
  /** The layer with these parameters and buffers; `index` tells it from others of its network. */
  build(
    input: Shape,
    parameters: readonly Tensor[],
    index: number,
    buffers?: Readonly<Record<string, Tensor>>,
  ): BuiltLayer;
}

/** What `sequential()` takes: descriptions of layers. */
export type LayerDescription = DenseLayer | Activation | LayerBlueprint;

/** What a network holds: layers with their parameters, and activations. */
export type Layer = Dense | Activation | BuiltLayer;

/** Whether a layer acts on each entry on its own, without parameters. */
export function isActivation(layer: LayerDescription | Layer): layer is Activation {
  return "derivative" in layer;
}
