/**
 * A loss, or a penalty, that the kernels do not know: the threads take the samples forward and δ back, and what comes out is
 * what the loop of the lecture gives in float64, within float32.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  adam,
  binaryCrossEntropy,
  crossEntropy,
  type Dataset,
  dataset,
  dense,
  dropout,
  evaluate,
  hinge,
  huberLoss,
  type Loss,
  l1Penalty,
  l2Penalty,
  predict,
  random,
  relu,
  sequential,
  sgd,
  squaredError,
  tanh,
  tensor,
  train,
  withPenalty,
} from "nablab";
import { describe, expect, test } from "vitest";

const size = 1100;
const stream = random(8);
const x = Float64Array.from({ length: size * 20 }, () => stream.normal());
const classes = (n: number) =>
  dataset({ x, y: Uint8Array.from({ length: size }, (_, i) => (i * i) % n), classes: n, sampleShape: [20] });
const targets = dataset({
  x,
  y: Array.from({ length: size }, () => [stream.normal(), stream.normal()]),
  sampleShape: [20],
});
const probabilities = dataset({
  x,
  y: Array.from({ length: size }, (_, i) => [0.2 + 0.1 * (i % 3), 0.8 - 0.1 * (i % 3)]),
  sampleShape: [20],
});

/** One that depends on the whole batch, and not on the mean of its samples. */
const spread: Loss = {
  name: "spread",
  perSample: (g) => Float64Array.from({ length: g.shape[0]! }, (_, i) => g.at(i, 0) ** 2),
  value: (g) => g.norm(),
  gradient: (g) => g.mul(1 / g.norm()),
};

const cases: [string, Dataset, Loss, number][] = [
  ["hinge", classes(3), hinge(), 3],
  ["smoothed labels", classes(3), crossEntropy({ labelSmoothing: 0.1 }), 3],
  ["probabilities", probabilities, crossEntropy(), 2],
  ["two classes by one output", classes(2), binaryCrossEntropy(), 1],
  ["Huber", targets, huberLoss(), 2],
  ["a penalty", classes(3), withPenalty(crossEntropy(), l2Penalty(0.05)), 3],
  ["two penalties", targets, withPenalty(squaredError(), l2Penalty(0.02), l1Penalty(0.01)), 2],
  ["a custom one", classes(3), { ...crossEntropy(), name: "mine" }, 3],
  ["one of the whole batch", targets, spread, 2],
];

describe.each(cases)("%s", (_, data, loss, outputs) => {
  const network = () =>
    sequential([dense(20, 24), relu(), dense(24, 16), tanh(), dense(16, outputs)], { seed: 4 });

  // More than 512 samples go through the network in several chunks.
  test.each([64, 512, 700])("trains as in float64, in batches of %i", async (batchSize) => {
    const of = async (backend: "wasm" | "scalar", threads = 1) => {
      const net = network();
      const options = { loss, batchSize, epochs: 2, rule: sgd({ eta: 0.05 }), live: false, backend, threads };
      return { net, run: await train(net, data, options) };
    };
    const [fast, slow] = [await of("wasm"), await of("scalar")];
    expect(fast.run.kernels).toMatch(/^wasm .*; the loss and the rule in float64$/);
    fast.run.loss.forEach((value, k) => {
      expect(Math.abs(value - slow.run.loss[k]!)).toBeLessThan(2e-5 * (1 + Math.abs(slow.run.loss[k]!)));
    });
    const apart = fast.net.theta.map((value, i) => Math.abs(value - slow.net.theta[i]!));
    expect(Math.max(...apart)).toBeLessThan(2e-5);
    // Any number of threads gives the same bits.
    expect((await of("wasm", 2)).net.theta).toEqual(fast.net.theta);
  });

  test("evaluates as in float64", async () => {
    const net = network();
    const found = await evaluate(net, data, { loss });
    const { x, y } = data.batch(0, data.size);
    const losses = loss.perSample(predict(net, x), y);
    found.losses.forEach((value, i) => {
      expect(Math.abs(value - losses[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(losses[i]!)));
    });
  });
});

test("dropout drops the same both times that a large batch goes forward", async () => {
  const data = classes(3);
  const of = async (loss: Loss) => {
    const net = sequential([dense(20, 24), relu(), dropout(0.3), dense(24, 3)], { seed: 4 });
    await train(net, data, { loss, batchSize: 700, epochs: 2, live: false, backend: "wasm" });
    return net.theta;
  };
  const [known, custom] = [await of(crossEntropy()), await of({ ...crossEntropy(), name: "mine" })];
  expect(Math.max(...known.map((value, i) => Math.abs(value - custom[i]!)))).toBeLessThan(2e-6);
});

test("it stops, resumes to the same bits, and ends with its message where the loss is not finite", async () => {
  const data = classes(3);
  const network = () => sequential([dense(20, 24), relu(), dense(24, 3)], { seed: 4 });
  const loss = withPenalty(crossEntropy(), l2Penalty(0.01));
  const options = { loss, rule: adam({ eta: 0.01 }), batchSize: 100, live: false, backend: "wasm" as const };
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-losses-"));
  const checkpoint = path.join(folder, "run.safetensors");
  const [whole, parts] = [network(), network()];
  await train(whole, data, { ...options, epochs: 4 });
  await train(parts, data, { ...options, epochs: 2, checkpoint });
  await train(parts, data, { ...options, epochs: 4, resume: checkpoint });
  expect(parts.theta).toEqual(whole.theta);
  rmSync(folder, { recursive: true });

  const controller = new AbortController();
  const stopped = await train(network(), data, {
    ...options,
    epochs: 500,
    signal: controller.signal,
    onEpoch: ({ epoch }) => epoch === 2 && controller.abort(),
  });
  expect(stopped.steps).toBeLessThan(40);

  const wrong = (value: number): Loss => ({ ...crossEntropy(), name: "wrong", value: () => value });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    await expect(train(network(), data, { ...options, loss: wrong(value) })).rejects.toThrow(
      "train: the loss is not finite at step 1 (epoch 1); all layers' outputs are finite",
    );
  }
  const broken: Loss = { ...crossEntropy(), name: "broken", gradient: (g) => g.map(() => Number.NaN) };
  await expect(train(network(), data, { ...options, loss: broken })).rejects.toThrow(
    "train: the parameters are not finite after step",
  );
});

test("what custom functions return has the shape that is needed, in float64 and on threads", async () => {
  const data = classes(3);
  const options = { batchSize: 128, epochs: 1, live: false };
  for (const width of [20, 400]) {
    const wide = () => sequential([dense(20, width), relu(), dense(width, 3)], { seed: 4 });
    const short: Loss = { ...crossEntropy(), name: "short", gradient: () => tensor([[1, 2, 3]]) };
    await expect(train(wide(), data, { ...options, loss: short })).rejects.toThrow(
      "short: gradient must return a tensor of shape [128, 3], got [1, 3]",
    );
    const flat = withPenalty(crossEntropy(), { value: () => 0, gradient: () => tensor([1]) });
    await expect(train(wide(), data, { ...options, loss: flat })).rejects.toThrow(
      `penalty: gradient must return a tensor of shape [${width}, 20], got [1]`,
    );
    const few: Loss = { ...crossEntropy(), name: "few", perSample: () => Float64Array.of(1) };
    await expect(evaluate(wide(), data, { loss: few })).rejects.toThrow(
      /^few: perSample must return one number for each of \d+ samples, got 1$/,
    );
  }
});
