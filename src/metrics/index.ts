// metrics: how good a model is, and where it goes wrong.
export { accuracy } from "./accuracy.js";
export { ConfusionMatrix, confusionMatrix } from "./confusion-matrix.js";
export type { Evaluation } from "./evaluation.js";
export { type Mistake, WorstMistakes, worstMistakes } from "./worst-mistakes.js";
