/**
 * The parts of a network. `dense()`, `relu()`, `conv2d()` and the like describe layers; `sequential()` chains
 * them, infers the shapes in between, and gives each its parameters.
 */
import type { Variable } from "../autodiff/tape.js";
import type { Random, Shape, Tensor } from "../tensor/index.js";
import type { Dense, DenseLayer } from "./dense.js";

/** An activation function σ, applied entry by entry to z, with its derivative σ'. */
export interface Activation {
  readonly kind: string;
  /** Its options, such as `atZero` of `relu`. */
  readonly options: Readonly<Record<string, number>>;
  /** σ(z). */
  readonly value: (z: number) => number;
  /** σ'(z). */
  readonly derivative: (z: number) => number;
  /** σ''(z), needed for exact products with the Hessian. */
  readonly secondDerivative?: (z: number) => number;
}

/** The inputs of a pass besides samples and parameters. */
export interface Pass {
  /** The random numbers of dropout; without it nothing is dropped, as in evaluation. */
  readonly dropout?: Random | undefined;
  /**
   * Whether the network is being trained: then `batchNorm` normalises by the batch statistics and updates the running ones;
   * otherwise it normalises by the running ones.
   */
  readonly training?: boolean | undefined;
}

/** A layer of any other kind, for samples of a given shape; samples are flattened to rows. */
export interface BuiltLayer {
  readonly kind: string;
  /** The shape of an input sample, such as channels × height × width. */
  readonly inputShape: Shape;
  /** The shape of an output sample. */
  readonly outputShape: Shape;
  /** Its parameters, views of the network's theta. */
  readonly parameters: readonly Tensor[];
  /** Its buffers by name, views of the network's buffers; no rule updates them. */
  readonly buffers?: Readonly<Record<string, Tensor>>;
  /** The weights, if the layer is linear in its input (a convolution). */
  readonly A?: Tensor;
  /** The biases of such a layer. */
  readonly b?: Tensor;
  /** The number of multiply-adds for one sample. */
  readonly multiplyAdds: number;
  /** The output, samples × the product of `outputShape`. */
  forward(x: Tensor, pass: Pass): Tensor;
  /** From ∂loss/∂output: ∂loss/∂x, and the gradients of the parameters, in order. */
  backward(delta: Tensor, x: Tensor, pass: Pass): { x: Tensor; parameters: Tensor[] };
  /** `forward` without dropout on the tape of `autodiff/`, which can differentiate it repeatedly. */
  traced?(x: Variable, parameters: readonly Variable[]): Variable;
}

/** The shape and initial value of a parameter. */
export interface ParameterPlan {
  readonly shape: Shape;
  /** Its initial values, in row-major order. */
  init(stream: Random): ArrayLike<number>;
}

/** The description of such a layer, before its input shape is known. */
export interface LayerBlueprint {
  readonly kind: string;
  /** Its parameters for samples of this shape. Throws if it does not accept them. */
  plan(input: Shape): readonly ParameterPlan[];
  /** Its buffers, by name. */
  planBuffers?(input: Shape): Readonly<Record<string, ParameterPlan>>;
  /** The layer with these parameters and buffers; `index` is its position in the network. */
  build(
    input: Shape,
    parameters: readonly Tensor[],
    index: number,
    buffers?: Readonly<Record<string, Tensor>>,
  ): BuiltLayer;
}

/** The descriptions of layers that `sequential()` accepts. */
export type LayerDescription = DenseLayer | Activation | LayerBlueprint;

/** A layer of a network: with its parameters, or an activation. */
export type Layer = Dense | Activation | BuiltLayer;

/** Whether a layer acts entry by entry, without parameters. */
export function isActivation(layer: LayerDescription | Layer): layer is Activation {
  return "derivative" in layer;
}
