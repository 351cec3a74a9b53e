// autodiff: derivatives of functions, and gradients checked against them.
export { centralDifferences, type DifferenceOptions } from "./central-differences.js";
export { type CheckedEntry, GradientCheck, type GradientCheckOptions } from "./gradient-check.js";
