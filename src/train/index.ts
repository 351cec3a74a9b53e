/**
 * Training and what it leaves: the loop, its record, and how well a network does.
 */
export { evaluate } from "./evaluate.js";
export { type Backend, type EpochRecord, Run, type RunSettings, type Shuffle } from "./run.js";
export { compareRuns } from "./run-figure.js";
export { lastRun, type TrainOptions, train } from "./train.js";
