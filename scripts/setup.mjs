// Installs everything that notebooks and tests need inside this folder: locked npm packages, the build, pinned Python
// packages in .venv, and there the kernel and the renderer. Idempotent, and completes an interrupted run. Uses only
// built-in modules, since it runs before any package is installed. `npm run setup`; `npm run setup -- --cluster` also installs
// Dask, which later runs keep up to date.
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Problem, runMain, step } from "./lib/report.mjs";
import { mustRun, npm, run } from "./lib/run.mjs";
import { hashOf, unlessDone } from "./lib/stamp.mjs";
import { checkNode, findPython } from "./lib/versions.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));
const at = (/** @type {string[]} */ ...parts) => path.join(root, ...parts);
const venv = at(".venv");

/** The Python of .venv. */
export const venvPython =
  process.platform === "win32" ? path.join(venv, "Scripts", "python.exe") : path.join(venv, "bin", "python");

/** Brings everything up to date; with `cluster` Dask, too, or where it was installed before. */
export async function setup({ cluster = false } = {}) {
  await setupNode();
  await setupJupyter({ cluster });
}

/** Brings the npm packages and the build up to date: all that the library needs. */
export async function setupNode() {
  checkNode();
  await npmPackages();
  await build();
}

/** Brings .venv up to date, with the kernel and the renderer in it; after `setupNode`. */
export async function setupJupyter({ cluster = false } = {}) {
  await pythonPackages();
  if (cluster || existsSync(clusterStamp)) await clusterPackages();
  await kernel();
  await renderer();
  labSettings();
}

const npmOptions = [
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  // The build needs development packages, which NODE_ENV=production would omit.
  "--include=dev",
  // `npm run --silent` would hide the reason of a failure.
  "--loglevel=error",
  // Without a network npm fails after half a minute instead of one and a half.
  "--fetch-retry-mintimeout=2000",
];

async function npmPackages() {
  // A symbolic link shares the installation of another clone.
  if (existsSync(at("node_modules")) && lstatSync(at("node_modules")).isSymbolicLink()) return;
  const inputs = hashOf({ texts: [process.version], files: [at("package-lock.json")] });
  await unlessDone(at("node_modules", ".nablab-stamp"), inputs, () =>
    step("npm packages", async () => {
      await npm("installing the npm packages", ["ci", ...npmOptions], root);
      // tslab brings an older `tsc`, and either of the two may be linked.
      await npm(
        "linking the compiler",
        ["rebuild", "typescript", "--ignore-scripts", "--loglevel=error"],
        root,
      );
    }),
  );
}

async function build() {
  const scripts = ["build", "build-types", "build-wasm", "build-threads", "build-labextension"].map((name) =>
    at("scripts", `${name}.mjs`),
  );
  const others = ["src", "labextension", "tsconfig.json", "package-lock.json"].map((name) => at(name));
  const sources = [...scripts, ...others];
  await unlessDone(at("dist", ".nablab-stamp"), hashOf({ files: sources }), () =>
    step("build", () => mustRun("building", process.execPath, ["scripts/build.mjs"], { cwd: root })),
  );
}

async function pythonPackages() {
  const requirements = at("python", "requirements.txt");
  const stamp = path.join(venv, ".nablab-stamp");
  // The Python behind .venv may have been removed or replaced since, which leaves a dangling link.
  if (!existsSync(venvPython)) rmSync(stamp, { force: true });
  await unlessDone(stamp, hashOf({ files: [requirements] }), (before) =>
    step("Python packages", async () => {
      const uv = (await run("uv", ["--version"])).status === 0;
      // Without a stamp .venv is incomplete, in a way that cannot be determined.
      if (before === undefined) rmSync(venv, { recursive: true, force: true });
      if (!existsSync(venvPython)) {
        const { command } = await findPython({ needVenv: !uv });
        if (uv) await mustRun("making .venv", "uv", ["venv", "--python", command, venv]);
        else await mustRun("making .venv", command, ["-m", "venv", venv]);
      }
      await install("installing the Python packages", requirements, uv);
    }),
  );
  await pythonStart();
  // JupyterLab runs CommonJS scripts in Node, which our package.json would declare as ES modules.
  const scope = path.join(venv, "package.json");
  if (!existsSync(scope)) writeFileSync(scope, '{ "type": "commonjs" }\n');
}

/** Installs what a file pins into .venv, by uv or by pip. */
async function install(
  /** @type {string} */ what,
  /** @type {string} */ requirements,
  /** @type {boolean} */ uv,
) {
  const pinned = ["--require-hashes", "-r", requirements];
  if (uv) return mustRun(what, "uv", ["pip", "install", "--python", venvPython, ...pinned]);
  // A .venv made by uv has no pip; Python bundles one.
  if ((await run(venvPython, ["-m", "pip", "--version"])).status !== 0)
    await mustRun("making pip ready", venvPython, ["-m", "ensurepip"]);
  return mustRun(what, venvPython, ["-m", "pip", "install", "--disable-pip-version-check", ...pinned]);
}

const clusterStamp = path.join(venv, ".nablab-cluster");

/** Dask, for sweeps and grading on a cluster. */
async function clusterPackages() {
  const requirements = at("python", "cluster.txt");
  await unlessDone(clusterStamp, hashOf({ files: [requirements] }), () =>
    step("Dask", async () => {
      const uv = (await run("uv", ["--version"])).status === 0;
      await install("installing Dask", requirements, uv);
    }),
  );
}

/**
 * What .venv's Python does when it starts: it finds python/papermill, which translates papermill's parameters to
 * TypeScript, and skips rfc3987_syntax. jsonschema imports that, in every program of Jupyter, for a format that none of
 * their schemas uses, and building its grammar takes 1.0 s of the 1.7 s that importing JupyterLab takes.
 */
async function pythonStart() {
  const where = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const { output, status } = await run(venvPython, ["-c", where]);
  const packages = output.trim();
  if (status !== 0 || !existsSync(packages)) {
    // Without its stamp the next run recreates it.
    rmSync(path.join(venv, ".nablab-stamp"), { force: true });
    throw new Problem(
      "the Python packages in .venv are damaged; run npm run setup again, which reinstalls them",
    );
  }
  const file = path.join(packages, "nablab.pth");
  const wanted = `${at("python", "papermill")}\nimport sys; sys.modules["rfc3987_syntax"] = None\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === wanted) return;
  writeFileSync(file, wanted);
}

async function kernel() {
  const module = await import(pathToFileURL(at("dist", "kernel", "kernelspec.js")).href);
  const installed = path.join(venv, "share", "jupyter", "kernels", module.kernelName, "kernel.json");
  const wanted = module.kernelspec();
  if (existsSync(installed) && readFileSync(installed, "utf8").trim() === JSON.stringify(wanted, null, 2))
    return;
  await step("kernel", async () => module.installKernelspec(path.join(venv, "share", "jupyter")));
}

async function renderer() {
  const built = at("dist", "labextension");
  const installed = path.join(venv, "share", "jupyter", "labextensions", "@nablab", "plotly");
  await unlessDone(path.join(venv, ".nablab-renderer"), hashOf({ files: [built] }), () =>
    step("renderer of figures", async () => {
      rmSync(installed, { recursive: true, force: true });
      cpSync(built, installed, { recursive: true });
    }),
  );
}

/**
 * What JupyterLab of .venv starts with, which a user's own settings override: no question whether it may fetch news, brackets
 * close themselves, and nbgrader's menu, which is for lecturers (`nablab course formgrader`), stays out of the lectures.
 */
function labSettings() {
  const files = {
    "share/jupyter/lab/settings/overrides.json": {
      "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
      "@jupyterlab/codemirror-extension:plugin": { defaultConfig: { autoClosingBrackets: true } },
      // The first completion reads all types: on a slow machine JupyterLab's limit of 1 s would show nothing.
      "@jupyterlab/completer-extension:manager": { providerTimeout: 5000 },
      "@jupyterlab/notebook-extension:tracker": { codeCellConfig: { autoClosingBrackets: true } },
    },
    "etc/jupyter/labconfig/page_config.json": { disabledExtensions: { "@jupyter/nbgrader": true } },
  };
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(venv, ...name.split("/"));
    const text = `${JSON.stringify(content, null, 2)}\n`;
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const unknown = process.argv.slice(2).find((one) => one !== "--cluster");
    if (unknown !== undefined) throw new Problem(`npm run setup takes --cluster alone, got ${unknown}`);
    await setup({ cluster: process.argv.includes("--cluster") });
    console.log("nablab is ready: npm start opens the notebooks");
  });
}
