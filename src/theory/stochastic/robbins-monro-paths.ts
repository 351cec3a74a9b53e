/** The loop of the Robbins–Monro algorithm over many paths, for a number or a vector θ: what `robbinsMonro` records. */

import { inspect } from "#platform";
import type { Region } from "../../optim/projected.js";
import { type StepSize, stepSizeAt } from "../../optim/schedule.js";
import { checkWhole } from "../../options/check.js";
import { type Random, random } from "../../tensor/random.js";
import { recordedSteps } from "./ensemble.js";

/** The step sizes, and the number and length of the paths. */
export interface RobbinsMonroSettings {
  /** The step sizes: η(k) of step k = 1, 2, …; a number is a constant step. */
  schedule: StepSize;
  /** How many steps, 1000 by default. */
  steps?: number;
  /** How many independent paths, 200 by default. */
  paths?: number;
  /** The seed; path i draws from stream i of it. */
  seed?: number;
  /**
   * Keeps θ(k) in a set, θ(k) = P(θ(k−1) − η(k) (N − α)) with the nearest point P of it, such as `box(-10, 10)`: then no
   * assumption on the growth of M is needed.
   */
  region?: Region;
  /** Its name in charts; by default the schedule. */
  name?: string;
}

/** What the paths share. */
export interface PathsTask {
  /** Writes one draw of N(θ) to `out`. */
  observe: (theta: Float64Array, stream: Random, k: number, out: Float64Array) => void;
  theta0: Float64Array;
  alpha: Float64Array;
  thetaStar: Float64Array | undefined;
  schedule: StepSize;
  steps: number;
  paths: number;
  seed: number;
  region: Region | undefined;
}

/** For each path its values at the recorded steps. */
type Rows = Float64Array[];

/** What was recorded at the steps k. */
export interface PathsRecord {
  k: Float64Array;
  /** θ_i(k), for each coordinate i. */
  theta: readonly Rows[];
  /** Of each coordinate the mean of θ_i(1), …, θ_i(k). */
  averages: readonly Rows[];
  /** ‖θ(k) − θ*‖², the same for the mean, and sup ‖θ(j) − θ*‖ over j ≥ k; empty unless θ* is known. */
  errors: Rows;
  averagedErrors: Rows;
  tails: Rows;
}

/** Runs θ(k) = P(θ(k−1) − η(k) (N(θ(k−1)) − α)) along all paths; path i draws from stream i. */
export function runRobbinsMonro(task: PathsTask): PathsRecord {
  const { observe, theta0, alpha, thetaStar, schedule, steps, paths, seed, region } = task;
  checkWhole("robbinsMonro", { steps, paths });
  if (region !== undefined && typeof region?.project !== "function") {
    throw new TypeError(
      `robbinsMonro: region must be one such as box(-10, 10), got ${inspect(region, { depth: 0 })}`,
    );
  }
  const etas = Float64Array.from({ length: steps + 1 }, (_, k) =>
    k === 0 ? 0 : stepSizeAt("robbinsMonro", schedule, k),
  );
  const k = recordedSteps(steps);
  const root = random(seed).split("robbinsMonro");
  const rows = (): Rows => Array.from({ length: paths }, () => new Float64Array(k.length));
  const coordinates = Array.from(theta0, (_, i) => i);
  const [thetas, means] = [coordinates.map(rows), coordinates.map(rows)];
  const [errors, averagedErrors, tails] = thetaStar ? [rows(), rows(), rows()] : [[], [], []];
  const squaredError = (theta: Float64Array) => {
    let all = 0;
    for (let i = 0; i < theta.length; i++) all += (theta[i]! - thetaStar![i]!) ** 2;
    return all;
  };
  const [out, mean] = [new Float64Array(theta0.length), new Float64Array(theta0.length)];
  for (let path = 0; path < paths; path++) {
    const stream = root.split(path);
    const theta = theta0.slice();
    const sum = new Float64Array(theta.length);
    let at = 0;
    for (let step = 0; step <= steps; step++) {
      if (step > 0) {
        observe(theta, stream, step, out);
        for (let i = 0; i < theta.length; i++) theta[i]! -= etas[step]! * (out[i]! - alpha[i]!);
        if (region) region.project(theta);
        for (let i = 0; i < theta.length; i++) sum[i]! += theta[i]!;
      }
      // The supremum over the steps since the previous record; below it becomes the supremum over all later steps.
      if (thetaStar) {
        const part = step === k[at] ? at : at - 1;
        tails[path]![part] = Math.max(tails[path]![part]!, Math.sqrt(squaredError(theta)));
      }
      if (step !== k[at]) continue;
      for (let i = 0; i < theta.length; i++) {
        thetas[i]![path]![at] = theta[i]!;
        mean[i] = step === 0 ? theta0[i]! : sum[i]! / step;
        means[i]![path]![at] = mean[i]!;
      }
      if (thetaStar) {
        errors[path]![at] = squaredError(theta);
        averagedErrors[path]![at] = squaredError(mean);
      }
      at++;
    }
    const sups = tails[path];
    if (sups) for (let i = k.length - 2; i >= 0; i--) sups[i] = Math.max(sups[i]!, sups[i + 1]!);
  }
  return { k, theta: thetas, averages: means, errors, averagedErrors, tails };
}
