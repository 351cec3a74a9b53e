/**
 * The default trains MNIST to the bits of WebAssembly: all rules with kernels, samples one by one, in batches, and all in one
 * step, on one thread and on two. Products depend on the batch and not on the rule, and a bit that differs once differs ever
 * after: one rule takes 200 steps with each batch, the others 40 with the large ones. On a processor for which no product is proven the
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

const [first, second, ...others] = rules as [Rule, Rule, ...Rule[]];
const steps = (network: typeof mlp, batchSize: number, count: number, by: readonly Rule[]) => {
  return { network, batchSize, samples: count * batchSize, epochs: 1, by };
};
const cases = [
  steps(mlp, 1, 200, rules),
  steps(mlp, 32, 200, rules),
  steps(mlp, 128, 200, [first]),
  steps(mlp, 128, 40, [second, ...others]),
  // 1000 in chunks, the last one short; and a last batch that is short.
  { network: mlp, batchSize: 1000, samples: 2700, epochs: 3, by: [first] },
  { network: mlp, batchSize: 1000, samples: 2700, epochs: 1, by: [second, ...others] },
  // A single step of all samples; and the sum of the squares of such a gradient.
  steps(mlp, 60_000, 1, [first]),
  steps(mlp, 10_000, 1, [second]),
  steps(lenet, 32, 200, [first]),
  steps(lenet, 32, 40, [second, ...others]),
];

test
  .skipIf(!wasmBuild().isFused)
  .each(
    cases.flatMap(({ by, ...one }) =>
      by.map((rule) => ({ ...one, rule, what: `${one.network.name}, ${rule.name}` })),
    ),
  )(
  "$what, $samples samples in batches of $batchSize",
  async ({ network, batchSize, samples, epochs, rule }) => {
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
      expect(run.kernels).toMatch(
        /^(OpenBLAS .*, proven to give the bits of )?wasm simd, fused multiply-add/,
      );
      said.add(run.kernels);
      expect(firstDifference(theta, wasm.theta)).toBe(-1);
      expect(firstDifference(run.loss, wasm.run.loss)).toBe(-1);
      expect(firstDifference(run.stepSize, wasm.run.stepSize)).toBe(-1);
      // The norms of gradients, and what validation found.
      expect(run.epochs).toEqual(wasm.run.epochs);
    }
  },
);
