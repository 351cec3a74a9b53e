// Bundles what a thread loads into one file beside its module, `….bundle.js`, which Node's part of the platform starts
// instead (src/platform/threads.ts): 150 small files took a thread 90 ms of the processor before it could begin, and the 600 of
// happy-dom half a second before the first picture. Does nothing if the output is newer than its inputs.
// `node scripts/build-threads.mjs`
import { readdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = path.join(root, "dist");
const threads = ["engine/worker", "theory/stochastic/sgd-thread", "display/static-image-worker"];

const modified = (/** @type {string} */ file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const inputs = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .filter((name) => /(?<!\.bundle)\.js$/.test(name) && !/^(labextension|figure-page|page)/.test(name))
  .map((name) => path.join(dist, name));
// A thread takes no bundle that is older than this (src/platform/threads.ts).
inputs.push(path.join(dist, ".tsbuildinfo"));
const newest = Math.max(...[...inputs, fileURLToPath(import.meta.url)].map(modified));

for (const name of threads) {
  const bundle = path.join(dist, `${name}.bundle.js`);
  if (modified(bundle) > newest) continue;
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: path.join(dist, `${name}.js`),
    platform: "node",
    external: /^node:/,
    resolve: { conditionNames: ["node", "import", "default"] },
    plugins: [
      {
        // Files that modules name by their own place stay where they are.
        name: "places",
        transform(code, id) {
          const module = path.relative(path.dirname(bundle), id).split(path.sep).join("/");
          const place = `new URL(${JSON.stringify(`./${module}`)}, import.meta.url).href`;
          return code.replaceAll("import.meta.url", place);
        },
      },
    ],
    onLog(level, log) {
      if (level === "warn") throw new Error(log.message);
    },
  });
  await build.write({ file: `${bundle}.tmp`, format: "es", codeSplitting: false, keepNames: true });
  await build.close();
  renameSync(`${bundle}.tmp`, bundle);
}
