/**
 * `nablab course feedback`: writes feedback for students.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { table } from "../../display/table.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { forEach, inOrder, reasonOf, submissionLabel } from "./each.js";
import { finishFeedback } from "./feedback-page.js";
import { type CourseOptions, courseFolder, named } from "./folder.js";
import { readPlatform } from "./platform-record.js";
import { foldersIn, progressOf, submissionsIn } from "./submissions.js";
import { zipBytes } from "./zip.js";

/** Options of {@link feedback}. */
export interface FeedbackOptions extends CourseOptions {
  /** Only for this student. */
  student?: string;
  /** A zip file to upload to the platform that the submissions came from. */
  zip?: string;
}

/** Writes feedback for students: their notebooks with points and comments, as HTML. */
export async function feedback(assignments: readonly string[], options: FeedbackOptions): Promise<number> {
  const course = courseFolder(options.course);
  const names = named(assignments, foldersIn(path.join(course, "release")), "released");
  const graded = submissionsIn(course, "autograded", names, options.student);
  if (graded.length === 0) {
    throw new InputError(`nothing is graded yet: npx nablab course autograde ${names.join(" ")}`);
  }
  const rows: Record<string, unknown>[] = [];
  const failures = await forEach(course, graded, options, submissionLabel, async (nbgrader, submission) => {
    const { assignment, student } = submission;
    const answer = await nbgrader.ask({ do: "feedback", assignment, student });
    const folder = path.join("feedback", student, assignment);
    if (answer.success) finishFeedbackIn(path.join(course, folder));
    rows.push({ student, assignment, feedback: answer.success ? folder : reasonOf(answer) });
    return answer;
  });
  if (rows.length > 0) console.log(table(inOrder(rows), { rows: Number.POSITIVE_INFINITY }));
  if (options.zip !== undefined) packFeedback(course, names, options.zip);
  return failures === 0 ? 0 : 1;
}

/** Packs the feedback of an assignment under the names by which the platform identifies students. */
function packFeedback(course: string, assignments: readonly string[], zip: string): void {
  const [assignment = "", ...others] = assignments;
  if (others.length > 0) throw new InputError("--zip is about one assignment: name it");
  const platform = readPlatform(course, assignment);
  if (!platform) {
    throw new InputError(
      `${assignment} did not come from Moodle or Canvas: npx nablab course import FILE.zip ${assignment}`,
    );
  }
  const entries = Object.entries(platform.students).flatMap(([student, { prefix }]) => {
    // If the last version could not be graded, a page of an earlier one may remain.
    if (progressOf(course, { student, assignment }).step !== "graded") return [];
    const folder = path.join(course, "feedback", student, assignment);
    const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".html")) : [];
    return pages.map((name) => ({
      name: `${prefix}${name}`,
      content: readFileSync(path.join(folder, name)),
    }));
  });
  writeAtomically(path.resolve(zip), zipBytes(entries));
  say(
    `${zip}: the feedback of ${entries.length} pages, to upload to ${platform.platform === "moodle" ? "Moodle" : "Canvas"}`,
  );
}

function finishFeedbackIn(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
    const file = path.join(folder, name);
    writeAtomically(file, finishFeedback(readFileSync(file, "utf8")));
  }
}
