// Runs the unit tests and the kernel's conformance suite on other versions of Node: 24 and 22, or those given.
// `npm run test:nodes [-- 26]`
//
// The Node binaries come from npm, one package per platform and processor, and are cached in .cache/nodes.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { Problem, runMain, step } from "./lib/report.mjs";
import { npm } from "./lib/run.mjs";
import { unlessDone } from "./lib/stamp.mjs";
import { root, setup } from "./setup.mjs";

/** The release tested of each major version. */
const versions = new Map([
  ["22", "22.23.5"],
  ["24", "24.22.3"],
  ["26", "26.12.1"],
]);

/** Installs a version of Node and returns the path of its binary. */
async function install(/** @type {string} */ line, /** @type {string} */ version) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = path.join(root, ".cache", "nodes", line);
  mkdirSync(folder, { recursive: true });
  const options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
  await unlessDone(path.join(folder, ".nablab-stamp"), `${name}@${version}`, () =>
    step(`Node ${version}`, () =>
      npm(`installing ${name}`, ["install", "--prefix", folder, ...options, `${name}@${version}`], folder),
    ),
  );
  return path.join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
}

await runMain(async () => {
  const lines = process.argv.length > 2 ? process.argv.slice(2) : ["24", "22"];
  const unknown = lines.find((line) => !versions.has(line));
  if (unknown) throw new Problem(`test:nodes knows Node ${[...versions.keys()].join(", ")}, got ${unknown}`);
  await setup();
  let failed = 0;
  for (const line of lines) {
    const node = await install(line, /** @type {string} */ (versions.get(line)));
    const run = (/** @type {string[]} */ ...args) =>
      spawnSync(node, args, { cwd: root, stdio: "inherit" }).status === 0;
    console.log(`on Node ${versions.get(line)}:`);
    const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project"];
    const units = run(...vitest, "unit", "--project", "session", "--project", "long");
    // Jupyter starts the kernel with the Node that runs the test.
    const conforms = run(...vitest, "jupyter", "test/kernel/conformance.spec.ts");
    if (!(units && conforms)) failed++;
  }
  if (failed > 0) console.log(`${failed} of ${lines.length} versions of Node failed, see above`);
  return failed > 0 ? 1 : 0;
});
