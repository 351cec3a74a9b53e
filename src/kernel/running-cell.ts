/**
 * What becomes of a cell that fills the memory within a single call, where it cannot be ended: V8 ends the process at once.
 * The reader is told before, if it takes long enough; and afterwards by the process that Jupyter starts in its place, which
 * reads from a file beside the connection file which cell was running.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gigabytes } from "./memory-limit.js";

/**
 * From which share of the limit on, after how many milliseconds in which the cells do not look, and at which growth meanwhile
 * (a share of the limit, too: a cell that waits takes nothing) it is said.
 */
const [nearlyFull, deafness, growth] = [0.7, 1500, 0.1];

interface Cell {
  code: string;
  execution_count: number;
}

/** What is said of a cell stands beside the connection file, by its name and this. */
export const runningEnding = ".running";

/** Removes what kernels left that were killed and never started again: Jupyter has removed their connection files. */
function removeStale(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (name.endsWith(`.json${runningEnding}`) && !existsSync(file.slice(0, -runningEnding.length)))
        rmSync(file, { force: true });
    }
  } catch {
    // A folder that nobody may read or write.
  }
}

export class RunningCell {
  readonly #file: string | undefined;
  readonly #limit: number;
  /** What the process before this one says of its death. */
  #death: string | undefined;
  /** What the process took when the cell began, or last looked at it. */
  #before = 0;
  /** Since when the cell has not looked at the memory, and whether that was said. */
  #deafSince: number | undefined;
  #isSaid = false;

  /**
   * @param file where it says which cell runs; undefined for nowhere
   * @param limit how much memory V8 gives objects, in bytes
   */
  constructor(file: string | undefined, limit: number) {
    this.#file = file;
    this.#limit = limit;
    try {
      this.#death = this.#describe(JSON.parse(readFileSync(file ?? "", "utf8")));
      this.end();
    } catch {
      // There was none, or it ended as it should.
    }
    if (file !== undefined) removeStale(path.dirname(file));
  }

  /** @param taken by the process, in bytes */
  begin(cell: Cell, taken: number): void {
    [this.#deafSince, this.#isSaid, this.#before] = [undefined, false, taken];
    if (this.#file === undefined) return;
    try {
      writeFileSync(this.#file, JSON.stringify({ code: cell.code, execution_count: cell.execution_count }), {
        mode: 0o600,
      });
    } catch {
      // A folder that nobody may write to: then nothing is said later.
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

  /** What the process before this one died of, once. */
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
   * What to say of a cell that takes much memory; undefined while there is nothing, or if it was said.
   *
   * @param taken by the process, in bytes
   * @param isHeard whether the cell has looked at the memory since it was last asked to
   */
  memoryProblem(taken: number, isHeard: boolean): string | undefined {
    const now = performance.now();
    if (isHeard) this.#before = taken;
    if (isHeard || taken < nearlyFull * this.#limit) {
      this.#deafSince = undefined;
      return undefined;
    }
    this.#deafSince ??= now;
    if (this.#isSaid || now - this.#deafSince < deafness) return undefined;
    if (taken - this.#before < growth * this.#limit) return undefined;
    this.#isSaid = true;
    return (
      `The kernel takes ${gigabytes(taken)} GB, and more within a single call, which nothing can end. If objects and lists come to ` +
      `${gigabytes(this.#limit)} GB, the kernel dies and loses its names: restart it, and make less of them, or keep numbers in ` +
      "Float64Array.\n"
    );
  }
}
