/**
 * `nablab run`: executes notebooks with the kernel's own session, without Jupyter and Python, and writes
 * them with their outputs as a Jupyter client would.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { asResult, SessionProcess } from "../kernel/session-process.js";
import type { CellResult } from "../session/session.js";
import { CellOutputs } from "./cell-outputs.js";
import { findNotebooks, type Place } from "./find-notebooks.js";
import { InputError } from "./input-error.js";
import { type CodeCell, type Notebook, notebookText, readNotebook, setKernel, tagsOf } from "./notebook.js";
import { Progress, say } from "./progress.js";

/** Options of {@link runNotebooks}. */
export interface RunOptions {
  /** The folder for what is written; by default each notebook is written in place. */
  out?: string;
  /** Also writes a page of HTML beside each notebook. */
  html?: boolean;
  /** Seconds that a cell may take. */
  timeout?: number;
  /** Goes on after a cell that ends with an error. */
  allowErrors?: boolean;
}

/**
 * Executes notebooks one after another.
 *
 * @returns the exit code: 0, or 1 when a cell failed, or 130 when it was interrupted
 * @throws InputError before anything runs, when one of them is no notebook for this kernel
 */
export async function runNotebooks(paths: readonly string[], options: RunOptions): Promise<number> {
  if (options.out && existsSync(options.out) && !statSync(options.out).isDirectory()) {
    throw new InputError(`--out must name a folder, but this is a file: ${options.out}`);
  }
  const places = findNotebooks(paths, options.out);
  const notebooks = places.map((place) => ({ place, ...readNotebook(place.source) }));
  let code = 0;
  for (const { place, notebook, bytes } of notebooks) {
    const outcome = await execute(notebook, place, options);
    // The file holds what it held before: half a run is worth less than the run before it.
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

/** Runs the cells of a notebook, whose outputs are replaced. */
async function execute(notebook: Notebook, place: Place, options: RunOptions): Promise<Outcome> {
  setKernel(notebook);
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
  for (const cell of cells) {
    cell.outputs = [];
    cell.execution_count = null;
    delete cell.metadata.execution; // times of another run
  }
  const toRun = cells.filter((cell) => cell.source.trim() !== "");
  const outputs = new CellOutputs();
  const progress = new Progress(place.source, toRun.length);
  const child = new SessionProcess(path.dirname(path.resolve(place.source)), (output, i) =>
    outputs.receive(output, toRun[i]!),
  );
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
    child.interrupt();
  };
  for (const signal of stops) process.on(signal, interrupt);
  let failure: string | undefined;
  try {
    // Notebooks of JavaScript kernels assign to what they never declared.
    const { language } = notebook.metadata.kernelspec as { language?: string };
    if (language === "javascript") await child.execute("%check off", -1);
    for (const [i, cell] of toRun.entries()) {
      progress.start(i + 1);
      cell.execution_count = i + 1;
      const ending = await child.execute(cell.source, i, { seconds: options.timeout });
      progress.end();
      if (interrupted) break;
      failure = store(asResult(ending), cell, outputs);
      if (failure === undefined) continue;
      const goOn = options.allowErrors || tagsOf(cell).includes("raises-exception");
      if (goOn && ending.status === "error") failure = undefined;
      else {
        failure = `cell ${i + 1} of ${toRun.length} failed\n${failure}`;
        break;
      }
    }
  } finally {
    for (const signal of stops) process.off(signal, interrupt);
    child.kill();
  }
  if (interrupted) {
    progress.close("interrupted; nothing was written");
    return "interrupted";
  }
  if (failure !== undefined) {
    const [first, ...traceback] = failure.split("\n");
    progress.close(first!);
    say(traceback.map((line) => `  ${line}`).join("\n"));
    return "failed";
  }
  progress.close(`${toRun.length} cells`);
  return "ok";
}

/** Puts a cell's result into the notebook; returns the traceback where it failed. */
function store(result: CellResult, cell: CodeCell, outputs: CellOutputs): string | undefined {
  if (result.status === "ok") {
    if (result.result) {
      const { data, metadata } = result.result;
      const { execution_count } = cell;
      outputs.add({ output_type: "execute_result", data: { ...data }, metadata, execution_count }, cell);
    }
    return undefined;
  }
  const { ename, evalue, traceback } = result;
  outputs.add({ output_type: "error", ename, evalue, traceback }, cell);
  return traceback.join("\n");
}
