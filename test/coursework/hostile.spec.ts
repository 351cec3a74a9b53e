/**
 * Submissions that mean harm, or do some without meaning it: they are graded with the points that they should get and
 * with a note, and neither the gradebook nor anyone else's points suffer.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { python } from "../kernel/jupyter.js";
import { attacks } from "./attacks.js";
import { type Cell, Course, type Grades, idOf, type Notebook, solved } from "./course.js";

const assignment = "1-gradient-descent";
const course = new Course();
let printed: string;
let said: string;
let status: number | null;
let grades: Grades;

afterAll(() => course.remove());

const cellOf = (notebook: Notebook, id: string): Cell => notebook.cells.find((cell) => idOf(cell) === id)!;
const isTest = (cell: Cell): boolean =>
  cell.metadata.nbgrader?.grade === true && !cell.metadata.nbgrader.solution;

/** A cell of the student's own, at the top. */
function insert(notebook: Notebook, source: string, id = "own"): void {
  notebook.cells.unshift({
    cell_type: "code",
    id,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  });
}

/** A cell for each of the attacks, which do not end the process. */
function insertAttacks(notebook: Notebook): void {
  const codes = Object.values(attacks).flatMap((list) => list.map(({ code }) => code));
  for (const [i, code] of codes.entries()) insert(notebook, code, `attack-${i}`);
}

/** At the beginning of an answer. */
function begin(notebook: Notebook, id: string, function_: string, statement: string): void {
  const cell = cellOf(notebook, id);
  const at = new RegExp(`(function ${function_}\\(.*\\{\\n)`);
  expect(cell.source).toMatch(at);
  cell.source = cell.source.replace(at, `$1  ${statement}\n`);
}

/** The points that tests give; 9 of the 50 are for answers in words, which are left as they were. */
const [all, most] = [41, 50];
const stub = (change: (notebook: Notebook) => void) => ({ from: "stub", change });
const answers = (change: (notebook: Notebook) => void) => ({ from: "solution", change });

/** The one whose feedback is looked at. */
const itself = "is as it should be";

/** Does not show the chart of a cell: drawing takes a second of each submission. */
function undrawn(cell: Cell): void {
  const source = cell.source.replace(/^(lineChart|chart)\(\{$/m, "const unseen = $1({");
  expect(source).not.toBe(cell.source);
  cell.source = source;
}

/** What is handed in, the points it should get, and what the grader should read about it. */
const submissions: Record<
  string,
  { from: string; change: (notebook: Notebook) => void; points: number; note?: RegExp }
> = {
  // says: L1
  "loops for ever": {
    ...answers((notebook) => begin(notebook, "loss", "loss", "while (true) {}")),
    points: all - 2,
    note: /loss-test: the cell took longer than 4 s/,
  },
  "waits for ever": {
    ...answers((notebook) => insert(notebook, "await new Promise(() => {});")),
    points: all,
    note: /cell 1: the cell took longer than 4 s/,
  },
  "throws at load": {
    ...answers((notebook) => {
      insert(notebook, 'throw new Error("at load");');
      cellOf(notebook, "bound").source = 'throw new Error("at load");';
    }),
    points: all - 2,
    note: /cell 1: Error: at load; bound: Error: at load/,
  },
  // says: L4
  "prints 100,000 lines": {
    ...answers((notebook) =>
      begin(notebook, "step", "step", 'for (let i = 0; i < 100_000; i++) console.log("line", i);'),
    ),
    points: all,
    note: /step-(test|pure): printed more than is kept/,
  },
  "prints for ever": {
    ...answers((notebook) => begin(notebook, "step", "step", 'while (true) console.log("more and more");')),
    points: all - 3,
    note: /took (longer than 4 s|more than 700 MB)/,
  },
  "redefines the checks": {
    ...stub((notebook) =>
      insert(
        notebook,
        "function checkClose() {}\nconst checkGradient = () => {}, checkShape = () => {}, checkThrows = () => {}, checkThat = () => {}, credit = () => 5;",
      ),
    ),
    points: 0,
    note: /cell 1: has checkClose, checkGradient and 4 more of its own/,
  },
  "gives the assignment's names another meaning": {
    ...answers((notebook) => {
      cellOf(notebook, "loss").source += "\nconst curveX = [0], samples = 1;";
    }),
    points: all - 2,
    note: /loss: SyntaxError: \w+ is the assignment's: give what you declare another name/,
  },
  // says: L8
  "edits the tests": {
    ...stub((notebook) => {
      for (const cell of notebook.cells.filter(isTest)) cell.source = "1 + 1;";
    }),
    points: 0,
    note: /edited, and put back: loss-test, gradient-test and 14 more/,
  },
  // says: L8
  "deletes the tests": {
    ...stub((notebook) => {
      notebook.cells = notebook.cells.filter((cell) => !isTest(cell));
    }),
    points: 0,
    note: /deleted, and put back: loss-test, gradient-test and 14 more/,
  },
  "deletes a test and the locked data": {
    ...answers((notebook) => {
      notebook.cells = notebook.cells.filter(
        (cell) => !["data", "step-pure", "loss-test"].includes(idOf(cell) ?? ""),
      );
    }),
    points: all,
    note: /deleted, and put back: data, loss-test, step-pure/,
  },
  "raises its points": {
    ...answers((notebook) => {
      cellOf(notebook, "loss").source = "function loss(): number { return 0; }";
      cellOf(notebook, "step-pure").metadata.nbgrader!.points = 100;
    }),
    points: all - 2,
  },
  // says: R2
  "reads the solution": {
    ...stub((notebook) =>
      insert(
        notebook,
        `import { readFileSync } from "node:fs";\nconst text = readFileSync("../../../source/${assignment}/${assignment}.ipynb", "utf8");`,
      ),
    ),
    points: 0,
    note: /cell 1: reading \S+source\S+ is not allowed/,
  },
  // says: W2
  "writes into the gradebook": {
    ...answers((notebook) =>
      insert(
        notebook,
        'import { writeFileSync } from "node:fs";\nwriteFileSync("../../../gradebook.db", "");',
      ),
    ),
    points: all,
    note: /cell 1: writing \S+gradebook.db is not allowed/,
  },
  "kills the kernel": {
    ...answers((notebook) => insert(notebook, 'process.kill(process.ppid, "SIGKILL");')),
    points: all,
    note: /cell 1: sending signals to processes is not allowed/,
  },
  // says: L7
  "calls process.exit": {
    ...answers((notebook) => begin(notebook, "bound", "bound", "process.exit(0);")),
    points: all - 2,
    note: /bound-test: the notebook's process ended with exit code 0/,
  },
  "kills its process": {
    ...answers((notebook) => begin(notebook, "order", "order", 'process.kill(process.pid, "SIGKILL");')),
    points: all - 2,
    note: /order-test: the notebook's process ended by SIGKILL/,
  },
  // says: L7
  "kills its process in every answer": {
    ...answers((notebook) => {
      for (const [id, name] of [
        ["loss", "loss"],
        ["gradient", "gradient"],
        ["step", "step"],
        ["path", "path"],
        ["order", "order"],
      ] as const) {
        begin(notebook, id, name, 'process.kill(process.pid, "SIGKILL");');
      }
    }),
    // loss, gradient, step and step again are the four that are allowed; nothing runs after that.
    points: 0,
    note: /ended the notebook's process 4 times/,
  },
  // says: L3
  "takes all memory": {
    ...answers((notebook) =>
      begin(
        notebook,
        "order",
        "order",
        "const hoard = []; while (true) hoard.push(new Uint8Array(1e8).fill(1));",
      ),
    ),
    points: all - 2,
    note: /order-test: the cell took more than 700 MB of memory/,
  },
  "overwrites Math.random": {
    ...answers((notebook) => insert(notebook, "Math.random = () => 0.5;")),
    points: all,
    note: /cell 1: Cannot assign to read only property 'random'/,
  },
  "bends the instruments": {
    ...stub((notebook) =>
      insert(
        notebook,
        "Math.abs = () => 0; Math.max = () => Infinity; Object.is = () => true;\n(Array.prototype as any).every = () => true; Object.defineProperty(Number, 'isNaN', { value: () => false });",
      ),
    ),
    points: 0,
    note: /cell 1: Cannot assign to read only property 'abs'/,
  },
  "bends them for good": {
    ...answers((notebook) =>
      insert(
        notebook,
        "Object.defineProperty(Math, 'abs', { value: () => 0, writable: false, configurable: false });",
      ),
    ),
    points: all,
    note: /cell 1: Cannot redefine property: abs/,
  },
  "writes to standard error": {
    ...answers((notebook) => begin(notebook, "bound", "bound", 'console.error("hm");')),
    points: all - 2,
    note: /bound-test: wrote to standard error/,
  },
  "has a type error in one cell": {
    ...answers((notebook) => {
      cellOf(notebook, "step").source = cellOf(notebook, "step").source.replace("return ", 'return "0" && ');
      cellOf(notebook, "bound").source = "function bound(k: number): number { return k.nothing; }";
    }),
    points: all - 2 - 3,
    note: /step: TS\d+: .*; bound: TS2339: /,
  },
  "is for another kernel": {
    ...answers((notebook) => {
      notebook.metadata = { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } };
    }),
    points: all,
  },
  "floors everything to 300": {
    ...stub((notebook) => insert(notebook, "Math.floor = () => 300;\nconst credit = () => 300;")),
    points: 0,
    note: /cell 1: Cannot assign to read only property 'floor'/,
  },
  // says: W3
  "writes a broken notebook and a large file": {
    ...answers((notebook) =>
      insert(
        notebook,
        'import { writeFileSync } from "node:fs";\nwriteFileSync("z.ipynb", "{"); writeFileSync("large.bin", new Uint8Array(2e8));',
      ),
    ),
    points: all,
  },
  "takes its time in every cell": {
    ...answers((notebook) => {
      for (let i = 0; i < 3; i++) insert(notebook, "process.exit(0);", `exit-${i}`);
      for (let i = 0; i < 2; i++) {
        insert(notebook, "const t = Date.now(); while (Date.now() - t < 3000);", `slow-${i}`);
      }
    }),
    points: all,
  },
  "tries all attacks, and has no answers": {
    ...stub((notebook) => insertAttacks(notebook)),
    points: 0,
    note: /is not allowed/,
  },
  // says: X1
  "tries all attacks, with right answers": {
    ...answers((notebook) => insertAttacks(notebook)),
    points: all,
    note: /is not allowed/,
  },
  [itself]: { ...answers(() => {}), points: all },
};
const names = Object.keys(submissions);
const studentOf = (name: string): string => name.replaceAll(/\W+/g, "-");

beforeAll(() => {
  // Less time and memory than usual, so that reaching the limits takes less.
  const config = course.at("nbgrader_config.py");
  const text = readFileSync(config, "utf8");
  const usual = "seconds, notebook_seconds, megabytes = 60, 300, 2000";
  expect(text).toContain(usual);
  writeFileSync(config, text.replace(usual, "seconds, notebook_seconds, megabytes = 4, 200, 700"));
  const source = course.source(assignment);
  undrawn(cellOf(source, "spectrum-chart"));
  writeFileSync(course.at("source", assignment, `${assignment}.ipynb`), JSON.stringify(source));
  expect(course.run("release", assignment).status).toBe(0);
  for (const [name, { from, change }] of Object.entries(submissions)) {
    const notebook = from === "stub" ? course.released(assignment) : solved(course, assignment);
    if (name !== itself) undrawn(notebook.cells.find(({ source }) => source.includes("\nlineChart({"))!);
    change(notebook);
    course.submit(studentOf(name), assignment, notebook);
  }
  course.submit("a-torn-file", assignment, '{"cells": [');
  course.submit("a-link", assignment, course.released(assignment));
  symlinkSync(
    course.at("source", assignment, `${assignment}.ipynb`),
    course.at("submitted", "a-link", assignment, "a.txt"),
  );
  course.submit("a-new-name", assignment, course.released(assignment));
  renameSync(
    course.at("submitted", "a-new-name", assignment, `${assignment}.ipynb`),
    course.at("submitted", "a-new-name", assignment, "mine.ipynb"),
  );
  course.submit("a-misspelt-folder", "1-gradient-decent", course.released(assignment));
  ({ status, stdout: printed, stderr: said } = course.run("autograde"));
  grades = course.grades();
}, 900_000);

const rowOf = (student: string): string =>
  printed.split("\n").find((line) => line.startsWith(`${student} `))!;
const sum = (student: string): number =>
  Object.values(grades[assignment]![student]!).reduce<number>((total, points) => total + (points ?? 0), 0);

test.each(names)("%s", (name) => {
  const { points, note } = submissions[name]!;
  const student = studentOf(name);
  expect(sum(student), rowOf(student)).toBe(points);
  expect(rowOf(student)).toContain(`${points} / ${most}`);
  if (note) expect(rowOf(student)).toMatch(note);
});

const notGraded = ["a-link", "a-new-name", "a-torn-file"];

test("what cannot be graded fails alone, and says why", () => {
  expect(status).toBe(1);
  expect(rowOf("a-torn-file")).toMatch(/not graded +\S.*JSON/);
  expect(rowOf("a-link")).toContain("a.txt is a link to another file");
  expect(existsSync(course.at("autograded", "a-link"))).toBe(false); // nor copied to where cells could read it
  expect(rowOf("a-new-name")).toContain(
    `there is mine.ipynb in it, but no ${assignment}.ipynb; was it renamed?`,
  );
  expect(said).toMatch(/a-misspelt-folder\S+decent: left alone, as no assignment of that name is released/);
});

test("what was printed is kept within bounds", () => {
  for (const name of ["prints 100,000 lines", "prints for ever"]) {
    expect(
      statSync(course.at("autograded", studentOf(name), assignment, `${assignment}.ipynb`)).size,
    ).toBeLessThan(1e6);
  }
});

test("what a submission wrote is gone, and feedback of it works", () => {
  const student = studentOf("writes a broken notebook and a large file");
  expect(readdirSync(course.at("autograded", student, assignment))).toEqual([`${assignment}.ipynb`]);
  const feedback = course.run("feedback", "--student", student);
  expect(feedback.status, feedback.stderr).toBe(0);
});

test("nothing is graded twice, and what was handed in again is", () => {
  const again = course.run("autograde");
  expect(again.stderr).toContain(`${names.length} of ${names.length + notGraded.length} are graded already`);
  expect(again.stdout.trim().split("\n")).toHaveLength(2 + notGraded.length);
  const file = course.at("submitted", "is-as-it-should-be", assignment, `${assignment}.ipynb`);
  // Content decides: a new time alone changes nothing, other text with the old time does.
  const later = new Date(Date.now() + 5000);
  utimesSync(file, later, later);
  expect(course.run("autograde").stdout.trim().split("\n")).toHaveLength(2 + notGraded.length);
  const { atime, mtime } = statSync(course.at("autograded", "is-as-it-should-be", assignment));
  writeFileSync(file, `${readFileSync(file, "utf8")}\n`);
  utimesSync(file, atime, mtime);
  for (const student of notGraded) rmSync(course.at("submitted", student), { recursive: true });
  const third = course.run("autograde", assignment);
  expect(third.stdout).toMatch(/is-as-it-should-be .* 41 \/ 50/);
  expect(third.status).toBe(0);
}, 120_000);

test("interrupted, it continues where it was: what was being graded is graded again", async () => {
  const main = path.resolve(import.meta.dirname, "../../dist/cli/main.js");
  const child = spawn(process.execPath, [main, "course", "autograde", "--force", "--jobs", "2"], {
    cwd: course.folder,
    env: { ...process.env, NABLAB_PYTHON: python() },
  });
  let said = "";
  await new Promise<void>((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (/^2 of /m.test(said)) resolve();
    });
    child.on("exit", () => resolve());
  });
  child.kill("SIGKILL");
  const left = course.at(".nablab", "grading", assignment);
  expect(existsSync(left)).toBe(true);
  const rest = course.run("autograde");
  expect(rest.status, rest.stderr).toBe(0);
  // One or two were under way; a note may take more than a line.
  const again = rest.stdout.match(/^\S+ +1-gradient-descent +\d/gm) ?? [];
  expect(again.length, rest.stdout).toBeGreaterThanOrEqual(1);
  expect(again.length, rest.stdout).toBeLessThanOrEqual(2);
  expect(course.grades()).toEqual(grades);
}, 300_000);

test("scores and feedback", () => {
  const scores = course.run("scores", "--csv", "scores.csv");
  expect(scores.stdout).toMatch(/^loops-for-ever +39 \/ 50 +39$/m);
  const csv = readFileSync(course.at("scores.csv"), "utf8");
  expect(csv.split("\n")[0]).toContain("assignment,");
  expect(csv).toMatch(/1-gradient-descent,.*loops-for-ever,.*,graded,39,0,39,50,/);
  const feedback = course.run("feedback", "--student", "is-as-it-should-be");
  expect(feedback.status, feedback.stderr).toBe(0);
  const html = readFileSync(
    course.at("feedback", "is-as-it-should-be", assignment, `${assignment}.html`),
    "utf8",
  );
  expect(html).toContain("Score: 41.0 / 50.0");
  expect(html).toMatch(/<svg|data:image\/(svg|png)/); // the chart
  expect(html).toContain('class="katex"');
  expect(html).not.toMatch(/<(script|link|img)[^>]*(src|href)="https?:/); // it needs no network
}, 120_000);
