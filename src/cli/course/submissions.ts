/**
 * Submissions, `submitted/STUDENT/ASSIGNMENT/` in the folder of a course, and the state of their grading.
 */
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  type Dirent,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { problemWith } from "./student-id.js";

/** The work of a student on an assignment. */
export interface Submission {
  assignment: string;
  student: string;
}

/** The folders in a folder, except hidden ones; none if it does not exist. */
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

/** Whether a path exists, even if it cannot be read. */
function isThere(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch (error) {
    return !["ENOENT", "ENOTDIR"].includes(codeOf(error));
  }
}

/** Whether a student has handed something in. */
export const isSubmitted = (
  course: string,
  { assignment, student }: Submission,
  step = "submitted",
): boolean => isThere(path.join(course, step, student, assignment));

/** The submissions in `submitted` or `autograded`. */
export function submissionsIn(
  course: string,
  step: string,
  assignments: readonly string[],
  student?: string,
): Submission[] {
  return assignments.flatMap((assignment) =>
    foldersIn(path.join(course, step))
      .filter((name) => student === undefined || name === student)
      .map((name) => ({ assignment, student: name }))
      .filter((submission) => isSubmitted(course, submission, step)),
  );
}

/** Folders in `submitted` that no program here can open: their names are in another encoding than UTF-8. */
export const unnamedIn = (course: string): string[] =>
  foldersIn(path.join(course, "submitted"))
    .map((name) => path.join("submitted", name))
    .filter((folder) => isUnnamed(path.join(course, folder)));

/** Why they are skipped. */
export const unnamed = "its name is not UTF-8, as from an old zip; rename it";

/** Whether Node could not decode the name of a file: bytes that are not UTF-8 become U+FFFD. */
const isUnnamed = (file: string): boolean => file.includes("\uFFFD") && !isThere(file);

/** Folders in `submitted` that are not named after an assignment, such as `submitted/ada/1-gradient-decent`. */
export function strangersIn(course: string, assignments: readonly string[]): string[] {
  return foldersIn(path.join(course, "submitted")).flatMap((student) =>
    foldersIn(path.join(course, "submitted", student))
      .filter((name) => !assignments.includes(name))
      .map((name) => path.join("submitted", student, name)),
  );
}

/** The relative paths of all files below a folder. An unreadable folder is reported and skipped. */
function* entriesIn(
  folder: string,
  refused: (file: string, code: string) => void,
  within = "",
): Generator<[file: string, entry: Dirent]> {
  let entries: Dirent[];
  try {
    entries = readdirSync(path.join(folder, within), { withFileTypes: true });
  } catch (error) {
    refused(within, codeOf(error));
    return;
  }
  for (const entry of entries) {
    const file = path.join(within, entry.name);
    yield [file, entry];
    if (entry.isDirectory()) yield* entriesIn(folder, refused, file);
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

/** The relative paths of a submission's files, except an editor's own. */
export function filesOf(folder: string, refused: (file: string, code: string) => void = () => {}): string[] {
  return [...entriesIn(folder, refused)]
    .filter(([, entry]) => entry.isFile())
    .map(([file]) => file)
    .filter((file) => !/(^|[/\\])(\.ipynb_checkpoints|__pycache__|__MACOSX|\.DS_Store)([/\\]|$)/.test(file))
    .sort();
}

/**
 * A hash of a submission: equal if and only if all of its files are, whatever their times. For an unreadable file, which no
 * graded submission has, the reason is hashed.
 */
export function contentOf(course: string, { assignment, student }: Submission): string {
  const folder = path.join(course, "submitted", student, assignment);
  const hash = createHash("sha256");
  const refused = (file: string, code: string): void => void hash.update(`${file}\0${code}\0`);
  for (const file of filesOf(folder, refused)) {
    try {
      const content = readFileSync(path.join(folder, file));
      hash.update(`${file.split(path.sep).join("/")}\0${content.length}\0`).update(content);
    } catch (error) {
      refused(file, codeOf(error));
    }
  }
  return hash.digest("hex");
}

/** What is known of the grading of a submission. */
export interface GradingRecord {
  /** {@link contentOf} the submission that was graded, or could not be. */
  content: string;
  /** The tests by which it was graded. */
  tests?: string;
  /** Notes for the grader. */
  notes?: string;
  /** Why it could not be graded. */
  failure?: string;
}

const recordOf = (course: string, { assignment, student }: Submission): string =>
  path.join(course, ".nablab", "graded", assignment, `${student}.json`);

/** The record of a submission; undefined if there is none. */
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

/** Exists while a submission is being graded: if found, the grading was interrupted. */
const markOf = (course: string, { assignment, student }: Submission): string =>
  path.join(course, ".nablab", "grading", assignment, student);

export const beginGrading = (course: string, submission: Submission): void =>
  writeAtomically(markOf(course, submission), "");

export const endGrading = (course: string, submission: Submission): void =>
  rmSync(markOf(course, submission), { force: true });

/** The state of a submission's grading. */
export type Progress =
  /** The current version is graded. */
  | { step: "graded"; notes?: string; tests?: string }
  /** An earlier version is graded. */
  | { step: "changed" }
  | { step: "failed"; reason: string }
  | { step: "not yet" };

/** Whether the latest version of a submission is graded, by its content, not the time of its files. */
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
  // Without a record it was graded by nbgrader directly, or in the Formgrader.
  if (record === undefined) return { step: "graded" };
  if (!isSame) return { step: "changed" };
  const { notes, tests } = record;
  return { step: "graded", ...(notes !== undefined && { notes }), ...(tests !== undefined && { tests }) };
}

const kinds = {
  link: "a link to another file; submissions hold files of their own only",
  other: "no file but a pipe, a socket or a device; submissions hold files only",
};

/** The maximum size of a file in bytes: Node cannot read more at once. */
const mostBytes = 2 ** 31 - 1;

/** Why a submission cannot be graded as it is; undefined if it can. */
export function obstacleTo(course: string, { assignment, student }: Submission): string | undefined {
  const folder = path.join(course, "submitted", student, assignment);
  // Other folders are found by patterns, and shown in pages.
  const problem = problemWith(student);
  if (problem) return `the folder is named as no student can be: ${problem}`;
  const about = lstatSync(folder);
  // nbgrader would copy the target of a link, such as the solution, to where the notebook's cells can read it.
  if (about.isSymbolicLink()) return `${assignment} is ${kinds.link}`;
  if (!about.isDirectory()) return `${assignment} is a file; expected a folder with the notebook in it`;
  let unread: string | undefined;
  const refused = (file: string, code: string): void => {
    unread ??= `${file || assignment} cannot be read (${code})`;
  };
  for (const [file, entry] of entriesIn(folder, refused)) {
    const { name } = entry;
    if (entry.isSymbolicLink()) return `${name} is ${kinds.link}`;
    // Reading a pipe blocks until something is written; a device may never end.
    if (!entry.isFile() && !entry.isDirectory()) return `${name} is ${kinds.other}`;
    const full = path.join(folder, file);
    if (isUnnamed(full)) return `${name} cannot be read, as ${unnamed}`;
    const { size } = lstatSync(full);
    if (entry.isFile() && size > mostBytes)
      return `${name} is too large: ${(size / 1e9).toFixed(1)} GB, and at most 2 GB can be read`;
    try {
      if (entry.isFile()) accessSync(full, constants.R_OK);
    } catch (error) {
      refused(file, codeOf(error));
    }
  }
  if (unread !== undefined) return unread;
  const there = notebooksIn(folder).map((file) => path.basename(file));
  const released = notebooksIn(path.join(course, "release", assignment)).map((file) => path.basename(file));
  const missing = released.filter((name) => handedInAs(name, there, released) === undefined);
  if (missing.length === 0) return undefined;
  return there.length === 0
    ? `there is no notebook in it; expected ${missing.join(", ")}`
    : `there is ${there.join(", ")} in it, but no ${missing.join(", ")}; was it renamed?`;
}

/**
 * The name under which a notebook was submitted: the original, or one changed by a browser or a file manager.
 *
 * @param name the released name
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

/** `x (1).ipynb`, `x-1.ipynb`, `x-Copy2.ipynb`, `Copy of x.ipynb`, `X.ipynb`: all are copies of `x`. */
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
