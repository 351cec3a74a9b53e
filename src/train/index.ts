/**
 * Training: the loop, its record, and evaluation.
 */
export type { Shuffle } from "../engine/order.js";
export type { TrainingState } from "../engine/trainer.js";
export { byLayer, type RuleOfLayer } from "./by-layer.js";
export { Checkpoint, loadCheckpoint } from "./checkpoint.js";
export { compareRuns } from "./compare-runs.js";
export { type Classifier, type DecisionChartOptions, decisionChart } from "./decision-chart.js";
export type { EarlyStopping } from "./early-stopping.js";
export { evaluate } from "./evaluate.js";
export {
  type LearningRateRange,
  type LearningRateRangeOptions,
  learningRateRange,
} from "./learning-rate-range.js";
export type { Measure, MeasuredValue, Measuring } from "./measure.js";
export {
  deadRelus,
  everyEpochs,
  everySteps,
  gradientAngle,
  gradientNorm,
  gradientVariance,
  kinkHits,
  type MeasureOptions,
  sharpness,
  signalToNoise,
  stepTimesCurvature,
} from "./measures.js";
export { loadNetwork, saveNetwork } from "./network-file.js";
export type { TrainOptions } from "./options.js";
export type {
  Backend,
  EpochRecord,
  Measured,
  MeasuredLayers,
  RunSettings,
  TrainingRecord,
} from "./record.js";
export type { Behaviour } from "./rule-behaviour.js";
export { loadRun, Run, saveRun } from "./run.js";
export type { Snapshot } from "./snapshot.js";
export { lastRun, train } from "./train.js";
