/**
 * `nablab check`: runs an assignment as it will be graded, on the tests that a student can see, and shows the points.
 */

import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { table } from "../display/table.js";
import { kernelName } from "../kernel/kernelspec.js";
import { gradingOf, isEdited, overpaid, pointsOf, worthOf } from "./course/points.js";
import { readSubmission } from "./course/read-submission.js";
import { NotThisAssignment, type Repaired, repair, repairAlone } from "./course/repair.js";
import { round } from "./course/words.js";
import { runGraded } from "./graded-run.js";
import { InputError } from "./input-error.js";
import type { CodeCell, Notebook } from "./notebook.js";
import { say } from "./progress.js";

/** Options of {@link checkNotebook}. */
export interface CheckOptions {
  /** Seconds that a cell may take. */
  timeout?: number;
  /** The assignment as it was handed out. */
  against?: string;
}

/**
 * Checks an assignment and prints what fails and the points; the file stays as it is.
 *
 * @returns the exit code: 0 with all points that visible tests give, else 1; 130 when interrupted
 * @throws InputError when it is no assignment
 */
export async function checkNotebook(file: string, { timeout, against }: CheckOptions): Promise<number> {
  const { notebook, notes } = putRight(file, against);
  for (const note of notes) say(`${file}: ${note}`);
  const folder = path.dirname(path.resolve(file));
  const limit = timeout === undefined ? {} : { timeout };
  if (!(await runGraded(notebook, { folder, label: file, ...limit }))) return 130;
  for (const cell of notebook.cells) if (cell.cell_type === "code") tellFailure(cell);
  const { rows, points, most } = scores(notebook);
  console.log(table(rows, { rows: Number.POSITIVE_INFINITY }));
  const full = points === most && rows.every((row) => row[""] !== "✗");
  if (rows.every((row) => row[""] === "·") && most === 0) {
    console.log("\nNo visible test gives points: they are given by hand, or by hidden tests.");
    return 0;
  }
  console.log(`\n${full ? "✓ all" : `${round(points)} of`} ${round(most)} points of the visible tests`);
  if (!full) console.log("Hidden tests look at other data: what is right passes them as well.");
  return full ? 0 : 1;
}

/** The notebook as the grader will see it. */
function putRight(file: string, against: string | undefined): Repaired {
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

/** What is wrong with a cell: what its checks said, the error it ended with, or why a test gives no points. */
function tellFailure(cell: CodeCell): void {
  const error = errorOf(cell);
  const textOf = (name: string): string[] =>
    cell.outputs
      .flatMap((output) => (output.output_type === "stream" && output.name === name ? [output.text] : []))
      .join("")
      .split("\n");
  const wrong = textOf("stdout").filter((line) => line.startsWith("✗"));
  if (isEdited(cell)) {
    wrong.unshift(
      "this test was edited: the grader puts the original back, so that only the original counts",
    );
  }
  const complaint = textOf("stderr").find((line) => line !== "");
  if (complaint !== undefined && gradingOf(cell)?.grade) {
    wrong.push(`something was written to standard error, and that costs the points of a test: ${complaint}`);
    wrong.push("  A likely cause: console.error or console.warn in an answer; console.log costs nothing.");
  }
  if ((!error && wrong.length === 0) || isBlank(cell)) return;
  console.log(`── ${gradingOf(cell)?.grade_id ?? cell.source.split("\n")[0]}`);
  for (const line of wrong) console.log(line);
  if (error) console.log(process.stdout.isTTY ? error.traceback.join("\n") : plain(error.traceback));
  console.log();
}

const errorOf = (cell: CodeCell) => cell.outputs.find((output) => output.output_type === "error");

/** Whether a test met an answer that is not written yet: what the stub throws, or a check says of it. */
const isBlank = (cell: CodeCell): boolean =>
  /^not done yet$|: the answer is not written yet$/.test(errorOf(cell)?.evalue ?? "");

const plain = (traceback: readonly string[]): string => stripVTControlCharacters(traceback.join("\n"));

/** A row for each cell with points, and their sums over those with visible tests. */
function scores(notebook: Notebook) {
  let points = 0;
  let most = 0;
  const rows = notebook.cells.flatMap((cell) => {
    const about = gradingOf(cell);
    if (!about?.grade && !about?.task) return [];
    const of = worthOf(cell);
    const row = (mark: string, earned: number | string) => [
      { "": mark, test: about.grade_id, points: String(earned), of },
    ];
    if (cell.cell_type !== "code" || about.solution) return row("·", "by hand");
    // A test that was emptied or commented out looks like one that is hidden.
    if (!isEdited(cell) && withoutComments(cell.source).trim() === "") return row("·", "hidden");
    if (overpaid(cell, of) > 0) return row("✗", `gives ${round(of + overpaid(cell, of))}`);
    const earned = isEdited(cell) ? 0 : pointsOf(cell, of);
    points += earned;
    most += of;
    if (isEdited(cell)) return row("✗", "edited");
    if (isBlank(cell)) return row("·", "not done yet");
    return row(earned === of ? "✓" : "✗", round(earned));
  });
  return { rows, points, most };
}

const withoutComments = (source: string): string => source.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
