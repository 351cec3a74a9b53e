/**
 * Where the machine is too slow or too small for the assignment's own cells, a submission is not graded: its tests would give
 * 0. An answer that takes too much costs its tests alone.
 */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { python } from "../kernel/jupyter.js";
import { type Cell, Course, idOf, type Notebook, solved } from "./course.js";
import * as tiny from "./tiny.js";

const course = new Course();
afterAll(() => course.remove());

/** Sets the seconds of a cell, those of a notebook, and its megabytes. */
const limit = (limits: string): void => {
  const file = course.at("nbgrader_config.py");
  const text = readFileSync(file, "utf8");
  const changed = text.replace(
    /^seconds, notebook_seconds, megabytes = .*$/m,
    `seconds, notebook_seconds, megabytes = ${limits}`,
  );
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
};
const usual = "const base = 2;";
/** Hands out an assignment that begins with such a cell. */
const release = (name: string, data: string): void => {
  const cells = tiny.cells();
  cells[0]!.source = `${data}\n${usual}`;
  tiny.assignment(course, name, cells);
  expect(course.run("release", name, "--untried").status).toBe(0);
  course.submit("ada", name, solved(course, name));
};
const cellOf = (notebook: Notebook, id: string): Cell => notebook.cells.find((cell) => idOf(cell) === id)!;

/** What the assignment's first cell does, and the reason that `autograde` gives. */
const faults: Record<string, [data: string, reason: string]> = {
  slow: ["for (;;);", "the cell took longer than 10 s"],
  large: [
    "const hoard: Uint8Array[] = []; for (;;) hoard.push(new Uint8Array(5e7).fill(1));",
    "the cell took more than 700 MB of memory",
  ],
  full: [
    'import { writeFileSync } from "node:fs"; const block = new Uint8Array(5e7); for (let i = 0; i < 12; i++) writeFileSync("block", block);',
    "writing more than 500 MB is not allowed",
  ],
  ended: ["process.exit(3);", "the notebook's process ended with exit code 3"],
};

/** Six seconds by the clock: of them at least a fifth counts, whatever else the machine does. */
const long = "{ const end = Date.now() + 6000; while (Date.now() < end); }";
const noRoom =
  'throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });';

/** Expects that one has not been graded, and why. */
const expectReason = (name: string, reason: string, stdout: string): void => {
  const expected = `data, a locked cell before any answer: ${reason}`;
  const line = stdout.split("\n").find((row) => row.startsWith("ada ") && row.includes(` ${name} `)) ?? "";
  expect(line, name).toContain("not graded");
  expect(line, name).toContain(expected);
  expect(course.run("scores").stdout, name).toContain(`not graded: ada, ${name}: ${expected}`);
  expect(course.grades()[name]?.ada, name).toBeUndefined();
};

beforeAll(() => {
  tiny.clear(course);
  for (const [name, [data]] of Object.entries(faults)) release(name, data);
}, 300_000);

test("a locked cell before any answer that reaches a limit: not graded, and why", () => {
  limit("10, 300, 700");
  const { status, stdout } = course.run("autograde");
  for (const [name, [, reason]] of Object.entries(faults)) expectReason(name, reason, stdout);
  expect(status).toBe(1);
}, 300_000);

test("the limit of the notebook, and a full disk, which ends the grading", () => {
  limit("10, 1, 700");
  release("long", long);
  release("no-room", noRoom);
  expectReason("long", "the notebook took longer than 1 s", course.run("autograde", "long").stdout);
  const { status, stdout, stderr } = course.run("autograde", "no-room");
  expectReason("no-room", "ENOSPC: no space left on device", stdout);
  expect(stderr).toContain("the disk is full after 1 of 1; free some space");
  expect(status).toBe(1);
}, 300_000);

test.skipIf(process.platform === "win32")(
  "a process that the system kills again and again: not graded, and graded when it does not",
  async () => {
    release("killed", "");
    const main = path.resolve(import.meta.dirname, "../../dist/cli/main.js");
    const grader = spawn(process.execPath, [main, "course", "autograde", "killed"], {
      cwd: course.folder,
      env: { ...process.env, NABLAB_PYTHON: python(), NO_COLOR: "1" },
    });
    let printed = "";
    grader.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    const killing = setInterval(() => {
      const all = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
      const own = all.filter((line) => line.includes("session-child.js") && line.includes(course.folder));
      for (const line of own) {
        try {
          process.kill(Number.parseInt(line, 10), "SIGKILL");
        } catch {
          // it has ended
        }
      }
    }, 100);
    const status = await new Promise((resolve) => grader.on("close", resolve));
    clearInterval(killing);
    expect(printed).toMatch(/not graded.*the notebook's process was killed from outside/);
    expect(status).toBe(1);
    expect(course.grades().killed?.ada).toBeUndefined();
    expect(course.run("autograde", "killed").stdout).toMatch(/^ada .*5 \/ 12/m);
  },
  300_000,
);

test("an answer that takes too long costs its own test, and the machine's fault is over when it is", () => {
  limit("12, 300, 2000");
  const endless = solved(course, "killed");
  cellOf(endless, "double").source = "function double(x: number): number {\n  for (;;);\n}";
  course.submit("endless", "killed", endless);
  const { status, stdout, stderr } = course.run("autograde", "killed", "long");
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/^ada +long .*5 \/ 12/m);
  expect(stdout).toMatch(/^endless .*3 \/ 12 .*double-test: the cell took longer than 12 s/m);
}, 300_000);
