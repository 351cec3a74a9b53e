/**
 * The bits of trainings by the default kernels: parameters, losses and step sizes, as they came out when this was written.
 * Checkpoints, committed notebooks and the comparison of threads rely on them. A change here is a change for every user:
 * say so in CHANGELOG.md, and make goldens and notebooks again.
 */
import { createHash } from "node:crypto";
import {
  adagrad,
  adagradNorm,
  adam,
  avgPool2d,
  conv2d,
  type Dataset,
  dataset,
  dense,
  dropout,
  flatten,
  gelu,
  inverse,
  leakyRelu,
  maxPool2d,
  momentum,
  type Rule,
  random,
  relu,
  type Sequential,
  sequential,
  sgd,
  sigmoid,
  softplus,
  Tensor,
  tanh,
  train,
} from "nablab";
import { expect, test } from "vitest";

/** Whether this machine multiplies and adds with one rounding, as nearly all do: the bits are those. */
function isFused(): boolean {
  const size = 64; // from this size on the kernels multiply
  const u = 1 + 2 ** -12;
  const [a, b] = [new Float32Array(size * size), new Float32Array(size * size)];
  a.set([1, u]);
  b[0] = -Math.fround(u * u);
  b[size] = u;
  return new Tensor([size, size], a).matmul(new Tensor([size, size], b)).data[0] !== 0;
}

const samples = (
  size: number,
  shape: number[],
  entry: (i: number, stream: ReturnType<typeof random>) => number,
) => {
  const stream = random(1);
  const features = shape.reduce((product, n) => product * n, 1);
  const y = Uint8Array.from({ length: size }, () => stream.integer(3));
  const x = Float64Array.from({ length: size * features }, (_, i) => entry(i % features, stream));
  return dataset({ x, y, sampleShape: shape, classes: 3 });
};
const images = samples(75, [2, 10, 9], (_, stream) => stream.normal());
const mlp = () => sequential([dense(40, 70), relu(), dense(70, 33), relu(), dense(33, 3)], { seed: 1 });
const cases: Record<string, { data: Dataset; model: () => Sequential }> = {
  dense: { data: samples(150, [40], (_, stream) => stream.normal()), model: mlp },
  sparse: {
    data: samples(150, [40], (k, stream) => (stream.uniform() < (k < 9 ? 0.8 : 0.05) ? stream.normal() : 0)),
    model: mlp,
  },
  LeNet: {
    data: images,
    model: () =>
      sequential(
        [
          ...[conv2d(2, 6, { kernel: 3 }), relu(), maxPool2d(2), conv2d(6, 5, { kernel: 2 }), relu()],
          ...[flatten(), dense(30, 7), relu(), dense(7, 3)],
        ],
        { seed: 3, input: [2, 10, 9] },
      ),
  },
  "all kinds": {
    data: images,
    model: () =>
      sequential(
        [
          ...[
            dropout(0.2),
            conv2d(2, 3, { kernel: 3 }),
            tanh(),
            avgPool2d(2),
            flatten(),
            dense(36, 8),
            relu(),
          ],
          ...[dropout(0.3), gelu(), dense(8, 7), relu(), dense(7, 6), leakyRelu({ slope: 0.1 }), dense(6, 5)],
          ...[sigmoid(), dense(5, 4), softplus(), dense(4, 3)],
        ],
        { seed: 3, input: [2, 10, 9] },
      ),
  },
};
const rules: Rule[] = [
  sgd({ eta: inverse({ eta: 0.5, offset: 10 }) }),
  adagradNorm({ eta: 0.5, c0: 0.1 }),
  adagrad({ eta: 0.02, c0: 0.01 }),
  momentum({ eta: 0.01 }),
  adam({ eta: 0.002 }),
];

/** A digest of what trainings by all rules come to, sample by sample, few at once, and with a short last batch. */
async function bitsOf({ data, model }: (typeof cases)[string]): Promise<string> {
  const hash = createHash("sha256");
  for (const rule of rules) {
    for (const batchSize of [1, 3, 32]) {
      const net = model();
      const run = await train(net, data, { rule, batchSize, threads: 2, seed: 3, live: false });
      for (const { buffer, byteOffset, byteLength } of [net.theta, run.loss, run.stepSize]) {
        hash.update(new Uint8Array(buffer, byteOffset, byteLength));
      }
    }
  }
  return hash.digest("hex").slice(0, 16);
}

const bits: Record<string, string> = {
  dense: "220433c9eedab4d6",
  sparse: "df686196f0346bb3",
  LeNet: "4df32bfb3823c758",
  "all kinds": "adec686a7642ced0",
};

test.skipIf(!isFused()).each(Object.keys(cases))("%s", async (name) => {
  expect(await bitsOf(cases[name]!)).toBe(bits[name]);
});
