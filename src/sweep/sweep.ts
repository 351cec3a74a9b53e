/**
 * Runs an experiment many times, on all cores or on a cluster, with a record of each run.
 */
import { absolutePath, cores, inspect, memory, readFile } from "#platform";
import { host } from "../display/host.js";
import { checkPositive, checkWhole, refused } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { DaskExecutor, isCluster } from "./dask.js";
import { Grid, type GridOf } from "./grid.js";
import { gridOf, Halving, roundsOf } from "./halving.js";
import { type Experiment, InProcessExecutor } from "./in-process.js";
import type { Code, Executor, Outcome, PointLimits, Task } from "./job.js";
import { LiveSweep, SweepProgress } from "./live.js";
import { LocalExecutor } from "./local.js";
import type { PointRecord } from "./record.js";
import { SweepResults } from "./results.js";
import { runPoints } from "./run-points.js";
import { FolderStore, MemoryStore, type Store } from "./store.js";

/** Options of {@link sweep}. */
export interface SweepOptions {
  /** How many points run at a time on this machine; by default one for each core. */
  jobs?: number;
  /**
   * Runs the points with Dask: `"local"` starts a cluster on this machine, with `jobs` workers; an address such as
   * `"tcp://HOST:8786"`, or a scheduler file ending in `.json`, joins a running one.
   */
  cluster?: string;
  /** The folder of the records, from which a later sweep resumes; by default they are kept in memory. */
  out?: string;
  /** Time limit of a point, in seconds; by default there is none. */
  timeout?: number;
  /** Memory limit of a point, in megabytes; by default an equal share of nine tenths of the machine's. */
  memory?: number;
  /** Files that the experiment reads, relative to its folder; their content is part of its identity. */
  data?: readonly string[];
  /** Reruns the points that failed in an earlier sweep with this folder. */
  retry?: boolean;
  /** Searches for the best point instead of running all: `halving({ metric: "loss" })`. */
  search?: Halving;
  /** Stops the sweep, which returns the results so far. */
  signal?: AbortSignal;
  /** Whether a table and a chart show the progress; `true`. */
  live?: boolean;
}

/** The callbacks of the command line. */
export interface SweepListener {
  progress?: SweepProgress;
  ended?(task: Task, record: PointRecord, outcome: Outcome): void;
  /** If false, the results hold no records of the points run now. */
  keepsResults?: boolean;
}

let last: (() => SweepResults) | undefined;

/**
 * The results so far of the most recent sweep, even if it was stopped; undefined before the first.
 *
 * @example
 * await sweep(({ a }: { a: number }) => ({ square: a ** 2 }), { a: [1, 2] }, { live: false });
 * lastSweep()?.column("square") // → [ 1, 4 ]
 */
export function lastSweep(): SweepResults | undefined {
  return last?.();
}

/**
 * Runs an experiment at every point of a grid, all combinations of the parameters' values, and returns the records in the
 * order of the grid. The values are the same, bit for bit, whatever the number of jobs, their order, or interruptions.
 *
 * The experiment is a module that exports `run(point, { signal, report, seed })` and returns a record of numbers, strings,
 * booleans and lists of them. It runs in long-lived Node processes, one for each job; a point that throws, ends its process,
 * or takes too much time or memory fails alone, and its record has the error. Code is sent to the workers compiled, with
 * all files that it imports by relative paths. A function runs in this process, one point after the other.
 *
 * The notebook's stop button ends the cell, and `lastSweep()` has the results so far; when `signal` aborts, they are
 * returned and `stopped` says why. With `out`, the same call later computes only the missing points.
 *
 * @param experiment the path of a module (a file, or a cell defined as a module), its URL, or a function
 * @param grid the values of each parameter, or one value; the last parameter changes fastest
 * @param options `jobs`, `cluster`, `out`, `timeout`, `memory`, `data`, `retry`, `search`, `signal`, `live`
 * @returns the records, which show themselves and can be filtered, grouped and compared
 * @throws TypeError or RangeError for an invalid grid or option; Error if the experiment cannot be loaded, or `out` holds
 *   the records of another one
 * @example
 * const parabola = ({ eta }: { eta: number }) => ({ gap: (1 - eta) ** 20 });
 * await sweep(parabola, { eta: [0.1, 0.5, 1] }, { live: false })
 * // parabola: 3 points
 * // eta       gap
 * // ───  ────────
 * // 0.1  1.216e-1
 * // 0.5  9.537e-7
 * // 1.0         0
 */
export async function sweep(
  experiment: string | URL | Experiment,
  grid: GridOf,
  options: SweepOptions = {},
): Promise<SweepResults> {
  optionsOf("sweep", options, [
    "jobs",
    "cluster",
    "out",
    "timeout",
    "memory",
    "data",
    "retry",
    "search",
    "signal",
    "live",
  ]);
  return runSweep(experiment, new Grid(grid), options, {});
}

/** Runs a sweep, with a listener. */
export async function runSweep(
  experiment: string | URL | Experiment,
  candidates: Grid,
  options: SweepOptions,
  listener: SweepListener,
): Promise<SweepResults> {
  checkOptions(experiment, options);
  const { out, search, retry = false, signal, live = true } = options;
  const grid = search ? gridOf(search, candidates) : candidates;
  const interrupted = host().interruptSignal();
  const stop = AbortSignal.any([interrupted, ...(signal ? [signal] : [])]);
  const progress = listener.progress ?? new SweepProgress();
  const { executor, code } = await begin(experiment, options);
  let store: Store | undefined;
  let shown: LiveSweep | undefined;
  try {
    store = out === undefined ? new MemoryStore() : new FolderStore(absolutePath(out), grid, code as Code);
    const kept = store;
    const name = code?.name ?? ((experiment as Experiment).name || "sweep");
    const known: number[] = [];
    const resultsNow = (): SweepResults =>
      resultsOf({ name, grid, known, store: kept, points: progress.total, stop, interrupted, search });
    last = resultsNow;
    if (!search) progress.total = grid.size;
    if (live) shown = new LiveSweep(progress, resultsNow);
    const rounds: Iterable<Iterable<number>> = search
      ? roundsOf(search, candidates, grid, store)
      : [counting(grid.size)];
    for (const round of rounds) {
      const indices = search ? [...round] : round;
      if (search) progress.total += (indices as number[]).length;
      await runPoints({
        grid,
        indices: missing(indices, store, retry, progress, known),
        executor,
        store,
        stop,
        watcher: {
          begins: (task) => shown?.begins(task),
          reports: (task, values) => shown?.reports(task, values),
          ended: (task, record, outcome) => {
            progress.done++;
            progress.ran++;
            if (record.error) progress.failed++;
            if (listener.keepsResults !== false) known.push(task.index);
            shown?.ended(task, record);
            listener.ended?.(task, record, outcome);
          },
          dropped: (task) => shown?.ended(task),
        },
      });
      if (stop.aborted) break;
    }
    store.finish();
    const results = resultsNow();
    last = () => results;
    if (interrupted.aborted) throw interrupted.reason;
    return results;
  } finally {
    await executor.close();
    const closed = shown?.close();
    if (!interrupted.aborted) await closed; // an interrupted cell does not wait for the chart
    store?.close();
  }
}

function checkOptions(experiment: unknown, options: SweepOptions): void {
  const { jobs, timeout, memory, data, search, out, retry, cluster } = options;
  if (jobs !== undefined) checkWhole("sweep", { jobs });
  if (cluster !== undefined && !isCluster(cluster))
    throw refused(
      "sweep",
      "cluster",
      '"local", an address such as "tcp://HOST:8786", or a scheduler file (.json)',
      cluster,
    );
  if (timeout !== undefined) checkPositive("sweep", { timeout });
  if (memory !== undefined) checkPositive("sweep", { memory });
  if (data !== undefined && !(Array.isArray(data) && data.every((file) => typeof file === "string")))
    throw refused("sweep", "data", "a list of files", data);
  if (search !== undefined && !(search instanceof Halving))
    throw refused("sweep", "search", "what halving({ metric }) returns", search);
  if (retry && out === undefined)
    throw new RangeError("sweep: retry needs the folder of an earlier sweep, out");
  if (typeof experiment === "string" || experiment instanceof URL) return;
  if (typeof experiment !== "function") {
    throw new TypeError(
      `sweep: the experiment is the path of a module, such as "./experiment.ts", or a function, got ${inspect(experiment, { depth: 0 })}`,
    );
  }
  for (const name of ["jobs", "cluster", "out", "timeout", "memory", "data"] as const) {
    if (options[name] === undefined) continue;
    throw new RangeError(
      `sweep: ${name} needs an experiment in a file, whose points run in separate processes; a function runs in this one, got ${name} ${inspect(options[name])}`,
    );
  }
}

/** Starts the executor and loads the experiment. */
async function begin(
  experiment: string | URL | Experiment,
  { jobs = cores(), timeout, memory: megabytes, data = [], cluster }: SweepOptions,
): Promise<{ executor: Executor; code?: Code }> {
  if (typeof experiment === "function") return { executor: new InProcessExecutor(experiment) };
  const given = absolutePath(experiment instanceof URL ? fileOf(experiment) : experiment);
  const texts = host().moduleTexts?.() ?? {};
  const file = await find(given, texts);
  if (file === undefined)
    throw new Error(`sweep: there is no experiment of this name, a module or a notebook, got ${given}`);
  const limits: PointLimits = {
    ...(timeout !== undefined && { seconds: timeout }),
    // The memory of another machine is unknown.
    ...(cluster === undefined || cluster === "local" || megabytes !== undefined
      ? { megabytes: megabytes ?? Math.floor((0.9 * memory()) / jobs) }
      : {}),
  };
  const folder = file.replace(/[\\/][^\\/]*$/, "") || "/";
  const executor =
    cluster === undefined
      ? new LocalExecutor({ jobs, limits, folder })
      : new DaskExecutor({ cluster, jobs, limits, folder });
  try {
    return { executor, code: await executor.prepare({ file, texts, data }) };
  } catch (error) {
    await executor.close();
    throw error;
  }
}

/** The file of the experiment, or the name of a cell's module; as in an import, the extension is optional. */
async function find(given: string, texts: Readonly<Record<string, string>>): Promise<string | undefined> {
  for (const file of [given, `${given}.ts`, `${given}.js`]) {
    if (file in texts || (await readFile(file).catch(() => undefined)) !== undefined) return file;
  }
  return undefined;
}

const fileOf = ({ protocol, href, pathname }: URL): string => {
  if (protocol !== "file:") throw new RangeError(`sweep: the experiment must be a file, got ${href}`);
  return decodeURIComponent(pathname).replace(/^\/(?=[A-Za-z]:)/, "");
};

function* counting(size: number): Generator<number> {
  for (let i = 0; i < size; i++) yield i;
}

/** Yields the points without a record, and counts the others as known. */
function* missing(
  indices: Iterable<number>,
  store: Store,
  retry: boolean,
  progress: SweepProgress,
  known: number[],
): Generator<number> {
  for (const index of indices) {
    const state = store.state(index);
    if (state === "missing" || (state === "failed" && retry)) {
      yield index;
      continue;
    }
    progress.done++;
    if (state === "failed") progress.failed++;
    known.push(index);
  }
}

function resultsOf({
  name,
  grid,
  known,
  store,
  points,
  stop,
  interrupted,
  search,
}: {
  name: string;
  grid: Grid;
  known: readonly number[];
  store: Store;
  points: number;
  stop: AbortSignal;
  interrupted: AbortSignal;
  search: Halving | undefined;
}): SweepResults {
  const records = store.records([...known].sort((a, b) => a - b));
  const { reason } = stop;
  const why = interrupted.aborted ? "interrupted" : reason instanceof Error ? reason.message : String(reason);
  const isEarly = stop.aborted && known.length < points;
  return new SweepResults({
    name,
    parameters: Object.keys(grid.parameters),
    records,
    points,
    budget: search?.budget,
    stopped: isEarly ? why : undefined,
  });
}
