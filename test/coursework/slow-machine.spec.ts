/**
 * Where the machine is too slow for the assignment's own cells, a submission is not graded: its tests would give 0.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { Course, solved } from "./course.js";
import * as tiny from "./tiny.js";

const course = new Course();
afterAll(() => course.remove());

const limit = (from: string, to: string): void => {
  const file = course.at("nbgrader_config.py");
  const text = readFileSync(file, "utf8");
  const limits = (seconds: string) => `seconds, notebook_seconds, megabytes = ${seconds}, 300, 2000`;
  expect(text).toContain(limits(from));
  writeFileSync(file, text.replace(limits(from), limits(to)));
};

test("a locked cell before any answer that takes too long: not graded, and why; an answer that does: 0", () => {
  tiny.clear(course);
  const cells = tiny.cells();
  cells[0]!.source = "const began = Date.now();\nwhile (Date.now() - began < 6000);\nconst base = 2;";
  tiny.assignment(course, "tiny", cells);
  expect(course.run("release", "tiny", "--untried").status).toBe(0);
  course.submit("ada", "tiny", solved(course, "tiny"));
  limit("60", "3");
  const { status, stdout } = course.run("autograde");
  const reason =
    /not graded.* data, a locked cell before any answer: the cell took longer than 3 s; .* raise the limits/s;
  expect(stdout).toMatch(reason);
  expect(status).toBe(1);
  expect(course.grades().tiny?.ada).toBeUndefined();
  expect(course.run("scores").stdout).toMatch(reason);

  limit("3", "12");
  const endless = solved(course, "tiny");
  endless.cells[1]!.source = "function double(x: number): number {\n  for (;;);\n}";
  course.submit("endless", "tiny", endless);
  const again = course.run("autograde");
  expect(again.status, again.stdout + again.stderr).toBe(0);
  expect(again.stdout).toMatch(/^ada .*5 \/ 12/m);
  expect(again.stdout).toMatch(/^endless .*3 \/ 12 .*double-test: the cell took longer than 12 s/m);
});
