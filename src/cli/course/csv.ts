/**
 * Tables as spreadsheets and learning platforms write and read them.
 */
import { type CsvError, parse } from "csv-parse/sync";
import { InputError } from "../input-error.js";
import { decoded } from "./read-submission.js";

/** What begins a formula, in Excel and in LibreOffice. */
const formula = /^[=+\-@\t\r]/;

/**
 * The text of a table: with a byte order mark, by which Excel knows that it is UTF-8, and with an apostrophe before
 * text that a spreadsheet would compute.
 */
export function csvText(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const lines = rows.map((row) => row.map((value) => field(value)).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

function field(value: string | number | null | undefined): string {
  if (typeof value === "number") return String(value);
  const text = value ?? "";
  const safe = formula.test(text) && !isNumber(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const isNumber = (text: string): boolean => /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text);

/** Undoes what {@link csvText} does to a formula. */
const withoutApostrophe = (text: string): string =>
  text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;

/**
 * The rows of a table: separated by commas, semicolons or tabs, in any encoding that a spreadsheet writes.
 *
 * @throws InputError when it is no table
 */
export function readCsvRows(bytes: Uint8Array, file: string): string[][] {
  const text = decoded(bytes).replace(/^\uFEFF/, "");
  const [first = ""] = text.split(/[\r\n]/, 1);
  const count = (separator: string): number => first.split(separator).length;
  const [delimiter] = [",", ";", "\t"].toSorted((a, b) => count(b) - count(a));
  try {
    const rows = parse(text, {
      delimiter: delimiter!,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as string[][];
    return rows.map((row) => row.map(withoutApostrophe));
  } catch (error) {
    throw new InputError(`${file}: not a table of comma-separated values (${(error as CsvError).message})`);
  }
}
