/** What comes between the epochs of a training, and what its record says of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  adam,
  clipNorm,
  crossEntropy,
  type Dataset,
  dataset,
  dense,
  evaluate,
  flatten,
  type Loss,
  l2Penalty,
  leakyRelu,
  loadCheckpoint,
  loadNetwork,
  loadRun,
  prelu,
  Run,
  random,
  relu,
  type Sequential,
  saveNetwork,
  saveRun,
  sequential,
  sgd,
  tanh,
  train,
  withPenalty,
} from "nablab";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "nablab-session-"));
afterAll(() => rmSync(folder, { recursive: true }));
const quiet = { live: false };

function points(size: number, seed = 1): Dataset {
  const stream = random(seed);
  const y = Uint8Array.from({ length: size }, () => stream.integer(3));
  const x = Float64Array.from({ length: size * 13 }, () => stream.normal());
  return dataset({ name: "points", x, y, sampleShape: [13], classes: 3 });
}
const data = points(70);
const network = (): Sequential => sequential([dense(13, 21), relu(), dense(21, 3)], { seed: 5 });

test.each(["wasm", "scalar"] as const)(
  "the loss of an epoch is the mean over its samples, by %s",
  async (backend) => {
    // The example of the review: batches of 2 and 1, so the mean of the steps is another number.
    const three = points(3, 7);
    const model = network();
    const before = model.theta.slice();
    const run = await train(model, three, {
      rule: sgd({ eta: 1e-30 }),
      batchSize: 2,
      backend,
      epochs: 2,
      shuffle: "never",
      ...quiet,
    });
    model.theta.set(before);
    const { x, y } = three.batch(0, 3);
    const { perSample } = crossEntropy();
    const { forward } = await import("nablab");
    const losses = perSample(forward(model, x).g, y);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / 3;
    // float32 has seven digits
    for (const { loss } of run.epochs) expect(Math.abs(loss / mean - 1)).toBeLessThan(1e-6);
    expect(Math.abs((run.loss[0]! + run.loss[1]!) / 2 / mean - 1)).toBeGreaterThan(1e-3);
  },
);

test("early stopping by the training loss goes by that mean", async () => {
  const run = await train(network(), points(33), {
    rule: sgd({ eta: 0.5 }),
    batchSize: 32,
    epochs: 40,
    earlyStopping: { by: "loss", patience: 2 },
    ...quiet,
  });
  const means = run.epochs.map((_, i) => (32 * run.loss[2 * i]! + run.loss[2 * i + 1]!) / 33);
  run.epochs.forEach(({ loss }, i) => {
    expect(Math.abs(loss / means[i]! - 1)).toBeLessThan(1e-14);
  });
  expect(run.restored).toBe(means.indexOf(Math.min(...means)) + 1);
});

describe("one training at a time", () => {
  test("a second of the same network is refused, and the first goes on", async () => {
    const model = network();
    const first = train(model, data, { epochs: 3, ...quiet });
    await expect(train(model, data, quiet)).rejects.toThrow(
      "train: this network is already being trained, and each training would overwrite the other's parameters; await the first, or train a copy, model.copy()",
    );
    const alone = network();
    await Promise.all([first, train(alone, data, { epochs: 3, ...quiet })]);
    expect(model.theta).toEqual(alone.theta);
    await train(model, data, quiet); // afterwards it can be trained
  });

  test("so is one from within the first; a training that failed leaves no lock", async () => {
    const model = network();
    let refused: unknown;
    await train(model, data, {
      onEpoch: async () => {
        refused = await train(model, data, quiet).catch((error) => error);
      },
      ...quiet,
    });
    expect(String(refused)).toContain("is already being trained");
    await expect(train(model, data, { rule: sgd({ eta: 1e39 }), ...quiet })).rejects.toThrow("not finite");
    await expect(train(model, data, { epochs: 0, ...quiet })).rejects.toThrow("epochs");
    await train(model, data, quiet);
  });

  test("a copy can be trained beside it", async () => {
    const model = network();
    await Promise.all([train(model, data, quiet), train(model.copy(), data, quiet)]);
  });
});

describe("a checkpoint names its network and its data", () => {
  const file = join(folder, "checkpoint.safetensors");
  const options = { epochs: 2, batchSize: 16, checkpoint: file, ...quiet };

  test("another network with as many parameters is refused", async () => {
    await train(network(), data, options);
    expect(loadCheckpoint(file).settings.architecture).toBe("13 → dense(13, 21), relu(), dense(21, 3)");
    const resume = (model: Sequential, other = data) =>
      train(model, other, { epochs: 3, batchSize: 16, resume: file, ...quiet });
    const others = [
      sequential([dense(13, 21), tanh(), dense(21, 3)]),
      sequential([dense(13, 21), leakyRelu({ slope: 0.2 }), dense(21, 3)]),
      sequential([flatten(), dense(13, 21), relu(), dense(21, 3)], { input: [13] }),
    ];
    for (const other of others) {
      const before = other.theta.slice();
      await expect(resume(other)).rejects.toThrow(
        "train: the checkpoint is of another network, 13 → dense(13, 21), relu(), dense(21, 3); resume with the same layers, got 13 → ",
      );
      expect(other.theta).toEqual(before);
    }
    await resume(network());
  });

  test("other data of the same size are refused, the same data in another object are not", async () => {
    await train(network(), data, options);
    const resume = (other: Dataset) =>
      train(network(), other, { epochs: 3, batchSize: 16, resume: file, ...quiet });
    for (const other of [
      points(70, 2),
      dataset({ ...data, x: data.x, y: [...data.y].reverse(), classes: 3 }),
    ]) {
      await expect(resume(other as Dataset)).rejects.toThrow(
        /^train: the checkpoint was made with other training data, fingerprint [0-9a-f]{16}; .*, got [0-9a-f]{16}$/,
      );
    }
    await resume(points(70));
  });

  test("another weight of a penalty, or another option of the loss, is refused", async () => {
    const loss = withPenalty(crossEntropy(), l2Penalty(0.1));
    await train(network(), data, { ...options, loss });
    const resume = (other: Loss) =>
      train(network(), data, { epochs: 3, batchSize: 16, loss: other, resume: file, ...quiet });
    for (const other of [withPenalty(crossEntropy(), l2Penalty(0.2)), crossEntropy()]) {
      await expect(resume(other)).rejects.toThrow(
        "train: the checkpoint was made with loss 'withPenalty(crossEntropy(), l2Penalty(0.1))'",
      );
    }
    await resume(loss);
  });

  test("one of before, which names neither, is taken", async () => {
    const [whole, parted] = [network(), network()];
    await train(whole, data, { ...options, checkpoint: join(folder, "other.safetensors"), epochs: 3 });
    await train(parted, data, options);
    const checkpoint = loadCheckpoint(file);
    const { architecture: _, data: __, ...others } = checkpoint.settings;
    expect(others.loss).toBe("crossEntropy()");
    const settings = { ...others, loss: "crossEntropy" };
    const older = Object.assign(Object.create(Object.getPrototypeOf(checkpoint)), checkpoint, { settings });
    await train(parted, data, { epochs: 3, batchSize: 16, resume: older, ...quiet });
    expect(parted.theta).toEqual(whole.theta);
  });

  test("loadNetwork refuses another activation, from a network's file and from a checkpoint", async () => {
    await train(network(), data, options);
    const saved = join(folder, "net.safetensors");
    saveNetwork(saved, network());
    for (const path of [file, saved]) {
      const other = sequential([dense(13, 21), tanh(), dense(21, 3)], { seed: 9 });
      const before = other.theta.slice();
      expect(() => loadNetwork(path, other)).toThrow(
        `loadNetwork: the network is 13 → dense(13, 21), tanh(), dense(21, 3), but ${path} holds another; make the network with the same layers, got 13 → dense(13, 21), relu(), dense(21, 3)`,
      );
      expect(other.theta).toEqual(before);
      loadNetwork(path, network());
    }
  });
});

describe("a training that ends far above its start", () => {
  test("with fewer samples than tell a loss from chance all of them do", async () => {
    const four = dataset({
      x: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      y: [0, 1, 1, 0],
      classes: 2,
    });
    for (const batchSize of [1, 2, 4]) {
      const net = sequential([dense(2, 4), relu(), dense(4, 2)], { seed: 1 });
      const run = await train(net, four, { rule: sgd({ eta: 1e6 }), epochs: 30, batchSize, live: false });
      expect(run.summary()).toContain("far above its start");
      const usual = sequential([dense(2, 4), relu(), dense(4, 2)], { seed: 1 });
      const calm = await train(usual, four, { epochs: 30, batchSize, live: false });
      expect(calm.summary()).not.toContain("far above");
    }
  });

  test.each([
    [128, 1e6],
    [64, 1e4],
  ])("says so, in batches of %i", async (batchSize, eta) => {
    const big = points(256);
    const run = await train(network(), big, { rule: sgd({ eta }), batchSize, ...quiet });
    expect(run.summary()).toMatch(/loss \S+, far above its start at \S+: try a smaller eta/);
    const file = join(folder, "far.json");
    saveRun(file, run);
    expect(loadRun(file).summary()).toBe(run.summary());
  });

  test.each(["wasm", "scalar"] as const)(
    "says so, in batches of any size and steps of any, by %s",
    async (backend) => {
      const some = points(60);
      // tanh keeps what a step too far leads to finite.
      const bounded = () => sequential([dense(13, 8), tanh(), dense(8, 3)], { seed: 1 });
      for (const batchSize of [1, 2, 4, 30]) {
        for (const eta of [1e3, 1e6]) {
          const net = bounded();
          const at = await evaluate(
            net,
            dataset({ x: some.x.slice(0, 32 * 13), y: some.y.slice(0, 32), sampleShape: [13], classes: 3 }),
          );
          const run = await train(net, some, {
            rule: sgd({ eta }),
            batchSize,
            epochs: 2,
            backend,
            live: false,
          });
          expect(run.summary()).toContain("far above its start");
          // What the network gave before the first step, by hand; the kernels' is in float32.
          expect(run.startLoss).toBeCloseTo(at.loss, 5);
        }
        const calm = await train(bounded(), some, { batchSize, epochs: 2, backend, live: false });
        expect([calm.startLoss, calm.summary()]).toEqual([
          undefined,
          expect.not.stringContaining("far above"),
        ]);
      }
    },
  );

  test("one that learns, or wavers, does not", async () => {
    for (const options of [
      { epochs: 5 },
      { batchSize: 1, epochs: 2 },
      { rule: adam({ eta: 0.3 }), epochs: 3 },
    ]) {
      const run = await train(network(), data, { ...options, ...quiet });
      expect(run.summary()).not.toContain("far above");
    }
    // A single sample that happened to be right.
    const lucky = new Run({ ...(await train(network(), data, quiet)).settings, batchSize: 1 });
    lucky.loss = Float64Array.from({ length: 70 }, (_, k) => (k === 0 ? 1e-6 : 1));
    lucky.epochs.push({ epoch: 1, step: 70, loss: 1 });
    expect(lucky.summary()).not.toContain("far above");
  });
});

describe("messages name the cause", () => {
  test.each(["wasm", "scalar"] as const)("a sample that is not a number, by %s", async (backend) => {
    const broken = points(64);
    (broken.x as Float64Array)[13 * 40 + 5] = Number.NaN; // after dataset() looked at it
    await expect(
      train(network(), broken, { batchSize: 16, shuffle: "never", backend, ...quiet }),
    ).rejects.toThrow(
      /^train: the loss is not finite at step 3 .*; sample 40 of points has an entry that is not finite: drop it, or fill it in, got NaN$/,
    );
    await expect(train(network(), broken, { backend, ...quiet })).rejects.toThrow(
      /no step was taken yet; sample 40 of points has an entry that is not finite/,
    );
  });

  test("the whole rule that has no kernel, not the one inside", async () => {
    const run = await train(network(), data, { rule: clipNorm(sgd({ eta: 0.1 }), 5), ...quiet });
    expect(run.kernels).toBe("scalar float64, no fast kernel for the rule clipNorm(SGD(η = 0.1), 5)");
  });

  test("whole numbers that were meant as labels", async () => {
    const xor = dataset({
      x: [
        [0, 0],
        [0, 1],
      ],
      y: [0, 1],
    });
    await expect(train(sequential([dense(2, 2)]), xor, quiet)).rejects.toThrow(
      /has 1 target for each sample but the network has 2 outputs; .*classes: 2/,
    );
    await expect(train(sequential([dense(2, 2)]), xor, { loss: crossEntropy(), ...quiet })).rejects.toThrow(
      /needs labels but .* has targets; .*classes: 2/,
    );
  });
});

test("a network with a custom layer has an architecture, too", async () => {
  const run = await train(sequential([dense(13, 4), prelu(), dense(4, 3)]), data, quiet);
  expect(run.settings.architecture).toBe("13 → dense(13, 4), prelu(), dense(4, 3)");
  const own = { ...tanh(), kind: "mine" };
  const other = await train(sequential([dense(13, 4), own, dense(4, 3)]), data, quiet);
  expect(other.settings.architecture).toBe("13 → dense(13, 4), custom mine, dense(4, 3)");
  const file = join(folder, "run.json");
  saveRun(file, run);
  writeFileSync(file, readFileSync(file, "utf8").replace(/,"architecture":"[^"]*"/, ""));
  expect(loadRun(file).settings.architecture).toBeUndefined();
});
