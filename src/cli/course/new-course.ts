/**
 * `nablab course new`: the folder of a course.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../kernel/own-packages.js";
import { makeFolder } from "../../platform/make-folder.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { foldersIn } from "./submissions.js";

/**
 * Creates a course: configuration and, unless it should be empty, nablab's assignments with their solutions.
 *
 * @throws InputError if the folder is not empty
 */
export function newCourse(folder: string, { empty = false }: { empty?: boolean }): void {
  const there = existsSync(folder);
  if (there && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw new InputError(
      `${folder}: there is something already; a new course wants a new or an empty folder`,
    );
  }
  const own = path.join(packageRoot, "notebooks", "coursework");
  makeFolder(folder);
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
