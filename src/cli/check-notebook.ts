/**
 * `nablab check`: runs an assignment as it will be graded, with its visible tests, and shows the points.
 */

import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { table } from "../display/table.js";
import { kernelName } from "../kernel/kernelspec.js";
import { isEdited } from "./course/edited.js";
import { gradingOf } from "./course/points.js";
import { readSubmission } from "./course/read-submission.js";
import { NotThisAssignment, type Repaired, repair, repairAlone } from "./course/repair.js";
import { errorOf, failureOf, testTable } from "./course/test-table.js";
import { runGraded } from "./graded-run.js";
import { InputError } from "./input-error.js";
import type { CodeCell } from "./notebook.js";
import { say } from "./progress.js";

/** Options of {@link checkNotebook}. */
export interface CheckOptions {
  /** Time limit per cell, in seconds. */
  timeout?: number;
  /** The assignment as released. */
  against?: string;
}

/**
 * Checks an assignment and prints failures and points; the file is not changed.
 *
 * @returns the exit code: 0 with all points of the visible tests, else 1; 130 when interrupted
 * @throws InputError if it is not an assignment
 */
export async function checkNotebook(file: string, { timeout, against }: CheckOptions): Promise<number> {
  const { notebook, notes } = repaired(file, against);
  for (const note of notes) say(`${file}: ${note}`);
  const folder = path.dirname(path.resolve(file));
  const limit = timeout === undefined ? {} : { timeout };
  if (!(await runGraded(notebook, { folder, label: file, ...limit }))) return 130;
  for (const cell of notebook.cells) if (cell.cell_type === "code") printFailure(cell);
  const { rows, isFull, summary } = testTable(notebook.cells, isEdited);
  const shown = rows.map(({ mark, test, points, of }) => ({ "": mark, test, points, of }));
  console.log(table(shown, { rows: Number.POSITIVE_INFINITY }));
  console.log(`\n${summary.join("\n")}`);
  return isFull ? 0 : 1;
}

/** The notebook as the grader will see it. */
function repaired(file: string, against: string | undefined): Repaired {
  const submitted = readSubmission(file);
  const { name = kernelName } = (submitted.metadata.kernelspec ?? {}) as { name?: string };
  if (name !== kernelName)
    say(`${file}: was opened with the kernel ${name} last; it is graded as TypeScript`);
  if (against !== undefined) {
    try {
      return repair(submitted, readSubmission(against));
    } catch (error) {
      if (error instanceof NotThisAssignment) throw new InputError(`${file}: ${error.message}`);
      throw error;
    }
  }
  if (!submitted.cells.some((cell) => gradingOf(cell)?.grade)) {
    throw new InputError(
      `${file}: no cell of it has points; is it an assignment? To run it: npx nablab run ${file}; if an editor took the metadata of its cells away: --against ORIGINAL.ipynb`,
    );
  }
  return repairAlone(submitted);
}

/** Prints what is wrong with a cell. */
function printFailure(cell: CodeCell): void {
  const lines = failureOf(cell, isEdited);
  if (lines.length === 0) return;
  const error = errorOf(cell);
  console.log(`── ${gradingOf(cell)?.grade_id ?? cell.source.split("\n")[0]}`);
  for (const line of error ? lines.slice(0, -1) : lines) console.log(line);
  if (error) console.log(process.stdout.isTTY ? error.traceback.join("\n") : plain(error.traceback));
  console.log();
}

const plain = (traceback: readonly string[]): string => stripVTControlCharacters(traceback.join("\n"));
