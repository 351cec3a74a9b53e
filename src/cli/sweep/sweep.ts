/**
 * `nablab sweep`: an experiment, or a notebook, at every point of a grid.
 */
import { createHash } from "node:crypto";
import path from "node:path";
import { inspect, writeAtomically } from "#platform";
import { Grid } from "../../sweep/grid.js";
import { Halving } from "../../sweep/halving.js";
import type { Outcome, Task } from "../../sweep/job.js";
import { SweepProgress } from "../../sweep/live.js";
import type { PointRecord } from "../../sweep/record.js";
import type { SweepResults } from "../../sweep/results.js";
import { runSweep } from "../../sweep/sweep.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { pointText, readParameters } from "./parameters.js";

/** Options of {@link sweepCommand}. */
export interface SweepCommandOptions {
  param?: string[];
  jobs?: number;
  dask?: string;
  out?: string;
  timeout?: number;
  memory?: number;
  data?: string[];
  retry?: boolean;
  halving?: string;
}

/** The most failures reported individually. */
const mostFailures = 10;

/** With more points, the results are not read back for a summary. */
const mostResults = 10_000;

/**
 * Runs a sweep and reports its progress.
 *
 * @returns the exit code: 0, 1 if points failed, or 130 if it was interrupted
 * @throws InputError for invalid arguments
 */
export async function sweepCommand(experiment: string, options: SweepCommandOptions): Promise<number> {
  const grid = checked(() => new Grid(readParameters(options.param ?? [])));
  const search = options.halving === undefined ? undefined : checked(() => readHalving(options.halving!));
  const name = path.basename(experiment).replace(/\.\w+$/, "");
  const out = options.out ?? `${name}-sweep`;
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error("interrupted"));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  const progress = new SweepProgress();
  const teller = new Teller(progress);
  const { jobs, dask, timeout, memory, data, retry } = options;
  let results: SweepResults;
  try {
    results = await runSweep(
      experiment,
      grid,
      {
        ...(jobs !== undefined && { jobs }),
        ...(dask !== undefined && { cluster: dask }),
        ...(timeout !== undefined && { timeout }),
        ...(memory !== undefined && { memory }),
        ...(data !== undefined && {
          data: data.map((file) => path.relative(path.dirname(experiment), file)),
        }),
        ...(retry !== undefined && { retry }),
        ...(search && { search }),
        out,
        signal: stop.signal,
        live: false,
      },
      {
        progress,
        keepsResults: grid.size <= mostResults,
        ended(task, record, outcome) {
          if (outcome.notebook !== undefined) keepNotebook(out, task, outcome);
          if (record.error) teller.failure(record);
        },
      },
    );
  } catch (error) {
    throw asInput(error);
  } finally {
    teller.close();
    for (const signal of signals) process.off(signal, interrupt);
  }
  return report(results, progress, out, search);
}

/** Prints the results: a table, and one line with the path of the records. */
function report(
  results: SweepResults,
  progress: SweepProgress,
  out: string,
  search: Halving | undefined,
): number {
  const { done, total, failed } = progress;
  const file = path.join(out, "records.jsonl");
  if (search && results.done.length > 0 && results.stopped === undefined) {
    const { metric, best } = search;
    const winner = results.best(metric, { best });
    console.log(`best ${metric}: ${winner.mean} at ${pointText(winner.point)}`);
  } else if (results.done.length > 0) {
    const varied = results.parameters.filter((one) => one !== "seed" && results.valuesOf(one).length > 1);
    console.log(inspect(results.group(...varied)));
  }
  if (failed > 0) {
    const again = failed === 1 ? "runs it again" : "runs them again";
    say(`${failed} of ${total} points failed, with the reason in ${file}; --retry ${again}`);
  }
  if (results.stopped !== undefined || done < total) {
    say(`interrupted after ${done} of ${total} points; the same command continues from here (${file})`);
    return 130;
  }
  say(`${total} points: ${file}`);
  return failed > 0 ? 1 : 0;
}

/** Reports progress: in place in a terminal, else from time to time. */
class Teller {
  readonly #progress: SweepProgress;
  readonly #timer: NodeJS.Timeout;
  #failures = 0;

  constructor(progress: SweepProgress) {
    this.#progress = progress;
    const { isTTY } = process.stderr;
    this.#timer = setInterval(() => this.#show(), isTTY ? 250 : 10_000).unref();
  }

  #show(): void {
    if (this.#progress.total === 0) return;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${this.#progress}`);
    else say(String(this.#progress));
  }

  failure({ point, error }: PointRecord): void {
    this.#failures++;
    if (this.#failures > mostFailures) return;
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    const [line] = `${error!.name}: ${error!.message}`.split("\n");
    say(`failed: ${pointText(point)}: ${line}${this.#failures === mostFailures ? " (and so on)" : ""}`);
  }

  close(): void {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  }
}

/** Saves the executed copy of a notebook under the name of its point. */
function keepNotebook(out: string, { point }: Task, { notebook }: Outcome): void {
  const name =
    pointText(point)
      .replaceAll(" ", ",")
      .replace(/[^\w=.,+-]/g, "_") || "notebook";
  const hash = createHash("sha256").update(JSON.stringify(point)).digest("hex").slice(0, 8);
  const isPlain = name.length < 150 && name === pointText(point).replaceAll(" ", ",");
  writeAtomically(
    path.join(out, "notebooks", `${isPlain ? name : `${name.slice(0, 150)}-${hash}`}.ipynb`),
    notebook!,
  );
}

/** `metric=loss,budget=epochs,from=1,to=27,factor=3,best=least`. */
function readHalving(text: string): Halving {
  const parts = Object.fromEntries(text.split(",").map((part) => part.split("=") as [string, string]));
  const { metric, budget, best, factor, from, to, ...unknown } = parts;
  const [strange] = Object.keys(unknown);
  if (metric === undefined || strange !== undefined) {
    const got = strange === undefined ? text : strange;
    throw new InputError(
      `--halving takes metric=NAME and, if need be, budget, from, to, factor and best, got ${JSON.stringify(got)}`,
    );
  }
  return new Halving({
    metric,
    ...(budget !== undefined && { budget }),
    ...(best !== undefined && { best: best as "least" }),
    ...(factor !== undefined && { factor: Number(factor) }),
    ...(from !== undefined && { from: Number(from) }),
    ...(to !== undefined && { to: Number(to) }),
  });
}

function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw asInput(error);
  }
}

/** Converts a refusal by the library to an input error. */
function asInput(error: unknown): unknown {
  const isRefusal = error instanceof Error && /^(sweep|halving|logspace): /.test(error.message);
  return isRefusal ? new InputError(error.message, { cause: error }) : error;
}
