/**
 * Training and what it leaves: the loop, its record, and how well a network does.
 */
export { Checkpoint, loadCheckpoint, loadNetwork, saveNetwork, type TrainingState } from "./checkpoint.js";
export type { EarlyStopping } from "./early-stopping.js";
export { evaluate } from "./evaluate.js";
export {
  deadRelus,
  everyEpochs,
  gradientAngle,
  gradientNorm,
  gradientVariance,
  kinkHits,
  type MeasureOptions,
  sharpness,
  signalToNoise,
  stepTimesCurvature,
} from "./measures.js";
export type { Shuffle } from "./order.js";
export {
  type Backend,
  type EpochRecord,
  loadRun,
  type Measured,
  Run,
  type RunSettings,
  saveRun,
} from "./run.js";
export { compareRuns } from "./run-figure.js";
export {
  lastRun,
  type Measure,
  type MeasuredValue,
  type Measuring,
  type TrainOptions,
  train,
} from "./train.js";
