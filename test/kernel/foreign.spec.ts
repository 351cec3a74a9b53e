/**
 * nablab in the kernels of tslab and Deno, as they come from npm: charts, tables, images and a live training show themselves
 * there. Both are installed into `.cache/kernels` (300 MB), as the benchmark of kernels does.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { python } from "./jupyter.js";

const root = path.resolve(import.meta.dirname, "../..");
const peers = path.join(root, ".cache", "kernels");
const versions = { tslab: "1.0.22", deno: "2.9.6", "@types/node": "20" };
const notebooks = mkdtempSync(path.join(tmpdir(), "nablab-foreign-"));
const data = path.join(notebooks, "share");

/** Deno's program, of the package for this system. */
const deno = (): string => {
  const manifest = path.join(peers, "node_modules", "deno", "package.json");
  const require = createRequire(manifest);
  const names = Object.keys(require(manifest).optionalDependencies);
  const found = names.find((name) => existsSync(path.join(peers, "node_modules", name)));
  return path.join(peers, "node_modules", found ?? "", process.platform === "win32" ? "deno.exe" : "deno");
};

beforeAll(() => {
  mkdirSync(peers, { recursive: true });
  if (!existsSync(path.join(peers, "package.json")))
    writeFileSync(path.join(peers, "package.json"), '{ "private": true }\n');
  const missing = Object.entries(versions).filter(
    ([name]) => !existsSync(path.join(peers, "node_modules", name)),
  );
  if (missing.length > 0) {
    const packages = missing.map(([name, version]) => `${name}@${version}`);
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    // zeromq of tslab comes with its program, and needs no script.
    execFileSync("npm", ["install", ...options, ...packages], {
      cwd: peers,
      shell: process.platform === "win32",
    });
  }
  mkdirSync(path.join(notebooks, "node_modules", "@types"), { recursive: true });
  symlinkSync(root, path.join(notebooks, "node_modules", "nablab"), "junction");
  for (const name of ["@types/node", "undici-types"])
    symlinkSync(
      path.join(peers, "node_modules", name),
      path.join(notebooks, "node_modules", name),
      "junction",
    );
  writeFileSync(
    path.join(notebooks, "package.json"),
    '{ "private": true, "dependencies": { "nablab": "*" } }',
  );
  writeFileSync(path.join(notebooks, "deno.json"), '{ "nodeModulesDir": "manual" }');
  const kernels: Record<string, string[]> = {
    tslab: [
      process.execPath,
      path.join(peers, "node_modules", "tslab", "bin", "tslab"),
      "kernel",
      "--config-path={connection_file}",
    ],
    deno: [deno(), "jupyter", "--kernel", "--conn", "{connection_file}"],
  };
  for (const [name, argv] of Object.entries(kernels)) {
    const folder = path.join(data, "kernels", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, "kernel.json"),
      JSON.stringify({ argv, display_name: name, language: "typescript" }),
    );
  }
});

test.each(["tslab", "deno"])("%s", async (kernel) => {
  const script = path.join(import.meta.dirname, "foreign.py");
  const { stdout } = await promisify(execFile)(python(), [script, kernel], {
    cwd: notebooks,
    env: {
      ...process.env,
      JUPYTER_PATH: data,
      JUPYTER_RUNTIME_DIR: path.join(notebooks, "runtime"),
      JUPYTER_DATA_DIR: path.join(notebooks, "data"),
    },
    maxBuffer: 1e8,
  });
  const lines = stdout.trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
  expect(lines).toHaveLength(9);
});
