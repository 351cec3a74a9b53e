/**
 * `nablab course grades`: writes points into the table exported by Moodle or Canvas.
 */
import path from "node:path";
import { writeAtomically } from "#platform";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { columnOf, isCanvas, isTestStudent, plain } from "./columns.js";
import { readTable, type Table, tableText } from "./csv.js";
import { type CourseOptions, courseFolder } from "./folder.js";
import type { Student } from "./nbgrader.js";
import { readPlatform } from "./platform-record.js";
import { findStudent, readFile } from "./roster.js";
import { type Standing, type Standings, standings } from "./scores.js";
import { round } from "./words.js";

/** Options of {@link exportGrades}. */
export interface GradesOptions extends CourseOptions {
  out: string;
  assignment?: string;
  /** The column to fill in, if its name differs from the assignment's. */
  column?: string;
  /** Scales points to the platform's maximum. */
  scale?: boolean;
}

/**
 * Fills in the grading worksheet of Moodle or the gradebook of Canvas. The entries of students without a graded submission
 * are not changed.
 */
export async function exportGrades(template: string, options: GradesOptions): Promise<void> {
  const course = courseFolder(options.course);
  const filled = readTable(readFile(template), template);
  const all = await standings(course);
  const [header = []] = filled.rows;
  const counts = isCanvas(header)
    ? fillCanvas(filled, template, all, options)
    : fillMoodle(filled, template, all, course, options);
  writeAtomically(path.resolve(options.out), tableText(filled));
  const left = [...counts.left].map(([why, count]) => `${count} ${why}`).join(", ");
  say(`${options.out}: ${counts.filled} grades filled in${left && `; left as they were: ${left}`}`);
  if (counts.left.has("to be read")) say("  answers to be read: npx nablab course formgrader");
  for (const name of counts.unknown.slice(0, 10)) say(`  nobody on the roster: ${name}`);
}

interface Counts {
  filled: number;
  /** The number of unchanged entries, by reason. */
  left: Map<Standing["is"], number>;
  unknown: string[];
}

function fillMoodle(
  { rows }: Table,
  file: string,
  all: Standings,
  course: string,
  { assignment: asked, column, scale = false }: GradesOptions,
): Counts {
  const [header = [], ...body] = rows;
  const assignment = asked ?? (all.assignments.length === 1 ? all.assignments[0]!.name : undefined);
  if (assignment === undefined) {
    throw new InputError(`${file}: a worksheet of Moodle is about one assignment: name it with --assignment`);
  }
  const about = all.assignments.find(({ name }) => name === assignment);
  if (!about)
    throw new InputError(
      `no assignment ${assignment}; there is ${all.assignments.map(({ name }) => name).join(", ")}`,
    );
  const grade = column === undefined ? columnOf(header, "grade") : header.map(plain).indexOf(plain(column));
  const participant = columnOf(header, "participant") >= 0 ? columnOf(header, "participant") : 0;
  if (grade < 0 || !body.some((row) => /\d+$/.test(row[participant] ?? ""))) {
    throw new InputError(
      `${file}: neither a grading worksheet of Moodle (Identifier, …, Grade, …) nor a gradebook of Canvas (Student, ID, …, Section, …); the column of the grades can be named with --column, got ${header.join(", ")}`,
    );
  }
  const maximum = columnOf(header, "maximum");
  const record = readPlatform(course, assignment)?.students ?? {};
  const byNumber = new Map(Object.entries(record).map(([id, { number }]) => [number, id]));
  const [full, email, id] = [columnOf(header, "full"), columnOf(header, "email"), columnOf(header, "id")];
  const counts: Counts = { filled: 0, left: new Map(), unknown: [] };
  for (const row of body) {
    const number = /\d+$/.exec(row[participant] ?? "")?.[0] ?? "";
    const imported = byNumber.get(number);
    const person = { name: row[full] ?? "", email: row[email] ?? "", id: row[id] ?? "" };
    const found =
      all.students.find((student) => student.id === imported) ?? findStudent(all.students, person);
    const most = maximum < 0 ? about.max : Number((row[maximum] ?? "").replace(",", ".")) || about.max;
    fill(
      row,
      grade,
      found,
      assignment,
      factor(most, about.max, scale, file),
      all,
      counts,
      person.name || number,
    );
  }
  return counts;
}

function fillCanvas(
  { rows }: Table,
  file: string,
  all: Standings,
  { assignment: asked, column, scale = false }: GradesOptions,
): Counts {
  const [header = [], ...body] = rows;
  const titleOf = (name: string): string => plain(name.replace(/\s*\(\d+\)\s*$/, ""));
  const columns = all.assignments
    .filter(({ name }) => asked === undefined || name === asked)
    .map(({ name, max }) => {
      const wanted = column === undefined ? plain(name) : titleOf(column);
      return { name, max, at: header.findIndex((title, i) => i > 2 && titleOf(title) === wanted) };
    })
    .filter(({ at }) => at >= 0);
  if (columns.length === 0) {
    throw new InputError(
      `${file}: no column is called as an assignment is; name both with --assignment and --column, got ${header.slice(5).join(", ")}`,
    );
  }
  if (column !== undefined && columns.length > 1)
    throw new InputError("--column wants --assignment beside it");
  const worth = body.find((row) => plain(row[0] ?? "") === "points possible");
  const [number, login, sis] = ["id", "sis login id", "sis user id"].map((name) =>
    header.map(plain).indexOf(name),
  );
  const counts: Counts = { filled: 0, left: new Map(), unknown: [] };
  for (const row of body) {
    if (row === worth || (row[number!] ?? "") === "" || isTestStudent(row)) continue;
    const name = (row[0] ?? "").trim();
    const by = (id: string) => findStudent(all.students, { number: row[number!] ?? "", id, name });
    const first = by(row[login!] ?? "");
    const found = typeof first === "string" ? by(row[sis!] ?? "") : first;
    for (const { name: assignment, max, at } of columns) {
      const most = Number(worth?.[at] ?? max) || max;
      fill(row, at, found, assignment, factor(most, max, scale, file), all, counts, name);
    }
  }
  return counts;
}

/** The factor for points. */
function factor(most: number, max: number, scale: boolean, file: string): number {
  if (most === max) return 1;
  if (scale) return most / max;
  throw new InputError(
    `${file}: the platform's maximum is ${most} and the assignment's ${round(max)}; change it there, or multiply with --scale`,
  );
}

function fill(
  row: string[],
  at: number,
  found: Student | string,
  assignment: string,
  times: number,
  all: Standings,
  counts: Counts,
  name: string,
): void {
  if (typeof found === "string") {
    counts.unknown.push(`${name}: ${found}`);
    return;
  }
  const standing = all.of(found.id, assignment);
  if (standing.is !== "graded") {
    counts.left.set(standing.is, (counts.left.get(standing.is) ?? 0) + 1);
    return;
  }
  row[at] = String(round(standing.score.score * times));
  counts.filled++;
}
