/**
 * The job of the threads of `sgdPaths`, and how they share the paths.
 */
import * as optim from "../../optim/index.js";
import type { Made } from "../objectives/made.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";
import { type PathTask, recordAt, runPath } from "./sgd-path.js";

/** The functions that make rules, by name: a thread rebuilds a rule from its name and options. */
export const ruleMakers = optim as unknown as Readonly<Record<string, (options: object) => optim.Rule>>;

/** A rule as data: a schedule is the list of its step sizes. */
export interface RuleData {
  readonly name: string;
  readonly options: Readonly<Record<string, number | Float64Array>>;
}

/** The message to a thread. */
export interface SgdJob {
  readonly F: Made;
  readonly rule: RuleData;
  readonly task: PathTask;
  readonly paths: number;
  /** The records of all paths. */
  readonly memory: SharedArrayBuffer;
  /** See {@link signal}. */
  readonly signals: SharedArrayBuffer;
}

/** The layout of the signals: the next unclaimed path; whether to stop; then for each path whether it is done. */
export const signal = { next: 0, stop: 1, done: 2 } as const;

/** Claims and runs paths until none is left, `more` returns false, or the stop signal is set. */
export function runPaths(
  F: StochasticObjective,
  rule: optim.Rule,
  { task, paths, memory, signals }: Pick<SgdJob, "task" | "paths" | "memory" | "signals">,
  more: () => boolean = () => true,
): void {
  const flags = new Int32Array(signals);
  const stopped = () => Atomics.load(flags, signal.stop) === 1;
  while (!stopped() && more()) {
    const path = Atomics.add(flags, signal.next, 1);
    if (path >= paths) return;
    if (runPath(F, rule, task, path, recordAt(memory, task, path), stopped)) {
      Atomics.store(flags, signal.done + path, 1);
    }
  }
}
