/**
 * The progress of a run on standard error: one updated line in a terminal, one line per cell in a log.
 */
import { stripVTControlCharacters } from "node:util";

const { stderr } = process;
const width = 100;

/** Reports on one notebook. */
export class Progress {
  readonly #name: string;
  readonly #cells: number;
  readonly #start = performance.now();
  #cellStart = 0;
  #cell = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, cells: number) {
    this.#name = name;
    this.#cells = cells;
  }

  /** The `cell`-th cell (from 1) starts. */
  start(cell: number): void {
    this.#cell = cell;
    this.#cellStart = performance.now();
    clearInterval(this.#timer);
    if (!stderr.isTTY) return;
    const show = () => stderr.write(`\r\x1b[K${this.#line().slice(0, (stderr.columns ?? width) - 1)}`);
    show();
    this.#timer = setInterval(show, 1000).unref();
  }

  /** The cell has ended. */
  end(): void {
    clearInterval(this.#timer);
    if (!stderr.isTTY) stderr.write(`${this.#line()}\n`);
  }

  /** The notebook has ended. */
  close(verdict: string): void {
    clearInterval(this.#timer);
    if (stderr.isTTY) stderr.write("\r\x1b[K");
    say(`${this.#name}: ${verdict} (${seconds(this.#start)})`);
  }

  #line(): string {
    return `${this.#name}: cell ${this.#cell} of ${this.#cells} (${seconds(this.#cellStart)})`;
  }
}

/** Prints a line on standard error, with colours only in a terminal. */
export function say(text: string): void {
  const coloured = stderr.isTTY && !process.env.NO_COLOR;
  stderr.write(`${coloured ? text : stripVTControlCharacters(text)}\n`);
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
