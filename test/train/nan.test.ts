/**
 * A number that is none is never swallowed: a NaN in a sample or a parameter comes out of every layer, and ends the training of
 * every backend with its message; and none comes out of what was no NaN.
 */
import {
  adam,
  avgPool2d,
  batchNorm,
  conv2d,
  dataset,
  defineLayer,
  dense,
  dropout,
  evaluate,
  flatten,
  gelu,
  type LayerBlueprint,
  layerNorm,
  leakyRelu,
  lion,
  maxPool2d,
  predict,
  prelu,
  random,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
  softplus,
  squaredError,
  type Tensor,
  tanh,
  tensor,
  train,
} from "nablab";
import { describe, expect, test } from "vitest";
import { layerKinds, makersOf } from "../makers.js";

/** Each kind of layer within a network for images of 6 × 6, and the backends that know it. */
const between: Record<string, (() => LayerBlueprint)[]> = {
  dense: [flatten, () => dense(36, 5), relu],
  relu: [flatten, () => dense(36, 5), relu],
  leakyRelu: [flatten, () => dense(36, 5), () => leakyRelu()],
  gelu: [flatten, () => dense(36, 5), gelu],
  softplus: [flatten, () => dense(36, 5), softplus],
  tanh: [flatten, () => dense(36, 5), tanh],
  sigmoid: [flatten, () => dense(36, 5), sigmoid],
  softmax: [flatten, () => dense(36, 5), softmax],
  prelu: [flatten, () => dense(36, 5), () => prelu()],
  layerNorm: [flatten, () => dense(36, 5), () => layerNorm()],
  batchNorm: [flatten, () => dense(36, 5), () => batchNorm()],
  dropout: [flatten, () => dense(36, 5), relu, () => dropout(0.2)],
  flatten: [flatten],
  conv2d: [() => conv2d(1, 2), relu, flatten],
  maxPool2d: [() => conv2d(1, 2), relu, () => maxPool2d(2), flatten],
  avgPool2d: [() => conv2d(1, 2), relu, () => avgPool2d(2), flatten],
  defineLayer: [flatten, defineLayer({ name: "double", forward: (x) => x.add(x) })],
} as never;

const size = 40;
const images = () => {
  const stream = random(3);
  return dataset({
    x: Float64Array.from({ length: size * 36 }, () => stream.normal()),
    y: Uint8Array.from({ length: size }, (_, i) => i % 3),
    sampleShape: [6, 6],
    classes: 3,
  });
};
const network = (kind: string) => {
  const layers = between[kind]!.map((make) => make());
  const width = { conv2d: 32, maxPool2d: 8, avgPool2d: 8, flatten: 36, defineLayer: 36 }[kind] ?? 5;
  return sequential([...layers, dense(width, 3)], { input: [1, 6, 6], seed: 1 });
};

test("every kind of layer is here", () => {
  // What comes into an embedding are symbols: test/nn/layers.test.ts.
  const made = makersOf(layerKinds).filter((name) => !["defineLayer", "embedding"].includes(name));
  expect(
    Object.keys(between)
      .filter((name) => name !== "defineLayer")
      .sort(),
  ).toEqual(made);
});

describe.each(Object.keys(between))("%s", (kind) => {
  test("a NaN of any place of a sample is in its outputs, and in no other's", () => {
    const net = network(kind);
    const { x } = images();
    const clean = tensor(x).reshape([size, 36]);
    expect(predict(net, clean).data.every(Number.isFinite)).toBe(true);
    for (const place of [0, 7, 21, 35]) {
      const wrong = Float64Array.from(x);
      wrong[4 * 36 + place] = Number.NaN;
      const rows = predict(net, tensor(wrong).reshape([size, 36])).toArray() as number[][];
      expect(rows.flatMap((row, i) => (row.some(Number.isNaN) ? [i] : []))).toEqual([4]);
    }
  });

  test("a sample, or a parameter, that is NaN ends the training of each backend, and evaluates to NaN", async () => {
    for (const backend of [undefined, "scalar"] as const) {
      const data = images();
      (data.x as Float64Array)[4 * 36 + 21] = Number.NaN;
      const net = network(kind);
      await expect(
        train(net, data, { live: false, batchSize: 8, ...(backend && { backend }) }),
      ).rejects.toThrow(/not finite.*sample 4 of dataset has an entry that is not finite/);
      const { loss, predicted } = await evaluate(network(kind), data);
      expect([loss, predicted[4]]).toEqual([Number.NaN, -1]);
      const broken = network(kind);
      broken.theta[broken.theta.length - 2] = Number.NaN;
      expect((await evaluate(broken, images())).loss).toBeNaN();
      await expect(train(broken, images(), { live: false, ...(backend && { backend }) })).rejects.toThrow(
        "the parameters are not finite before the first step",
      );
    }
  });
});

test("a loss whose gradient is no number is named, not the step size", async () => {
  const wrong = { ...squaredError(), name: "mine", gradient: (g: Tensor) => g.map(() => Number.NaN) };
  const data = dataset({ x: [[0], [1]], y: [0, 1] });
  for (const rule of [sgd(), adam(), lion()]) {
    const model = sequential([dense(1, 1)]);
    const before = model.theta.slice();
    await expect(train(model, data, { loss: wrong, rule, live: false })).rejects.toThrow(
      /^train: the parameters are not finite after step 1 .*; the gradient of the first step is not finite: look at the gradient of the loss/,
    );
    expect(model.theta).toEqual(before);
  }
});
