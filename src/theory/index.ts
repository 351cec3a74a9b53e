// theory: objectives of which everything is known, descents on them, and what theorems promise.
export type { Assumption, RunFacts } from "./assumptions.js";
export { Basins, type BasinsOptions, basins } from "./basins.js";
export {
  adagradNormBound,
  type Bound,
  type Bounded,
  type BoundOptions,
  gradientDescentBound,
  sgdConvexBound,
  sgdStronglyConvexBound,
  strongConvexityBound,
  tightBound,
} from "./bounds.js";
export { CheckFailed, check } from "./check.js";
export { type BoundCheck, checkBound } from "./check-bound.js";
export { type ConditionCheck, checkConditions, type Sum } from "./check-conditions.js";
export {
  type ConservativeCheck,
  type ConservativeCheckOptions,
  checkConservative,
  type Field,
} from "./check-conservative.js";
export {
  type ConvergenceCheck,
  type ConvergenceCheckOptions,
  checkConvergence,
  type Sampled,
} from "./check-convergence.js";
export {
  checkNoise,
  type Estimator,
  type NoiseAt,
  type NoiseCheck,
  type NoiseCheckOptions,
} from "./check-noise.js";
export {
  asymptoticVariance,
  geometricReach,
  type LinearMoments,
  linearMoments,
  stationaryVariance,
} from "./closed-forms.js";
export { type DescendOptions, descend } from "./descend.js";
export { Ensemble, type EnsembleOptions } from "./ensemble.js";
export { type EnsembleChartOptions, ensembleChart } from "./ensemble-chart.js";
export { type EstimateOfL, estimateL } from "./estimate-l.js";
export { expectation, type Noise, type NoiseOptions, noise } from "./expectation.js";
export { type FiniteSumOptions, finiteSum, leastSquares } from "./finite-sum.js";
export { fitPower, type PowerFit } from "./fit-power.js";
export { type FittedLine, fitRate, type RateFit } from "./fit-rate.js";
export { type GapChartOptions, gapChart } from "./gap-chart.js";
export { gradientCheck, type NetworkCheckOptions } from "./gradient-check.js";
export {
  type GradientNoise,
  type GradientNoiseOptions,
  gradientNoise,
  regionOfConfusion,
} from "./gradient-noise.js";
export { himmelblau } from "./himmelblau.js";
export { type HuberOptions, huber } from "./huber.js";
export { Landscape, type LandscapeOptions, landscape } from "./landscape.js";
export { backtracking, polyakStep } from "./line-search.js";
export { logSumExp } from "./log-sum-exp.js";
export { type LogisticOptions, logistic } from "./logistic.js";
export {
  type Objective,
  type ObjectiveOptions,
  objective,
  type SmoothObjective,
  type SolvedObjective,
} from "./objective.js";
export { type Divergence, Path } from "./path.js";
export { type PathChartOptions, pathChart } from "./path-chart.js";
export {
  affine,
  clarke,
  linearCombination,
  maximum,
  minimum,
  type PiecewiseLinear,
  type Subdifferential,
} from "./piecewise-linear.js";
export { type PowerIteration, powerIteration } from "./power-iteration.js";
export { type QuadraticOptions, quadratic } from "./quadratic.js";
export {
  type Observation,
  type RobbinsMonro,
  type RobbinsMonroOptions,
  robbinsMonro,
} from "./robbins-monro.js";
export { type SgdPaths, type SgdPathsOptions, sgdPaths } from "./sgd-paths.js";
export type { FiniteSum, StochasticObjective } from "./stochastic-objective.js";
export { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.js";
export { absolute, rastrigin, rosenbrock } from "./test-surfaces.js";
export type { Vector } from "./vectors.js";
export { type WorstCaseOptions, worstCase } from "./worst-case.js";
