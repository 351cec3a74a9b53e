/**
 * Programs that run notebooks without a browser, each the real one with the real kernel.
 */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, expect, test } from "vitest";
import { type Notebook, notebookOf } from "../browser/notebook-page.js";
import { jupyterEnvironment, python } from "./jupyter.js";

const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "nablab-clients-"));
const env = jupyterEnvironment();
// nbgrader calls programs that were installed with it.
env.PATH = path.dirname(python()) + path.delimiter + env.PATH;
// Set-up makes the translator known to the Python of .venv; another needs its path.
if (process.env.NABLAB_PYTHON) env.PYTHONPATH = path.join(root, "python", "papermill");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a Python program; `input` is typed into it. */
function run(args: string[], input = ""): Promise<{ status: number | null; output: string }> {
  const child = spawn(python(), args, { cwd: folder, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status, output: stripVTControlCharacters(output) }));
  });
}

const write = (name: string, notebook: object): void =>
  writeFileSync(path.join(folder, name), JSON.stringify(notebook));
const read = (name: string): Notebook => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
const textOf = (value: unknown): string => (Array.isArray(value) ? value.join("") : String(value));

/** What each cell shows as text. */
function results(notebook: Notebook): string[] {
  return notebook.cells.map(({ outputs = [] }) =>
    outputs.map(({ data, text }) => textOf(text ?? data?.["text/plain"])).join(""),
  );
}

// Set-up arranges that for the Python of .venv.
test.skipIf(process.env.NABLAB_PYTHON)(
  "no client builds the grammar of rfc3987_syntax as it starts",
  async () => {
    const { status, output } = await run([
      "-c",
      "import sys, jupyterlab.labapp; print('lark' in sys.modules)",
    ]);
    expect([status, output.trim().split("\n").at(-1)], output).toEqual([0, "False"]);
  },
);

test("jupyter console", async () => {
  const typed = "const half = 21\nhalf * 2\nthrow new RangeError('typed wrongly')\nhalf + 0.5\nexit\n";
  const { status, output } = await run(
    ["-m", "jupyter_console", "--kernel=nablab", "--simple-prompt", "--ZMQTerminalInteractiveShell.banner="],
    typed,
  );
  expect(output).toMatch(/Out\[2\]: 42/);
  expect(output).toMatch(/RangeError: typed wrongly/);
  expect(output).toMatch(/Out\[4\]: 21\.5/);
  expect(status, output).toBe(0);
});

test("nbclient keeps outputs, counts and the state of widgets", async () => {
  write(
    "client.ipynb",
    notebookOf("console.log(1)", 'import { slider } from "nablab"; slider({ min: 0, max: 1 })'),
  );
  const { status, output } = await run([
    "-c",
    "from nbclient.cli import main; main()",
    "--inplace",
    "client.ipynb",
  ]);
  expect(status, output).toBe(0);
  const notebook = read("client.ipynb");
  expect(results(notebook)[0]).toBe("1\n");
  expect(notebook.cells.map((cell) => cell.execution_count)).toEqual([1, 2]);
  const view = notebook.cells[1]!.outputs![0]!.data!["application/vnd.jupyter.widget-view+json"];
  const widgets = notebook.metadata.widgets as Record<
    string,
    { state: Record<string, { model_name: string }> }
  >;
  const { state } = widgets["application/vnd.jupyter.widget-state+json"]!;
  expect(state[(view as { model_id: string }).model_id]!.model_name).toBe("AnyModel");
});

test("nbconvert --execute, to a notebook and to a page; a failing cell fails it", async () => {
  write("convert.ipynb", notebookOf("const x: number = 6", "x * 7"));
  const convert = (...options: string[]) => run(["-m", "nbconvert", "--execute", ...options]);
  const { status, output } = await convert("--to", "notebook", "--inplace", "convert.ipynb");
  expect(status, output).toBe(0);
  expect(results(read("convert.ipynb"))).toEqual(["", "42"]);
  expect((await convert("--to", "html", "convert.ipynb")).status).toBe(0);
  expect(readFileSync(path.join(folder, "convert.html"), "utf8")).toContain("<pre>42</pre>");

  write("broken.ipynb", notebookOf("const x: number = 'six'"));
  const broken = await convert("--to", "notebook", "--inplace", "broken.ipynb");
  expect(broken.output).toContain("TS2322");
  expect(broken.status).not.toBe(0);
});

test("papermill takes parameters", async () => {
  const notebook = notebookOf(
    "const eta: number = 0.1 // step size\nconst rule = 'sgd'\nconst sizes: number[] = []\nlet deep = true",
    "[eta === 2, rule, sizes, deep]",
  );
  notebook.cells[0]!.metadata = { tags: ["parameters"] };
  write("in.ipynb", notebook);
  const given = ["-p", "eta", "0.5", "-p", "rule", 'Adam "\\\nη', "-y", "{ sizes: [1, 2], deep: false }"];
  const { status, output } = await run(["-m", "papermill", "in.ipynb", "out.ipynb", ...given]);
  expect(status, output).toBe(0);
  expect(results(read("out.ipynb")).at(-1)).toBe(`[ false, 'Adam "\\\\\\nη', [ 1, 2 ], false ]`);

  const { output: help } = await run(["-m", "papermill", "--help-notebook", "in.ipynb"]);
  expect(help).toMatch(/eta: number \(default 0\.1\)\s+step size/);
});

test("nbval compares with the outputs in the file", async () => {
  write("same.ipynb", notebookOf("console.log('one')", "[1, 2].map((x) => x / 4)"));
  await run(["-m", "nbconvert", "--execute", "--to", "notebook", "--inplace", "same.ipynb"]);
  const compare = (name: string) => run(["-m", "pytest", "-p", "no:cacheprovider", "--nbval", name]);
  const same = await compare("same.ipynb");
  expect(same.output).toContain("2 passed");
  expect(same.status).toBe(0);

  const changed = read("same.ipynb");
  changed.cells[1]!.outputs![0]!.data!["text/plain"] = ["[ 0.25, 0.75 ]"];
  write("changed.ipynb", changed);
  expect((await compare("changed.ipynb")).output).toContain("1 failed, 1 passed");
});

test("nbgrader marks right, wrong, half, mistyped and blank answers", async () => {
  const course = mkdtempSync(path.join(folder, "course-"));
  copyFileSync(
    path.join(root, "notebooks", "coursework", "nbgrader_config.py"),
    path.join(course, "nbgrader_config.py"),
  );
  const { status, output } = await run([path.join(import.meta.dirname, "coursework.py"), course]);
  expect(status, output).toBe(0);
  expect(JSON.parse(output.trim().split("\n").at(-1)!)).toEqual({
    right: 5,
    wrong: 0,
    half: 3,
    mistyped: 0,
    blank: 0,
  });
});
