/**
 * The points of a graded cell, from its outputs, as nbgrader counts them.
 */
import type { Cell, CodeCell } from "../notebook.js";

/** What nbgrader keeps in the metadata of a cell. */
export interface Grading {
  grade_id: string;
  /** Whether it has points. */
  grade: boolean;
  /** Whether it is the student's to write. */
  solution: boolean;
  /** Whether it is not the student's to change. */
  locked: boolean;
  /** Whether it is a task that is answered elsewhere, which a human reads. */
  task: boolean;
  points?: number;
  /** Of the cell as it was handed out. */
  checksum?: string;
}

/** What nbgrader knows of a cell; undefined for other cells. */
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

/** Whether its points are given by running it. */
export const isTest = (cell: Cell): cell is CodeCell => {
  const about = gradingOf(cell);
  return cell.cell_type === "code" && about?.grade === true && !about.solution;
};

/** What a cell is worth; 0 for one without points. */
export const worthOf = (cell: Cell): number => {
  const about = gradingOf(cell);
  return about?.grade || about?.task ? (about.points ?? 0) : 0;
};

/**
 * Points of a cell of tests: none for an error, or for anything on standard error; the value of its last expression
 * where that is a number; else all. More than the cell is worth is {@link overpaid}, which nbgrader refuses to grade.
 */
export function pointsOf(cell: CodeCell, points: number): number {
  const given = givenBy(cell);
  return given !== undefined && given <= points ? given : points;
}

/** By how much a cell of tests gives more points than it is worth. */
export function overpaid(cell: CodeCell, points: number): number {
  return Math.max(0, (givenBy(cell) ?? 0) - points);
}

/** The points that a cell of tests says; undefined where it runs through without saying any. */
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
