import { readFileSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { folder, nablab, write } from "./nablab.js";

vi.setConfig({ testTimeout: 60_000 });

/** A cell of tests. */
const graded = (grade_id: string, points: number, source: string) => ({
  source,
  metadata: {
    nbgrader: {
      schema_version: 3,
      grade_id,
      grade: true,
      solution: false,
      locked: true,
      task: false,
      points,
    },
  },
});

const imports = 'import { checkClose, credit } from "nablab";\n';
const tests = [
  graded("double", 2, `${imports}checkClose("double(2)", double(2), 4);`),
  graded(
    "parts",
    3,
    `${imports}await credit(3, { a: () => checkClose("1", double(1), 2), b: () => checkClose("2", double(2), 5), c: () => {} });`,
  ),
  graded("blank", 1, "half(2);"),
  graded("hidden", 4, "// hidden tests\n"),
  {
    ...graded("words", 5, "md:Explain."),
    metadata: { nbgrader: { grade_id: "words", grade: true, solution: true, points: 5 } },
  },
];
const answers = [
  "function double(x: number) { return 2 * x; }",
  'function half(x: number): number { throw new Error("not done yet"); }',
];

test("shows the points of the visible tests and what is wrong; the file stays as it is", async () => {
  const dir = folder();
  const file = write(dir, "a.ipynb", [...answers, ...tests]);
  const before = readFileSync(file);
  const { status, stdout, stderr } = await nablab(dir, "check", "a.ipynb");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^── parts\n✗ b: 2: expected 5, got 4/m);
  for (const row of [
    /✓ +double +2 +2/,
    /✗ +parts +2 +3/,
    /· +blank +not done yet +1/,
    /· +hidden +hidden +4/,
    /· +words +by hand +5/,
  ]) {
    expect(stdout).toMatch(row);
  }
  expect(stdout).toContain("4 of 6 points of the visible tests");
  expect(stdout).not.toContain("── blank");
  expect(stderr).toMatch(/a\.ipynb: 5 cells|a\.ipynb: 6 cells/);
  expect(readFileSync(file)).toEqual(before);
});

test("ends with 0 for all visible points; runs confined and within its time, as the grader does", async () => {
  const dir = folder();
  write(dir, "right.ipynb", [answers[0]!, tests[0]!]);
  const right = await nablab(dir, "check", "right.ipynb");
  expect([right.status, right.stdout]).toEqual([
    0,
    expect.stringContaining("✓ all 2 points of the visible tests"),
  ]);
  write(dir, "wrong.ipynb", [
    'import { readFileSync, writeFileSync } from "node:fs";',
    graded("outside", 1, 'readFileSync("../x");'),
    graded("slow", 1, "while (true) {}"),
    graded("after", 1, "1;"),
  ]);
  const wrong = await nablab(dir, "check", "wrong.ipynb", "--timeout", "1.5");
  expect(wrong.stdout).toContain("reading ../x is not allowed");
  expect(wrong.stdout).toContain("TimeoutError: the cell took longer than 1.5 s");
  expect([wrong.status, wrong.stdout]).toEqual([1, expect.stringContaining("1 of 3 points")]);
});

test("an edited test counts nothing, and standard error costs the points of a test: both are said", async () => {
  const dir = folder();
  // The checksum is nbgrader's, of a cell that reads `checkClose("double(2)", double(2), 4);` and is worth 2 points.
  const { source, metadata } = graded("double", 2, 'checkClose("double(2)", double(2), 4);');
  const about = { ...metadata.nbgrader, checksum: "3257f1cd4165a113746d0b52f7771f94" };
  const test = (text: string) => ({ source: text, metadata: { nbgrader: about } });
  const first = 'import { checkClose } from "nablab";';
  write(dir, "as-released.ipynb", [first, answers[0]!, test(source)]);
  expect((await nablab(dir, "check", "as-released.ipynb")).status).toBe(0);
  write(dir, "edited.ipynb", [first, answers[0]!, test("1;"), graded("loud", 1, 'console.error("hm");')]);
  const { status, stdout } = await nablab(dir, "check", "edited.ipynb");
  expect([status, stdout]).toEqual([1, expect.stringContaining("0 of 3 points")]);
  expect(stdout).toMatch(/✗ +double +edited +2/);
  for (const gone of ["", `// ${source}`]) {
    write(dir, "gone.ipynb", [first, answers[0]!, test(gone)]);
    const { status, stdout } = await nablab(dir, "check", "gone.ipynb");
    expect([status, stdout]).toEqual([1, expect.stringContaining("0 of 2 points")]);
    expect(stdout).toMatch(/✗ +double +edited +2/);
  }
  expect(stdout).toContain("this test was edited: the grader puts the original back");
  expect(stdout).toMatch(
    /── loud\nsomething was written to standard error.*: hm\n {2}A likely cause: console.error/,
  );
});

test("an assignment whose points are given by hand ends at once, and is no ✓", async () => {
  const dir = folder();
  // Its process is ended while the sandbox is still starting it: not always at the same place.
  for (let i = 0; i < 3; i++) {
    write(dir, "by-hand.ipynb", [tests[4]!]);
    const { status, stdout } = await nablab(dir, "check", "by-hand.ipynb");
    expect([status, stdout]).toEqual([0, expect.stringContaining("No visible test gives points")]);
    expect(stdout).not.toContain("✓");
  }
});

test("refuses what is no assignment", async () => {
  const dir = folder();
  write(dir, "plain.ipynb", ["1"]);
  const { status, stderr } = await nablab(dir, "check", "plain.ipynb");
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining("is it an assignment? To run it: npx nablab run plain.ipynb"),
  ]);
});

test("sees what the grader sees: copies, another kernel, a byte order mark; --against without metadata", async () => {
  const dir = folder();
  const cells = [answers[0]!, tests[0]!];
  const original = write(dir, "original.ipynb", cells);
  write(dir, "copied.ipynb", [...cells, tests[0]!, { source: "double = undefined as never;" }], {
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
  });
  writeFileSync(`${dir}/marked.ipynb`, `\uFEFF${readFileSync(`${dir}/copied.ipynb`, "utf8")}`);
  const copied = await nablab(dir, "check", "marked.ipynb");
  expect([copied.status, copied.stdout]).toEqual([
    0,
    expect.stringContaining("✓ all 2 points of the visible tests"),
  ]);
  expect(copied.stderr).toContain("marked.ipynb: copied: double");
  expect(copied.stderr).toContain(
    "marked.ipynb: was opened with the kernel python3 last; it is graded as TypeScript",
  );
  write(dir, "lost.ipynb", [answers[0]!, { source: tests[0]!.source }]);
  const lost = await nablab(dir, "check", "lost.ipynb");
  expect([lost.status, lost.stderr]).toEqual([2, expect.stringContaining("--against ORIGINAL.ipynb")]);
  const found = await nablab(dir, "check", "lost.ipynb", "--against", original);
  expect([found.status, found.stdout]).toEqual([0, expect.stringContaining("✓ all 2 points")]);
  expect(found.stderr).toContain("lost.ipynb: without metadata, and recognised: double");
  write(dir, "other.ipynb", ["1;"]);
  const other = await nablab(dir, "check", "other.ipynb", "--against", original);
  expect([other.status, other.stderr]).toEqual([
    2,
    expect.stringContaining("none of the 1 cells of the assignment are in it"),
  ]);
});
