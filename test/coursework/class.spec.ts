/**
 * A class of 200 from Moodle and from Canvas and back: names of many languages, equal names, missing and late
 * submissions; every grade and every page of feedback reaches whose it is.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { strFromU8, unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Course, read } from "./course.js";
import * as tiny from "./tiny.js";

const name = "tiny";
const firstNames = [
  "Ada",
  "Zoë",
  "Jürgen",
  "Łukasz",
  "Ngọc Ánh",
  "Мария",
  "小明",
  "محمد",
  "Seán",
  "Ana-María",
  "O",
  "İpek",
];
const lastNames = [
  "Lovelace",
  "Ångström",
  "Müller",
  "Żółć",
  "Nguyễn",
  "Иванова",
  "王",
  "الخوارزمي",
  "O'Brien",
  "de la Cruz",
  "Öz",
];

interface Member {
  id: string;
  first: string;
  last: string;
  number: string;
  /** What was handed in says so. */
  submits: boolean;
  late: boolean;
  /** Points of the cells; null for one that waits to be read; undefined where it is not graded. */
  points: Record<string, number | null> | undefined;
}

const members: Member[] = Array.from({ length: 200 }, (_, i) => {
  // 132 names, so that 68 students share theirs with another.
  const submits = i % 8 !== 3;
  return {
    id: `u${String(i).padStart(3, "0")}`,
    first: firstNames[i % firstNames.length]!,
    last: lastNames[i % lastNames.length]!,
    number: String(5000 + 7 * i),
    submits,
    late: i % 10 === 0,
    points:
      submits && i % 25 !== 6
        ? { "double-test": i % 3, "half-test": (i % 7) / 2, words: i === 40 ? null : i % 6 }
        : undefined,
  };
});
const submitters = members.filter(({ submits }) => submits);
const graded = submitters.filter(({ points }) => points);
const totalOf = ({ points }: Member): string | undefined => {
  if (!points || Object.values(points).includes(null)) return undefined;
  return String(Object.values(points as Record<string, number>).reduce((sum, value) => sum + value, 0));
};

/** What a member hands in: the assignment with their number in a cell. */
function notebookOf(course: Course, { number }: Member, version = ""): Uint8Array {
  const notebook = course.released(name);
  notebook.cells.push({ cell_type: "raw", id: "mine", metadata: {}, source: `of ${number}${version}` });
  return Buffer.from(JSON.stringify(notebook));
}

/** Grades as if nbgrader had run, and pages of feedback. */
function pretend(course: Course): void {
  for (const { id } of graded) {
    cpSync(course.at("submitted", id, name), course.at("autograded", id, name), { recursive: true });
  }
  course.python(
    "pretend.py",
    name,
    JSON.stringify(Object.fromEntries(graded.map(({ id, points }) => [id, points]))),
  );
  for (const { id } of submitters) {
    mkdirSync(course.at("feedback", id, name), { recursive: true });
    writeFileSync(course.at("feedback", id, name, `${name}.html`), `<p>for ${id}</p>`);
  }
}

function made(): Course {
  const course = new Course();
  tiny.clear(course);
  tiny.assignment(course, name);
  // Without a trial, which is not what this is about.
  const { status, stderr } = course.run("release", "--untried");
  expect(status, stderr).toBe(0);
  return course;
}

const csv = (rows: string[][]): string =>
  rows
    .map((row) => row.map((text) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(","))
    .join("\n");
const table = (file: string): Record<string, string>[] =>
  parse(readFileSync(file), { bom: true, columns: true }) as Record<string, string>[];
const ownerOf = (course: Course, id: string): string =>
  read(course.at("submitted", id, name, `${name}.ipynb`)).cells.at(-1)!.source;

let released: Course;
beforeAll(() => {
  released = made();
});
afterAll(() => released?.remove());

describe("Moodle", () => {
  let course: Course;
  let worksheet: string;
  const fullName = ({ first, last }: Member): string => `${first} ${last}`;
  // Some servers pack a folder for each student, older ones with an underscore, some files alone.
  const prefixOf = (member: Member, i: number): string =>
    `${fullName(member)}_${member.number}_assignsubmission_file${["/", "_/", "_"][i % 3]}`;

  beforeAll(() => {
    course = new Course(released);
    writeFileSync(
      course.at("participants.csv"),
      csv([
        ["First name", "Last name", "ID number", "Email address"],
        ...members.map(({ id, first, last }) => [first, last, id, `${id}@example.org`]),
      ]),
    );
    worksheet = course.at("worksheet.csv");
    writeFileSync(
      worksheet,
      `\uFEFF${csv([
        [
          "Identifier",
          "Full name",
          "Email address",
          "Status",
          "Grade",
          "Maximum Grade",
          "Grade can be changed",
          "Last modified (submission)",
          "Last modified (grade)",
          "Feedback comments",
        ],
        ...members.map((member) => [
          `Participant ${member.number}`,
          fullName(member),
          `${member.id}@example.org`,
          member.submits ? "Submitted for grading" : "No submission",
          "",
          "12.00",
          "Yes",
          "Sunday, 29 November 2026, 1:13 PM",
          "-",
          "",
        ]),
      ])}`,
    );
    const files = Object.fromEntries(
      submitters.map((member, i) => [
        `${prefixOf(member, i)}${i % 5 === 4 ? "mine (1).ipynb" : `${name}.ipynb`}`,
        notebookOf(course, member),
      ]),
    );
    writeFileSync(course.at("all.zip"), zipSync(files, { level: 1 }));
    expect(course.run("roster", "import", "participants.csv").status).toBe(0);
  }, 300_000);
  afterAll(() => course.remove());

  test("equal names are not guessed at: they are named, and the others imported", () => {
    const { status, stderr } = course.run("import", "all.zip", name);
    expect(status).toBe(1);
    const count = (member: Member) => members.filter((other) => fullName(other) === fullName(member)).length;
    const alone = submitters.filter((member) => count(member) === 1);
    expect(readdirSync(course.at("submitted")).sort()).toEqual(alone.map(({ id }) => id));
    expect(stderr.match(/not imported: .*students of that name are on the roster/g)).toHaveLength(
      submitters.length - alone.length,
    );
  }, 120_000);

  test("with the worksheet everything is imported, to whose it is", () => {
    const { status, stderr } = course.run("import", "all.zip", name, "--worksheet", "worksheet.csv");
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/all.zip: 175 submissions to tiny, \d+ new, 0 handed in again, \d+ as before/);
    expect(readdirSync(course.at("submitted")).sort()).toEqual(submitters.map(({ id }) => id));
    for (const member of submitters) expect(ownerOf(course, member.id)).toBe(`of ${member.number}`);
  }, 120_000);

  test("grades go back into the worksheet, feedback under the names of the download", () => {
    pretend(course);
    const { status, stderr } = course.run("grades", "worksheet.csv", "--out", "filled.csv");
    expect(status, stderr).toBe(0);
    const [before, after] = [table(worksheet), table(course.at("filled.csv"))];
    for (const [i, member] of members.entries()) {
      expect(after[i]).toEqual({ ...before[i], Grade: totalOf(member) ?? "" });
    }
    expect(readFileSync(course.at("filled.csv"), "utf8").startsWith("\uFEFFIdentifier,Full name,")).toBe(
      true,
    );
    const packed = course.run("feedback", name, "--student", "u001", "--zip", "feedback.zip");
    expect(packed.status, packed.stderr).toBe(0);
    const pages = unzipSync(readFileSync(course.at("feedback.zip")));
    expect(Object.keys(pages)).toHaveLength(graded.length);
    for (const [i, member] of submitters.entries()) {
      if (!member.points) continue; // what is not graded has no page, though one of an earlier version lies there
      const page = pages[`${prefixOf(member, i)}${name}.html`];
      // As Moodle takes a name apart: name_number_type_plugin, and the rest.
      const [, number, type, plugin] = `${prefixOf(member, i)}${name}.html`.split(/[/]/)[0]!.split("_");
      expect([number, type, plugin]).toEqual([member.number, "assignsubmission", "file"]);
      if (member.id !== "u001") expect(strFromU8(page!)).toBe(`<p>for ${member.id}</p>`);
      else expect(strFromU8(page!)).toContain("Score:");
    }
  }, 120_000);

  test("a student missing from the roster is reported, and added on request", () => {
    const stranger = { ...members[0]!, first: "Neu", last: "Hier", number: "1" };
    writeFileSync(
      course.at("new.zip"),
      zipSync({ [`Neu Hier_1_assignsubmission_file/${name}.ipynb`]: notebookOf(course, stranger) }),
    );
    const imported = course.run("import", "new.zip", name);
    expect([imported.status, imported.stderr]).toEqual([
      1,
      expect.stringContaining("not imported: Neu Hier (1): not on the roster"),
    ]);
    expect(existsSync(course.at("submitted", "Neu Hier"))).toBe(false);
    expect(course.run("import", "new.zip", name, "--add").status).toBe(0);
    expect(ownerOf(course, "Neu Hier")).toBe("of 1");
  }, 120_000);

  test("another maximum is refused, or scaled; another table too", () => {
    const text = readFileSync(worksheet, "utf8").replaceAll("12.00", "100.00");
    writeFileSync(course.at("hundred.csv"), text);
    const refused = course.run("grades", "hundred.csv", "--out", "no.csv");
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining("the platform's maximum is 100 and the assignment's 12"),
    ]);
    expect(existsSync(course.at("no.csv"))).toBe(false);
    expect(course.run("grades", "hundred.csv", "--out", "yes.csv", "--scale").status).toBe(0);
    expect(Number(table(course.at("yes.csv"))[1]!.Grade)).toBeCloseTo(
      (Number(totalOf(members[1]!)) * 100) / 12,
      2,
    );
    expect(course.run("grades", "participants.csv", "--out", "no.csv").stderr).toContain(
      "neither a grading worksheet of Moodle",
    );
  }, 120_000);

  test("what is handed in again replaces what was there, which is kept", () => {
    const [first] = submitters as [Member];
    const again = { [`${prefixOf(first, 0)}${name}.ipynb`]: notebookOf(course, first, ", again") };
    // By which nbgrader would date the submission.
    again[`${prefixOf(first, 0)}timestamp.txt`] = Buffer.from("2020-01-01 00:00:00 UTC");
    writeFileSync(course.at("again.zip"), zipSync(again));
    const { stderr } = course.run("import", "again.zip", name, "--worksheet", "worksheet.csv");
    expect(stderr).toContain("1 submissions to tiny, 0 new, 1 handed in again, 0 as before");
    expect(ownerOf(course, first.id)).toBe(`of ${first.number}, again`);
    expect(readdirSync(course.at("submitted", first.id, name))).toEqual([`${name}.ipynb`]);
    const kept = course.at(".nablab", "replaced", name, first.id);
    const [time] = readdirSync(kept);
    expect(readFileSync(path.join(kept, time!, `${name}.ipynb`), "utf8")).toContain(`of ${first.number}`);
  }, 120_000);
});

describe("Canvas", () => {
  let course: Course;
  const canvasNumber = ({ number }: Member): string => String(90_000 + Number(number));
  const prefixOf = (member: Member, i: number): string => {
    const person = `${member.last}${member.first}`.toLowerCase().replace(/[^\p{L}\p{M}]/gu, "");
    return `${person}${member.late ? "_LATE" : ""}_${canvasNumber(member)}_${70_000 + i}_`;
  };

  beforeAll(() => {
    course = new Course(released);
    writeFileSync(
      course.at("gradebook.csv"),
      csv([
        [
          "Student",
          "ID",
          "SIS User ID",
          "SIS Login ID",
          "Section",
          "other (11)",
          `${name} (321)`,
          "Final Score",
        ],
        ["    Points Possible", "", "", "", "", "10", "12", "(read only)"],
        ...members.map((member) => [
          `${member.last}, ${member.first}`,
          canvasNumber(member),
          `s${member.id}`,
          member.id,
          "Monday",
          "7",
          member.id === "u003" ? "1" : "",
          "50",
        ]),
        ["Student, Test", "99999", "", "0000", "Monday", "", "", ""],
      ]),
    );
    const files = Object.fromEntries(
      submitters.map((member, i) => [
        `${prefixOf(member, i)}${name}${i % 4 === 1 ? "-1" : ""}.ipynb`,
        notebookOf(course, member),
      ]),
    );
    // A student who handed in twice: the newer file has the greater number.
    files[`${prefixOf(submitters[0]!, -1)}${name}.ipynb`] = notebookOf(course, submitters[0]!, ", before");
    writeFileSync(course.at("submissions.zip"), zipSync(files, { level: 1 }));
    const roster = course.run("roster", "import", "gradebook.csv");
    expect(roster.stderr).toContain("200 students, 200 of them new");
  }, 300_000);
  afterAll(() => course.remove());

  test("submissions are imported to whose they are, and grades and feedback go back", () => {
    const { status, stderr } = course.run("import", "submissions.zip", name);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("175 submissions to tiny, 175 new, 0 handed in again, 0 as before");
    expect(readdirSync(course.at("submitted")).sort()).toEqual(submitters.map(({ id }) => id));
    for (const member of submitters) expect(ownerOf(course, member.id)).toBe(`of ${member.number}`);
    expect(course.run("import", "submissions.zip", name).stderr).toContain(
      "0 new, 0 handed in again, 175 as before",
    );
    pretend(course);
    const filled = course.run("grades", "gradebook.csv", "--out", "filled.csv");
    expect(filled.status, filled.stderr).toBe(0);
    expect(filled.stderr).not.toContain("nobody on the roster");
    const [before, after] = [table(course.at("gradebook.csv")), table(course.at("filled.csv"))];
    expect(after[0]).toEqual(before[0]);
    for (const [i, member] of members.entries()) {
      const column = `${name} (321)`;
      expect(after[i + 1]).toEqual({ ...before[i + 1], [column]: totalOf(member) ?? before[i + 1]![column] });
    }
    course.run("scores", "--csv", "scores.csv");
    const rows = table(course.at("scores.csv"));
    for (const { id, submits, late } of members) {
      expect(rows.find(({ student_id }) => student_id === id)!.note!.includes("late on Canvas"), id).toBe(
        submits && late,
      );
    }
    const packed = course.run("feedback", name, "--student", "u001", "--zip", "feedback.zip");
    expect(packed.status, packed.stderr).toBe(0);
    const pages = unzipSync(readFileSync(course.at("feedback.zip")));
    expect(Object.keys(pages)).toHaveLength(graded.length);
    for (const [file, page] of Object.entries(pages)) {
      // As Canvas takes a name apart: the first two numbers between underscores.
      const [user, attachment] = file.split("_").filter((piece) => /^\d+$/.test(piece));
      const i = Number(attachment) - 70_000;
      expect(canvasNumber(submitters[i]!)).toBe(user);
      if (submitters[i]!.id !== "u001") expect(strFromU8(page)).toBe(`<p>for ${submitters[i]!.id}</p>`);
    }
  }, 300_000);

  test("without a roster students are named by Canvas, and its own test student is nobody", () => {
    const empty = new Course(released);
    try {
      const [ada, bo] = [submitters[0]!, submitters[1]!].map((member) => notebookOf(empty, member));
      const files = {
        [`lovelaceada_90001_70001_${name}.ipynb`]: ada!,
        [`studenttest_99999_70002_${name}.ipynb`]: bo!,
      };
      writeFileSync(empty.at("submissions.zip"), zipSync(files, { level: 1 }));
      for (const more of [[], ["--add"]]) {
        const { status, stderr } = empty.run("import", "submissions.zip", name, ...more);
        expect(status, stderr).toBe(0);
        expect(stderr).toContain("left out: Canvas's own test student (99999)");
        expect(readdirSync(empty.at("submitted"))).toEqual(["lovelaceada-90001"]);
      }
      expect(empty.run("roster", "show").stdout).not.toContain("studenttest");
    } finally {
      empty.remove();
    }
  }, 60_000);
});
