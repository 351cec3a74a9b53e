/**
 * A small table of results whose rows are also data.
 */
import type { Displayable } from "../display/bundle.js";
import { table } from "../display/table.js";
import { AsTable } from "./as-table.js";

/** Rows of named values. Shows itself as a table. */
export class Rows extends AsTable {
  /** The values of each row by name. */
  readonly rows: readonly Readonly<Record<string, number | string | boolean>>[];
  /** The line above the table. */
  readonly caption: string;

  constructor(rows: Rows["rows"], caption: string) {
    super();
    [this.rows, this.caption] = [rows, caption];
  }

  protected override table(): Displayable {
    // Undefined statistics, such as the standard deviation of one value, are empty cells.
    const shown = this.rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, one]) => !Number.isNaN(one))),
    );
    const columns = [...new Set(this.rows.flatMap((row) => Object.keys(row)))];
    return table(shown, { caption: this.caption, columns });
  }
}
