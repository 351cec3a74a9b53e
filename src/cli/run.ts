/**
 * `nablab run`: executes notebooks with the kernel's session, without Jupyter or Python, and writes them with their outputs
 * as a Jupyter client would.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { requireWritable, writeAtomically } from "#platform";
import { CellRun } from "./execute-cells.js";
import { findNotebooks, type Place } from "./find-notebooks.js";
import { InputError } from "./input-error.js";
import { type Notebook, notebookText, readNotebook } from "./notebook.js";
import { Progress, say } from "./progress.js";

/** Options of {@link runNotebooks}. */
export interface RunOptions {
  /** The output folder; by default each notebook is written in place. */
  out?: string;
  /** Also writes an HTML page beside each notebook. */
  html?: boolean;
  /** Time limit per cell, in seconds. */
  timeout?: number;
  /** Continues after a cell that fails. */
  allowErrors?: boolean;
}

/**
 * Executes notebooks one after another.
 *
 * @returns the exit code: 0, or 1 when a cell failed, or 130 when it was interrupted
 * @throws InputError before anything runs, if one of them is not a notebook for this kernel
 */
export async function runNotebooks(paths: readonly string[], options: RunOptions): Promise<number> {
  if (options.out && existsSync(options.out) && !statSync(options.out).isDirectory()) {
    throw new InputError(`--out must name a folder, but this is a file: ${options.out}`);
  }
  const places = findNotebooks(paths, options.out);
  const notebooks = places.map((place) => ({ place, ...readNotebook(place.source) }));
  for (const { target } of places) requireWritable(target); // before an hour's work, not after it
  let code = 0;
  for (const { place, notebook, bytes } of notebooks) {
    const outcome = await execute(notebook, place, options);
    // The file is not changed: half a run is worth less than the previous run.
    if (outcome === "interrupted") return 130;
    if (outcome === "failed") code = 1;
    const isThere = existsSync(place.source);
    if (place.target === place.source && !(isThere && bytes.equals(readFileSync(place.source)))) {
      const what = isThere ? "changed" : "deleted";
      say(`${place.source}: was ${what} while it ran, so it was not written; run it again, or with --out`);
      code = 1;
      continue;
    }
    writeAtomically(place.target, notebookText(notebook));
    if (options.html) await writeHtml(notebook, place);
  }
  return code;
}

const stops = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function writeHtml(notebook: Notebook, { source, target }: Place): Promise<void> {
  const { notebookHtml } = await import("./html/notebook-html.js");
  const name = path.basename(target, ".ipynb");
  const page = notebookHtml(notebook, { name, folder: path.dirname(source) });
  writeAtomically(path.join(path.dirname(target), `${name}.html`), page);
}

type Outcome = "ok" | "failed" | "interrupted";

/** Runs the cells of a notebook and replaces their outputs. */
async function execute(notebook: Notebook, place: Place, options: RunOptions): Promise<Outcome> {
  const { timeout, allowErrors } = options;
  const run: CellRun = new CellRun(notebook, {
    folder: path.dirname(path.resolve(place.source)),
    timeout,
    allowErrors,
    onStart: (cell) => progress.start(cell + 1),
    onEnd: () => progress.end(),
  });
  const count = run.cells.length;
  const progress = new Progress(place.source, count);
  const interrupt = (): void => run.interrupt();
  for (const signal of stops) process.on(signal, interrupt);
  let failure: Awaited<ReturnType<CellRun["run"]>>;
  try {
    failure = await run.run();
  } finally {
    for (const signal of stops) process.off(signal, interrupt);
  }
  if (run.interrupted) {
    progress.close("interrupted; nothing was written");
    return "interrupted";
  }
  if (failure) {
    progress.close(`cell ${failure.cell + 1} of ${count} failed`);
    say(failure.traceback.replace(/^/gm, "  "));
    return "failed";
  }
  progress.close(`${count} cells`);
  return "ok";
}
