/**
 * `nablab course autograde --dask` on a real cluster of this machine: the same gradebook, notes and failures as without one,
 * whatever ends meanwhile; a lost cluster loses no grade and invents none.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NbGrader } from "#nablab/cli/course/nbgrader.js";
import { wholeLimits } from "#nablab/kernel/graded-session.js";
import { type Cluster, startCluster } from "../cli/cluster.js";
import { listening, processesOf } from "../cli/listening.js";
import { main } from "../cli/nablab.js";
import { python } from "../kernel/jupyter.js";
import { type Cell, Course, idOf, type Notebook, solved } from "./course.js";
import * as tiny from "./tiny.js";

const course = new Course();
const name = "tiny";
const cellOf = (notebook: Notebook, id: string): Cell => notebook.cells.find((cell) => idOf(cell) === id)!;
const submit = (student: string, change: (notebook: Notebook) => void = () => {}): void => {
  const notebook = solved(course, name);
  change(notebook);
  course.submit(student, name, notebook);
};
const double = (body: string) => (notebook: Notebook) => {
  cellOf(notebook, "double").source = `function double(x: number): number {\n${body}\n}`;
};

/** What each student has: status, points and note. */
function scores(): Record<string, string> {
  expect(course.run("scores", "--csv", "scores.csv").status).toBe(0);
  const rows = readFileSync(course.at("scores.csv"), "utf8").trim().split("\r\n").slice(1);
  return Object.fromEntries(rows.map((row) => [row.split(",")[3]!, row]));
}

/** Of the first two tests, the second of which ends it. */
let cluster: Cluster;

/** `nablab course autograde`, under way. */
function autograde(...args: string[]) {
  const child = spawn(process.execPath, [main, "course", "autograde", ...args], {
    cwd: course.folder,
    env: { ...process.env, NABLAB_PYTHON: python(), NO_COLOR: "1" },
  });
  let said = "";
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  child.stdout.setEncoding("utf8").on("data", (text) => (printed += text));
  return { child, said: () => said, printed: () => printed, ended: once(child, "close") };
}

beforeAll(async () => {
  tiny.clear(course);
  tiny.assignment(course, name);
  const config = course.at("nbgrader_config.py");
  writeFileSync(config, readFileSync(config, "utf8").replace("= 60, 300, 2000", "= 5, 60, 600"));
  const released = course.run("release");
  expect(released.status, released.stderr).toBe(0);
  for (let i = 0; i < 3; i++) submit(`right-${i}`);
  submit("ünïcode 学生");
  submit("wrong", double("  return 3 * x;"));
  submit("stub", (notebook) => (notebook.cells = course.released(name).cells));
  submit("loop", double("  for (;;);"));
  submit("exit", double("  return process.exit(3) as never;"));
  submit("edited", (notebook) => (cellOf(notebook, "double-test").source = "2;"));
  submit("files", double('  return Number(require("node:fs").readFileSync("beside.txt", "utf8")) * x;'));
  writeFileSync(course.at("submitted", "files", name, "beside.txt"), "2");
  submit("escape", double('  return require("node:fs").readFileSync("../../../gradebook.db").length;'));
  course.submit("torn", name, '{"cells": [');
  cluster = await startCluster();
}, 300_000);

afterAll(() => {
  cluster?.program.kill("SIGKILL");
  course.remove();
});

test("the same gradebook, notes and failures as without a cluster, though a worker of it is killed; nothing listens to other machines", async () => {
  const here = autograde();
  expect(await here.ended).toEqual([1, null]);
  const [grades, table, all] = [course.grades(), here.printed(), scores()];
  expect(grades[name]).toMatchObject({
    "right-2": { "double-test": 2, "half-test": 3 },
    wrong: { "double-test": 0, "half-test": 3 },
    stub: { "double-test": 0, "half-test": 0 },
    loop: { "double-test": 0, "half-test": 3 },
    edited: { "double-test": 2, "half-test": 3 },
    files: { "double-test": 2 },
    escape: { "double-test": 0 },
  });
  expect(grades[name]).not.toHaveProperty("torn");
  // A mark given by hand stays.
  course.mark(name, "wrong", "words", 4);

  const { address, pids } = cluster;
  const there = autograde("--force", "--dask", address);
  await expect.poll(() => / of 12: /.test(there.said()), { timeout: 120_000, interval: 20 }).toBe(true);
  expect(listening(processesOf(there.child.pid!)).filter((one) => one !== "127.0.0.1")).toEqual([]);
  process.kill(pids[0]!, "SIGKILL");
  expect(await there.ended).toEqual([1, null]);
  // All but the row with the mark.
  const rows = (text: string): string[] => text.split("\n").filter((row) => !row.startsWith("wrong "));
  expect(rows(there.printed())).toEqual(rows(table));
  expect(there.said()).toMatch(/^on \S+ submissions run confined by Node's permission model and /m);
  const again = course.grades();
  expect(again[name]!.wrong!.words).toBe(4);
  again[name]!.wrong!.words = grades[name]!.wrong!.words!;
  expect(again).toEqual(grades);
  const found = scores();
  expect(Object.keys(found)).toEqual(Object.keys(all));
  for (const student of Object.keys(all).filter((one) => one !== "wrong"))
    expect(found[student]).toBe(all[student]);
  // What cells wrote stays there, what was handed in is here.
  expect(readdirSync(course.at("autograded", "files", name)).sort()).toEqual(["beside.txt", "tiny.ipynb"]);
  expect(readdirSync(course.at(".nablab", "sanitized"))).toEqual([]);
  expect(readdirSync(course.at(".nablab", "prepared"))).toEqual([]);
  expect(course.run("feedback", "--student", "wrong").status).toBe(0);
}, 900_000);

test("a cluster that ends in the middle ends the command in one line; the same command goes on, alone or with another", async () => {
  const { program, address } = cluster;
  // What takes long is graded above.
  for (const student of ["loop", "exit", "edited", "files", "escape"])
    rmSync(course.at("submitted", student), { recursive: true });
  const there = autograde("--force", "--dask", address);
  await expect.poll(() => /^2 of 7: /m.test(there.said()), { timeout: 120_000, interval: 20 }).toBe(true);
  there.child.kill("SIGINT");
  const [code] = await there.ended;
  expect(code).toBe(1);
  expect(there.said()).toMatch(/interrupted after \d+ of 7; the same command continues from here\n$/);
  const left = Object.values(scores()).filter((row) => row.includes(",not graded,"));
  expect(left.length).toBeGreaterThan(1);
  program.kill("SIGKILL");
  await once(program, "close");
  const lost = autograde("--dask", address);
  expect(await lost.ended).toEqual([2, null]);
  expect(lost.said()).toMatch(/nablab: no Dask scheduler answers there \(.*\), got tcp:\S+\n$/);
  const local = autograde("--dask", "local", "--jobs", "2");
  let open: string[] = [];
  await expect
    .poll(
      () => {
        open = [...open, ...listening(processesOf(local.child.pid!))];
        return local.child.exitCode;
      },
      { timeout: 300_000, interval: 1000 },
    )
    .toBe(1);
  expect(new Set(open)).toEqual(new Set(["127.0.0.1"]));
  expect(local.said()).toMatch(/ of 7 are graded already/);
  expect(course.grades()[name]).toMatchObject({ "right-2": { "double-test": 2, "half-test": 3 } });
  expect(Object.values(scores()).filter((row) => row.includes(",not graded,"))).toHaveLength(1);
}, 900_000);

test("the limits of the configuration in each of their spellings; those that it leaves out are the same as here", async () => {
  const config = course.at("nbgrader_config.py");
  const text = readFileSync(config, "utf8");
  const limits = async (given: string): Promise<unknown> => {
    writeFileSync(config, `${text}\nc.Execute.extra_arguments = ${given}\n`);
    const nbgrader = new NbGrader(course.folder);
    const { limits, error } = await nbgrader.ask({ do: "limits" });
    nbgrader.close();
    return limits ? wholeLimits(limits) : error;
  };
  expect(await limits('["--graded", "--mark", "x", "--seconds", "5", "--cpus=3"]')).toEqual({
    seconds: 5,
    megabytes: 2000,
    notebookSeconds: 25,
  });
  expect(await limits('["--graded", "--seconds=soon"]')).toMatch(
    /extra_arguments: .*--seconds: invalid float/,
  );
  writeFileSync(config, text);
});

test("what cannot be is one line", () => {
  const wrong = course.run("autograde", "--force", "--dask", "cluster");
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    expect.stringContaining("--dask takes local, an address such as tcp://HOST:8786"),
  ]);
  const config = course.at("nbgrader_config.py");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replace('"--graded", ', ""));
  const open = course.run("autograde", "--force", "--dask", "tcp://127.0.0.1:1");
  expect([open.status, open.stderr]).toEqual([
    2,
    expect.stringContaining("nbgrader_config.py must run notebooks confined for --dask"),
  ]);
  writeFileSync(config, text);
});
