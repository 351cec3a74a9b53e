/**
 * The package as npm packs it, installed away from this checkout: the command line, and the kernel with `console`, Node's
 * types and `nablab` in a folder that has no node_modules.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folder, write } from "../cli/nablab.js";
import { jupyterEnvironment, python } from "./jupyter.js";

const root = path.resolve(import.meta.dirname, "../..");
const place = mkdtempSync(path.join(tmpdir(), "nablab-installed-"));
const modules = path.join(place, "lib", "node_modules");
const main = path.join(modules, "nablab", "dist", "cli", "main.js");
const nablab = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, [main, ...args], { cwd, encoding: "utf8" });

beforeAll(() => {
  // On Windows npm is a script for the shell.
  const options = { cwd: root, encoding: "utf8", shell: process.platform === "win32" } as const;
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", place], options);
  const tarball = readdirSync(place).find((name) => name.endsWith(".tgz"))!;
  mkdirSync(path.join(modules, "nablab"), { recursive: true });
  execFileSync("tar", ["xzf", tarball, "--strip-components=1", "-C", "lib/node_modules/nablab"], {
    cwd: place,
  });
  // What npm would install beside it is here already.
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    if (!name.startsWith("."))
      symlinkSync(path.join(root, "node_modules", name), path.join(modules, name), "junction");
  }
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

test("nablab run, from any folder", () => {
  const elsewhere = folder();
  const file = write(elsewhere, "a.ipynb", [
    'import { mnist } from "nablab";\nimport { readFileSync } from "node:fs";\nconsole.log((await mnist()).train.size, typeof readFileSync);',
  ]);
  const { status, stderr } = nablab(elsewhere, "run", "a.ipynb");
  expect(status, stderr).toBe(0);
  expect(JSON.parse(readFileSync(file, "utf8")).cells[0].outputs[0].text.join("")).toBe("60000 function\n");
});

test("nablab kernel install makes a kernel that runs, from any folder", () => {
  const prefix = folder();
  const { status, stderr } = nablab(folder(), "kernel", "install", "--prefix", prefix);
  expect(status, stderr).toBe(0);
  const code = `
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)
outputs = []
client.execute_interactive("import { sgd } from 'nablab'; console.log(String(sgd())); process.argv[1]", timeout=60,
    output_hook=lambda message: outputs.append(message["content"].get("text") or message["content"].get("data")))
print([output for output in outputs if output])
client.stop_channels()
manager.shutdown_kernel()
`;
  const env = { ...jupyterEnvironment(), JUPYTER_PATH: path.join(prefix, "share", "jupyter") };
  const ran = spawnSync(python(), ["-c", code], { cwd: folder(), env, encoding: "utf8" });
  expect(ran.stdout, ran.stderr).toContain("SGD(η = 0.001)");
  expect(ran.stdout).toContain(path.join(modules, "nablab", "dist", "kernel", "main.js"));
});
