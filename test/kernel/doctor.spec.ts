/**
 * `nablab doctor` with a real Jupyter.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { nablabIn } from "../cli/nablab.js";
import { jupyterEnvironment, python } from "./jupyter.js";

const env: NodeJS.ProcessEnv = { ...jupyterEnvironment(), VIRTUAL_ENV: path.dirname(path.dirname(python())) };

test("all is well: a line for each, the last a cell that Jupyter ran", async () => {
  const { status, stdout } = await nablabIn(env, ".", "doctor");
  const lines = stdout.trim().split("\n");
  expect(lines.map((line) => line[0])).toEqual(Array(10).fill("✓"));
  expect(lines[2]).toMatch(/a cell in Node +runs/);
  expect(lines[3]).toMatch(/cache +\d+ MB in .*nablab; above 100 MB, or unused for 60 days, the oldest goes/);
  expect(lines[4]).toMatch(
    /grading +confined by Node's permission model and a list of names; (bubblewrap|unshare|sandbox-exec|no sandbox)/,
  );
  expect(lines[9]).toMatch(/a cell in Jupyter +runs \(\d+\.\d s/);
  expect(status).toBe(0);
});

test("what grading rests on", async () => {
  const { status, stdout } = await nablabIn(env, ".", "course", "doctor");
  const lines = stdout.trim().split("\n");
  expect(lines.map((line) => line[0])).toEqual(Array(5).fill("✓"));
  expect(lines[3]).toMatch(/^✓ grading +confined by Node's permission model/);
  expect(lines[4]).toMatch(/^✓ nbgrader +\d+\.\d+\.\d+, .*python/);
  expect(status).toBe(0);
});

test("a kernelspec that starts nothing is reported with the command that fixes it", async () => {
  const file = path.join(env.JUPYTER_PATH!, "kernels", "nablab", "kernel.json");
  const before = readFileSync(file, "utf8");
  writeFileSync(file, before.replaceAll("main.js", "gone.js"));
  const { status, stdout } = await nablabIn(env, ".", "doctor");
  writeFileSync(file, before);
  expect(stdout.trim().split("\n").at(-1)).toMatch(
    /^✗ kernelspec +its nablab is gone: .*gone\.js → npx nablab kernel install --prefix /,
  );
  expect(status).toBe(1);
});
