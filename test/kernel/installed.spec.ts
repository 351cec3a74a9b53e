/**
 * The package as npm packs it, installed away from this checkout: the command line, and the kernel with `console`, Node's
 * types and `nablab` in a folder that has no node_modules.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
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
  execFileSync("npm", ["pack", "--silent", "--pack-destination", place], options);
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

test("the package pins what it needs and nothing of what builds it, and leaves no shrinkwrap in the clone", () => {
  const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));
  const { packages } = read(path.join(modules, "nablab", "npm-shrinkwrap.json"));
  const { dependencies, devDependencies } = read(path.join(root, "package.json"));
  const pinned = Object.keys(packages).map((name) => name.replace("node_modules/", ""));
  expect(pinned).toEqual(expect.arrayContaining(Object.keys(dependencies)));
  expect(pinned.filter((name) => name in devDependencies)).toEqual([]);
  expect(existsSync(path.join(root, "npm-shrinkwrap.json"))).toBe(false);
});

test("nablab renderer install works, and doctor names no command of a clone", () => {
  const prefix = folder();
  const { status, stderr } = nablab(folder(), "renderer", "install", "--prefix", prefix);
  expect([status, stderr]).toEqual([0, expect.stringContaining(prefix)]);
  expect(existsSync(path.join(prefix, "share/jupyter/labextensions/@nablab/plotly/install.json"))).toBe(true);
  // An environment with neither kernel nor renderer: that of this checkout, asked from an empty home.
  const env = {
    ...process.env,
    HOME: folder(),
    VIRTUAL_ENV: path.dirname(path.dirname(python())),
    JUPYTER_PATH: "",
  };
  const said = spawnSync(process.execPath, [main, "doctor"], { cwd: folder(), encoding: "utf8", env });
  expect(said.status).toBe(1); // the kernel of .venv is another nablab
  expect(said.stdout).toMatch(/it starts another nablab: .* → nablab kernel install --prefix /);
  expect(said.stdout).not.toMatch(/npm run|npm ci|npx/);
});

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
