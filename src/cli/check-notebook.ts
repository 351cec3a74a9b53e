/**
 * `nablab check`: runs an assignment as it will be graded, on the tests that a student can see, and shows the points.
 */
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { table } from "../display/table.js";
import { GradedSession, gradedLimits } from "../kernel/graded-session.js";
import { CellOutputs } from "./cell-outputs.js";
import { InputError } from "./input-error.js";
import { type CodeCell, type Notebook, readNotebook } from "./notebook.js";
import { gradingOf, isEditedTest, pointsOf } from "./points.js";
import { Progress } from "./progress.js";

/** Options of {@link checkNotebook}. */
export interface CheckOptions {
  /** Seconds that a cell may take. */
  timeout?: number;
}

/**
 * Checks an assignment and prints what fails and the points; the file stays as it is.
 *
 * @returns the exit code: 0 with all points that visible tests give, else 1; 130 when interrupted
 * @throws InputError when it is no notebook for this kernel, or has no tests
 */
export async function checkNotebook(file: string, { timeout }: CheckOptions): Promise<number> {
  const { notebook } = readNotebook(file);
  const tests = notebook.cells.filter((cell) => gradingOf(cell)?.grade);
  if (tests.length === 0) {
    throw new InputError(
      `${file}: no cell of it has points; is it an assignment? To run it: npx nablab run ${file}`,
    );
  }
  if (!(await run(notebook, file, timeout))) return 130;
  for (const cell of notebook.cells) if (cell.cell_type === "code") tellFailure(cell);
  const { rows, points, most } = scores(notebook);
  console.log(table(rows));
  const full = points === most;
  console.log(`\n${full ? "✓ all" : `${round(points)} of`} ${round(most)} points of the visible tests`);
  if (!full) console.log("Hidden tests look at other data: what is right passes them as well.");
  return full ? 0 : 1;
}

/** Runs all cells; false when interrupted. */
async function run(notebook: Notebook, file: string, timeout?: number): Promise<boolean> {
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
  const toRun = cells.filter((cell) => cell.source.trim() !== "");
  for (const cell of cells) cell.outputs = [];
  const outputs = new CellOutputs();
  const progress = new Progress(file, toRun.length);
  let interrupted = false;
  const session = new GradedSession<CodeCell>({
    folder: path.dirname(path.resolve(file)),
    limits: { ...gradedLimits, ...(timeout !== undefined && { seconds: timeout }) },
    onOutput: (output, cell) => outputs.receive(output, cell),
  });
  const stop = (): void => {
    interrupted = true;
    session.close();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    for (const [i, cell] of toRun.entries()) {
      progress.start(i + 1);
      const result = await session.execute(cell.source, cell, i + 1);
      if (interrupted) break;
      if (result.status === "error") {
        const { ename, evalue, traceback } = result;
        outputs.add({ output_type: "error", ename, evalue, traceback }, cell);
      } else if (result.result) {
        const { data, metadata } = result.result;
        outputs.add(
          { output_type: "execute_result", data: { ...data }, metadata, execution_count: i + 1 },
          cell,
        );
      }
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    session.close();
  }
  progress.close(interrupted ? "interrupted" : `${toRun.length} cells`);
  return !interrupted;
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
  if (isEditedTest(cell)) {
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
const round = (points: number): number => Math.round(100 * points) / 100;

/** A row for each cell with points, and their sums over those with visible tests. */
function scores(notebook: Notebook) {
  let points = 0;
  let most = 0;
  const rows = notebook.cells.flatMap((cell) => {
    const about = gradingOf(cell);
    if (!about?.grade) return [];
    const of = about.points ?? 0;
    const row = (mark: string, earned: number | string) => [
      { "": mark, test: about.grade_id, points: String(earned), of },
    ];
    if (cell.cell_type !== "code" || about.solution) return row("·", "by hand");
    if (withoutComments(cell.source).trim() === "") return row("·", "hidden");
    const earned = isEditedTest(cell) ? 0 : pointsOf(cell, of);
    points += earned;
    most += of;
    if (isEditedTest(cell)) return row("✗", "edited");
    if (isBlank(cell)) return row("·", "not done yet");
    return row(earned === of ? "✓" : "✗", round(earned));
  });
  return { rows, points, most };
}

const withoutComments = (source: string): string => source.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
