/**
 * `nablab doctor`: checks everything that a notebook needs, from Node to a cell run by Jupyter, and names the command that
 * fixes each fault.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { rendererFolder } from "../display/renderer-folder.js";
import {
  dataFoldersFor,
  ownPrefix,
  pathPrefix,
  pythonOf,
  userDataFolder,
} from "../kernel/jupyter-folders.js";
import { installedKernelspec, kernelName, kernelspecProblem } from "../kernel/kernelspec.js";
import { openFilesProblem } from "../kernel/open-files.js";
import { isClone, packageRoot, pythonPackages } from "../kernel/own-packages.js";
import { cacheFolder, cacheSize, mostBytes, mostDays } from "../platform/cache-folder.js";
import { systemProblem } from "./system-error.js";

const run = promisify(execFile);

/** A fault, and the command that fixes it. */
class Fault extends Error {
  constructor(
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** A check: returns a description of what it found, or throws the fault. */
interface Check {
  name: string;
  look(): Promise<string> | string;
}

/**
 * Runs all checks and prints a line for each. A failed check ends those that depend on it.
 *
 * @returns 0 when all is well, else 1
 */
export async function doctor(): Promise<number> {
  const node = [nodeCheck, packagesCheck, cellCheck, cacheCheck, sandboxCheck];
  const jupyter = [pythonCheck, labCheck, kernelspecCheck, rendererCheck, kernelCheck];
  const well = [await lookAt(node), await lookAt(jupyter)];
  return well.every(Boolean) ? 0 : 1;
}

/**
 * Runs the checks that grading depends on: {@link doctor} without Jupyter's front end, and nbgrader.
 *
 * @returns 0 when all is well, else 1
 */
export async function courseDoctor(): Promise<number> {
  return (await lookAt([nodeCheck, packagesCheck, cellCheck, sandboxCheck, nbgraderCheck])) ? 0 : 1;
}

async function lookAt(checks: Check[]): Promise<boolean> {
  for (const { name, look } of checks) {
    try {
      tell(true, name, await look());
    } catch (error) {
      const fix = error instanceof Fault ? ` → ${error.fix}` : "";
      const problem = systemProblem(error) ?? (error as Error).message.trim().split("\n").at(-1);
      tell(false, name, `${problem}${fix}`);
      return false;
    }
  }
  return true;
}

function tell(well: boolean, name: string, text: string): void {
  const line = `${well ? "\x1b[32m✓\x1b[0m" : "\x1b[31m✗\x1b[0m"} ${name.padEnd(18)} ${text}`;
  const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
  console.log(coloured ? line : stripVTControlCharacters(line));
}

const manifest = (): { engines: { node: string }; dependencies: Record<string, string> } =>
  JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8"));

const nodeCheck: Check = {
  name: "Node",
  look() {
    const needed = manifest().engines.node.replace(">=", "");
    if (!atLeast(process.versions.node, needed)) {
      throw new Fault(
        `${process.versions.node} is too old, ${needed} is needed`,
        "install a current Node (any LTS)",
      );
    }
    const problem = openFilesProblem();
    if (problem) throw new Fault(problem.what, problem.fix);
    return process.versions.node;
  },
};

const packagesCheck: Check = {
  name: "npm packages",
  async look() {
    const names = Object.keys(manifest().dependencies);
    const missing = names.filter((name) => !packageFolder(name));
    const fix = isClone() ? "npm run setup" : "install nablab again (npm install -g nablab)";
    if (missing.length > 0) throw new Fault(`missing: ${missing.join(", ")}`, fix);
    try {
      await import("zeromq");
    } catch (error) {
      throw new Fault(`zeromq does not load: ${(error as Error).message}`, fix);
    }
    return `${names.length} there`;
  },
};

/** The command to call this nablab: an installed one is on the path; in a clone npx finds it. */
const command = (): string => (isClone() ? "npx nablab" : "nablab");

/** The folder of a package, found by searching parent folders as Node does. */
function packageFolder(name: string): string | undefined {
  for (let folder = packageRoot; ; folder = path.dirname(folder)) {
    const found = path.join(folder, "node_modules", name);
    if (existsSync(path.join(found, "package.json"))) return found;
    if (path.dirname(folder) === folder) return undefined;
  }
}

const cellCheck: Check = {
  name: "a cell in Node",
  async look() {
    const { createNodeSession } = await import("../kernel/node-host.js");
    const session = createNodeSession<undefined>({ onOutput() {} });
    const code = 'import { tensor } from "nablab";\ntensor([1, 2]).sum() as number';
    const result = await session.execute(code, undefined, 1);
    session.close();
    if (result.status === "error") throw new Error(`${result.ename}: ${result.evalue}`);
    const text = result.result?.data["text/plain"];
    if (text !== "3") throw new Error(`tensor([1, 2]).sum() gave ${text}`);
    return "runs, with nablab imported";
  },
};

/** The size of the cache, and when it is cleaned. */
const cacheCheck: Check = {
  name: "cache",
  look: () =>
    `${(cacheSize() / 1e6).toFixed(0)} MB in ${cacheFolder()}; above ${mostBytes / 1e6} MB, or unused for ${mostDays} days, the oldest goes`,
};

/** A missing sandbox is not a fault: Node's permission model and the restricted scope of cells confine them everywhere. */
const sandboxCheck: Check = {
  name: "grading",
  async look() {
    const { findSandbox } = await import("../kernel/sandbox.js");
    const sandbox = findSandbox();
    const always = "confined by Node's permission model and a list of names";
    return sandbox
      ? `${always}; ${sandbox.name} keeps from ${sandbox.keeps}`
      : `${always}; no sandbox of the system works here${process.platform === "linux" ? " (bubblewrap would)" : ""}`;
  },
};

/** The environment whose Jupyter is checked: that of the set-up, the active one, or that of the Python on the path. */
const environment = (): string | undefined => ownPrefix() ?? process.env.VIRTUAL_ENV ?? pathPrefix();

const pythonCheck: Check = {
  name: "Python",
  async look() {
    const prefix = environment();
    if (!prefix)
      throw new Fault(
        "there is none",
        `install Python 3.10 or newer, then ${pythonPackages("jupyterlab anywidget")}`,
      );
    const version = (await python("import platform; print(platform.python_version())")).trim();
    if (!atLeast(version, "3.10")) throw new Fault(`${version} is too old`, "install Python 3.10 or newer");
    return `${version}, ${prefix}`;
  },
};

const nbgraderCheck: Check = {
  name: "nbgrader",
  async look() {
    const { findPython } = await import("./course/nbgrader.js");
    const python = findPython(); // throws with the fix if there is none
    const { stdout } = await run(python, ["-c", "import nbgrader; print(nbgrader.__version__)"]);
    return `${stdout.trim()}, ${python}`;
  },
};

const labCheck: Check = {
  name: "JupyterLab",
  async look() {
    try {
      return (await python("import jupyterlab, jupyter_client; print(jupyterlab.__version__)")).trim();
    } catch (error) {
      if ((error as { killed?: boolean }).killed) throw new Fault("Python took over 30 s", "try again");
      throw new Fault("this Python has no JupyterLab", pythonPackages("jupyterlab anywidget"));
    }
  },
};

const kernelspecCheck: Check = {
  name: "kernelspec",
  look() {
    const prefix = environment() as string;
    const [spec] = dataFoldersFor(prefix).flatMap((folder) => installedKernelspec(folder) ?? []);
    const fix = `${command()} kernel install --prefix ${prefix}`;
    if (!spec) throw new Fault("Jupyter does not know the kernel", fix);
    const problem = kernelspecProblem(spec);
    if (problem) {
      const inUserFolder = spec.folder.startsWith(userDataFolder());
      throw new Fault(problem, inUserFolder ? `${command()} kernel install --user` : fix);
    }
    return spec.folder;
  },
};

const rendererCheck: Check = {
  name: "renderer",
  look() {
    const prefix = environment() as string;
    const folders = dataFoldersFor(prefix).map((folder) => path.join(folder, rendererFolder));
    const found = folders.find((folder) => existsSync(folder));
    if (found) return found;
    throw new Fault(
      "figures would show as pictures only",
      isClone() && prefix === ownPrefix()
        ? "npm run setup"
        : `${command()} renderer install --prefix ${prefix}`,
    );
  },
};

const kernelCheck: Check = {
  name: "a cell in Jupyter",
  async look() {
    const began = performance.now();
    const answer = await python(throughJupyter, 60_000);
    if (answer.trim() !== "2") throw new Error(`1 + 1 gave ${answer.trim() || "nothing"}`);
    return `runs (${((performance.now() - began) / 1000).toFixed(1)} s from the start of a kernel)`;
  },
};

/** Starts a kernel as a front end does, runs a cell, and prints its result. */
const throughJupyter = `
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="${kernelName}", startup_timeout=40)
try:
    client.execute_interactive("1 + 1", timeout=30, output_hook=lambda message: message["header"]["msg_type"]
        == "execute_result" and print(message["content"]["data"]["text/plain"]))
finally:
    client.stop_channels()
    manager.shutdown_kernel()
`;

async function python(code: string, timeout = 30_000): Promise<string> {
  const prefix = environment() as string;
  const { stdout } = await run(pythonOf(prefix), ["-c", code], { timeout });
  return stdout;
}

function atLeast(version: string, needed: string): boolean {
  const [have, want] = [version, needed].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (const [i, number] of want.entries()) {
    if ((have[i] ?? 0) !== number) return (have[i] ?? 0) > number;
  }
  return true;
}
