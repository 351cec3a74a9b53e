// What is said before a training begins: layers that take one thread, and layers that mix samples.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  batchNorm,
  box,
  crossEntropy,
  dataset,
  defineLayer,
  dense,
  projected,
  randomNormal,
  relu,
  sequential,
  sgd,
  train,
  zeros,
} from "nablab";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let said: string[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(console, "log").mockImplementation((line) => void said.push(String(line)));
});
afterEach(() => vi.restoreAllMocks());

const data = dataset({
  x: randomNormal([8, 4], { seed: 1 }).add(3),
  y: [0, 1, 0, 1, 0, 1, 0, 1],
  classes: 2,
});
const options = { batchSize: 4, live: false } as const;

test("a layer that takes a mean over the batch is named, whatever comes before it", async () => {
  const centre = defineLayer({ name: "centre", forward: (x) => x.sub(x.mean(0)) });
  await train(sequential([dense(4, 3), relu(), centre(), dense(3, 2)]), data, options);
  expect(said).toEqual([
    "train: centre() mixes samples: what the network says of one depends on which others are evaluated with it; let forward look at pass.training and keep what it needs in buffers, as batchNorm() does",
  ]);
  // Once: a notebook that trains in a loop is not flooded.
  await train(sequential([dense(4, 3), relu(), centre(), dense(3, 2)]), data, options);
  expect(said.length).toBe(1);
});

test("what keeps to its sample, or mixes in training alone, is not", async () => {
  const half = defineLayer({ name: "half", forward: (x) => x.div(2) });
  const shares = defineLayer({ name: "shares", forward: (x) => x.div(x.sum(1).reshape(x.shape[0]!, 1)) });
  const inTraining = defineLayer({
    name: "inTraining",
    buffers: { mean: zeros([3]) },
    forward(x, _, { training, buffers }) {
      if (training) buffers.mean.data.set(x.mean(0).data);
      return x.sub(buffers.mean);
    },
    backward: (delta) => ({ x: delta }),
  });
  // Of one sample it has nothing to say.
  const pairs = defineLayer({
    name: "pairs",
    forward(x) {
      if (x.shape[0]! < 2) throw new Error("one sample");
      return x.mul(1);
    },
  });
  const noisy = defineLayer({ name: "noisy", forward: (x) => x.mul(1 + Math.random()) });
  for (const layer of [half(), shares(), inTraining(), pairs(), noisy(), batchNorm()]) {
    await train(sequential([dense(4, 3), layer, dense(3, 2)]), data, options);
  }
  expect(said).toEqual([]);
});

test("a large network on one thread for want of a kernel is reported beforehand", async () => {
  const half = defineLayer({ name: "halfOfLarge", forward: (x) => x.div(2) });
  const large = () => sequential([dense(4, 800), half(), dense(800, 400), relu(), dense(400, 2)]);
  expect((await train(large(), data, options)).kernels).toContain(
    "; halfOfLarge(), the loss and the rule in float64",
  );
  expect(said).toEqual([]);
  const drawn = { ...options, shuffle: "with replacement", batchSize: 400 } as const;
  const run = await train(large(), data, drawn);
  const missing = "halfOfLarge() with batches of more than 384";
  expect(said).toEqual([
    `train: there is no fast kernel for ${missing}, so it trains in float64 on one thread`,
  ]);
  expect(run.kernels).toBe(`scalar float64, no fast kernel for ${missing}`);
  expect(run.settings.threads).toBe(1);
});

test("resuming from the middle of a training says what could not be compared; from its end there is nothing to say", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-notes-"));
  const file = path.join(folder, "run.safetensors");
  const scaled = defineLayer({ name: "scaledUnseen", forward: (x) => x.mul(2) });
  const network = () => sequential([dense(4, 3), scaled(), dense(3, 2)], { seed: 1 });
  const limit = box(-1, 1);
  const custom = {
    ...options,
    loss: { ...crossEntropy(), name: "unseen" },
    rule: projected(sgd({ eta: 0.1 }), { project: (theta) => limit.project(theta) }),
  };
  const killed = train(network(), data, {
    ...custom,
    epochs: 3,
    checkpoint: file,
    onEpoch({ epoch }) {
      if (epoch === 2) throw new Error("killed");
    },
  });
  await expect(killed).rejects.toThrow("killed");
  const [resumed, whole] = [network(), network()];
  await train(resumed, data, { ...custom, epochs: 3, resume: file, checkpoint: file });
  expect(said).toEqual([
    "train: the checkpoint does not hold what scaledUnseen(), the loss unseen, the region gave, as it was written before the training was over, or that is random; resume with the same functions, as others would not be noticed",
  ]);
  await train(whole, data, { ...custom, epochs: 3 });
  expect(resumed.theta).toEqual(whole.theta);
  said = [];
  await train(network(), data, { ...custom, epochs: 4, resume: file });
  const plain = sequential([dense(4, 3), relu(), dense(3, 2)], { seed: 1 });
  await train(plain, data, { ...options, checkpoint: file });
  await train(plain.copy(), data, { ...options, epochs: 2, resume: file });
  expect(said).toEqual([]);
  rmSync(folder, { recursive: true });
});
