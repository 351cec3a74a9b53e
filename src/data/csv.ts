/**
 * Tables of numbers as text: CSV, as spreadsheets and Python write it. Rows stream from `csv-scanner.ts` into typed arrays,
 * so that a file takes little more memory than its numbers.
 */
import { inspect } from "#platform";
import { host } from "../display/host.js";
import { optionsOf } from "../options/options-of.js";
import type { CsvDataset, CsvOptions } from "./csv-options.js";
import { CsvTable, TrailingColumn } from "./csv-table.js";
import { openDataFile } from "./read-file.js";
import { ReadingProgress } from "./reading-progress.js";
import { Utf8Stream } from "./utf8-stream.js";

export type { CsvDataset, CsvOptions };

/** The options of files. */
export interface CsvFileOptions extends CsvOptions {
  /** The encoding of the file, such as `"windows-1252"`; UTF-8, or UTF-16 if the file indicates it. */
  encoding?: string;
  /** Called after each part of the file with the bytes read so far and, if known, the size of the file. */
  onProgress?: (bytes: number, size: number | undefined) => void;
  /** Stops the reading; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

const csvNames = [
  "target",
  "columns",
  "labels",
  "header",
  "delimiter",
  "decimal",
  "comment",
  "missing",
  "missingValues",
  "name",
] as const;

/**
 * Reads the text of a CSV file as a dataset.
 *
 * A trailing comma on each line is not a column. Targets are labels if the options say so or all are words, numbers if all
 * are numbers; missing values are neither.
 *
 * @param text the whole file
 * @param options `target`, `columns`, `labels`, `header`, `delimiter`, `decimal`, `comment`, `missing`, `missingValues`, `name`
 * @throws RangeError that names line and column of what is missing, no number, or no label among labels, or a line that has
 *   another number of columns
 * @example
 * const { data, classes } = readCsv("x,y,kind\n1,2,cat\n3,4,dog\n5,6,cat\n", { header: true });
 * data.counts() // → [ 2, 1 ]
 * classes // → [ 'cat', 'dog' ]
 */
export function readCsv(text: string, options: CsvOptions = {}): CsvDataset {
  optionsOf("readCsv", options, csvNames);
  if (typeof text !== "string") {
    throw new TypeError(
      `readCsv: expected the text of a CSV file; for a file use await loadCsv(path), for bytes new TextDecoder().decode(bytes), got ${inspect(text, { depth: 0 })}`,
    );
  }
  if (/^\S+\.[ct]sv(\.gz)?$/i.test(text)) {
    throw new TypeError(
      `readCsv: expected the text of a CSV file, not its path; use await loadCsv(path), got ${inspect(text)}`,
    );
  }
  const read = (trailing: boolean): CsvDataset => {
    const table = new CsvTable("readCsv", options, trailing);
    const encoder = new TextEncoder();
    let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    while (text.length - at > pieceLength) {
      let end = at + pieceLength;
      // Not between the halves of a character.
      if ((text.charCodeAt(end) & 0xfc00) === 0xdc00) end++;
      table.push(encoder.encode(text.slice(at, end)));
      at = end;
    }
    table.push(encoder.encode(text.slice(at)), true);
    return table.finish();
  };
  try {
    return read(true);
  } catch (error) {
    if (error instanceof TrailingColumn) return read(false);
    throw error;
  }
}

/** How much of a text is encoded at a time. */
const pieceLength = 2 ** 18;

/**
 * Loads a CSV file of any size as a dataset, also one compressed by gzip: it streams, can be interrupted by the notebook's
 * stop button, and shows progress beyond 20 MB.
 *
 * @param file a path, such as `iris.csv`
 * @param options as of `readCsv`, and `encoding`, `onProgress(bytes, size)`, `signal`
 * @throws Error if the file is missing or damaged, RangeError as `readCsv`
 * @example
 * await loadCsv("missing.csv").catch((error) => error.message) // → 'loadCsv: there is no such file…'
 */
export async function loadCsv(file: string, options: CsvFileOptions = {}): Promise<CsvDataset> {
  optionsOf("loadCsv", options, ["encoding", "onProgress", "signal", ...csvNames]);
  if (typeof file !== "string") {
    throw new TypeError(
      `loadCsv: expected a path such as "iris.csv"; of a text take readCsv(text), got ${inspect(file, { depth: 0 })}`,
    );
  }
  const name = file.split(/[\\/]/).at(-1)!;
  const stops = [host().interruptSignal(), ...(options.signal ? [options.signal] : [])];
  const read = async (trailing: boolean): Promise<CsvDataset> => {
    const table = new CsvTable("loadCsv", { name, ...options }, trailing);
    const source = await openDataFile("loadCsv", file);
    const progress = new ReadingProgress(name, source.size);
    const utf8 = new Utf8Stream(`loadCsv: ${name}`, options.encoding);
    for await (const chunk of source.chunks) {
      for (const signal of stops) signal.throwIfAborted();
      table.push(utf8.convert(chunk));
      options.onProgress?.(source.read, source.size);
      progress.show(source.read);
    }
    table.push(utf8.end(), true);
    progress.end();
    return table.finish();
  };
  try {
    return await read(true);
  } catch (error) {
    if (error instanceof TrailingColumn) return read(false);
    throw error;
  }
}
