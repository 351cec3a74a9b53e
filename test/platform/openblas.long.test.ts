/** Whatever is wrong with OpenBLAS, the default trains by WebAssembly, to the same bits, and the record says why. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "nablab-openblas-"));
afterAll(() => rmSync(folder, { recursive: true }));
const broken = join(folder, "libopenblas.so");
writeFileSync(broken, "no library");

const program = `
  import { dataset, dense, randomNormal, relu, sequential, train } from "${new URL("../../dist/index.js", import.meta.url)}";
  const x = randomNormal([256, 300], { seed: 1 }).data;
  const data = dataset({ x, y: Uint8Array.from({ length: 256 }, (_, i) => i % 3), sampleShape: [300], classes: 3 });
  const net = sequential([dense(300, 200), relu(), dense(200, 3)], { seed: 1 });
  const run = await train(net, data, { batchSize: 128, live: false });
  console.log(run.kernels);
  console.log(net.theta.reduce((sum, value, i) => sum + value * (1 + i % 7), 0));
`;
const script = join(folder, "program.mjs");
writeFileSync(script, program);
const run = (environment: Record<string, string>) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    env: { ...process.env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, ...environment },
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const [kernels, digest] = stdout.split("\n");
  return { kernels, digest };
};
const usual = run({});

test.each([
  ["no file", "/nowhere/libopenblas.so", /^wasm simd[^(]*\(OpenBLAS cannot be used: .*nowhere/],
  ["no library", broken, /^wasm simd[^(]*\(OpenBLAS cannot be used: Failed to load/],
  // A library without any of the functions; and its trial fails in another process.
  [
    "missing functions",
    process.platform === "linux" ? "libc.so.6" : broken,
    /^wasm simd[^(]*\(OpenBLAS cannot be used: /,
  ],
])("%s", (_, library, says) => {
  const { kernels, digest } = run({ NABLAB_OPENBLAS: library });
  expect(kernels).toMatch(says);
  expect(digest).toBe(usual.digest);
});

test("what is remembered gives the next process the same, and where it is damaged it is found out again", () => {
  expect(run({})).toEqual(usual);
  const found = join(folder, "nablab", "found");
  for (const file of existsSync(found) ? readdirSync(found) : []) writeFileSync(join(found, file), "{");
  expect(run({})).toEqual(usual);
});
