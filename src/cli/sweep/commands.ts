/**
 * `nablab sweep …`: its options and help.
 */
import type { Command } from "commander";
import type { SweepCommandOptions } from "./sweep.js";

/** Readers of numbers: a whole one above 0, and one above 0. */
interface Readers {
  whole(text: string): number;
  positive(text: string): number;
}

const collect = (text: string, before: string[] = []): string[] => [...before, text];

/** Adds the command to the program. */
export function addSweepCommand(program: Command, { whole, positive }: Readers): void {
  program
    .command("sweep")
    .summary("run an experiment, or a notebook, at every point of a grid")
    .description(
      "Runs an experiment for each combination of parameters, several at a time, and keeps a record of each: the same " +
        "values in the same order, whatever the number of jobs. The same command again computes only what is missing.",
    )
    .argument("<experiment>", "a module that exports run(point, { signal, report }), or an .ipynb file")
    .option(
      "-p, --param <name=values>",
      "a parameter: eta=0.1,0.01 or seed=1..20 or eta=log:1e-3..1:7 (repeatable)",
      collect,
    )
    .option("-j, --jobs <number>", "points at a time (default: one for each core)", whole)
    .option("--dask <cluster>", "run on Dask: local, tcp://HOST:PORT, or a scheduler file (.json)")
    .option("-o, --out <folder>", "folder of the records (default: NAME-sweep)")
    .option("-t, --timeout <seconds>", "time limit for each point", positive)
    .option(
      "-m, --memory <megabytes>",
      "memory limit for each point (default: its part of nine tenths)",
      positive,
    )
    .option(
      "-d, --data <file>",
      "a file that the experiment reads, compared by content (repeatable)",
      collect,
    )
    .option("--retry", "also run the points again that failed")
    .option(
      "--halving <options>",
      "search for the best: metric=loss,budget=epochs,from=1,to=27,factor=3,best=least",
    )
    .addHelpText(
      "after",
      `
Writes manifest.json and records.jsonl, a line for each point in the order of the grid (the last parameter changes
fastest), to the folder, and prints the means. A point that fails, loops beyond its limit or ends its process costs
that point alone. A notebook gets its parameters as papermill's do, in a cell after the one tagged "parameters"; its
results are what record("name", value) recorded, and the executed copies are kept in notebooks/.

Values are numbers, true, false or texts; "1" in double quotes is a text.

Exit codes: 0 all ran, 1 points failed, 2 invalid arguments, 130 interrupted

Examples:
  npx nablab sweep experiment.ts -p eta=0.1,0.01 -p seed=1..20
  npx nablab sweep train.ts -p rule=sgd,adagrad -p eta=log:1e-3..1:7 -p seed=1..5 --timeout 600 --out table
  npx nablab sweep notebook.ipynb -p eta=0.1,0.01 -p seed=1..3
  npx nablab sweep train.ts -p eta=log:1e-4..1:27 --halving metric=loss,budget=epochs
  npx nablab sweep train.ts -p seed=1..100 --dask tcp://scheduler:8786

Manual: docs/sweeps.md`,
    )
    .action(async (experiment: string, options: SweepCommandOptions) => {
      process.exitCode = await (await import("./sweep.js")).sweepCommand(experiment, options);
    });
}
