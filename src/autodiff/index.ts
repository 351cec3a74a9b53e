// autodiff: derivatives of functions, and gradients checked against them.

export { centralDifferences, type DifferenceOptions, type Kink, type Scalar } from "./central-differences.js";
export { type ComparedEntry, compareMethods, type Method, type MethodComparison } from "./compare-methods.js";
export { complexStep } from "./complex-step.js";
export { jvp } from "./dual.js";
export {
  type CheckedEntry,
  GradientCheck,
  type GradientCheckOptions,
  type ParameterGroup,
} from "./gradient-check.js";
export { grad, hessian, hvp, jacobian, valueAndGrad } from "./tape.js";
export type { ScalarFunction, Traced } from "./traced.js";
