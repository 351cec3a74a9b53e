// nn: networks, losses, and backpropagation as the lecture writes it.
export { type Backpropagation, backpropagation, flatGradient } from "./backpropagation.js";
export { crossEntropy } from "./cross-entropy.js";
export { Dense, type DenseLayer, dense } from "./dense.js";
export { type Forward, forward } from "./forward.js";
export { constant, glorot, he, type Initialiser } from "./initialisers.js";
export type { Activation, Layer, LayerDescription } from "./layer.js";
export type { Loss, Targets } from "./loss.js";
export { predict } from "./predict.js";
export { relu } from "./relu.js";
export { Sequential, sequential } from "./sequential.js";
export { sigmoid } from "./sigmoid.js";
export { softmax } from "./softmax.js";
export { squaredError } from "./squared-error.js";
export { tanh } from "./tanh.js";
