/**
 * `nablab course …`: the commands for lecturers.
 */
import type { Command } from "commander";
import type { AutogradeOptions } from "./autograde.js";
import type { CourseOptions } from "./folder.js";
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
    .action(async (assignments: string[], options: AutogradeOptions) => {
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

  inCourse(course.command("prepare", { hidden: true }))
    .description("Lays a submission out for nbgrader, which calls this where it grades by itself.")
    .argument("<assignment>")
    .argument("<student>")
    .action(async (assignment: string, student: string, options: CourseOptions) => {
      const { prepareSubmission } = await import("./prepare.js");
      prepareSubmission(assignment, student, options);
    });
}
