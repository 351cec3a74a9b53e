/**
 * What a CSV file becomes, and what is refused.
 */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { type CsvOptions, loadCsv, readCsv, toBundle } from "nablab";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { consoleHost, setHost } from "#nablab/display/host.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-csv-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

/** What was shown. */
let shown: string[] = [];
beforeEach(() => {
  shown = [];
  setHost({ ...consoleHost, display: ({ data }) => shown.push(data["text/plain"] as string) });
  return () => {
    setHost(consoleHost);
  };
});

const numbers = (text: string, options: CsvOptions = {}) => {
  const { data } = readCsv(text, options);
  return { kind: data.kind, x: [...data.x], y: [...data.y] };
};

describe("csv", () => {
  test("words in the last column are classes, in the order of their names", () => {
    const { data, columns, classes } = readCsv(
      "length,width,kind\n5.1,3.5,setosa\n7,3.2,versicolor\n4.9,3,setosa\n",
    );
    expect(columns).toEqual(["length", "width"]);
    expect(classes).toEqual(["setosa", "versicolor"]);
    expect([...data.x]).toEqual([5.1, 3.5, 7, 3.2, 4.9, 3]);
    expect([data.kind, [...data.y]]).toEqual(["labels", [0, 1, 0]]);
  });

  test("numbers are targets, unless they are said to be labels; without names columns are counted", () => {
    const text = "1,2,10\r\n3,4,9\r\n";
    expect(readCsv(text).data.kind).toBe("targets");
    expect([...readCsv(text).data.y]).toEqual([10, 9]);
    const { data, classes } = readCsv(text, { labels: true });
    expect([classes, [...data.y]]).toEqual([
      ["9", "10"],
      [1, 0],
    ]);
    const two = readCsv(text, { target: [0, 2], columns: [1] });
    expect([two.data.outputs, [...two.data.y], [...two.data.x]]).toEqual([2, [1, 10, 3, 9], [2, 4]]);
  });

  test("the same number written otherwise is the same class; numbers come before words", () => {
    const text = "1,2\n2,2.0\n3,10\n4,b\n5,1e1\n6,2a\n";
    const { data, classes } = readCsv(text, { labels: true });
    expect(classes).toEqual(["2", "10", "2a", "b"]);
    expect([...data.y]).toEqual([0, 0, 1, 3, 1, 2]);
  });

  test("quotes, another separator, a byte order mark, empty lines", () => {
    const { data, classes } = readCsv('\ufeffa;"b ""x"""\n1;"one; or\nmore"\n\n2;two\n', { delimiter: ";" });
    expect([...data.x]).toEqual([1, 2]);
    expect(classes).toEqual(["one; or\nmore", "two"]);
  });

  test("a decimal comma, and the semicolon that goes with it", () => {
    expect(numbers("a;b\n1,5;-2\n,25;1e-1\n", { decimal: "," })).toEqual({
      kind: "targets",
      x: [1.5, 0.25],
      y: [-2, 0.1],
    });
    expect(numbers("1,5\t2,5\n", { decimal: ",", delimiter: "\t" }).y).toEqual([2.5]);
    expect(() => readCsv("a;b\n1.000,5;2\n", { decimal: "," })).toThrow(
      "line 2, column a: expected a number, got '1.000,5'",
    );
  });

  test("comments are skipped where the options say so", () => {
    const text = "# made by hand, in 2020\nx,y\n1,2\n  # more\n3,4 # 5\n";
    expect(() => readCsv(text)).toThrow('to skip comments pass comment: "#"'.replaceAll('"', "'"));
    expect(() => readCsv(text, { comment: "#" })).toThrow(
      "line 5, column y: expected a number, as line 3 has '2'",
    );
    expect(numbers(text.replace(" # 5", ""), { comment: "#" }).x).toEqual([1, 3]);
    expect(numbers("% a\n1,2\n", { comment: "%" }).y).toEqual([2]);
    expect(() => readCsv("x,y\n1,2\n# the end\n")).toThrow(
      "line 3 has 1 column, but the first line names 2: x, y; to skip comments pass comment: '#'",
    );
  });

  test("a trailing comma on each line is no column, whether or not the names have one", () => {
    const right = { kind: "targets", x: [1, 3], y: [2, 4] };
    for (const text of ["x,y,\n1,2,\n3,4,\n", "x,y\n1,2,\n3,4,\n", "x,y,\n1,2\n3,4\n", "1,2,\n3,4,\n"]) {
      expect(numbers(text), text).toEqual(right);
    }
    // But where another line has a value there, it is one.
    expect(() => readCsv("1,2,\n3,4,5\n")).toThrow("line 1, column 2: the value is missing");
    expect(numbers("1,2,\n3,4,5\n", { missing: "drop" })).toEqual({ kind: "targets", x: [3, 4], y: [5] });
    expect(numbers("a,b,\n3,4,5\n").y).toEqual([5]);
  });
});

describe("missing values", () => {
  const rows = Array.from({ length: 100 }, (_, i) => `${i},${i / 2},${i % 7}.5`);
  const withTarget = (text: string) =>
    ["a,b,y", ...rows.slice(0, 50), `50,25,${text}`, ...rows.slice(51)].join("\n");

  test.each(["", "NaN", "NA", "n/a", "N/A", "nan", "null", "None", "#N/A", "<NA>", "?", " ", '""'])(
    "a target %j among a hundred numbers is an error by line and column, never a class",
    (text) => {
      expect(() => readCsv(withTarget(text))).toThrow(/^readCsv: csv: line 52, column y: .* missing/);
      const { data } = readCsv(withTarget(text), { missing: "drop" });
      expect([data.kind, data.size, data.outputs]).toEqual(["targets", 99, 1]);
      expect(data.description).toContain("1 row with missing values left out");
    },
  );

  test.each(["inf", "-inf", "Infinity", "1e999", "oops"])(
    "a target %j is an error too, and is not missing",
    (text) => {
      for (const missing of ["error", "drop", "mean", 0] as const) {
        expect(() => readCsv(withTarget(text), { missing })).toThrow(
          `line 52, column y: expected a number, as line 2 has '0.5'; if these are names of classes pass labels: true, if it counts as missing name it in missingValues; got '${text}'`,
        );
      }
    },
  );

  test("in a sample: refused, left out, or filled", () => {
    const text = "a,b,y\n1,,10\n3,4,20\nNA,8,30\n";
    expect(() => readCsv(text)).toThrow(
      'line 2, column b: the value is missing; choose with missing: "drop" (the row), "mean" (of the column) or a number; other texts count as missing with missingValues',
    );
    expect(() => readCsv(text, { columns: ["a"] })).toThrow("line 4, column a: 'NA' counts as missing");
    expect(numbers(text, { missing: "drop" })).toEqual({ kind: "targets", x: [3, 4], y: [20] });
    expect(numbers(text, { missing: "mean" }).x).toEqual([1, 6, 3, 4, 2, 8]);
    expect(numbers(text, { missing: -1 }).x).toEqual([1, -1, 3, 4, -1, 8]);
    expect(readCsv(text, { missing: "mean" }).data.description).toContain(
      "2 missing values filled with the mean of the column",
    );
  });

  test("in a target that is a number: left out or filled", () => {
    const text = "a,y\n1,\n2,5\n3,7\n";
    expect(numbers(text, { missing: "drop" })).toEqual({ kind: "targets", x: [2, 3], y: [5, 7] });
    expect(numbers(text, { missing: "mean" }).y).toEqual([6, 5, 7]);
    expect(numbers(text, { missing: 0 }).y).toEqual([0, 5, 7]);
    expect(numbers("a,b,y\n1,,2\n3,4,\n", { missing: "mean", target: ["b", "y"] }).y).toEqual([4, 2, 4, 2]);
    expect(() => readCsv("a,y\n1,\n2,\n", { missing: "mean", labels: false })).toThrow(
      "column y: all values are missing, so it has no mean",
    );
  });

  test("a label that is missing can only be dropped", () => {
    const text = "a,kind\n1,cat\n2,\n3,dog\n";
    expect(() => readCsv(text)).toThrow("line 3, column kind: the value is missing");
    for (const missing of ["mean", 0] as const) {
      expect(() => readCsv(text, { missing })).toThrow(
        'line 3, column kind: the label is missing; a label can only be dropped, with missing: "drop"',
      );
    }
    const { data, classes } = readCsv(text, { missing: "drop" });
    expect([classes, [...data.y], data.size]).toEqual([["cat", "dog"], [0, 1], 2]);
    // A class that only dropped rows have is none.
    expect(readCsv("a,kind\n1,cat\n,dog\n3,cat\n", { missing: "drop" }).classes).toEqual(["cat"]);
  });

  test("what counts as missing can be said", () => {
    expect(readCsv("a,stall\n1,None\n2,Left\n", { missingValues: [] }).classes).toEqual(["Left", "None"]);
    expect(numbers("a,y\n-999,1\n2,3\n", { missingValues: ["-999"], missing: "drop" }).x).toEqual([2]);
    expect(() => readCsv("a,y\n1,2\n", { missing: "skip" as never })).toThrow(
      'readCsv: csv: missing must be "error", "drop", "mean" or a finite number, got \'skip\'',
    );
    expect(() => readCsv("a,y\n,2\n", { missing: "drop" })).toThrow("all 1 rows have missing values");
  });

  test("numbers and words in one column are refused, whichever comes first", () => {
    expect(() => readCsv("a,y\n1,2\n2,cat\n")).toThrow(
      "line 3, column y: expected a number, as line 2 has '2'",
    );
    expect(() => readCsv("a,y\n1,cat\n2,2\n")).toThrow(
      "line 3, column y: expected a word, as line 2 has 'cat'",
    );
    expect(readCsv("a,y\n1,2\n2,cat\n", { labels: true }).classes).toEqual(["2", "cat"]);
  });

  test("more than 256 numbers are targets; more words, or labels, are too many", () => {
    const many = (of: (i: number) => string) =>
      Array.from({ length: 300 }, (_, i) => `${i},${of(i)}`).join("\n");
    expect(readCsv(many(String)).data.kind).toBe("targets");
    expect(() => readCsv(many((i) => `w${i}`))).toThrow(
      "line 257, column 1: there are more than 256 different values",
    );
    expect(() => readCsv(many(String), { labels: true })).toThrow(
      "line 257, column 1: there are more than 256",
    );
  });
});

describe("names of columns", () => {
  const iris = "5.1,3.5,1.4,0.2,Iris-setosa\n4.9,3.0,1.4,0.2,Iris-setosa\n7.0,3.2,4.7,1.4,Iris-versicolor\n";

  test("a first line with numbers above numbers is a sample, as in the UCI repository's files", () => {
    const { data, columns } = readCsv(iris);
    expect([data.size, columns]).toEqual([3, ["0", "1", "2", "3"]]);
    expect(data.description).toBeUndefined();
    expect(shown).toEqual([]);
    expect(readCsv(iris.split("\n")[0]!).data.size).toBe(1);
  });

  test("names that were guessed are said in the dataset, and once as a note", async () => {
    const text = "length,width,kind\n1,2,cat\n3,4,dog\n";
    const { data } = readCsv(text, { name: "pets.csv" });
    expect(inspect(data)).toBe(
      "pets.csv: 2 samples of 2, 2 classes\nthe first line names the columns: length, width, kind",
    );
    expect((await toBundle(data))["text/html"]).toContain("the first line names the columns");
    readCsv(text, { name: "pets.csv" });
    expect(shown).toEqual([
      "pets.csv: the first line is taken for the names of the columns, length, width, kind; header: false reads it as a sample, header: true says so without this note",
    ]);
    shown = [];
    readCsv(text, { name: "other.csv", header: true });
    expect(shown).toEqual([]);
    // What is cut from it says the same.
    expect(data.take(1).description).toBe(data.description);
  });

  test("words above numbers beside numbers may be either: the options decide", () => {
    const text = "country,1990,gdp\nx,1,2\ny,3,4\n";
    expect(() => readCsv(text, { target: 2, columns: [1] })).toThrow(
      "line 1 may name the columns, as it has words above numbers, or be a sample, as it has numbers; say header: true or header: false; it is 'country,1990,gdp'",
    );
    expect(numbers(text, { target: "gdp", columns: ["1990"], header: true }).x).toEqual([1, 3]);
    expect(() => readCsv("oops,2\n3,4\n")).toThrow("say header: true or header: false");
    expect(() => readCsv("oops,2\n3,4\n", { header: false })).toThrow(
      "line 1, column 0: expected a number, got 'oops'",
    );
  });

  test("words above missing values are names, and a first line of missing values is a sample", () => {
    expect(numbers("a,b\n,2\n3,4\n", { missing: "drop" }).x).toEqual([3]);
    expect(numbers("NA,2\n3,4\n", { missing: "drop" })).toEqual({ kind: "targets", x: [3], y: [4] });
    expect(numbers("NA,NA\n3,4\n", { missing: 0 })).toEqual({ kind: "targets", x: [0, 3], y: [0, 4] });
  });
});

/** The files of the test's folder that this process holds open; the folder of descriptors is Linux's. */
function heldOpen(): string[] {
  const target = (name: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return ""; // the descriptor that lists them
    }
  };
  return readdirSync("/proc/self/fd")
    .map(target)
    .filter((at) => at.startsWith(folder));
}

describe("files", () => {
  test.runIf(process.platform === "linux")("are closed, also by an error in their first lines", async () => {
    for (const [name, content] of [
      ["wrong.csv", "a,b\n1,2\n1,x,3\n"],
      ["wrong-later.csv", `a,b\n${"1,2\n".repeat(200_000)}1,x,3\n`],
      ["wrong.csv.gz", gzipSync("a,b\n1,2\n1,x,3\n")],
      ["empty.csv", ""],
    ] as const) {
      writeFileSync(path.join(folder, name), content);
      await expect(loadCsv(path.join(folder, name)), name).rejects.toThrow("loadCsv: ");
      await expect.poll(heldOpen, { message: name }).toEqual([]);
    }
    writeFileSync(path.join(folder, "right.csv"), "a,b\n1,2\n");
    await expect(loadCsv(path.join(folder, "right.csv"), { encoding: "klingon" })).rejects.toThrow("klingon");
    await expect.poll(heldOpen).toEqual([]);
    await loadCsv(path.join(folder, "right.csv"));
    await expect.poll(heldOpen).toEqual([]);
  });

  test("packed or not, under their name", async () => {
    expect((await loadCsv(write("iris.csv", "a,b\n1,2\n"))).data.name).toBe("iris.csv");
    expect((await loadCsv(write("iris.csv.gz", gzipSync("a,b\n1,2\n")))).data.size).toBe(1);
    expect((await loadCsv(path.join(folder, "iris.csv"))).data.size).toBe(1);
    await expect(loadCsv(write("cut.csv.gz", gzipSync("a,b\n1,2\n").subarray(0, -4)))).rejects.toThrow(
      "loadCsv: the file is damaged",
    );
    await expect(loadCsv(folder)).rejects.toThrow("loadCsv: the file cannot be read (EISDIR");
    await expect(loadCsv(write("empty.csv", ""))).rejects.toThrow(
      "loadCsv: empty.csv: there is nothing in it",
    );
    expect((await loadCsv(write("trailing.csv", "1,2,\n3,4,5\n"), { missing: "drop" })).data.size).toBe(1);
  });

  const text = "größe,y\n1,a\n2,é\n";
  const utf16 = (bigEndian: boolean, mark: boolean) => {
    const bytes = Buffer.from((mark ? "\ufeff" : "") + text, "utf16le");
    return bigEndian ? bytes.swap16() : bytes;
  };
  test.each([
    ["UTF-8", Buffer.from(text), undefined],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`), undefined],
    ["UTF-16", utf16(false, true), undefined],
    ["UTF-16, big-endian", utf16(true, true), undefined],
    ["UTF-16 without a mark", Buffer.from("x,y\n1,a\n2,é\n", "utf16le"), undefined],
    ["UTF-16, big-endian, without a mark", Buffer.from("x,y\n1,a\n2,é\n", "utf16le").swap16(), undefined],
    ["windows-1252", Buffer.from(text, "latin1"), "windows-1252"],
  ])("in %s", async (name, bytes, encoding) => {
    const { columns, classes, data } = await loadCsv(
      write(`${name}.csv`, bytes),
      encoding ? { encoding } : {},
    );
    expect(columns).toEqual([name.includes("without") ? "x" : "größe"]);
    expect([classes, [...data.x]]).toEqual([
      ["a", "é"],
      [1, 2],
    ]);
  });

  test("bytes that are no UTF-8 name the way out", async () => {
    await expect(loadCsv(write("latin1.csv", Buffer.from(text, "latin1")))).rejects.toThrow(
      'loadCsv: latin1.csv: line 1: the bytes are no UTF-8; name the encoding, such as encoding: "windows-1252"',
    );
    await expect(loadCsv(write("a.csv", text), { encoding: "klingon" })).rejects.toThrow("got 'klingon'");
    const utf32 = Buffer.from([0xff, 0xfe, 0, 0, 0x31, 0, 0, 0]);
    await expect(loadCsv(write("utf32.csv", utf32))).rejects.toThrow("the text is UTF-32; save it as UTF-8");
  });

  test("a file of many chunks: all rows, progress in bytes, and the same numbers as from the text", async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => `${Math.sin(i)},${i},"w ${i % 3}"`);
    const content = ["a,b,kind", ...rows, ""].join("\n");
    const file = write("many.csv", content);
    const seen: [number, number | undefined][] = [];
    const { data } = await loadCsv(file, { onProgress: (bytes, size) => seen.push([bytes, size]) });
    expect(data.size).toBe(40_000);
    expect(data.x).toEqual(readCsv(content, { header: true }).data.x);
    expect(data.counts()).toEqual([13_334, 13_333, 13_333]);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(seen.map(([bytes]) => bytes)).toEqual(seen.map(([bytes]) => bytes).toSorted((a, b) => a - b));
    expect((await loadCsv(write("many.csv.gz", gzipSync(content)))).data.x).toEqual(data.x);
  });

  test("stops by a signal, and by the notebook's stop button", async () => {
    const file = write("long.csv", `a,b\n${"1,2\n".repeat(400_000)}`);
    const controller = new AbortController();
    const reading = loadCsv(file, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(reading).rejects.toThrow("enough");
    const stop = new AbortController();
    setHost({ ...consoleHost, display: () => {}, interruptSignal: () => stop.signal });
    await expect(loadCsv(file, { onProgress: () => stop.abort(new Error("interrupted")) })).rejects.toThrow(
      "interrupted",
    );
  });

  test("a large file says how far it is, and at the end that it was read", async () => {
    await loadCsv(write("large.csv", `a,b\n${"1,2\n".repeat(5_100_000)}`), { header: true });
    expect(shown[0]).toBe("reading large.csv, 20.4 MB");
    expect(shown.at(-1)).toBe("read large.csv, 20.4 MB");
  });
});

test.each([
  [
    "a,b\n1,2\n3,x\n",
    { target: "a" },
    "line 3, column b: expected a number, got 'x'; leave the column out with columns, or fix the line",
  ],
  ["a,b\n1,2\n3\n", {}, "readCsv: csv: line 3 has 1 column, but the first line names 2: a, b"],
  ["1,2\n3,4,5\n", {}, "line 2 has 3 columns, but the first line has 2"],
  ["a,b\n", {}, "there is a line of names but none of numbers"],
  ["", {}, "there is nothing in it"],
  ["\n \n", {}, "there is nothing in it"],
  ["a,b\n1,2\n", { target: "c" }, "there is no column 'c'; there are a, b"],
  ["a,b\n1,2\n", { target: -1 }, "there is no column -1"],
  ["a,b\n1,2\n", { target: [] }, "target must name a column, got []"],
  [
    "a,b,c\n1,2,3\n",
    { target: ["a", "b"], labels: true },
    "target must name one column of labels, got [ 'a', 'b' ]",
  ],
  ["a,a,b\n1,2,3\n", { target: "a" }, "two columns are called 'a'; name it by its number, counted from 0"],
  ["a\n1\n", {}, "there is no column left for the samples"],
  ["a;b\n1;2\n", {}, "did you mean the option delimiter: ';'?"],
  ["x,a,y\n1;2,3,4\n", {}, "expected a number, got '1;2'; did you mean delimiter: ';'?"],
  [
    'a;b\n"1,5";2\n',
    { delimiter: ";" },
    "line 2, column a: expected a number, got '1,5'; for a decimal comma pass decimal: \",\"",
  ],
  ["a,b\n0x10,2\n", {}, "line 2, column a: expected a number, got '0x10'; only decimal numbers are read"],
  ["a,b\ninf,2\n", {}, "line 2, column a: expected a finite number, got 'inf'"],
  ["a,b\n1e999,2\n", {}, "line 2, column a: expected a finite number, got '1e999'"],
  [
    'a,b\n"1,234",2\n',
    {},
    "got '1,234'; write it without thousands separators, or for a decimal comma pass decimal: \",\"",
  ],
  ["a,b\n12%,2\n", {}, "got '12%'; write it with digits alone"],
  ["a,b\n2026-01-31,2\n", {}, "got '2026-01-31'; a date is no number"],
  ["sep=;\na;b\n1;2\n", { delimiter: ";" }, "to skip comments pass comment: 'sep='"],
  ['a,b\n1,"2\n', {}, "line 2: Quote Not Closed"],
  [
    "a,b\n1,2\n",
    { delimiter: "||" },
    'delimiter must be one ASCII character, such as "," or "\\t", got \'||\'',
  ],
  [
    "a,b\n1,2\n",
    { decimal: "," as const, delimiter: "," },
    "delimiter and decimal must differ, got ',' for both",
  ],
  ["a,b\n1,2\n", { decimal: ";" as never }, "decimal must be"],
])("%j is refused", (text, options: CsvOptions, message) => {
  expect(() => readCsv(text, options)).toThrow(message);
});

describe("targets that are numbers in other clothes", () => {
  // A class for each row would be a regression that is none.
  test.each([
    "12%",
    "$1.50",
    "1,234",
    "2,5",
    "−3",
    "1 234.5",
    "2026-01-31",
    "31.01.2026",
    "inf",
    "1e999",
    "0x10",
  ])("%s is refused, and a class if the options say so", (value) => {
    const text = `a,y\n1,"${value}"\n2,"${value}"\n`;
    expect(() => readCsv(text)).toThrow(
      "line 2, column y: this is neither a number nor clearly the name of a class",
    );
    expect(() => readCsv(text)).toThrow(`if it names a class pass labels: true; got ${inspect(value)}`);
    expect(readCsv(text, { labels: true }).classes).toEqual([value]);
  });

  test.each([
    "cat",
    "setosa-2",
    "v1.2",
    "class 1",
    "<=50K",
    "Iris-setosa",
    "10-20",
    "8:30",
    "true",
    "a1",
    "-",
  ])("%s is a class", (value) => {
    expect(readCsv(`a,y\n1,${value}\n2,other\n`).classes).toContain(value);
  });

  test("a file of Excel with its line for the separator", () => {
    const { data } = readCsv("\ufeffsep=;\r\na;y\r\n1,5;2\r\n2,5;3\r\n", { decimal: ",", comment: "sep=" });
    expect([[...data.x], [...data.y]]).toEqual([
      [1.5, 2.5],
      [2, 3],
    ]);
  });
});

test("what is no text of a CSV file, and no path", async () => {
  await expect(loadCsv(undefined as never)).rejects.toThrow('loadCsv: expected a path such as "iris.csv"');
  const sheet = write("sheet.xlsx", Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8]));
  await expect(loadCsv(sheet)).rejects.toThrow("it is a spreadsheet or another zip, save it as CSV");
  expect(() => readCsv(Buffer.from("a,b\n1,2\n") as never)).toThrow(
    "for bytes new TextDecoder().decode(bytes), got",
  );
  expect(() => readCsv(undefined as never)).toThrow("use await loadCsv(path)");
  expect(() => readCsv("data/iris.csv")).toThrow(
    "not its path; use await loadCsv(path), got 'data/iris.csv'",
  );
});
