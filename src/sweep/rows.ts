/**
 * A small table of results that is also data.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { printing } from "../display/host.js";
import { table } from "../display/table.js";

/** Rows of named values. Shows itself as a table. */
export class Rows implements Displayable {
  /** The values of each row by name. */
  readonly rows: readonly Readonly<Record<string, number | string | boolean>>[];
  /** The line above the table. */
  readonly caption: string;

  constructor(rows: Rows["rows"], caption: string) {
    [this.rows, this.caption] = [rows, caption];
  }

  toString(): string {
    return inspect(this.#table());
  }

  #table(): Displayable {
    // What is not known, such as the deviation of one value, is an empty cell.
    const shown = this.rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, one]) => !Number.isNaN(one))),
    );
    const columns = [...new Set(this.rows.flatMap((row) => Object.keys(row)))];
    return table(shown, { caption: this.caption, columns });
  }

  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  async [displaySymbol](): Promise<MimeBundle> {
    return this.#table()[displaySymbol]();
  }
}
