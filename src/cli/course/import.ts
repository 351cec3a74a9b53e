/**
 * `nablab course import`: unpacks a download of Moodle or Canvas into `submitted/STUDENT/ASSIGNMENT/`.
 */
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { makeFolder } from "../../platform/make-folder.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { columnOf, partsOf } from "./columns.js";
import { readTable } from "./csv.js";
import { answered } from "./each.js";
import { type CourseOptions, courseFolder, named } from "./folder.js";
import { NbGrader, type Student } from "./nbgrader.js";
import { readPlatform, writePlatform } from "./platform-record.js";
import { findStudent, notOnRoster, readFile, rosterOf } from "./roster.js";
import { problemWith } from "./student-id.js";
import { contentOf, foldersIn, isCopyOf, notebooksIn } from "./submissions.js";
import { isOfTestStudent, type Upload, uploadsOf } from "./uploads.js";
import { isInside, readZip, type ZipLimits } from "./zip.js";

/** Options of {@link importSubmissions}. */
export interface ImportOptions extends CourseOptions {
  /** Moodle's grading worksheet, which maps numbers to students. */
  worksheet?: string;
  /** Adds students who are not on the roster, under the platform's name. */
  add?: boolean;
}

/**
 * Unpacks the submissions of a class. An existing submission is replaced only by a different one, and kept in
 * `.nablab/replaced`.
 *
 * @returns the exit code: 0, or 1 if a submission could not be assigned to a student
 */
export async function importSubmissions(
  zip: string,
  assignment: string,
  options: ImportOptions,
): Promise<number> {
  const course = courseFolder(options.course);
  named([assignment], foldersIn(path.join(course, "release")), "released");
  const { uploads, others } = uploadsOf(readZip(readFile(zip), zip));
  if (uploads.length === 0) {
    throw new InputError(
      `${zip}: no name in it is as Moodle or Canvas names submissions ("Ada Lovelace_123_assignsubmission_file/x.ipynb", "lovelaceada_123_456_x.ipynb")${others.length > 0 ? `, got ${others.slice(0, 3).join(", ")}` : ""}`,
    );
  }
  const people = options.worksheet === undefined ? new Map() : peopleOf(options.worksheet);
  const { owners, unknown, nobody } = await ownersOf(course, uploads, people, options.add ?? false);
  const platform = readPlatform(course, assignment) ?? { platform: uploads[0]!.platform, students: {} };
  platform.platform = uploads[0]!.platform;
  const counts = { new: 0, replaced: 0, unchanged: 0 };
  rmSync(scratchOf(course), { recursive: true, force: true }); // of an interrupted import
  for (const [i, upload] of uploads.entries()) {
    const student = owners.get(upload);
    if (student === undefined) continue;
    counts[store(course, student, assignment, upload)]++;
    const { name, number, late, prefix } = upload;
    platform.students[student] = { name, number, late, prefix };
    // Recorded first, so that files of an interrupted import can be identified.
    if (i % 50 === 49) writePlatform(course, assignment, platform);
  }
  writePlatform(course, assignment, platform);
  say(
    `${zip}: ${uploads.length} submissions to ${assignment}, ${counts.new} new, ${counts.replaced} handed in again, ${counts.unchanged} as before`,
  );
  for (const name of others.slice(0, 5)) say(`  left out, as its name is not a submission's: ${name}`);
  for (const { number } of nobody) say(`  left out: Canvas's own test student (${number})`);
  for (const [{ name, number }, why] of unknown) say(`  not imported: ${name} (${number}): ${why}`);
  if (unknown.length > 0) {
    say(
      "Put who is missing on the roster (npx nablab course roster import FILE.csv, or --add), or say whose the numbers are (--worksheet), and import again",
    );
  }
  return unknown.length === 0 ? 0 : 1;
}

interface Person {
  name?: string;
  email?: string;
  id?: string;
}

/** The participants of a Moodle worksheet, by their numbers. */
function peopleOf(worksheet: string): Map<string, Person> {
  const { rows } = readTable(readFile(worksheet), worksheet);
  const [header = [], ...body] = rows;
  const participant = Math.max(0, columnOf(header, "participant"));
  const [full, email, id] = [columnOf(header, "full"), columnOf(header, "email"), columnOf(header, "id")];
  return new Map(
    body.map((row) => [
      /\d+$/.exec(row[participant] ?? "")?.[0] ?? "",
      { name: row[full] ?? "", email: row[email] ?? "", id: row[id] ?? "" },
    ]),
  );
}

/** Assigns uploads to students. Without a roster, one is created from the platform's names. */
async function ownersOf(
  course: string,
  uploads: readonly Upload[],
  people: ReadonlyMap<string, Person>,
  add: boolean,
): Promise<{ owners: Map<Upload, string>; unknown: [Upload, string][]; nobody: Upload[] }> {
  const roster = await rosterOf(course);
  const owners = new Map<Upload, string>();
  const unknown: [Upload, string][] = [];
  const nobody: Upload[] = [];
  const added: Student[] = [];
  for (const upload of uploads) {
    const person = people.get(upload.number) ?? {};
    const number = upload.platform === "canvas" ? { number: upload.number } : {};
    const known = findStudent(roster, { ...number, name: upload.name, ...person });
    if (known === notOnRoster && isOfTestStudent(upload)) {
      nobody.push(upload);
      continue;
    }
    const isNew = known === notOnRoster && (add || roster.length === 0);
    const found = isNew ? newStudent(upload, person, uploads, roster) : known;
    if (typeof found === "string") unknown.push([upload, found]);
    else {
      owners.set(upload, found.id);
      if (isNew) added.push(found);
    }
  }
  const twice = [...owners].filter(([a, id]) => [...owners].some(([b, other]) => a !== b && id === other));
  for (const [upload, id] of twice) {
    owners.delete(upload);
    unknown.push([upload, `more than one submission would be ${id}'s`]);
  }
  if (added.length > 0) {
    const nbgrader = new NbGrader(course);
    try {
      await answered(nbgrader.ask({ do: "roster", students: added }));
    } finally {
      nbgrader.close();
    }
  }
  return { owners, unknown, nobody };
}

/** A student known only by the platform's name. */
function newStudent(
  upload: Upload,
  { name, email, id }: Person,
  uploads: readonly Upload[],
  roster: readonly Student[],
): Student | string {
  const canvas = upload.platform === "canvas";
  const own = id || email || (canvas ? `${upload.name}-${upload.number}` : upload.name);
  if (!id && !email && !canvas && uploads.some((other) => other !== upload && other.name === upload.name)) {
    return "another student has the same name";
  }
  if (roster.some((student) => student.id === own)) return `another student has the id ${own}`;
  const problem = problemWith(own);
  if (problem) return problem;
  return {
    id: own,
    ...partsOf(name || upload.name),
    email: email ?? "",
    ...(canvas && { lms_user_id: upload.number }),
  };
}

const scratchOf = (course: string): string => path.join(course, ".nablab", "import");

/** Moves a submission into place, completely or not at all. */
function store(
  course: string,
  student: string,
  assignment: string,
  upload: Upload,
): "new" | "replaced" | "unchanged" {
  const target = path.join(course, "submitted", student, assignment);
  makeFolder(scratchOf(course));
  const root = mkdtempSync(path.join(scratchOf(course), "new-"));
  try {
    const released = notebooksIn(path.join(course, "release", assignment)).map((file) => path.basename(file));
    const staged = path.join(root, "submitted", student, assignment);
    makeFolder(staged);
    for (const { name, content } of filed(unpacked(upload), released)) {
      writeAtomically(path.join(staged, name), content);
    }
    const submission = { student, assignment };
    const isThere = existsSync(target);
    if (isThere && contentOf(root, submission) === contentOf(course, submission)) return "unchanged";
    makeFolder(path.dirname(target));
    if (isThere) {
      const time = new Date().toISOString().replaceAll(":", "-");
      const old = path.join(course, ".nablab", "replaced", assignment, student, time);
      makeFolder(path.dirname(old));
      renameSync(target, old);
    }
    renameSync(staged, target);
    return isThere ? "replaced" : "new";
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

type Files = Upload["files"];

/** What the zip files of one student may unpack to, together: a class is imported whatever a single one holds. */
const ownLimits: ZipLimits = { files: 2000, each: 2e8, all: 5e8 };

/** The files of an upload; a zip file with the only notebooks is unpacked. */
export function unpacked({ files }: Pick<Upload, "files">, limits: ZipLimits = ownLimits): Files {
  if (files.some(({ name }) => name.endsWith(".ipynb"))) return files;
  const zips = files.filter(({ name }) => name.toLowerCase().endsWith(".zip"));
  if (zips.length === 0) return files;
  const left = { ...limits };
  const inner = zips.flatMap((zip) => {
    try {
      const entries = readZip(zip.content, zip.name, left);
      left.files -= entries.length;
      left.all -= entries.reduce((sum, { content }) => sum + content.length, 0);
      return entries.map((entry) => ({ ...entry, number: zip.number }));
    } catch {
      return [zip]; // grading reports that there is no notebook in it
    }
  });
  const folder = inner.find(({ name }) => name.endsWith(".ipynb"))?.name.replace(/[^/]*$/, "") ?? "";
  return inner.map((file) => ({
    ...file,
    name: file.name.startsWith(folder) ? file.name.slice(folder.length) : file.name,
  }));
}

/**
 * Renames files to their names in the assignment: platforms and browsers rename notebooks. A timestamp.txt is a student's, since no
 * platform writes one.
 */
function filed(files: Files, released: readonly string[]): Files {
  const isNotebook = ({ name }: Files[number]): boolean => name.endsWith(".ipynb") && !name.includes("/");
  const kept = new Map<string, Files[number]>();
  // The last of several versions counts.
  for (const file of files.toSorted((a, b) => a.number - b.number)) {
    if (!isInside(file.name) || file.name.toLowerCase() === "timestamp.txt") continue;
    const copyOf =
      isNotebook(file) && !released.includes(file.name)
        ? released.find((name) => isCopyOf(file.name, name))
        : undefined;
    kept.set(copyOf ?? file.name, { ...file, name: copyOf ?? file.name });
  }
  const notebooks = [...kept.values()].filter(isNotebook);
  const [only] = released;
  if (released.length === 1 && notebooks.length === 1 && notebooks[0]!.name !== only) {
    kept.delete(notebooks[0]!.name);
    kept.set(only!, { ...notebooks[0]!, name: only! });
  }
  return [...kept.values()];
}
