/**
 * Networks of convolutions, pooling, activations and dropout in threads, beside the float64 twin: in every order in which
 * layers may stand, for batches with a short last one, sample by sample, in one thread and several.
 */
import {
  adagrad,
  adagradNorm,
  adam,
  avgPool2d,
  conv2d,
  crossEntropy,
  type Dataset,
  dataset,
  defineLayer,
  dense,
  dropout,
  evaluate,
  flatten,
  gelu,
  type LayerDescription,
  leakyRelu,
  maxPool2d,
  momentum,
  predict,
  type Rule,
  random,
  relu,
  type Sequential,
  sequential,
  sgd,
  sigmoid,
  softplus,
  tanh,
  train,
} from "nablab";
import { describe, expect, test } from "vitest";

const input = [2, 10, 9];
const quiet = { live: false };

/** Images of two channels, of three classes: in each another corner is brighter. */
function images(size: number, seed = 1): Dataset {
  const stream = random(seed);
  const y = Uint8Array.from({ length: size }, () => stream.integer(3));
  const x = Float64Array.from({ length: size * 180 }, (_, i) => {
    const [row, column] = [Math.floor(i / 9) % 10, i % 9];
    const corner = 2 * Number(row >= 5) + Number(column >= 5);
    return 0.5 * stream.normal() + Number(corner === y[Math.floor(i / 180)]);
  });
  return dataset({ name: "corners", x, y, sampleShape: input, classes: 3 });
}

const networks: Record<string, LayerDescription[]> = {
  "as LeNet": [
    conv2d(2, 6, { kernel: 3 }),
    relu(),
    maxPool2d(2),
    conv2d(6, 5, { kernel: 2 }),
    relu(),
    flatten(),
    dense(30, 7),
    relu(),
    dense(7, 3),
  ],
  "strides, padding, means": [
    conv2d(2, 3, { kernel: 3, stride: 2, padding: 1 }),
    relu(),
    avgPool2d(2),
    flatten(),
    dense(12, 3),
  ],
  "no ReLU between": [
    conv2d(2, 3, { kernel: 3, padding: "same" }),
    conv2d(3, 2, { kernel: 2 }),
    maxPool2d(3, { stride: 2 }),
    flatten(),
    dense(24, 3),
  ],
  "pooled first, ReLU after pooling and after flatten": [
    avgPool2d(2),
    relu(),
    conv2d(2, 4, { kernel: 2 }),
    maxPool2d(2),
    relu(),
    flatten(),
    dense(8, 5),
    flatten(),
    relu(),
    dense(5, 3),
  ],
  "dense on images alone": [flatten(), dense(180, 4), relu(), dense(4, 3)],
  "activations and dropout, ReLU below and above": [
    dropout(0.2),
    conv2d(2, 3, { kernel: 3 }),
    tanh(),
    maxPool2d(2),
    dropout(0.1),
    flatten(),
    dense(36, 8),
    relu(),
    dropout(0.3),
    gelu(),
    dense(8, 7),
    dropout(0.25),
    relu(),
    dense(7, 6),
    leakyRelu({ slope: 0.1 }),
    dense(6, 3),
  ],
  "smooth activations": [
    flatten(),
    dense(180, 6),
    sigmoid(),
    dense(6, 5),
    softplus(),
    dense(5, 4),
    tanh(),
    dense(4, 3),
  ],
};
const rules: Rule[] = [
  sgd({ eta: 0.05 }),
  adagradNorm({ eta: 0.5 }),
  adagrad({ eta: 0.02 }),
  momentum({ eta: 0.01 }),
  adam({ eta: 0.002, epsilon: 1e-6 }),
];
const build = (name: string): Sequential => sequential(networks[name]!, { seed: 3, input });

describe.each(Object.keys(networks))("%s", (name) => {
  test.each(rules.map((rule) => [String(rule), rule] as const))("%s", async (_, rule) => {
    const data = images(75);
    const fast = build(name);
    const slow = build(name);
    const options = { rule, epochs: 4, batchSize: 32, seed: 3, ...quiet };
    const run = await train(fast, data, { ...options, backend: "wasm", threads: 2 });
    const twin = await train(slow, data, { ...options, backend: "scalar" });
    run.loss.forEach((loss, k) => {
      expect(Math.abs(loss - twin.loss[k]!)).toBeLessThanOrEqual(1e-5 * twin.loss[k]!);
    });
    // Twelve steps, each a few roundings of numbers around 1.
    slow.theta.forEach((value, i) => {
      expect(Math.abs(fast.theta[i]! - value)).toBeLessThan(2e-5);
    });
  });

  test("the loss stays within 1e-4 of the twin's for 200 steps", async () => {
    const options = { rule: sgd({ eta: 0.02 }), epochs: 50, batchSize: 16, seed: 3, ...quiet };
    const fast = await train(build(name), images(64), { ...options, backend: "wasm" });
    const slow = await train(build(name), images(64), { ...options, backend: "scalar" });
    expect(slow.steps).toBe(200);
    slow.loss.forEach((loss, k) => {
      expect(Math.abs(fast.loss[k]! - loss)).toBeLessThanOrEqual(1e-4 * loss);
    });
  });

  test("sample by sample, and few at once", async () => {
    for (const [batchSize, rule] of [
      [1, sgd({ eta: 0.01 })],
      [1, adam()],
      [3, sgd({ eta: 0.01 })],
    ] as const) {
      const [fast, slow] = [build(name), build(name)];
      const options = { rule, batchSize, ...quiet };
      await train(fast, images(20), { ...options, backend: "wasm" });
      await train(slow, images(20), { ...options, backend: "scalar" });
      slow.theta.forEach((value, i) => {
        expect(Math.abs(fast.theta[i]! - value)).toBeLessThan(2e-5);
      });
    }
  });

  test("the same bits for one, two and three threads", async () => {
    const parameters = async (threads: number): Promise<Float64Array> => {
      const model = build(name);
      await train(model, images(70), { rule: adam(), batchSize: 32, threads, ...quiet });
      return model.theta;
    };
    const one = await parameters(1);
    expect(await parameters(2)).toEqual(one);
    expect(await parameters(3)).toEqual(one);
  });
});

test("it is what train() and evaluate() choose, and it learns", async () => {
  const model = build("as LeNet");
  const run = await train(model, images(600), {
    rule: adam({ eta: 0.01 }),
    epochs: 5,
    batchSize: 32,
    ...quiet,
  });
  expect(run.settings.backend).toBe("wasm");
  expect((await evaluate(model, images(200, 2))).accuracy).toBeGreaterThan(0.9);
});

test.each(["as LeNet", "activations and dropout, ReLU below and above"])(
  "%s: all of more than are computed at once, in one step",
  async (name) => {
    const [fast, slow] = [build(name), build(name)];
    const options = { rule: sgd({ eta: 0.1 }), batchSize: 600, epochs: 2, ...quiet };
    await train(fast, images(600), { ...options, backend: "wasm", threads: 2 });
    await train(slow, images(600), { ...options, backend: "scalar" });
    slow.theta.forEach((value, i) => {
      expect(Math.abs(fast.theta[i]! - value)).toBeLessThan(2e-5);
    });
  },
);

test("with a layer that has no fast kernel all trains in float64, and the run says so", async () => {
  const own = defineLayer({ name: "own", forward: (x) => x.tanh() });
  const model = sequential([conv2d(2, 3), own(), dropout(0.5), flatten(), dense(168, 3)], { input });
  const run = await train(model, images(32), quiet);
  expect(run.kernels).toBe("scalar float64, no fast kernel for own()");
});

test("dropout drops nothing when a network is evaluated, in a training or by itself", async () => {
  const model = sequential([flatten(), dense(180, 40), relu(), dropout(0.5), dense(40, 3)], { input });
  const validation = images(50, 2);
  const run = await train(model, images(75), { batchSize: 32, validation, ...quiet });
  const { losses } = await evaluate(model, validation);
  const [record] = run.epochs;
  expect(record!.validationLoss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 50, 12);
  const exact = crossEntropy().perSample(
    predict(model, validation.batch(0, 50).x),
    validation.batch(0, 50).y,
  );
  losses.forEach((loss, i) => {
    expect(Math.abs(loss - exact[i]!)).toBeLessThan(1e-5);
  });
});

test("a loss that is not finite names the layer with weights, not the pooling before it", async () => {
  const failing = train(build("as LeNet"), images(64), { rule: sgd({ eta: 1e30 }), ...quiet, batchSize: 16 });
  await expect(failing).rejects.toThrow(/the outputs of layer [12], z\[[12]\], are the first/);
});
