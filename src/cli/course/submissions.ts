/**
 * What was handed in, `submitted/STUDENT/ASSIGNMENT/` in the folder of a course, and how far its grading has come.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { problemWith } from "./student-id.js";

/** The work of a student on an assignment. */
export interface Submission {
  assignment: string;
  student: string;
}

/** The folders in a folder, hidden ones apart; none where there is no such folder. */
export const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map(({ name }) => name)
        .sort()
    : [];

/** The notebooks in a folder. */
export const notebooksIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".ipynb") && !name.startsWith("."))
        .map((name) => path.join(folder, name))
        .sort()
    : [];

/** What lies in `submitted` or `autograded`. */
export function submissionsIn(
  course: string,
  step: string,
  assignments: readonly string[],
  student?: string,
): Submission[] {
  return assignments.flatMap((assignment) =>
    foldersIn(path.join(course, step))
      .filter((name) => student === undefined || name === student)
      .filter((name) => existsSync(path.join(course, step, name, assignment)))
      .map((name) => ({ assignment, student: name })),
  );
}

/** Folders in `submitted` that are named as no assignment is, such as `submitted/ada/1-gradient-decent`. */
export function strangersIn(course: string, assignments: readonly string[]): string[] {
  return foldersIn(path.join(course, "submitted")).flatMap((student) =>
    foldersIn(path.join(course, "submitted", student))
      .filter((name) => !assignments.includes(name))
      .map((name) => path.join("submitted", student, name)),
  );
}

/** The files of a submission by their paths in its folder, an editor's own apart. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|[/\\])(\.ipynb_checkpoints|__pycache__|__MACOSX|\.DS_Store)([/\\]|$)/.test(file))
    .sort();
}

/** What was handed in, as a number: the same if and only if each of its files is the same, whatever their times. */
export function contentOf(course: string, { assignment, student }: Submission): string {
  const folder = path.join(course, "submitted", student, assignment);
  const hash = createHash("sha256");
  for (const file of filesOf(folder)) {
    const content = readFileSync(path.join(folder, file));
    hash.update(`${file.split(path.sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** What is known of the grading of a submission. */
export interface GradingRecord {
  /** {@link contentOf} what was graded, or was tried to be. */
  content: string;
  /** The tests that it was graded by. */
  tests?: string;
  /** What a grader would want to know. */
  notes?: string;
  /** Why it could not be graded. */
  failure?: string;
}

const recordOf = (course: string, { assignment, student }: Submission): string =>
  path.join(course, ".nablab", "graded", assignment, `${student}.json`);

/** The record of a submission; undefined where there is none. */
export function readRecord(course: string, submission: Submission): GradingRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordOf(course, submission), "utf8")) as GradingRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(course: string, submission: Submission, record: GradingRecord): void {
  writeAtomically(recordOf(course, submission), JSON.stringify(record));
}

/** There while a submission is being graded: its presence means that the grading was cut short. */
const markOf = (course: string, { assignment, student }: Submission): string =>
  path.join(course, ".nablab", "grading", assignment, student);

export const beginGrading = (course: string, submission: Submission): void =>
  writeAtomically(markOf(course, submission), "");

export const endGrading = (course: string, submission: Submission): void =>
  rmSync(markOf(course, submission), { force: true });

/** How far the grading of a submission has come. */
export type Progress =
  /** Graded as it is now. */
  | { step: "graded"; notes?: string; tests?: string }
  /** Graded, but it was handed in again since. */
  | { step: "changed" }
  | { step: "failed"; reason: string }
  | { step: "not yet" };

/** Whether a submission is graded as it was handed in last. Its content decides, not the time of its files. */
export function progressOf(course: string, submission: Submission): Progress {
  const { assignment, student } = submission;
  if (existsSync(markOf(course, submission))) return { step: "not yet" };
  const record = readRecord(course, submission);
  const isThere = notebooksIn(path.join(course, "autograded", student, assignment)).length > 0;
  const isSame = record !== undefined && record.content === contentOf(course, submission);
  if (record?.failure !== undefined) {
    return isSame ? { step: "failed", reason: record.failure } : { step: "not yet" };
  }
  if (!isThere) return { step: "not yet" };
  // Without a record it was graded by nbgrader itself, or in the Formgrader.
  if (record === undefined) return { step: "graded" };
  if (!isSame) return { step: "changed" };
  const { notes, tests } = record;
  return { step: "graded", ...(notes !== undefined && { notes }), ...(tests !== undefined && { tests }) };
}

const kinds = {
  link: "a link to another file; submissions hold files of their own only",
  other: "no file but a pipe, a socket or a device; submissions hold files only",
};

/** Why a submission cannot be graded as it is; undefined if nothing is in the way. */
export function obstacleTo(course: string, { assignment, student }: Submission): string | undefined {
  const folder = path.join(course, "submitted", student, assignment);
  // Other folders are found by patterns, and shown in pages.
  const problem = problemWith(student);
  if (problem) return `the folder is named as no student can be: ${problem}`;
  // nbgrader copies what a link leads to, such as the solution, to where the cells of the notebook can read it.
  if (lstatSync(folder).isSymbolicLink()) return `${assignment} is ${kinds.link}`;
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isSymbolicLink()) return `${entry.name} is ${kinds.link}`;
    // Whoever reads a pipe waits for somebody who writes; a device may never end.
    if (!entry.isFile() && !entry.isDirectory()) return `${entry.name} is ${kinds.other}`;
  }
  const there = notebooksIn(folder).map((file) => path.basename(file));
  const released = notebooksIn(path.join(course, "release", assignment)).map((file) => path.basename(file));
  const missing = released.filter((name) => handedInAs(name, there, released) === undefined);
  if (missing.length === 0) return undefined;
  return there.length === 0
    ? `there is no notebook in it; expected ${missing.join(", ")}`
    : `there is ${there.join(", ")} in it, but no ${missing.join(", ")}; was it renamed?`;
}

/**
 * The name under which a notebook was handed in: its own, or the one that a browser or a file manager made of it.
 *
 * @param name as it was handed out
 * @param there the notebooks of the submission
 * @param released those of the assignment, without copies
 */
export function handedInAs(
  name: string,
  there: readonly string[],
  released: readonly string[],
): string | undefined {
  if (there.includes(name)) return name;
  const alike = there.filter((other) => !released.includes(other) && isCopyOf(other, name));
  return alike.length === 1 ? alike[0] : undefined;
}

/** `x (1).ipynb`, `x-1.ipynb`, `x-Copy2.ipynb`, `Copy of x.ipynb`, `X.ipynb`: all of them are copies of `x`. */
export function isCopyOf(name: string, original: string): boolean {
  const plain = (text: string): string =>
    text
      .normalize("NFC")
      .toLowerCase()
      .replace(/(\.ipynb)+$/, "");
  const marks = /([ _-]*\(\d+\)|[ _-]*(copy|kopie|copie)\d*( ?\(\d+\))?|[-_]\d+)$/;
  const [copy, wanted] = [plain(name).replace(/^(copy of|kopie von|copie de) /, ""), plain(original)];
  return copy === wanted || copy.replace(marks, "").trim() === wanted;
}
