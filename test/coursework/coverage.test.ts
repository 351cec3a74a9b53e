/** The manual's tables of what the assignments ask for say what they ask for. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { assignments } from "../cli/damage.js";

const folder = path.resolve(import.meta.dirname, "../../notebooks/coursework");
const manual = readFileSync(path.join(folder, "README.md"), "utf8");

interface Cell {
  cell_type: string;
  metadata: { tags?: string[]; nbgrader?: { grade: boolean; solution: boolean; points?: number } };
  source: string[];
}

const byNumber = (a: string, b: string): number =>
  a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1));
const claims = (text: string): string[] => text.match(/\b[AB]\d+\b/g) ?? [];
const claimsOf = ({ metadata }: Cell): string[] => (metadata.tags ?? []).flatMap(claims);
const cellsOf = (assignment: string): Cell[] =>
  JSON.parse(readFileSync(path.join(folder, "source", assignment, `${assignment}.ipynb`), "utf8")).cells;
const isGraded = ({ metadata }: Cell): boolean => metadata.nbgrader?.grade === true;

test.each(assignments)("%s", (assignment) => {
  const cells = cellsOf(assignment);
  const graded = cells.filter(isGraded);
  const tagged = new Set(graded.flatMap(claimsOf));
  const row = new RegExp(`^\\| ${assignment[0]} [^|]*\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|$`, "m").exec(manual)!;
  expect(claims(row[1]!)).toEqual([...tagged].sort(byNumber));
  const [, count, byHand] = /^(\d+), (\d+) by hand$/.exec(row[2]!.trim())!;
  expect(Number(count)).toBe(graded.length);
  expect(Number(byHand)).toBe(graded.filter(({ metadata }) => metadata.nbgrader!.solution).length);
  expect(Number(row[3])).toBe(graded.reduce((sum, { metadata }) => sum + metadata.nbgrader!.points!, 0));
  // What students are asked to look up is the same.
  const links = /\*\*Before you start\.\*\*(.*)/.exec(cells[0]!.source.join(""))![1]!;
  expect(claims(links)).toEqual(claims(row[1]!));
});

test("the table of claims names the sections of all graded cells that are tagged with them, and no others", () => {
  const sections = new Map<string, Set<string>>();
  for (const assignment of assignments) {
    let section = "";
    for (const cell of cellsOf(assignment)) {
      if (cell.cell_type === "markdown")
        section = /^## (\d\.\d+) /.exec(cell.source.join(""))?.[1] ?? section;
      if (!isGraded(cell)) continue;
      for (const claim of claimsOf(cell))
        sections.set(claim, (sections.get(claim) ?? new Set()).add(section));
    }
  }
  const table = [...manual.matchAll(/^\| ([AB]\d+) \| ([\d., ]+) \|$/gm)].map(([, claim, where]) => [
    claim,
    where!.split(", "),
  ]);
  expect(table).toEqual(
    [...sections.entries()].sort(([a], [b]) => byNumber(a, b)).map(([claim, where]) => [claim, [...where]]),
  );
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
