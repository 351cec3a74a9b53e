// Bundles a program for a browser, with the files of dist/ that it loads by `new URL("./…", import.meta.url)`: threads become
// separate scripts, WebAssembly is copied. All files are in one folder, so these URLs stay valid. Only the condition
// "browser" of package.json's imports replaces modules.
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const src = fileURLToPath(new URL("../../src/", import.meta.url));
/** The folders of dist/ that run only in Node, or whose part for a browser starts no threads. */
const onlyNode = /^(kernel|cli|labextension|platform)\b/;
/** Needs a document, which a browser's worker lacks. */
const onlyOffscreen = "static-image-worker.js";

/** The files that modules of dist/ refer to by a relative URL: `{ "thread.js": "…/dist/train/thread.js", … }`. */
export function filesByUrl() {
  /** @type {Record<string, string>} */
  const found = {};
  // Not the files of dist/, which may be stale.
  for (const name of readdirSync(src, { recursive: true, encoding: "utf8" })) {
    if (!/(?<!\.d)\.ts$/.test(name) || onlyNode.test(name) || name.includes("assembly")) continue;
    const file = path.join(dist, name.replace(/\.ts$/, ".js"));
    for (const [, url = ""] of readFileSync(file, "utf8").matchAll(
      /new URL\("\.\/([^"]+)", import\.meta\.url\)/g,
    )) {
      if (url === undefined || url === onlyOffscreen) continue;
      const target = path.join(path.dirname(file), url);
      const base = path.basename(url);
      if ((found[base] ??= target) !== target)
        throw new Error(`two files of one name: ${found[base]} and ${target}`);
    }
  }
  return found;
}

/**
 * Bundles `input` (names and files) into the folder `out`.
 *
 * @param {Record<string, string>} input
 * @param {string} out
 * @param {{ minify?: boolean, plugins?: import("rolldown").Plugin[] }} [options]
 * @returns the bytes of each file
 */
export async function bundleForBrowser(input, out, { minify = false, plugins = [] } = {}) {
  mkdirSync(out, { recursive: true });
  const entries = { ...input };
  for (const [name, file] of Object.entries(filesByUrl())) {
    const entry = name.replace(/\.js$/, "");
    if (entry in input) throw new Error(`an entry has the name of a thread, ${entry}: choose another`);
    if (name.endsWith(".js")) entries[entry] = file;
    else copyFileSync(file, path.join(out, name));
  }
  const build = await rolldown({
    input: entries,
    platform: "browser",
    plugins,
    // Otherwise code shared by two entries may become part of one, which would then run with the other.
    preserveEntrySignatures: "strict",
    resolve: { conditionNames: ["browser", "import", "default"] },
    onLog(_level, log) {
      // No unnoticed imports of Node's modules; TypeScript handles their absence in a browser itself.
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
    },
  });
  const { output } = await build.write({
    dir: out,
    format: "es",
    minify,
    // A cell may print a function: tanh is called tanh.
    keepNames: true,
    entryFileNames: "[name].js",
    chunkFileNames: "chunk-[name]-[hash].js",
  });
  await build.close();
  return Object.fromEntries(
    output.map((file) => [file.fileName, Buffer.byteLength(file.type === "chunk" ? file.code : file.source)]),
  );
}
