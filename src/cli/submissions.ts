/**
 * What was handed in: `submitted/STUDENT/ASSIGNMENT/` in the folder of a course.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

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
        .filter((name) => name.endsWith(".ipynb"))
        .map((name) => path.join(folder, name))
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

/** There while a submission is being graded: whoever finds it knows that the grading was cut short. */
export const markOf = (course: string, { assignment, student }: Submission): string =>
  path.join(course, ".nablab", "grading", assignment, student);

/** Whether a submission is graded as it was handed in last. */
export function isGraded(course: string, submission: Submission): boolean {
  if (existsSync(markOf(course, submission))) return false;
  const { assignment, student } = submission;
  const files = (step: string): string[] => notebooksIn(path.join(course, step, student, assignment));
  const time = (file: string): number => statSync(file).mtimeMs;
  const graded = files("autograded").map(time);
  return graded.length > 0 && Math.min(...graded) >= Math.max(...files("submitted").map(time));
}

/** Why a submission cannot be graded as it is; undefined if nothing is in the way. */
export function obstacleTo(course: string, { assignment, student }: Submission): string | undefined {
  const folder = path.join(course, "submitted", student, assignment);
  // nbgrader copies what a link leads to, such as the solution, to where the cells of the notebook can read it.
  const links = readdirSync(folder, { withFileTypes: true, recursive: true });
  const link = links.find((entry) => entry.isSymbolicLink());
  if (link) return `${link.name} is a link to another file; submissions hold files of their own only`;
  const there = notebooksIn(folder).map((file) => path.basename(file));
  const missing = notebooksIn(path.join(course, "release", assignment))
    .map((file) => path.basename(file))
    .filter((name) => !there.includes(name));
  if (missing.length === 0) return undefined;
  return there.length === 0
    ? `there is no notebook in it; expected ${missing.join(", ")}`
    : `there is ${there.join(", ")} in it, but no ${missing.join(", ")}; was it renamed?`;
}
