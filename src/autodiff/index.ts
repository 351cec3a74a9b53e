// autodiff: derivatives of functions, and gradients checked against them.
export { centralDifferences, type DifferenceOptions, type Scalar } from "./central-differences.js";
export {
  type CheckedEntry,
  GradientCheck,
  type GradientCheckOptions,
  type ParameterGroup,
} from "./gradient-check.js";
