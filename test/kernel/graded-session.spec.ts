import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { crossEntropy, dense, mnist, relu, sequential, sgd, train } from "nablab";
import { afterAll, expect, test } from "vitest";
import { GradedSession, type NotebookLimits } from "#nablab/kernel/graded-session.js";

const root = realpathSync(mkdtempSync(path.join(tmpdir(), "nablab-graded-")));
const folder = path.join(root, "student");
mkdirSync(folder);
writeFileSync(path.join(root, "solution.txt"), "42");
writeFileSync(path.join(folder, "own.txt"), "mine");
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs cells; what each printed, and the name and message of the error it ended with. */
async function run(cells: string[], limits: NotebookLimits = { seconds: 20, megabytes: 1000 }) {
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

/** The processes that descend from one, by `ps`. */
function descendants(of: number): { pid: number; args: string }[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const all = lines.flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return found ? [{ pid: Number(found[1]), parent: Number(found[2]), args: found[3]! }] : [];
  });
  const below = (parent: number): typeof all =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(of);
}

test.skipIf(process.platform === "win32")("a process that somebody else kills costs no cell", async () => {
  const began = path.join(folder, "began.txt");
  const running = run([
    "let x = 1;",
    `const { existsSync, writeFileSync } = require("node:fs");
    const isFirst = !existsSync("began.txt");
    writeFileSync("began.txt", "");
    while (isFirst);
    console.log(x + 1);`,
    "console.log(x + 2);",
  ]);
  while (!existsSync(began)) await new Promise((resolve) => setTimeout(resolve, 50));
  const processes = descendants(process.pid).filter(({ args }) => args.includes("session-child.js"));
  expect(processes.length).toBeGreaterThan(0);
  process.kill(processes.at(-1)!.pid, "SIGKILL");
  const { texts, results } = await running;
  expect(results).toEqual([undefined, undefined, undefined]);
  expect(texts).toEqual(["", "2\n", "3\n"]);
});

test.each(["process.exit(137)", "process.exit(143)", "process.kill(process.pid, 'SIGKILL')"])(
  "%s gives a cell no second try",
  async (leave) => {
    rmSync(path.join(folder, "tries.txt"), { force: true });
    const { texts, results } = await run([
      'const fs = require("node:fs");',
      `fs.appendFileSync("tries.txt", "1"); setTimeout(() => { ${leave}; }, 10); await new Promise(() => {});`,
      'console.log(fs.readFileSync("tries.txt", "utf8"));',
    ]);
    expect(results[1]).toMatch(/^ProcessEnded: /);
    expect(texts[2]).toBe("1\n");
  },
);

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
    { seconds: 1.5, megabytes: 700, notebookSeconds: 60 },
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

// says: L3
test.each([
  ["WebAssembly", "new Uint8Array(new (globalThis as any).WebAssembly.Memory({ initial: 60_000 }).buffer)"],
  ["a shared buffer", "new Uint8Array(new SharedArrayBuffer(3.9e9))"],
  ["a single call", "new Uint8Array(3.9e9).fill(1)"],
])("the memory of %s counts once it is used", async (_, memory) => {
  const { results } = await run([
    `const bytes = ${memory}; for (let i = 0; i < bytes.length; i += 4096) bytes[i] = 1;`,
    "console.log(typeof bytes);",
  ]);
  expect(results[0]).toBe("MemoryLimitError: the cell took more than 1000 MB of memory");
});

// says: S3, S1
test("nablab trains and draws without threads, to the same bits as with them", async () => {
  const training = `const run = await train(sequential([dense(784, 16), relu(), dense(16, 10)], { seed: 1 }), images.take(500), { rule: sgd({ eta: 0.1 }), loss: crossEntropy(), batchSize: 100, epochs: 2, threads: 2, live: false });`;
  const { results, texts } = await run([
    'import { crossEntropy, dense, mnist, relu, sequential, sgd, train } from "nablab"; const { train: images } = await mnist();',
    `${training} console.log(JSON.stringify([...run.loss]));`,
    'import { lineChart } from "nablab"; console.log((await lineChart({ title: "t", x: { title: "x" }, y: { title: "y" }, series: [{ name: "s", y: [1, 2] }] }).toSvg()).slice(0, 4));',
    "console.log(Object.keys(process.env).filter((name) => /JPY|TOKEN|SECRET/.test(name)));",
  ]);
  const { train: images } = await mnist();
  const { loss } = await train(
    sequential([dense(784, 16), relu(), dense(16, 10)], { seed: 1 }),
    images.take(500),
    { rule: sgd({ eta: 0.1 }), loss: crossEntropy(), batchSize: 100, epochs: 2, threads: 2, live: false },
  );
  expect(results).toEqual(Array(4).fill(undefined));
  expect(JSON.parse(texts[1]!)).toEqual([...loss]);
  expect([texts[2], texts[3]]).toEqual(["<svg\n", "[]\n"]);
});

// says: L2
test("a notebook's time is limited too, what has to run again included", async () => {
  const { results } = await run(
    [
      "const began = Date.now(); while (Date.now() - began < 2000);",
      ...Array(3).fill("process.exit(0)"),
      "console.log('too late')",
    ],
    { seconds: 20, megabytes: 1000, notebookSeconds: 3 },
  );
  const end = "TimeoutError: the notebook took longer than 3 s; nothing more of it runs";
  expect(results.at(-1)).toBe(end);
});

// says: L1
test("a cell that waits may take five times as long by the clock; one that computes may not", async () => {
  const { results } = await run(
    [
      "await new Promise((go) => setTimeout(go, 2500));",
      "await new Promise((go) => setTimeout(go, 60_000));",
      "for (;;);",
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);",
      "1;",
    ],
    { seconds: 2, megabytes: 1000, notebookSeconds: 100 },
  );
  const end = "TimeoutError: the cell took longer than 2 s";
  expect(results).toEqual([undefined, end, end, end, undefined]);
});

test("a cell that took too long is not run again", async () => {
  const { results } = await run(["console.log(1)", "while (true);", "process.exit(0)", "2"], {
    seconds: 1,
    megabytes: 1000,
    notebookSeconds: 100,
  });
  expect(results[1]).toBe("TimeoutError: the cell took longer than 1 s");
  expect(results[3]).toBeUndefined();
});

// says: L5, L6
test("what comes after a cell's end takes nothing back", async () => {
  const outputs: string[] = [];
  const session = new GradedSession<number>({
    folder,
    onOutput: (output) => outputs.push(output.type),
  });
  try {
    const code =
      'import { clearOutput } from "nablab"; setInterval(() => { clearOutput(); console.log("late"); }, 1); clearOutput();';
    expect(await session.execute(`${code} throw new Error("wrong");`, 0)).toMatchObject({ evalue: "wrong" });
    const before = outputs.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(outputs.length).toBe(before);
    expect(outputs).not.toContain("clear_output");
  } finally {
    session.close();
  }
});
