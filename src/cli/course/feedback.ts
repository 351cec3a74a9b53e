/**
 * `nablab course feedback`: what students get back.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "../../data/write-atomically.js";
import { table } from "../../display/table.js";
import { InputError } from "../input-error.js";
import { forEach, inOrder, reasonOf, submissionLabel } from "./each.js";
import { finishFeedback } from "./feedback-page.js";
import { type CourseOptions, courseFolder, named } from "./folder.js";
import { foldersIn, submissionsIn } from "./submissions.js";

/** The feedback for students: their notebooks with points and comments, as HTML. */
export async function feedback(
  assignments: readonly string[],
  options: CourseOptions & { student?: string },
): Promise<number> {
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
  if (rows.length > 0) console.log(table(inOrder(rows)));
  return failures === 0 ? 0 : 1;
}

function finishFeedbackIn(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
    const file = path.join(folder, name);
    writeAtomically(file, finishFeedback(readFileSync(file, "utf8")));
  }
}
