/**
 * Tables of numbers as text: CSV, as spreadsheets and Python write it. The syntax (quotes, line ends, lines within
 * quotes) is left to `csv-parse`.
 */

import { type CsvError, parse } from "csv-parse/browser/esm/sync";
import { inspect } from "#platform";
import { type Dataset, dataset } from "./dataset.js";
import { readDataFile } from "./read-file.js";

/** Which columns mean what. */
export interface CsvOptions {
  /**
   * The column of the labels or targets, by name or number (from 0); several make several targets. By default the last.
   */
  target?: string | number | readonly (string | number)[];
  /** The columns of the samples; by default all others. */
  columns?: readonly (string | number)[];
  /** Whether the targets are labels: words or whole numbers that name classes. By default where they are words. */
  labels?: boolean;
  /** Whether the first line names the columns; by default where it holds anything that is no number. */
  header?: boolean;
  /** What separates the columns; `","`. */
  delimiter?: string;
  /** What the dataset is called; the file's name. */
  name?: string;
}

/** A dataset from a CSV file, and what its columns and classes are called. */
export interface CsvDataset {
  /** The samples. */
  data: Dataset;
  /** The names of the columns of a sample. */
  columns: string[];
  /** The names of the classes, in the order of their labels; empty for targets. */
  classes: string[];
}

/**
 * Reads the text of a CSV file as a dataset.
 *
 * @param text the whole file
 * @param options `target`, `columns`, `labels`, `header`, `delimiter`, `name`
 * @throws RangeError that names line and column of what is no number, or a line that has another number of columns
 * @example
 * const { data, classes } = readCsv("x,y,kind\n1,2,cat\n3,4,dog\n5,6,cat\n");
 * data.counts() // → [ 2, 1 ]
 * classes // → [ 'cat', 'dog' ]
 */
export function readCsv(text: string, options: CsvOptions = {}): CsvDataset {
  const { name = "csv", delimiter = "," } = options;
  const fail = (message: string) => new RangeError(`readCsv: ${name}: ${message}`);
  let records: { record: string[]; info: { lines: number } }[];
  try {
    // Typed as plain records: with `info` each comes with the line it ends in.
    records = parse(text, { bom: true, delimiter, info: true, skip_empty_lines: true, trim: true }) as never;
  } catch (error) {
    throw fail((error as CsvError).message.replace(/\.$/, ""));
  }
  const first = records[0]?.record ?? [];
  const hasHeader = options.header ?? first.some((cell) => !isNumber(cell));
  // A single line of words cannot say whether it is a header: then there is nothing below it anyway.
  const header = hasHeader ? first : first.map((_, i) => String(i));
  const rows = hasHeader ? records.slice(1) : records;
  if (rows.length === 0)
    throw fail(hasHeader ? "there is a line of names but none of numbers" : "there is nothing in it");

  const place = (column: string | number): number => {
    const at = typeof column === "number" ? column : header.indexOf(column);
    if (Number.isInteger(at) && at >= 0 && at < header.length) return at;
    throw fail(`there is no column ${inspect(column)}; there are ${header.join(", ")}`);
  };
  const targets = [options.target ?? header.length - 1].flat().map((one) => place(one as string | number));
  const inputs = (options.columns ?? header.map((_, i) => i).filter((i) => !targets.includes(i))).map(place);
  if (inputs.length === 0) {
    const other = [";", "\t"].find((one) => one !== delimiter && first.join().includes(one));
    const hint = other ? `; did you mean the option delimiter: ${inspect(other)}?` : "";
    throw fail(`there is no column left for the samples beside the targets${hint}`);
  }
  const number = ({ record, info }: (typeof rows)[number], column: number): number => {
    const cell = record[column]!;
    if (isNumber(cell)) return Number(cell);
    throw fail(
      `line ${info.lines}, column ${header[column]}: expected a number, got ${inspect(cell)}; leave the column out with columns, or mend the line`,
    );
  };

  const x = Float64Array.from(rows.flatMap((row) => inputs.map((column) => number(row, column))));
  const parts = { name, x, sampleShape: [inputs.length] };
  const columns = inputs.map((column) => header[column]!);
  const answers = rows.map(({ record }) => record[targets[0]!]!);
  const isLabels = options.labels ?? (targets.length === 1 && !answers.every(isNumber));
  if (!isLabels) {
    const y = rows.map((row) => targets.map((column) => number(row, column)));
    return { data: dataset({ ...parts, y, kind: "targets" }), columns, classes: [] };
  }
  const classes = [...new Set(answers)].sort((a, b) =>
    isNumber(a) && isNumber(b) ? Number(a) - Number(b) : a < b ? -1 : 1,
  );
  if (classes.length > 256) {
    throw fail(
      `the column ${header[targets[0]!]} has ${classes.length} different values, which are too many for labels (256)`,
    );
  }
  const y = Uint8Array.from(answers, (answer) => classes.indexOf(answer));
  return { data: dataset({ ...parts, y, classes: classes.length }), columns, classes };
}

/**
 * Loads a CSV file as a dataset, also one that is packed by gzip.
 *
 * @param file a path, such as `iris.csv`
 * @param options as of `readCsv`
 * @throws Error when the file is missing or damaged, RangeError as `readCsv`
 * @example
 * await loadCsv("missing.csv").catch((error) => error.message) // → 'loadCsv: there is no such file…'
 */
export async function loadCsv(file: string, options: CsvOptions = {}): Promise<CsvDataset> {
  const bytes = await readDataFile("loadCsv", file);
  return readCsv(new TextDecoder().decode(bytes), { name: file.split(/[\\/]/).at(-1)!, ...options });
}

const isNumber = (cell: string): boolean => cell !== "" && Number.isFinite(Number(cell));
