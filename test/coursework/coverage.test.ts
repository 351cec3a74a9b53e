/** The manual's table of what the assignments ask for says what they ask for. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { assignments } from "../cli/damage.js";

const folder = path.resolve(import.meta.dirname, "../../notebooks/coursework");
const manual = readFileSync(path.join(folder, "README.md"), "utf8");

interface Cell {
  metadata: { tags?: string[]; nbgrader?: { grade: boolean; solution: boolean; points?: number } };
  source: string[];
}

const byNumber = (a: string, b: string): number =>
  a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1));
const claims = (text: string): string[] => text.match(/\b[AB]\d+\b/g) ?? [];

test.each(assignments)("%s", (assignment) => {
  const file = path.join(folder, "source", assignment, `${assignment}.ipynb`);
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as { cells: Cell[] };
  const graded = cells.filter(({ metadata }) => metadata.nbgrader?.grade);
  const tagged = new Set(graded.flatMap(({ metadata }) => (metadata.tags ?? []).flatMap(claims)));
  const row = new RegExp(`^\\| ${assignment[0]} [^|]*\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|$`, "m").exec(manual)!;
  expect(claims(row[1]!)).toEqual([...tagged].sort(byNumber));
  const [count, more] = row[2]!.trim().split(", ");
  expect(Number(count)).toBe(graded.length);
  expect(more === undefined ? 0 : 1).toBe(
    graded.filter(({ metadata }) => metadata.nbgrader!.solution).length,
  );
  expect(Number(row[3])).toBe(graded.reduce((sum, { metadata }) => sum + metadata.nbgrader!.points!, 0));
  // What students are told to look up is the same.
  const told = /\*\*Before you start\.\*\*(.*)/.exec(cells[0]!.source.join(""))![1]!;
  expect(claims(told)).toEqual(claims(row[1]!));
});

test("every claim of the lectures is in the table, or named as one without a task", () => {
  const all = [
    ...Array.from({ length: 17 }, (_, i) => `A${i + 1}`),
    ...Array.from({ length: 12 }, (_, i) => `B${i + 1}`),
  ];
  const rows = manual.split("\n").filter((line) => /^\| [1-5] /.test(line));
  const asked = rows.flatMap((row) => claims(row.split("|")[2]!));
  const missing = claims(/No task yet: ([\s\S]*?)\n\n/.exec(manual)![1]!.split(";")[0]!);
  expect([...new Set([...asked, ...missing])].sort(byNumber)).toEqual(all);
  expect(missing.filter((claim) => asked.includes(claim))).toEqual([]);
});
