/**
 * Answers that do no work but change what tests give them: all numbers that they are given become 0, and they return one of
 * their arguments, or 0. No test of the assignments may believe them more than answers that leave their arguments alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { gradingOf, isTest, pointsOf } from "#nablab/cli/course/points.js";
import { runConfined } from "#nablab/cli/graded-run.js";
import { type Notebook, readNotebook } from "#nablab/cli/notebook.js";
import { assignments } from "../cli/damage.js";

const sources = path.resolve(import.meta.dirname, "../../notebooks/coursework/source");

/** Statements that set every number that can be reached from `args` to 0. */
const spoil = `const seen = new Set();
  const spoil = (x: any) => {
    if (!x || typeof x !== "object" || seen.has(x)) return;
    seen.add(x);
    if (ArrayBuffer.isView(x)) { (x as any).fill(0); return; }
    for (const key of Object.keys(x)) {
      try { if (typeof x[key] === "number") x[key] = 0; else spoil(x[key]); } catch {}
    }
  };
  spoil(args);`;

/** The assignment with hidden tests, in which each function that is asked for does as said. */
function withAnswers(name: string, body: string): Notebook {
  const { notebook } = readNotebook(path.join(sources, name, `${name}.ipynb`));
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code" || !gradingOf(cell)?.solution) continue;
    const functions = [...cell.source.matchAll(/^(async )?function (\w+)/gm)];
    if (functions.length === 0) continue;
    const made = functions.map(
      ([, async = "", f]) => `${async}function ${f}(...args: any[]): any {\n  ${body}\n}`,
    );
    cell.source = `// @ts-nocheck\n${made.join("\n")}`;
  }
  return notebook;
}

/** Points by test, of those that give any. */
async function gains(name: string, body: string): Promise<Record<string, number>> {
  const notebook = withAnswers(name, body);
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-spoilers-"));
  const limits = { seconds: 60, megabytes: 2000 };
  expect(await runConfined(notebook, { folder, limits, stop: new AbortController().signal })).toBe(true);
  rmSync(folder, { recursive: true });
  const tests = notebook.cells.filter(isTest);
  expect(tests.length).toBeGreaterThan(10);
  return Object.fromEntries(
    tests
      .map((cell): [string, number] => [gradingOf(cell)!.grade_id, pointsOf(cell, gradingOf(cell)!.points!)])
      .filter(([, points]) => points > 0),
  );
}

// Assignment 4 trains networks for each: with NABLAB_ALL_SUBMISSIONS=1 for both.
const isWhole = process.env.NABLAB_ALL_SUBMISSIONS === "1";
const cases = assignments.flatMap((name) =>
  (name.startsWith("4-") && !isWhole ? ["args[0]"] : ["args[0]", "0"]).map((value) => [name, value] as const),
);

test.each(cases)("%s: nothing is gained by changing arguments and returning %s", async (name, value) => {
  expect(await gains(name, `${spoil}\n  return ${value};`)).toEqual({});
});
