/**
 * Reads CSV from chunks of bytes, row by row: plain cells are parsed in place, numbers without intermediate strings. Rows
 * with other syntax (doubled quotes, line ends within quotes, spaces around them, malformed cells) are left to `csv-parse`,
 * which gets the text of that row. A test checks that both read every text alike.
 *
 * Measured on 200 MB of numbers: `csv-parse` 128 s, this 3 s.
 */
import { type CsvError, parse } from "csv-parse/browser/esm/sync";
import { joinBytes } from "../platform/join-bytes.js";

/** How to read a column. */
export const wanted = { nothing: 0, number: 1, text: 2, both: 3 } as const;

/** The syntax of the text. */
export interface CsvSyntax {
  /** The delimiter of cells: one ASCII character. */
  delimiter: string;
  /** The decimal point, or comma. */
  decimal: string;
  /** The prefix of comment lines. */
  comment?: string | undefined;
}

/** The row just read; the arrays are reused for the next one. */
export interface CsvRow {
  /** The line it begins in, from 1. */
  line: number;
  /** The number of its cells. */
  count: number;
  /** The numbers of the cells whose number is wanted; NaN where there is none. */
  numbers: Float64Array;
  /** The trimmed texts of the cells whose text is wanted, and of those that should be numbers and are not. */
  texts: (string | undefined)[];
}

const [tab, newline, carriageReturn, space, quote] = [9, 10, 13, 32, 34];
const powers = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
/** A longer row means an unclosed quote. */
const longestRow = 64 * 2 ** 20;

/**
 * The number that a cell holds, as decimals are written: NaN for words, for the empty text, for `0x10`, `1_000` and
 * `Infinity`, which `Number()` would take, and beyond the range of a number.
 *
 * @param decimal the decimal point or comma
 */
export function parseNumber(cell: string, decimal = "."): number {
  const text = decimal === "." ? cell : cell.includes(".") ? "" : cell.replace(decimal, ".");
  const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Reads rows from chunks of UTF-8 and hands each to `onRow`. */
export class CsvScanner implements CsvRow {
  /** What is wanted of each column, of {@link wanted}; may be replaced between rows. Of further columns: text. */
  kinds = new Uint8Array(0);
  line = 1;
  count = 0;
  numbers = new Float64Array(64);
  texts: (string | undefined)[] = [];
  readonly #onRow: (row: CsvRow) => void;
  readonly #syntax: CsvSyntax;
  readonly #delimiter: number;
  readonly #decimal: number;
  readonly #comment: Uint8Array | undefined;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** The bytes not read yet; fewer than `#enough` hold no whole row. */
  #parts: Uint8Array[] = [];
  #length = 0;
  #enough = 0;

  constructor(syntax: CsvSyntax, onRow: (row: CsvRow) => void) {
    this.#syntax = syntax;
    this.#onRow = onRow;
    this.#delimiter = syntax.delimiter.charCodeAt(0);
    this.#decimal = syntax.decimal.charCodeAt(0);
    this.#comment = syntax.comment ? new TextEncoder().encode(syntax.comment) : undefined;
  }

  /**
   * Reads the rows completed by these bytes; `isLast`: the text ends with them.
   *
   * @throws Error whose message begins with the line, if quotes are malformed or bytes are not UTF-8
   */
  push(bytes: Uint8Array, isLast = false): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#enough && !isLast) return;
    const buffer = this.#parts.length === 1 ? bytes : joinBytes(this.#parts, this.#length);
    let at = 0;
    while (at < buffer.length) {
      const next = this.#row(buffer, at, isLast);
      if (next < 0) break;
      at = next;
    }
    const rest = buffer.subarray(at);
    if (rest.length > longestRow) {
      throw new Error(`line ${this.line}: the row does not end within 64 MB; is a quote not closed?`);
    }
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    // Twice as much, so that a long row is not tried with every chunk.
    this.#enough = 2 * rest.length;
  }

  /** Reads the row that begins at `start`; returns where the next begins, or −1 where the row goes on after the buffer. */
  #row(b: Uint8Array, start: number, isLast: boolean): number {
    const { kinds } = this;
    const delimiter = this.#delimiter;
    const end = b.length;
    let i = start;
    if (this.#comment) {
      const next = this.#afterComment(b, start, isLast);
      if (next !== start) return next;
    }
    let column = 0;
    let isQuoted = false;
    for (; ; column++) {
      const kind = column < kinds.length ? kinds[column]! : wanted.text;
      if (column >= this.numbers.length) this.#grow();
      while (i < end && isTrimmed(b[i]!, delimiter)) i++;
      const from = i;
      let value = Number.NaN;
      let text: string | undefined;
      if (i < end && b[i] === quote) {
        const close = b.indexOf(quote, i + 1);
        if (close < 0) return isLast ? this.#byLibrary(b, start, isLast) : -1;
        i = close + 1;
        if (i === end && !isLast) return -1;
        if (!(i === end || isEnd(b[i]!, delimiter)) || hasLineEnd(b, from, close)) {
          return this.#byLibrary(b, start, isLast);
        }
        isQuoted = true;
        if (kind !== wanted.nothing) {
          text = this.#decode(b, from + 1, close);
          if (kind !== wanted.text) value = parseNumber(text, this.#syntax.decimal);
        }
      } else {
        if ((kind & wanted.number) !== 0) {
          i = this.#number(b, i, end);
          value = this.#value;
          if (i === end && !isLast) return -1;
        }
        const isPlain = i === end || isEnd(b[i]!, delimiter);
        if (Number.isNaN(value) || !isPlain || kind !== wanted.number) {
          while (i < end && !isEnd(b[i]!, delimiter)) {
            if (b[i] === quote) return this.#byLibrary(b, start, isLast);
            i++;
          }
          if (i === end && !isLast) return -1;
          if (kind !== wanted.nothing) text = this.#decode(b, from, i).trim();
          // Such as a number before a non-ASCII space.
          if (!isPlain) value = parseNumber(text!, this.#syntax.decimal);
        }
      }
      this.numbers[column] = value;
      // A number suffices, unless its text is needed, too.
      this.texts[column] = kind === wanted.number && !Number.isNaN(value) ? undefined : text;
      if (i === end || b[i] !== delimiter) break;
      i++;
    }
    this.count = column + 1;
    const next = this.#afterLineEnd(b, i, isLast);
    if (next < 0) return -1;
    // Skip lines of white space.
    const isBlank = column === 0 && !isQuoted && this.#decode(b, start, i).trim() === "";
    if (!isBlank) this.#onRow(this);
    this.line++;
    return next;
  }

  #value = Number.NaN;

  /** Reads a number and the spaces after it into `#value`, NaN for none; returns where it ends. */
  #number(b: Uint8Array, from: number, end: number): number {
    const decimal = this.#decimal;
    let i = from;
    let isNegative = false;
    if (i < end && (b[i] === 45 || b[i] === 43)) isNegative = b[i++] === 45;
    let mantissa = 0;
    let fraction = 0;
    const first = i;
    let point = -1;
    for (; i < end; i++) {
      const digit = b[i]! - 48;
      if (digit >= 0 && digit <= 9) mantissa = 10 * mantissa + digit;
      else if (b[i] === decimal && point < 0) point = i;
      else break;
    }
    if (point >= 0) fraction = i - point - 1;
    const hasDigits = i - first > (point < 0 ? 0 : 1);
    let exponent = 0;
    if (hasDigits && i < end && (b[i]! | 32) === 101) {
      let j = i + 1;
      const isSmall = b[j] === 45;
      if (isSmall || b[j] === 43) j++;
      const start = j;
      for (; j < end && b[j]! >= 48 && b[j]! <= 57; j++) exponent = 10 * exponent + b[j]! - 48;
      if (j > start) i = j;
      if (isSmall) exponent = -exponent;
    }
    const stop = i;
    while (i < end && isTrimmed(b[i]!, this.#delimiter)) i++;
    if (!hasDigits) {
      this.#value = Number.NaN;
      return i;
    }
    // Up to 2⁵³ and up to 10²² both parts are exact, and so is the rounding of their product or quotient.
    const scale = exponent - fraction;
    if (mantissa < 2 ** 53 && scale >= -22 && scale <= 22) {
      const size = scale < 0 ? mantissa / powers[-scale]! : mantissa * powers[scale]!;
      this.#value = isNegative ? -size : size;
    } else {
      this.#value = parseNumber(ascii(b, from, stop)!, this.#syntax.decimal);
    }
    return i;
  }

  /** Reads the row that begins at `start` with `csv-parse`. */
  #byLibrary(b: Uint8Array, start: number, isLast: boolean): number {
    // A row ends at a line end outside quotes, that is, after an even number of them.
    let isInside = false;
    let i = start;
    let lines = 0;
    for (; i < b.length; i++) {
      if (b[i] === quote) isInside = !isInside;
      else if (b[i] === newline || b[i] === carriageReturn) {
        if (!isInside) break;
        if (b[i] === newline || b[i + 1] !== newline) lines++;
      }
    }
    const next = i === b.length ? (isLast ? i : -1) : this.#afterLineEnd(b, i, isLast);
    if (next < 0) return -1;
    let records: string[][];
    try {
      records = parse(this.#decode(b, start, i), {
        delimiter: this.#syntax.delimiter,
        record_delimiter: ["\r\n", "\n", "\r"],
        relax_column_count: true,
        skip_empty_lines: true,
        trim: true,
      });
    } catch (error) {
      const { message } = error as CsvError;
      throw new Error(`line ${this.line}: ${message.replace(/ at line \d+/, "").replace(/\.$/, "")}`);
    }
    for (const cells of records) this.#give(cells);
    this.line += lines + 1;
    return next;
  }

  #give(cells: readonly string[]): void {
    while (cells.length > this.numbers.length) this.#grow();
    cells.forEach((cell, column) => {
      const kind = this.kinds[column] ?? wanted.text;
      const value = kind & wanted.number ? parseNumber(cell, this.#syntax.decimal) : Number.NaN;
      this.numbers[column] = value;
      this.texts[column] = kind === wanted.number && !Number.isNaN(value) ? undefined : cell;
    });
    this.count = cells.length;
    this.#onRow(this);
  }

  /** After the comment that begins at `start`, or `start` where none does; −1 where it goes on after the buffer. */
  #afterComment(b: Uint8Array, start: number, isLast: boolean): number {
    const comment = this.#comment!;
    let i = start;
    while (i < b.length && (b[i] === space || b[i] === tab)) i++;
    if (!isLast && i + comment.length > b.length) return -1;
    for (let k = 0; k < comment.length; k++) if (b[i + k] !== comment[k]) return start;
    while (i < b.length && b[i] !== newline && b[i] !== carriageReturn) i++;
    const next = i === b.length ? (isLast ? i : -1) : this.#afterLineEnd(b, i, isLast);
    if (next >= 0) this.line++;
    return next;
  }

  /** After the line end at i; −1 where it may go on after the buffer. */
  #afterLineEnd(b: Uint8Array, i: number, isLast: boolean): number {
    if (i >= b.length) return isLast ? b.length : -1;
    if (b[i] === newline) return i + 1;
    if (i + 1 === b.length) return isLast ? i + 1 : -1;
    return b[i + 1] === newline ? i + 2 : i + 1;
  }

  #decode(b: Uint8Array, from: number, to: number): string {
    if (to - from < 64) {
      const text = ascii(b, from, to);
      if (text !== undefined) return text;
    }
    try {
      return this.#decoder.decode(b.subarray(from, to));
    } catch {
      throw new Error(
        `line ${this.line}: the bytes are no UTF-8; name the encoding, such as encoding: "windows-1252"`,
      );
    }
  }

  #grow(): void {
    const numbers = new Float64Array(2 * this.numbers.length);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}

const isEnd = (byte: number, delimiter: number): boolean =>
  byte === delimiter || byte === newline || byte === carriageReturn;

const isTrimmed = (byte: number, delimiter: number): boolean =>
  (byte === space || byte === tab) && byte !== delimiter;

/** Bytes as text, or undefined where they are not all ASCII. */
function ascii(b: Uint8Array, from: number, to: number): string | undefined {
  let text = "";
  for (let i = from; i < to; i++) {
    if (b[i]! > 127) return undefined;
    text += String.fromCharCode(b[i]!);
  }
  return text;
}

function hasLineEnd(b: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (b[i] === newline || b[i] === carriageReturn) return true;
  return false;
}
