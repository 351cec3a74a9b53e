/**
 * The cells that were run, for consoles that step or search through them.
 */

/** One line of `history_reply`: session, number in the session, code. */
export type HistoryEntry = [session: number, line: number, code: string];

// Sessions before this one are not kept, so this one is always the first.
const thisSession = 1;

export class History {
  readonly #cells: HistoryEntry[] = [];

  add(line: number, code: string): void {
    this.#cells.push([thisSession, line, code]);
  }

  /** The `history` of a reply to a request with this content: its tail, a range, or what matches a pattern. */
  reply(request: Record<string, unknown>): (HistoryEntry | [number, number, [string, null]])[] {
    const found = this.#find(request);
    return request.output === true
      ? found.map(([session, line, code]) => [session, line, [code, null]])
      : found;
  }

  #find({ hist_access_type, n, start, stop, pattern, unique }: Record<string, unknown>): HistoryEntry[] {
    const count = typeof n === "number" ? n : Number.POSITIVE_INFINITY;
    const last = (entries: HistoryEntry[]): HistoryEntry[] =>
      entries.slice(Math.max(0, entries.length - count));
    switch (hist_access_type) {
      case "range": {
        const from = typeof start === "number" ? start : 0;
        const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
        return this.#cells.filter(([, line]) => line >= from && line < to);
      }
      case "search": {
        const matches = glob(typeof pattern === "string" ? pattern : "*");
        const entries = this.#cells.filter(([, , code]) => matches.test(code));
        if (unique !== true) return last(entries);
        return last([...new Map(entries.map((entry) => [entry[2], entry])).values()]);
      }
      default:
        return last(this.#cells);
    }
  }
}

/** A pattern with `*` and `?`, as consoles send it. */
function glob(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${escaped}$`);
}
