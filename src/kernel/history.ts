/**
 * The history of executed cells, in this session and earlier ones, for consoles that step or search through it.
 */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "../platform/make-folder.js";
import { userDataFolder } from "./jupyter-folders.js";

/** One line of `history_reply`: session, number in the session, code. */
export type HistoryEntry = [session: number, line: number, code: string];

/** A file that has grown beyond this many characters is cut to half of it; the older half is dropped. */
const mostKept = 2_000_000;

/**
 * Where the cells of all sessions are kept, in Jupyter's data folder; NABLAB_HISTORY names another file, or is `off`.
 */
export function historyFile(): string | undefined {
  const { NABLAB_HISTORY } = process.env;
  if (NABLAB_HISTORY === "off") return undefined;
  return NABLAB_HISTORY ?? path.join(userDataFolder(), "nablab", "history.jsonl");
}

/** Executed cells in order; with a file, they are stored there, one line of JSON each. */
export class History {
  readonly #file: string | undefined;
  readonly #cells: HistoryEntry[] = [];
  // Sessions are numbered by their start time: a later session has a larger number, in any kernel.
  readonly #session = Math.floor(Date.now() / 1000);
  #earlier: HistoryEntry[] | undefined;

  constructor(file?: string) {
    this.#file = file;
  }

  add(line: number, code: string): void {
    const entry: HistoryEntry = [this.#session, line, code];
    this.#cells.push(entry);
    if (!this.#file) return;
    try {
      if (this.#cells.length === 1) makeFolder(path.dirname(this.#file));
      // One write per line, so that the lines of several kernels never interleave.
      appendFileSync(this.#file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    } catch {
      // Without write permission there is no history, but the cell runs.
    }
  }

  /** The `history` of a reply to a request with this content: its tail, a range, or the matches of a pattern. */
  reply(request: Record<string, unknown>): (HistoryEntry | [number, number, [string, null]])[] {
    const found = this.#find(request);
    return request.output === true
      ? found.map(([session, line, code]) => [session, line, [code, null]])
      : found;
  }

  #find({ hist_access_type, n, ...request }: Record<string, unknown>): HistoryEntry[] {
    const count = typeof n === "number" ? n : Number.POSITIVE_INFINITY;
    const last = (entries: HistoryEntry[]): HistoryEntry[] =>
      entries.slice(Math.max(0, entries.length - count));
    switch (hist_access_type) {
      case "range": {
        const { session, start, stop } = request;
        const from = typeof start === "number" ? start : 0;
        const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
        return this.#ofSession(Number(session ?? 0)).filter(([, line]) => line >= from && line < to);
      }
      case "search": {
        const { pattern, unique } = request;
        const matches = glob(typeof pattern === "string" ? pattern : "*");
        const entries = this.#all().filter(([, , code]) => matches.test(code));
        if (unique !== true) return last(entries);
        const lastAt = new Map(entries.map(([, , code], i) => [code, i]));
        // Of equal cells the last, in its place.
        return last(entries.filter(([, , code], i) => lastAt.get(code) === i));
      }
      default:
        return last(this.#all());
    }
  }

  /** The cells of a session: by its number, or counted back from this one, which is 0. */
  #ofSession(session: number): HistoryEntry[] {
    if (session === 0 || session === this.#session) return this.#cells;
    const numbers = [...new Set(this.#before().map(([number]) => number))];
    const number = session < 0 ? numbers.at(session) : session;
    return this.#before().filter((entry) => entry[0] === number);
  }

  #all(): HistoryEntry[] {
    return [...this.#before(), ...this.#cells];
  }

  /** The cells of earlier sessions, read on first use. */
  #before(): HistoryEntry[] {
    this.#earlier ??= this.#file
      ? readEntries(this.#file).filter(([session]) => session < this.#session)
      : [];
    return this.#earlier;
  }
}

/** Reads a history file; skips unreadable lines, and truncates a file that is too long. */
function readEntries(file: string): HistoryEntry[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return []; // none yet
  }
  if (text.length > mostKept) {
    text = text.slice(text.indexOf("\n", text.length - mostKept / 2) + 1);
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, file);
  }
  return text.split("\n").flatMap((line) => {
    try {
      const entry = JSON.parse(line) as HistoryEntry;
      return Number.isInteger(entry[0]) && typeof entry[2] === "string" ? [entry] : [];
    } catch {
      return [];
    }
  });
}

/** A pattern with `*` and `?`, as consoles send it. */
function glob(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${escaped}$`);
}
