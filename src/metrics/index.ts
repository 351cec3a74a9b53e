// metrics: how good a model is, and where it goes wrong.
export { accuracy } from "./accuracy.js";
export { Calibration, type CalibrationBin, calibration } from "./calibration.js";
export { ConfusionMatrix, confusionMatrix } from "./confusion-matrix.js";
export type { Evaluation } from "./evaluation.js";
export { RocCurve, rocCurve } from "./roc-curve.js";
export { topK } from "./top-k.js";
export { type Mistake, WorstMistakes, worstMistakes } from "./worst-mistakes.js";
