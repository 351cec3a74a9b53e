/**
 * Runs points on a Dask cluster: a Python program (python/cluster) submits them to the workers of a scheduler, each of
 * which keeps long-lived Node processes.
 */
import { type Program, startPython } from "#platform";
import {
  type Code,
  type Executor,
  type FromCluster,
  type Outcome,
  type PointLimits,
  type Source,
  type Task,
  toLine,
} from "./job.js";
import { prepared } from "./local.js";
import { decode, type Values } from "./values.js";
import { WorkerProcess } from "./worker-process.js";

const script = new URL("../../python/cluster/nablab_cluster.py", import.meta.url);

/** Whether a value names a cluster: `"local"`, or the address or the file of a scheduler. */
export const isCluster = (cluster: unknown): cluster is string =>
  typeof cluster === "string" && /^(local|\w+:\/\/.+|.+\.json)$/.test(cluster);

/** A point submitted to the cluster. */
interface Running {
  report: (values: Values) => void;
  resolve: (outcome: Outcome | undefined) => void;
  reject: (error: Error) => void;
}

export class DaskExecutor implements Executor {
  readonly #cluster: string;
  readonly #jobs: number;
  readonly #limits: PointLimits;
  readonly #folder: string;
  readonly #running = new Map<number, Running>();
  #program: Program | undefined;
  #loaded: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #capacity: ((count: number) => void) | undefined;
  #count = 0;
  #problem: Error | undefined;
  #stopped = false;

  constructor({
    cluster,
    jobs,
    limits,
    folder,
  }: {
    cluster: string;
    jobs: number;
    limits: PointLimits;
    folder: string;
  }) {
    [this.#cluster, this.#jobs, this.#limits, this.#folder] = [cluster, jobs, limits, folder];
  }

  async prepare(source: Source): Promise<Code> {
    this.#start();
    // Compiled and loaded once here, so that its errors are reported before anything is sent.
    const start = () => new WorkerProcess({ folder: this.#folder, cores: 1, limits: this.#limits });
    const { worker, code } = await prepared(start, source);
    try {
      await this.load(code);
      return code;
    } finally {
      await worker.close();
    }
  }

  /** Sends the code to the workers of the cluster. @throws Error with a one-line reason if they cannot load it */
  async load(code: Code): Promise<void> {
    const program = this.#program ?? this.#start();
    await new Promise<void>((resolve, reject) => {
      this.#loaded = { resolve, reject };
      if (this.#problem) reject(this.#problem);
      else program.send(toLine({ do: "load", code, limits: this.#limits }));
    });
  }

  #start(): Program {
    let program: Program;
    try {
      program = startPython(script, "distributed", [String(this.#jobs), this.#cluster]);
    } catch (error) {
      const fix = "npm run setup -- --cluster installs it, or set NABLAB_PYTHON to a Python that has it";
      throw new Error(`sweep: Dask is missing: ${(error as Error).message}; ${fix}`, { cause: error });
    }
    this.#program = program;
    program.listen({
      line: (line) => this.#receive(line),
      ended: (how) =>
        this.#fail(
          `sweep: the program that speaks to Dask ended ${how}${program.printed && `\n${program.printed}`}`,
        ),
    });
    return program;
  }

  capacity(listener: (count: number) => void): void {
    this.#capacity = listener;
    listener(Math.max(1, this.#count));
  }

  run(task: Task, report: (values: Values) => void): Promise<Outcome | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#problem) return reject(this.#problem);
      if (this.#stopped) return resolve(undefined);
      this.#running.set(task.index, { report, resolve, reject });
      this.#program!.send(toLine({ do: "run", ...task }));
    });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#program?.send(toLine({ do: "stop" }));
    for (const { resolve } of this.#running.values()) resolve(undefined);
    this.#running.clear();
  }

  async close(): Promise<void> {
    this.#problem ??= new Error("sweep: it has ended");
    await this.#program?.close();
  }

  #receive(line: string): void {
    const { host, message } = decode(line) as FromCluster;
    if (message.is === "capacity") {
      this.#count = message.count;
      this.#capacity?.(message.count);
    } else if (message.is === "loaded") this.#loaded?.resolve();
    else if (message.is === "refused") this.#fail(message.problem);
    else if (message.is === "report") this.#running.get(message.index)?.report(message.values);
    else if (message.is === "done" || message.is === "failed") {
      const { index, is: _, ...outcome } = message;
      const running = this.#running.get(index);
      this.#running.delete(index);
      running?.resolve({ ...outcome, host });
    }
  }

  /** Fails the running points and all later ones. */
  #fail(problem: string): void {
    this.#problem ??= new Error(problem);
    this.#loaded?.reject(this.#problem);
    for (const { reject } of this.#running.values()) reject(this.#problem);
    this.#running.clear();
  }
}
