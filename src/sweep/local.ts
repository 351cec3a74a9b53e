/**
 * Runs points on the cores of this machine, in one long-lived Node process for each job.
 */
import { cores } from "#platform";
import type { Code, Executor, Outcome, PointLimits, Source, Task } from "./job.js";
import type { Values } from "./values.js";
import { type Ending, KilledWhileLoading, memoryError, WorkerProcess } from "./worker-process.js";

/**
 * The most attempts at a point: if its process ended, or exceeded its memory after other points, the point may not be the
 * cause and runs again in a new process.
 */
const mostTries = 2;

/**
 * Starts a worker and compiles and loads the experiment in it; starts another if the first is killed meanwhile.
 *
 * @throws Error with one line that names the fault of the experiment
 */
export async function prepared(
  start: () => WorkerProcess,
  source: Source,
): Promise<{ worker: WorkerProcess; code: Code }> {
  for (let tries = 1; ; tries++) {
    const worker = start();
    try {
      const code = await worker.prepare(source);
      await worker.load(code);
      return { worker, code };
    } catch (error) {
      await worker.close();
      if (!(error instanceof KilledWhileLoading) || tries === mostTries) throw error;
    }
  }
}

export class LocalExecutor implements Executor {
  readonly #jobs: number;
  readonly #limits: PointLimits;
  readonly #folder: string;
  readonly #idle: WorkerProcess[] = [];
  readonly #busy = new Set<WorkerProcess>();
  #code: Code | undefined;
  #stopped = false;

  /**
   * @param jobs how many points run at a time
   * @param folder their working directory
   */
  constructor({ jobs, limits, folder }: { jobs: number; limits: PointLimits; folder: string }) {
    [this.#jobs, this.#limits, this.#folder] = [jobs, limits, folder];
  }

  /** Compiles the experiment and loads it once. @throws Error with one line that names its fault */
  async prepare(source: Source): Promise<Code> {
    const { worker, code } = await prepared(() => this.#start(), source);
    this.#busy.delete(worker);
    this.#code = code;
    this.#idle.push(worker);
    return code;
  }

  capacity(listener: (count: number) => void): void {
    listener(this.#jobs);
  }

  async run(task: Task, report: (values: Values) => void): Promise<Outcome | undefined> {
    let ending: Ending;
    for (let tries = 0; tries < mostTries && !this.#stopped; tries++) {
      let worker: WorkerProcess;
      try {
        worker = (tries === 0 && this.#idle.pop()) || (await this.#startLoaded());
      } catch (error) {
        if (!(error instanceof KilledWhileLoading)) throw error;
        ending = { lost: error.how, host: error.host };
        continue;
      }
      this.#busy.add(worker);
      if (this.#stopped) worker.stop();
      ending = await worker.run(task, report);
      this.#busy.delete(worker);
      if (worker.isAlive) this.#idle.push(worker);
      else void worker.close();
      // Earlier points may have left memory in use.
      const isFirst = worker.points === 1;
      const isUndecided = ending && ("lost" in ending || (ending.error?.name === memoryError && !isFirst));
      if (!isUndecided) return ending as Outcome | undefined;
    }
    if (this.#stopped) return undefined;
    if (!ending || !("lost" in ending)) return ending;
    const {
      lost,
      host,
      printed,
      error = { name: "ProcessEnded", message: `the point's process ended twice, ${lost}` },
    } = ending;
    return { error: { ...error, ...(printed && { printed }) }, seconds: 0, host };
  }

  stop(): void {
    this.#stopped = true;
    for (const worker of this.#busy) worker.stop();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy].map((worker) => worker.close()));
  }

  #start(): WorkerProcess {
    const share = Math.max(1, Math.floor(cores() / this.#jobs));
    const worker = new WorkerProcess({ folder: this.#folder, cores: share, limits: this.#limits });
    this.#busy.add(worker);
    return worker;
  }

  async #startLoaded(): Promise<WorkerProcess> {
    const worker = this.#start();
    try {
      await worker.load(this.#code!);
    } catch (error) {
      this.#busy.delete(worker);
      void worker.close();
      throw error;
    }
    return worker;
  }
}
