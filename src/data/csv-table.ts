/**
 * Builds a dataset from CSV rows: decides which line names the columns, which cells are missing and whether targets are
 * labels, and reports errors.
 */
import { inspect } from "#platform";
import { note } from "../display/note.js";
import { Tensor } from "../tensor/tensor.js";
import { almostNumber, CsvLabels, isInfinite } from "./csv-labels.js";
import type { CsvDataset, CsvOptions } from "./csv-options.js";
import { type CsvRow, CsvScanner, parseNumber, wanted } from "./csv-scanner.js";
import { dataset } from "./dataset.js";
import { Grower } from "./grower.js";

/** The texts that pandas treats as missing, and the question mark of the UCI repository. */
const commonlyMissing = [
  ...["", "?", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>"],
  ...["N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"],
];

/** Thrown if the first line ends with a delimiter but another has a value there: then it is a column after all. */
export class TrailingColumn extends Error {}

/** The columns, once they are known. */
interface Columns {
  /** The names of all columns, or their numbers as words. */
  names: readonly string[];
  hasHeader: boolean;
  /** Whether the first line ended with a delimiter that begins no column. */
  isTrailing: boolean;
  /** The first cell of the first line, which may be a comment. */
  firstCell: string;
  inputs: readonly number[];
  targets: readonly number[];
  /** The values of the target, if one column may hold labels. */
  labels: CsvLabels | undefined;
  /** The numbers of the current row. */
  sample: Float64Array;
  answer: Float64Array;
  x: Grower;
  y: Grower;
}

/** A dataset that grows row by row from a text. */
export class CsvTable {
  readonly #options: CsvOptions;
  readonly #name: string;
  readonly #who: string;
  readonly #decimal: string;
  readonly #delimiter: string;
  readonly #missingTexts: ReadonlySet<string>;
  /** Those of them that are numbers, such as −999. */
  readonly #missingNumbers: ReadonlySet<number>;
  readonly #missing: NonNullable<CsvOptions["missing"]>;
  readonly #trailing: boolean;
  readonly #scanner: CsvScanner;
  /** The first two rows, until the columns are known. */
  #first: { line: number; cells: string[] }[] = [];
  #columns: Columns | undefined;
  #dropped = 0;
  #filled = 0;
  /** Whether the current row has a missing value and is dropped. */
  #isDropped = false;
  /** The last line whose answer was missing and was filled as a number, which a label cannot be. */
  #filledLabel: number | undefined;

  /**
   * @param who starts messages
   * @param trailing whether an empty cell at the end of the first line is that of a trailing delimiter
   */
  constructor(who: string, options: CsvOptions, trailing: boolean) {
    const {
      name = "csv",
      decimal = ".",
      delimiter = decimal === "," ? ";" : ",",
      missing = "error",
    } = options;
    this.#options = options;
    this.#name = name;
    this.#who = who;
    this.#decimal = decimal;
    this.#delimiter = delimiter;
    this.#missing = missing;
    this.#missingTexts = new Set(options.missingValues ?? commonlyMissing);
    const numbers = [...this.#missingTexts].map((text) => parseNumber(text, decimal));
    this.#missingNumbers = new Set(numbers.filter((value) => !Number.isNaN(value)));
    this.#trailing = trailing;
    if (decimal !== "." && decimal !== ",")
      throw this.#error(`decimal must be "." or ",", got ${inspect(decimal)}`);
    if (
      typeof delimiter !== "string" ||
      delimiter.length !== 1 ||
      !(delimiter.charCodeAt(0) < 128) ||
      /["\r\n]/.test(delimiter)
    ) {
      throw this.#error(
        `delimiter must be one ASCII character, such as "," or "\\t", got ${inspect(delimiter)}`,
      );
    }
    if (delimiter === decimal)
      throw this.#error(`delimiter and decimal must differ, got ${inspect(decimal)} for both`);
    if (!["error", "drop", "mean"].includes(missing as string) && !Number.isFinite(missing)) {
      throw this.#error(
        `missing must be "error", "drop", "mean" or a finite number, got ${inspect(missing)}`,
      );
    }
    this.#scanner = new CsvScanner({ delimiter, decimal, comment: options.comment }, (row) => this.#row(row));
  }

  /** Reads more of the text, as UTF-8. */
  push(bytes: Uint8Array, isLast = false): void {
    try {
      this.#scanner.push(bytes, isLast);
    } catch (error) {
      // Those of the scanner begin with the line.
      if (error instanceof Error && error.message.startsWith("line ")) throw this.#error(error.message);
      throw error;
    }
    if (isLast && !this.#columns) this.#begin();
  }

  #row(row: CsvRow): void {
    if (this.#columns) {
      this.#add(this.#columns, row);
      return;
    }
    // All is text so far.
    this.#first.push({ line: row.line, cells: row.texts.slice(0, row.count) as string[] });
    if (this.#first.length === 2) this.#begin();
  }

  /** Determines the columns from the first lines. */
  #begin(): void {
    const [first, second] = this.#first;
    if (!first) throw this.#error("there is nothing in it");
    const isTrailing = this.#trailing && first.cells.length > 1 && first.cells.at(-1) === "";
    const cells = isTrailing ? first.cells.slice(0, -1) : first.cells;
    const hasHeader = this.#options.header ?? this.#guessHeader(first.line, cells, second?.cells);
    const names = hasHeader ? cells : cells.map((_, i) => String(i));
    const { target = names.length - 1, columns, labels } = this.#options;
    const targets = [target].flat().map((one) => this.#place(names, one as string | number));
    const inputs = columns
      ? columns.map((one) => this.#place(names, one))
      : [...names.keys()].filter((i) => !targets.includes(i));
    if (inputs.length === 0) {
      const others = [";", "\t", "|", ","].filter((one) => one !== this.#delimiter);
      const other = others.find((one) => first.cells.some((cell) => cell.includes(one)));
      const hint = first.cells[0]!.startsWith("PK\u0003\u0004")
        ? "; it is a spreadsheet or another zip, save it as CSV"
        : other
          ? `; did you mean the option delimiter: ${inspect(other)}?`
          : this.#commentHint(first.cells[0]!);
      throw this.#error(`there is no column left for the samples beside the targets${hint}`);
    }
    if (targets.length === 0 || (labels && targets.length > 1)) {
      throw this.#error(
        `target must name ${labels ? "one column of labels" : "a column"}, got ${inspect(target)}`,
      );
    }
    if (hasHeader && !second) throw this.#error("there is a line of names but none of numbers");

    const mayBeLabels = targets.length === 1 && labels !== false;
    const kinds = new Uint8Array(names.length);
    for (const column of inputs) kinds[column] = wanted.number;
    for (const column of targets) kinds[column]! |= mayBeLabels ? wanted.both : wanted.number;
    this.#scanner.kinds = kinds;
    this.#columns = {
      names,
      hasHeader,
      isTrailing,
      firstCell: first.cells[0]!,
      inputs,
      targets,
      labels: mayBeLabels ? new CsvLabels(labels, this.#decimal) : undefined,
      sample: new Float64Array(inputs.length),
      answer: new Float64Array(targets.length),
      x: new Grower(inputs.length),
      y: new Grower(targets.length),
    };
    for (const { line, cells } of hasHeader ? this.#first.slice(1) : this.#first) {
      const numbers = Float64Array.from(cells, (cell) => parseNumber(cell, this.#decimal));
      this.#add(this.#columns, { line, count: cells.length, numbers, texts: cells });
    }
    this.#first = [];
  }

  /** Whether the first line names the columns: words alone, or a word above a number; never a line that may be a sample. */
  #guessHeader(line: number, cells: readonly string[], below: readonly string[] = []): boolean {
    const isNumber = (cell: string) => !Number.isNaN(parseNumber(cell, this.#decimal));
    const isWord = (cell: string) => !isNumber(cell) && !this.#missingTexts.has(cell);
    if (!cells.some(isWord)) return false;
    if (!cells.some(isNumber)) return true;
    if (!cells.some((cell, i) => isWord(cell) && below[i] !== undefined && !isWord(below[i]!))) return false;
    throw this.#error(
      `line ${line} may name the columns, as it has words above numbers, or be a sample, as it has numbers; say header: true or header: false; it is ${inspect(cells.join(this.#delimiter))}`,
    );
  }

  #place(names: readonly string[], column: string | number): number {
    const at = typeof column === "number" ? column : names.indexOf(column);
    if (!Number.isInteger(at) || at < 0 || at >= names.length) {
      throw this.#error(`there is no column ${inspect(column)}; there are ${names.join(", ")}`);
    }
    if (typeof column === "string" && names.lastIndexOf(column) !== at) {
      throw this.#error(`two columns are called ${inspect(column)}; name it by its number, counted from 0`);
    }
    return at;
  }

  #add(columns: Columns, row: CsvRow): void {
    const { names, inputs, targets, labels, sample, answer, x, y } = columns;
    const { line, count, texts } = row;
    if (count !== names.length && !(count === names.length + 1 && texts[names.length] === "")) {
      if (columns.isTrailing && count === names.length + 1) throw new TrailingColumn();
      const counted = `${count} ${count === 1 ? "column" : "columns"}`;
      const others = columns.hasHeader ? `names ${names.length}: ${names.join(", ")}` : `has ${names.length}`;
      const hint = this.#commentHint(texts[0] ?? "") || this.#commentHint(columns.firstCell);
      throw this.#error(`line ${line} has ${counted}, but the first line ${others}${hint}`);
    }
    this.#isDropped = false;
    for (let j = 0; j < inputs.length; j++) sample[j] = this.#number(columns, row, inputs[j]!);
    for (let j = 0; j < targets.length; j++) answer[j] = this.#number(columns, row, targets[j]!, labels);
    if (this.#isDropped) {
      this.#dropped++;
      return;
    }
    const wrong = labels && this.#filledLabel !== line && labels.add(line, texts[targets[0]!]);
    if (wrong) throw this.#error(`line ${line}, column ${names[targets[0]!]}: ${wrong}`);
    // Once they are numbers their texts are not needed.
    if (labels?.areNumbers) this.#scanner.kinds[targets[0]!] = wanted.number;
    x.push(sample);
    if (!labels?.areLabels) y.push(answer);
  }

  /** The number of a cell, or its replacement if it is missing, NaN until the mean is known. Words are accepted as labels. */
  #number(columns: Columns, row: CsvRow, column: number, labels?: CsvLabels): number {
    const value = row.numbers[column]!;
    if (!Number.isNaN(value) && !this.#missingNumbers.has(value)) return value;
    const text = row.texts[column] ?? String(value);
    if (!Number.isNaN(value) || this.#missingTexts.has(text)) {
      const filled = this.#missingNumber(columns, row.line, column, text);
      if (labels && !this.#isDropped) this.#filledLabel = row.line;
      return filled;
    }
    if (labels) return value;
    throw this.#noNumber(columns, row.line, column, text);
  }

  #missingNumber({ names }: Columns, line: number, column: number, text: string): number {
    switch (this.#missing) {
      case "error": {
        const what = text === "" ? "the value is missing" : `${inspect(text)} counts as missing`;
        throw this.#error(
          `line ${line}, column ${names[column]}: ${what}; choose with missing: "drop" (the row), "mean" (of the column) or a number; other texts count as missing with missingValues`,
        );
      }
      case "drop":
        this.#isDropped = true;
        return Number.NaN;
      case "mean":
        this.#filled++;
        return Number.NaN;
      default:
        this.#filled++;
        return this.#missing;
    }
  }

  #noNumber(
    { names, hasHeader, firstCell }: Columns,
    line: number,
    column: number,
    text: string,
  ): RangeError {
    let hint = "leave the column out with columns, or fix the line";
    if (/^[+-]?[\d.]+[;\t|]/.test(text))
      hint = `did you mean delimiter: ${inspect(/[;\t|]/.exec(text)![0])}?`;
    else if (almostNumber(text)) hint = almostNumber(text)!;
    else if (column === 0 && this.#commentHint(text)) hint = this.#commentHint(text).slice(2);
    else if (this.#commentHint(firstCell)) hint = this.#commentHint(firstCell).slice(2);
    else if (!hasHeader && this.#options.header === undefined && line === 1)
      hint = "if it names a column pass header: true";
    const expected = isInfinite(text) ? "a finite number" : "a number";
    return this.#error(
      `line ${line}, column ${names[column]}: expected ${expected}, got ${inspect(text)}; ${hint}`,
    );
  }

  #commentHint(cell: string): string {
    const mark = /^(#|%|\/\/|sep=)/.exec(cell)?.[0];
    return mark && !this.#options.comment ? `; to skip comments pass comment: ${inspect(mark)}` : "";
  }

  /** The dataset of all rows. */
  finish(): CsvDataset {
    const columns = this.#columns!;
    const { names, inputs, targets, labels } = columns;
    const rows = columns.x.rows;
    if (rows === 0) throw this.#error(`all ${this.#dropped} rows have missing values`);
    const x = this.#withMeans(columns, columns.x.finish(), inputs);
    const description = this.#describe(columns);
    this.#note(columns);
    const parts = { name: this.#name, x, sampleShape: [inputs.length], ...(description && { description }) };
    const called = inputs.map((column) => names[column]!);
    if (!labels || labels.areNumbers) {
      const y = this.#withMeans(columns, columns.y.finish(), targets);
      const of = targets.length === 1 ? y : new Tensor([rows, targets.length], y);
      return { data: dataset({ ...parts, y: of, kind: "targets" }), columns: called, classes: [] };
    }
    if (this.#filledLabel !== undefined) {
      throw this.#error(
        `line ${this.#filledLabel}, column ${names[targets[0]!]}: the label is missing; a label can only be dropped, with missing: "drop"`,
      );
    }
    const { classes, y } = labels.finish();
    return { data: dataset({ ...parts, y, classes: classes.length }), columns: called, classes };
  }

  /** The numbers with the mean of the other entries of the column for NaN. */
  #withMeans({ names }: Columns, values: Float64Array, columns: readonly number[]): Float64Array {
    if (this.#missing !== "mean" || this.#filled === 0) return values;
    const width = columns.length;
    columns.forEach((column, j) => {
      let sum = 0;
      let count = 0;
      for (let i = j; i < values.length; i += width) {
        if (Number.isNaN(values[i])) continue;
        sum += values[i]!;
        count++;
      }
      if (count === 0)
        throw this.#error(`column ${names[column]}: all values are missing, so it has no mean`);
      for (let i = j; i < values.length; i += width) if (Number.isNaN(values[i])) values[i] = sum / count;
    });
    return values;
  }

  /** The description of the dataset besides its size. */
  #describe({ names, hasHeader }: Columns): string {
    const said: string[] = [];
    if (hasHeader) {
      const some = names.length > 12 ? [...names.slice(0, 11), "…"] : names;
      said.push(`the first line names the columns: ${some.join(", ")}`);
    }
    const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
    if (this.#dropped > 0) said.push(`${counted(this.#dropped, "row")} with missing values left out`);
    if (this.#filled > 0) {
      const by = this.#missing === "mean" ? "the mean of the column" : this.#missing;
      said.push(`${counted(this.#filled, "missing value")} filled with ${by}`);
    }
    return said.join("; ");
  }

  /** Notes once that names were guessed. */
  #note({ names, hasHeader }: Columns): void {
    if (!hasHeader || this.#options.header !== undefined) return;
    note(
      `${this.#name}: the first line is taken for the names of the columns, ${names.join(", ")}; header: false reads it as a sample, header: true says so without this note`,
    );
  }

  #error(message: string): RangeError {
    return new RangeError(`${this.#who}: ${this.#name}: ${message}`);
  }
}
