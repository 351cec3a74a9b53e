/**
 * The points of a graded cell, from its outputs, as nbgrader counts them.
 */
import type { Cell, CodeCell } from "./notebook.js";

/** What nbgrader keeps in the metadata of a cell. */
interface Grading {
  grade_id: string;
  /** Whether it has points. */
  grade: boolean;
  /** Whether it is the student's to write. */
  solution: boolean;
  points?: number;
}

/** What nbgrader knows of a cell; undefined for one that is none of its own. */
export function gradingOf(cell: Cell): Grading | undefined {
  const about = cell.metadata.nbgrader as Partial<Grading> | undefined;
  if (typeof about?.grade_id !== "string") return undefined;
  const { grade_id, grade = false, solution = false, points } = about;
  return { grade_id, grade, solution, ...(points !== undefined && { points: Number(points) }) };
}

/**
 * Points of a cell of tests: none for an error, or for anything on standard error; the value of its last expression
 * where that is a number; else all.
 */
export function pointsOf(cell: CodeCell, points: number): number {
  for (const output of cell.outputs) {
    if (output.output_type === "error") return 0;
    if (output.output_type === "stream" && output.name === "stderr") return 0;
    if (output.output_type === "execute_result") {
      const value = Number(output.data["text/plain"]);
      return value >= 0 && value <= points ? value : points;
    }
  }
  return points;
}
