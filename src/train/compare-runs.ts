/**
 * Several trainings in one figure.
 */
import type { Figure } from "../display/index.js";
import { optionsOf } from "../options/options-of.js";
import { Run } from "./run.js";
import { charts } from "./run-figure.js";

/**
 * Several runs in one figure: their losses step by step, and their accuracies after each epoch. If their epochs
 * have different numbers of steps, the losses are drawn over epochs: equal positions mean equally many samples.
 *
 * @param runs the results of `train()`
 * @throws TypeError if there are none
 * @example
 * const data = dataset({ x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], classes: 2 });
 * const net = sequential([dense(2, 2)]);
 * const run = await train(net, data, { epochs: 2, batchSize: 4, live: false });
 * compareRuns([run], { title: "One run" }).alt.startsWith("One run") // → true
 */
export function compareRuns(runs: readonly Run[], options: { title?: string } = {}): Figure {
  const { title = "Runs compared" } = optionsOf("compareRuns", options, ["title"]);
  if (!Array.isArray(runs) || runs.length === 0 || !runs.every((run) => run instanceof Run)) {
    throw new TypeError(
      "compareRuns: expected a list of runs as train() returns them, such as compareRuns([first, second])",
    );
  }
  return charts(runs, { title, counts: runs.map((run) => run.steps) });
}
