/**
 * Batch normalisation in a training: its running means and variances belong to the network, wherever its parameters go.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  adam,
  batchNorm,
  crossEntropy,
  dataset,
  dense,
  evaluate,
  flatten,
  forward,
  lastRun,
  loadCheckpoint,
  loadNetwork,
  predict,
  randomNormal,
  relu,
  saveNetwork,
  sequential,
  type Tensor,
  type TrainOptions,
  train,
} from "nablab";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-batch-norm-"));
afterAll(() => rmSync(folder, { recursive: true }));

const network = () => sequential([dense(4, 8), batchNorm(), relu(), dense(8, 2)], { seed: 3 });
const x = randomNormal([60, 4], { seed: 1 }).mul(10).add(50);
const y = Array.from({ length: 60 }, (_, i) => Number(x.at(i, 0) + x.at(i, 1) > 100));
const data = dataset({ x, y, classes: 2 });
const quiet: TrainOptions = { rule: adam({ eta: 0.02 }), batchSize: 15, live: false };

test("learns from numbers far from 0, and its running means become those of the data", async () => {
  const net = network();
  const run = await train(net, data, { ...quiet, epochs: 80 });
  expect(run.kernels).toMatch(/^(wasm|openblas)/);
  expect((await evaluate(net, data)).accuracy).toBeGreaterThan(0.95);
  const inside = forward(net, x).z[1]!;
  const means = inside.mean(0) as { data: ArrayLike<number> };
  const [mean] = Object.values(net.namedBuffers);
  // A tenth of each batch of 15 samples of a network that still moves: within a tenth.
  for (let i = 0; i < 8; i++) expect(Math.abs(mean!.data[i]! / means.data[i]! - 1)).toBeLessThan(0.1);
});

test("a training that resumes equals one that never stopped, bit for bit, and so does one that stops early", async () => {
  const whole = network();
  await train(whole, data, { ...quiet, epochs: 6 });
  const file = path.join(folder, "bn.safetensors");
  await train(network(), data, { ...quiet, epochs: 3, checkpoint: file });
  expect(loadCheckpoint(file).buffers.length).toBe(16);
  const resumed = network();
  await train(resumed, data, { ...quiet, epochs: 6, resume: file });
  expect([resumed.theta, resumed.buffers]).toEqual([whole.theta, whole.buffers]);

  const early = network();
  const stopped = await train(early, data, {
    ...quiet,
    epochs: 99,
    earlyStopping: { by: "loss", patience: 1 },
  });
  const same = network();
  await train(same, data, { ...quiet, epochs: stopped.restored! });
  expect([early.theta, early.buffers]).toEqual([same.theta, same.buffers]);
});

test("what breaks leaves both as they were", async () => {
  const net = network();
  forward(net, x, { training: true });
  const [theta, buffers] = [net.theta.slice(), net.buffers.slice()];
  const wrong = { ...crossEntropy(), name: "wrong", gradient: (g: Tensor) => g.map(() => Number.NaN) };
  await expect(train(net, data, { ...quiet, loss: wrong })).rejects.toThrow(
    "the network keeps the parameters from before the training",
  );
  expect(net.theta).toEqual(theta);
  expect(net.buffers).toEqual(buffers);
  await expect(train(network(), data, { ...quiet, batchSize: 59 })).rejects.toThrow(
    "use a batch size that leaves no batch of 1, got 1 sample",
  );
});

test("files hold both, under either names; one without them is refused", async () => {
  const net = network();
  await train(net, data, { ...quiet, epochs: 2 });
  for (const names of ["nablab", "pytorch"] as const) {
    const file = path.join(folder, `${names}.safetensors`);
    saveNetwork(file, net, { names });
    const loaded = loadNetwork(file, network());
    expect(loaded.buffers).toEqual(net.buffers);
    expect(predict(loaded, x).data).toEqual(predict(net, x).data);
  }
  const file = path.join(folder, "without.safetensors");
  saveNetwork(file, sequential([dense(4, 8), relu(), dense(8, 2)]));
  expect(() => loadNetwork(file, network())).toThrow("loadNetwork: the network needs");
});

test("images of one pixel have one value of a channel for each sample, and are refused before the training", async () => {
  const pixels = () => sequential([batchNorm(), flatten(), dense(2, 2)], { input: [2, 1, 1] });
  const images = dataset({
    x: x.data.slice(0, 62) as Float64Array,
    y: y.slice(0, 31),
    classes: 2,
    sampleShape: [2, 1, 1],
  });
  for (const batchSize of [1, 15, 30]) {
    const net = pixels();
    const before = net.buffers.slice();
    await expect(train(net, images, { ...quiet, batchSize })).rejects.toThrow(
      "in training a batch must hold at least 2 values of each channel",
    );
    expect(net.buffers).toEqual(before);
  }
  await train(pixels(), images, { ...quiet, batchSize: 16 });
});

test("running variances beyond the largest number end the training, though the loss is finite", async () => {
  const far = dataset({ x: [[1e200], [-1e200], [2e200], [0]], y: [0, 1, 0, 1], classes: 2 });
  const net = sequential([batchNorm(), dense(1, 2)], { input: [1] });
  const before = net.buffers.slice();
  await expect(train(net, far, { batchSize: 4, live: false, backend: "scalar" })).rejects.toThrow(
    "train: the running statistics are not finite after step 1 (epoch 1); the network keeps the numbers from before the training",
  );
  expect(net.buffers).toEqual(before);
  expect(lastRun()?.stopped).toBe("the running statistics are no longer finite");
});
