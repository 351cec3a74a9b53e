// Builds dist/labextension/ from labextension/: a prebuilt JupyterLab extension, without JupyterLab's own build tools.
// package.json lists its parts; static/ holds three scripts, each loaded by the one before (remoteEntry at JupyterLab's
// start, then the renderer, and Plotly with the first figure); and dist/figure-page.js, the renderer for exported pages. Their names contain a content hash, so a browser never
// mixes versions. Does nothing if the output is newer than its inputs.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = path.join(root, "labextension");
const output = path.join(root, "dist", "labextension");
const plotly = path.join(root, "node_modules", "plotly.js-cartesian-dist-min");

const page = path.join(root, "dist", "figure-page.js");
const layout = ["fit-figure.js", "fit-chart.js", "fit-panels.js", "fit-parts.js", "wrap.js"].map((name) =>
  path.join(root, "dist", "display", name),
);

const inputs = [
  ...readdirSync(source).map((name) => path.join(source, name)),
  ...layout,
  path.join(root, "package.json"),
  path.join(plotly, "package.json"),
  fileURLToPath(import.meta.url),
];
if (inputs.every((file) => modified(file) < modified(path.join(output, "package.json")))) process.exit(0);

const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", source], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const { rolldown } = await import("rolldown");
const { version, license } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

// Built in a temporary folder and moved into place as a whole: an interrupted build keeps the previous one.
const building = `${output}.${process.pid}.tmp`;
const folder = path.join(building, "static");
mkdirSync(folder, { recursive: true });
process.on("exit", () => rmSync(building, { recursive: true, force: true }));

const renderer = await bundle("plugins.ts", {
  format: "es",
  entryFileNames: "renderer.[hash].js",
  chunkFileNames: "[name].[hash].js",
});
const entry = await bundle(
  "remote-entry.ts",
  { format: "iife", entryFileNames: "remoteEntry.[hash].js" },
  { external: [`./${renderer}`], transform: { define: { rendererUrl: JSON.stringify(`./${renderer}`) } } },
);

const { version: plotlyVersion, license: licenseId } = JSON.parse(
  readFileSync(path.join(plotly, "package.json"), "utf8"),
);
// JupyterLab's Help > Licenses shows this file.
write("static/third-party-licenses.json", {
  packages: [
    {
      name: "plotly.js-cartesian-dist-min",
      versionInfo: plotlyVersion,
      licenseId,
      extractedText: readFileSync(path.join(plotly, "LICENSE"), "utf8"),
    },
  ],
});
write("install.json", {
  packageManager: "npm",
  packageName: "nablab",
  uninstallInstructions:
    "Remove the folder share/jupyter/labextensions/@nablab/plotly of JupyterLab's environment",
});
write("package.json", {
  name: "@nablab/plotly",
  version,
  description: "Draws Plotly figures in JupyterLab: live, in the colours of the theme, without a network",
  license,
  // Not limited to nablab's notebooks: it draws every application/vnd.plotly.v1+json.
  keywords: ["jupyter", "jupyterlab", "jupyterlab-extension"],
  jupyterlab: {
    extension: true,
    mimeExtension: true,
    outputDir: ".",
    _build: { load: `static/${entry}`, extension: "./extension", mimeExtension: "./mimeExtension" },
  },
});
// The same renderer for pages away from JupyterLab, as one script.
const forPage = await bundle("figure-page.ts", {
  format: "iife",
  name: "nablabFigures",
  entryFileNames: "figure-page.js",
});
renameSync(path.join(folder, forPage), page);
rmSync(output, { recursive: true, force: true });
renameSync(building, output);

/**
 * Bundles `name` of labextension/ and returns the name of its entry file.
 *
 * @param {string} name
 * @param {import("rolldown").OutputOptions} options
 * @param {import("rolldown").InputOptions} [input]
 */
async function bundle(name, options, input = {}) {
  const build = await rolldown({ input: path.join(source, name), platform: "browser", ...input });
  const { output: files } = await build.write({
    dir: folder,
    minify: true,
    comments: { legal: true },
    ...options,
  });
  await build.close();
  const entry = files.find((file) => file.type === "chunk" && file.isEntry);
  if (!entry) throw new Error(`build-labextension: rolldown wrote no entry for ${name}`);
  return entry.fileName;
}

function write(/** @type {string} */ name, /** @type {object} */ content) {
  writeFileSync(path.join(building, name), `${JSON.stringify(content, null, 2)}\n`);
}

/** The modification time of a file; 0 if it does not exist. */
function modified(/** @type {string} */ file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
