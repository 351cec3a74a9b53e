// What is said before a training begins: layers that take one thread, and layers that mix samples.
import { batchNorm, dataset, defineLayer, dense, randomNormal, relu, sequential, train, zeros } from "nablab";
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

test("a large network on one thread for want of a kernel is told beforehand", async () => {
  const half = defineLayer({ name: "halfOfLarge", forward: (x) => x.div(2) });
  const large = () => sequential([dense(4, 600), half(), dense(600, 400), relu(), dense(400, 2)]);
  const run = await train(large(), data, options);
  expect(said).toEqual([
    "train: there is no fast kernel for halfOfLarge(), so it trains in float64 on one thread",
  ]);
  expect(run.kernels).toBe("scalar float64, no fast kernel for halfOfLarge()");
  expect(run.settings.threads).toBe(1);
});
