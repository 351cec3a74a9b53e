/**
 * No grade is lost or invented: what is not submitted, what cannot be graded and what is worth nothing are three
 * things; harmless damage costs nothing; content decides what is graded again; a failed release changes nothing.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { killedElsewhere } from "#nablab/kernel/graded-session.js";
import { damages, files, losses, type RawNotebook } from "../cli/damage.js";
import { type Cell, Course, idOf, type Notebook, read, solved } from "./course.js";
import * as tiny from "./tiny.js";

const course = new Course();
const name = "tiny";
let printed: string;
let status: number | null;

afterAll(() => course.remove());

const cellOf = (notebook: Notebook, id: string): Cell => notebook.cells.find((cell) => idOf(cell) === id)!;
const submit = (student: string, content: string | Uint8Array | Notebook, file = `${name}.ipynb`): void => {
  const folder = course.at("submitted", student, name);
  mkdirSync(folder, { recursive: true });
  const isNotebook = typeof content === "object" && "cells" in content;
  writeFileSync(path.join(folder, file), isNotebook ? JSON.stringify(content) : content);
};
const submissionOf = (change: (notebook: Notebook) => void = () => {}): Notebook => {
  const notebook = solved(course, name);
  cellOf(notebook, "words").source = "It falls.";
  change(notebook);
  return notebook;
};
const rowOf = (text: string, student: string): string =>
  text.split("\n").find((line) => line.startsWith(`${student} `)) ?? "";

/**
 * Harmless damage, the same in every run; `test/cli/repair.test.ts` tries hundreds, without nbgrader. Grading each takes
 * two seconds: NABLAB_ALL_SUBMISSIONS=1 tries more.
 */
const [damaged, lost] = process.env.NABLAB_ALL_SUBMISSIONS === "1" ? [5, 3] : [2, 1];
const samples = [
  ...fc.sample(fc.tuple(damages, files), { seed: 19, numRuns: damaged }),
  ...fc.sample(fc.tuple(losses, files), { seed: 20, numRuns: lost }),
];

beforeAll(() => {
  tiny.clear(course);
  tiny.assignment(course, name);
  const released = course.run("release");
  expect(released.status, released.stderr).toBe(0);
  expect(released.stdout).toMatch(/tiny +4 +12 /);
  writeFileSync(
    course.at("class.csv"),
    "student_id,first_name,last_name,email\nabsent,Abe,Sent,a@x.org\nwhole,Ho,Le,w@x.org\nstub,Stu,B,s@x.org\n=1+1,F,X,f@x.org\n",
  );
  expect(course.run("roster", "import", "class.csv").stderr).toContain(
    "4 students, 4 of them new; 4 are on the roster",
  );
  submit("whole", submissionOf());
  submit("stub", course.released(name));
  submit("=1+1", submissionOf());
  submit("torn", '{"cells": [');
  submit("other", submissionOf(), "other.ipynb");
  submit(
    "foreign",
    submissionOf((notebook) => {
      notebook.cells = [tiny.answer("f", "const a = 1;"), tiny.test("g", 1, "a;")];
    }),
  );
  submit("copied-by-a-browser", submissionOf(), `${name} (1).ipynb`);
  submit("with-time", submissionOf());
  writeFileSync(course.at("submitted", "with-time", name, "timestamp.txt"), "no time at all");
  submit(
    "renamed",
    submissionOf((notebook) => {
      cellOf(notebook, "half-test").metadata.nbgrader!.grade_id = "cell-77";
    }),
  );
  submit(
    "pretends",
    submissionOf((notebook) => {
      const code = `throw Object.assign(new Error(${JSON.stringify(killedElsewhere)}), { name: "ProcessEnded" });`;
      notebook.cells.unshift({ cell_type: "code", id: "own", metadata: {}, source: code, outputs: [] });
      cellOf(notebook, "half").source = `function half(): number { throw new Error("${killedElsewhere}"); }`;
    }),
  );
  submit(
    "extra",
    submissionOf((notebook) => {
      notebook.cells.push(tiny.test("bonus", 50, "1;"));
    }),
  );
  for (const [i, [{ apply }, write]] of samples.entries()) {
    const notebook = submissionOf() as unknown as RawNotebook;
    apply(notebook);
    submit(`damaged-${i}`, write(notebook));
  }
  submit("latin", submissionOf());
  writeFileSync(
    Buffer.concat([Buffer.from(course.at("submitted", "latin", name, "b")), Buffer.of(0xe4)]),
    "1",
  );
  mkdirSync(course.at("submitted", "flat"));
  writeFileSync(course.at("submitted", "flat", name), JSON.stringify(submissionOf()));
  ({ status, stdout: printed } = course.run("autograde"));
}, 900_000);

test("what cannot be graded says why and is nowhere 0", () => {
  expect(status).toBe(1);
  expect(rowOf(printed, "torn")).toMatch(/not graded +tiny.ipynb: not a notebook: the file is not JSON/);
  expect(rowOf(printed, "other")).toMatch(/not graded +there is other.ipynb in it, but no tiny.ipynb/);
  expect(rowOf(printed, "foreign")).toMatch(/not graded +none of the 7 cells of the assignment are in it/);
  expect(rowOf(printed, "latin")).toMatch(/not graded +b. cannot be read, as its name is not UTF-8/);
  expect(rowOf(printed, "flat")).toMatch(/not graded +tiny is a file; expected a folder with the notebook/);
  const { stdout } = course.run("scores", "--csv", "scores.csv");
  expect(rowOf(stdout, "latin")).toMatch(/latin +not graded$/);
  expect(rowOf(stdout, "flat")).toMatch(/flat +not graded$/);
  expect(rowOf(stdout, "absent")).toMatch(/absent +not submitted$/);
  expect(rowOf(stdout, "stub")).toMatch(/stub +0 \/ 12 /);
  expect(rowOf(stdout, "torn")).toMatch(/torn +not graded$/);
  expect(rowOf(stdout, "whole")).toMatch(/whole +5 \/ 12 \* +5$/);
  const text = readFileSync(course.at("scores.csv"), "utf8");
  expect(text.startsWith("\uFEFFassignment,")).toBe(true);
  const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
  const of = (student: string) => {
    const { status, raw_score, score, max_score } = rows.find(({ student_id }) => student_id === student)!;
    return [status, raw_score, score, max_score];
  };
  expect(of("absent")).toEqual(["not submitted", "", "", "12"]);
  expect(of("torn")).toEqual(["not graded", "", "", "12"]);
  expect(of("foreign")).toEqual(["not graded", "", "", "12"]);
  expect(of("stub")).toEqual(["to be read", "0", "0", "12"]);
  expect(of("whole")).toEqual(["to be read", "5", "5", "12"]);
  expect(of("'=1+1")).toEqual(["to be read", "5", "5", "12"]);
  // nor does the gradebook, which the Formgrader sums up, know of them
  expect(Object.keys(course.grades()[name]!)).not.toEqual(expect.arrayContaining(["torn"]));
});

test("what a student, a browser or an editor did without meaning it costs nothing", () => {
  for (const student of ["copied-by-a-browser", "with-time", "renamed", "extra"]) {
    expect(rowOf(printed, student), student).toMatch(/ 5 \/ 12 /);
  }
  expect(rowOf(printed, "copied-by-a-browser")).toContain("handed in as tiny (1).ipynb");
  expect(rowOf(printed, "renamed")).toContain("without metadata, and recognised: half-test");
  expect(rowOf(printed, "extra")).toContain("not of this assignment: bonus");
  expect(rowOf(printed, "whole")).toMatch(/5 \/ 12 +an answer to read$/);
  for (const [i, [{ names }]] of samples.entries()) {
    expect(rowOf(printed, `damaged-${i}`), names.join(", ")).toMatch(/ 5 \/ 12 /);
  }
});

test("a cell cannot pretend that the machine was at fault, and so escape its points", () => {
  expect(rowOf(printed, "pretends")).toMatch(/ 2 \/ 12 +cell 1: Error: the notebook's process was killed/);
});

test("content decides what is graded again, not the time of a file", () => {
  const file = course.at("submitted", "whole", name, `${name}.ipynb`);
  const before = statSync(file);
  utimesSync(file, new Date(), new Date(Date.now() + 1e6));
  for (const student of ["torn", "other", "foreign", "latin", "flat"])
    rmSync(course.at("submitted", student), { recursive: true });
  expect(course.run("autograde").stdout).toBe("");
  submit(
    "whole",
    submissionOf((notebook) => {
      cellOf(notebook, "half").source = "function half(x: number): number {\n  return x;\n}";
    }),
  );
  utimesSync(file, before.atime, new Date(0)); // as unzip and rsync keep it
  expect(rowOf(course.run("scores").stdout, "whole")).toMatch(/not graded/);
  const again = course.run("autograde");
  expect(again.stdout.trim().split("\n")).toHaveLength(3);
  expect(rowOf(again.stdout, "whole")).toMatch(/ 2 \/ 12 /);
});

test("marks given by hand stay, also where a version comes that cannot be graded", () => {
  course.mark(name, "stub", "words", 4);
  submit("stub", "{");
  expect(course.run("autograde").status).toBe(1);
  expect(rowOf(course.run("scores").stdout, "stub")).toMatch(/not graded/);
  submit("stub", course.released(name));
  expect(rowOf(course.run("autograde").stdout, "stub")).toMatch(/ 4 \/ 12 /);
});

test("a late submission has one score everywhere, with what lateness costs beside it", () => {
  const config = course.at("nbgrader_config.py");
  const text = readFileSync(config, "utf8");
  const trusting = text.replace("trust_timestamps = False", "trust_timestamps = True");
  expect(trusting).not.toBe(text);
  writeFileSync(
    config,
    `${trusting}
from nbgrader.plugins import LateSubmissionPlugin


class Late(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1.0


c.AssignLatePenalties.plugin_class = Late
`,
  );
  course.python("duedate.py", name, "2026-01-01 12:00:00");
  rmSync(course.at("submitted", "with-time"), { recursive: true });
  submit("late", submissionOf());
  writeFileSync(course.at("submitted", "late", name, "timestamp.txt"), "2026-01-01 14:30:00 UTC");
  const graded = course.run("autograde");
  expect(rowOf(graded.stdout, "late")).toMatch(/ 4 \/ 12 +3 h late, −1; an answer to read/);
  const { stdout } = course.run("scores", "--csv", "late.csv");
  expect(rowOf(stdout, "late")).toMatch(/4 \/ 12 \(late −1\) \* +4$/);
  const rows = parse(readFileSync(course.at("late.csv")), { bom: true, columns: true }) as Record<
    string,
    string
  >[];
  expect(rows.find(({ student_id }) => student_id === "late")).toMatchObject({
    raw_score: "5",
    late_submission_penalty: "1",
    score: "4",
    timestamp: "2026-01-01 14:30:00",
  });
  writeFileSync(config, text);
});

const release = (...args: string[]) => course.run("release", name, ...args);
const handedOut = (): string => readFileSync(course.at("release", name, `${name}.ipynb`), "utf8");

/** Of each assignment its faults, and what is said of each. */
const faulty: Record<string, [fault: string, change: (cells: Cell[]) => void, message: RegExp][]> = {
  "faulty-marks": [
    [
      "a mistyped mark",
      (cells) => {
        cells[2]!.source = cells[2]!.source.replace("BEGIN HIDDEN TESTS", "BEGIN HIDDEN TEST");
      },
      /double-test: expected "BEGIN HIDDEN TESTS", got "\/\/ BEGIN HIDDEN TEST"/,
    ],
  ],
  "faulty-solution": [
    [
      "a wrong solution",
      (cells) => {
        cells[1]!.source = cells[1]!.source.replace("base * x", "x + 2");
      },
      /double-test: the solution gets 0 of 2 points: CheckFailed: double\(-1\): expected -2, got 1/,
    ],
    [
      "more points than a cell is worth",
      (cells) => {
        cells[4]!.metadata.nbgrader!.points = 2;
      },
      /half-test: the cell gives 3 points and is worth 2/,
    ],
  ],
  "faulty-tests": [
    [
      "less points than a cell is worth",
      (cells) => {
        cells[4]!.metadata.nbgrader!.points = 4;
      },
      /half-test: the solution gets 3 of 4 points/,
    ],
    [
      "points for nothing",
      (cells) => {
        cells[2]!.source = "1;";
      },
      /double-test: without an answer it gives [12] points already/,
    ],
  ],
  "faulty-names": [
    [
      "two cells of one name",
      (cells) => {
        cells[4]!.metadata.nbgrader!.grade_id = "double-test";
      },
      /Duplicate grade id|multiple/i,
    ],
  ],
};

describe("refused, with the old release in place", () => {
  const old = (assignment: string): string => course.at("release", assignment, `${assignment}.ipynb`);
  let lines: string[];

  beforeAll(() => {
    for (const [assignment, faults] of Object.entries(faulty)) {
      const changed = tiny.cells();
      for (const [, change] of faults) change(changed);
      tiny.assignment(course, assignment, changed);
      mkdirSync(path.dirname(old(assignment)), { recursive: true });
      writeFileSync(old(assignment), `the old release of ${assignment}`);
    }
    const { status, stderr } = course.run("release", ...Object.keys(faulty));
    expect(status).toBe(1);
    lines = stderr.split("\n");
  });

  afterAll(() => {
    for (const assignment of Object.keys(faulty)) {
      for (const folder of ["source", "release"]) rmSync(course.at(folder, assignment), { recursive: true });
    }
  });

  test.each(
    Object.entries(faulty).flatMap(([assignment, faults]) =>
      faults.map(([fault, , message]) => ({ fault, assignment, message })),
    ),
  )("$fault", ({ assignment, message }) => {
    const at = lines.findIndex((line) => line.includes(`${assignment} (`) && line.endsWith("failed"));
    expect(lines[at + 1]).toMatch(message);
    expect(readFileSync(old(assignment), "utf8")).toBe(`the old release of ${assignment}`);
  });
});

test("--untried hands out all the same", () => {
  const changed = tiny.cells();
  changed[4]!.metadata.nbgrader!.points = 4;
  tiny.assignment(course, name, changed);
  expect(release().stderr).toContain("(--untried hands it out all the same)");
  expect(release("--untried").stdout).toMatch(/tiny +4 +13 /);
  tiny.assignment(course, name);
  expect(release("--untried").status).toBe(0);
});

test("changed tests: autograde says whose scores are by the old ones, --stale grades them again", () => {
  const changed = tiny.cells();
  changed[2]!.source = changed[2]!.source.replace("double(-1), -2", "double(-3), -6");
  tiny.assignment(course, name, changed);
  expect(release("--untried").status).toBe(0);
  const repeated = course.run("autograde");
  expect(repeated.stderr).toMatch(/(\d+) of \1 are graded already/);
  expect(repeated.stderr).toMatch(
    /\d+ of them by tests that have changed since: tiny \(--stale grades them again\)/,
  );
  course.run("scores", "--csv", "stale.csv");
  expect(readFileSync(course.at("stale.csv"), "utf8")).toMatch(/whole,.*by tests that have changed since/);
  course.mark(name, "whole", "words", 5);
  course.mark(name, "whole", "sketch", 2);
  const again = course.run("autograde", "--stale", "--student", "whole");
  // Marks of answers that have not changed need no second look.
  expect(rowOf(again.stdout, "whole")).toMatch(/ 9 \/ 12 *$/);
  expect(course.run("autograde", "--student", "whole").stderr).not.toContain("changed since");
  submit(
    "whole",
    submissionOf((notebook) => {
      cellOf(notebook, "half").source = "function half(x: number): number {\n  return x;\n}";
      cellOf(notebook, "words").source = "It rises.";
    }),
  );
  expect(rowOf(course.run("autograde").stdout, "whole")).toMatch(/ 9 \/ 12 +an answer to read$/);
});

test("other cells in a graded assignment: refused with the way out, which keeps marks given by hand", () => {
  const before = handedOut();
  const changed = tiny.cells().filter(({ id }) => id !== "half-test");
  changed.push(tiny.test("double-again", 1, 'checkClose("double(5)", double(5), 10);'));
  tiny.assignment(course, name, changed);
  const refused = release("--untried");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/copy it to a new name in source\/, or keep the name with --change-cells/);
  expect(handedOut()).toBe(before);
  const { status, stdout, stderr } = release("--change-cells", "--untried");
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/tiny +4 +10 /);
  const copy = /the gradebook as it was before: (\S+)/.exec(stderr)![1]!;
  expect(existsSync(copy)).toBe(true);
  const grades = course.grades()[name]!;
  expect(grades.stub!.words).toBe(4);
  expect(Object.keys(grades.stub!).sort()).toEqual(["double-again", "double-test", "sketch", "words"]);
  expect(rowOf(course.run("autograde", "--stale", "--student", "stub").stdout, "stub")).toMatch(/ 4 \/ 10 /);
  expect(rowOf(course.run("autograde", "--stale", "--student", "whole").stdout, "whole")).toMatch(
    / 10 \/ 10 /,
  );
});

test("a new gradebook is marked with the version that nbgrader itself gives it", () => {
  const [own, theirs] = course.python("schema.py").trim().split("\n");
  expect(own).toMatch(/^[0-9a-f]{12}$/);
  expect(own).toBe(theirs);
});

test("nbgrader itself reads what is put right, as the Formgrader's button does", () => {
  submit(
    "by-hand",
    Buffer.from(
      `\uFEFF${JSON.stringify(
        submissionOf((notebook) => {
          for (const cell of notebook.cells) cell.metadata = {};
        }),
      )}`,
    ),
  );
  const { status, stderr } = course.nbgrader("autograde", name, "--student", "by-hand");
  expect(status, stderr).toBe(0);
  expect(rowOf(course.run("scores").stdout, "by-hand")).toMatch(/ 3 \/ 10 \*/);
  const graded = read(course.at("autograded", "by-hand", name, `${name}.ipynb`));
  expect(graded.cells[0]!.source).toContain("Put right before grading:");
});
