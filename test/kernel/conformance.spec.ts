/**
 * Jupyter's own conformance suite against the real kernel over real sockets.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { jupyterEnvironment, python } from "./jupyter.js";

test("the official jupyter_kernel_test passes", () => {
  const script = path.join(import.meta.dirname, "conformance.py");
  const { status, stderr } = spawnSync(python(), [script], { encoding: "utf8", env: jupyterEnvironment() });
  expect(status, stderr).toBe(0);
  expect(stderr.match(/skipped '.*'/g) ?? []).toEqual([]);
});
