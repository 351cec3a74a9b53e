/**
 * `nablab sweep` with real workers: what goes wrong in a point costs that point, and whatever interrupts a sweep, its records
 * are the same in the end.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { folder, main, nablab, read, write } from "./nablab.js";

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 2 });

const slow = `
import { random } from "nablab";
export const run = async ({ a, seed }: { a: number; seed: number }) => {
  await new Promise((resolve) => setTimeout(resolve, 30));
  return { x: random(seed).normal() * a, pid: "", list: new Float64Array([a, NaN, -0]) };
};
`;
const arguments_ = ["-p", "a=1..8", "-p", "seed=1..5"];

/** The records of a sweep, without what differs from run to run. */
const records = (...where: string[]) =>
  readFileSync(path.join(...where, "records.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { run, ...record } = JSON.parse(line);
      expect(run).toEqual({
        nablab: "0.1.0",
        node: process.version,
        seconds: expect.any(Number),
        host: expect.stringMatching(/./),
      });
      return JSON.stringify(record);
    });

const lines = (file: string): number =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;

/** What a sweep said, without the lines that come every ten seconds of a slow machine. */
const linesOf = (said: string): string => said.replace(/^[\d,]+ of [\d,]+ done.*\n/gm, "");

/** Starts a sweep and waits until it has some records. */
async function underWay(dir: string, out: string, ...more: string[]) {
  const child = spawn(process.execPath, [main, "sweep", "slow.ts", ...arguments_, "--out", out, ...more], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  await expect
    .poll(() => lines(path.join(dir, out, "records.jsonl")), { timeout: 60_000, interval: 5 })
    .toBeGreaterThan(2);
  return { child, said: () => said };
}

describe("the same records", () => {
  test("for any number of jobs, after Ctrl-C, and after the sweep is killed in the middle", async () => {
    const dir = folder();
    writeFileSync(path.join(dir, "slow.ts"), slow);
    const whole = await nablab(dir, "sweep", "slow.ts", ...arguments_, "--jobs", "1", "--out", "one");
    expect([whole.status, linesOf(whole.stderr)]).toEqual([0, "40 points: one/records.jsonl\n"]);
    expect(whole.stdout).toContain("slow.ts: means over n points for each a");
    const expected = records(dir, "one");
    expect(expected).toHaveLength(40);
    expect(JSON.parse(expected[7]!)).toEqual({
      point: { a: 2, seed: 3 },
      seed: 3,
      values: { x: expect.any(Number), pid: "", list: [2, { $number: "NaN" }, { $number: "-0" }] },
    });

    const interrupted = await underWay(dir, "two", "--jobs", "2");
    interrupted.child.kill("SIGINT");
    expect(await once(interrupted.child, "close")).toEqual([130, null]);
    expect(interrupted.said()).toMatch(
      /interrupted after \d+ of 40 points; the same command continues from here/,
    );

    const killed = await underWay(dir, "three", "--jobs", "3");
    killed.child.kill("SIGKILL");
    await once(killed.child, "exit");
    const file = path.join(dir, "three", "records.jsonl");
    writeFileSync(file, `${readFileSync(file, "utf8")}{"point":{"a":8,"se`);

    for (const out of ["two", "three"]) {
      const again = await nablab(dir, "sweep", "slow.ts", ...arguments_, "--jobs", "2", "--out", out);
      expect(again.status).toBe(0);
      expect(records(dir, out)).toEqual(expected);
    }
    expect(read(dir, "three", "manifest.json")).toEqual(read(dir, "one", "manifest.json"));
  });

  test("not mixed with those of another experiment, nor on other data", async () => {
    const dir = folder();
    mkdirSync(path.join(dir, "parts"));
    writeFileSync(path.join(dir, "parts", "b.ts"), "export const b = 2;");
    writeFileSync(path.join(dir, "n.json"), "[1]");
    writeFileSync(path.join(dir, "x.csv"), "1");
    writeFileSync(
      path.join(dir, "e.ts"),
      `import { readFileSync } from "node:fs";
import { b } from "./parts/b.js";
import n from "./n.json" with { type: "json" };
enum Kind { A }
const text = readFileSync(new URL("./x.csv", import.meta.url), "utf8");
export default async () => ({ text, b, n, kind: Kind.A, lazy: (await import("./parts/b")).b, here: readFileSync("x.csv", "utf8") });`,
    );
    const sweep = () => nablab(dir, "sweep", "e.ts", "--data", "x.csv");
    expect((await sweep()).status).toBe(0);
    expect(JSON.parse(records(dir, "e-sweep")[0]!).values).toEqual({
      text: "1",
      b: 2,
      n: [1],
      kind: 0,
      lazy: 2,
      here: "1",
    });
    writeFileSync(path.join(dir, "x.csv"), "2");
    expect(await sweep()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /^nablab: sweep: the records are of another experiment \(e\.ts has changed since, or its data\); choose another folder, or remove .*e-sweep\n$/,
      ),
    });
    writeFileSync(path.join(dir, "x.csv"), "1");
    writeFileSync(path.join(dir, "parts", "b.ts"), "export const b = 3;");
    expect((await sweep()).stderr).toContain("the records are of another experiment");
  });
});

describe("what goes wrong in a point costs that point", () => {
  test("throws, rejects late, loops, fills the memory, exits, is killed", async () => {
    const dir = folder();
    writeFileSync(
      path.join(dir, "hostile.ts"),
      `import { existsSync, writeFileSync } from "node:fs";
export async function run({ what }: { what: string }) {
  if (what === "throw") { console.log("printed before"); throw new RangeError("too far"); }
  if (what === "text") throw "a text";
  if (what === "late") { setTimeout(() => { throw new Error("late"); }); await new Promise(() => {}); }
  if (what === "loop") for (;;);
  if (what === "wait") await new Promise(() => {});
  if (what === "memory") { const a = []; for (;;) a.push(new Float64Array(1e6).fill(1)); }
  if (what === "exit") process.exit(3);
  if (what === "killed once" && !existsSync("marker")) {
    writeFileSync("marker", "");
    process.kill(process.pid, "SIGKILL");
  }
  if (what === "nothing") return;
  if (what === "noise") { process.stdout.write('{"is":"done","index":9,"values":{},"seconds":0}\\n'); console.log("x".repeat(1e5)); }
  return { fine: 1 };
}`,
    );
    const names = "first,throw,text,late,loop,wait,memory,exit,killed once,nothing,noise,last";
    const sweep = (...more: string[]) =>
      nablab(dir, "sweep", "hostile.ts", "-p", `what=${names}`, "--timeout", "4", "--memory", "500", ...more);
    const { status, stderr } = await sweep();
    const found = records(dir, "hostile-sweep").map((line) => JSON.parse(line));
    const errors = Object.fromEntries(
      found.map(({ point, error }) => [point.what, error && `${error.name}: ${error.message}`]),
    );
    expect(errors).toEqual({
      first: undefined,
      throw: "RangeError: too far",
      text: "Error: thrown: a text",
      late: "Error: late",
      loop: "TimeoutError: the point took longer than 4 s",
      wait: "TimeoutError: the point took longer than 4 s",
      memory: "MemoryLimitError: the point took more than 500 MB of memory",
      exit: "ProcessEnded: the point's process ended twice, with exit code 3",
      "killed once": undefined,
      nothing: "TypeError: run: a point must return a record of values, such as { loss }, got undefined",
      noise: undefined,
      last: undefined,
    });
    expect(found[1].error).toMatchObject({ stack: "at run (hostile.ts:3:64)", printed: "printed before" });
    expect(status).toBe(1);
    expect(stderr).toContain("failed: what=loop: TimeoutError: the point took longer than 4 s");
    expect(stderr).toContain(
      "8 of 12 points failed, with the reason in hostile-sweep/records.jsonl; --retry runs them again",
    );
    // Nothing runs again unasked.
    const again = await sweep();
    expect([again.status, again.stderr]).toEqual([1, expect.not.stringContaining("failed: ")]);
  });

  test("a worker that is killed while it loads the experiment starts once more", async () => {
    const dir = folder();
    // The first process prepares the sweep; the next one is killed.
    writeFileSync(
      path.join(dir, "e.ts"),
      `import { appendFileSync, readFileSync } from "node:fs";
appendFileSync("loads", "+");
if (readFileSync("loads", "utf8").length === 2) process.kill(process.pid, "SIGKILL");
export const run = async ({ a }: { a: number }) => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { a };
};`,
    );
    const { status, stderr } = await nablab(dir, "sweep", "e.ts", "-p", "a=1..6", "--jobs", "2", "-o", "out");
    expect(status, stderr).toBe(0);
    expect(readFileSync(path.join(dir, "loads"), "utf8")).toBe("+++");
    expect(records(dir, "out").map((line) => JSON.parse(line).values.a)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a worker that is killed from outside; and no process outlives a sweep that is killed", async () => {
    const dir = folder();
    writeFileSync(
      path.join(dir, "pid.ts"),
      `import { existsSync, writeFileSync } from "node:fs";
export const run = async ({ a }: { a: number }) => {
  writeFileSync("pid", String(process.pid));
  if (a === 2 && !existsSync("killed")) await new Promise(() => {});
  if (a === 9) for (;;);
  return { a };
};`,
    );
    const pid = () =>
      Number(existsSync(path.join(dir, "pid")) && readFileSync(path.join(dir, "pid"), "utf8"));
    const start = (values: string) =>
      spawn(process.execPath, [main, "sweep", "pid.ts", "-p", `a=${values}`, "--jobs", "1", "-o", values], {
        cwd: dir,
      });
    const child = start("1,2,3");
    await expect
      .poll(() => lines(path.join(dir, "1,2,3", "records.jsonl")), { timeout: 60_000, interval: 5 })
      .toBe(1);
    writeFileSync(path.join(dir, "killed"), "");
    process.kill(pid(), "SIGKILL");
    expect(await once(child, "close")).toEqual([0, null]);
    expect(records(dir, "1,2,3").map((line) => JSON.parse(line).values)).toEqual([
      { a: 1 },
      { a: 2 },
      { a: 3 },
    ]);

    const looping = start("8,9");
    await expect.poll(() => lines(path.join(dir, "8,9", "records.jsonl")), { timeout: 60_000 }).toBe(1);
    looping.kill("SIGKILL");
    const worker = pid();
    const isAlive = () => {
      try {
        return process.kill(worker, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive, { timeout: 20_000 }).toBe(false);
  });

  test.skipIf(process.platform === "win32")(
    "a full disk ends the sweep in one line, and the same command goes on; --retry runs what failed",
    async () => {
      const dir = folder();
      writeFileSync(
        path.join(dir, "e.ts"),
        `import { existsSync } from "node:fs";
export function run({ a }: { a: number }) {
  if (a === 2 && !existsSync("fixed")) throw new Error("not yet");
  return { a };
}`,
      );
      const sweep = (...more: string[]) => nablab(dir, "sweep", "e.ts", "-p", "a=1..3", "-o", "out", ...more);
      expect((await sweep()).stderr).toContain(
        "1 of 3 points failed, with the reason in out/records.jsonl; --retry runs it again",
      );
      writeFileSync(path.join(dir, "fixed"), "");
      expect((await sweep()).status).toBe(1);
      const file = path.join(dir, "out", "records.jsonl");
      const before = readFileSync(file, "utf8");
      rmSync(file);
      symlinkSync("/dev/full", file);
      const full = `nablab: the disk is full; free some space, and run it again (ENOSPC): ${file}\n`;
      const ended = await sweep();
      expect([ended.status, linesOf(ended.stderr)]).toEqual([1, full]);
      rmSync(file);
      writeFileSync(file, before);
      expect(linesOf((await sweep("--retry")).stderr)).toBe("3 points: out/records.jsonl\n");
      expect(records(dir, "out").map((line) => JSON.parse(line).values)).toEqual([
        { a: 1 },
        { a: 2 },
        { a: 3 },
      ]);
    },
  );
});

test.concurrent("an experiment that cannot be loaded is named, with the reason, before anything runs", async () => {
  const dir = folder();
  const said = async (text: string, ...more: string[]) => {
    writeFileSync(path.join(dir, "e.ts"), text);
    const { status, stderr } = await nablab(dir, "sweep", "e.ts", ...more);
    return `${status} ${stderr}`;
  };
  expect(await said("export const run = (1;")).toContain("2 nablab: sweep: e.ts:1:22: ')' expected.");
  expect(await said('import "./none.js";')).toContain(
    '2 nablab: sweep: e.ts: there is no file to import, got "./none.js"',
  );
  expect(await said('import x from "no-such-package"; export const run = () => x;')).toContain(
    '2 nablab: sweep: there is no package "no-such-package" here; npm install no-such-package in',
  );
  expect(await said("export const go = 1;")).toContain(
    "2 nablab: sweep: e.ts: an experiment exports a function run(point, { signal, report }), got none",
  );
  expect(await said('throw new Error("at the start");')).toContain(
    "e.ts fails when it is loaded: Error: at the start",
  );
  expect(await said("export const run = () => ({});", "-d", "no.csv")).toContain("no.csv: cannot be read");
  expect(readdirSync(dir)).toEqual(["e.ts"]);
});

test.concurrent("a notebook: its parameters, what it records, and the executed copies", async () => {
  const dir = folder();
  write(dir, "n.ipynb", [
    { source: "const eta = 0.5, seed = 0;", metadata: { tags: ["parameters"] } },
    'import { random, record } from "nablab";\nrecord("loss", eta + random(seed).uniform());\nrecord("curve", [1, Infinity]);',
    'if (eta === 2) throw new RangeError("too large"); eta',
  ]);
  const { status, stderr } = await nablab(
    dir,
    "sweep",
    "n.ipynb",
    "-p",
    "eta=1,2",
    "-p",
    "seed=7",
    "-o",
    "out",
  );
  expect([status, linesOf(stderr).split("\n")[0]]).toEqual([
    1,
    "failed: eta=2 seed=7: RangeError: cell 4: too large",
  ]);
  const [one, two] = records(dir, "out").map((line) => JSON.parse(line));
  expect(one).toMatchObject({
    seed: 7,
    values: { loss: expect.any(Number), curve: [1, { $number: "Infinity" }] },
  });
  expect(two.error.stack).toContain("at cell 4:1:22");
  const { cells } = read(dir, "out", "notebooks", "eta=1,seed=7.ipynb");
  expect(cells[1]).toMatchObject({
    metadata: { tags: ["injected-parameters"] },
    source: ["// Parameters\n", "let eta = 1;\n", "let seed = 7;"],
  });
  expect(cells[3].outputs[0].data["text/plain"]).toEqual(["1"]);
  expect(readdirSync(path.join(dir, "out", "notebooks"))).toEqual([
    "eta=1,seed=7.ipynb",
    "eta=2,seed=7.ipynb",
  ]);
  expect(read(dir, "n.ipynb").cells).toHaveLength(3);
});

test.concurrent("a cell that names itself a module, in a notebook; its chart stays", async () => {
  const dir = folder();
  write(dir, "n.ipynb", [
    "/** @module experiment */\nexport const run = ({ a }: { a: number }) => ({ square: a ** 2 });",
    'import { range, sweep } from "nablab";\nconst results = await sweep("./experiment.ts", { a: range(3) }, { jobs: 2 });',
    "results",
    '(await sweep("./experiment", { a: [3] }, { live: false })).column("square")', // as in an import
  ]);
  const { status, stderr } = await nablab(dir, "run", "n.ipynb");
  expect([status, stderr]).toEqual([0, expect.stringContaining("4 cells")]);
  const { cells } = read(dir, "n.ipynb");
  expect(cells[3].outputs[0].data["text/plain"]).toEqual(["[ 9 ]"]);
  expect(cells[2].outputs[0].data["text/plain"].join("")).toBe(
    "experiment.ts: 3 points\na  square\n─  ──────\n0       0\n1       1\n2       4",
  );
});

test("the stop button of a notebook ends a sweep, and lastSweep() has what there is", async () => {
  const dir = folder();
  writeFileSync(path.join(dir, "slow.ts"), slow);
  writeFileSync(
    path.join(dir, "stop.mjs"),
    `import { lastSweep, sweep, range } from ${JSON.stringify(pathToFileURL(path.resolve(path.dirname(main), "..", "index.js")).href)};
const stop = new AbortController();
const timer = setInterval(() => (lastSweep()?.records.length ?? 0) > 2 && stop.abort(new Error("enough")), 10);
const results = await sweep("./slow.ts", { a: range(1, 1000), seed: 1 }, { live: false, signal: stop.signal });
clearInterval(timer);
console.log(results.stopped, results.records.length > 0 && results.records.length < 999, results.failed.length, lastSweep() === results);`,
  );
  const child = spawn(process.execPath, ["stop.mjs"], { cwd: dir });
  let printed = "";
  child.stdout.on("data", (data) => (printed += data));
  expect(await once(child, "close")).toEqual([0, null]);
  expect(printed).toBe("enough true 0 true\n");
});

test("--help shows how", async () => {
  const { status, stdout } = await nablab(folder(), "sweep", "--help");
  expect(status).toBe(0);
  expect(stdout).toContain("npx nablab sweep experiment.ts -p eta=0.1,0.01 -p seed=1..20");
  const wrong = await nablab(folder(), "sweep", "e.ts", "-p", "eta");
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("-p takes a name and values")]);
});
