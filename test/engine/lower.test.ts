/** What a network is lowered to for the threads. */
import {
  adagrad,
  adagradNorm,
  adam,
  conv2d,
  crossEntropy,
  type Dataset,
  dataset,
  defineLayer,
  dense,
  dropout,
  embedding,
  flatten,
  hinge,
  type LayerDescription,
  maxPool2d,
  momentum,
  type Rule,
  relu,
  sequential,
  sgd,
  squaredError,
  tanh,
} from "nablab";
import { expect, test } from "vitest";
import { formulaOf } from "#nablab/compute/formula.js";
import { makeJob, readArray, writeArray } from "#nablab/engine/job.js";
import { isKnownInPart, lower, unknownLayers, unknownLoss } from "#nablab/engine/lower.js";

const own = defineLayer({ name: "own", forward: (x) => x.tanh() });
const images = [
  conv2d(1, 2, { kernel: 3 }),
  relu(),
  maxPool2d(2),
  dropout(0.5),
  flatten(),
  dense(8, 5),
  tanh(),
  dense(5, 3),
];
const input = [1, 6, 6];

test("layers with their sizes and their ReLU; flatten is none", () => {
  const found = lower(sequential(images, { input }));
  expect(found).toMatchObject([
    { kind: "convolution", inputs: 36, outputs: 32, relu: true, filters: 2 },
    { kind: "pooling", inputs: 32, outputs: 8, relu: false, pooling: "maxPool2d" },
    { kind: "dropout", inputs: 8, outputs: 8, relu: false },
    { kind: "dense", inputs: 8, outputs: 5, relu: false },
    { kind: "activation", inputs: 5, outputs: 5, relu: false },
    { kind: "dense", inputs: 5, outputs: 3, relu: false },
  ]);
});

test("an embedding is the threads' as the first layer", () => {
  const net = sequential([embedding(4, 2), flatten(), dense(6, 2)], { input: [3] });
  expect(lower(net)).toMatchObject([
    { kind: "embedding", inputs: 3, outputs: 6, symbols: 4, width: 2 },
    { kind: "dense", inputs: 6, outputs: 2 },
  ]);
});

test.each<[LayerDescription[], string]>([
  [[dense(2, 2), own(), dense(2, 2)], "own()"],
  [[dense(2, 2), embedding(3, 2), flatten(), dense(4, 2)], "embedding(3, 2)"],
  [[dense(2, 2), relu({ atZero: 0.5 }), dense(2, 2)], "relu({ atZero: 0.5 })"],
  [[dense(2, 2), { ...tanh(), kind: "tanh" }, dense(2, 2)], "the custom activation tanh"],
])("the part that the threads do not know is left to the main thread, by name", (layers, name) => {
  const net = sequential(layers);
  expect(unknownLayers(net)).toEqual([name]);
  expect(isKnownInPart(net)).toBe(true);
  expect(lower(net).map(({ kind }) => kind)).toEqual(["dense", "custom", "dense"]);
  expect(isKnownInPart(sequential([own(), own()], { input: [2] }))).toBe(false);
});

test("a ReLU is a layer where the one before cannot apply it: behind a custom one, and last", () => {
  const kinds = (layers: LayerDescription[]) =>
    lower(sequential(layers, { input: [2] })).map(({ kind, relu }) => (relu ? `${kind} relu` : kind));
  expect(kinds([dense(2, 2), relu(), own(), relu(), dense(2, 2), relu(), flatten()])).toEqual([
    "dense relu",
    "custom",
    "activation",
    "dense",
    "activation",
  ]);
});

test("losses that the threads do not know are named", () => {
  const labels = dataset({ x: [[1, 2]], y: [1], classes: 2 });
  const targets = dataset({ x: [[1, 2]], y: [[0.5, 0.5]] });
  expect(unknownLoss(labels, crossEntropy())).toBeUndefined();
  expect(unknownLoss(targets, squaredError())).toBeUndefined();
  expect(unknownLoss(targets, crossEntropy())).toBe("probabilities as targets");
  expect(unknownLoss(labels, hinge())).toBe("the loss hinge()");
  expect(unknownLoss(labels, { ...hinge(), name: "mine" })).toBe("the loss mine");
});

test.each<[Rule, number]>([
  [sgd(), 0],
  [adagradNorm(), 0],
  [adagrad(), 1],
  [momentum(), 1],
  [adam(), 2],
])("a job has memory for what its rule remembers, and for no more: %s", (rule, count) => {
  const model = sequential([dense(20, 18), relu(), dense(18, 3)], { seed: 1 });
  const data = dataset({
    x: Float64Array.from({ length: 800 }, (_, i) => i % 7),
    sampleShape: [20],
    y: Uint8Array.from({ length: 40 }, (_, i) => i % 3),
    classes: 3,
  });
  const training = { data, rule: formulaOf("rule", rule)!, epochs: 1, batchSize: 8, seed: 0 };
  const { theta, gradient, first, second, remembered } = makeJob({
    model,
    loss: "crossEntropy",
    backend: "wasm",
    threads: 1,
    training: { ...training, shuffle: "once" },
  });
  expect(remembered).toEqual(["first", "second"].slice(0, count));
  const places = new Set([theta, gradient, first, second].map(({ offset }) => offset));
  expect(places.size).toBe(2 + count);
  for (const region of [gradient, first, second]) expect(region.length).toBe(theta.length);
  const evaluated = makeJob({ model, loss: "crossEntropy", backend: "wasm", threads: 1, evaluation: data });
  for (const region of [evaluated.gradient, evaluated.first, evaluated.second])
    expect(region).toEqual(evaluated.theta);
  // A validation on the samples of the training has no copy of them, one on others has its own.
  const both = (evaluation: Dataset) =>
    makeJob({
      model,
      loss: "crossEntropy",
      backend: "wasm",
      threads: 1,
      training: { ...training, shuffle: "once" },
      evaluation,
    });
  const shared = both(data);
  expect(shared.evaluation!.data).toEqual(shared.training!.data);
  const apart = both(data.take(20));
  expect(apart.evaluation!.data.x).not.toEqual(apart.training!.data.x);
});

// The layouts of weights: for dense products, for few samples, and for one sample.
test.each([
  { batchSize: 32, share: 1, backend: "wasm", layouts: ["rows", "rows"] },
  { batchSize: 32, share: 0.1, backend: "wasm", layouts: ["panels", "rows"] },
  { batchSize: 32, share: 0, backend: "wasm", layouts: ["panels", "rows"] },
  { batchSize: 32, share: 0, backend: "openblas", layouts: ["rows", "rows"] },
  { batchSize: 4, share: 1, backend: "wasm", layouts: ["panels", "panels"] },
  { batchSize: 5, share: 1, backend: "wasm", layouts: ["rows", "rows"] },
  { batchSize: 1, share: 1, backend: "wasm", layouts: ["columns", "columns"] },
] as const)("parameters come back from every layout: %o", ({ batchSize, share, backend, layouts }) => {
  const net = sequential([dense(20, 18), relu(), dense(18, 3)], { seed: 1 });
  const x = Array.from({ length: 40 }, (_, i) =>
    Array.from({ length: 20 }, (_, k) => Number(k < 4 || (7 * i + 3 * k) % 100 < 100 * share)),
  );
  const data = dataset({ x, y: x.map((_, i) => i % 3), classes: 3 });
  const rule = formulaOf("rule", sgd())!;
  const training = { data, rule, epochs: 1, batchSize, seed: 0, shuffle: "once" } as const;
  const job = makeJob({ model: net, loss: "crossEntropy", backend, threads: 1, training });
  expect(job.layers.map((layer) => (layer as unknown as { layout: string }).layout)).toEqual(layouts);
  expect(readArray(job, "theta")).toEqual(net.theta.map(Math.fround));
  const other = net.theta.map((_, i) => i + 1);
  writeArray(job, "theta", other);
  expect(readArray(job, "theta")).toEqual(other);
});
