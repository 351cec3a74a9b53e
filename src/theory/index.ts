// theory: objectives with known facts, descent on them, and the bounds of theorems.

export { type PowerIteration, powerIteration } from "./algebra/power-iteration.js";
export {
  type PseudoInverseOptions,
  pinv,
  type SingularValues,
  solveLeastSquares,
  svd,
} from "./algebra/pseudo-inverse.js";
export { type SymmetricEigen, symmetricEigen } from "./algebra/symmetric-eigen.js";
export type { Vector } from "./algebra/vectors.js";
export type { Assumption, RunFacts } from "./bounds/assumptions.js";
export {
  adagradNormBound,
  type Bound,
  type Bounded,
  type BoundOptions,
  gradientDescentBound,
  nesterovBound,
  polyakLojasiewiczBound,
  sgdConvexBound,
  sgdStronglyConvexBound,
  strongConvexityBound,
  tightBound,
} from "./bounds/bounds.js";
export { type EstimateOfL, estimateL } from "./bounds/estimate-l.js";
export { Basins, type BasinsOptions, basins } from "./descent/basins.js";
export { type DescendOptions, descend } from "./descent/descend.js";
export { type GapChartOptions, gapChart, type PathLike } from "./descent/gap-chart.js";
export { Landscape, type LandscapeOptions, landscape } from "./descent/landscape.js";
export { backtracking, polyakStep } from "./descent/line-search.js";
export { type Divergence, Path } from "./descent/path.js";
export { type PathChartOptions, pathChart } from "./descent/path-chart.js";
export {
  affine,
  clarke,
  linearCombination,
  maximum,
  minimum,
  type PiecewiseLinear,
  type Subdifferential,
} from "./nonsmooth/piecewise-linear.js";
export { expectation, type Noise, type NoiseOptions, noise } from "./objectives/expectation.js";
export { type FiniteSumOptions, finiteSum, leastSquares } from "./objectives/finite-sum.js";
export { himmelblau } from "./objectives/himmelblau.js";
export { type HuberOptions, huber } from "./objectives/huber.js";
export { logSumExp } from "./objectives/log-sum-exp.js";
export { type LogisticOptions, logistic } from "./objectives/logistic.js";
export {
  type Objective,
  type ObjectiveOptions,
  objective,
  type SmoothObjective,
  type SolvedObjective,
} from "./objectives/objective.js";
export { type QuadraticOptions, quadratic } from "./objectives/quadratic.js";
export type { FiniteSum, StochasticObjective } from "./objectives/stochastic-objective.js";
export { absolute, rastrigin, rosenbrock } from "./objectives/test-surfaces.js";
export { type WorstCaseOptions, worstCase } from "./objectives/worst-case.js";
export {
  asymptoticVariance,
  geometricReach,
  type LinearMoments,
  linearMoments,
  stationaryVariance,
} from "./stochastic/closed-forms.js";
export { Ensemble, type EnsembleOptions } from "./stochastic/ensemble.js";
export { type EnsembleChartOptions, type EnsembleLike, ensembleChart } from "./stochastic/ensemble-chart.js";
export {
  type GradientNoise,
  type GradientNoiseOptions,
  gradientNoise,
  regionOfConfusion,
} from "./stochastic/gradient-noise.js";
export {
  type Observation,
  type RobbinsMonro,
  type RobbinsMonroOptions,
  robbinsMonro,
} from "./stochastic/robbins-monro.js";
export type {
  FieldObservation,
  RobbinsMonroField,
  RobbinsMonroFieldOptions,
} from "./stochastic/robbins-monro-field.js";
export type { RobbinsMonroSettings } from "./stochastic/robbins-monro-paths.js";
export { type SgdPaths, type SgdPathsOptions, sgdPaths } from "./stochastic/sgd-paths.js";
export { type Answer, CheckFailed, check } from "./verdicts/check.js";
export { type BoundCheck, checkBound } from "./verdicts/check-bound.js";
export { type ConditionCheck, checkConditions, type Sum } from "./verdicts/check-conditions.js";
export {
  type ConservativeCheck,
  type ConservativeCheckOptions,
  checkConservative,
} from "./verdicts/check-conservative.js";
export {
  type ConvergenceCheck,
  type ConvergenceCheckOptions,
  checkConvergence,
  type Sampled,
} from "./verdicts/check-convergence.js";
export {
  checkEstimate,
  compareEstimate,
  type EstimateCheck,
  type EstimateComparison,
  type EstimateOptions,
} from "./verdicts/check-estimate.js";
export { checkNoise, type NoiseCheck, type NoiseCheckOptions } from "./verdicts/check-noise.js";
export {
  type Estimate,
  estimateMean,
  estimateVariance,
  type TimeAverageOptions,
  timeAverage,
} from "./verdicts/estimate.js";
export type { Field } from "./verdicts/field-differences.js";
export { fitPower, type PowerFit } from "./verdicts/fit-power.js";
export { type FittedLine, fitRate, type RateFit } from "./verdicts/fit-rate.js";
export { gradientCheck, type NetworkCheckOptions } from "./verdicts/gradient-check.js";
export type { Estimator, NoiseAt } from "./verdicts/noise-samples.js";
export type { TailIndex } from "./verdicts/tails.js";
