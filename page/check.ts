/**
 * The Check button of an assignment: runs it as the grader will, in a separate kernel started for it, and shows the results
 * of its visible tests. The reader's kernel and the outputs of the page are not changed.
 */
import { PageKernel, type WorkerLike } from "#nablab/browser/page-kernel.js";
import { gradingOf } from "#nablab/cli/course/points.js";
import { failureOf, testTable } from "#nablab/cli/course/test-table.js";
import type { Cell, CodeCell } from "#nablab/cli/notebook.js";
import type { Message } from "#nablab/protocol/message.js";
import { make } from "./places.ts";

/** Time limit per cell in seconds, as in `nablab check`. */
const limit = 60;

/** Whether an assignment has tests that this button can run. */
export const hasTests = (cells: readonly Cell[]): boolean =>
  cells.some(
    (cell) => cell.cell_type === "code" && gradingOf(cell)?.grade === true && !gradingOf(cell)?.solution,
  );

interface CheckOptions {
  /** The program of the kernel. */
  kernel: string | URL;
  /** Called before each cell runs. */
  onProgress(cell: number, of: number): void;
  signal: AbortSignal;
}

/** Runs all cells, even after failures, and stores their outputs. Throws when the signal aborts. */
async function runAll(
  cells: readonly Cell[],
  { kernel: program, onProgress, signal }: CheckOptions,
): Promise<void> {
  const toRun = cells.filter(
    (cell): cell is CodeCell => cell.cell_type === "code" && cell.source.trim() !== "",
  );
  let running: CodeCell | undefined;
  let reply: () => void = () => {};
  let end: (reason: Error) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  ended.catch(() => {}); // it may reject when nothing awaits it
  const worker = new Worker(program, { type: "module", name: "nablab check" });
  const receive = ({ header: { msg_type: type }, content }: Message): void => {
    const data = content.data as Record<string, unknown> | undefined;
    if (type === "execute_reply") reply();
    else if (type === "stream" && (content.name === "stdout" || content.name === "stderr"))
      running?.outputs.push({ output_type: "stream", name: content.name, text: String(content.text) });
    else if (type === "execute_result")
      running?.outputs.push({
        output_type: "execute_result",
        data: data ?? {},
        metadata: {},
        execution_count: 1,
      });
    else if (type === "error") {
      const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: string[] };
      running?.outputs.push({ output_type: "error", ename, evalue, traceback });
    }
  };
  const kernel = new PageKernel(worker as unknown as WorkerLike, (_, message) => receive(message));
  worker.addEventListener("error", ({ message }) =>
    end(new Error(message || "the kernel could not be loaded")),
  );
  worker.addEventListener("message", ({ data }) => {
    if (data === "exit") end(new Error("a cell ended the kernel"));
    else if (typeof data?.failed === "string") end(new Error(data.failed));
  });
  signal.addEventListener("abort", () => end(new Error("stopped")), { once: true });
  try {
    await Promise.race([kernel.ready, ended]);
    for (const [i, cell] of toRun.entries()) {
      onProgress(i + 1, toRun.length);
      cell.outputs = [];
      running = cell;
      const replied = new Promise<void>((resolve) => {
        reply = resolve;
      });
      let isLate = false;
      const late = setTimeout(() => {
        isLate = true;
        // A loop ends with an error of its cell; without shared memory, or in a single call of the engine, with the kernel.
        kernel.interrupt();
        const reason = `cell ${i + 1} took more than ${limit} s: is there a loop without an end?`;
        giveUp = setTimeout(() => end(new Error(reason)), kernel.stopsLoops ? 2000 : 0);
      }, limit * 1000);
      let giveUp: ReturnType<typeof setTimeout> | undefined;
      kernel.send("shell", "execute_request", {
        code: cell.source,
        silent: false,
        store_history: false,
        allow_stdin: false,
        stop_on_error: false,
        user_expressions: {},
      });
      try {
        await Promise.race([replied, ended]);
      } finally {
        clearTimeout(late);
        clearTimeout(giveUp);
      }
      if (!isLate) continue;
      const evalue = `the cell took longer than ${limit} s: is there a loop without an end?`;
      cell.outputs = cell.outputs.filter(({ output_type }) => output_type !== "error");
      cell.outputs.push({ output_type: "error", ename: "TimeoutError", evalue, traceback: [] });
    }
  } finally {
    worker.terminate();
  }
}

/** Checks an assignment and shows progress and results in a dialog. Resolves when the reader closes it. */
export async function check(
  cells: readonly Cell[],
  { kernel, isEdited }: { kernel: string | URL; isEdited: (cell: Cell) => boolean },
): Promise<void> {
  const stop = new AbortController();
  const heading = make("h2", { textContent: "Check", id: "nablab-check-heading" });
  const state = make("p", { textContent: "Starting a kernel…" });
  state.setAttribute("role", "status");
  const body = make("div");
  const close = make("button", { type: "button", textContent: "Stop" });
  const dialog = make("dialog", { className: "nablab-check" }, heading, state, body, close);
  dialog.setAttribute("aria-labelledby", heading.id);
  close.addEventListener("click", () => dialog.close());
  // Keys and clicks belong to the dialog, not to the notebook below it.
  for (const type of ["keydown", "keypress", "keyup", "mousedown", "click", "contextmenu"])
    dialog.addEventListener(type, (event) => event.stopPropagation());
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((sheet) => sheet !== style), style];
  document.body.append(dialog);
  dialog.showModal();
  const closed = new Promise<void>((resolve) => {
    dialog.addEventListener("close", () => {
      stop.abort();
      dialog.remove();
      resolve();
    });
  });
  try {
    await runAll(cells, {
      kernel,
      signal: stop.signal,
      onProgress: (cell, of) => {
        state.textContent = `Running cell ${cell} of ${of}`;
      },
    });
    const { rows, summary } = testTable(cells, isEdited);
    const [sum, ...hints] = summary;
    state.textContent = sum!;
    body.append(...hints.map((textContent) => make("p", { textContent })));
    body.append(tableOf(rows.map(({ mark, test, points, of }) => [mark, test, points, String(of)])));
    const failures = cells
      .filter((cell) => cell.cell_type === "code")
      .map((cell) => ({ cell, lines: failureOf(cell, isEdited) }))
      .filter(({ lines }) => lines.length > 0);
    for (const { cell, lines } of failures) {
      const name = gradingOf(cell)?.grade_id ?? cell.source.split("\n")[0] ?? "";
      body.append(make("h3", { textContent: name }), make("pre", { textContent: lines.join("\n") }));
    }
  } catch (error) {
    if (!stop.signal.aborted) state.textContent = `The check ended early: ${(error as Error).message}`;
  }
  close.textContent = "Close";
  close.focus();
  await closed;
}

function tableOf(rows: readonly string[][]): HTMLTableElement {
  const row = (name: "th" | "td", texts: readonly string[]): HTMLTableRowElement =>
    make("tr", {}, ...texts.map((textContent) => make(name, { textContent })));
  return make(
    "table",
    {},
    make("thead", {}, row("th", ["", "test", "points", "of"])),
    make("tbody", {}, ...rows.map((texts) => row("td", texts))),
  );
}

const style = new CSSStyleSheet();
style.replaceSync(`
.nablab-check { max-width: min(46rem, 92vw); max-height: 85vh; overflow: auto; padding: 1.2rem 1.5rem; border: 1px solid var(--jp-border-color1, #999); border-radius: 6px;
  background: var(--jp-layout-color0, #fff); color: var(--jp-content-font-color1, #222); font: var(--jp-ui-font-size1, 14px)/1.5 var(--jp-ui-font-family, sans-serif); }
.nablab-check::backdrop { background: rgb(0 0 0 / 40%); }
.nablab-check h2 { margin: 0 0 0.4em; font-size: 1.3em; } .nablab-check h3 { margin: 1em 0 0.2em; font-size: 1em; font-family: monospace; }
.nablab-check table { border-collapse: collapse; margin: 0.8em 0; } .nablab-check th, .nablab-check td { text-align: left; padding: 0.15em 1em 0.15em 0; border: 0; }
.nablab-check td:nth-child(n + 3), .nablab-check th:nth-child(n + 3) { text-align: right; }
.nablab-check pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 1em; font-size: 0.92em; }
.nablab-check button { font: inherit; padding: 0.25em 1em; cursor: pointer; }
`);
