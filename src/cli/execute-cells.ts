/**
 * The cells of a notebook, run one after the other in a separate process, which stores their outputs in them.
 */
import { asResult, SessionProcess } from "../kernel/session-process.js";
import type { CellResult } from "../session/session.js";
import { CellOutputs } from "./cell-outputs.js";
import { type CodeCell, type Notebook, setKernel, tagsOf } from "./notebook.js";

/** Options of {@link CellRun}. */
export interface CellRunOptions {
  /** The folder in which the cells run. */
  folder: string;
  /** Seconds that a cell may take. */
  timeout?: number | undefined;
  /** Continues after a cell that fails. */
  allowErrors?: boolean | undefined;
  /** Called when a cell, from 0, starts and ends. */
  onStart?(cell: number): void;
  onEnd?(): void;
}

/** Runs a notebook's cells; made before they run, so that it can be interrupted. */
export class CellRun {
  /** The cells that run. */
  readonly cells: readonly CodeCell[];
  readonly #notebook: Notebook;
  readonly #options: CellRunOptions;
  readonly #outputs = new CellOutputs();
  readonly #child: SessionProcess;
  #interrupted = false;

  /** Starts the process, and removes what an earlier run has left in the cells. */
  constructor(notebook: Notebook, options: CellRunOptions) {
    setKernel(notebook);
    const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
    for (const cell of cells) {
      cell.outputs = [];
      cell.execution_count = null;
      delete cell.metadata.execution; // times of another run
    }
    this.cells = cells.filter((cell) => cell.source.trim() !== "");
    [this.#notebook, this.#options] = [notebook, options];
    this.#child = new SessionProcess(options.folder, (output, i) =>
      this.#outputs.receive(output, this.cells[i]!),
    );
  }

  /** Whether it was interrupted. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** Ends the cell that runs, and the notebook with it. */
  interrupt(): void {
    this.#interrupted = true;
    this.#child.interrupt();
  }

  /** Ends the process at once. */
  kill(): void {
    this.#interrupted = true;
    this.#child.kill();
  }

  /** Runs the cells; returns the number of the one that ended the notebook, and its traceback, if one did. */
  async run(): Promise<{ cell: number; traceback: string } | undefined> {
    const { timeout, allowErrors, onStart, onEnd } = this.#options;
    try {
      // Notebooks of JavaScript kernels assign to what they never declared.
      const { language } = this.#notebook.metadata.kernelspec as { language?: string };
      if (language === "javascript") await this.#child.execute("%check off", -1);
      for (const [i, cell] of this.cells.entries()) {
        onStart?.(i);
        cell.execution_count = i + 1;
        const ending = await this.#child.execute(cell.source, i, { seconds: timeout });
        onEnd?.();
        if (this.#interrupted) return undefined;
        const traceback = this.#store(asResult(ending), cell);
        if (traceback === undefined) continue;
        const goOn = allowErrors || tagsOf(cell).includes("raises-exception");
        if (!goOn || ending.status !== "error") return { cell: i, traceback };
      }
      return undefined;
    } finally {
      this.#child.kill();
    }
  }

  /** Puts a cell's result into the notebook; returns the traceback where it failed. */
  #store(result: CellResult, cell: CodeCell): string | undefined {
    if (result.status === "ok") {
      if (result.result) {
        const { data, metadata } = result.result;
        const { execution_count } = cell;
        this.#outputs.add(
          { output_type: "execute_result", data: { ...data }, metadata, execution_count },
          cell,
        );
      }
      return undefined;
    }
    const { ename, evalue, traceback } = result;
    this.#outputs.add({ output_type: "error", ename, evalue, traceback }, cell);
    return traceback.join("\n");
  }
}
