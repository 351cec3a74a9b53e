/**
 * `nablab course autograde`: grades submissions.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import { table } from "../../display/table.js";
import { findSandbox } from "../../kernel/sandbox.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { GradingCluster } from "./cluster.js";
import { answered, forEach, inOrder, type Lanes, NothingFurther, reasonOf, submissionLabel } from "./each.js";
import { type CourseOptions, courseFolder, named } from "./folder.js";
import { type Answer, NbGrader, type Score } from "./nbgrader.js";
import { machineFault, notesOn } from "./notes.js";
import { discard, prepare, preparedStep, removeEmptyIn } from "./prepare.js";
import { printable } from "./printable.js";
import {
  beginGrading,
  contentOf,
  endGrading,
  foldersIn,
  notebooksIn,
  progressOf,
  type Submission,
  strangersIn,
  submissionsIn,
  unnamed,
  unnamedIn,
  writeRecord,
} from "./submissions.js";
import { round } from "./words.js";

/** Options of {@link autograde}. */
export interface AutogradeOptions extends CourseOptions {
  /** Only the submissions of this student. */
  student?: string;
  /** Also graded submissions. */
  force?: boolean;
  /** Also submissions graded by tests that have changed since. */
  stale?: boolean;
  /** Runs the notebooks on a Dask cluster: `local`, or the address or the file of a scheduler. */
  dask?: string;
}

const sandboxHere = (): string => {
  const sandbox = findSandbox();
  return sandbox
    ? `${sandbox.name}, which keeps from ${sandbox.keeps}`
    : "no sandbox of the system (nablab doctor)";
};

/**
 * Grades submissions, several at a time. Graded submissions that have not changed are skipped.
 *
 * @returns the exit code: 0, or 1 if a submission could not be graded
 */
export async function autograde(assignments: readonly string[], options: AutogradeOptions): Promise<number> {
  const course = courseFolder(options.course);
  const released = foldersIn(path.join(course, "release"));
  const names = named(assignments, released, "released (npx nablab course release ASSIGNMENT)");
  const all = submissionsIn(course, "submitted", names, options.student);
  if (all.length === 0) {
    const whose = options.student ? ` of ${options.student}` : "";
    throw new InputError(
      `nothing${whose} was handed in for ${names.join(", ")}; submissions lie in submitted/STUDENT/ASSIGNMENT/`,
    );
  }
  const nbgrader = new NbGrader(course);
  try {
    return await gradeAll(course, all, released, nbgrader, options);
  } finally {
    nbgrader.close();
  }
}

async function gradeAll(
  course: string,
  all: readonly Submission[],
  released: readonly string[],
  nbgrader: NbGrader,
  options: AutogradeOptions,
): Promise<number> {
  // The current tests of each assignment.
  const tests = (await answered(nbgrader.ask({ do: "tests" }))).tests!;
  const { toGrade, stale } = selected(course, all, tests, options);
  if (toGrade.length < all.length) {
    say(`${all.length - toGrade.length} of ${all.length} are graded already (--force grades them again)`);
  }
  if (stale.length > 0 && !options.stale && !options.force) {
    say(
      `${stale.length} of them by tests that have changed since: ${few(stale)} (--stale grades them again)`,
    );
  }
  for (const folder of strangersIn(course, released)) {
    say(`${folder}: left alone, as no assignment of that name is released`);
  }
  for (const folder of unnamedIn(course)) say(`${printable(folder)}: left alone, as ${unnamed}`);
  if (toGrade.length === 0) return 0;
  const cluster =
    options.dask === undefined ? undefined : await join(course, options.dask, nbgrader, options);
  if (!cluster) say(`submissions run confined by Node's permission model and ${sandboxHere()}`);
  const rows: Record<string, unknown>[] = [];
  const lanes: Lanes = {
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    nbgrader,
    ...(cluster && {
      capacity: (listener: (count: number) => void) => cluster.capacity(listener),
      stop: () => cluster.stop(),
    }),
  };
  const work = async (nbgrader: NbGrader, submission: Submission): Promise<Answer> => {
    const { assignment, student } = submission;
    beginGrading(course, submission);
    const answer = await grade(course, submission, nbgrader, tests[assignment] ?? "", cluster);
    if (nbgrader.isClosed) return answer;
    rows.push({
      student,
      assignment,
      points: answer.success ? `${round(answer.score!)} / ${round(answer.max!)}` : "not graded",
      notes: answer.success ? answer.notes : reasonOf(answer),
    });
    endGrading(course, submission);
    return answer;
  };
  let failures: number;
  try {
    failures = await forEach(course, toGrade, lanes, submissionLabel, work);
  } finally {
    await cluster?.close();
    removeEmptyIn(path.join(course, preparedStep));
  }
  if (rows.length > 0) console.log(table(inOrder(rows), { rows: Number.POSITIVE_INFINITY }));
  return failures === 0 ? 0 : 1;
}

const few = (submissions: readonly Submission[]): string =>
  [...new Set(submissions.map(({ assignment }) => assignment))].join(", ");

async function join(
  course: string,
  cluster: string,
  nbgrader: NbGrader,
  { jobs }: { jobs?: number },
): Promise<GradingCluster> {
  const { limits } = await answered(nbgrader.ask({ do: "limits" }));
  if (!limits) {
    throw new InputError(
      "nbgrader_config.py must run notebooks confined for --dask: with --graded among c.Execute.extra_arguments",
    );
  }
  const notebooks = Math.max(
    ...foldersIn(path.join(course, "release")).map(
      (name) => notebooksIn(path.join(course, "release", name)).length,
    ),
  );
  return GradingCluster.join(course, cluster, { jobs, limits, notebooks });
}

function selected(
  course: string,
  all: readonly Submission[],
  tests: Readonly<Record<string, string>>,
  { force, stale: regrade }: AutogradeOptions,
) {
  const stale: Submission[] = [];
  const toGrade = all.filter((submission) => {
    const progress = progressOf(course, submission);
    if (progress.step !== "graded") return true;
    const isStale = progress.tests !== undefined && progress.tests !== tests[submission.assignment];
    if (isStale) stale.push(submission);
    return force || (regrade && isStale);
  });
  return { toGrade, stale };
}

/** Grades a submission and records the outcome; a failure does not affect the others. */
async function grade(
  course: string,
  submission: Submission,
  nbgrader: NbGrader,
  tests: string,
  cluster: GradingCluster | undefined,
): Promise<Answer & { notes?: string }> {
  const content = contentOf(course, submission);
  let answer: Answer;
  let notes = "";
  try {
    const repairs = prepare(course, submission);
    answer = await graded(submission, nbgrader, cluster);
    // It may have been killed for lack of memory, which need not be the fault of this submission.
    if (answer.hasEnded && !nbgrader.isClosed) answer = await graded(submission, nbgrader, cluster);
    const error = answer.success ? machineFault(course, submission) : undefined;
    if (error) answer = { success: false, error };
    if (answer.success) notes = notesOn(course, answer as Score, repairs);
  } catch (error) {
    if (error instanceof NothingFurther) throw error;
    answer = { success: false, error: (error as Error).message };
  }
  if (nbgrader.isClosed) return answer;
  discard(course, submission);
  if (!answer.success) return failed(course, submission, nbgrader, content, answer);
  writeRecord(course, submission, { content, tests, ...(notes !== "" && { notes }) });
  return { ...answer, notes };
}

const graded = (
  { assignment, student }: Submission,
  nbgrader: NbGrader,
  cluster: GradingCluster | undefined,
): Promise<Answer> =>
  cluster
    ? cluster.grade(nbgrader, { assignment, student })
    : nbgrader.ask({ do: "autograde", assignment, student, submitted: preparedStep });

/** Records a failure and removes the results of an earlier version, whose points would no longer apply. */
async function failed(
  course: string,
  submission: Submission,
  nbgrader: NbGrader,
  content: string,
  answer: Answer,
): Promise<Answer> {
  const { assignment, student } = submission;
  rmSync(path.join(course, "autograded", student, assignment), { recursive: true, force: true });
  await nbgrader.ask({ do: "forget", assignment, student });
  writeRecord(course, submission, { content, failure: reasonOf(answer) });
  return answer;
}
