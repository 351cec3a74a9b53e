/**
 * `nablab course roster`: the class list, stored in nbgrader's gradebook, where the Formgrader finds it, too.
 */
import { readFileSync } from "node:fs";
import { table } from "../../display/table.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { unreadable } from "../system-error.js";
import { columnOf, isCanvas, isTestStudent, partsOf, plain } from "./columns.js";
import { readTable, withoutApostrophe } from "./csv.js";
import { answered } from "./each.js";
import { type CourseOptions, courseFolder } from "./folder.js";
import { NbGrader, type Student } from "./nbgrader.js";
import { problemWith } from "./student-id.js";

/** Reads a class list and adds its students to the roster; existing entries are updated. */
export async function importRoster(file: string, options: CourseOptions & { id?: string }): Promise<void> {
  const course = courseFolder(options.course);
  const students = studentsOf(readFile(file), file, options.id);
  const nbgrader = new NbGrader(course);
  try {
    const before = (await answered(nbgrader.ask({ do: "gradebook" }))).students!;
    await answered(nbgrader.ask({ do: "roster", students }));
    const known = new Set(before.map(({ id }) => id));
    const added = students.filter(({ id }) => !known.has(id)).length;
    say(
      `${file}: ${students.length} students, ${added} of them new; ${known.size + added} are on the roster`,
    );
  } finally {
    nbgrader.close();
  }
}

/** Shows the roster. */
export async function showRoster(options: CourseOptions): Promise<void> {
  const students = await rosterOf(courseFolder(options.course));
  if (students.length === 0)
    throw new InputError("the roster is empty: npx nablab course roster import FILE.csv");
  console.log(
    table(
      students.map(({ id, last_name, first_name, email, lms_user_id }) => ({
        id,
        name: nameOf({ id, last_name, first_name }),
        email,
        platform: lms_user_id,
      })),
    ),
  );
}

export async function rosterOf(course: string): Promise<Student[]> {
  const nbgrader = new NbGrader(course);
  try {
    return (await answered(nbgrader.ask({ do: "gradebook" }))).students!;
  } finally {
    nbgrader.close();
  }
}

export const nameOf = ({ first_name, last_name }: Pick<Student, "id" | "first_name" | "last_name">): string =>
  [first_name, last_name].filter(Boolean).join(" ");

export function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(`${file}: ${unreadable(error)}`);
  }
}

/**
 * The students of a class list.
 *
 * @param idColumn the column whose values name the folders of submissions; by default the first with a known name
 * @throws InputError if a student cannot be identified
 */
export function studentsOf(bytes: Uint8Array, file: string, idColumn?: string): Student[] {
  const { rows } = readTable(bytes, file);
  const [header = [], ...body] = rows;
  const canvas = isCanvas(header);
  const email = columnOf(header, "email");
  const id = idColumn === undefined ? columnOf(header, "id") : header.map(plain).indexOf(plain(idColumn));
  if (idColumn !== undefined && id < 0)
    throw new InputError(`${file}: no column ${idColumn}; there is ${header.join(", ")}`);
  if (id < 0 && email < 0) {
    throw new InputError(
      `${file}: no column that tells students apart, such as student_id, ID number, username or email; name one with --id, got ${header.join(", ")}`,
    );
  }
  const [full, first, last] = [columnOf(header, "full"), columnOf(header, "first"), columnOf(header, "last")];
  const lms = canvas ? header.map(plain).indexOf("id") : -1;
  const seen = new Map<string, number>();
  const students: Student[] = [];
  for (const [i, row] of body.entries()) {
    const value = (column: number): string =>
      withoutApostrophe(row[column] ?? "")
        .normalize("NFC")
        .trim();
    // Canvas writes the maximum points below the header, and a test student at the end.
    if (canvas && (value(lms) === "" || plain(value(0)) === "points possible" || isTestStudent(row)))
      continue;
    const own = value(id) || value(email) || value(lms);
    const problem = problemWith(own);
    if (problem) throw new InputError(`${file}: line ${i + 2}: ${problem}, got ${JSON.stringify(own)}`);
    const before = seen.get(own.toLowerCase());
    if (before)
      throw new InputError(
        `${file}: lines ${before} and ${i + 2} have the same id; choose another column with --id, got ${own}`,
      );
    seen.set(own.toLowerCase(), i + 2);
    const names =
      first >= 0 || last >= 0 ? { first_name: value(first), last_name: value(last) } : partsOf(value(full));
    students.push({ id: own, ...names, email: value(email), lms_user_id: value(lms) });
  }
  if (students.length === 0) throw new InputError(`${file}: nobody is in it`);
  return students;
}

/** A name as Moodle writes it in file names: without apostrophes, symbols and runs of full stops, with spaces for underscores. */
const asInFileName = (name: string | null | undefined): string =>
  (name ?? "").replaceAll("_", " ").replace(/[\p{Cc}&<>"`|':\\/]|\.{2,}/gu, "");

export const notOnRoster = "not on the roster";

/**
 * Finds a student by a platform's data: a number, an address, a name.
 *
 * @returns the student, or the reason if none can be identified
 */
export function findStudent(
  roster: readonly Student[],
  { number, email, id, name }: { number?: string; email?: string; id?: string; name?: string },
): Student | string {
  const by = (isIt: (student: Student) => boolean): Student[] => roster.filter(isIt);
  const same = (a: string | null | undefined, b: string | undefined): boolean =>
    Boolean(a) && Boolean(b) && plain(a!) === plain(b!);
  for (const found of [
    by((student) => Boolean(number) && student.lms_user_id === number),
    by((student) => same(student.id, id)),
    by((student) => same(student.email, email)),
  ]) {
    if (found.length === 1) return found[0]!;
  }
  if (!name) return notOnRoster;
  const isNamed = (student: Student, as: string): boolean => {
    const { first_name, last_name } = student;
    return [nameOf(student), `${last_name} ${first_name}`, `${last_name}, ${first_name}`].some((form) =>
      same(asInFileName(form), asInFileName(as)),
    );
  };
  // Moodle puts the group before the name.
  for (const as of [name, name.slice(name.indexOf("-") + 1)]) {
    const found = by((student) => isNamed(student, as));
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      return `${found.length} students of that name are on the roster (${found.map(({ id }) => id).join(", ")})`;
  }
  return notOnRoster;
}
