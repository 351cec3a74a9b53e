/**
 * Writes datasets as CSV for `readCsv`, spreadsheets and pandas.
 */
import { inspect, writeAtomically } from "#platform";
import { optionsOf } from "../options/options-of.js";
import type { Dataset } from "./dataset.js";

/** The names of the columns and classes. */
export interface CsvWriteOptions {
  /** The names of the columns of a sample; `x0`, `x1`, … by default. */
  columns?: readonly string[];
  /** The names of the targets; `y`, or `y0`, `y1`, … by default. */
  targets?: readonly string[];
  /** The names of the classes, in the order of their labels; by default the labels themselves. */
  classes?: readonly string[];
}

/**
 * A dataset as the text of a CSV file: a line of names, then one for each sample, its numbers (times `scale`) and its label
 * or targets. Numbers have enough digits to be read back exactly.
 *
 * @throws RangeError for another number of names than of columns, targets or classes
 * @example
 * writeCsv(dataset({ x: [[1, 2]], y: [0.5] })) // → 'x0,x1,y\n1,2,0.5\n'
 */
export function writeCsv(data: Dataset, options: CsvWriteOptions = {}): string {
  optionsOf("writeCsv", options, ["columns", "targets", "classes"]);
  const { x, y, features, size, scale } = data;
  const width = y.length / size;
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);
  const columns = named("columns", options.columns ?? numbered("x", features), features);
  const targets = named("targets", options.targets ?? (width === 1 ? ["y"] : numbered("y", width)), width);
  const classes = options.classes && named("classes", options.classes, data.classes ?? 0).map(quoted);
  const lines = [[...columns, ...targets].map(quoted).join()];
  for (let i = 0; i < size; i++) {
    const cells: string[] = [];
    for (let j = 0; j < features; j++) cells.push(textOf(x[i * features + j]! * scale));
    for (let j = 0; j < width; j++) cells.push(classes ? classes[y[i]!]! : textOf(y[i * width + j]!));
    lines.push(cells.join());
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Saves a dataset as a CSV file.
 *
 * @param file a path, such as `moons.csv`; written atomically
 * @param options as of `writeCsv`
 * @throws Error when the file cannot be written, RangeError as `writeCsv`
 * @example
 * saveCsv("one.csv", dataset({ x: [[1, 2]], y: [0.5] }));
 * (await loadCsv("one.csv", { header: true })).columns // → [ 'x0', 'x1' ]
 */
export function saveCsv(file: string, data: Dataset, options: CsvWriteOptions = {}): void {
  optionsOf("saveCsv", options, ["columns", "targets", "classes"]);
  writeAtomically(file, writeCsv(data, options));
}

function named(option: string, names: readonly string[], count: number): readonly string[] {
  if (names.length === count) return names;
  throw new RangeError(`writeCsv: ${option} must be ${count} names, got ${inspect(names)}`);
}

/** `String()` writes −0 as 0. */
const textOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Quoted if a delimiter, a quote, a line end or surrounding spaces would change it. */
const quoted = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
