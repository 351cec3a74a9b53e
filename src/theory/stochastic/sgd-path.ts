/**
 * One path of stochastic gradient descent: the loop that `sgdPaths` runs for each of its seeds, on whichever thread.
 */
import type { Rule } from "../../optim/rule.js";
import { random } from "../../tensor/random.js";
import { dot, type Vector } from "../algebra/vectors.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";

/** The settings that all paths share. */
export interface PathTask {
  theta0: Float64Array;
  steps: number;
  batchSize: number;
  seed: number;
  /** The steps at which values are recorded, in order; the last is `steps`. */
  k: Float64Array;
}

/** The record of one path: values at each recorded step, and the last θ. */
export interface PathRecord {
  gaps: Float64Array;
  averaged: Float64Array;
  means: Float64Array;
  gradients: Float64Array;
  distances: Float64Array;
  last: Float64Array;
}

/** How many numbers a record holds. */
export const recordSize = ({ k, theta0 }: PathTask): number => 5 * k.length + theta0.length;

/** The record of one path in the memory that holds all records in a row. */
export function recordAt(memory: ArrayBufferLike, task: PathTask, path: number): PathRecord {
  const size = recordSize(task);
  const at = (from: number, length: number) => new Float64Array(memory, 8 * (path * size + from), length);
  const n = task.k.length;
  const row = (i: number) => at(i * n, n);
  return {
    gaps: row(0),
    averaged: row(1),
    gradients: row(2),
    distances: row(3),
    means: row(4),
    last: at(5 * n, task.theta0.length),
  };
}

/**
 * Runs path number `path`, which draws from stream `path` of the seed: the same numbers on every thread.
 *
 * @param stopped checked at each recorded step
 * @returns whether the path was completed
 */
export function runPath(
  F: StochasticObjective,
  rule: Rule,
  { theta0, steps, batchSize, seed, k }: PathTask,
  path: number,
  record: PathRecord,
  stopped: () => boolean,
): boolean {
  const gapAt = (theta: Vector): number => F.gap?.(theta) ?? F.value(theta) - (F.minimum ?? 0);
  const stream = random(seed).split("sgdPaths").split(path);
  const theta = Float64Array.from(theta0);
  const mean = Float64Array.from(theta0);
  const plain = Float64Array.from(theta0);
  const before = new Float64Array(theta.length);
  const state = rule.init(theta.length);
  let [at, sum] = [0, 0];
  for (let step = 0; step <= steps; step++) {
    if (step > 0) {
      // All samples of a step are drawn at the same θ.
      const gradient = F.sampleGradient(theta, stream);
      for (let i = 1; i < batchSize; i++) {
        const one = F.sampleGradient(theta, stream);
        for (let j = 0; j < gradient.length; j++) gradient[j]! += one[j]!;
      }
      if (batchSize > 1) for (let j = 0; j < gradient.length; j++) gradient[j]! /= batchSize;
      before.set(theta);
      rule.step(theta, gradient, state);
      // The mean of the theorem, of θ before each step (B5).
      const size = rule.stepSize(state);
      sum += size;
      if (sum > 0) {
        for (let i = 0; i < mean.length; i++) mean[i]! += (size / sum) * (before[i]! - mean[i]!);
      }
      // The mean of Polyak and Ruppert, of θ after each step.
      for (let i = 0; i < plain.length; i++) plain[i]! += (theta[i]! - plain[i]!) / step;
    }
    if (step !== k[at]) continue;
    if (stopped()) return false;
    record.gaps[at] = gapAt(theta);
    record.averaged[at] = gapAt(mean);
    record.means[at] = gapAt(plain);
    const gradient = F.gradient(theta);
    record.gradients[at] = dot(gradient, gradient);
    if (F.thetaStar) record.distances[at] = theta.reduce((all, x, i) => all + (x - F.thetaStar![i]!) ** 2, 0);
    at++;
  }
  record.last.set(theta);
  return true;
}
