/**
 * Runs the cells of a notebook one after the other in a separate process and stores their outputs in them.
 */
import { asResult, SessionProcess } from "../kernel/session-process.js";
import type { CellResult } from "../session/session.js";
import { CellOutputs } from "./cell-outputs.js";
import { type CodeCell, type Notebook, setKernel, tagsOf } from "./notebook.js";

/** Options of {@link CellRun}. */
export interface CellRunOptions {
  /** The folder in which the cells run. */
  folder: string;
  /** Time limit per cell, in seconds. */
  timeout?: number | undefined;
  /** Continues after a cell that fails. */
  allowErrors?: boolean | undefined;
  /** Called when a cell, from 0, starts and ends. */
  onStart?(cell: number): void;
  onEnd?(): void;
}

/** A run of a notebook's cells, which can be interrupted. */
export class CellRun {
  /** The cells that run. */
  readonly cells: readonly CodeCell[];
  readonly #notebook: Notebook;
  readonly #options: CellRunOptions;
  readonly #outputs = new CellOutputs();
  readonly #child: SessionProcess;
  #interrupted = false;

  /** Starts the process, and removes the outputs of an earlier run. */
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

  /** Ends the running cell and the notebook. */
  interrupt(): void {
    this.#interrupted = true;
    this.#child.interrupt();
  }

  /** Ends the process at once. */
  kill(): void {
    this.#interrupted = true;
    this.#child.kill();
  }

  /** Runs the cells; if a failure ended the notebook, returns the number of the cell and its traceback. */
  async run(): Promise<{ cell: number; traceback: string } | undefined> {
    const { timeout, allowErrors, onStart, onEnd } = this.#options;
    try {
      // Notebooks of JavaScript kernels assign to undeclared names.
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

  /** Stores a cell's result in the notebook; returns the traceback if it failed. */
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
