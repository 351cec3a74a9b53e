/**
 * A notebook as an experiment: executed for each point with its parameters, which override those of the cell tagged
 * `parameters`, as with papermill; its results are the values recorded by `record(name, value)`.
 */
import { createHash } from "node:crypto";
import { stripVTControlCharacters } from "node:util";
import type { PointError } from "../../sweep/record.js";
import { recordMime } from "../../sweep/record-value.js";
import { checkedValues, decode, type Point, type Values } from "../../sweep/values.js";
import { CellRun } from "../execute-cells.js";
import { type CodeCell, type Notebook, notebookText, parseNotebook, tagsOf } from "../notebook.js";

/** The outcome of a notebook. */
export interface NotebookOutcome {
  values?: Values;
  error?: PointError;
  /** The executed copy. */
  notebook: string;
}

/** Runs a notebook for a point; undefined once `stop` aborts. */
export async function runNotebookPoint(
  text: string,
  { name, folder, point, stop }: { name: string; folder: string; point: Point; stop: AbortSignal },
): Promise<NotebookOutcome | undefined> {
  const notebook = parseNotebook(text, name);
  inject(notebook, point);
  const run = new CellRun(notebook, { folder });
  const kill = (): void => run.kill();
  stop.addEventListener("abort", kill);
  if (stop.aborted) kill();
  const failure = await run.run();
  stop.removeEventListener("abort", kill);
  if (run.interrupted) return undefined;
  const executed = notebookText(notebook);
  if (failure) {
    const traceback = stripVTControlCharacters(failure.traceback);
    const [first = ""] = traceback.split("\n");
    const [, kind = "Error", message = first] = /^(\w*(?:Error|Ended|Interrupt)\w*): (.*)/.exec(first) ?? [];
    const place = `cell ${failure.cell + 1}`;
    return {
      error: { name: kind, message: `${place}: ${message}`, stack: traceback },
      notebook: executed,
    };
  }
  return { values: recordedIn(notebook), notebook: executed };
}

/** Inserts a cell with the parameters after the one with their defaults, or first; as `let`, so that cells can change them. */
export function inject(notebook: Notebook, point: Point): void {
  const isTagged = (tag: string) => (cell: Notebook["cells"][number]) => tagsOf(cell).includes(tag);
  const source = [
    "// Parameters",
    ...Object.entries(point).map(([name, value]) => `let ${name} = ${JSON.stringify(value)};`),
  ].join("\n");
  const cell: CodeCell = {
    cell_type: "code",
    id: createHash("sha256").update(source).digest("hex").slice(0, 8),
    metadata: { tags: ["injected-parameters"] },
    source,
    execution_count: null,
    outputs: [],
  };
  const before = notebook.cells.filter((one) => !isTagged("injected-parameters")(one));
  const at = before.findIndex(isTagged("parameters")) + 1;
  notebook.cells = before.toSpliced(at, 0, cell);
}

/** The values recorded by an executed notebook; the last one of each name. */
function recordedIn(notebook: Notebook): Values {
  const found: [string, unknown][] = [];
  for (const cell of notebook.cells) {
    for (const output of cell.cell_type === "code" ? cell.outputs : []) {
      if (!("data" in output) || !(recordMime in output.data)) continue;
      const { name, value } = decode(JSON.stringify(output.data[recordMime])) as {
        name: string;
        value: unknown;
      };
      found.push([name, value]);
    }
  }
  return checkedValues(Object.fromEntries(found));
}
