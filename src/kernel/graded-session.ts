/**
 * A session for submitted notebooks that are graded: their cells run in a separate confined process with limits on time
 * and memory, and a cell that ends the process fails alone.
 */

import type { MimeBundle } from "../display/bundle.js";
import { nativeWait } from "../platform/native-wait.js";
import type { Completions } from "../session/completion.js";
import type { Completeness } from "../session/is-complete.js";
import type { CellResult, CellRunner, Locked, Output } from "../session/session.js";
import { acknowledgeStop } from "../session/stop.js";
import { asBefore } from "./as-before.js";
import { asResult, type Ending, failure, type Limits, SessionProcess } from "./session-process.js";

/** The limits of a notebook. */
export interface NotebookLimits extends Limits {
  /** The total time of its cells, including those that run again; by default five times `seconds`. */
  notebookSeconds?: number;
}

/** Limits that leave room for training a small network. */
export const gradedLimits = { seconds: 60, megabytes: 2000 };

/** Completes limits with the defaults: no graded notebook runs without limits. */
export function wholeLimits(limits: NotebookLimits = {}): Required<NotebookLimits> {
  const ofCell = { ...gradedLimits, ...limits };
  return { notebookSeconds: 5 * ofCell.seconds, ...ofCell };
}

/** The most characters passed on: of each stream that a cell prints to, and of all displays of a notebook. */
const [mostText, mostShown] = [1e6, 5e7];

/** What a display counts at least: thousands of small ones arrive so slowly that nbgrader waits no longer. */
const leastShown = 1e4;

/** How often a notebook may end its process before its remaining cells are skipped. */
const mostStarts = 4;

/** The error of a cell whose process was ended twice by something else: its points would not be those of the answers. */
export const killedElsewhere =
  "the notebook's process was killed from outside, twice in the same cell: is the machine short of memory?";

export class GradedSession<Cell> implements CellRunner<Cell> {
  readonly #folder: string;
  readonly #limits: Limits & { seconds: number };
  /** Seconds that are left for all cells. */
  #left: number;
  readonly #notebookSeconds: number;
  /** Removes the files that cells have written, where that is wanted. */
  readonly #removeFiles: (() => void) | undefined;
  readonly #onOutput: (output: Output, cell: Cell) => void;
  #process: SessionProcess | undefined;
  #starts = 0;
  /** Whether cells that ran again were ended from outside. */
  #isKilled = false;
  #cell: Cell | undefined;
  /** The characters printed by the cell, and displayed by all cells. */
  #printed = { stdout: 0, stderr: 0 };
  #shown = 0;
  /** The request to the process that runs {@link #cell}. */
  #ticket = 0;
  /** The cells that have run, to be rerun in a new process. */
  readonly #ran: { code: string; count: number; locked: Locked | undefined }[] = [];
  readonly #mark: string | undefined;

  constructor({
    folder = process.cwd(),
    limits,
    removeFiles = false,
    mark,
    onOutput,
  }: {
    folder?: string;
    /** By {@link wholeLimits}. */
    limits?: NotebookLimits;
    /** Whether files that cells write are removed at the end. */
    removeFiles?: boolean;
    /** The first line of a cell that is locked is `//MARK data` or `//MARK test`; only the grader knows it. */
    mark?: string;
    onOutput: (output: Output, cell: Cell) => void;
  }) {
    this.#folder = folder;
    const { notebookSeconds, ...ofCell } = wholeLimits(limits);
    this.#limits = ofCell;
    this.#notebookSeconds = this.#left = notebookSeconds;
    this.#removeFiles = removeFiles ? asBefore(folder) : undefined;
    this.#mark = mark;
    this.#onOutput = onOutput;
    this.#start();
  }

  #start(): SessionProcess {
    this.#starts++;
    const receive = (output: Output, ticket: number): void => {
      if (ticket !== this.#ticket || this.#cell === undefined) return;
      const fitting = this.#cut(output);
      if (fitting) this.#onOutput(fitting, this.#cell);
    };
    return (this.#process = new SessionProcess(this.#folder, receive, { isolated: true }));
  }

  /** Cuts an output to what may still be passed on. */
  #cut(output: Output): Output | undefined {
    if (output.type === "clear_output") return undefined; // output cannot be withdrawn
    if (output.type !== "stream") return this.#fits(output.data) ? output : leftOut(output.data);
    // Apart: a flood on one stream must not keep back what a test writes to the other, which costs its points.
    const room = mostText - this.#printed[output.name];
    this.#printed[output.name] += output.text.length;
    if (room <= 0) return undefined;
    if (output.text.length <= room) return output;
    return { ...output, text: `${output.text.slice(0, room)}\n… and more, which is left out\n` };
  }

  /**
   * Runs a cell. Never rejects: whatever goes wrong is the cell's result.
   *
   * @param locked the role of a cell that belongs to the assignment; {@link #mark} can set it, too
   */
  async execute(
    text: string,
    cell: Cell,
    count = this.#ran.length + 1,
    _seconds?: number,
    _stops?: number,
    is?: Locked,
  ): Promise<CellResult> {
    const { code, locked = is } = this.#unmarked(text);
    let session = this.#process?.isAlive ? this.#process : await this.#startAgain();
    if (this.#left <= 0) return this.#outOfTime();
    if (!session) {
      if (this.#isKilled) return failure("ProcessEnded", killedElsewhere);
      return failure(
        "ProcessEnded",
        `earlier cells ended the notebook's process ${mostStarts} times; nothing more of it runs`,
      );
    }
    this.#cell = cell;
    this.#printed = { stdout: 0, stderr: 0 };
    let ending = await this.#run(session, code, count, locked);
    if (isKilled(ending)) {
      this.#starts--; // not the notebook's fault, nor is the time that its cells take again
      this.#left = this.#notebookSeconds;
      const again = await this.#startAgain();
      if (again) {
        session = again;
        [this.#cell, this.#printed] = [cell, { stdout: 0, stderr: 0 }];
        ending = await this.#run(session, code, count, locked);
      }
    }
    // Later output is ignored: it could contradict the cell's error.
    this.#cell = undefined;
    if (session.isAlive && !isLate(ending)) this.#ran.push({ code, count, locked });
    if (isLate(ending) && this.#left <= 0) return this.#outOfTime();
    const result = isKilled(ending) ? failure("ProcessEnded", killedElsewhere) : asResult(asThrown(ending));
    for (const what of session.refused) {
      this.#onOutput({ type: "stream", name: "stdout", text: `Refused: ${what}.\n` }, cell);
    }
    // A test without its number of points would give all of them.
    const isNumber =
      locked === "test" && result.status === "ok" && result.result && sizeOf(result.result.data) < 100;
    if (isNumber || result.status === "error" || !result.result || this.#fits(result.result.data))
      return result;
    this.#onOutput(leftOut(result.result.data), cell);
    return { status: "ok" };
  }

  #outOfTime(): CellResult {
    return failure(
      "TimeoutError",
      `the notebook took longer than ${this.#notebookSeconds} s; nothing more of it runs`,
    );
  }

  /** Whether a display is passed on: nobody can read pages of a hundred megabytes. */
  #fits(data: MimeBundle): boolean {
    const size = Math.max(leastShown, sizeOf(data));
    if (this.#shown + size > mostShown) return false;
    this.#shown += size;
    return true;
  }

  /** The code of a cell, and the role given by its first line. */
  #unmarked(text: string): { code: string; locked?: Locked } {
    const end = text.indexOf("\n");
    const line = text.slice(0, end);
    if (this.#mark === undefined || end < 0 || !line.startsWith(`//${this.#mark} `)) return { code: text };
    return { code: text.slice(end + 1), locked: line.endsWith("data") ? "data" : "test" };
  }

  async #run(session: SessionProcess, code: string, count: number, locked?: Locked): Promise<Ending> {
    const began = performance.now();
    const seconds = Math.min(this.#limits.seconds, this.#left);
    const limits = { ...this.#limits, seconds };
    const ending = await session.execute(code, ++this.#ticket, limits, count, locked);
    this.#left -= session.spent ?? Math.min(seconds, (performance.now() - began) / 1000);
    return ending;
  }

  /** Starts a new process and reruns the earlier cells, except the one that ended the process. */
  async #startAgain(): Promise<SessionProcess | undefined> {
    if (this.#starts >= mostStarts) return undefined;
    const session = this.#start();
    this.#cell = undefined;
    for (const { code, count, locked } of this.#ran) {
      if (this.#left <= 0) break;
      if (isKilled(await this.#run(session, code, count, locked))) this.#isKilled = true;
    }
    return session.isAlive ? session : this.#startAgain();
  }

  /** Ends the running cell. */
  interrupt(): void {
    acknowledgeStop();
    if (this.#process?.isAlive) this.#process.interrupt();
  }

  /** Ends the process. */
  close(): void {
    this.#process?.kill();
    if (!this.#removeFiles) return;
    nativeWait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); // for pending writes
    this.#removeFiles();
  }

  /** Output is streamed. */
  flush(): void {}

  /** There is no input. */
  complete(_code: string, position: number): Completions {
    return { start: position, end: position, entries: [] };
  }

  inspect(): undefined {}

  isComplete(): Completeness {
    return { status: "complete" };
  }
}

/** The names of errors that no cell throws: a cell that uses one would pretend that its process was ended, even from outside. */
const notThrown = ["ProcessEnded", "MemoryLimitError"];

/** The ending of a cell, whose own errors cannot be taken for ours. */
const asThrown = (ending: Ending): Ending =>
  ending.status === "error" && notThrown.includes(ending.ename) ? { ...ending, ename: "Error" } : ending;

const sizeOf = (data: MimeBundle): number =>
  Object.values(data).reduce(
    (sum: number, part) => sum + (typeof part === "string" ? part.length : JSON.stringify(part).length),
    0,
  );

const leftOut = (data: MimeBundle): Output => ({
  type: "stream",
  name: "stdout",
  text: `… an output of ${sizeOf(data)} characters, which is left out: a notebook displays at most ${mostShown}\n`,
});

const isLate = (ending: Ending): boolean =>
  ending.status === "timeout" || (ending.status === "error" && ending.isLate === true);

/**
 * Whether the process was killed from outside, by the operating system short of memory or by an administrator: the cell
 * runs once more. A cell that ends the process itself, even by a signal, gets no second try: it would be another guess.
 */
const isKilled = (ending: Ending): boolean =>
  ending.status === "ended" && !ending.isOwn && /^by SIG(KILL|TERM|HUP)$/.test(ending.how);
