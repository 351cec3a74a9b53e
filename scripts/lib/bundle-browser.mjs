// Bundles a program for a browser, with everything of dist/ that it starts or reads by `new URL("./…", import.meta.url)`:
// threads become scripts of their own, WebAssembly is copied. All files land in one folder, so such URLs stay right.
// Nothing is replaced but by the condition "browser" of package.json's imports.
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
/** The folders of dist/ that run in Node alone. */
const onlyNode = /^(kernel|cli|labextension)\b/;
/** Needs a document, which a browser's worker has not. */
const onlyOffscreen = "static-image-worker.js";

/** The files that modules of dist/ name by a URL beside their own: `{ "thread.js": "…/dist/train/thread.js", … }`. */
export function filesByUrl() {
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".js") || onlyNode.test(name)) continue;
    const file = path.join(dist, name);
    for (const [, url] of readFileSync(file, "utf8").matchAll(
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
 * @param {{ minify?: boolean }} [options]
 * @returns the bytes of each file
 */
export async function bundleForBrowser(input, out, { minify = false } = {}) {
  mkdirSync(out, { recursive: true });
  const entries = { ...input };
  for (const [name, file] of Object.entries(filesByUrl())) {
    if (name.endsWith(".js")) entries[name.slice(0, -".js".length)] = file;
    else copyFileSync(file, path.join(out, name));
  }
  const build = await rolldown({
    input: entries,
    platform: "browser",
    resolve: { conditionNames: ["browser", "import", "default"] },
    onLog(_level, log) {
      // Node's modules must not come in by the back door; TypeScript says itself that it lacks them in a browser.
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
    },
  });
  const { output } = await build.write({
    dir: out,
    format: "es",
    minify,
    entryFileNames: "[name].js",
    chunkFileNames: "chunk-[name]-[hash].js",
  });
  await build.close();
  return Object.fromEntries(
    output.map((file) => [file.fileName, Buffer.byteLength(file.type === "chunk" ? file.code : file.source)]),
  );
}
