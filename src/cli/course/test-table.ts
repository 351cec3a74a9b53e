/**
 * The results of an executed assignment's visible tests: a table of points, and why they are missing. For `nablab check` and
 * the Check button of a site's pages; it does not depend on Node.
 */
import type { Cell, CodeCell } from "../notebook.js";
import { gradingOf, overpaid, pointsOf, worthOf } from "./points.js";
import { round } from "./words.js";

/** A graded cell. */
export interface TestRow {
  /** `✓` all points, `✗` fewer, `·` not graded in this run. */
  mark: "✓" | "✗" | "·";
  /** The name of its test. */
  test: string;
  /** The points, or why there are none. */
  points: string;
  /** The maximum points. */
  of: number;
  cell: Cell;
}

/** The points of an assignment. */
export interface TestTable {
  rows: TestRow[];
  /** Whether all visible tests have full points. */
  isFull: boolean;
  /** Summary lines. */
  summary: string[];
}

type IsEdited = (cell: Cell) => boolean;

/** A row for each graded cell, and the sum over those with visible tests. */
export function testTable(cells: readonly Cell[], isEdited: IsEdited): TestTable {
  let points = 0;
  let most = 0;
  const rows = cells.flatMap((cell): TestRow[] => {
    const about = gradingOf(cell);
    if (!about?.grade && !about?.task) return [];
    const of = worthOf(cell);
    const row = (mark: TestRow["mark"], earned: number | string): TestRow[] => [
      { mark, test: about.grade_id, points: String(earned), of, cell },
    ];
    if (cell.cell_type !== "code" || about.solution) return row("·", "by hand");
    // An emptied or commented-out test looks like a hidden one.
    if (!isEdited(cell) && withoutComments(cell.source).trim() === "") return row("·", "hidden");
    if (overpaid(cell, of) > 0) return row("✗", `gives ${round(of + overpaid(cell, of))}`);
    const earned = isEdited(cell) ? 0 : pointsOf(cell, of);
    points += earned;
    most += of;
    if (isEdited(cell)) return row("✗", "edited");
    if (isBlank(cell)) return row("·", "not done yet");
    return row(earned === of ? "✓" : "✗", round(earned));
  });
  if (most === 0 && rows.every(({ mark }) => mark === "·")) {
    const summary = ["No visible test gives points: they are given by hand, or by hidden tests."];
    return { rows, isFull: true, summary };
  }
  const isFull = points === most && rows.every(({ mark }) => mark !== "✗");
  const sum = `${isFull ? "✓ all" : `${round(points)} of`} ${round(most)} points of the visible tests`;
  const hint = "Hidden tests look at other data: what is right passes them as well.";
  return { rows, isFull, summary: isFull ? [sum] : [sum, hint] };
}

/** The failures of a cell: messages of its checks, why a test gives no points, and last the error that ended it. */
export function failureOf(cell: CodeCell, isEdited: IsEdited): string[] {
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
  if (isBlank(cell)) return [];
  return error ? [...wrong, `${error.ename}: ${error.evalue}`] : wrong;
}

/** The error that a cell ended with. */
export const errorOf = (cell: CodeCell) => cell.outputs.find((output) => output.output_type === "error");

/** Whether a test met an unwritten answer, by the error of its stub or the message of a check. */
const isBlank = (cell: CodeCell): boolean =>
  /^not done yet$|: the answer is not written yet$/.test(errorOf(cell)?.evalue ?? "");

const withoutComments = (source: string): string => source.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
