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
    .summary("release and grade assignments with nbgrader")
    .description(
      "Assignments in TypeScript with nbgrader: authored in source/, released to release/, submitted to " +
        "submitted/STUDENT/ASSIGNMENT/, graded in autograded/. Manual: notebooks/coursework/README.md.",
    )
    .addHelpText(
      "after",
      `
Examples:
  npx nablab course new my-course && cd my-course
  npx nablab course release 1-gradient-descent     write the students' version to release/
  npx nablab course roster import class.csv        read the class list
  npx nablab course autograde                      grade the submissions
  npx nablab course feedback && npx nablab course scores --csv scores.csv`,
    );

  /** Adds the option for the folder of the course. */
  const inCourse = (command: Command): Command =>
    command.option("-c, --course <folder>", "folder of the course", ".");

  course
    .command("new")
    .summary("create a course")
    .description("Creates a course with nablab's assignments, ready to be edited and released.")
    .argument("<folder>", "a new or empty folder")
    .option("--empty", "without assignments")
    .action(async (folder: string, options: { empty?: boolean }) => {
      (await import("./new-course.js")).newCourse(folder, options);
    });

  inCourse(course.command("release"))
    .summary("write the students' version")
    .description(
      "Writes the students' version to release/, without solutions and hidden tests. The solution must get all points " +
        "and an unsolved assignment none; otherwise, or if nbgrader fails, the previous release is kept.",
    )
    .argument("[assignment...]", "default: all")
    .option("--untried", "release without running solution and tests")
    .option(
      "--change-cells",
      "change the cells of a graded assignment, keeping the marks of the cells that remain",
    )
    .action(async (assignments: string[], options: ReleaseOptions) => {
      process.exitCode = await (await import("./release.js")).releaseAssignments(assignments, options);
    });

  inCourse(course.command("autograde"))
    .summary("grade submissions")
    .description(
      "Grades the submissions in submitted/, several at a time. Graded submissions are skipped, so an interrupted run " +
        "can be continued; a changed submission is graded again.",
    )
    .argument("[assignment...]", "default: all that are released")
    .option("-s, --student <id>", "only this student")
    .option("-j, --jobs <number>", "number of parallel jobs (default: one per core)", whole)
    .option("-f, --force", "also grade what is already graded")
    .option("--stale", "also grade what was graded by tests that have changed since")
    .option("--dask <cluster>", "run notebooks on Dask: local, tcp://HOST:PORT, or a scheduler file (.json)")
    .addHelpText("after", "\nExit codes: 0 all graded, 1 some could not be graded, 2 invalid arguments")
    .action(async (assignments: string[], options: AutogradeOptions) => {
      process.exitCode = await (await import("./autograde.js")).autograde(assignments, options);
    });

  inCourse(course.command("feedback"))
    .summary("write feedback for students")
    .description("Writes graded notebooks with points and comments to feedback/ as HTML.")
    .argument("[assignment...]", "default: all that are released")
    .option("-s, --student <id>", "only this student")
    .option("-j, --jobs <number>", "number of parallel jobs (default: one per core)", whole)
    .option("--zip <file>", "also pack it for the platform from which the submissions came")
    .action(async (assignments: string[], options: FeedbackOptions) => {
      process.exitCode = await (await import("./feedback.js")).feedback(assignments, options);
    });

  inCourse(course.command("scores"))
    .summary("show all scores")
    .description(
      "Shows the points of all students on the roster, and what was not submitted or could not be graded; --csv also " +
        "writes a table for a spreadsheet.",
    )
    .option("--csv <file>", "a row per student and assignment, with status and note")
    .action(async (options: CourseOptions & { csv?: string }) => {
      process.exitCode = await (await import("./scores.js")).scores(options);
    });

  const roster = course
    .command("roster")
    .summary("manage the class list")
    .description("Manages the list of students for whom scores are reported.");

  inCourse(roster.command("import"))
    .summary("read a class list")
    .description(
      "Adds the students of a table to the class: Moodle's list of participants or grading worksheet, Canvas's " +
        "gradebook, or any table with an id (student_id, ID number, username, …), names and email addresses.",
    )
    .argument("<file>", "a .csv file")
    .option("--id <column>", "column whose values name the folders in submitted/")
    .action(async (file: string, options: CourseOptions & { id?: string }) => {
      await (await import("./roster.js")).importRoster(file, options);
    });

  inCourse(roster.command("show"))
    .description("Lists the students of the class.")
    .action(async (options: CourseOptions) => {
      await (await import("./roster.js")).showRoster(options);
    });

  inCourse(course.command("import"))
    .summary("import submissions from Moodle or Canvas")
    .description(
      "Unpacks a download of Moodle (Download all submissions) or Canvas (Download submissions) into submitted/. " +
        "Earlier versions are kept in .nablab/replaced.",
    )
    .argument("<zip>", "the download")
    .argument("<assignment>", "the assignment that was submitted")
    .option("--worksheet <file>", "Moodle's grading worksheet, if students have the same name")
    .option("--add", "add unknown students to the roster; the default without a roster")
    .addHelpText(
      "after",
      "\nExit codes: 0 all imported, 1 some students could not be identified, 2 nothing imported",
    )
    .action(async (zip: string, assignment: string, options: ImportOptions) => {
      process.exitCode = await (await import("./import.js")).importSubmissions(zip, assignment, options);
    });

  inCourse(course.command("grades"))
    .summary("fill in the grades table of Moodle or Canvas")
    .description(
      "Writes the points into Moodle's grading worksheet or Canvas's gradebook, ready for upload. Entries of students " +
        "who submitted nothing or could not be graded are kept.",
    )
    .argument("<table>", "the platform's .csv export")
    .requiredOption("-o, --out <file>", "file to write")
    .option("-a, --assignment <name>", "which assignment (default: all that have a column)")
    .option("--column <title>", "its column, if named differently")
    .option("--scale", "scale points to the platform's maximum")
    .action(async (file: string, options: GradesOptions) => {
      await (await import("./grades.js")).exportGrades(file, options);
    });

  inCourse(course.command("formgrader"))
    .summary("open nbgrader's Formgrader on the course")
    .description(
      "Starts JupyterLab with nbgrader in the course's folder, on the loopback interface only, and prints its address.",
    )
    .argument("[option...]", "options for JupyterLab, after --")
    .option("-p, --port <number>", "port to listen on (default: a free one)", whole)
    .option("--no-browser", "print the address only")
    .action(async (more: string[], options: FormgraderOptions) => {
      process.exitCode = await (await import("./formgrader.js")).formgrader(more, options);
    });

  course
    .command("doctor")
    .summary("what grading rests on here, and what confines answers")
    .description(
      "Checks Node, a cell, Python and nbgrader, and says what keeps graded answers from files, processes and the " +
        "network on this machine. Exit codes: 0 no faults, 1 faults found.",
    )
    .action(async () => {
      process.exitCode = await (await import("../doctor.js")).courseDoctor();
    });

  inCourse(course.command("prepare", { hidden: true }))
    .description("Prepares a submission for nbgrader, which calls this when it grades on its own.")
    .argument("<assignment>")
    .argument("<student>")
    .action(async (assignment: string, student: string, options: CourseOptions) => {
      const { prepareSubmission } = await import("./prepare.js");
      prepareSubmission(assignment, student, options);
    });
}
