/**
 * What a cell prints. While a session lives, standard output and standard error of the process are its cells':
 * each piece is attributed to the cell that started the work, also after that cell has ended.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Console } from "node:console";
import { StringDecoder } from "node:string_decoder";

type StreamName = "stdout" | "stderr";

/** Sent when it holds this many characters … */
const chunk = 64 * 1024;
/** … or is this old, in milliseconds. */
const age = 10;
/**
 * The first pieces in any such time are sent at once: a loop lets no timer fire, so what it printed before it fell
 * silent would be seen only when it ends. Only a loop that prints more than this has its last pieces held back.
 */
const atOnce = 16;

/** Collects what cells print into few messages, in order. */
export class CellStreams<Cell> {
  readonly #cells = new AsyncLocalStorage<Cell>();
  readonly #send: (name: StreamName, text: string, cell: Cell) => void;
  #last: Cell | undefined;
  #pending: { name: StreamName; cell: Cell; parts: string[]; size: number; since: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The pieces printed since `since`, for {@link atOnce}. */
  #recent = { since: 0, count: 0 };
  readonly #restore: (() => void)[] = [];

  constructor(send: (name: StreamName, text: string, cell: Cell) => void) {
    this.#send = send;
  }

  /** Takes over `process.stdout`, `process.stderr` and `console`; {@link release} gives them back. */
  capture(): void {
    for (const name of ["stdout", "stderr"] as const) {
      const stream = process[name];
      const write = stream.write;
      const decoder = new StringDecoder("utf8"); // a character may be split over two chunks
      stream.write = ((data: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
        const callback = typeof encoding === "function" ? encoding : done;
        const text = typeof data === "string" ? data : decoder.write(Buffer.from(data));
        if (!this.#write(name, text)) return write.call(stream, data as string);
        if (typeof callback === "function") queueMicrotask(callback as () => void);
        return true;
      }) as typeof stream.write;
      this.#restore.push(() => {
        stream.write = write;
      });
    }
    // Never coloured, though the process may have a terminal: a notebook must not differ by where it was run. The
    // stream is looked up at each call, so that a cell may replace process.stdout.write as in any program.
    const before = globalThis.console;
    const stream = (name: StreamName) =>
      ({ write: (text: string) => process[name].write(text) }) as NodeJS.WritableStream;
    const [stdout, stderr] = [stream("stdout"), stream("stderr")];
    globalThis.console = new Console({ stdout, stderr, ignoreErrors: false, colorMode: false });
    this.#restore.push(() => {
      globalThis.console = before;
    });
  }

  release(): void {
    this.flush();
    for (const restore of this.#restore.splice(0)) restore();
  }

  /** Runs `work` as (part of) the cell. */
  run<T>(cell: Cell, work: () => T): T {
    this.#last = cell;
    return this.#cells.run(cell, work);
  }

  /** The cell that the running code belongs to; where that is lost, the one started last. */
  current(): Cell | undefined {
    return this.#cells.getStore() ?? this.#last;
  }

  /** Sends what is held back. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) this.#send(pending.name, pending.parts.join(""), pending.cell);
  }

  #write(name: StreamName, text: string): boolean {
    const cell = this.current();
    if (cell === undefined) return false; // before the first cell: the process's own output
    if (text === "") return true;
    if (this.#pending && (this.#pending.name !== name || this.#pending.cell !== cell)) this.flush();
    this.#pending ??= { name, cell, parts: [], size: 0, since: performance.now() };
    const pending = this.#pending;
    pending.parts.push(text);
    pending.size += text.length;
    // The age is looked at here as well as by the timer: a synchronous loop lets no timer fire.
    const now = performance.now();
    if (now - this.#recent.since >= age) this.#recent = { since: now, count: 0 };
    const isPrompt = ++this.#recent.count <= atOnce;
    if (isPrompt || pending.size >= chunk || now - pending.since >= age) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), age);
    return true;
  }
}
