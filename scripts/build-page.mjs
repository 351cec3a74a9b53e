// Builds dist/page/: the programs of a site's pages (page/), for `nablab site` to copy. page.js is a classic script, so that a
// site can be read from its folder; live.js, and the kernel in a worker, are modules that the first press of Run loads.
// Does nothing if the output is newer than its inputs.

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (/** @type {string[]} */ ...parts) => path.join(root, ...parts);
const source = at("page");
const output = at("dist", "page");

const modified = (/** @type {string} */ file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = (/** @type {string} */ folder, /** @type {RegExp} */ names) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => names.test(name) && !name.startsWith(`page${path.sep}`))
    .reduce((most, name) => Math.max(most, modified(path.join(folder, name))), 0);
const inputs = Math.max(
  newest(source, /\.ts$/),
  newest(at("labextension"), /\.ts$/),
  newest(at("dist"), /\.(js|wasm|d\.ts)$/),
  ...[
    at("package.json"),
    at("package-lock.json"),
    at("scripts", "lib", "bundle-browser.mjs"),
    fileURLToPath(import.meta.url),
  ].map(modified),
);
if (inputs < modified(path.join(output, "declarations.bin"))) process.exit(0);

const { status } = spawnSync(
  process.execPath,
  [at("node_modules", "typescript", "bin", "tsc"), "-p", source],
  {
    cwd: root,
    stdio: "inherit",
  },
);
if (status !== 0) process.exit(status ?? 1);

const { bundleForBrowser } = await import("./lib/bundle-browser.mjs");
const { rolldown } = await import("rolldown");
const { sayingText } = await import(pathToFileURL(at("dist", "widgets", "model.js")).href);
const { browserDeclarations } = await import(pathToFileURL(at("dist", "kernel", "standard-types.js")).href);

// The programs of widgets, as text and as modules: a page runs none that comes from a cell.
const widgets = ["slider", "dropdown", "button", "sketch"];
/** @type {import("rolldown").Plugin} */
const widgetPrograms = {
  name: "widget-programs",
  resolveId: (id) => (id.startsWith("virtual:widget-") ? `\0${id}` : undefined),
  async load(id) {
    if (!id.startsWith("\0virtual:widget-")) return undefined;
    const name = id.slice("\0virtual:widget-".length);
    const programOf = async (/** @type {string} */ widget) =>
      sayingText((await import(pathToFileURL(at("dist", "widgets", `${widget}.js`)).href)).program);
    if (name !== "programs") return programOf(name);
    const texts = await Promise.all(widgets.map(programOf));
    const imports = widgets.map((widget) => `import ${widget} from "virtual:widget-${widget}";`).join("\n");
    const entries = widgets.map((widget, i) => `[${JSON.stringify(texts[i])}, ${widget}]`);
    return `${imports}\nexport default new Map([${entries}]);`;
  },
};

// Built in a temporary folder and moved into place as a whole: an interrupted build keeps the previous one.
const building = `${output}.${process.pid}.tmp`;
mkdirSync(building, { recursive: true });
process.on("exit", () => rmSync(building, { recursive: true, force: true }));

// The compiler, three quarters of all: bundled only when it is another version. Compressed, whatever the host does: a
// quarter of the size.
const { version } = JSON.parse(readFileSync(at("node_modules", "typescript", "package.json"), "utf8"));
const compiler = `typescript-${version}.bin`;
if (existsSync(path.join(output, compiler)))
  copyFileSync(path.join(output, compiler), path.join(building, compiler));
else {
  await bundle(at("node_modules", "typescript", "lib", "typescript.js"), "es", "typescript.js");
  const bundled = path.join(building, "typescript.js");
  writeFileSync(path.join(building, compiler), gzipSync(readFileSync(bundled), { level: 9 }));
  rmSync(bundled);
}
/** @type {import("rolldown").Plugin} */
const ownCompiler = {
  name: "own-compiler",
  resolveId: (id) => (id === "virtual:compiler" ? `\0${id}` : undefined),
  load: (id) => (id === "\0virtual:compiler" ? `export default ${JSON.stringify(compiler)};` : undefined),
};

const kernel = { "kernel-worker": path.join(source, "kernel-worker.ts") };
await bundleForBrowser(kernel, building, { minify: true, plugins: [ownCompiler] });
await bundle("live.ts", "es");
await bundle("page.ts", "iife");
await bundle("slides.ts", "iife");
await bundle("service-worker.ts", "iife");
await bundle("lite.ts", "iife");
copyFileSync(
  at("node_modules", "plotly.js-cartesian-dist-min", "plotly-cartesian.min.js"),
  path.join(building, "plotly.js"),
);
// Compressed too: a fifth of the size. No host serves a file of this name with a content encoding.
writeFileSync(
  path.join(building, "declarations.bin"),
  gzipSync(JSON.stringify(browserDeclarations()), { level: 9 }),
);
rmSync(output, { recursive: true, force: true });
renameSync(building, output);

/**
 * Bundles one program into one file.
 *
 * @param {string} input
 * @param {"es" | "iife"} format
 * @param {string} [name] of what is written
 */
async function bundle(input, format, name = input.replace(/\.ts$/, ".js")) {
  const build = await rolldown({
    input: path.resolve(source, input),
    platform: "browser",
    resolve: { conditionNames: ["browser", "import", "default"] },
    plugins: [widgetPrograms],
    onLog(_level, log) {
      // No unnoticed imports of Node's modules; TypeScript handles their absence in a browser itself.
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
    },
  });
  await build.write({
    file: path.join(building, name),
    format,
    minify: true,
    comments: { legal: true },
    codeSplitting: false,
  });
  await build.close();
}
