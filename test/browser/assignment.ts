/** A small assignment for the tests of the button Check: right, wrong and missing answers. */
import { writeFileSync } from "node:fs";
import { notebookOf } from "./notebook-page.js";

const grading = (grade_id: string, kind: "answer" | "test" | "essay", points?: number) => ({
  nbgrader: {
    grade_id,
    grade: kind !== "answer",
    solution: kind !== "test",
    locked: kind === "test",
    schema_version: 3,
    task: false,
    ...(points !== undefined && { points }),
  },
});

/** Writes it; the name of its file. */
export function writeAssignment(file: string): string {
  const notebook = notebookOf(
    "const square = (x: number): number => x * x;",
    'import { checkThat } from "nablab";\ncheckThat("square(3) is 9", square(3) === 9);',
    "const cube = (x: number): number => x * x;",
    'checkThat("cube(2) is 8", cube(2) === 8);',
    'const halve = (x: number): number => {\n  throw new Error("not done yet");\n};',
    "checkThat('halve(2) is 1', halve(2) === 1);",
    "// 120 words on squares",
  );
  const about = [
    grading("square", "answer"),
    grading("square-test", "test", 2),
    grading("cube", "answer"),
    grading("cube-test", "test", 3),
    grading("halve", "answer"),
    grading("halve-test", "test", 1),
    grading("essay", "essay", 4),
  ];
  for (const [i, cell] of notebook.cells.entries()) cell.metadata = about[i]!;
  writeFileSync(file, JSON.stringify(notebook));
  return file;
}

/** What the button says of it. */
export const verdict = [
  ["✓", "square-test", "2", "2"],
  ["✗", "cube-test", "0", "3"],
  ["·", "halve-test", "not done yet", "1"],
  ["·", "essay", "by hand", "4"],
];
