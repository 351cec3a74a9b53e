/**
 * Runs the paths of stochastic gradient descent on threads. Each path draws from its own stream, so that its
 * bits are the same on every thread; which thread takes which path is not deterministic.
 */
import { cores, sharedBytes, sharesMemory, startThread, type Thread, yieldTurn } from "#platform";
import { isPlainRule, type Rule } from "../../optim/rule.js";
import { stepSizeAt } from "../../optim/schedule.js";
import { madeOf } from "../objectives/made.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";
import { type RuleData, ruleMakers, runPaths, type SgdJob, signal } from "./sgd-job.js";
import { type PathTask, recordSize } from "./sgd-path.js";

/** The completed paths and the memory of their records. */
export interface PathsDone {
  memory: SharedArrayBuffer;
  done: number[];
  /** How many threads took part besides the calling one. */
  threads: number;
}

/** Milliseconds of a slice on the calling thread, which also serves the notebook. */
const slice = 20;

/** From this many steps on, a path is too long for that thread if another can run it. */
const longPath = 20_000;

/** Idle threads, which do not keep the process alive; the number of all threads; and the queue for the next idle one. */
const idle: Thread[] = [];
let started = 0;
const waiting: ((thread: Thread) => void)[] = [];

/**
 * Runs all paths: the first ones on the calling thread, as long as a thread would take to start, the rest on threads.
 * Objectives, noise and rules with custom functions cannot be sent there; all their paths run on the calling
 * thread, which serves the notebook between them.
 *
 * @param threads how many at once; by default as many as there are cores, if any
 * @param stop when it aborts, paths end at their next recorded step
 */
export async function runAllPaths(
  F: StochasticObjective,
  rule: Rule,
  task: PathTask,
  { paths, threads, stop }: { paths: number; threads: number | undefined; stop: AbortSignal },
): Promise<PathsDone> {
  const shared = {
    task,
    paths,
    memory: sharedBytes(8 * paths * recordSize(task)),
    signals: sharedBytes(4 * (signal.done + paths)),
  };
  const flags = new Int32Array(shared.signals);
  const onStop = (): void => {
    Atomics.store(flags, signal.stop, 1);
  };
  if (stop.aborted) onStop();
  stop.addEventListener("abort", onStop);
  const left = () => paths - Atomics.load(flags, signal.next);
  const runSlice = (): void => {
    const began = performance.now();
    runPaths(F, rule, shared, () => performance.now() - began < slice);
  };
  try {
    const [made, data] = [madeOf(F), ruleData(rule, task.steps)];
    const sendable = sharesMemory && made && data && { ...shared, F: made, rule: data };
    if (!sendable || (threads === undefined && task.steps * task.batchSize <= longPath)) runSlice();
    let count = 0;
    if (sendable && left() > 0 && !stop.aborted) {
      count = Math.min(threads ?? cores(), left());
      const most = Math.max(count, cores());
      await Promise.all(Array.from({ length: count }, async () => runThread(await threadOf(most), sendable)));
    }
    while (left() > 0 && !stop.aborted) {
      await yieldTurn();
      runSlice();
    }
    const done = Array.from({ length: paths }, (_, path) => path).filter(
      (path) => Atomics.load(flags, signal.done + path) === 1,
    );
    return { memory: shared.memory, done, threads: count };
  } finally {
    stop.removeEventListener("abort", onStop);
  }
}

/** The rule as data; undefined if it holds more than its name and numbers say. */
function ruleData(rule: Rule, steps: number): RuleData | undefined {
  if (!isPlainRule(rule) || !Object.hasOwn(ruleMakers, rule.name)) return undefined;
  const options = Object.entries(rule.options).map(([option, value]) => [
    option,
    typeof value === "number"
      ? value
      : Float64Array.from({ length: steps }, (_, i) => stepSizeAt(rule.name, value, i + 1)),
  ]);
  return { name: rule.name, options: Object.fromEntries(options) };
}

/** A thread: an idle one, a new one while there are fewer than `most`, or else the next that becomes idle. */
async function threadOf(most: number): Promise<Thread> {
  const one = idle.pop();
  if (one) return one;
  if (started >= most) return new Promise((resolve) => waiting.push(resolve));
  return start();
}

// Made before any cell runs, as in engine/pool.ts.
const program = new URL("./sgd-thread.js", import.meta.url);

function start(): Thread {
  started++;
  return startThread(program);
}

function runThread(thread: Thread, job: SgdJob): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.listen({
      message() {
        thread.listen();
        thread.keepAlive(false);
        const next = waiting.shift();
        if (next) next(thread);
        else idle.push(thread);
        resolve();
      },
      failure(error) {
        started--;
        waiting.shift()?.(start()); // otherwise the queue would wait for ever
        reject(error);
      },
    });
    thread.keepAlive(true);
    thread.post(job);
  });
}
