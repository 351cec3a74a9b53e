// What train() learns of custom functions beside the training leaves the training as it is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  averaging,
  box,
  byLayer,
  clipNorm,
  dataset,
  defineLayer,
  dense,
  masked,
  projected,
  type Region,
  type Rule,
  random,
  relu,
  sequential,
  sgd,
  tensor,
  train,
} from "nablab";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-untouched-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "run.safetensors");

const data = dataset({
  x: Array.from({ length: 40 }, (_, i) => [i / 40, 1 - i / 40]),
  y: Array.from({ length: 40 }, (_, i) => i % 3),
  classes: 3,
});
const network = () => sequential([dense(2, 3), relu(), dense(3, 3)], { seed: 1 });

test("a layer that counts its samples in a buffer has counted those of the training", async () => {
  const count = defineLayer({
    name: "count",
    buffers: { seen: tensor([0]) },
    forward(x, _, { buffers }) {
      buffers.seen.data[0]! += x.shape[0]!;
      return x;
    },
    backward: (delta) => ({ x: delta }),
  });
  for (const checkpoint of [undefined, file]) {
    const net = sequential([dense(2, 3), count(), dense(3, 3)], { seed: 1 });
    const option = checkpoint === undefined ? {} : { checkpoint };
    await train(net, data, { epochs: 2, batchSize: 10, live: false, ...option });
    expect(Array.from(net.buffers)).toEqual([80]);
  }
});

test("a layer with its own stream sees the samples of the training first, with checkpoints and without", async () => {
  const losses = [];
  for (const checkpoint of [undefined, file]) {
    const [stream, rows]: [ReturnType<typeof random>, number[]] = [random(3), []];
    const noise = defineLayer({
      name: "noise",
      forward(x) {
        rows.push(x.shape[0]!);
        return x.map((entry) => entry + 0.1 * stream.normal());
      },
      backward: (delta) => ({ x: delta }),
    });
    const net = sequential([dense(2, 3), noise(), dense(3, 3)], { seed: 1 });
    const option = checkpoint === undefined ? {} : { checkpoint };
    const run = await train(net, data, { epochs: 4, batchSize: 10, live: false, ...option });
    expect(rows.slice(0, 16)).toEqual(new Array(16).fill(10));
    expect(run.loss.every(Number.isFinite)).toBe(true);
    losses.push(run.loss);
  }
  expect(losses[1]).toEqual(losses[0]);
});

test("a region that shrinks with each call shrinks with the steps", async () => {
  const ends = [];
  for (const checkpoint of [undefined, file]) {
    let calls = 0;
    const region: Region = {
      project(theta) {
        const most = 1 / (1 + calls++ / 5);
        for (let i = 0; i < theta.length; i++) theta[i] = Math.max(-most, Math.min(most, theta[i]!));
      },
    };
    const net = network();
    let seen = 0;
    await train(net, data, {
      rule: projected(sgd({ eta: 0.5 }), region),
      epochs: 4,
      batchSize: 10,
      live: false,
      onEpoch: () => {
        seen = calls;
      },
      ...(checkpoint === undefined ? {} : { checkpoint }),
    });
    expect(seen).toBe(16);
    ends.push(net.theta);
  }
  expect(ends[1]).toEqual(ends[0]);
});

test("regions of single layers are in checkpoints by what they do to their own parameters", async () => {
  const side = (limit: number): Region => {
    const inner = box(new Array(9).fill(-limit), new Array(9).fill(limit));
    return { project: (theta) => inner.project(theta) };
  };
  const net = network();
  const of = (limit: number) =>
    byLayer(net, [
      masked(projected(sgd({ eta: 0.1 }), side(limit)), new Array(9).fill(1)),
      sgd({ eta: 0.1 }),
    ]);
  const options = { batchSize: 10, live: false };
  await train(net, data, { ...options, rule: of(0.3), epochs: 1, checkpoint: file });
  await expect(
    train(network(), data, { ...options, rule: of(0.4), epochs: 2, resume: file }),
  ).rejects.toThrow("another rule: its projection moves points elsewhere");
  const [resumed, whole] = [network(), network()];
  await train(resumed, data, { ...options, rule: of(0.3), epochs: 2, resume: file });
  await train(whole, data, { ...options, rule: of(0.3), epochs: 2 });
  expect(resumed.theta).toEqual(whole.theta);
});

test("a region that takes no points of the checkpoint's does not end the training", async () => {
  const picky: Region = {
    project(theta) {
      if (theta.some((x) => Math.abs(x) > 50)) throw new Error("too far");
    },
  };
  const rule = projected(sgd({ eta: 0.1 }), picky);
  const run = await train(network(), data, { rule, batchSize: 10, live: false, checkpoint: file });
  expect(run.steps).toBe(4);
});

test("a buffer that begins with ∞ is no number that got lost", async () => {
  const least = defineLayer({
    name: "least",
    buffers: { least: tensor([Number.POSITIVE_INFINITY]) },
    forward: (x) => x,
    backward: (delta) => ({ x: delta }),
  });
  const net = sequential([dense(2, 3), least(), dense(3, 3)], { seed: 1 });
  expect((await train(net, data, { live: false })).stopped).toBeUndefined();
});

test("a rule of the reader's may have a mean of its own, and refuse size 0", () => {
  const own: Rule = {
    ...sgd({ eta: 0.1 }),
    init(size) {
      if (size === 0) throw new RangeError("no parameters");
      return { k: 0, mean: new Float64Array(size) };
    },
  };
  for (const made of [masked(own, [1, 0]), projected(own, box(-1, 1))]) expect(made.init(2).k).toBe(0);
  const averaged = averaging(sgd());
  for (const inner of [averaged, clipNorm(averaged, 1), byLayer(network(), [averaged, averaged])])
    expect(() => projected(inner, box(-1, 1))).toThrow("averaging(projected(");
});
