/**
 * The real kernel asked by a real Jupyter client, one question a line.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { jupyterEnvironment, python } from "./jupyter.js";

test("a client gets what the protocol promises", () => {
  const script = path.join(import.meta.dirname, "client.py");
  const { status, stdout, stderr } = spawnSync(python(), [script], {
    encoding: "utf8",
    env: jupyterEnvironment(),
  });
  const lines = stdout.trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
  expect(lines.length, stderr).toBe(48);
  expect(status, stderr).toBe(0);
});
