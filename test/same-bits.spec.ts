/**
 * The default trains MNIST to the bits of WebAssembly: all rules with kernels, samples one by one, in batches, and all in one
 * step, on one thread and on two, for 200 steps where there are as many. On a processor for which no product is proven the
 * default is WebAssembly, and this compares numbers of threads; `run.kernels` says which it was.
 */
import {
  adagrad,
  adagradNorm,
  adam,
  dataset,
  mnist,
  momentum,
  type Rule,
  type Sequential,
  sgd,
  type TrainOptions,
  train,
} from "nablab";
import { afterAll, expect, test } from "vitest";
import { wasmBuild } from "#nablab/compute/wasm.js";
import { networks } from "./bench/contenders/networks.mjs";
import { firstDifference } from "./first-difference.js";

const rules: Rule[] = [
  sgd({ eta: 0.1 }),
  adagradNorm({ eta: 0.5 }),
  adagrad({ eta: 0.01 }),
  momentum({ eta: 0.01 }),
  adam(),
];
const { mlp, lenet } = networks;
const { train: images, test: unseen } = await mnist();
const few = unseen.take(700);
const said = new Set<string>();
afterAll(() => console.log([...said].join("\n")));

interface Case {
  network: () => Sequential;
  batchSize: number;
  samples: number;
  epochs: number;
  by: Rule[];
  /** Whether the inputs are without zeros. */
  isFull?: boolean;
}
const cases: Case[] = [
  ...[1, 32, 128].map((batchSize) => ({
    network: mlp,
    batchSize,
    samples: 200 * batchSize,
    epochs: 1,
    by: rules,
  })),
  // 1000 in chunks, the last one short; and a last batch that is short.
  { network: mlp, batchSize: 1000, samples: 2700, epochs: 3, by: rules },
  // A single step, whose gradient is the same for each rule: of all samples, without and with the sum of its squares.
  { network: mlp, batchSize: 60_000, samples: 60_000, epochs: 1, by: rules.slice(0, 2) },
  { network: lenet, batchSize: 32, samples: 200 * 32, epochs: 1, by: rules },
  // Without zeros: whether MNIST's are left out depends on the processor.
  { network: mlp, batchSize: 128, samples: 50 * 128, epochs: 4, by: rules.slice(0, 2), isFull: true },
];
const size = 50 * 128;
const full = dataset({
  x: Float32Array.from({ length: size * 784 }, (_, i) => Math.sin(i + (i % 31) ** 2)),
  sampleShape: [28, 28],
  y: Uint8Array.from({ length: size }, (_, n) => (n * n) % 10),
  classes: 10,
});

test.skipIf(!wasmBuild().isFused).each(
  cases.flatMap(({ by, isFull = false, ...one }) =>
    by.map((rule) => ({
      ...one,
      isFull,
      rule,
      what: `${one.network.name}, ${rule.name}${isFull ? ", without zeros" : ""}`,
    })),
  ),
)("$what, batches of $batchSize", async ({ network, batchSize, samples, epochs, rule, isFull }) => {
  const found = async (options: TrainOptions) => {
    const model = network();
    const data = isFull ? full : images.take(samples);
    const usual = { rule, batchSize, epochs, seed: 3, validation: few, live: false };
    const run = await train(model, data, { ...usual, ...options });
    return { run, theta: model.theta };
  };
  const wasm = await found({ backend: "wasm", threads: 2 });
  expect(wasm.run.kernels).toBe("wasm simd, fused multiply-add");
  for (const threads of [1, 2]) {
    const { run, theta } = await found({ threads });
    expect(run.kernels).toMatch(/^(OpenBLAS .*, proven to give the bits of )?wasm simd, fused multiply-add/);
    said.add(run.kernels);
    expect(firstDifference(theta, wasm.theta)).toBe(-1);
    expect(firstDifference(run.loss, wasm.run.loss)).toBe(-1);
    expect(firstDifference(run.stepSize, wasm.run.stepSize)).toBe(-1);
    // The norms of gradients, and what validation found.
    expect(run.epochs).toEqual(wasm.run.epochs);
  }
});
