/**
 * A cell that fills the memory within a single call cannot be interrupted: V8 ends the process at once. The reader is warned
 * in advance, if it takes long enough, and informed afterwards by the process that Jupyter starts in its place, which reads
 * the running cell from a file beside the connection file.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gigabytes } from "./memory-limit.js";

/**
 * The reader is warned above this share of the limit, after this many milliseconds without a check by the cell, and after
 * this growth meanwhile (a share of the limit, too: a cell that waits does not grow).
 */
const [nearlyFull, patience, growth] = [0.7, 1500, 0.1];

interface Cell {
  code: string;
  execution_count: number;
}

/** The suffix of the file beside the connection file that names the running cell. */
export const runningEnding = ".running";

/** Removes the files of kernels that were killed and not restarted: Jupyter has removed their connection files. */
function removeStale(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (name.endsWith(`.json${runningEnding}`) && !existsSync(file.slice(0, -runningEnding.length)))
        rmSync(file, { force: true });
    }
  } catch {
    // The folder may be unreadable or read-only.
  }
}

export class RunningCell {
  readonly #file: string | undefined;
  readonly #limit: number;
  /** The message about the death of the previous process. */
  #death: string | undefined;
  /** The memory of the process when the cell began or last checked it. */
  #before = 0;
  /** Since when the cell has not checked the memory, and whether the reader was warned. */
  #unresponsiveSince: number | undefined;
  #isSaid = false;

  /**
   * @param file where the running cell is recorded; undefined for nowhere
   * @param limit V8's heap limit, in bytes
   */
  constructor(file: string | undefined, limit: number) {
    this.#file = file;
    this.#limit = limit;
    try {
      this.#death = this.#describe(JSON.parse(readFileSync(file ?? "", "utf8")));
      this.end();
    } catch {
      // There was none, or it ended normally.
    }
    if (file !== undefined) removeStale(path.dirname(file));
  }

  /** @param taken the memory of the process, in bytes */
  begin(cell: Cell, taken: number): void {
    [this.#unresponsiveSince, this.#isSaid, this.#before] = [undefined, false, taken];
    if (this.#file === undefined) return;
    try {
      writeFileSync(this.#file, JSON.stringify({ code: cell.code, execution_count: cell.execution_count }), {
        mode: 0o600,
      });
    } catch {
      // A read-only folder: there is no message later.
    }
  }

  end(): void {
    if (this.#file === undefined) return;
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // As above.
    }
  }

  /** The message about the previous process's death, once. */
  takeDeath(): string | undefined {
    const death = this.#death;
    this.#death = undefined;
    return death;
  }

  #describe({ code, execution_count: count }: Cell): string {
    const [line = ""] = code.trim().split("\n");
    const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
    return (
      `The kernel ended while cell [${count}] ran, ${shown}; its names are lost, run the cells before again. If nobody ended it, ` +
      `a call took more memory than there is: objects and lists may take ${gigabytes(this.#limit)} GB, keep numbers in Float64Array.\n`
    );
  }

  /**
   * The warning about a cell that takes much memory; undefined if there is none, or it was already given.
   *
   * @param taken the memory of the process, in bytes
   * @param isChecked whether the cell has checked the memory since it was last asked to
   */
  memoryProblem(taken: number, isChecked: boolean): string | undefined {
    const now = performance.now();
    if (isChecked) this.#before = taken;
    if (isChecked || taken < nearlyFull * this.#limit) {
      this.#unresponsiveSince = undefined;
      return undefined;
    }
    this.#unresponsiveSince ??= now;
    if (this.#isSaid || now - this.#unresponsiveSince < patience) return undefined;
    if (taken - this.#before < growth * this.#limit) return undefined;
    this.#isSaid = true;
    return (
      `The kernel takes ${gigabytes(taken)} GB, and more within a single call, which nothing can end. If objects and lists come to ` +
      `${gigabytes(this.#limit)} GB, the kernel dies and loses its names: restart it, and make less of them, or keep numbers in ` +
      "Float64Array.\n"
    );
  }
}
