/**
 * Submissions graded on a cluster, by Dask: its workers run the notebooks, confined as here; nbgrader, with the one gradebook,
 * restores tests before and saves points afterwards on this machine.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { versions } from "#platform";
import type { NotebookLimits } from "../../kernel/graded-session.js";
import { DaskExecutor, isCluster } from "../../sweep/dask.js";
import type { Code, Outcome } from "../../sweep/job.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { type Files, submissionsCode } from "../sweep/submission-point.js";
import { NothingFurther } from "./each.js";
import type { Answer, NbGrader } from "./nbgrader.js";
import { preparedStep } from "./prepare.js";
import { printable } from "./printable.js";
import { filesOf, type Submission } from "./submissions.js";

/** Where tests have been restored, in the folder of a course. */
const sanitizedStep = path.join(".nablab", "sanitized");

/** Seconds that a notebook has beyond its time, for a process that no longer keeps it. */
const patience = 120;

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
   * @param limits of each notebook
   * @param notebooks of a submission, at most
   * @throws InputError with one line that says why it cannot
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
    const { seconds = 60, notebookSeconds = 5 * seconds } = limits;
    const executor = new DaskExecutor({
      cluster,
      jobs: jobs ?? availableParallelism(),
      limits: { seconds: notebooks * notebookSeconds + patience },
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

  /** Grades what has been prepared. @throws NothingFurther when the cluster is lost */
  async grade(nbgrader: NbGrader, { assignment, student }: Submission): Promise<Answer> {
    const about = { assignment, student, submitted: preparedStep };
    const sanitized = path.join(this.#course, sanitizedStep, student, assignment);
    try {
      const before = await nbgrader.ask({ do: "sanitize", ...about, into: sanitizedStep });
      if (!before.success) return before;
      const outcome = await this.#run(sanitized);
      if (outcome === undefined) return { success: false, error: "interrupted" };
      const { values, error } = outcome;
      if (!values) return { success: false, error: `${error!.name}: ${error!.message}` };
      this.#tellHost(outcome.host, values.sandbox as string);
      for (const [name, text] of Object.entries(JSON.parse(values.notebooks as string) as Files))
        writeFileSync(path.join(this.#course, preparedStep, student, assignment, name), text);
      return await nbgrader.ask({ do: "save", ...about });
    } finally {
      rmSync(sanitized, { recursive: true, force: true });
    }
  }

  async #run(folder: string): Promise<Outcome | undefined> {
    const files: Record<string, string> = {};
    for (const file of filesOf(folder))
      files[file.split(path.sep).join("/")] = readFileSync(path.join(folder, file), "base64");
    const task = { index: this.#count++, point: { files: JSON.stringify(files) }, seed: 0 };
    try {
      return await this.#executor.run(task, () => {});
    } catch (error) {
      if (this.#isStopped) return undefined;
      throw refusal(NothingFurther, error);
    }
  }

  /** Says once of each machine what keeps answers from the rest of it. */
  #tellHost(host: string, sandbox: string): void {
    if (this.#hosts.has(host)) return;
    this.#hosts.add(host);
    const kept = sandbox === "none" ? "no sandbox of the system (nablab doctor, there)" : sandbox;
    say(`on ${printable(host)} submissions run confined by Node's permission model and ${kept}`);
  }

  /** Ends what runs. */
  stop(): void {
    this.#isStopped = true;
    this.#executor.stop();
  }

  async close(): Promise<void> {
    await this.#executor.close();
  }
}

/** What a sweep would say of its cluster, as what is said of a course. */
function refusal(Kind: typeof InputError, error: unknown): InputError {
  const { message } = error as Error;
  return new Kind(message.replace(/^sweep: /, ""), { cause: error });
}
