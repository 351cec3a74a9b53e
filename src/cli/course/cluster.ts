/**
 * Grades submissions on a Dask cluster: its workers run the notebooks, confined as on this machine, where nbgrader, with the
 * gradebook, restores the tests before and saves the points afterwards.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { versions } from "#platform";
import { type NotebookLimits, wholeLimits } from "../../kernel/graded-session.js";
import { slack } from "../../kernel/time-spent.js";
import { DaskExecutor, isCluster } from "../../sweep/dask.js";
import type { Code, Outcome } from "../../sweep/job.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { type Files, submissionsCode } from "../sweep/submission-point.js";
import { NothingFurther } from "./each.js";
import type { Answer, NbGrader } from "./nbgrader.js";
import { preparedStep, removeEmptyIn } from "./prepare.js";
import { printable } from "./printable.js";
import { filesOf, type Submission } from "./submissions.js";

/** The folder of submissions with restored tests, in the folder of a course. */
const sanitizedStep = path.join(".nablab", "sanitized");

/** Extra seconds of a notebook beyond its time limit, in case its process no longer enforces it. */
const patience = 120;

/** The maximum size of a submission in bytes: it is sent as a string, which is limited to about 500 million characters. */
const mostBytes = 300e6;

export class GradingCluster {
  readonly #course: string;
  readonly #executor: DaskExecutor;
  readonly #hosts = new Set<string>();
  #count = 0;
  #isStopped = false;

  private constructor(course: string, executor: DaskExecutor) {
    [this.#course, this.#executor] = [course, executor];
  }

  /**
   * Joins a cluster.
   *
   * @param cluster `local`, or the address or the file of a scheduler
   * @param limits the limits of a notebook; the defaults are those of this machine
   * @param notebooks the most notebooks of a submission
   * @throws InputError with the reason in one line
   */
  static async join(
    course: string,
    cluster: string,
    { jobs, limits, notebooks }: { jobs?: number | undefined; limits: NotebookLimits; notebooks: number },
  ): Promise<GradingCluster> {
    if (!isCluster(cluster)) {
      throw new InputError(
        `--dask takes local, an address such as tcp://HOST:8786, or a scheduler file (.json), got ${cluster}`,
      );
    }
    const { notebookSeconds } = wholeLimits(limits);
    const executor = new DaskExecutor({
      cluster,
      jobs: jobs ?? availableParallelism(),
      limits: { seconds: notebooks * slack * notebookSeconds + patience },
      folder: course,
    });
    const code: Code = {
      kind: "submissions",
      name: "submissions",
      folder: course,
      ...submissionsCode(limits),
      places: {},
      data: {},
      hash: "submissions-of-a-course",
      packages: {},
      versions: { nablab: versions.nablab!, node: versions.node! },
    };
    try {
      await executor.load(code);
    } catch (error) {
      await executor.close();
      throw refusal(InputError, error);
    }
    return new GradingCluster(course, executor);
  }

  capacity(listener: (count: number) => void): void {
    this.#executor.capacity(listener);
  }

  /** Grades a prepared submission. @throws NothingFurther if the cluster is lost */
  async grade(nbgrader: NbGrader, { assignment, student }: Submission): Promise<Answer> {
    const about = { assignment, student, submitted: preparedStep };
    const sanitized = path.join(this.#course, sanitizedStep, student, assignment);
    try {
      const before = await nbgrader.ask({ do: "sanitize", ...about, into: sanitizedStep });
      if (!before.success) return before;
      const token = randomUUID();
      const outcome = await this.#run(filesToSend(sanitized), token);
      if (outcome === undefined) return { success: false, error: "interrupted" };
      const { values, error } = outcome;
      if (!values) return { success: false, error: `${error!.name}: ${error!.message}` };
      if (values.token !== token)
        return { success: false, error: "the cluster answered with another submission than it was given" };
      this.#tellHost(outcome.host, values.sandbox as string);
      for (const [name, text] of Object.entries(JSON.parse(values.notebooks as string) as Files))
        writeFileSync(path.join(this.#course, preparedStep, student, assignment, name), text);
      return await nbgrader.ask({ do: "save", ...about });
    } finally {
      rmSync(sanitized, { recursive: true, force: true });
    }
  }

  async #run(files: Files, token: string): Promise<Outcome | undefined> {
    const task = { index: this.#count++, point: { files: JSON.stringify(files), token }, seed: 0 };
    try {
      return await this.#executor.run(task, () => {});
    } catch (error) {
      if (this.#isStopped) return undefined;
      throw refusal(NothingFurther, error);
    }
  }

  /** Reports the sandbox of each machine, once. */
  #tellHost(host: string, sandbox: string): void {
    if (this.#hosts.has(host)) return;
    this.#hosts.add(host);
    const kept = sandbox === "none" ? "no sandbox of the system (nablab doctor, there)" : sandbox;
    say(`on ${printable(host)} submissions run confined by Node's permission model and ${kept}`);
  }

  /** Ends all running work. */
  stop(): void {
    this.#isStopped = true;
    this.#executor.stop();
  }

  async close(): Promise<void> {
    await this.#executor.close();
    removeEmptyIn(path.join(this.#course, sanitizedStep));
  }
}

/** The files of a submission. @throws Error if they are too large to send */
export function filesToSend(folder: string): Files {
  const names = filesOf(folder);
  const bytes = names.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  if (bytes > mostBytes) {
    const [much, most] = [bytes, mostBytes].map((one) => `${Math.ceil(one / 1e6)} MB`);
    throw new Error(`its files take ${much}, and at most ${most} go to a cluster; grade it without --dask`);
  }
  return Object.fromEntries(
    names.map((name) => [name.split(path.sep).join("/"), readFileSync(path.join(folder, name), "base64")]),
  );
}

/** Rewords an error of a sweep's cluster for a course. */
function refusal(Kind: typeof InputError, error: unknown): InputError {
  const { message } = error as Error;
  return new Kind(message.replace(/^sweep: /, ""), { cause: error });
}
