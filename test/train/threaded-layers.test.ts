/**
 * Layers that train on threads beside the kernels, and custom ones that the main thread computes between the threads' steps:
 * the result is that of the lecture's loop in float64, within float32, with the same bits for any number of threads, and their
 * state is the network's.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type Activation,
  adagradNorm,
  adam,
  adamw,
  batchNorm,
  conv2d,
  crossEntropy,
  type Dataset,
  dataset,
  defineLayer,
  dense,
  embedding,
  evaluate,
  flatten,
  hinge,
  type LayerDescription,
  type Loss,
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
  tensor,
  train,
  withPenalty,
} from "nablab";
import { describe, expect, test } from "vitest";
import { unknownLayers } from "#nablab/engine/lower.js";

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
/** Closures, and one that is differentiated: none can be sent to a thread. */
const swish = defineLayer({ name: "swish", forward: (x) => x.mul(x.sigmoid()) });
const scale = defineLayer({
  name: "scale",
  parameters: { s: ([width]) => tensor(new Array(width!).fill(0.8)), t: tensor([0.1]) },
  forward: (x, { s, t }) => x.mul(s).add(t),
  backward: (delta, x, { s }) => ({
    x: delta.mul(s),
    s: delta.mul(x).sum(0),
    t: tensor([delta.sum()]),
  }),
});
const same = defineLayer({ name: "same", forward: (x) => x, backward: (delta) => ({ x: delta }) });
/** Changes what it is given. */
const negated = defineLayer({
  name: "negated",
  forward(x) {
    x.data.forEach((value, i, data) => {
      data[i] = -value;
    });
    return x;
  },
  backward: (delta) => ({ x: delta.mul(-1) }),
});
const followMean = defineLayer({
  name: "followMean",
  buffers: { mean: ([width]) => tensor(new Array(width!).fill(0)) },
  forward(x, _, { buffers: { mean }, training }) {
    if (training) mean.data.set(mean.mul(0.9).add(x.mean(0).mul(0.1)).data);
    return x.sub(mean);
  },
  backward: (delta, x, _, { training }) => ({
    x: training ? delta.sub(delta.sum(0).mul(0.1 / x.shape[0]!)) : delta,
  }),
});
const cube: Activation = {
  kind: "cube",
  options: {},
  value: (z) => z + z ** 3 / 50,
  derivative: (z) => 1 + (3 * z ** 2) / 50,
};
test.each([...cases])("the threads know every layer: %s", (_, data, layers) => {
  expect(unknownLayers(sequential(layers(), { seed: 4, input: [...data.sampleShape] }))).toEqual([]);
});

cases.push(
  [
    "custom layers inside",
    vectors,
    () => [dense(5, 17), swish(), scale(), dense(17, 6), relu(), dense(6, 3)],
  ],
  ["a custom layer behind a ReLU", vectors, () => [dense(5, 9), relu(), scale(), relu(), dense(9, 3)]],
  ["one that works in place, behind a ReLU", vectors, () => [dense(5, 9), relu(), negated(), dense(9, 3)]],
  ["custom layers first and last", vectors, () => [scale(), dense(5, 9), tanh(), dense(9, 3), scale()]],
  [
    "custom layers with buffers, a custom activation",
    vectors,
    () => [dense(5, 9), followMean(), batchNorm(), dense(9, 8), cube, followMean(), dense(8, 3)],
  ],
  [
    "custom layers between images",
    images,
    () => [conv2d(2, 3, { kernel: 2 }), swish(), maxPool2d(2), cube, flatten(), dense(6, 3)],
  ],
  ["an embedding inside", symbols, () => [same(), embedding(7, 5), flatten(), dense(20, 3)]],
  ["a ReLU at the end", vectors, () => [dense(5, 9), relu(), dense(9, 3), relu()]],
  ["a ReLU with another slope at 0", vectors, () => [dense(5, 9), relu({ atZero: 1 }), dense(9, 3)]],
);
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

test("a custom layer is called once forward and once backward in a step, with all of its samples", async () => {
  const calls: string[] = [];
  const seen = defineLayer({
    name: "seen",
    forward(x, _, { training }) {
      calls.push(`forward ${x.shape} ${training}`);
      return x;
    },
    backward(delta) {
      calls.push(`backward ${delta.shape}`);
      return { x: delta };
    },
  });
  for (const backend of ["wasm", "scalar"] as const) {
    calls.length = 0;
    const net = sequential([dense(5, 7), seen(), relu(), dense(7, 3)], { seed: 2 });
    let trained: string[] = [];
    const onEpoch = () => {
      trained = [...calls];
    };
    await train(net, vectors, { batchSize: 25, backend, live: false, onEpoch });
    expect(trained).toEqual([25, 25, 10].flatMap((rows) => [`forward ${rows},7 true`, `backward ${rows},7`]));
  }
});

test("with custom layers a training stops, goes on from its checkpoint to the same bits, and passes on what they throw", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-threaded-"));
  const file = path.join(folder, "run.safetensors");
  const network = () => sequential([dense(5, 9), followMean(), swish(), dense(9, 3)], { seed: 3 });
  const options = { batchSize: 20, rule: sgd({ eta: 0.1 }), backend: "wasm", live: false } as const;
  const [whole, parts] = [network(), network()];
  await train(whole, vectors, { ...options, epochs: 6 });
  const stop = new AbortController();
  const first = await train(parts, vectors, {
    ...options,
    epochs: 6,
    checkpoint: file,
    signal: stop.signal,
    onEpoch: ({ epoch }) => (epoch === 2 ? stop.abort(new Error("enough")) : undefined),
  });
  expect([first.stopped, first.steps]).toEqual(["enough", 6]);
  const resumed = network();
  await train(resumed, vectors, { ...options, epochs: 6, resume: file });
  expect(resumed.theta).toEqual(whole.theta);
  expect(resumed.buffers).toEqual(whole.buffers);
  let left = 4;
  const failing = defineLayer({
    name: "failing",
    forward(x) {
      if (--left < 0) throw new Error("the fifth is too much");
      return x;
    },
    backward: (delta) => ({ x: delta }),
  });
  const net = sequential([dense(5, 9), failing(), dense(9, 3)], { seed: 3 });
  await expect(train(net, vectors, { ...options, epochs: 3 })).rejects.toThrow("the fifth is too much");
  left = 100;
  // It is not held for another training.
  expect((await train(net, vectors, options)).steps).toBe(3);
  rmSync(folder, { recursive: true });
});

test("trainings that take turns on the same threads, and evaluations between their steps, change no bit", async () => {
  const trained = async (loss: Loss, onEpoch?: TrainOptions["onEpoch"]) => {
    const net = sequential([dense(5, 40), relu(), dense(40, 3)], { seed: 3 });
    const rule = adam({ eta: 0.01 });
    const options = {
      loss,
      rule,
      batchSize: 16,
      epochs: 6,
      backend: "wasm",
      threads: 2,
      live: false,
    } as const;
    await train(net, vectors, { ...options, ...(onEpoch && { onEpoch }) });
    return net.theta;
  };
  const penalised = withPenalty(crossEntropy(), l2Penalty(0.01));
  const alone = [await trained(hinge()), await trained(penalised), await trained(crossEntropy())];
  const other = sequential([dense(5, 7), relu(), dense(7, 3)], { seed: 4 });
  const together = await Promise.all([
    trained(hinge(), () => evaluate(other, vectors)),
    trained(penalised, () => evaluate(other, vectors)),
    trained(crossEntropy()),
  ]);
  expect(together).toEqual(alone);
});

test("numbers that a custom layer loses name the layer with weights before it", async () => {
  const lost = defineLayer({
    name: "lost",
    forward: (x) => x.mul(Number.NaN),
    backward: (delta) => ({ x: delta }),
  });
  for (const backend of ["wasm", "scalar"] as const) {
    const net = sequential([dense(5, 9), lost(), relu(), dense(9, 3)], { seed: 3 });
    await expect(train(net, vectors, { backend, live: false })).rejects.toThrow(
      "layer 2, z[2], are the first",
    );
  }
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
