/**
 * One TypeScript for everything: the version that is pinned, also as `npx tsc`.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

test("npx tsc is the TypeScript that the project uses (if not: npm rebuild typescript)", () => {
  const tsc = path.join(root, "node_modules", ".bin", "tsc");
  const { stdout } = spawnSync(tsc, ["--version"], { encoding: "utf8", shell: process.platform === "win32" });
  expect(stdout.trim()).toBe(`Version ${ts.version}`);
});

test("what undocumented internals or committed bytes depend on is pinned", () => {
  for (const name of ["typescript", "plotly.js-cartesian-dist-min", "happy-dom"]) {
    expect(dependencies[name]).toMatch(/^\d+\.\d+\.\d+$/);
    const installed = path.join(root, "node_modules", name, "package.json");
    expect(JSON.parse(readFileSync(installed, "utf8")).version).toBe(dependencies[name]);
  }
});
