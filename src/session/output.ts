/**
 * The printed output of cells. During a session, all output is attributed to the cell that started the work, even after that
 * cell has ended.
 */
import type { Timer } from "#platform";
import { clearTimeout, now, setTimeout } from "./clock.js";
import type { CellContext, SessionHost, StreamName } from "./host.js";

/** Output is sent when it holds this many characters, */
const chunk = 64 * 1024;
/** or is this old, in milliseconds: for each message JupyterLab renders a cell's whole output again. */
const age = 100;
/**
 * The first pieces after a pause are sent at once: no timer fires during a loop, so its last output would appear only when
 * it ends. Only a loop that prints more than this in each such interval has its last pieces held back.
 */
const atOnce = 16;

/** Collects what cells print into few messages, in order. */
export class CellStreams<Cell> {
  readonly #host: SessionHost;
  readonly #cells: CellContext<Cell>;
  readonly #send: (name: StreamName, text: string, cell: Cell) => void;
  #last: Cell | undefined;
  #pending: { name: StreamName; cell: Cell; text: string; since: number } | undefined;
  #timer: Timer | undefined;
  /** The pieces printed since `since`, and how many of them are sent at once. */
  #recent = { since: 0, count: 0, atOnce };
  #restore: () => void = () => {};

  constructor(host: SessionHost, send: (name: StreamName, text: string, cell: Cell) => void) {
    this.#host = host;
    this.#cells = host.context();
    this.#send = send;
  }

  /** Captures printed output until {@link release}. */
  capture(): void {
    this.#restore = this.#host.capture((name, text) => this.#write(name, text));
  }

  release(): void {
    this.flush();
    this.#restore();
    this.#restore = () => {};
  }

  /** Runs `work` as (part of) the cell. */
  run<T>(cell: Cell, work: () => T): T {
    this.#last = cell;
    return this.#cells.run(cell, work);
  }

  /** The cell that the running code belongs to; if unknown, the one started last. */
  current(): Cell | undefined {
    return this.#cells.current() ?? this.#last;
  }

  /** Sends the pending output. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) this.#send(pending.name, pending.text, pending.cell);
  }

  #write(name: StreamName, text: string): boolean {
    const cell = this.current();
    if (cell === undefined) return false; // before the first cell: the host's own output
    if (text === "") return true;
    if (this.#pending && (this.#pending.name !== name || this.#pending.cell !== cell)) this.flush();
    this.#pending ??= { name, cell, text: "", since: now() };
    const pending = this.#pending;
    pending.text += text;
    // The age is checked here as well as by the timer: no timer fires during a synchronous loop.
    const time = now();
    const { since, count } = this.#recent;
    if (time - since >= age) {
      const goesOn = count > atOnce && time - since < 2 * age;
      this.#recent = { since: time, count: 0, atOnce: goesOn ? 0 : atOnce };
    }
    const isPrompt = ++this.#recent.count <= this.#recent.atOnce;
    if (isPrompt || pending.text.length >= chunk || time - pending.since >= age) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), age);
    return true;
  }
}
