/** The assignments with their solutions, as they are in the repository. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Cell, read } from "./course.js";

export { assignments } from "../cli/damage.js";

const folder = path.resolve(import.meta.dirname, "../../notebooks/coursework/source");

/** A cell with what the tests of assignments look at. */
export type SourceCell = Cell & { metadata: { tags?: string[]; nbgrader?: { locked?: boolean } } };

export const sourceOf = (assignment: string): { cells: SourceCell[]; text: string } => {
  const file = path.join(folder, assignment, `${assignment}.ipynb`);
  return { cells: read(file).cells as SourceCell[], text: readFileSync(file, "utf8") };
};
