/**
 * `nablab course …`: the commands for lecturers.
 */
import type { Command } from "commander";
import type { AutogradeOptions } from "./autograde.js";
import type { FeedbackOptions } from "./feedback.js";
import type { CourseOptions } from "./folder.js";
import type { FormgraderOptions } from "./formgrader.js";
import type { GradesOptions } from "./grades.js";
import type { ImportOptions } from "./import.js";
import type { ReleaseOptions } from "./release.js";

/** Adds the commands to the program; `whole` reads a whole number above 0. */
export function addCourseCommands(program: Command, whole: (text: string) => number): void {
  const course = program
    .command("course")
    .summary("hand out, grade and report on assignments, with nbgrader")
    .description(
      "Assignments in TypeScript with nbgrader: made in source/, handed out from release/, handed in to " +
        "submitted/STUDENT/ASSIGNMENT/, graded in autograded/. The manual: notebooks/coursework/README.md.",
    )
    .addHelpText(
      "after",
      `
Examples:
  npx nablab course new my-course && cd my-course
  npx nablab course release 1-gradient-descent     what students get is in release/
  npx nablab course roster import class.csv        who is in the class
  npx nablab course autograde                      grade what lies in submitted/
  npx nablab course feedback && npx nablab course scores --csv scores.csv`,
    );

  /** A command about the course in a folder. */
  const inCourse = (command: Command): Command =>
    command.option("-c, --course <folder>", "the folder of the course", ".");

  course
    .command("new")
    .summary("lay out a course")
    .description("Lays out a course with nablab's assignments, ready to be released and changed.")
    .argument("<folder>", "a new or an empty folder")
    .option("--empty", "without assignments")
    .action(async (folder: string, options: { empty?: boolean }) => {
      (await import("./new-course.js")).newCourse(folder, options);
    });

  inCourse(course.command("release"))
    .summary("make what students get")
    .description(
      "Makes the students' version in release/: solutions and hidden tests stripped. The solution must get all points " +
        "and an assignment without answers none; else, and when nbgrader refuses it, the version that is there stays.",
    )
    .argument("[assignment...]", "by default all")
    .option("--untried", "hand out also where solution and tests do not agree")
    .option("--change-cells", "of an assignment that is graded: keep the marks of the cells that stay")
    .action(async (assignments: string[], options: ReleaseOptions) => {
      process.exitCode = await (await import("./release.js")).releaseAssignments(assignments, options);
    });

  inCourse(course.command("autograde"))
    .summary("grade what was handed in")
    .description(
      "Grades what lies in submitted/, several at a time. What is graded already is left alone, so that an interrupted " +
        "run goes on where it stopped; what was handed in again is graded again.",
    )
    .argument("[assignment...]", "by default all that are released")
    .option("-s, --student <id>", "of this student alone")
    .option("-j, --jobs <number>", "how many at a time; by default one for each core", whole)
    .option("-f, --force", "also what is graded already")
    .option("--stale", "also what was graded by tests that have changed since")
    .addHelpText("after", "\nExit codes: 0 all graded, 1 some could not be, 2 the arguments cannot be used")
    .action(async (assignments: string[], options: AutogradeOptions) => {
      process.exitCode = await (await import("./autograde.js")).autograde(assignments, options);
    });

  inCourse(course.command("feedback"))
    .summary("write what students get back")
    .description("Writes graded notebooks with points and comments to feedback/, as HTML.")
    .argument("[assignment...]", "by default all that are released")
    .option("-s, --student <id>", "for this student alone")
    .option("-j, --jobs <number>", "how many at a time; by default one for each core", whole)
    .option("--zip <file>", "also pack it for the platform that the submissions came from")
    .action(async (assignments: string[], options: FeedbackOptions) => {
      process.exitCode = await (await import("./feedback.js")).feedback(assignments, options);
    });

  inCourse(course.command("scores"))
    .summary("show what everybody has")
    .description(
      "Shows the points of all students on the roster, and what was not handed in or could not be graded; with --csv " +
        "also writes a table for a spreadsheet.",
    )
    .option("--csv <file>", "a line for each student and assignment, with status and note")
    .action(async (options: CourseOptions & { csv?: string }) => {
      process.exitCode = await (await import("./scores.js")).scores(options);
    });

  const roster = course
    .command("roster")
    .summary("say who is in the class")
    .description("The class, which scores are about.");

  inCourse(roster.command("import"))
    .summary("read a class list")
    .description(
      "Adds the students of a table to the class: a list of Moodle's participants, its grading worksheet, the gradebook " +
        "of Canvas, or any table with an id (student_id, ID number, username, …), names and addresses.",
    )
    .argument("<file>", "a .csv file")
    .option("--id <column>", "the column whose values name the folders in submitted/")
    .action(async (file: string, options: CourseOptions & { id?: string }) => {
      await (await import("./roster.js")).importRoster(file, options);
    });

  inCourse(roster.command("show"))
    .description("Shows the class.")
    .action(async (options: CourseOptions) => {
      await (await import("./roster.js")).showRoster(options);
    });

  inCourse(course.command("import"))
    .summary("take submissions from Moodle or Canvas")
    .description(
      "Unpacks the submissions of an assignment, as Moodle (Download all submissions) or Canvas (Download submissions) " +
        "packs them, into submitted/. What was handed in before is kept in .nablab/replaced.",
    )
    .argument("<zip>", "what the platform gave out")
    .argument("<assignment>", "what it is handed in for")
    .option("--worksheet <file>", "Moodle's grading worksheet, where students have the same name")
    .option("--add", "put who is not on the roster there; without a roster that is done anyway")
    .addHelpText(
      "after",
      "\nExit codes: 0 all imported, 1 some could not be told whose they are, 2 nothing was",
    )
    .action(async (zip: string, assignment: string, options: ImportOptions) => {
      process.exitCode = await (await import("./import.js")).importSubmissions(zip, assignment, options);
    });

  inCourse(course.command("grades"))
    .summary("fill in the table of Moodle or Canvas")
    .description(
      "Fills the points into Moodle's grading worksheet or Canvas's gradebook, as the platform gave it out, to be " +
        "uploaded again. Who handed in nothing or could not be graded keeps what stands there.",
    )
    .argument("<table>", "the platform's .csv file")
    .requiredOption("-o, --out <file>", "the table with the points in it")
    .option("-a, --assignment <name>", "which assignment; by default those whose columns there are")
    .option("--column <title>", "its column, where that has another name")
    .option("--scale", "multiply, where the platform's maximum is another one")
    .action(async (file: string, options: GradesOptions) => {
      await (await import("./grades.js")).exportGrades(file, options);
    });

  inCourse(course.command("formgrader"))
    .summary("open nbgrader's Formgrader on the course")
    .description(
      "Starts JupyterLab with nbgrader in the course's folder, for this machine alone, and prints its address.",
    )
    .argument("[option...]", "more options for JupyterLab, after --")
    .option("-p, --port <number>", "the port to listen on; by default a free one", whole)
    .option("--no-browser", "only print the address")
    .action(async (more: string[], options: FormgraderOptions) => {
      process.exitCode = await (await import("./formgrader.js")).formgrader(more, options);
    });

  inCourse(course.command("prepare", { hidden: true }))
    .description("Lays a submission out for nbgrader, which calls this where it grades by itself.")
    .argument("<assignment>")
    .argument("<student>")
    .action(async (assignment: string, student: string, options: CourseOptions) => {
      const { prepareSubmission } = await import("./prepare.js");
      prepareSubmission(assignment, student, options);
    });
}
