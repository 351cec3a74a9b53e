/**
 * `nablab sweep --dask` on real clusters of this machine: the records of a sweep without one, whatever ends meanwhile.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startCluster } from "./cluster.js";
import { listening, processesOf } from "./listening.js";
import { folder, main, nablab, nablabIn } from "./nablab.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const python = path.resolve(import.meta.dirname, "../../.venv/bin/python");

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

let cluster: ChildProcess;
let address: string;
let pids: number[];
beforeAll(async () => {
  ({ program: cluster, address, pids } = await startCluster());
});
afterAll(async () => {
  cluster.stdin!.end();
  await once(cluster, "close");
});

const records = (...where: string[]): string[] => {
  const file = path.join(...where, "records.jsonl");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.stringify({ ...JSON.parse(line), run: undefined }));
};

const experiment = `import { random } from "nablab";
import { scale } from "./scale.js";
export const run = async ({ a, seed }: { a: number; seed: number }, { report }: any) => {
  report({ begun: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { x: random(seed).normal() * scale(a), list: new Float64Array([a, NaN, -0]) };
};`;

test("the same records as without a cluster: a worker of it is killed, the sweep is interrupted, and goes on here", async () => {
  const dir = folder();
  writeFileSync(path.join(dir, "e.ts"), experiment);
  writeFileSync(path.join(dir, "scale.ts"), "export const scale = (a: number) => 2 * a;");
  const values = ["-p", "a=1..30", "-p", "seed=1..4"];
  expect((await nablab(dir, "sweep", "e.ts", ...values, "-o", "here")).status).toBe(0);
  const expected = records(dir, "here");
  expect(expected).toHaveLength(120);

  const there = spawn(
    process.execPath,
    [main, "sweep", "e.ts", ...values, "--dask", address, "-o", "there"],
    {
      cwd: dir,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  there.stderr.on("data", (data) => (said += data));
  await expect.poll(() => records(dir, "there").length, { timeout: 90_000, interval: 5 }).toBeGreaterThan(5);
  process.kill(pids[0]!, "SIGKILL");
  expect(await once(there, "close")).toEqual([0, null]);
  expect(said).toContain("120 points: there/records.jsonl\n");
  expect(records(dir, "there")).toEqual(expected);

  const half = spawn(process.execPath, [main, "sweep", "e.ts", ...values, "--dask", address, "-o", "half"], {
    cwd: dir,
  });
  await expect.poll(() => records(dir, "half").length, { timeout: 90_000, interval: 5 }).toBeGreaterThan(5);
  half.kill("SIGINT");
  expect(await once(half, "close")).toEqual([130, null]);
  expect(records(dir, "half").length).toBeLessThan(120);
  expect((await nablab(dir, "sweep", "e.ts", ...values, "-o", "half")).status).toBe(0);
  expect(records(dir, "half")).toEqual(expected);
});

test("a scheduler that is killed with its workers and comes back at its address: nothing is lost", async () => {
  const dir = folder();
  writeFileSync(path.join(dir, "e.ts"), experiment);
  writeFileSync(path.join(dir, "scale.ts"), "export const scale = (a: number) => 2 * a;");
  const values = ["-p", "a=1..20", "-p", "seed=1..4"];
  const port = await freePort();
  const first = await startCluster(port);
  const child = spawn(
    process.execPath,
    [main, "sweep", "e.ts", ...values, "--dask", first.address, "-o", "there"],
    { cwd: dir, stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  await expect.poll(() => records(dir, "there").length, { timeout: 90_000, interval: 5 }).toBeGreaterThan(5);
  first.program.kill("SIGKILL");
  for (const pid of first.pids) process.kill(pid, "SIGKILL");
  const before = records(dir, "there").length;
  expect(before).toBeLessThan(80);
  const second = await startCluster(port);
  expect(second.address).toBe(first.address);
  const [status] = await once(child, "close");
  expect(status, said).toBe(0);
  second.program.stdin!.end();
  expect(said).toContain("80 points: there/records.jsonl\n");
  expect((await nablab(dir, "sweep", "e.ts", ...values, "-o", "here")).status).toBe(0);
  expect(records(dir, "there")).toEqual(records(dir, "here"));
});

test("a full disk, and a cluster of our own: one line, nothing listens to other machines, and the same command goes on", async () => {
  const dir = folder();
  writeFileSync(
    path.join(dir, "e.ts"),
    "export const run = async ({ a }: { a: number }) => { await new Promise((resolve) => setTimeout(resolve, 50)); return { a }; };",
  );
  const start = () => {
    const child = spawn(
      process.execPath,
      [main, "sweep", "e.ts", "-p", "a=1..60", "-o", "out", "--dask", "local", "-j", "2"],
      { cwd: dir, stdio: ["ignore", "pipe", "pipe"] },
    );
    let said = "";
    child.stderr.on("data", (data) => (said += data));
    return { child, said: () => said.replace(/^[\d,]+ of [\d,]+ done.*\n/gm, "") };
  };
  expect((await nablab(dir, "sweep", "e.ts", "-p", "a=1", "-o", "out")).status).toBe(0);
  const file = path.join(dir, "out", "records.jsonl");
  rmSync(file);
  symlinkSync("/dev/full", file);
  const full = start();
  expect(await once(full.child, "close")).toEqual([1, null]);
  expect(full.said()).toBe(`nablab: the disk is full; free some space, and run it again (ENOSPC): ${file}\n`);
  rmSync(path.join(dir, "out"), { recursive: true });

  const { child, said } = start();
  const open = new Set<string>();
  const timer = setInterval(() => {
    for (const one of listening(processesOf(child.pid!))) open.add(one);
  }, 500);
  const ended = once(child, "close");
  expect(await ended).toEqual([0, null]);
  clearInterval(timer);
  expect([...open]).toEqual(["127.0.0.1"]);
  expect(said()).toBe("60 points: out/records.jsonl\n");
  expect(records(dir, "out").map((line) => JSON.parse(line).values.a)).toEqual(
    Array.from({ length: 60 }, (_, i) => i + 1),
  );
});

test("two clients of one scheduler whose processes have the same id, as in two containers, get what each of them asked for", async () => {
  const dir = folder();
  writeFileSync(
    path.join(dir, "e.ts"),
    "export const run = async ({ a }: { a: number }, { report }: any) => { report({ of: a }); await new Promise((resolve) => setTimeout(resolve, 10)); return { a }; };",
  );
  const wrapper = path.join(dir, "python");
  const same =
    "import os, runpy, sys; os.getpid = lambda: 7; sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')";
  writeFileSync(
    wrapper,
    `#!/bin/sh\n[ "$1" = -c ] && exec ${python} "$@"\nexec ${python} -c "${same}" "$@"\n`,
    {
      mode: 0o755,
    },
  );
  const values = [1, 101];
  const ended = await Promise.all(
    values.map((a) =>
      nablabIn(
        { NABLAB_PYTHON: wrapper },
        dir,
        "sweep",
        "e.ts",
        "-p",
        `a=${a}..${a + 39}`,
        "--dask",
        address,
        "-o",
        `${a}`,
      ),
    ),
  );
  for (const [i, a] of values.entries()) {
    expect(ended[i]!.status, ended[i]!.stderr).toBe(0);
    const expected = Array.from({ length: 40 }, (_, i) => a + i);
    expect(records(dir, `${a}`).map((line) => JSON.parse(line).values.a)).toEqual(expected);
  }
});

/** What a point may print that is like a message. */
const printed = [
  '{"is":"done", oops',
  "null",
  "{}",
  '{"is":"done"}',
  '{"is":"done","index":0,"values":{"forged":1},"seconds":0}',
  '{"is":"failed","index":6}',
  '{"is":"report","index":6,"values":null}',
  '{"is":"crashed"}',
  '{"is":"constructor"}',
];

test("what goes wrong in a point costs that point, with the same error as without a cluster", async () => {
  const dir = folder();
  writeFileSync(
    path.join(dir, "hostile.ts"),
    `import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
export async function run({ what }: { what: string }) {
  console.log("about to " + what);
  if (what === "throw") throw new RangeError("too far");
  if (what === "late") { setTimeout(() => { throw new Error("late"); }); await new Promise(() => {}); }
  if (what === "loop") for (;;);
  if (what === "memory") { const a = []; for (;;) a.push(new Float64Array(1e6).fill(1)); }
  if (what === "exit") process.exit(3);
  if (what === "print") {
    for (const line of ${JSON.stringify(printed)}) writeSync(1, line + "\\n");
    spawnSync("printf", ['{"is":"done","index":'], { stdio: "inherit" });
  }
  return { fine: 1 };
}`,
  );
  const sweep = (...more: string[]) =>
    nablab(
      dir,
      "sweep",
      "hostile.ts",
      "-p",
      "what=first,throw,late,loop,memory,exit,print,last",
      "-t",
      "3",
      "-m",
      "500",
      ...more,
    );
  const [here, there] = [await sweep("-o", "here"), await sweep("-o", "there", "--dask", address)];
  expect([here.status, there.status]).toEqual([1, 1]);
  const stripped = (out: string) => records(dir, out).map((line) => JSON.parse(line));
  const found = stripped("there");
  expect(found.map(({ values }) => values !== undefined)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(found.at(-2).values).toEqual({ fine: 1 });
  expect(found[1].error).toEqual({
    name: "RangeError",
    message: "too far",
    stack: "at run (hostile.ts:5:31)",
    printed: "about to throw",
  });
  const errors = (all: ReturnType<typeof stripped>) =>
    all.map(({ error }) => error && `${error.name}: ${error.message}`);
  expect(errors(found)).toEqual(errors(stripped("here")));
});

test("workers check themselves: another nablab, missing data, no Dask are one line with the fix", async () => {
  const dir = folder();
  const work = folder();
  writeFileSync(path.join(dir, "e.ts"), "export const run = () => ({});");
  // What a worker says, without a cluster: the program that it runs, given other versions and data.
  const ask = async (change: (code: Record<string, unknown>) => void): Promise<unknown> => {
    const worker = spawn(process.execPath, [path.resolve(path.dirname(main), "sweep", "worker.js")], {
      cwd: work,
    });
    const lines = createInterface({ input: worker.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      for (;;) {
        const { value } = await lines.next();
        if (value !== "") return JSON.parse(value);
      }
    };
    await next();
    worker.stdin.write(
      `${JSON.stringify({ do: "prepare", source: { file: path.join(dir, "e.ts"), data: [] } })}\n`,
    );
    const { code } = await next();
    change(code);
    worker.stdin.write(`${JSON.stringify({ do: "load", code, limits: {} })}\n`);
    const answer = await next();
    worker.stdin.end();
    await once(worker, "close");
    return answer.problem;
  };
  const versions = { nablab: "0.1.0", node: process.version };
  expect(await ask((code) => (code.versions = { ...versions, nablab: "9.9.9" }))).toMatch(
    /^sweep: \S+ has nablab 0\.1\.0, and 9\.9\.9 is needed; install that version there$/,
  );
  expect(await ask((code) => (code.versions = { ...versions, node: "v9.9.9" }))).toMatch(
    /has node v\d+\S+, and v9\.9\.9 is needed/,
  );
  expect(await ask((code) => (code.data = { "x.csv": "0".repeat(64) }))).toMatch(
    /^sweep: \S+ lacks data of the sweep; copy x\.csv there, to /,
  );
  expect(await ask((code) => (code.data = { "e.ts": "0".repeat(64) }))).toMatch(
    /has other data than the sweep; copy e\.ts there again/,
  );
  expect(await ask((code) => (code.packages = { vitest: "0.0.1" }))).toMatch(
    /has no vitest; npm install vitest@0\.0\.1 in /,
  );
  const noDask = await nablabIn(
    { NABLAB_PYTHON: "/none" },
    dir,
    "sweep",
    "e.ts",
    "--dask",
    "tcp://127.0.0.1:1",
  );
  expect([noDask.status, noDask.stderr]).toEqual([
    2,
    expect.stringMatching(
      /^nablab: sweep: no Dask scheduler answers there \(.*\), got tcp:\/\/127\.0\.0\.1:1\n$/,
    ),
  ]);
  const wrong = await nablab(dir, "sweep", "e.ts", "--dask", "cluster");
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('sweep: cluster must be "local", an address such as'),
  ]);
});
