// optim: update rules, simplest first, and the schedules of their step sizes.
export { adadelta } from "./adadelta.js";
export { adagrad } from "./adagrad.js";
export { adagradNorm } from "./adagrad-norm.js";
export { type AdamOptions, adam, adamw, amsgrad } from "./adam.js";
export { chain } from "./chain.js";
export { gradientDescent } from "./gradient-descent.js";
export type { Link, LinkState, Passing } from "./link.js";
export {
  addMomentum,
  addWeights,
  averageGradients,
  divideByNorm,
  divideByRootMean,
  divideByRootSum,
  matchUnits,
  scaleBy,
  takeSign,
} from "./links.js";
export { lion } from "./lion.js";
export { type MomentumOptions, momentum, nesterov } from "./momentum.js";
export { ball, box, masked, projected, type Region } from "./projected.js";
export { rmsprop } from "./rmsprop.js";
export type { Rule, RuleState } from "./rule.js";
export type { Decay, Schedule, StepSize } from "./schedule.js";
export {
  addSchedules,
  cosine,
  cosineRestarts,
  exponential,
  inverse,
  multiplySchedules,
  oneCycle,
  piecewise,
  polynomial,
  stepDecay,
  warmup,
} from "./schedules.js";
export { sgd } from "./sgd.js";
export { averageOf, averaging, clipNorm, clipValue, decayWeights } from "./transforms.js";
