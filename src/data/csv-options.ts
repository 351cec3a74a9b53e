/**
 * The options and results of the CSV readers.
 */
import type { Dataset } from "./dataset.js";

/** The meaning of the columns, and the syntax of the text. */
export interface CsvOptions {
  /**
   * The column of the labels or targets, by name or number (from 0); several make several targets. By default the last.
   */
  target?: string | number | readonly (string | number)[];
  /** The columns of the samples; by default all others. */
  columns?: readonly (string | number)[];
  /** Whether the targets are labels: words or whole numbers that name classes. By default where they are words. */
  labels?: boolean;
  /**
   * Whether the first line names the columns; by default where it holds words alone, or a word above a number. What was
   * guessed from words appears in the dataset's description and once as a note.
   */
  header?: boolean;
  /** The delimiter of columns: one ASCII character; `","`, or `";"` with a decimal comma. */
  delimiter?: string;
  /** The decimal point, `"."`, or comma, `","`. */
  decimal?: "." | ",";
  /** Lines that begin with this are skipped, such as `"#"`; by default none. */
  comment?: string;
  /**
   * How to treat missing values: `"error"` throws at the first, with line and column; `"drop"` skips its row; `"mean"` and a
   * number replace it by the mean of its column or by that number. A missing label can only be dropped.
   */
  missing?: "error" | "drop" | "mean" | number;
  /**
   * The texts that count as missing; by default those of pandas (the empty text, `NA`, `N/A`, `n/a`, `NaN`, `nan`, `null`,
   * `NULL`, `None`, `<NA>`, `#N/A` and its variants) and `?`.
   */
  missingValues?: readonly string[];
  /** The name of the dataset; by default the file's. */
  name?: string;
}

/** A dataset from a CSV file, with the names of its columns and classes. */
export interface CsvDataset {
  /** The samples. */
  data: Dataset;
  /** The names of the columns of a sample. */
  columns: string[];
  /** The names of the classes, in the order of their labels; empty for targets. */
  classes: string[];
}
