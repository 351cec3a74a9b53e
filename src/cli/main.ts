#!/usr/bin/env node
/**
 * The command line: `npx nablab COMMAND`.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { CheckOptions } from "./check-notebook.js";
import { addCourseCommands } from "./course/commands.js";
import type { ExportOptions } from "./export.js";
import { InputError } from "./input-error.js";
import type { KernelPlace } from "./kernel.js";
import { say } from "./progress.js";
import type { RunOptions } from "./run.js";

const { version, description } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string; description: string };

const program = new Command("nablab")
  .description(description)
  .version(version)
  .showHelpAfterError("(see nablab --help)")
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  npx nablab run notebooks/lectures/01-gradient-descent.ipynb   run it and keep the outputs in it
  npx nablab run notebooks --out output --html                  run all, write copies and pages to read
  npx nablab kernel install --prefix .venv                      make the kernel known to a Jupyter
  npx nablab export notebooks/lectures --html site --slides     a site to read, and slides to present
  npx nablab check mine.ipynb                                   an assignment: what is right, what is wrong
  npx nablab course --help                                      for lecturers: hand out and grade assignments
  npx nablab doctor                                             something does not work: what, and what mends it

JupyterLab itself: npm start`,
  );

program
  .command("run")
  .summary("execute notebooks, without Jupyter or Python")
  .description(
    "Executes notebooks as the kernel would, without Jupyter or Python, and writes them with their outputs. " +
      "Each runs in a process of its own, in its own folder. A folder means all notebooks in it.",
  )
  .argument("<notebook...>", ".ipynb files or folders")
  .option("-o, --out <folder>", "write to this folder; by default in place")
  .option("--html", "also write each notebook as one page of HTML that needs no network")
  .option("-t, --timeout <seconds>", "end a cell that takes longer", positive)
  .option("--allow-errors", "go on after a cell that fails")
  .addHelpText(
    "after",
    `
A cell that fails ends its notebook: what ran is written, the traceback printed. Cells with the tag
raises-exception may fail. Interrupted (Ctrl-C), nothing is written.

Exit codes: 0 all ran, 1 a cell failed, 2 the arguments cannot be used, 130 interrupted

Examples:
  npx nablab run mine.ipynb
  npx nablab run notebooks --out output --html --timeout 600`,
  )
  .action(async (notebooks: string[], options: RunOptions) => {
    const { runNotebooks } = await import("./run.js");
    process.exitCode = await runNotebooks(notebooks, options);
  });

program
  .command("export")
  .summary("make a site of notebooks, for reading or presenting")
  .description(
    "Writes a static site: an index, a page for each notebook with figures that can be zoomed, mathematics typeset, in " +
      "light and dark; nothing of it needs a network. Notebooks are taken with the outputs that they hold.",
  )
  .argument("<notebook...>", ".ipynb files or folders")
  .requiredOption("--html <folder>", "the folder of the site")
  .option("--slides", "also make slides of each notebook")
  .option("--title <text>", "what the index is called", "Notebooks")
  .addHelpText(
    "after",
    `
Slides: a heading of the first or second level begins a column, each further text or cell of code a slide below it;
what JupyterLab says of a cell (Property inspector, Slide type) comes first. Space goes on, Esc shows all.

Example:
  npx nablab export notebooks/lectures --html site --slides`,
  )
  .action(async (notebooks: string[], options: ExportOptions) => {
    (await import("./export.js")).exportNotebooks(notebooks, options);
  });

program
  .command("check")
  .summary("check an assignment as it will be graded, on its visible tests")
  .description(
    "Runs an assignment as the grader will, without Jupyter or Python: confined to its folder, with limits on time " +
      "and memory. Prints what fails and the points of each test. The file stays as it is.",
  )
  .argument("<notebook>", "an .ipynb file")
  .option("-t, --timeout <seconds>", "end a cell that takes longer (60)", positive)
  .option(
    "--against <original>",
    "the assignment as it was handed out, where the notebook has lost its metadata",
  )
  .addHelpText(
    "after",
    `
Exit codes: 0 all points of the visible tests, 1 less, 2 the argument cannot be used, 130 interrupted

Example:
  npx nablab check 1-gradient-descent.ipynb`,
  )
  .action(async (notebook: string, options: CheckOptions) => {
    const { checkNotebook } = await import("./check-notebook.js");
    process.exitCode = await checkNotebook(notebook, options);
  });

addCourseCommands(program, whole);

const kernel = program
  .command("kernel")
  .summary("make the kernel known to Jupyter")
  .description("Makes the kernel known to a Jupyter that is there already.");

/** A command about one place where kernels are installed. */
const inPlace = (command: Command): Command =>
  command
    .option("--prefix <folder>", "in an environment of Python, such as .venv")
    .option("--user", "in your own Jupyter folder (the default)")
    .option("--sys-prefix", "in the environment of the python3 on the path");

inPlace(kernel.command("install"))
  .description("Writes the kernelspec, which starts the kernel of this very installation.")
  .option("--display-name <name>", "what the kernel is called in Jupyter")
  .addHelpText("after", "\nExample:\n  npx nablab kernel install --prefix .venv")
  .action(async (options: KernelPlace & { displayName?: string }) => {
    (await import("./kernel.js")).installKernel(options);
  });

inPlace(kernel.command("uninstall"))
  .description("Removes the kernelspec; nablab itself stays.")
  .action(async (options: KernelPlace) => {
    (await import("./kernel.js")).uninstallKernel(options);
  });

kernel
  .command("list")
  .description("Says where the kernel is installed, and what is wrong with it.")
  .action(async () => {
    (await import("./kernel.js")).listKernels();
  });

program
  .command("doctor")
  .summary("look whether everything works, and say what mends it")
  .description(
    "Looks at Node, the npm packages, Python, JupyterLab, the kernelspec and the renderer, and runs a cell in " +
      "Node and in Jupyter. Exit code 0 when all is well, else 1.",
  )
  .action(async () => {
    process.exitCode = await (await import("./doctor.js")).doctor();
  });

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 2 ** 31 / 1000) return value;
  throw new InvalidArgumentError("expected a number of seconds above 0.");
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("expected a whole number above 0.");
}

// `nablab doctor | head` closes the pipe: what more there is to say nobody wants to hear.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof InputError) {
    say(`nablab: ${error.message}`);
    process.exitCode = 2;
  } else throw error;
}
