/**
 * `nablab course`: a course whose assignments nbgrader releases, grades and reports on.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { writeAtomically } from "#platform";
import { table } from "../display/table.js";
import { packageRoot } from "../kernel/own-packages.js";
import { finishFeedback } from "./feedback-page.js";
import { notesOn } from "./grading-notes.js";
import { InputError } from "./input-error.js";
import { type Answer, NbGrader, type Score } from "./nbgrader.js";
import { parseNotebook } from "./notebook.js";
import { gradingOf } from "./points.js";
import { say } from "./progress.js";
import {
  foldersIn,
  isGraded,
  markOf,
  notebooksIn,
  obstacleTo,
  type Submission,
  strangersIn,
  submissionsIn,
} from "./submissions.js";

/** Where a course lies, and how many things are done at the same time. */
export interface CourseOptions {
  course: string;
  jobs?: number;
}

/** Options of {@link autograde}. */
export interface AutogradeOptions extends CourseOptions {
  /** Only what this student handed in. */
  student?: string;
  /** Also what is graded already. */
  force?: boolean;
}

/** The folder of a course, checked. */
function courseFolder(folder: string): string {
  if (existsSync(path.join(folder, "nbgrader_config.py"))) return path.resolve(folder);
  throw new InputError(
    `${folder}: no course here (nbgrader_config.py is missing); go to its folder, name it with --course, or make one: npx nablab course new FOLDER`,
  );
}

/**
 * Lays out a course: configuration and, unless it should be empty, nablab's assignments with their solutions.
 *
 * @throws InputError when there is something already
 */
export function newCourse(folder: string, { empty = false }: { empty?: boolean }): void {
  const there = existsSync(folder);
  if (there && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw new InputError(
      `${folder}: there is something already; a new course wants a new or an empty folder`,
    );
  }
  const own = path.join(packageRoot, "notebooks", "coursework");
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(own, "nbgrader_config.py"), path.join(folder, "nbgrader_config.py"));
  for (const name of ["source", "submitted"]) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, ".gitignore"), ".nablab\ngradebook.db\n");
  if (!empty) cpSync(path.join(own, "source"), path.join(folder, "source"), { recursive: true });
  const assignments = foldersIn(path.join(folder, "source"));
  say(
    `${folder}: a course${empty ? "" : ` with ${assignments.length} assignments: ${assignments.join(", ")}`}`,
  );
  say(`Next: cd ${folder} && npx nablab course release${empty ? " ASSIGNMENT" : ` ${assignments[0]}`}`);
}

/**
 * Makes the version for students of assignments: solutions and hidden tests stripped.
 *
 * @param assignments by default all in `source`
 * @returns the exit code
 */
export async function releaseAssignments(
  assignments: readonly string[],
  options: CourseOptions,
): Promise<number> {
  const course = courseFolder(options.course);
  const names = named(assignments, foldersIn(path.join(course, "source")), "in source");
  const rows: Record<string, unknown>[] = [];
  const label = (assignment: string): string => assignment;
  const failures = await forEach(course, names, { jobs: 1 }, label, async (nbgrader, assignment) => {
    const answer = await nbgrader.ask({ do: "release", assignment });
    const files = notebooksIn(path.join(course, "release", assignment));
    const cells = files.flatMap((file) => parseNotebook(readFileSync(file, "utf8"), file).cells);
    const graded = cells.map(gradingOf).filter((about) => about?.grade);
    const points = graded.reduce((sum, about) => sum + (about!.points ?? 0), 0);
    rows.push({
      assignment,
      "graded cells": graded.length,
      points,
      "hand out": path.join("release", assignment),
    });
    return answer;
  });
  if (rows.length > failures) console.log(table(rows));
  return failures === 0 ? 0 : 1;
}

/**
 * Grades what was handed in, several at a time. What is graded already, and was not handed in again, is left alone.
 *
 * @returns the exit code: 0, or 1 when a submission could not be graded
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
  const toGrade = all.filter((submission) => options.force || !isGraded(course, submission));
  if (toGrade.length < all.length) {
    say(`${all.length - toGrade.length} of ${all.length} are graded already (--force grades them again)`);
  }
  for (const folder of strangersIn(course, released)) {
    say(`${folder}: left alone, as no assignment of that name is released`);
  }
  const rows: Record<string, unknown>[] = [];
  const failures = await forEach(course, toGrade, options, submissionLabel, async (nbgrader, submission) => {
    const { assignment, student } = submission;
    const mark = markOf(course, submission);
    writeAtomically(mark, "");
    const error = obstacleTo(course, submission);
    const answer = error
      ? { success: false, error }
      : await nbgrader.ask({ do: "autograde", assignment, student, force: true });
    if (answer.success) rmSync(mark, { force: true });
    const { score = 0, max = 0 } = answer;
    const notes = answer.success ? notesOn(course, answer as Score) : reasonOf(answer);
    rows.push({
      student,
      assignment,
      points: answer.success ? `${round(score)} / ${round(max)}` : "not graded",
      notes,
    });
    return answer;
  });
  if (rows.length > 0) console.log(table(inOrder(rows)));
  return failures === 0 ? 0 : 1;
}

/** The feedback for students: their notebooks with points and comments, as HTML. */
export async function feedback(
  assignments: readonly string[],
  options: CourseOptions & { student?: string },
): Promise<number> {
  const course = courseFolder(options.course);
  const names = named(assignments, foldersIn(path.join(course, "release")), "released");
  const graded = submissionsIn(course, "autograded", names, options.student);
  if (graded.length === 0)
    throw new InputError(`nothing is graded yet: npx nablab course autograde ${names.join(" ")}`);
  const rows: Record<string, unknown>[] = [];
  const failures = await forEach(course, graded, options, submissionLabel, async (nbgrader, submission) => {
    const { assignment, student } = submission;
    const answer = await nbgrader.ask({ do: "feedback", assignment, student });
    const folder = path.join("feedback", student, assignment);
    if (answer.success) finishFeedbackIn(path.join(course, folder));
    rows.push({ student, assignment, feedback: answer.success ? folder : reasonOf(answer) });
    return answer;
  });
  if (rows.length > 0) console.log(table(inOrder(rows)));
  return failures === 0 ? 0 : 1;
}

function finishFeedbackIn(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
    const file = path.join(folder, name);
    writeAtomically(file, finishFeedback(readFileSync(file, "utf8")));
  }
}

const submissionLabel = ({ assignment, student }: Submission): string => `${student}, ${assignment}`;

/** Rows by assignment and student: several at a time end in any order. */
function inOrder(rows: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const key = (row: Record<string, unknown>): string => `${row.assignment}\n${row.student}`;
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** What everybody has: a row for each student, a column for each assignment. */
export async function scores(options: CourseOptions & { csv?: string }): Promise<number> {
  const course = courseFolder(options.course);
  const nbgrader = new NbGrader(course);
  try {
    const { assignments = [] } = await answered(nbgrader.ask({ do: "assignments" }));
    const found: Score[] = [];
    for (const assignment of assignments) {
      found.push(...((await answered(nbgrader.ask({ do: "scores", assignment }))).scores ?? []));
    }
    if (found.length === 0) throw new InputError("nothing is graded yet: npx nablab course autograde");
    const students = [...new Set(found.map(({ student }) => student))].sort();
    console.log(
      table(
        students.map((student) => {
          const own = found.filter((score) => score.student === student);
          const of = (assignment: string) => own.find((score) => score.assignment === assignment);
          const cells = assignments.map((assignment) => [assignment, pointsText(of(assignment))]);
          return {
            student,
            ...Object.fromEntries(cells),
            all: round(own.reduce((sum, { score }) => sum + score, 0)),
          };
        }),
      ),
    );
    if (found.some(({ manual }) => manual))
      console.log("* an answer waits to be read: in JupyterLab, Nbgrader > Formgrader");
    if (options.csv !== undefined) {
      await answered(nbgrader.ask({ do: "export", file: path.resolve(options.csv) }));
      say(`written to ${options.csv}`);
    }
    return 0;
  } finally {
    nbgrader.close();
  }
}

const round = (points: number): number => Math.round(100 * points) / 100;
const pointsText = (score: Score | undefined): string =>
  score ? `${round(score.score)} / ${round(score.max)}${score.manual ? " *" : ""}` : "";

/** Those of `known` that are named, by default all. */
function named(names: readonly string[], known: readonly string[], where: string): readonly string[] {
  for (const name of names) {
    if (!known.includes(name)) {
      throw new InputError(
        `no assignment ${name} ${where}; there is ${known.length > 0 ? known.join(", ") : "none"}`,
      );
    }
  }
  if (known.length === 0) throw new InputError(`no assignment is ${where}`);
  return names.length > 0 ? names : known;
}

/** The line that says why, of all that nbgrader says. */
function reasonOf({ error = "", log = "" }: Answer): string {
  const lines = `${log}\n${error}`.split("\n").map((line) => line.replace(/^\[\w+\] /, "").trim());
  const reasons = lines.filter((line) => /^[\w.]*(Error|Exception|Invalid\w*|Interrupt)\b.*:/.test(line));
  return (
    reasons.find((line) => !/NbGraderException|SystemExit/.test(line)) ??
    lines.findLast((line) => line !== "") ??
    ""
  );
}

async function answered(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked;
  if (!answer.success) throw new InputError(`nbgrader: ${reasonOf(answer)}`);
  return answer;
}

/**
 * Works through a list with several nbgraders, telling where it is. A failure is told and kept in a log, and the rest
 * goes on.
 *
 * @returns how many failed
 */
async function forEach<Item>(
  course: string,
  items: readonly Item[],
  { jobs = availableParallelism() }: { jobs?: number },
  labelOf: (item: Item) => string,
  work: (nbgrader: NbGrader, item: Item) => Promise<Answer>,
): Promise<number> {
  const waiting = [...items];
  const workers = Array.from({ length: Math.min(jobs, items.length) }, () => new NbGrader(course));
  let failures = 0;
  let done = 0;
  let interrupted = false;
  const stop = (): void => {
    interrupted = true;
    waiting.length = 0;
    for (const worker of workers) worker.close();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
          const start = performance.now();
          const label = labelOf(item);
          const answer = await work(worker, item).catch(
            (error: Error): Answer => ({ success: false, error: error.message, log: error.stack ?? "" }),
          );
          if (interrupted) return;
          const seconds = ((performance.now() - start) / 1000).toFixed(1);
          say(`${++done} of ${items.length}: ${label} (${seconds} s)${answer.success ? "" : " failed"}`);
          if (answer.success) continue;
          failures++;
          const log = path.join(course, ".nablab", "logs", `${label.replaceAll(", ", "-")}.log`);
          writeAtomically(log, `${answer.log ?? ""}\n${answer.error ?? ""}\n`);
          say(`  ${reasonOf(answer)}\n  all of it: ${log}`);
        }
      }),
    );
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    for (const worker of workers) worker.close();
  }
  if (!interrupted) return failures;
  say(`interrupted after ${done} of ${items.length}; the same command goes on from here`);
  return failures + 1;
}
