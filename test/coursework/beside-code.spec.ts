/**
 * What a submission can say besides its code, in metadata, outputs and text: it neither gains nor costs points, and nothing of
 * it runs in the browser or in the terminal of those who grade.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cell, Course, idOf, type Notebook, solved } from "./course.js";
import { openFormgrader } from "./formgrader.js";
import * as tiny from "./tiny.js";

const course = new Course();
const name = "tiny";
let printed: string;

afterAll(() => course.remove());

const code = (source: string, more: object = {}): Cell => ({
  cell_type: "code",
  id: `own-${count++}`,
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
  ...more,
});
let count = 0;
const text = (source: string): Cell => ({
  cell_type: "markdown",
  id: `own-${count++}`,
  metadata: {},
  source,
});
const isTest = (cell: Cell): boolean => /-test$/.test(idOf(cell) ?? "");
const raw = (cell: Cell) => cell as unknown as Record<string, unknown>;
const forged = {
  output_type: "execute_result",
  data: { "text/plain": "3" },
  metadata: {},
  execution_count: 1,
};
const colours =
  'import util from "node:util"; util.inspect.defaultOptions = { colors: true, numericSeparator: true };';
/** Ways of HTML to run something or to load it from elsewhere, by what a page must not hold. */
const active: [html: string, trace: RegExp][] = [
  ["<script>stolen(1)</script>", /stolen\(1/],
  ['<img src="x" onerror="stolen(2)">', /stolen\(2/],
  ['<a href="javascript:stolen(3)">a</a>', /stolen\(3/],
  ['<iframe srcdoc="<b onclick=stolen(4)>"></iframe>', /stolen\(4/],
  ['<svg onload="stolen(5)"><script>stolen(5)</script></svg>', /stolen\(5/],
  ['<form action="https://elsewhere.example/6"><button>b</button></form>', /elsewhere\.example\/6/],
  ['<meta http-equiv="refresh" content="0;url=https://elsewhere.example/7">', /elsewhere\.example\/7/],
  ['<link rel="stylesheet" href="https://elsewhere.example/8">', /elsewhere\.example\/8/],
  ['<object data="https://elsewhere.example/9"></object>', /elsewhere\.example\/9/],
  ['<math><mtext><img src="x" onerror="stolen(10)"></mtext></math>', /stolen\(10/],
  ["<details open ontoggle=stolen(11)>d</details>", /stolen\(11/],
  ['<style>@import "https://elsewhere.example/12";</style>', /@import/],
];
const shown = (mime: string, content: string): string =>
  `import { display } from "nablab"; display({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "shown", ${JSON.stringify(mime)}: ${JSON.stringify(content)} }) });`;

/** What is handed in, and the points of the two tests: 5 with right answers, none without. */
const submissions: Record<
  string,
  { from: "stub" | "solution"; points: number; change: (notebook: Notebook) => void }
> = {
  // says: D1
  "has-tests-skipped": {
    from: "stub",
    points: 0,
    change({ cells }) {
      for (const cell of cells.filter(isTest))
        Object.assign(cell.metadata, { tags: ["skip-execution", "remove_cell"] });
    },
  },
  "has-tests-of-text": {
    from: "stub",
    points: 0,
    change({ cells }) {
      for (const cell of cells.filter(isTest)) cell.cell_type = "raw";
    },
  },
  // says: D1
  "brings-outputs": {
    from: "stub",
    points: 0,
    change({ cells }) {
      for (const cell of cells.filter(isTest)) cell.outputs = [forged];
    },
  },
  "prints-in-colour": {
    from: "stub",
    points: 1, // of half(2) = 1
    change({ cells }) {
      cells.unshift(code(colours));
      const half = cells.find((cell) => idOf(cell) === "half")!;
      half.source = `${colours.replace("import util", "import again").replace("util.", "again.")}\nfunction half(x: number): number { again.inspect.defaultOptions = { colors: true }; return 1; }`;
    },
  },
  "has-half-characters": {
    from: "solution",
    points: 5,
    change({ cells }) {
      cells.unshift(
        code('console.log("\\ud800", "\\u0000"); console.error("\\udc00")'),
        code('throw new Error("\\ud83d")'),
        code('"\\ude00"'),
        code("// \ud800 \u0000 \ufffe\n1"),
        text("\udfff and \ud83d"),
      );
    },
  },
  // says: D3
  "writes-to-the-terminal": {
    from: "solution",
    points: 5,
    change({ cells }) {
      cells.unshift(code('throw new Error("\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m gone")'));
    },
  },
  "runs-in-the-page": {
    from: "solution",
    points: 5,
    change({ cells, metadata }) {
      for (const [html] of active) {
        cells.push(text(html), code(shown("text/html", html)), code(shown("text/markdown", html)));
        cells.push(code(shown("image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg">${html}</svg>`)));
      }
      cells.push(
        code(shown("application/javascript", "stolen(13)")),
        code(shown("text/latex", "$<script>stolen(14)</script>$")),
      );
      cells.find((cell) => idOf(cell) === "words")!.source =
        `It falls. ${active.map(([html]) => html).join(" ")}`;
      metadata.title = "<script>stolen(15)</script>";
    },
  },
  "has-odd-metadata": {
    from: "solution",
    points: 5,
    change(notebook) {
      const { cells } = notebook;
      cells.push(
        { ...code("1"), id: 7 as never },
        { ...text("a"), id: "x y" },
        { ...text("b"), id: "z".repeat(500) },
      );
      raw(cells[0]!).attachments = { "a.png": { "image/png": "A".repeat(1e6) } };
      for (const [i, odd] of [null, "text", [1], 5].entries()) raw(cells[i]!).extra = odd;
      cells.push({ ...code("2"), metadata: { nbgrader: "none", tags: "none", collapsed: "no" } as never });
      notebook.metadata = {
        widgets: { x: 1 },
        kernelspec: "none",
        language_info: [],
        authors: 5,
        nablab: { cells: [1, {}] },
      };
    },
  },
  "shows-nested-data": {
    from: "solution",
    points: 5,
    change({ cells }) {
      cells.unshift(
        code(
          'import { display } from "nablab"; let deep = 0 as never; for (let i = 0; i < 2000; i++) deep = [deep] as never; display({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "deep", "application/json": deep }) });',
        ),
      );
    },
  },
};
const rowOf = (student: string): string =>
  printed.split("\n").find((line) => line.startsWith(`${student} `))!;

beforeAll(() => {
  tiny.clear(course);
  const cells = tiny.cells();
  for (const { metadata } of cells) Reflect.deleteProperty(metadata, "tags"); // as in most assignments
  tiny.assignment(course, name, cells);
  const released = course.run("release");
  expect(released.status, released.stderr).toBe(0);
  for (const [student, { from, change }] of Object.entries(submissions)) {
    const notebook = from === "stub" ? course.released(name) : solved(course, name);
    change(notebook);
    course.submit(student, name, notebook);
  }
  const { status, stdout, stderr } = course.run("autograde");
  printed = stdout;
  expect(status, stdout + stderr).toBe(0);
}, 600_000);

test.each(Object.keys(submissions))("%s: exactly its points", (student) => {
  expect(rowOf(student)).toContain(` ${submissions[student]!.points} / 12 `);
});

test("what is said in the terminal holds no control characters", () => {
  expect(rowOf("writes-to-the-terminal")).toContain("gone");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
  expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

// says: D5
test("nothing of a submission runs in the page of its feedback", () => {
  const { status, stderr } = course.run("feedback", "--student", "runs-in-the-page");
  expect(status, stderr).toBe(0);
  const page = readFileSync(course.at("feedback", "runs-in-the-page", name, `${name}.html`), "utf8");
  const tags = [...page.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag).join("\n");
  for (const [, trace] of active) expect(tags).not.toMatch(trace);
  expect(page).not.toMatch(/<script[^>]*>[^<]*stolen/);
  expect(page).toContain("shown");
});

// says: D4
test("nor in the Formgrader, beside whose scripts it is shown", async () => {
  const formgrader = await openFormgrader(course);
  try {
    const all = (await (await formgrader.get(`api/submitted_notebooks/${name}/${name}`)).json()) as {
      id: string;
      student: string;
    }[];
    const { id } = all.find(({ student }) => student === "runs-in-the-page")!;
    const page = await (await formgrader.get(`submissions/${id}/`)).text();
    const tags = [...page.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag).join("\n");
    for (const [, trace] of active) expect(tags).not.toMatch(trace);
    expect(page).not.toMatch(/<script[^>]*>[^<]*stolen/);
    expect(page).toContain("shown");
  } finally {
    await formgrader.stop();
  }
});
