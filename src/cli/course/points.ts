/**
 * The points of a graded cell, from its outputs, as nbgrader counts them.
 */
import type { Cell, CodeCell } from "../notebook.js";

/** nbgrader's metadata of a cell. */
export interface Grading {
  grade_id: string;
  /** Whether it is graded. */
  grade: boolean;
  /** Whether it is an answer of the student. */
  solution: boolean;
  /** Whether the student must not change it. */
  locked: boolean;
  /** Whether it is a task answered in other cells and graded by hand. */
  task: boolean;
  points?: number;
  /** The checksum of the released cell. */
  checksum?: string;
}

/** nbgrader's metadata of a cell; undefined if it has none. */
export function gradingOf(cell: Cell): Grading | undefined {
  const about = cell.metadata.nbgrader as Partial<Grading> | undefined;
  if (typeof about?.grade_id !== "string" || about.grade_id === "") return undefined;
  const { grade_id, grade = false, solution = false, locked = false, task = false, points, checksum } = about;
  return {
    grade_id,
    grade,
    solution,
    locked: !solution && (grade || locked || task),
    task,
    ...(points !== undefined && { points: Number(points) }),
    ...(checksum !== undefined && { checksum }),
  };
}

/** Whether it is graded by running it. */
export const isTest = (cell: Cell): cell is CodeCell => {
  const about = gradingOf(cell);
  return cell.cell_type === "code" && about?.grade === true && !about.solution;
};

/** The maximum points of a cell; 0 if it is not graded. */
export const worthOf = (cell: Cell): number => {
  const about = gradingOf(cell);
  return about?.grade || about?.task ? (about.points ?? 0) : 0;
};

/**
 * The points of a test cell: none for an error or output on standard error; the value of its last expression if that is a
 * number; else all. More than its maximum is {@link overpaid}, which nbgrader refuses to grade.
 */
export function pointsOf(cell: CodeCell, points: number): number {
  const given = givenBy(cell);
  return given !== undefined && given <= points ? given : points;
}

/** The points of a test cell beyond its maximum. */
export function overpaid(cell: CodeCell, points: number): number {
  return Math.max(0, (givenBy(cell) ?? 0) - points);
}

/** The points that a test cell returns; undefined if it runs without returning any. */
function givenBy(cell: CodeCell): number | undefined {
  for (const output of cell.outputs) {
    if (output.output_type === "error") return 0;
    if (output.output_type === "stream" && output.name === "stderr") return 0;
    if (output.output_type === "execute_result") {
      const text = String(output.data["text/plain"] ?? "").trim();
      const value = text === "" ? NaN : Number(text);
      return value >= 0 ? value : undefined;
    }
  }
  return undefined;
}
