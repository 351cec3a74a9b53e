// Builds dist/ from src/, one step after another; each step is a script of its own that can be run alone
// and does nothing when its output is newer than its input. `npm run build`
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const steps = [
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"],
  ["scripts/build-types.mjs"],
  ["scripts/build-wasm.mjs"],
  ["scripts/build-labextension.mjs"],
];

// What was compiled from a file that has moved or gone would still be found, tested and shipped.
const dist = path.join(root, "dist");
const compiled = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: "utf8" }) : [];
for (const file of compiled.filter((name) => /\.js$/.test(name) && !name.startsWith("labextension"))) {
  const name = file.replace(/\.js$/, "");
  if (existsSync(path.join(root, "src", `${name}.ts`))) continue;
  for (const ending of [".js", ".js.map", ".d.ts"]) rmSync(path.join(dist, name + ending), { force: true });
}

for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

// npm makes a package's program executable when it links it for the first time, and not again after a new build.
chmodSync(path.join(root, "dist", "cli", "main.js"), 0o755);
