/**
 * The scanner reads every text as csv-parse does, whatever the chunks, and numbers as `Number()` does.
 */
import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvScanner, parseNumber, wanted } from "#nablab/data/csv-scanner.js";

/** All records as text, from chunks of so many bytes. */
function scan(text: string, { delimiter = ",", chunk = 1e6, kinds = new Uint8Array(0) } = {}): string[][] {
  const records: string[][] = [];
  const scanner = new CsvScanner({ delimiter, decimal: "." }, ({ count, texts, numbers }) => {
    records.push(Array.from({ length: count }, (_, i) => texts[i] ?? `#${numbers[i]}`));
  });
  scanner.kinds = kinds;
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += chunk) scanner.push(bytes.subarray(at, at + chunk));
  scanner.push(new Uint8Array(0), true);
  return records;
}

const byLibrary = (text: string, delimiter = ","): string[][] =>
  parse(text, {
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });

/** What it gives, or that it refuses. */
function outcome(read: () => string[][]): string[][] | "refused" {
  try {
    return read();
  } catch {
    return "refused";
  }
}

const piece = fc.constantFrom(
  ...[
    "1",
    "-2.5",
    "3e-7",
    "abc",
    "é",
    "𝜃",
    "0x10",
    " ",
    "  ",
    "\t",
    ",",
    ",",
    ";",
    '"',
    '""',
    '"a"',
    '"1,5"',
  ],
  ...["\n", "\n", "\r\n", "\r", "\u00a0", "#", ".", "-", "'"],
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

describe("the scanner and csv-parse", () => {
  test.each([",", ";", "\t", " ", "|"])(
    "law: the same records with %j between cells, in chunks of any size",
    (delimiter) => {
      fc.assert(
        fc.property(text, fc.integer({ min: 1, max: 12 }), (source, chunk) => {
          const right = outcome(() => byLibrary(source, delimiter));
          expect(outcome(() => scan(source, { delimiter }))).toEqual(right);
          expect(outcome(() => scan(source, { delimiter, chunk }))).toEqual(right);
        }),
        { numRuns: 2000 },
      );
    },
  );

  test("law: what is wanted of columns changes no text: a number is the one that its text says", () => {
    fc.assert(
      fc.property(text, fc.uint8Array({ min: 0, max: 3, minLength: 4, maxLength: 4 }), (source, kinds) => {
        const right = outcome(() => byLibrary(source));
        const found = outcome(() => scan(source, { kinds, chunk: 5 }));
        if (right === "refused" || found === "refused") {
          expect(found).toEqual(right);
          return;
        }
        const expected = right.map((record) =>
          record.map((cell, i) => {
            const kind = kinds[i] ?? wanted.text;
            if (kind === wanted.nothing) return "#NaN";
            const value = parseNumber(cell);
            return kind === wanted.number && !Number.isNaN(value) ? `#${value}` : cell;
          }),
        );
        // Where csv-parse was asked, unwanted cells may have a text.
        const seen = found.map((record) =>
          record.map((cell, i) => (kinds[i] === wanted.nothing ? "#NaN" : cell)),
        );
        expect(seen).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("numbers", () => {
  const read = (cell: string) => {
    let value = Number.NaN;
    const scanner = new CsvScanner({ delimiter: ",", decimal: "." }, ({ numbers }) => {
      value = numbers[0]!;
    });
    scanner.kinds = Uint8Array.of(wanted.number);
    scanner.push(new TextEncoder().encode(`${cell},x\n`), true);
    return value;
  };

  test("law: every number, in every way of writing it, to the last bit", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.float({ noNaN: true, noDefaultInfinity: true }),
          fc.integer(),
        ),
        fc.integer({ min: 0, max: 20 }),
        (x, digits) => {
          for (const cell of [
            String(x),
            x.toExponential(digits),
            x.toPrecision(digits + 1),
            Math.abs(x) < 1e21 ? x.toFixed(digits) : "1",
          ]) {
            const right = Number.isFinite(Number(cell)) ? Number(cell) : Number.NaN; // rounded up beyond the range
            expect(read(cell), cell).toBe(right);
            expect(parseNumber(cell), cell).toBe(right);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("law: digits, points and exponents in any order", () => {
    const part = fc.constantFrom("0", "1", "9", "12345678901234567890", ".", "e", "E", "-", "+", "5", "00");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const cell = parts.join("");
        const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN;
        const right = Number.isFinite(value) ? value : Number.NaN;
        expect(read(cell), cell).toBe(right);
        expect(parseNumber(cell), cell).toBe(right);
      }),
      { numRuns: 3000 },
    );
  });

  test.each(["", "0x10", "0b1", "1_000", "Infinity", "inf", "nan", "1e999", "1,5", "--1", "1 2", "e5", "."])(
    "%j is none",
    (cell) => {
      expect(parseNumber(cell)).toBeNaN();
      if (!cell.includes(",")) expect(read(cell)).toBeNaN();
    },
  );

  test("with a decimal comma", () => {
    expect(["1,5", "-,25", "1,5e3", "7"].map((cell) => parseNumber(cell, ","))).toEqual([
      1.5, -0.25, 1500, 7,
    ]);
    for (const cell of ["1.5", "1.000,5", "1,5,2"]) expect(parseNumber(cell, ",")).toBeNaN();
  });
});

describe("lines", () => {
  const lines = (source: string, comment?: string) => {
    const seen: number[] = [];
    const scanner = new CsvScanner({ delimiter: ",", decimal: ".", comment }, ({ line }) => {
      seen.push(line);
    });
    scanner.push(new TextEncoder().encode(source), true);
    return seen;
  };

  test("are counted through blank lines, comments and cells of several lines", () => {
    expect(lines("1\n\n2\r\n3\r4")).toEqual([1, 3, 4, 5]);
    expect(lines('a\n"b\nc\r\nd",1\ne\n')).toEqual([1, 2, 5]);
    expect(lines('a\n"b\n\nc\n\r\n",1\ne\n')).toEqual([1, 2, 7]);
    expect(lines('# one, " two\n1\n  # three\n2 # no comment\n#', "#")).toEqual([2, 4]);
    expect(lines("//a\n/b\n", "//")).toEqual([2]);
  });

  test("malformed quotes are refused with their line", () => {
    expect(() => lines('1\n2\n3,"x\ny')).toThrow("line 3: Quote Not Closed");
    expect(() => lines('1\n2"3\n')).toThrow("line 2: Invalid Opening Quote");
  });

  test("a quote that is never closed does not take all memory", () => {
    const scanner = new CsvScanner({ delimiter: ",", decimal: "." }, () => {});
    const chunk = new Uint8Array(2 ** 22).fill(120);
    scanner.push(new TextEncoder().encode('1\n"'));
    expect(() => {
      for (let i = 0; i < 40; i++) scanner.push(chunk);
    }).toThrow("line 2: the row does not end within 64 MB; is a quote not closed?");
  });
});
