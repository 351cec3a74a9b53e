/**
 * Prepares a submission for nbgrader: its repaired notebooks and its other files, in `.nablab/prepared/STUDENT/ASSIGNMENT/`.
 * The submission itself is never changed.
 */
import { cpSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { makeFolder } from "../../platform/make-folder.js";
import { InputError } from "../input-error.js";
import { type Notebook, notebookText } from "../notebook.js";
import { type CourseOptions, courseFolder } from "./folder.js";
import { readSubmission } from "./read-submission.js";
import { repair } from "./repair.js";
import { filesOf, foldersIn, handedInAs, notebooksIn, obstacleTo, type Submission } from "./submissions.js";

/** The folder of prepared submissions, in the folder of a course. */
export const preparedStep: string = path.join(".nablab", "prepared");

/**
 * Prepares a submission.
 *
 * @returns the repairs
 * @throws Error with the reason if it cannot be graded
 */
export function prepare(course: string, submission: Submission): string[] {
  const { assignment, student } = submission;
  const obstacle = obstacleTo(course, submission);
  if (obstacle) throw new Error(obstacle);
  const from = path.join(course, "submitted", student, assignment);
  const to = path.join(course, preparedStep, student, assignment);
  rmSync(to, { recursive: true, force: true });
  const notes: string[] = [];
  const originals = notebooksIn(path.join(course, "release", assignment));
  const names = originals.map((file) => path.basename(file));
  const there = notebooksIn(from).map((file) => path.basename(file));
  for (const original of originals) {
    const name = path.basename(original);
    const file = path.join(from, handedInAs(name, there, names)!);
    if (path.basename(file) !== name) notes.push(`handed in as ${path.basename(file)}`);
    const repaired = repair(readSubmission(file, path.basename(file)), readSubmission(original));
    notes.push(...repaired.notes);
    tell(repaired.notebook, repaired.notes);
    writeAtomically(path.join(to, name), notebookText(repaired.notebook));
  }
  for (const file of filesOf(from).filter((file) => !file.endsWith(".ipynb"))) {
    makeFolder(path.dirname(path.join(to, file)));
    cpSync(path.join(from, file), path.join(to, file));
  }
  return notes;
}

/** `nablab course prepare`, which nbgrader calls by way of the course's configuration. */
export function prepareSubmission(assignment: string, student: string, options: CourseOptions): void {
  try {
    prepare(courseFolder(options.course), { assignment, student });
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}

/** Removes a prepared submission. */
export function discard(course: string, { assignment, student }: Submission): void {
  rmSync(path.join(course, preparedStep, student, assignment), { recursive: true, force: true });
}

/** Removes the folders of students that are empty, such as of {@link preparedStep}; not while others put something there. */
export function removeEmptyIn(folder: string): void {
  for (const student of foldersIn(folder)) {
    const one = path.join(folder, student);
    if (readdirSync(one).length === 0) rmdirSync(one);
  }
}

/** Lists the repairs at the top of the notebook, for readers in the Formgrader or of the feedback. */
function tell(notebook: Notebook, notes: readonly string[]): void {
  if (notes.length === 0) return;
  const lines = notes.map((note) => `- ${note.replaceAll("`", "'").replace(/: (.*)$/, ": `$1`")}`);
  notebook.cells.unshift({
    cell_type: "markdown",
    id: "before-grading",
    metadata: {},
    source: `**Put right before grading:**\n${lines.join("\n")}`,
  });
}
