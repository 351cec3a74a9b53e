/**
 * The history file: what is found again in a later session, and what is no history.
 */
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { History, type HistoryEntry } from "#nablab/kernel/history.js";

const file = (): string =>
  path.join(mkdtempSync(path.join(tmpdir(), "nablab-history-")), "a", "history.jsonl");
const line = (entry: HistoryEntry): string => `${JSON.stringify(entry)}\n`;
const codes = (history: History, request: Record<string, unknown>) =>
  history.reply(request).map(([, , code]) => code);

test("cells of earlier sessions are found by tail, search and range; this session is 0, the one before -1", () => {
  const where = file();
  const now = new History(where);
  now.add(1, "const a = 1");
  writeFileSync(where, `${line([7, 1, "x"])}${line([9, 1, "y"])}no JSON\n${line([9, 2, "const z = 3"])}`);
  now.add(2, "a + 1");
  expect(codes(now, { hist_access_type: "tail", n: 3 })).toEqual(["const z = 3", "const a = 1", "a + 1"]);
  expect(codes(now, { hist_access_type: "search", pattern: "const ?*" })).toEqual([
    "const z = 3",
    "const a = 1",
  ]);
  expect(codes(now, { hist_access_type: "range", session: 0, start: 2 })).toEqual(["a + 1"]);
  expect(codes(now, { hist_access_type: "range", session: -1 })).toEqual(["y", "const z = 3"]);
  expect(codes(now, { hist_access_type: "range", session: 7 })).toEqual(["x"]);
  expect(codes(now, { hist_access_type: "range", session: -5 })).toEqual([]);
  expect(now.reply({ hist_access_type: "tail", n: 1, output: true })[0]![2]).toEqual(["a + 1", null]);
});

test("unique: of equal cells the last one, at its place", () => {
  const history = new History();
  ["a", "b", "a", "c", "b"].forEach((code, i) => {
    history.add(i + 1, code);
  });
  const search = { hist_access_type: "search", pattern: "*", unique: true };
  expect(history.reply(search).map(([, line, code]) => [line, code])).toEqual([
    [3, "a"],
    [4, "c"],
    [5, "b"],
  ]);
  expect(codes(history, { ...search, n: 1 })).toEqual(["b"]);
  expect(codes(history, { ...search, pattern: "a", n: 1 })).toEqual(["a"]);
  expect(codes(history, { ...search, unique: false, n: 2 })).toEqual(["c", "b"]);
});

test("it is the reader's alone, and a line a cell", () => {
  const where = file();
  const history = new History(where);
  history.add(1, "1\n2");
  expect(readFileSync(where, "utf8").split("\n").length).toBe(2);
  if (process.platform !== "win32") expect(statSync(where).mode & 0o077).toBe(0);
});

test("a file that has grown too long loses its older half", () => {
  const where = file();
  new History(where).add(1, "1");
  writeFileSync(
    where,
    Array.from({ length: 50_000 }, (_, i) => line([5, i, `value of number ${i} is here`])).join(""),
  );
  const history = new History(where);
  const found = codes(history, { hist_access_type: "range", session: 5 });
  expect(found.at(-1)).toBe("value of number 49999 is here");
  expect(found.length).toBeLessThan(30_000);
  expect(statSync(where).size).toBeLessThan(1_000_001);
});

test("without a file, and where none can be written, this session's cells are found", () => {
  for (const history of [new History(), new History("/dev/null/none/history.jsonl")]) {
    history.add(1, "1 + 1");
    expect(codes(history, { hist_access_type: "tail" })).toEqual(["1 + 1"]);
  }
  expect(existsSync("/dev/null/none")).toBe(false);
});
