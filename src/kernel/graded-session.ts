/**
 * A session for notebooks that others wrote and that get points: its cells run in a confined process beside this
 * one, with limits on time and memory, and a cell that ends its process costs that cell and not those after it.
 */
import type { Completions } from "../session/completion.js";
import type { Completeness } from "../session/is-complete.js";
import type { CellResult, CellRunner, Output } from "../session/session.js";
import { hearStop } from "../session/stop.js";
import { asResult, type Limits, SessionProcess } from "./session-process.js";

/** Limits that leave room for training a small network. */
export const gradedLimits = { seconds: 60, megabytes: 2000 };

/** As many characters of what a cell prints are passed on. */
const mostText = 1e6;

/** How often a notebook may end its process before the rest of it is given up. */
const mostStarts = 4;

export class GradedSession<Cell> implements CellRunner<Cell> {
  readonly #folder: string;
  readonly #limits: Limits;
  readonly #onOutput: (output: Output, cell: Cell) => void;
  #process: SessionProcess | undefined;
  #starts = 0;
  #cell: Cell | undefined;
  /** How much it has printed. */
  #printed = 0;
  /** Which request to the process is that of {@link #cell}. */
  #ticket = 0;
  /** What has run, and would have to run again in a new process. */
  readonly #ran: { code: string; count: number }[] = [];

  constructor({
    folder = process.cwd(),
    limits = gradedLimits,
    onOutput,
  }: {
    folder?: string;
    limits?: Limits;
    onOutput: (output: Output, cell: Cell) => void;
  }) {
    this.#folder = folder;
    this.#limits = limits;
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

  /** What of an output still fits into what is passed on of a cell. */
  #cut(output: Output): Output | undefined {
    if (output.type !== "stream") return output;
    const room = mostText - this.#printed;
    this.#printed += output.text.length;
    if (room <= 0) return undefined;
    if (output.text.length <= room) return output;
    return { ...output, text: `${output.text.slice(0, room)}\n… and more, which is left out\n` };
  }

  /** Runs a cell. Never rejects: whatever goes wrong is the cell's result. */
  async execute(code: string, cell: Cell, count = this.#ran.length + 1): Promise<CellResult> {
    const session = this.#process?.isAlive ? this.#process : await this.#startAgain();
    if (!session) {
      const message = `earlier cells ended the notebook's process ${mostStarts} times; nothing more of it runs`;
      return {
        status: "error",
        ename: "ProcessEnded",
        evalue: message,
        traceback: [`ProcessEnded: ${message}`],
      };
    }
    this.#cell = cell;
    this.#printed = 0;
    const ending = await session.execute(code, ++this.#ticket, this.#limits, count);
    if (session.isAlive && ending.status !== "timeout") this.#ran.push({ code, count });
    return asResult(ending);
  }

  /** A new process that has come as far as the one before it, without the cell that ended that. */
  async #startAgain(): Promise<SessionProcess | undefined> {
    if (this.#starts >= mostStarts) return undefined;
    const session = this.#start();
    this.#cell = undefined;
    for (const { code, count } of this.#ran) await session.execute(code, ++this.#ticket, this.#limits, count);
    return session.isAlive ? session : this.#startAgain();
  }

  /** Ends the running cell. */
  interrupt(): void {
    hearStop();
    if (this.#process?.isAlive) this.#process.interrupt();
  }

  /** Ends the process. */
  close(): void {
    this.#process?.kill();
  }

  /** Output is passed on as it comes. */
  flush(): void {}

  /** Nobody types here. */
  complete(_code: string, position: number): Completions {
    return { start: position, end: position, entries: [] };
  }

  inspect(): undefined {}

  isComplete(): Completeness {
    return { status: "complete" };
  }
}
