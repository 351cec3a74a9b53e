#!/usr/bin/env node
/**
 * The command line: `npx nablab COMMAND`.
 */
import { existsSync, readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { CheckOptions } from "./check-notebook.js";
import { addCourseCommands } from "./course/commands.js";
import { InputError } from "./input-error.js";
import type { KernelPlace } from "./kernel.js";
import { say } from "./progress.js";
import type { RendererPlace } from "./renderer.js";
import type { RunOptions } from "./run.js";
import type { SiteOptions } from "./site/site.js";
import { addSweepCommand } from "./sweep/commands.js";
import { systemProblem } from "./system-error.js";

const { version, description } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string; description: string };

const isClone = existsSync(new URL("../../scripts/setup.mjs", import.meta.url));

const program = new Command("nablab")
  .description(description)
  .version(version)
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  npx nablab run notebooks/lectures/01-gradient-descent.ipynb   execute it in place
  npx nablab run notebooks --out output --html                  execute all, write copies and HTML pages
  npx nablab kernel install --prefix .venv                      register the kernel with Jupyter
  npx nablab renderer install --prefix .venv                    draw its figures in JupyterLab
  npx nablab site notebooks/lectures --out site                 a static site whose pages run in the browser
  npx nablab sweep experiment.ts -p eta=0.1,0.01 -p seed=1..20  many runs, a record of each
  npx nablab check mine.ipynb                                   check an assignment on its visible tests
  npx nablab course --help                                      for lecturers: release and grade assignments
  npx nablab doctor                                             diagnose the installation

JupyterLab itself: ${isClone ? "npm start" : "jupyter lab"}`,
  );

program
  .command("run")
  .summary("execute notebooks, without Jupyter or Python")
  .description(
    "Executes notebooks as the kernel would, without Jupyter or Python, and writes them with their outputs. " +
      "Each runs in its own process and folder. A folder means all notebooks in it.",
  )
  .argument("<notebook...>", ".ipynb files or folders")
  .option("-o, --out <folder>", "write to this folder (default: in place)")
  .option("--html", "also write each notebook as a self-contained HTML page")
  .option("-t, --timeout <seconds>", "time limit per cell", positive)
  .option("--allow-errors", "continue after a cell that fails")
  .addHelpText(
    "after",
    `
A cell that fails ends its notebook: the outputs so far are written, the traceback is printed. Cells tagged
raises-exception may fail. If interrupted (Ctrl-C), nothing is written.

Exit codes: 0 all ran, 1 a cell failed, 2 invalid arguments, 130 interrupted

Examples:
  npx nablab run mine.ipynb
  npx nablab run notebooks --out output --html --timeout 600`,
  )
  .action(async (notebooks: string[], options: RunOptions) => {
    const { runNotebooks } = await import("./run.js");
    process.exitCode = await runNotebooks(notebooks, options);
  });

program
  .command("site")
  .summary("make a static site: notebooks to read, to present and to run in a browser")
  .description(
    "Writes a static site for any web server: an index and a page per notebook. A page is read at once; its button Run " +
      "loads the kernel into the reader's browser, where cells can be edited and run with nothing installed. Notebooks " +
      "are not executed, but with --sliders: a page shows their stored outputs.",
  )
  .argument("[notebooks...]", ".ipynb files or folders (default: nablab's lectures and released assignments)")
  .requiredOption("-o, --out <folder>", "the folder of the site")
  .option("--no-slides", "without slides")
  .option("--no-lab", "without a whole JupyterLab under lab/, which takes 25 MB and jupyterlite-core")
  .option("--sliders", "run the notebooks, to draw what sliders show before Run (default for nablab's own)")
  .option("--no-sliders", "without these pictures")
  .option("--title <text>", "title of the site", "Notebooks")
  .addHelpText(
    "after",
    `
Slides: a heading of level 1 or 2 starts a column, each further text or code cell is a slide below it; a slide
type set in JupyterLab (Property inspector) takes precedence. Space advances, Esc shows all slides; cells
run on them as on the page.

The folder can lie anywhere on a host, and needs no special headers. A site that was made in it before is replaced.

Examples:
  npx nablab site --out site                     the lectures and assignments that come with nablab
  npx nablab site my-course --out site --title "Optimisation"
  npx nablab serve site                          look at it`,
  )
  .action(async (notebooks: string[], options: SiteOptions) => {
    await (await import("./site/site.js")).makeSite(notebooks, options);
  });

program
  .command("serve")
  .summary("show a site on this computer")
  .description("Serves the folder of a site on this computer alone, until Ctrl-C.")
  .argument("<folder>", "the folder of a site")
  .option("-p, --port <port>", "the port (default: 8000, or the next that is free)", port)
  .addHelpText("after", "\nExample:\n  npx nablab serve site")
  .action(async (folder: string, options: { port?: number }) => {
    await (await import("./serve.js")).serve(folder, options);
  });

program
  .command("check")
  .summary("check an assignment as it will be graded, on its visible tests")
  .description(
    "Runs an assignment as the grader will, without Jupyter or Python: confined to its folder, with limits on time " +
      "and memory. Prints what fails and the points of each test; the file is not changed.",
  )
  .argument("<notebook>", "an .ipynb file")
  .option("-t, --timeout <seconds>", "time limit per cell (default: 60)", positive)
  .option("--against <original>", "the assignment as released, for a notebook that has lost its metadata")
  .addHelpText(
    "after",
    `
Exit codes: 0 all points of the visible tests, 1 fewer, 2 invalid arguments, 130 interrupted

Example:
  npx nablab check 1-gradient-descent.ipynb`,
  )
  .action(async (notebook: string, options: CheckOptions) => {
    const { checkNotebook } = await import("./check-notebook.js");
    process.exitCode = await checkNotebook(notebook, options);
  });

addSweepCommand(program, { whole, positive });
addCourseCommands(program, whole);

const kernel = program
  .command("kernel")
  .summary("register the kernel with Jupyter")
  .description("Registers the kernel with an existing Jupyter.");

/** Adds the options for the location of an installation. */
const inPlace = (command: Command): Command =>
  command
    .option("--prefix <folder>", "in a Python environment, such as .venv")
    .option("--user", "in your Jupyter folder (the default)")
    .option("--sys-prefix", "in the environment of the python3 on PATH");

inPlace(kernel.command("install"))
  .description("Writes the kernelspec, which starts the kernel of this installation.")
  .option("--display-name <name>", "name of the kernel in Jupyter")
  .addHelpText("after", "\nExample:\n  npx nablab kernel install --prefix .venv")
  .action(async (options: KernelPlace & { displayName?: string }) => {
    (await import("./kernel.js")).installKernel(options);
  });

inPlace(kernel.command("uninstall"))
  .description("Removes the kernelspec; nablab stays installed.")
  .action(async (options: KernelPlace) => {
    (await import("./kernel.js")).uninstallKernel(options);
  });

kernel
  .command("list")
  .description("Lists where the kernel is installed, with any faults.")
  .action(async () => {
    (await import("./kernel.js")).listKernels();
  });

const renderer = program
  .command("renderer")
  .summary("make figures live in JupyterLab")
  .description("Installs the JupyterLab extension that draws figures, in an existing JupyterLab.");

inPlace(renderer.command("install"))
  .description("Copies the extension; a JupyterLab page that is open shows it once it is reloaded.")
  .addHelpText("after", "\nExample:\n  npx nablab renderer install --prefix .venv")
  .action(async (options: RendererPlace) => {
    (await import("./renderer.js")).installRenderer(options);
  });

inPlace(renderer.command("uninstall"))
  .description("Removes the extension; figures show as pictures then.")
  .action(async (options: RendererPlace) => {
    (await import("./renderer.js")).uninstallRenderer(options);
  });

program
  .command("doctor")
  .summary("diagnose the installation")
  .description(
    "Checks Node, the npm packages, Python, JupyterLab, the kernelspec and the renderer, runs a cell in Node and in " +
      "Jupyter, and names the fix for each fault. Exit codes: 0 no faults, 1 faults found.",
  )
  .action(async () => {
    process.exitCode = await (await import("./doctor.js")).doctor();
  });

// Other commands load little, or report it themselves.
const loadsMuch = new Set(["run", "site", "check", "sweep", "course"]);
program.hook("preAction", async (_, command) => {
  if (!loadsMuch.has((command.parent === program ? command : command.parent)?.name() ?? "")) return;
  const problem = (await import("../kernel/open-files.js")).openFilesProblem();
  if (problem) throw new InputError(`${problem.what}: ${problem.fix}`);
});

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 2 ** 31 / 1000) return value;
  throw new InvalidArgumentError("expected a number of seconds above 0.");
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 65_536) return value;
  throw new InvalidArgumentError("expected a port from 0 to 65535.");
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("expected a whole number above 0.");
}

/** Makes each command's errors point to its own help rather than the program's. */
function pointToHelp(command: Command, names: string): void {
  command.showHelpAfterError(`(see ${names} --help)`);
  for (const one of command.commands) pointToHelp(one, `${names} ${one.name()}`);
}
pointToHelp(program, "nablab");

// `nablab doctor | head` closes the pipe: the rest of the output is not needed.
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
  } else {
    const problem = systemProblem(error);
    if (problem === undefined) throw error;
    say(`nablab: ${problem}`);
    process.exitCode = 1;
  }
}
