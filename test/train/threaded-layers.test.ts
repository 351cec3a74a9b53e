/**
 * Layers that train on threads beside the kernels: what comes out is what the loop of the lecture gives in float64, within float32, to
 * the same bits for any number of threads, and what they keep is the network's.
 */
import {
  adagradNorm,
  adam,
  adamw,
  batchNorm,
  conv2d,
  crossEntropy,
  type Dataset,
  dataset,
  dense,
  embedding,
  evaluate,
  flatten,
  hinge,
  type LayerDescription,
  l2Penalty,
  layerNorm,
  maxPool2d,
  predict,
  prelu,
  type Rule,
  random,
  relu,
  sequential,
  sgd,
  softmax,
  type TrainOptions,
  tanh,
  train,
  withPenalty,
} from "nablab";
import { describe, expect, test } from "vitest";

const size = 60;
const stream = random(8);
const numbers = (shape: number[]) =>
  dataset({
    x: Float64Array.from(
      { length: size * shape.reduce((all, n) => all * n, 1) },
      () => 2 * stream.normal() + 1,
    ),
    y: Uint8Array.from({ length: size }, (_, i) => (i * i) % 3),
    classes: 3,
    sampleShape: shape,
  });
const symbols = dataset({
  x: Float64Array.from({ length: 4 * size }, () => stream.integer(7)),
  y: Uint8Array.from({ length: size }, (_, i) => (i * i) % 3),
  classes: 3,
  sampleShape: [4],
});
const vectors = numbers([5]);
const images = numbers([2, 5, 4]);

const cases: [string, Dataset, () => LayerDescription[]][] = [
  ["prelu", vectors, () => [dense(5, 19), prelu(), dense(19, 6), prelu({ slope: 0.5 }), dense(6, 3)]],
  [
    "prelu behind a ReLU and before one",
    vectors,
    () => [dense(5, 7), relu(), dense(7, 9), prelu(), relu(), dense(9, 3)],
  ],
  ["softmax", vectors, () => [dense(5, 17), relu(), dense(17, 6), softmax(), dense(6, 3)]],
  [
    "layerNorm first, inside, and before a ReLU",
    vectors,
    () => [layerNorm(), dense(5, 18), layerNorm({ epsilon: 0.1 }), relu(), dense(18, 3)],
  ],
  [
    "layerNorm of images",
    images,
    () => [conv2d(2, 3, { kernel: 2 }), relu(), layerNorm(), maxPool2d(2), flatten(), dense(6, 3)],
  ],
  [
    "batchNorm of vectors",
    vectors,
    () => [batchNorm(), dense(5, 18, { bias: false }), batchNorm({ momentum: 0.3 }), relu(), dense(18, 3)],
  ],
  [
    "batchNorm of images",
    images,
    () => [
      conv2d(2, 17, { kernel: 2, bias: false }),
      batchNorm({ epsilon: 1e-3 }),
      relu(),
      conv2d(17, 3, { kernel: 2 }),
      relu(),
      batchNorm(),
      flatten(),
      dense(18, 3),
    ],
  ],
  ["embedding", symbols, () => [embedding(7, 5), flatten(), dense(20, 9), tanh(), dense(9, 3)]],
  [
    "embedding before a ReLU and a normalisation",
    symbols,
    () => [embedding(7, 3), relu(), layerNorm(), flatten(), dense(12, 3)],
  ],
];
const rules: [Rule, number][] = [
  [sgd({ eta: 0.05 }), 25],
  [sgd({ eta: 0.02 }), 4],
  [adagradNorm({ eta: 0.5 }), 37],
  [adam({ eta: 0.01 }), 16],
  // It steps on the main thread.
  [adamw({ eta: 0.01 }), 60],
];

describe.each(cases)("%s", (_, data, layers) => {
  const network = () => sequential(layers(), { seed: 4, input: [...data.sampleShape] });
  const of = async (options: TrainOptions) => {
    const net = network();
    const run = await train(net, data, { epochs: 1, live: false, ...options });
    return { net, run };
  };
  const apart = (a: Float64Array, b: Float64Array) =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

  test.each(rules)("trains as in float64 by %s", async (rule, batchSize) => {
    const options = { rule, batchSize };
    const [one, two, exact] = [
      await of({ ...options, backend: "wasm", threads: 1 }),
      await of({ ...options, backend: "wasm", threads: 2 }),
      await of({ ...options, backend: "scalar" }),
    ];
    expect(one.run.kernels).toContain("wasm");
    expect(two.net.theta).toEqual(one.net.theta);
    expect(two.net.buffers).toEqual(one.net.buffers);
    expect(one.run.epochs[0]!.gradientNorms!.length).toBe(exact.run.epochs[0]!.gradientNorms!.length);
    // Adam divides rounding by rounding where a gradient is 0, as that of a bias is before a normalisation.
    if (rule.name.startsWith("adam")) return;
    expect(apart(one.net.theta, exact.net.theta)).toBeLessThan(2e-4);
    expect(apart(one.net.buffers, exact.net.buffers)).toBeLessThan(2e-3);
  });

  test("a step of it is that of the gradient in float64, to seven digits", async () => {
    const before = network();
    const step = async (backend: "wasm" | "scalar", batchSize: number) => {
      const { net, run } = await of({
        rule: sgd({ eta: 1 }),
        batchSize,
        epochs: 1,
        shuffle: "never",
        backend,
      });
      return { gradient: net.theta.map((value, i) => before.theta[i]! - value), buffers: net.buffers, run };
    };
    const [fast, exact] = [await step("wasm", size), await step("scalar", size)];
    const largest = exact.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(apart(fast.gradient, exact.gradient)).toBeLessThan(2e-6 * largest);
    expect(apart(fast.buffers, exact.buffers)).toBeLessThan(1e-5);
    const norms = fast.run.epochs[0]!.gradientNorms!;
    exact.run.epochs[0]!.gradientNorms!.forEach((norm, i) => {
      expect(Math.abs(norms[i]! / norm - 1)).toBeLessThan(1e-4);
    });
  });

  test("evaluates as it predicts, and trains with a loss of the main thread", async () => {
    const loss = withPenalty(hinge(), l2Penalty(0.01));
    const { net, run } = await of({
      loss,
      rule: sgd({ eta: 0.05 }),
      batchSize: 30,
      backend: "wasm",
      validation: data,
    });
    expect(run.kernels).toContain("the loss and the rule in float64");
    const exact = await of({ loss, rule: sgd({ eta: 0.05 }), batchSize: 30, backend: "scalar" });
    expect(apart(net.theta, exact.net.theta)).toBeLessThan(1e-4);
    const { x, y } = data.batch(0, size);
    const own = crossEntropy().value(predict(net, x), y);
    expect((await evaluate(net, data)).loss / own).toBeCloseTo(1, 4);
    const trained = await of({ rule: sgd({ eta: 0.05 }), batchSize: 30, backend: "wasm", validation: data });
    const at = (await evaluate(trained.net, data)).loss;
    expect(trained.run.epochs.at(-1)!.validationLoss! / at).toBeCloseTo(1, 5);
  });
});

test("batches of more than 384 samples are normalised in float64, and said so", async () => {
  const many = dataset({
    x: Float64Array.from({ length: 2000 }, () => stream.normal()),
    y: new Uint8Array(1000),
    classes: 2,
    sampleShape: [2],
  });
  const net = sequential([dense(2, 3), batchNorm(), relu(), dense(3, 2)]);
  const run = await train(net, many, { batchSize: 600, live: false });
  expect(run.kernels).toBe("scalar float64, no fast kernel for batchNorm with batches of more than 384");
  const options = { batchSize: 600, backend: "wasm", live: false } as const;
  await expect(train(net, many, options)).rejects.toThrow(
    "do not know batchNorm with batches of more than 384",
  );
});

test("what is no symbol is refused before a thread sees it", async () => {
  const net = sequential([embedding(3, 2), flatten(), dense(4, 2)], { input: [2] });
  const data = dataset({
    x: [
      [0, 1],
      [2, 3],
    ],
    y: [0, 1],
    classes: 2,
  });
  await expect(train(net, data, { backend: "wasm", live: false })).rejects.toThrow(
    "a whole number from 0 to 2, a symbol; entry 1 of sample 1: got 3",
  );
  await expect(evaluate(net, data)).rejects.toThrow("entry 1 of sample 1: got 3");
});
