/**
 * CSV tables, as spreadsheets and learning platforms write and read them.
 */
import { type CsvError, parse } from "csv-parse/sync";
import { InputError } from "../input-error.js";
import { decoded } from "./read-submission.js";

/** Where Excel and LibreOffice begin a formula: also after what they take for the end of a cell, by the language of the system. */
const formulas = /(?<=^|[;\t\r\n])(?=[=+\-@\t\r])/g;

/**
 * The text of a table, with a byte order mark, by which Excel recognises UTF-8, and with an apostrophe before text that a
 * spreadsheet would evaluate.
 */
export function csvText(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const lines = rows.map((row) => row.map((value) => field(value)).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

function field(value: string | number | null | undefined): string {
  if (typeof value === "number") return String(value);
  const text = value ?? "";
  const safe = isNumber(text) ? text : text.replace(formulas, "'");
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const isNumber = (text: string): boolean => /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text);

/** Undoes the escaping of formulas by {@link csvText}. */
export const withoutApostrophe = (text: string): string =>
  text.replace(/(?<=^|[;\t\r\n])'(?=[=+\-@\t\r])/g, "");

/** A table and its format. */
export interface Table {
  rows: string[][];
  delimiter: string;
  /** Whether it begins with a byte order mark. */
  mark: boolean;
}

/**
 * The rows of a table, separated by commas, semicolons or tabs, in any encoding that spreadsheets write.
 *
 * @throws InputError if it is not a table
 */
export function readTable(bytes: Uint8Array, file: string): Table {
  const text = decoded(bytes);
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb;
  const [first = ""] = text.split(/[\r\n]/, 1);
  const count = (separator: string): number => first.split(separator).length;
  const delimiter = [",", ";", "\t"].reduce((a, b) => (count(b) > count(a) ? b : a));
  try {
    const options = { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true };
    const rows = parse(text, options) as string[][];
    return { rows, delimiter, mark };
  } catch (error) {
    throw new InputError(`${file}: not a table of comma-separated values (${(error as CsvError).message})`);
  }
}

/** Formats a changed table of a platform in the platform's own format, since it compares the file on upload. */
export function tableText({ rows, delimiter, mark }: Table): string {
  const quoted = new RegExp(`[${delimiter}"\r\n]|^\\s|\\s$`);
  const cell = (text: string): string => (quoted.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `${mark ? "\uFEFF" : ""}${rows.map((row) => row.map(cell).join(delimiter)).join("\r\n")}\r\n`;
}
