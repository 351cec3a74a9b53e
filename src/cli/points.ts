/**
 * The points of a graded cell, from its outputs, as nbgrader counts them.
 */
import { createHash } from "node:crypto";
import type { Cell, CodeCell } from "./notebook.js";

/** What nbgrader keeps in the metadata of a cell. */
interface Grading {
  grade_id: string;
  /** Whether it has points. */
  grade: boolean;
  /** Whether it is the student's to write. */
  solution: boolean;
  points?: number;
  /** Of the cell as it was handed out. */
  checksum?: string;
}

/** What nbgrader knows of a cell; undefined for one that is none of its own. */
export function gradingOf(cell: Cell): Grading | undefined {
  const about = cell.metadata.nbgrader as Partial<Grading> | undefined;
  if (typeof about?.grade_id !== "string") return undefined;
  const { grade_id, grade = false, solution = false, points, checksum } = about;
  return {
    grade_id,
    grade,
    solution,
    ...(points !== undefined && { points: Number(points) }),
    ...(checksum !== undefined && { checksum }),
  };
}

/** Whether a cell of tests is not as it was handed out, by nbgrader's checksum; the grader puts the original back. */
export function isEditedTest(cell: Cell): boolean {
  const about = gradingOf(cell);
  if (!about?.checksum || !about.grade || about.solution) return false;
  const points = about.points ?? 0;
  const float = Number.isInteger(points) ? `${points}.0` : String(points); // as Python writes it
  // Its text and type; that it has points, is no answer, and is locked; its name and what it is worth.
  const text = `${cell.source}${cell.cell_type}TrueFalseTrue${about.grade_id}${float}`;
  return createHash("md5").update(text).digest("hex") !== about.checksum;
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
