// Builds dist/ from src/ in steps; each step is a script that can be run alone and does nothing if its output is newer
// than its input. `npm run build`
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const steps = [
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"],
  ["scripts/build-types.mjs"],
  ["scripts/build-wasm.mjs"],
  ["scripts/build-threads.mjs"],
  ["scripts/build-labextension.mjs"],
  ["scripts/build-page.mjs"],
];

// Stale output of moved or deleted sources would still be imported, tested and shipped.
const dist = path.join(root, "dist");
const compiled = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: "utf8" }) : [];
for (const file of compiled.filter(
  (name) => /(?<!\.bundle)\.js$/.test(name) && !/^(labextension|figure-page|page)/.test(name),
)) {
  const name = file.replace(/\.js$/, "");
  if (existsSync(path.join(root, "src", `${name}.ts`))) continue;
  for (const ending of [".js", ".js.map", ".d.ts"]) rmSync(path.join(dist, name + ending), { force: true });
}

for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

// npm makes a package's program executable only when it first links it, not after later builds.
chmodSync(path.join(root, "dist", "cli", "main.js"), 0o755);
