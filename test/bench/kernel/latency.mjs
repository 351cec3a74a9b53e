// How long a kernel takes, as a Jupyter client sees it: ours, vanilla tslab's and ipykernel, one after another.
//
//   node test/bench/kernel/latency.mjs [kernel …]     needs `npm run setup`
//
// Prints a Markdown table of medians in ms. Figures of a machine that does other work as well mean little.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { installKernelspec } from "#nablab/kernel/kernelspec.js";

const root = path.resolve(import.meta.dirname, "../../..");
const python =
  process.env.NABLAB_PYTHON ??
  path.join(root, ".venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

const prefix = mkdtempSync(path.join(tmpdir(), "nablab-latency-"));
installKernelspec(path.join(prefix, "share", "jupyter"));
const kernels = path.join(prefix, "share", "jupyter", "kernels");
mkdirSync(path.join(kernels, "tslab"));
writeFileSync(
  path.join(kernels, "tslab", "kernel.json"),
  JSON.stringify({
    argv: [
      process.execPath,
      path.join(root, "node_modules", "tslab", "bin", "tslab"),
      "kernel",
      "--config-path={connection_file}",
    ],
    display_name: "tslab",
    language: "typescript",
  }),
);

const names = process.argv.length > 2 ? process.argv.slice(2) : ["nablab", "tslab", "python3"];
const columns = names.map((name) => {
  const { stdout, stderr, status } = spawnSync(python, [path.join(import.meta.dirname, "latency.py"), name], {
    encoding: "utf8",
    cwd: prefix,
    env: { ...process.env, JUPYTER_PATH: path.join(prefix, "share", "jupyter") },
    timeout: 300_000,
  });
  if (status === 0) return JSON.parse(stdout.trim().split("\n").at(-1));
  console.error(`${name}: ${stderr.trim().split("\n").at(-1)}`);
  return {};
});

const rows = Object.keys(Object.assign({}, ...columns));
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`);
console.log(`| ms, memory in MB | ${names.join(" | ")} |\n|---|${names.map(() => "---|").join("")}`);
for (const row of rows)
  console.log(`| ${row} | ${columns.map((column) => column[row] ?? "–").join(" | ")} |`);
