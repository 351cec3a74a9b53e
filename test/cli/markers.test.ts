import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { wrongMarkers } from "#nablab/cli/course/markers.js";
import { parseSubmission } from "#nablab/cli/course/read-submission.js";
import { assignments, handedOut } from "./damage.js";

const wrong = (source: string): string[] =>
  wrongMarkers({
    cells: [{ cell_type: "code", id: "a", metadata: {}, source, execution_count: null, outputs: [] }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });

test.each([
  ["// BEGIN HIDDEN TEST", "BEGIN HIDDEN TESTS"],
  ["// BEGIN HIDEN TESTS", "BEGIN HIDDEN TESTS"],
  ["  // begin hidden tests", "BEGIN HIDDEN TESTS"],
  ["// BEGIN_HIDDEN_TESTS", "BEGIN HIDDEN TESTS"],
  ["/* BEGIN  HIDDEN  TESTS */", "BEGIN HIDDEN TESTS"],
  ["### BEGIN SOLUTON", "BEGIN SOLUTION"],
  ["// END SOLUTIO", "END SOLUTION"],
  ["<!-- BEGIN MARK SHEME -->", "BEGIN MARK SCHEME"],
])("a mistyped mark is refused: %s", (line, meant) => {
  expect(wrong(`const x = 1;\n${line}\nconst y = 2;`)).toEqual([
    `cell 1: expected "${meant}", got ${JSON.stringify(line.trim())}`,
  ]);
});

test("marks that have no other end are refused", () => {
  expect(wrong("// BEGIN HIDDEN TESTS\n1;")).toEqual([
    "cell 1: no END HIDDEN TESTS after its BEGIN HIDDEN TESTS",
  ]);
  expect(wrong("1;\n// END SOLUTION")).toEqual(['cell 1: no BEGIN SOLUTION before "// END SOLUTION"']);
  expect(wrong("// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION")).toEqual([
    'cell 1: a second BEGIN SOLUTION before "// BEGIN SOLUTION"',
  ]);
});

test("prose and code that are none are left alone, and all of nablab's assignments", () => {
  for (const line of [
    "// the solution",
    "// a hidden test",
    "const solution = 3;",
    "// begin here",
    "// end",
    "tests();",
    "// mark scheme below",
  ]) {
    expect(wrong(line), line).toEqual([]);
  }
  const sources = path.resolve(import.meta.dirname, "../../notebooks/coursework/source");
  for (const assignment of assignments) {
    const file = path.join(sources, assignment, `${assignment}.ipynb`);
    expect(wrongMarkers(parseSubmission(readFileSync(file), file))).toEqual([]);
    expect(wrongMarkers(parseSubmission(Buffer.from(JSON.stringify(handedOut(assignment))), file))).toEqual(
      [],
    );
  }
});
