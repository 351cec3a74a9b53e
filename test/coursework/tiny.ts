/** A small assignment that runs in a second: two answers with tests, one in words, a task. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { Cell, Course, Notebook } from "./course.js";

const imports = 'import { checkClose, credit } from "nablab";\n';

const cell = (cell_type: string, id: string, source: string, about: Record<string, unknown>): Cell => ({
  cell_type,
  id,
  source,
  metadata: {
    ...(cell_type === "code" && { tags: ["raises-exception"] }),
    nbgrader: {
      schema_version: 3,
      grade_id: id,
      grade: false,
      solution: false,
      locked: false,
      task: false,
      ...about,
    },
  },
  ...(cell_type === "code" && { outputs: [], execution_count: null }),
});

export const answer = (id: string, source: string): Cell => cell("code", id, source, { solution: true });
export const test = (id: string, points: number, source: string): Cell =>
  cell("code", id, imports + source, { grade: true, locked: true, points });

/** The cells of the assignment, 2 + 3 + 5 + 2 points; the last two are read by a human. */
export const cells = (): Cell[] => [
  cell("code", "data", "const base = 2;", { locked: true }),
  answer(
    "double",
    "function double(x: number): number {\n  // BEGIN SOLUTION\n  return base * x;\n  // END SOLUTION\n}",
  ),
  test(
    "double-test",
    2,
    'checkClose("double(2)", double(2), 4);\n// BEGIN HIDDEN TESTS\ncheckClose("double(-1)", double(-1), -2);\n// END HIDDEN TESTS',
  ),
  answer(
    "half",
    "function half(x: number): number {\n  // BEGIN SOLUTION\n  return x / 2;\n  // END SOLUTION\n}",
  ),
  test(
    "half-test",
    3,
    'await credit(3, {\n  a: () => checkClose("half(2)", half(2), 1),\n  // BEGIN HIDDEN TESTS\n  b: () => checkClose("half(3)", half(3), 1.5),\n  c: () => checkClose("half(-4)", half(-4), -2),\n  // END HIDDEN TESTS\n});',
  ),
  cell("markdown", "words", "Because.", { grade: true, solution: true, points: 5 }),
  cell("markdown", "sketch", "Draw it below.", { locked: true, task: true, points: 2 }),
];

/** Lays out an assignment in `source`. */
export function assignment(course: Course, name: string, made: Cell[] = cells()): void {
  const notebook: Notebook = {
    cells: made,
    metadata: { kernelspec: { name: "nablab", display_name: "TypeScript (nablab)", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  mkdirSync(course.at("source", name), { recursive: true });
  writeFileSync(course.at("source", name, `${name}.ipynb`), JSON.stringify(notebook));
}

/** Leaves nablab's own assignments out of a course. */
export function clear(course: Course): void {
  rmSync(course.at("source"), { recursive: true });
  mkdirSync(course.at("source"));
}
