/**
 * The folder of a course.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { InputError } from "../input-error.js";

/** The folder of a course, and the degree of parallelism. */
export interface CourseOptions {
  course: string;
  jobs?: number;
}

/** Validates the folder of a course. */
export function courseFolder(folder: string): string {
  if (existsSync(path.join(folder, "nbgrader_config.py"))) return path.resolve(folder);
  throw new InputError(
    `${folder}: no course here (nbgrader_config.py is missing); go to its folder, name it with --course, or make one: npx nablab course new FOLDER`,
  );
}

/** The requested ones of `known`, by default all. */
export function named(names: readonly string[], known: readonly string[], where: string): readonly string[] {
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
