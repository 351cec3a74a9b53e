/**
 * What the readers of CSV take and return.
 */
import type { Dataset } from "./dataset.js";

/** Which columns mean what, and how the text is written. */
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
  /** What separates the columns: one ASCII character; `","`, or `";"` with a decimal comma. */
  delimiter?: string;
  /** The decimal point, `"."`, or comma, `","`. */
  decimal?: "." | ",";
  /** Lines that begin with this are skipped, such as `"#"`; by default none. */
  comment?: string;
  /**
   * What becomes of missing values: `"error"` refuses the first, by line and column; `"drop"` leaves its row out; `"mean"`
   * takes the mean of its column; a number is taken instead. A label that is missing can only be dropped.
   */
  missing?: "error" | "drop" | "mean" | number;
  /**
   * The texts that count as missing; by default those of pandas (the empty text, `NA`, `N/A`, `n/a`, `NaN`, `nan`, `null`,
   * `NULL`, `None`, `<NA>`, `#N/A` and its kin) and `?`.
   */
  missingValues?: readonly string[];
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
