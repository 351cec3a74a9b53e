// tensor: n-dimensional arrays, and seeded random numbers.
export { arange, concat, eye, full, linspace, ones, stack, tensor, zeros } from "./creation.js";
export type { Nested } from "./nested.js";
export { distributionTest, normalQuantile, normalTail } from "./normal.js";
export type { CopiesOf, Numbers, NumbersOf } from "./numbers.js";
export { type Random, random, type StreamKey } from "./random.js";
export { type RandomTensorOptions, randomNormal, randomUniform } from "./random-tensors.js";
export { formatShape, type Shape } from "./shapes.js";
export { studentQuantile, studentTail } from "./student.js";
export { type DType, Tensor, type TensorLike } from "./tensor.js";
