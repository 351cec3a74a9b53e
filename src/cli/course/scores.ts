/**
 * `nablab course scores`: the scores of all students. Not submitted, not gradable and zero points are three different things.
 */
import path from "node:path";
import { writeAtomically } from "#platform";
import { table } from "../../display/table.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { csvText } from "./csv.js";
import { answered } from "./each.js";
import { type CourseOptions, courseFolder } from "./folder.js";
import { type Assignment, NbGrader, type Score, type Student } from "./nbgrader.js";
import { type PlatformRecord, readPlatform } from "./platform-record.js";
import { printable } from "./printable.js";
import { foldersIn, isSubmitted, progressOf, unnamed, unnamedIn } from "./submissions.js";
import { round } from "./words.js";

/** The state of a student's work on an assignment. */
export type Standing =
  | { is: "graded" | "to be read"; score: Score; note: string }
  | { is: "not graded"; note: string }
  | { is: "not submitted"; note: string };

/** The scores of a class. */
export interface Standings {
  assignments: Assignment[];
  /** On the roster, or with a submission. */
  students: Student[];
  of(student: string, assignment: string): Standing;
}

/** Reads the gradebook and the folders of a course. */
export async function standings(course: string): Promise<Standings> {
  const nbgrader = new NbGrader(course);
  let assignments: Assignment[];
  let roster: Student[];
  let scores: Score[];
  try {
    const answer = await answered(nbgrader.ask({ do: "gradebook" }));
    ({ assignments = [], students: roster = [], scores = [] } = answer);
  } finally {
    nbgrader.close();
  }
  const known = new Set(roster.map(({ id }) => id));
  const hasSubmitted = (student: string): boolean =>
    assignments.some(({ name }) => isSubmitted(course, { student, assignment: name }));
  const others = foldersIn(path.join(course, "submitted")).filter(
    (id) => !known.has(id) && (foldersIn(path.join(course, "submitted", id)).length > 0 || hasSubmitted(id)),
  );
  const keyOf = (student: string, assignment: string): string => `${student}\n${assignment}`;
  const inGradebook = new Map(scores.map((score) => [keyOf(score.student, score.assignment), score]));
  const testsOf = new Map(assignments.map(({ name, tests }) => [name, tests]));
  const found = new Map<string, Standing>();
  const platforms = new Map<string, PlatformRecord | undefined>();
  return {
    assignments,
    students: [...roster, ...others.map((id): Student => ({ id }))].sort((a, b) => (a.id < b.id ? -1 : 1)),
    of(student, assignment) {
      const key = keyOf(student, assignment);
      platforms.set(assignment, platforms.get(assignment) ?? readPlatform(course, assignment));
      const known =
        found.get(key) ??
        withLateness(
          standing(course, student, assignment, inGradebook.get(key), testsOf.get(assignment)),
          platforms.get(assignment),
          student,
        );
      found.set(key, known);
      return known;
    },
  };
}

/** The platform reports late submissions and applies its own penalty. */
function withLateness(standing: Standing, platform: PlatformRecord | undefined, student: string): Standing {
  if (!platform?.students[student]?.late) return standing;
  const note = ["late on Canvas", standing.note].filter((part) => part !== "").join("; ");
  return { ...standing, note };
}

function standing(
  course: string,
  student: string,
  assignment: string,
  score: Score | undefined,
  tests: string | undefined,
): Standing {
  if (!isSubmitted(course, { student, assignment })) {
    // A gradebook from another machine, or one whose submissions have been removed.
    if (score && isComplete(score)) return graded(score, "");
    return { is: "not submitted", note: "" };
  }
  const progress = progressOf(course, { student, assignment });
  if (progress.step === "failed") return { is: "not graded", note: progress.reason };
  if (progress.step === "changed") {
    const before = score ? `; the version before has ${round(score.score)} / ${round(score.max)}` : "";
    return { is: "not graded", note: `handed in again since${before}` };
  }
  if (progress.step === "not yet" || !score) return { is: "not graded", note: "not yet" };
  const isStale = progress.tests !== undefined && progress.tests !== tests;
  const notes = [progress.notes, isStale ? "by tests that have changed since" : undefined];
  return graded(score, notes.filter((note) => note !== undefined).join("; "));
}

const isComplete = (score: Score): boolean => score.max > 0;

const graded = (score: Score, note: string): Standing => ({
  is: score.manual ? "to be read" : "graded",
  score,
  note,
});

/** A table of scores with a row for each student and a column for each assignment. */
export async function scores(options: CourseOptions & { csv?: string }): Promise<number> {
  const course = courseFolder(options.course);
  const all = await standings(course);
  const { assignments, students } = all;
  if (students.length === 0) {
    throw new InputError(
      "nobody is on the roster and nothing was handed in: npx nablab course roster import FILE.csv",
    );
  }
  if (assignments.length === 0) throw new InputError("nothing is graded yet: npx nablab course autograde");
  console.log(
    table(
      students.map((student) => row(all, student)),
      { rows: Number.POSITIVE_INFINITY },
    ),
  );
  const cells = students.flatMap(({ id }) =>
    assignments.map(({ name }) => ({ id, name, ...all.of(id, name) })),
  );
  if (cells.some(({ is }) => is === "to be read")) {
    console.log("* an answer waits to be read: npx nablab course formgrader");
  }
  const missing = cells.filter(({ is }) => is === "not graded");
  for (const { id, name, note } of missing.slice(0, 20))
    console.log(`not graded: ${printable(`${id}, ${name}: ${note}`)}`);
  if (missing.length > 20)
    console.log(`not graded: ${missing.length - 20} more (--csv FILE has all of them)`);
  for (const folder of unnamedIn(course)) console.log(`not graded: ${printable(folder)}: ${unnamed}`);
  if (options.csv !== undefined) {
    writeAtomically(path.resolve(options.csv), csvText([csvColumns, ...csvRows(all)]));
    say(`written to ${options.csv}`);
  }
  return 0;
}

/** The points of a student; the sum is over graded assignments, and missing if there are none. */
function row({ assignments, of }: Standings, { id }: Student): Record<string, unknown> {
  let sum: number | undefined;
  const cells = assignments.map(({ name }) => {
    const standing = of(id, name);
    if ("score" in standing) sum = (sum ?? 0) + standing.score.score;
    return [name, cellText(standing)];
  });
  return {
    student: printable(id),
    ...Object.fromEntries(cells),
    all: sum === undefined ? undefined : round(sum),
  };
}

function cellText(standing: Standing): string {
  if (!("score" in standing)) return standing.is;
  const { score, max, penalty } = standing.score;
  const late = penalty > 0 ? ` (late −${round(penalty)})` : "";
  return `${round(score)} / ${round(max)}${late}${standing.is === "to be read" ? " *" : ""}`;
}

const csvColumns = [
  "assignment",
  "duedate",
  "timestamp",
  "student_id",
  "last_name",
  "first_name",
  "email",
  "status",
  "raw_score",
  "late_submission_penalty",
  "score",
  "max_score",
  "note",
];

/** A line for each assignment and student, with the columns of nbgrader's own export, a status and a note. */
function csvRows({ assignments, students, of }: Standings): (string | number | null | undefined)[][] {
  return assignments.flatMap(({ name, duedate, max }) =>
    students.map(({ id, last_name, first_name, email }) => {
      const standing = of(id, name);
      const score = "score" in standing ? standing.score : undefined;
      return [
        name,
        duedate,
        score?.timestamp,
        id,
        last_name,
        first_name,
        email,
        standing.is,
        score && round(score.raw),
        score && round(score.penalty),
        score && round(score.score),
        round(max),
        standing.note,
      ];
    }),
  );
}
