/**
 * `nablab course release`: writes the students' version.
 */
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { table } from "../../display/table.js";
import { makeFolder } from "../../platform/make-folder.js";
import { type Notebook, notebookText, parseNotebook } from "../notebook.js";
import { say } from "../progress.js";
import { forEach } from "./each.js";
import { type CourseOptions, courseFolder, named } from "./folder.js";
import { wrongMarkers } from "./markers.js";
import type { Answer, NbGrader } from "./nbgrader.js";
import { gradingOf, worthOf } from "./points.js";
import { setOrder } from "./repair.js";
import { foldersIn, notebooksIn } from "./submissions.js";
import { isOurs, tried } from "./trial.js";
import { round } from "./words.js";

/** Options of {@link releaseAssignments}. */
export interface ReleaseOptions extends CourseOptions {
  /** Releases without a trial. */
  untried?: boolean;
  /** Changes the cells of an assignment that has graded submissions. */
  changeCells?: boolean;
}

/**
 * Creates the students' version of assignments, without solutions and hidden tests. The previous version is kept until the
 * new one is complete and has passed its trial.
 *
 * @param assignments by default all in `source`
 * @returns the exit code
 */
export async function releaseAssignments(
  assignments: readonly string[],
  options: ReleaseOptions,
): Promise<number> {
  const course = courseFolder(options.course);
  const names = named(assignments, foldersIn(path.join(course, "source")), "in source");
  const rows: Record<string, unknown>[] = [];
  const label = (assignment: string): string => assignment;
  const failures = await forEach(course, names, { jobs: 1 }, label, async (nbgrader, assignment) => {
    const answer = await releaseOne(course, assignment, nbgrader, options);
    if (!answer.success) return answer;
    const cells = read(path.join(course, "release", assignment)).flatMap(({ cells }) => cells);
    const graded = cells.filter((cell) => gradingOf(cell)?.grade || gradingOf(cell)?.task);
    rows.push({
      assignment,
      "graded cells": graded.length,
      points: round(graded.reduce((sum, cell) => sum + worthOf(cell), 0)),
      "hand out": path.join("release", assignment),
    });
    return answer;
  });
  if (rows.length > 0) console.log(table(rows, { rows: Number.POSITIVE_INFINITY }));
  return failures === 0 ? 0 : 1;
}

const read = (folder: string): Notebook[] =>
  notebooksIn(folder).map((file) => parseNotebook(readFileSync(file, "utf8"), file, { anyKernel: true }));

async function releaseOne(
  course: string,
  assignment: string,
  nbgrader: NbGrader,
  { untried = false, changeCells = false }: ReleaseOptions,
): Promise<Answer> {
  const from = path.join(course, "source", assignment);
  const sources = read(from);
  const wrong = sources.flatMap(wrongMarkers);
  if (wrong.length > 0) return refused(wrong);
  const into = path.join(".nablab", "release");
  const staged = path.join(course, into, assignment);
  const ask = (trial: boolean): Promise<Answer> => {
    rmSync(staged, { recursive: true, force: true });
    return nbgrader.ask({ do: "release", assignment, into, trial, change_cells: changeCells && !trial });
  };
  try {
    // With a separate gradebook, so that a refused release changes nothing.
    const trial = await ask(true);
    if (!trial.success) return trial;
    if (!untried) {
      const found = await triedAll(sources, read(staged), from, assignment);
      if (found === undefined) return { success: false, error: "interrupted" };
      if (found.length > 0) return refused(found, " (--untried hands it out all the same)");
    }
    const answer = await ask(false);
    if (!answer.success) return explained(answer, assignment);
    for (const file of notebooksIn(staged)) {
      const notebook = parseNotebook(readFileSync(file, "utf8"), file, { anyKernel: true });
      setOrder(notebook);
      writeAtomically(file, notebookText(notebook));
    }
    exchange(staged, path.join(course, "release", assignment));
    if (answer.copy) say(`  the gradebook as it was before: ${answer.copy}`);
    return answer;
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

function refused(wrong: readonly string[], hint = ""): Answer {
  const few = wrong.slice(0, 5).join("; ");
  const more = wrong.length > 5 ? `; and ${wrong.length - 5} more` : "";
  return { success: false, error: `ReleaseError: ${few}${more}${hint}` };
}

/** Tries each notebook of an assignment; returns the faults, or undefined when interrupted. */
async function triedAll(
  sources: readonly Notebook[],
  released: readonly Notebook[],
  folder: string,
  assignment: string,
): Promise<string[] | undefined> {
  const found: string[] = [];
  for (const [i, source] of sources.entries()) {
    if (!isOurs(source)) {
      say(`${assignment}: not tried, as it is for another kernel`);
      continue;
    }
    const verdict = await tried(source, released[i]!, folder, assignment);
    if (verdict === undefined) return undefined;
    found.push(...verdict);
  }
  return found;
}

/** Adds a fix to an error of nbgrader. */
function explained(answer: Answer, assignment: string): Answer {
  if (!/Cannot (add or remove cells|modify existing assignment)/.test(`${answer.error}${answer.log}`))
    return answer;
  return {
    ...answer,
    error: `ReleaseError: ${assignment} is graded already, and its graded or locked cells are not the same any more: copy it to a new name in source/, or keep the name with --change-cells, which keeps the marks of the cells that stay and a copy of the gradebook; then autograde --stale`,
    log: "",
  };
}

/** Replaces a folder by another. */
function exchange(from: string, to: string): void {
  const old = path.join(path.dirname(from), `${path.basename(to)}.old`);
  rmSync(old, { recursive: true, force: true });
  makeFolder(path.dirname(to));
  if (existsSync(to)) renameSync(to, old);
  try {
    renameSync(from, to);
  } catch (error) {
    if (existsSync(old)) renameSync(old, to);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}
