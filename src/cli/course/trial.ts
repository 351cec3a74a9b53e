/**
 * The trial of an assignment before its release: the solution must get all points, the students' version none.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kernelName } from "../../kernel/kernelspec.js";
import { makeFolder } from "../../platform/make-folder.js";
import { runGraded } from "../graded-run.js";
import type { CodeCell, Notebook } from "../notebook.js";
import { gradingOf, isTest, overpaid, pointsOf } from "./points.js";
import { filesOf } from "./submissions.js";
import { round } from "./words.js";

/** The faults found by a trial, a sentence each; undefined when interrupted. */
export type Verdict = string[] | undefined;

/** Whether nablab can run a notebook: a course may include others. */
export const isOurs = ({ metadata }: Notebook): boolean =>
  (metadata.kernelspec as { name?: string } | undefined)?.name === kernelName;

/**
 * Runs an assignment twice, as its solution and as released, with all of its tests.
 *
 * @param source the assignment with solutions and hidden tests
 * @param released the students' version
 * @param folder the folder of the source, whose other files the notebook may read
 */
export async function tried(
  source: Notebook,
  released: Notebook,
  folder: string,
  label: string,
): Promise<Verdict> {
  const solution = await gained(source, folder, `${label}, the solution`);
  if (!solution) return undefined;
  const tests = new Map(source.cells.filter(isTest).map((cell) => [gradingOf(cell)!.grade_id, cell.source]));
  const cells = structuredClone(released.cells);
  for (const cell of cells)
    cell.source = (isTest(cell) && tests.get(gradingOf(cell)!.grade_id)) || cell.source;
  const stub = await gained({ ...released, cells }, folder, `${label}, as handed out`);
  if (!stub) return undefined;
  const wrong: string[] = [];
  for (const { id, of, points, over, why } of solution) {
    if (over > 0) wrong.push(`${id}: the cell gives ${round(of + over)} points and is worth ${round(of)}`);
    else if (points !== of) {
      wrong.push(`${id}: the solution gets ${round(points)} of ${round(of)} points${why ? `: ${why}` : ""}`);
    }
  }
  for (const { id, points, over } of stub) {
    if (points + over > 0)
      wrong.push(`${id}: without an answer it gives ${round(points + over)} points already`);
  }
  return wrong;
}

interface Gain {
  id: string;
  of: number;
  points: number;
  /** The points beyond the maximum. */
  over: number;
  why: string | undefined;
}

/** Runs a copy of a notebook in a separate folder and returns the points of its tests. */
async function gained(notebook: Notebook, from: string, label: string): Promise<Gain[] | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-trial-"));
  try {
    for (const file of filesOf(from).filter((file) => !file.endsWith(".ipynb"))) {
      makeFolder(path.dirname(path.join(folder, file)));
      cpSync(path.join(from, file), path.join(folder, file));
    }
    const copy = structuredClone(notebook);
    if (!(await runGraded(copy, { folder, label }))) return undefined;
    return copy.cells.filter(isTest).map((cell) => gainOf(cell));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function gainOf(cell: CodeCell): Gain {
  const { grade_id: id, points: of = 0 } = gradingOf(cell)!;
  const error = cell.outputs.find((output) => output.output_type === "error");
  const loud = cell.outputs.find((output) => output.output_type === "stream" && output.name === "stderr");
  const why = error
    ? `${error.ename}: ${error.evalue.split("\n")[0]}`
    : loud
      ? "it writes to standard error"
      : undefined;
  return { id, of, points: pointsOf(cell, of), over: overpaid(cell, of), why };
}
