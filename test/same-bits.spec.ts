/**
 * The default trains MNIST to the bits of WebAssembly: all rules with kernels, samples one by one, in batches, and all in one
 * step, on one thread and on two, for 200 steps where there are as many. On a processor for which no product is proven the
 * default is WebAssembly, and this compares numbers of threads; `run.kernels` says which it was.
 */
import {
  adagrad,
  adagradNorm,
  adam,
  mnist,
  momentum,
  type Rule,
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

const cases = [
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
];

test
  .skipIf(!wasmBuild().isFused)
  .each(
    cases.flatMap(({ by, ...one }) =>
      by.map((rule) => ({ ...one, rule, what: `${one.network.name}, ${rule.name}` })),
    ),
  )("$what, batches of $batchSize", async ({ network, batchSize, samples, epochs, rule }) => {
  const found = async (options: TrainOptions) => {
    const model = network();
    const data = images.take(samples);
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
