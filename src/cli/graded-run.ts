/**
 * A notebook run as the grader runs it: confined, with limits, each cell with its outputs.
 */
import { GradedSession, gradedLimits } from "../kernel/graded-session.js";
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

/** Runs all cells and puts their outputs into them; false when interrupted. */
export async function runGraded(
  notebook: Notebook,
  { folder, label, timeout }: GradedRunOptions,
): Promise<boolean> {
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
  const toRun = cells.filter((cell) => cell.source.trim() !== "");
  for (const cell of cells) cell.outputs = [];
  const outputs = new CellOutputs();
  const progress = new Progress(label, toRun.length);
  let interrupted = false;
  const session = new GradedSession<CodeCell>({
    folder,
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
      const result = await session.execute(cell.source, cell, i + 1, undefined, undefined, lockedAs(cell));
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

/** Whether a cell is the assignment's: it tests answers, or declares what they need. */
function lockedAs(cell: CodeCell): Locked | undefined {
  const about = gradingOf(cell);
  if (!about?.locked) return undefined;
  return about.grade ? "test" : "data";
}
