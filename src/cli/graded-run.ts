/**
 * Runs a notebook as the grader does, confined and with limits, and stores the outputs of its cells.
 */
import { GradedSession, gradedLimits, type NotebookLimits } from "../kernel/graded-session.js";
import type { Locked } from "../session/session.js";
import { CellOutputs } from "./cell-outputs.js";
import { gradingOf } from "./course/points.js";
import type { CodeCell, Notebook } from "./notebook.js";
import { Progress } from "./progress.js";

/** Options of {@link runGraded}. */
export interface GradedRunOptions {
  /** The folder that it can read and write. */
  folder: string;
  /** Its name in messages. */
  label: string;
  /** Seconds that a cell may take. */
  timeout?: number;
}

/** Runs all cells, stores their outputs and reports progress; false when interrupted by Ctrl-C. */
export async function runGraded(
  notebook: Notebook,
  { folder, label, timeout }: GradedRunOptions,
): Promise<boolean> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  const count = toRun(notebook).length;
  const progress = new Progress(label, count);
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  let done: boolean;
  try {
    done = await runConfined(notebook, {
      folder,
      limits: { ...gradedLimits, ...(timeout !== undefined && { seconds: timeout }) },
      stop: stop.signal,
      begins: (cell) => progress.start(cell),
    });
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
  progress.close(done ? `${count} cells` : "interrupted");
  return done;
}

/** Options of {@link runConfined}. */
export interface ConfinedRunOptions {
  /** The folder that it can read and write. */
  folder: string;
  limits: NotebookLimits;
  /** Whether files that cells write are removed at the end. */
  removeFiles?: boolean;
  /** Ends the notebook. */
  stop: AbortSignal;
  /** Called when a cell begins, with its number from 1. */
  begins?: (cell: number) => void;
}

/** Runs all cells and stores their outputs; false when interrupted. */
export async function runConfined(
  notebook: Notebook,
  { folder, limits, removeFiles = false, stop, begins }: ConfinedRunOptions,
): Promise<boolean> {
  for (const cell of notebook.cells) if (cell.cell_type === "code") cell.outputs = [];
  if (stop.aborted) return false;
  const outputs = new CellOutputs();
  const session = new GradedSession<CodeCell>({
    folder,
    limits,
    removeFiles,
    onOutput: (output, cell) => outputs.receive(output, cell),
  });
  const close = (): void => session.close();
  stop.addEventListener("abort", close);
  try {
    for (const [i, cell] of toRun(notebook).entries()) {
      begins?.(i + 1);
      const result = await session.execute(cell.source, cell, i + 1, undefined, undefined, lockedAs(cell));
      if (stop.aborted) return false;
      cell.execution_count = i + 1;
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
    return true;
  } finally {
    stop.removeEventListener("abort", close);
    session.close();
  }
}

const toRun = ({ cells }: Notebook): CodeCell[] =>
  cells.filter((cell) => cell.cell_type === "code" && cell.source.trim() !== "") as CodeCell[];

/** The role of a cell that belongs to the assignment: it tests answers, or declares their data (as in nbgrader_config.py). */
function lockedAs(cell: CodeCell): Locked | undefined {
  const about = gradingOf(cell);
  if (!about || about.solution) return undefined;
  if (about.grade) return "test";
  return about.locked ? "data" : undefined;
}
