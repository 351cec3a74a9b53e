// What train, its record and its files say, each message as a whole, and what a run remembers of how it ended.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  crossEntropy,
  dataset,
  dense,
  kinkHits,
  leakyRelu,
  loadNetwork,
  loadRun,
  saveNetwork,
  saveRun,
  sequential,
  sgd,
  squaredError,
  type TrainOptions,
  tensor,
  train,
} from "nablab";
import { afterAll, describe, expect, test } from "vitest";
import { writeSafetensors } from "#nablab/data/safetensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-texts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const network = () => sequential([dense(1, 2)], { seed: 1 });
const targets = dataset({ x: [[1], [2]], y: tensor([[1, 0]]).take([0, 0]) });

test.each([
  [[0, 1, 2], "classes: 3"],
  [[0, 1, 1], "classes: 2"],
  [[0, 0, 0], "classes: 2"],
  [[0.5, 1, 2], 'kind: "labels"'],
])("targets %j in place of labels: the options that make them labels are named", async (y, options) => {
  const data = dataset({ x: [[1], [2], [3]], y });
  await expect(train(network(), data, { loss: crossEntropy(), live: false })).rejects.toThrow(
    `train: crossEntropy() needs labels but dataset has targets; take squaredError(), or make it with labels, dataset({ x, y, ${options} })`,
  );
});

describe("early stopping", () => {
  const stopping = (earlyStopping: object, more: Partial<TrainOptions> = {}) =>
    train(network(), targets, { loss: squaredError(), live: false, earlyStopping, ...more } as TrainOptions);

  test.each([
    [{ by: "lost" }, `train: earlyStopping.by must be "validationLoss", "accuracy" or "loss", got 'lost'`],
    [{ patience: 0 }, "train: earlyStopping.patience must be a whole number ≥ 1, got 0"],
    [{ minDelta: -1 }, "train: earlyStopping.minDelta must be a finite number ≥ 0, got -1"],
  ])("%j is refused", async (wrong, message) => {
    await expect(stopping(wrong)).rejects.toThrow(message);
  });

  test("the record says by what it was stopped, also when it was saved and loaded", async () => {
    // No step changes the loss by 1: the first epoch stays the best.
    const options = { rule: sgd({ eta: 1e-12 }), epochs: 9 };
    const run = await stopping({ by: "loss", patience: 2, minDelta: 1 }, options);
    expect(run.epochs).toHaveLength(3);
    expect(run.stopped).toBe("no better training loss in 2 epochs");
    const file = path.join(folder, "run.json");
    saveRun(file, run);
    expect(loadRun(file).stopped).toBe(run.stopped);
    const whole = await train(network(), targets, { loss: squaredError(), epochs: 1, live: false });
    saveRun(file, whole);
    expect(loadRun(file).stopped).toBeUndefined();
  });
});

test("of a leaky ReLU too, inputs of exactly 0 are counted as kinks", async () => {
  // With biases of 0 the sample x = 0 is at the kinks of all four units, x = 1 at none.
  const data = dataset({ x: [[0], [1]], y: [[1], [1]] });
  const net = sequential([dense(1, 4), leakyRelu(), dense(4, 1)]);
  const run = await train(net, data, { measure: { kinks: kinkHits() }, epochs: 1, live: false });
  expect(run.measured.kinks![0]).toEqual({ step: 0, value: 4 });
});

test("a checkpoint every two epochs is written after the second and not before", async () => {
  const file = path.join(folder, "every-two");
  const there: boolean[] = [];
  // Called before the epoch's own checkpoint.
  const onEpoch = () => void there.push(existsSync(file));
  const options = { epochs: 4, checkpoint: { file, every: 2 }, onEpoch, loss: squaredError(), live: false };
  await train(network(), targets, options);
  expect(there).toEqual([false, false, true, true]);
});

describe("a file that is not of the network", () => {
  test("says what the network needs and what is there", () => {
    const file = path.join(folder, "other.safetensors");
    saveNetwork(file, sequential([dense(2, 2)]));
    expect(() => loadNetwork(file, network())).toThrow(
      `loadNetwork: the network needs A1 of shape [2, 1]; ${file} has A1 [2, 2], b1 [2]`,
    );
    writeSafetensors(file, { tensors: new Map(), texts: {} });
    expect(() => loadNetwork(file, network())).toThrow(`of shape [2, 1]; ${file} has nothing`);
  });

  test("a bias of PyTorch's may be missing, which is 0, but not of another shape", () => {
    const file = path.join(folder, "pytorch.safetensors");
    const weight = tensor([[3], [4]]);
    const net = network();
    net.theta.fill(7);
    writeSafetensors(file, { tensors: new Map([["0.weight", weight]]), texts: {} });
    expect([...loadNetwork(file, net).theta]).toEqual([3, 4, 0, 0]);
    const tensors = new Map([
      ["0.weight", weight],
      ["0.bias", tensor([1, 2, 3])],
    ]);
    writeSafetensors(file, { tensors, texts: {} });
    expect(() => loadNetwork(file, net)).toThrow(
      `loadNetwork: the network needs 0.bias of shape [2]; ${file} has 0.weight [2, 1], 0.bias [3]`,
    );
    expect([...net.theta]).toEqual([3, 4, 0, 0]);
  });
});
