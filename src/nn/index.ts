// nn: networks, losses, and backpropagation as the lecture writes it.
export { gelu, leakyRelu, softplus } from "./activations.js";
export { type Backpropagation, backpropagation, flatGradient, type Gradients } from "./backpropagation.js";
export { balancedWeights } from "./balanced-weights.js";
export { type BatchNormOptions, batchNorm } from "./batch-norm.js";
export { binaryCrossEntropy } from "./binary-cross-entropy.js";
export { type Conv2dOptions, conv2d } from "./conv2d.js";
export { type CrossEntropyOptions, crossEntropy } from "./cross-entropy.js";
export {
  defineLayer,
  type LayerDefinition,
  type LayerPass,
  type TracedLayerDefinition,
} from "./define-layer.js";
export { type BiasInitialiser, Dense, type DenseLayer, type DenseOptions, dense } from "./dense.js";
export { dropout } from "./dropout.js";
export { embedding } from "./embedding.js";
export { flatten } from "./flatten.js";
export { type Forward, forward } from "./forward.js";
export { hessianProduct } from "./hessian-product.js";
export { type HingeOptions, hinge } from "./hinge.js";
export { huberLoss } from "./huber-loss.js";
export {
  constant,
  glorot,
  glorotNormal,
  he,
  heUniform,
  type Initialiser,
  lecun,
  orthogonal,
} from "./initialisers.js";
export type {
  Activation,
  BuiltLayer,
  Layer,
  LayerBlueprint,
  LayerDescription,
  ParameterPlan,
  Pass,
} from "./layer.js";
export { layerNorm } from "./layer-norm.js";
export type { Loss, Penalty, Targets } from "./loss.js";
export { type OperationCountOptions, type OperationCounts, operationCounts } from "./operation-counts.js";
export { l1Penalty, l2Penalty, withPenalty } from "./penalty.js";
export { avgPool2d, maxPool2d } from "./pooling.js";
export { predict } from "./predict.js";
export { prelu } from "./prelu.js";
export { relu } from "./relu.js";
export { Sequential, sequential } from "./sequential.js";
export { sigmoid } from "./sigmoid.js";
export { softmax } from "./softmax.js";
export { squaredError } from "./squared-error.js";
export { tanh } from "./tanh.js";
export { weighted } from "./weighted.js";
