/**
 * Every notebook of the course, executed from scratch by `nablab run`: nothing fails, and it stores what lies in the
 * repository, so that readers on the web see what this version computes. A Jupyter client with the real kernel stores
 * the same. It differs only in how outputs reach the file, so it executes the quickest notebook among whose outputs is every
 * kind that any notebook has (NABLAB_ALL_PAGES=1: all of them), and a notebook of everything else that cells can put out.
 *
 * The checks of the notebooks can fail: below the last cell of a notebook the cells that state its claims run once more,
 * with a wrong formula, a wrong constant, a biased gradient or a wrong verdict in them (mutations.ts), and the check of
 * each of those claims fails.
 *
 * Outputs of cells with the tag `timing` are not compared.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { folder, nablab, read, write } from "../cli/nablab.js";
import { jupyterEnvironment, python } from "../kernel/jupyter.js";
import { mutations } from "./mutations.js";
import { toRunAgain } from "./slice.js";

const root = path.resolve(import.meta.dirname, "../..");
const course = path.join(root, "notebooks");

interface Output {
  output_type: string;
  name?: string;
  text?: string[];
  ename?: string;
  evalue?: string;
  data?: Record<string, unknown>;
}
interface Cell {
  id: string;
  cell_type: string;
  source: string | string[];
  metadata: { tags?: string[] };
  outputs?: Output[];
}

interface Executed {
  cells: Cell[];
  stderr: string;
  status: number | null;
}

const notebooks = readdirSync(course, { recursive: true, encoding: "utf8" })
  .map((name) => name.split(path.sep).join("/"))
  // Those of coursework hold no outputs; nbgrader runs them in test/coursework.
  .filter((name) => name.startsWith("lectures/") && name.endsWith(".ipynb") && !/(^|\/)\./.test(name))
  .sort();

function hasPython(): boolean {
  try {
    return existsSync(python());
  } catch {
    return false;
  }
}
// On a developer's machine without Python this half is left out; where tests are the gate it may not be.
const withoutPython = !hasPython() && !process.env.CI;

const textOf = (source: Cell["source"]): string => [source].flat().join("");

/** Executes by `nablab run`; returns the cells as they were stored. */
async function byRun(source: string, ...options: string[]): Promise<Executed> {
  const out = folder();
  const { status, stderr } = await nablab(root, "run", source, "--out", out, ...options);
  return { cells: read(out, path.basename(source)).cells, stderr, status };
}

/** Executes by nbclient. */
async function byClient(source: string): Promise<Executed> {
  const target = path.join(folder(), "executed.ipynb");
  const script = path.join(import.meta.dirname, "execute.py");
  const child = spawn(python(), [script, source, target], {
    env: jupyterEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve).on("error", reject);
  });
  return { cells: existsSync(target) ? read(target).cells : [], stderr, status };
}

/** Cells without what may differ: times, and into how many messages printed text was cut. */
function comparable(cells: Cell[]): Cell[] {
  return cells.map((cell) => {
    if (cell.cell_type !== "code") return cell;
    if (cell.metadata.tags?.includes("timing")) return { ...cell, outputs: [] };
    const outputs: Output[] = [];
    for (const output of cell.outputs ?? []) {
      const last = outputs.at(-1);
      if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
        last.text = [(last.text ?? []).concat(output.text ?? []).join("")];
      } else outputs.push({ ...output, ...(output.text && { text: [output.text.join("")] }) });
    }
    return { ...cell, outputs };
  });
}

/** The outputs that are not the same, each in a few words: the whole of them would be megabytes. */
function differences(cells: Cell[], others: Cell[]): string[] {
  const [here, there] = [comparable(cells), comparable(others)];
  const found = here.length === there.length ? [] : [`${here.length} cells against ${there.length}`];
  for (const [i, cell] of here.entries()) {
    const [own, other] = [parts(cell), parts(there[i])];
    for (const key of new Set([...own.keys(), ...other.keys()])) {
      const [a = "nothing", b = "nothing"] = [own.get(key), other.get(key)];
      if (a === b) continue;
      let at = 0;
      while (a[at] === b[at]) at++;
      const piece = (text: string) => text.slice(Math.max(0, at - 30), at + 50);
      found.push(`cell ${i + 1}, ${key}: ${piece(a)} against ${piece(b)}`);
    }
  }
  return found;
}

/** All that a cell holds, piece by piece, as text. */
function parts(cell: Cell | undefined): Map<string, string> {
  const { outputs = [], ...rest } = cell ?? {};
  const all = new Map(Object.entries(rest).map(([key, value]) => [key, JSON.stringify(value)]));
  for (const [i, { data = {}, ...output }] of outputs.entries()) {
    all.set(`output ${i + 1}`, JSON.stringify(output));
    for (const [mime, value] of Object.entries(data)) {
      // Where there is a front end a slider can be moved; where there is none it shows its value alone.
      if (mime === "application/vnd.jupyter.widget-view+json") continue;
      all.set(`output ${i + 1}, ${mime}`, JSON.stringify(value));
    }
  }
  return all;
}

function errors(cells: Cell[]): string[] {
  return cells
    .filter(({ metadata }) => !metadata.tags?.includes("raises-exception"))
    .flatMap(({ outputs = [] }) => outputs)
    .filter(({ output_type }) => output_type === "error")
    .map(({ evalue = "" }) => evalue);
}

test("the lectures are there", () => {
  for (const lecture of ["00-", "01-", "02-", "07-"]) {
    expect(notebooks.filter((name) => name.startsWith(`lectures/${lecture}`))).toHaveLength(1);
  }
});

/** The kinds of output in a notebook, and the calls that speak with the front end while a cell runs. */
function kinds(name: string): Set<string> {
  const cells: Cell[] = read(course, name).cells;
  const outputs = cells.flatMap(({ outputs = [] }) => outputs);
  const calls = cells.flatMap(({ cell_type, source }) =>
    cell_type === "code"
      ? textOf(source).match(/\b(?:interact|slider|dropdown|button|display|train)\(/g)
      : [],
  );
  return new Set([
    ...outputs.map(({ output_type, name = "" }) => `${output_type} ${name}`),
    ...outputs.flatMap(({ data = {} }) => Object.keys(data)),
    ...calls.flatMap((call) => call ?? []),
  ]);
}

const byClients = notebooks.filter((name) => process.env.NABLAB_ALL_PAGES === "1" || /\/12-/.test(name));

test("every kind of output is in a notebook that a Jupyter client executes", () => {
  const tried = new Set(byClients.flatMap((name) => [...kinds(name)]));
  expect(notebooks.flatMap((name) => [...kinds(name)]).filter((kind) => !tried.has(kind))).toEqual([]);
});

/** The cells of a notebook that state claims, with its mutations in them, and the claims that are wrong then. */
function withMutations(cells: readonly Cell[], notebook: string): { again: Cell[]; wrong: string[] } {
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  const sources = code.map(({ source }) => textOf(source));
  const ours = mutations.filter((mutation) => notebook === `lectures/${mutation.notebook}.ipynb`);
  const before = [...sources];
  for (const { what, from, to } of ours) {
    const places = [...sources.keys()].filter((i) => sources[i]!.includes(from));
    expect(places, what).toHaveLength(1);
    sources[places[0]!] = sources[places[0]!]!.replace(from, to);
  }
  const wrong = ours.map(({ claim }) => claim).sort();
  const again = toRunAgain(before, sources, (statement) =>
    wrong.some((claim) => statement.includes(`"${claim}"`)),
  );
  return {
    again: again.map((i) => ({ ...code[i]!, id: `${code[i]!.id}-again`, source: sources[i]! })),
    wrong,
  };
}

/** The claims whose checks failed; of any other error its text. */
function failedClaims(cells: Cell[]): string[] {
  const failures = cells
    .flatMap(({ outputs = [] }) => outputs)
    .filter(({ output_type }) => output_type === "error");
  return failures
    .map(({ ename, evalue = "" }) => /^(\w+) does not hold/.exec(evalue)?.[1] ?? `${ename}: ${evalue}`)
    .sort();
}

test("the mutations are of lectures that are there", () => {
  const named = new Set(mutations.map(({ notebook }) => `lectures/${notebook}.ipynb`));
  expect([...named].filter((name) => !notebooks.includes(name))).toEqual([]);
});

test.concurrent.each(notebooks)(
  "%s runs, holds the outputs of a fresh run, and fails at the check of each claim that is made wrong",
  async (name) => {
    const stored: { cells: Cell[] } = read(course, name);
    const { again, wrong } = withMutations(stored.cells, name);
    const source = path.join(folder(), path.basename(name));
    writeFileSync(source, JSON.stringify({ ...stored, cells: [...stored.cells, ...again] }));
    const ran = await byRun(source, "--allow-errors");
    const [cells, mutated] = [ran.cells.slice(0, stored.cells.length), ran.cells.slice(stored.cells.length)];
    expect(errors(cells)).toEqual([]);
    expect(ran.status, ran.stderr).toBe(0);
    expect(differences(stored.cells, cells)).toEqual([]);
    // No other: none of the mutations does the work of another.
    expect(failedClaims(mutated)).toEqual(wrong);
  },
);

describe.skipIf(withoutPython)("a Jupyter client with the real kernel", () => {
  test.concurrent.each(byClients)("stores the outputs of %s", async (name) => {
    const source = path.join(course, name);
    const client = await byClient(source);
    expect(errors(client.cells)).toEqual([]);
    expect(client.status, client.stderr).toBe(0);
    expect(differences(read(source).cells, client.cells)).toEqual([]);
  });
});

test.skipIf(withoutPython)("whatever cells put out, both store the same", async () => {
  const source = write(folder(), "all.ipynb", [
    { source: "md:# Text\n\nwith $x$ and “quotes”\u2028and a separator" },
    'import { display, html, latex, lineChart, liveFigure, table, tensor } from "nablab";',
    `import { host } from ${JSON.stringify(path.join(root, "dist/display/host.js"))};`,
    'console.log("a"); console.error("b"); console.log("c\\u0085d"); process.stdout.write("no end");',
    'const shown = await display("first"); await shown.update(table([{ a: 1e-7, b: 1e21, c: -0, d: 0.1 }]));',
    'await shown.update(html("<i>from another cell</i>"));',
    'await display("twice under one id", { id: shown.id });',
    'console.log("cleared"); host().clearOutput(true); console.log("kept");',
    'console.log("cleared"); host().clearOutput(false);',
    "({ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': { z: [], a: {}, n: [1e-5, 1.5, 1e22, 12345678901234567890, null] }, 'text/plain': 'json' }) })",
    `const draw = (n: number) => lineChart({ title: "t", x: { title: "x" }, y: { title: "y" }, series: [{ name: "s", y: Array.from({ length: n }, (_, i) => i / 7) }] });
const chart = liveFigure(draw(1)); for (let n = 2; n < 5; n++) chart.update(draw(n)); await chart.close();`,
    'latex("x^2")',
    "tensor([[1, 2], [3, 4]])",
    { source: 'const wrong: number = "text";', metadata: { tags: ["raises-exception"] } },
    { source: 'throw new RangeError("thrown\\nin two lines");', metadata: { tags: ["raises-exception"] } },
    "  ",
    "undefined",
    '"the end"',
  ]);
  const [client, ran] = await Promise.all([byClient(source), byRun(source)]);
  expect([client.status, ran.status], client.stderr + ran.stderr).toEqual([0, 0]);
  expect(differences(ran.cells, client.cells)).toEqual([]);
  expect(ran.cells[10]!.outputs).toHaveLength(1);
});
