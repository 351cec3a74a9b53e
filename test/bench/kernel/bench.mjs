// How well kernels keep to Jupyter's protocol and how long they take, as a client sees it: ours, vanilla tslab's and
// ipykernel, one after another.
//
//   npm run bench:kernel [-- kernel …]     needs `npm run setup`; puts tslab and ipykernel into .cache/kernels (200 MB)
//
// Prints two Markdown tables, and keeps them in test/output/bench/kernel.md: the outcome of each test of the official
// suite, and medians in ms. Figures of a machine that does other work as well mean little.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { installKernelspec } from "#nablab/kernel/kernelspec.js";

const root = path.resolve(import.meta.dirname, "../../..");
const python =
  process.env.NABLAB_PYTHON ??
  path.join(root, ".venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

const names = process.argv.length > 2 ? process.argv.slice(2) : ["nablab", "tslab", "ipykernel"];
const prefix = mkdtempSync(path.join(tmpdir(), "nablab-kernels-"));
const data = path.join(prefix, "share", "jupyter");
installKernelspec(data);
mkdirSync(path.join(prefix, "ipython")); // without the folder IPython keeps no history
const peers = path.join(root, ".cache", "kernels");
if (names.includes("tslab")) installTslab(peers);
if (names.includes("ipykernel")) installIpykernel(path.join(peers, "python"));

const about = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`;
const tables = [
  table("official test", "conformance.py", (column) => {
    const outcomes = Object.values(column);
    return { "failing tests": outcomes.filter((outcome) => outcome === "fails").length };
  }),
  table("ms, memory in MB", "latency.py"),
];
const text = `${about}\n\n${tables.join("\n\n")}\n`;
const output = path.join(root, "test", "output", "bench");
mkdirSync(output, { recursive: true });
writeFileSync(path.join(output, "kernel.md"), text);
console.log(text);
rmSync(prefix, { recursive: true, force: true });

/** The tslab that its users have, from npm, in a folder of its own. */
function installTslab(/** @type {string} */ folder) {
  const program = path.join(folder, "node_modules", "tslab", "bin", "tslab");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
    const options = ["--no-audit", "--no-fund", "--loglevel=error"];
    must("tslab", "npm", ["install", "tslab@1.0.22", "@types/node@20", ...options], {
      cwd: folder,
      shell: process.platform === "win32",
    });
  }
  writeSpec("tslab", "typescript", [process.execPath, program, "kernel", "--config-path={connection_file}"]);
}

/** Python's own kernel, in an environment of its own. */
function installIpykernel(/** @type {string} */ folder) {
  const program = path.join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (spawnSync(program, ["-c", "import ipykernel"]).status !== 0) {
    must("ipykernel", python, ["-m", "venv", folder]);
    must("ipykernel", program, ["-m", "pip", "install", "-q", "ipykernel==7.4.0"]);
  }
  writeSpec("ipykernel", "python", [program, "-m", "ipykernel_launcher", "-f", "{connection_file}"]);
}

function must(
  /** @type {string} */ name,
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  options = {},
) {
  if (spawnSync(command, args, { stdio: "inherit", ...options }).status === 0) return;
  const others = names.filter((other) => other !== name).join(" ");
  throw new Error(`${name} could not be installed; leave it out: npm run bench:kernel -- ${others}`);
}

function writeSpec(/** @type {string} */ name, /** @type {string} */ language, /** @type {string[]} */ argv) {
  const folder = path.join(data, "kernels", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "kernel.json"), JSON.stringify({ argv, display_name: name, language }));
}

/** A table with a column for each kernel, as `script` prints them. */
function table(
  /** @type {string} */ head,
  /** @type {string} */ script,
  /** @type {(column: Record<string, unknown>) => Record<string, unknown>} */ sums = () => ({}),
) {
  const columns = names.map((name) => {
    const { stdout, stderr, status } = spawnSync(python, [path.join(import.meta.dirname, script), name], {
      encoding: "utf8",
      cwd: prefix,
      env: {
        ...process.env,
        JUPYTER_PATH: data,
        JUPYTER_DATA_DIR: path.join(prefix, "data"),
        JUPYTER_RUNTIME_DIR: path.join(prefix, "runtime"),
        IPYTHONDIR: path.join(prefix, "ipython"),
      },
      timeout: 600_000,
    });
    const last = (/** @type {string} */ text) => text.trim().split("\n").at(-1) ?? "";
    if (status === 0) {
      const column = JSON.parse(last(stdout));
      return { ...column, ...sums(column) };
    }
    console.error(`${name}: ${last(stderr)}`);
    return {};
  });
  const rows = Object.keys(Object.assign({}, ...columns));
  return [
    `| ${head} | ${names.join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
    ...rows.map((row) => `| ${row} | ${columns.map((column) => column[row] ?? "–").join(" | ")} |`),
  ].join("\n");
}
