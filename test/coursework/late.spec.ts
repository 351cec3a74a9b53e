/**
 * Late submissions have one score everywhere: in scores, its csv, the gradebook of the Formgrader, the page of feedback and
 * the tables of Moodle and Canvas; at the deadline, around it, with an extension, and in other time zones.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Course, solved } from "./course.js";
import * as tiny from "./tiny.js";

const course = new Course();
const name = "tiny";
afterAll(() => course.remove());

// Due at the second at which the clocks of Berlin are put forward, with ten minutes of grace, after which 1.25 points are lost.
const due = "2026-03-29 01:00:00";
const penalty = 1.25;
/** When each student handed in, whether that costs points, and the minutes of their extension. */
const submissions: Record<string, [time: string, isLate: boolean, extension?: number]> = {
  "last-of-grace": ["2026-03-29 01:10:00 UTC", false],
  "late-in-india": ["2026-03-29 06:40:01 +0530", true],
  "late-extended": ["2026-03-29 02:10:01 UTC", true, 60],
};
/** Its time cannot be read. */
const unclear = "in-summer";
const students = Object.keys(submissions).sort();
const points = Object.fromEntries(students.map((id) => [id, submissions[id]![1] ? 5 - penalty : 5]));
const rowsOf = (file: string): Record<string, string>[] =>
  parse(readFileSync(course.at(file)), { bom: true, columns: true }) as Record<string, string>[];
const csv = (rows: (string | number)[][]): string => rows.map((row) => row.join(",")).join("\n");

beforeAll(() => {
  tiny.clear(course);
  tiny.assignment(course, name, [
    tiny.answer("five", "// BEGIN SOLUTION\nconst five = 5;\n// END SOLUTION"),
    tiny.test("five-test", 5, 'checkClose("five", five, 5);'),
  ]);
  expect(course.run("release", "--untried").status).toBe(0);
  const config = course.at("nbgrader_config.py");
  writeFileSync(
    config,
    `${readFileSync(config, "utf8").replace("trust_timestamps = False", "trust_timestamps = True")}
from nbgrader.plugins import LateSubmissionPlugin


class Late(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return ${penalty} if total_seconds_late > 600 else 0


c.AssignLatePenalties.plugin_class = Late
`,
  );
  course.python("duedate.py", name, due);
  const table = (columns: string[], row: (id: string, i: number) => (string | number)[]) =>
    csv([columns, ...[...students, unclear].map(row)]);
  writeFileSync(
    course.at("class.csv"),
    table(["student_id", "first_name", "last_name", "email"], (id) => [id, "A", id, `${id}@x.org`]),
  );
  expect(course.run("roster", "import", "class.csv").status).toBe(0);
  writeFileSync(
    course.at("moodle.csv"),
    table(["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"], (id, i) => [
      `Participant ${i}`,
      `A ${id}`,
      `${id}@x.org`,
      "",
      "5.00",
    ]),
  );
  writeFileSync(
    course.at("canvas.csv"),
    csv([
      ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", `${name} (3)`],
      ["Points Possible", "", "", "", "", 5],
      ...[...students, unclear].map((id, i) => [`A ${id}`, 100 + i, "", id, "Monday", ""]),
    ]),
  );
  for (const [id, [time, , extension]] of Object.entries(submissions)) {
    course.submit(id, name, solved(course, name));
    writeFileSync(course.at("submitted", id, name, "timestamp.txt"), time);
    if (extension !== undefined) course.python("extension.py", name, id, String(extension));
  }
  course.submit(unclear, name, solved(course, name));
  writeFileSync(course.at("submitted", unclear, name, "timestamp.txt"), "2026-03-29 03:00:00 CEST");
  const { status, stdout, stderr } = course.run("autograde");
  expect(stdout.match(/.*not graded.*/g), stderr).toEqual([expect.stringContaining(unclear)]);
  expect(status).toBe(1);
});

test("a submission whose time cannot be read is not graded, and scores gives the reason", () => {
  const { stdout } = course.run("scores");
  expect(stdout).toMatch(/in-summer, tiny: .*timestamp.txt: expected UTC, an offset .* got CEST/);
});

test("in the gradebook, which the Formgrader shows", () => {
  const totals = JSON.parse(course.python("totals.py", name)) as Record<string, [number, number]>;
  const expected = students.map((id) => [id, [5, submissions[id]![1] ? penalty : 0]]);
  expect(totals).toEqual(Object.fromEntries(expected));
});

test("in scores and its csv", () => {
  const { stdout } = course.run("scores", "--csv", "scores.csv");
  for (const id of students) {
    const line = stdout.split("\n").find((line) => line.startsWith(`${id} `))!;
    const is = submissions[id]![1] ? `${points[id]} / 5 (late −${penalty})` : "5 / 5";
    const [, cell, sum] = /^\S+ +(.*\S) +(\S+)$/.exec(line)!;
    expect([cell, Number(sum)]).toEqual([is, points[id]]);
  }
  const rows = rowsOf("scores.csv");
  const graded = rows.filter(({ student_id }) => student_id !== unclear);
  expect(Object.fromEntries(graded.map(({ student_id, score }) => [student_id, Number(score)]))).toEqual(
    points,
  );
  expect(rows.find(({ student_id }) => student_id === unclear)!.score).toBe("");
  for (const { raw_score, late_submission_penalty, score } of graded) {
    expect(Number(raw_score) - Number(late_submission_penalty)).toBe(Number(score));
  }
});

test.each([
  ["moodle.csv", "Grade", ({ "Full name": of }: Record<string, string>) => of!.slice(2)],
  ["canvas.csv", `${name} (3)`, ({ "SIS Login ID": of }: Record<string, string>) => of!],
] as const)("in %s", (file, column, idOf) => {
  const { status, stderr } = course.run("grades", file, "--out", "filled.csv");
  expect(status, stderr).toBe(0);
  const rows = rowsOf("filled.csv").filter((row) => students.includes(idOf(row)));
  expect(rowsOf("filled.csv").find((row) => idOf(row) === unclear)![column]).toBe("");
  expect(Object.fromEntries(rows.map((row) => [idOf(row), Number(row[column])]))).toEqual(points);
});

test("in the feedback", () => {
  const { status, stderr } = course.run("feedback");
  expect(status, stderr).toBe(0);
  for (const id of students) {
    const page = readFileSync(course.at("feedback", id, name, `${name}.html`), "utf8");
    expect(page.match(/Late submission penalty \(Score: -([\d.]+)\)/)?.[1], id).toBe(
      submissions[id]![1] ? String(penalty) : undefined,
    );
    expect(page).toContain(`${name} (Score: ${submissions[id]![1] ? points[id] : "5.0"} / 5.0)`);
  }
});

test("a time is read right or refused, in any time zone", () => {
  const times: Record<string, string> = {
    "2026-03-29 01:10:00 UTC": "2026-03-29 01:10:00",
    "2026-03-29 01:10:00.250000 UTC\n": "2026-03-29 01:10:00.250000",
    "2026-03-29T01:10:00Z": "2026-03-29 01:10:00",
    "\uFEFF2026-03-29 01:10:00": "2026-03-29 01:10:00",
    "2026-03-29 01:10:00+0530": "2026-03-28 19:40:00",
    "2026-03-29 01:10:00 +0530": "2026-03-28 19:40:00",
    "2026-03-29 01:10:00 +05:30": "2026-03-28 19:40:00",
    "2026-03-29 01:10:00 -07": "2026-03-29 08:10:00",
    "2026-03-29 01:59:59 Europe/Berlin": "2026-03-29 00:59:59",
    "2026-03-29T03:10:01 Europe/Berlin": "2026-03-29 01:10:01",
    "2026-03-29 01:10:00 Europe/Berlni": "Europe/Berlni",
    "2026-03-29 01:10:00 CEST": "CEST",
    "2026-03-29 01:10 PM": "PM",
    "29.03.2026 01:10": "'29.03.2026 01:10'",
    "2026-03-29 25:10:00 UTC": "'2026-03-29 25:10:00 UTC'",
  };
  const inZones = JSON.parse(course.python("times.py", ...Object.keys(times))) as string[][];
  expect(inZones.length).toBe(3);
  for (const read of inZones) {
    const short = read.map((text) => text.replace(/^timestamp.txt: expected .*, got /, ""));
    expect(short).toEqual(Object.values(times));
  }
});
