// Compiles the float32 kernels twice, with and without relaxed SIMD, into dist/compute. Does nothing if both are
// newer than their sources. `node scripts/build-wasm.mjs`
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const folder = "src/compute/assembly";
const source = `${folder}/index.ts`;
const sources = readdirSync(folder).map((file) => `${folder}/${file}`);
const inputs = [...sources, "scripts/build-wasm.mjs", "package-lock.json"];
const builds = [
  { file: "dist/compute/kernels.wasm", features: "simd,threads" },
  { file: "dist/compute/kernels-relaxed.wasm", features: "simd,threads,relaxed-simd" },
];

const changed = (/** @type {string} */ file) => statSync(file).mtimeMs;
const newest = Math.max(...inputs.map(changed));

for (const { file, features } of builds) {
  if (existsSync(file) && changed(file) > newest) continue;
  mkdirSync("dist/compute", { recursive: true });
  const options = `--outFile ${file}.tmp -O3 --noAssert --runtime stub --enable ${features}`;
  // Shared memory of up to 4 GiB, created by the importer.
  const memory = "--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536";
  const asc = "node_modules/assemblyscript/bin/asc.js";
  const args = [asc, source, ...options.split(" "), ...memory.split(" ")];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  renameSync(`${file}.tmp`, file);
}
