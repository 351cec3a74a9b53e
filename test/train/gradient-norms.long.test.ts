/** The size of each layer's gradient, which every record has of each epoch's last step, whoever computed it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  adagrad,
  adagradNorm,
  adam,
  type Backend,
  backpropagation,
  conv2d,
  crossEntropy,
  dataset,
  dense,
  flatten,
  loadRun,
  maxPool2d,
  type Rule,
  random,
  relu,
  type Sequential,
  saveRun,
  sequential,
  sgd,
  type TrainOptions,
  toBundle,
  train,
} from "nablab";
import { afterAll, expect, test } from "vitest";
import { findOpenblas } from "#nablab/platform/openblas.js";

const folder = mkdtempSync(join(tmpdir(), "nablab-norms-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stream = random(5);
const size = 22;
const samplesOf = (features: number[], share: number) =>
  dataset({
    x: Float64Array.from({ length: size * features.reduce((a, b) => a * b) }, () =>
      stream.uniform() < share ? stream.normal() : 0,
    ),
    y: Uint8Array.from({ length: size }, () => stream.integer(3)),
    sampleShape: features,
    classes: 3,
  });
const layers = [dense(21, 35), relu(), dense(35, 19), relu(), dense(19, 3)];
const cases = {
  "dense inputs": { data: samplesOf([21], 1), model: () => sequential(layers, { seed: 1 }) },
  "few inputs that are not zero": {
    data: samplesOf([21], 0.2),
    model: () => sequential(layers, { seed: 1 }),
  },
  images: {
    data: samplesOf([1, 6, 6], 1),
    model: () =>
      sequential([conv2d(1, 3), relu(), maxPool2d(2), flatten(), dense(12, 3)], {
        seed: 1,
        input: [1, 6, 6],
      }),
  },
};
// Without a use for sums of squares, with one once the gradient is there, with one on its way, and with a memory.
const rules: Rule[] = [sgd({ eta: 0.05 }), adagradNorm(), adagrad(), adam()];
const backends: Backend[] = findOpenblas() ? ["wasm", "openblas"] : ["wasm"];

const epochs = 2;
async function normsOf(model: Sequential, data: (typeof cases)["images"]["data"], options: TrainOptions) {
  const run = await train(model, data, { epochs, live: false, ...options });
  return run.epochs.map(({ gradientNorms }) => gradientNorms!);
}

// One sample a step, as few that only what is not zero is multiplied, and a last batch that is smaller.
for (const batchSize of [1, 3, 20]) {
  for (const [what, { data, model }] of Object.entries(cases)) {
    test(`kernels and the twin agree: ${what}, batches of ${batchSize}`, async () => {
      for (const rule of rules) {
        const twin = await normsOf(model(), data, { rule, batchSize, backend: "scalar" });
        for (const backend of backends) {
          const own = await normsOf(model(), data, { rule, batchSize, backend, threads: 1 });
          expect(await normsOf(model(), data, { rule, batchSize, backend, threads: 3 })).toEqual(own);
          own.forEach((norms, i) => {
            expect(norms.length).toBe(twin[i]!.length);
            // float32 has seven digits; up to 44 steps of training leave four of them.
            norms.forEach((norm, t) => {
              expect(Math.abs(norm - twin[i]![t]!)).toBeLessThanOrEqual(1e-4 * twin[i]![t]!);
            });
          });
        }
      }
    });
  }
}

test("they are those of backpropagation at the parameters before the last step", async () => {
  const { data, model } = cases["dense inputs"];
  const net = model();
  const [norms] = await normsOf(net, data, {
    epochs: 1,
    batchSize: size,
    shuffle: "never",
    backend: "scalar",
  });
  const { x, y } = data.batch(0, size);
  const { dA, db } = backpropagation(model(), x, y, crossEntropy());
  expect(norms).toEqual([1, 2, 3].map((t) => Math.hypot(dA[t]!.norm(), db[t]!.norm())));
});

test("the record keeps, shows and loads them, and loads one that was saved without", async () => {
  const { data, model } = cases["dense inputs"];
  const run = await train(model(), data, { epochs: 3, batchSize: 20, live: false });
  const file = join(folder, "run.json");
  saveRun(file, run);
  expect(loadRun(file).epochs).toEqual(run.epochs);
  const { "text/plain": text } = await toBundle(run);
  expect(text).toMatch(/‖∇Fₖ‖, layer 1 .*‖∇Fₖ‖, layer 3/);
  expect(run.figure().alt).toContain("Gradient of each layer");
  const older = JSON.parse(readFileSync(file, "utf8"));
  for (const epoch of older.epochs) delete epoch.gradientNorms;
  writeFileSync(file, JSON.stringify(older));
  const loaded = loadRun(file);
  expect((await toBundle(loaded))["text/plain"]).not.toContain("layer");
  expect(loaded.summary()).toBe(run.summary());
});
