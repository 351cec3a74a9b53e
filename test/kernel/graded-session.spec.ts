import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { GradedSession } from "#nablab/kernel/graded-session.js";

const root = realpathSync(mkdtempSync(path.join(tmpdir(), "nablab-graded-")));
const folder = path.join(root, "student");
mkdirSync(folder);
writeFileSync(path.join(root, "solution.txt"), "42");
writeFileSync(path.join(folder, "own.txt"), "mine");
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs cells; what each printed, and the name and message of the error it ended with. */
async function run(cells: string[], limits = { seconds: 20, megabytes: 1000 }) {
  const session = new GradedSession<number>({
    folder,
    limits,
    onOutput: (output, cell) => {
      if (output.type === "stream") texts[cell] += output.text;
    },
  });
  const texts = cells.map(() => "");
  const results: (string | undefined)[] = [];
  try {
    for (const [i, code] of cells.entries()) {
      const result = await session.execute(code, i);
      results.push(result.status === "ok" ? undefined : `${result.ename}: ${result.evalue}`);
    }
  } finally {
    session.close();
  }
  return { texts, results };
}

test("a cell that ends the process costs itself, not the cells after it", async () => {
  const { texts, results } = await run([
    "let x = 1; console.log('first');",
    "console.log('leaving'); process.exit(0);",
    "x += 1; console.log(x);",
    "process.kill(process.pid, 'SIGKILL'); while (true);",
    "console.log(x);",
  ]);
  expect(results).toEqual([
    undefined,
    "ProcessEnded: the notebook's process ended with exit code 0",
    undefined,
    "ProcessEnded: the notebook's process ended by SIGKILL",
    undefined,
  ]);
  expect(texts).toEqual(["first\n", "leaving\n", "2\n", "", "2\n"]);
});

test("who ends the process again and again is given up", async () => {
  const { results } = await run([...Array(5).fill("process.exit(3)"), "1"]);
  expect(results.slice(0, 4)).toEqual(
    Array(4).fill("ProcessEnded: the notebook's process ended with exit code 3"),
  );
  const end = "ProcessEnded: earlier cells ended the notebook's process 4 times; nothing more of it runs";
  expect(results.slice(4)).toEqual([end, end]);
});

test("limits on time and memory are kept and named; a cell that takes too long ends without its process", async () => {
  const { results, texts } = await run(
    [
      "const kept = 'kept';",
      "while (true) {}",
      "await null; let turns = 0; while (true) turns++;",
      "await new Promise(() => {});",
      "console.log(turns > 0);",
      "const hoard: Uint8Array[] = []; while (true) hoard.push(new Uint8Array(5e7).fill(1));",
      "console.log(kept);",
    ],
    { seconds: 1.5, megabytes: 700 },
  );
  expect(results).toEqual([
    undefined,
    ...Array(3).fill("TimeoutError: the cell took longer than 1.5 s"),
    undefined,
    "MemoryLimitError: the cell took more than 700 MB of memory",
    undefined,
  ]);
  expect([texts[4], texts[6]]).toEqual(["true\n", "kept\n"]);
});

const own = "where notebooks are graded or checked, they read and write files in their own folder only";

test("files outside the folder, programs, threads and native code are refused; nablab trains without threads", async () => {
  const { results, texts } = await run([
    'import { readFileSync, writeFileSync } from "node:fs"; console.log(readFileSync("own.txt", "utf8")); writeFileSync("new.txt", "x");',
    'readFileSync("../solution.txt", "utf8");',
    'writeFileSync("../gradebook.db", "");',
    'import { execSync } from "node:child_process"; execSync("cat ../solution.txt");',
    `import { Worker } from "node:worker_threads"; await new Promise((done, fail) => new Worker('require("fs").readFileSync("../solution.txt")', { eval: true }).on("error", fail).on("exit", done));`,
    `import { Worker } from "node:worker_threads"; new Worker('require("fs").readFileSync("../solution.txt")', { eval: true, execArgv: [] });`,
    "process.dlopen({ exports: {} }, 'x.node');",
    "process.kill(process.ppid, 'SIGKILL');",
    'import { crossEntropy, dense, mnist, relu, sequential, sgd, train } from "nablab"; const { train: images } = await mnist(); const run = await train(sequential([dense(784, 16), relu(), dense(16, 10)], { seed: 1 }), images.take(500), { rule: sgd({ eta: 0.1 }), loss: crossEntropy(), batchSize: 100, epochs: 1, threads: 2, live: false }); console.log(run.loss.length);',
    "console.log(Object.keys(process.env).filter((name) => /JPY|TOKEN|SECRET/.test(name)));",
  ]);
  expect(results).toEqual([
    undefined,
    `Error: reading ../solution.txt is not allowed: ${own}`,
    `Error: writing ../gradebook.db is not allowed: ${own}`,
    `Error: starting programs is not allowed: ${own}`,
    `Error: starting threads is not allowed: ${own}`,
    `Error: starting threads is not allowed: ${own}`,
    "Error: Cannot load native addon because loading addons is disabled.",
    `Error: ending other processes is not allowed: ${own}`,
    undefined,
    undefined,
  ]);
  expect([texts[0], texts[8], texts[9]]).toEqual(["mine\n", "5\n", "[]\n"]);
});

test("what a cell does to built-in objects is undone and said", async () => {
  const { results, texts } = await run([
    "Math.random = () => 0.5; (Array.prototype as any).extra = 1; Object.is = () => true; console.log(Math.random());",
    "console.log(Math.random() === 0.5, 'extra' in [], Object.is(1, 2));",
    'import assert from "node:assert"; assert.equal = () => {};',
    'import { equal } from "node:assert"; equal(1, 2);',
    "Object.defineProperty(Math, 'abs', { value: () => 0, configurable: false, writable: false });",
    "console.log(Math.abs(-2))",
  ]);
  expect(results).toEqual([
    undefined,
    undefined,
    undefined,
    "AssertionError: 1 == 2",
    "ProcessEnded: the notebook's process ended with exit code 1",
    undefined,
  ]);
  const undone = "that is undone for the cells after it, as tests build on it.\n";
  expect(texts).toEqual([
    `0.5\nThis cell changed Object.is, Array.prototype.extra, Math.random; ${undone}`,
    "false false false\n",
    `This cell changed assert.equal; ${undone}`,
    "",
    "This cell changed Math.abs for good, so that its process had to end.\n",
    "2\n",
  ]);
});
