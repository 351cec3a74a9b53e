/**
 * Layers, activations and losses of all kinds: against PyTorch's training runs (test/golden/make_layers.py), and
 * what they say when something does not fit. Their gradients at random shapes: gradients.long.test.ts.
 */
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import {
  adam,
  avgPool2d,
  backpropagation,
  batchNorm,
  binaryCrossEntropy,
  constant,
  conv2d,
  crossEntropy,
  dataset,
  defineLayer,
  dense,
  dropout,
  embedding,
  evaluate,
  eye,
  flatGradient,
  flatten,
  forward,
  gelu,
  glorot,
  glorotNormal,
  gradientCheck,
  he,
  heUniform,
  hinge,
  huberLoss,
  type Initialiser,
  type LayerDescription,
  type Loss,
  l1Penalty,
  l2Penalty,
  layerNorm,
  leakyRelu,
  lecun,
  maxPool2d,
  orthogonal,
  predict,
  prelu,
  type Random,
  random,
  randomNormal,
  relu,
  type Sequential,
  sequential,
  sgd,
  softmax,
  softplus,
  squaredError,
  Tensor,
  tanh,
  tensor,
  train,
  weighted,
  withPenalty,
} from "nablab";
import { describe, expect, test } from "vitest";

interface Case {
  input: number[];
  layers: [name: keyof typeof layers, ...unknown[]][];
  loss: [name: keyof typeof losses, options: object];
  eta: number;
  l1?: number;
  l2?: number;
  x: number[][];
  y: number[] | number[][];
  theta0: number[];
  gradient0: number[];
  /** For each step what each dropout layer keeps: 1 for an entry that stays. */
  masks?: string[][];
  losses: number[];
  theta: Record<string, number[]>;
  /** The running means and variances at the end, and what the network then gives for its samples. */
  buffers?: number[];
  used?: number[][];
}
const golden: { batchSize: number; runs: Case[] } = JSON.parse(
  readFileSync(new URL("../golden/layers.json", import.meta.url), "utf8"),
);
const layers = {
  dense,
  conv2d,
  maxPool2d,
  avgPool2d,
  flatten,
  relu,
  leakyRelu,
  prelu,
  gelu,
  softplus,
  tanh,
  softmax,
  dropout,
  // Its shape, an argument in PyTorch, is that of the input.
  layerNorm: () => layerNorm(),
  embedding,
  batchNorm: (_channels: number, _images: boolean, options: object) => batchNorm(options),
} as unknown as Record<string, (...all: unknown[]) => LayerDescription>;
const losses = {
  crossEntropy,
  squaredError,
  huberLoss,
  binaryCrossEntropy,
  hinge,
  // The weights of a step's samples.
  weighted: ({ weights }: { weights: number[] }) => weighted(crossEntropy(), weights),
} as Record<string, (options: object) => Loss>;

/** A stream whose draws make the dropout layers, distinguished by their place in the network, keep what the masks say. */
function keeping(masks: readonly string[], places: readonly number[]): Random {
  const split = (place: number) => {
    const mask = masks[places.indexOf(place)]!;
    let i = 0;
    return { uniform: () => Number(mask[i++]) };
  };
  return { split } as unknown as Random;
}

/** Two ways of the same sums in float64, over 20 steps of networks this small. */
const tolerance = 1e-10;

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value)));
  expect(actual.length).toBe(expected.length);
  expect(worst).toBeLessThanOrEqual(tolerance * scale);
}

describe("as PyTorch trains, in float64", () => {
  test.each(golden.runs.map((run) => ({ title: run.layers.map(([name]) => name).join(", "), ...run })))(
    "$title; $loss.0",
    (run) => {
      const model = sequential(
        run.layers.map(([name, ...all]) => layers[name]!(...all)),
        { input: run.input },
      );
      model.theta.set(run.theta0);
      const places = [...run.layers.keys()].filter((i) => run.layers[i]![0] === "dropout");
      const [name, { weights, ...rest }] = run.loss as [string, { weights?: number[] }];
      const penalties = [...(run.l2 ? [l2Penalty(run.l2)] : []), ...(run.l1 ? [l1Penalty(run.l1)] : [])];
      const lossAt = (at: number) => {
        const options = weights ? { weights: weights.slice(at, at + golden.batchSize) } : rest;
        const loss = losses[name]!(options);
        return penalties.length > 0 ? withPenalty(loss, ...penalties) : loss;
      };
      const rule = sgd({ eta: run.eta });
      const state = rule.init(model.parameterCount);
      run.losses.forEach((expected, k) => {
        const at = (k * golden.batchSize) % run.x.length;
        const y = run.y.slice(at, at + golden.batchSize);
        const step = backpropagation(
          model,
          run.x.slice(at, at + golden.batchSize),
          typeof y[0] === "number" ? (y as number[]) : tensor(y),
          lossAt(at),
          { training: true, ...(run.masks && { dropout: keeping(run.masks[k]!, places) }) },
        );
        expectClose([step.loss], [expected]);
        const gradient = flatGradient(step);
        if (k === 0) expectClose(gradient, run.gradient0);
        rule.step(model.theta, gradient, state);
        if (run.theta[k + 1]) expectClose(model.theta, run.theta[k + 1]!);
      });
      expect(model.buffers.length).toBe(run.buffers?.length ?? 0);
      if (!run.buffers || !run.used) return;
      expectClose(model.buffers, run.buffers);
      expectClose(predict(model, run.x).data, run.used.flat());
    },
  );
});

test("the networks of the lecture give the same numbers layer by layer as by the lecture's formulas", () => {
  const model = sequential([dense(3, 4), tanh(), dense(4, 5), relu(), dense(5, 2)], { seed: 1 });
  const x = randomNormal([6, 3], { seed: 2 });
  const y = [0, 1, 0, 1, 1, 0];
  const plain = backpropagation(model, x, y, crossEntropy());
  // An identity in front makes it a network of any layers.
  const same = defineLayer({ name: "same", forward: (v) => v, backward: (d) => ({ x: d }) });
  const other = sequential([same(), dense(3, 4), tanh(), dense(4, 5), relu(), dense(5, 2)], { input: [3] });
  expect([model.isPlain, other.isPlain]).toEqual([true, false]);
  other.theta.set(model.theta);
  const layerwise = backpropagation(other, x, y, crossEntropy());
  for (const what of ["z", "x", "delta", "dA", "db"] as const) {
    expect(Object.keys(layerwise[what])).toEqual(Object.keys(plain[what]));
    plain[what].forEach((value, t) => {
      expect(layerwise[what][t]!.data).toEqual(value.data);
    });
  }
  expect(layerwise.loss).toBe(plain.loss);
  expect(flatGradient(layerwise)).toEqual(flatGradient(plain));
  expect(predict(other, x).data).toEqual(forward(model, x).g.data);
});

describe("dropout", () => {
  const model = sequential([dense(3, 200), relu(), dropout(0.25), dense(200, 2)], { seed: 1 });
  const x = randomNormal([50, 3], { seed: 2 });

  test("in use it changes nothing, in training it drops its share and keeps the mean", () => {
    const used = forward(model, x).x[1]!;
    expect(used.data).toEqual(forward(model, x).z[1]!.map((z) => Math.max(0, z)).data);
    const trained = forward(model, x, { dropout: random(1) }).x[1]!;
    let [alive, dropped, sum, whole] = [0, 0, 0, 0];
    used.data.forEach((value, i) => {
      if (value === 0) return;
      alive++;
      whole += value;
      sum += trained.data[i]!;
      if (trained.data[i] === 0) dropped++;
      else expect(trained.data[i]).toBeCloseTo(value / 0.75, 12);
    });
    // Some 5000 units: five standard deviations of the share are 0.031.
    expect(alive).toBeGreaterThan(4000);
    expect(Math.abs(dropped / alive - 0.25)).toBeLessThan(0.031);
    expect(Math.abs(sum / whole - 1)).toBeLessThan(0.05);
  });

  test("the way back drops what the way forward dropped", () => {
    const pass = { dropout: random(5) };
    const y = x.data.slice(0, 50).map((value) => Number(value > 0));
    const step = backpropagation(model, x, y, crossEntropy(), pass);
    const h = 1e-6;
    const at = (i: number, by: number) => {
      const moved = model.copy();
      moved.theta[i]! += by;
      return crossEntropy().value(forward(moved, x, pass).g, y);
    };
    for (const i of [0, 700, 801, 1100]) {
      const difference = (at(i, h) - at(i, -h)) / (2 * h);
      expect(Math.abs(flatGradient(step)[i]! - difference)).toBeLessThan(1e-8);
    }
  });

  test("a training with dropout can be repeated, by threads and by the twin", async () => {
    const data = dataset({ x, y: Array.from({ length: 50 }, (_, i) => i % 2), classes: 2 });
    const [one, two] = [model.copy(), model.copy()];
    const run = await train(one, data, { epochs: 3, batchSize: 10, live: false });
    await train(two, data, { epochs: 3, batchSize: 10, live: false });
    expect(two.theta).toEqual(one.theta);
    expect(run.settings.backend).toBe("wasm");
    const twin = await train(model.copy(), data, {
      epochs: 3,
      batchSize: 10,
      backend: "scalar",
      live: false,
    });
    // The same units are dropped; float32 loses a few of its 24 bits.
    run.loss.forEach((loss, k) => {
      expect(Math.abs(loss - twin.loss[k]!)).toBeLessThan(1e-5);
    });
  });
});

test("a network with convolutions learns, is evaluated, and copies", async () => {
  const stream = random(1);
  // A bright row or a bright column.
  const y = Array.from({ length: 60 }, (_, i) => i % 2);
  const x = y.map((label) => {
    const at = stream.integer(6);
    return Array.from(
      { length: 36 },
      (_, i) => Number((label ? i % 6 : Math.floor(i / 6)) === at) + 0.1 * stream.normal(),
    );
  });
  const data = dataset({ x, y, sampleShape: [6, 6], classes: 2 });
  const model = sequential([conv2d(1, 4, { kernel: 3 }), relu(), maxPool2d(2), flatten(), dense(16, 2)], {
    input: [1, 6, 6],
    seed: 1,
  });
  const copy = model.copy();
  await train(model, data, { rule: sgd({ eta: 0.2 }), epochs: 40, batchSize: 10, live: false });
  expect((await evaluate(model, data)).accuracy).toBe(1);
  expect((await evaluate(copy, data)).accuracy).toBeLessThan(0.9);
});

test("one output separates two classes", async () => {
  const data = dataset({ x: [[-1], [-2], [1], [2]], y: [0, 0, 1, 1], classes: 2 });
  const model = sequential([dense(1, 1)], { seed: 1 });
  const run = await train(model, data, {
    loss: binaryCrossEntropy(),
    epochs: 50,
    validation: data,
    live: false,
  });
  expect(run.epochs.at(-1)!.accuracy).toBe(1);
});

describe("initialisers", () => {
  const cases: [Initialiser, number][] = [
    [he, 2 / 50],
    [heUniform, 2 / 50],
    [glorot, 2 / 150],
    [glorotNormal, 2 / 150],
    [lecun, 1 / 50],
  ];
  test.each(cases)("%s has its variance", (init, variance) => {
    const A = init(100, 50, random(1));
    expect(A.shape).toEqual([100, 50]);
    // 5000 numbers: five standard deviations of the variance of normal numbers are 10 %.
    const found = Array.from(A.data).reduce((sum, a) => sum + a * a, 0) / A.size;
    expect(Math.abs(found / variance - 1)).toBeLessThan(0.1);
  });

  test.each([
    [3, 5],
    [5, 3],
    [4, 4],
  ])("orthogonal %i × %i", (outputs, inputs) => {
    const Q = orthogonal({ gain: 2 })(outputs, inputs, random(1));
    expect(Q.shape).toEqual([outputs, inputs]);
    const small = outputs <= inputs ? Q.matmul(Q.transpose()) : Q.transpose().matmul(Q);
    const n = Math.min(outputs, inputs);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) expect(small.at(i, j)).toBeCloseTo(4 * Number(i === j), 13);
  });
});

describe("values", () => {
  test("gelu and softplus keep their digits far out", () => {
    // Φ(−6) = 9.865876450376946e-10 (Abramowitz and Stegun's tables continued; scipy.special.ndtr).
    expect(gelu().value(-6) / (-6 * 9.865876450376946e-10)).toBeCloseTo(1, 12);
    expect(gelu().value(1)).toBeCloseTo(0.8413447460685429, 15);
    expect(gelu().value(-1e9)).toBe(-0);
    expect(gelu().derivative(1e9)).toBe(1);
    expect(softplus().value(-800)).toBe(0);
    expect(softplus().value(-30)).toBeCloseTo(Math.exp(-30), 25);
    expect(softplus().derivative(-800)).toBe(0);
  });

  test("losses stay finite for large readouts", () => {
    const g = tensor([[1e4], [-1e4]]);
    expect(binaryCrossEntropy().value(g, [1, 0])).toBe(0);
    expect(binaryCrossEntropy().value(g, [0, 1])).toBe(1e4);
    expect(binaryCrossEntropy().gradient(g, [0, 1]).data).toEqual(Float64Array.of(0.5, -0.5));
  });

  test("a max pooling gives the gradient to the first of equal pixels, and lets NaN through", () => {
    const model = sequential([maxPool2d(2), flatten(), dense(1, 1)], { input: [1, 2, 2], seed: 1 });
    const pool = model.layers[0] as { backward(d: Tensor, x: Tensor, pass: object): { x: Tensor } };
    const x = tensor([[3, 3, 1, 3]]);
    expect([...pool.backward(tensor([[5]]), x, {}).x.data]).toEqual([5, 0, 0, 0]);
    expect(predict(model, [[1, Number.NaN, 3, 2]]).data[0]).toBeNaN();
  });
});

describe("what does not fit is said", () => {
  const cases: [name: string, make: () => unknown, message: string][] = [
    [
      "no input",
      () => sequential([conv2d(1, 2), flatten(), dense(2, 2)]),
      "declare it with sequential([…], { input: [1, 28, 28] })",
    ],
    [
      "channels",
      () => sequential([conv2d(3, 2), flatten(), dense(2, 2)], { input: [1, 8, 8] }),
      "the image has 1 channels; did you mean conv2d(1, 2, …)?",
    ],
    [
      "too large",
      () => sequential([conv2d(1, 2, { kernel: 9 }), flatten(), dense(2, 2)], { input: [1, 8, 8] }),
      "a window of 9 × 9 is larger than the image, 8 × 8",
    ],
    [
      "rows",
      () => sequential([dense(4, 4), maxPool2d(2), dense(4, 2)]),
      "a sample must be an image of channels × height × width",
    ],
    [
      "flatten",
      () => sequential([conv2d(1, 2), dense(2, 2)], { input: [1, 8, 8] }),
      "gets samples of shape [2, 6, 6]; put flatten() before it",
    ],
    [
      "width",
      () => sequential([conv2d(1, 2), flatten(), dense(10, 2)], { input: [1, 8, 8] }),
      "did you mean dense(72, 2)",
    ],
    ["last", () => sequential([dense(1, 2), dropout(0.5)]), "the last layer must be dense"],
    [
      "softmax of images",
      () => sequential([conv2d(1, 2), softmax(), flatten(), dense(2, 2)], { input: [1, 8, 8] }),
      "put flatten() before it; its shape is [2, 6, 6]",
    ],
    ["even", () => conv2d(1, 1, { kernel: 2, padding: "same" }), 'padding "same" needs an odd kernel, got 2'],
    ["p", () => dropout(1), "must be at least 0 and below 1, got 1"],
    ["slope", () => prelu({ slope: Number.NaN }), "slope must be a finite number, got NaN"],
    [
      "smoothing",
      () => crossEntropy({ labelSmoothing: 1 }),
      "labelSmoothing must be at least 0 and below 1, got 1",
    ],
    ["delta", () => huberLoss({ delta: 0 }), "delta must be a finite number > 0, got 0"],
    ["lambda", () => l2Penalty(-1), "lambda must be a finite number ≥ 0, got -1"],
    ["penalty", () => withPenalty(crossEntropy(), 3 as never), "expected penalties such as l2Penalty(1e-4)"],
    ["definition", () => defineLayer({ name: "a" } as never), "forward must be a function, got undefined"],
    [
      "result",
      () =>
        predict(
          sequential(
            [defineLayer({ name: "half", forward: () => tensor([[1]]), backward: (d) => ({ x: d }) })()],
            { input: [2] },
          ),
          [[1, 2]],
        ),
      "half: forward must return a tensor of shape [1, 2], got [1, 1]",
    ],
  ];
  test.each(cases)("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("a wrong custom backward is found by the gradient check", () => {
    const wrong = defineLayer({
      name: "wrong",
      parameters: { s: (input) => new Tensor([input[0]!], new Float64Array(input[0]!).fill(2)) },
      forward: (x, { s }) => x.mul(s),
      backward: (delta, x, { s }) => ({ x: delta.mul(s), s: delta.mul(x).mean(0) }),
    });
    const model = sequential([dense(2, 3), wrong(), dense(3, 1)], { seed: 1 });
    const check = gradientCheck(model, randomNormal([4, 2], { seed: 1 }), [1, 2, 3, 4], squaredError());
    expect(check.ok).toBe(false);
    expect(inspect(check)).toContain("wrong[2]");
  });
});

describe("layerNorm", () => {
  test("a sample has mean 0 and variance 1 whatever its scale, each image by itself", () => {
    const net = sequential([layerNorm({ epsilon: 1e-12 }), flatten(), dense(12, 1)], { input: [3, 2, 2] });
    const x = randomNormal([4, 12], { seed: 1 });
    const normal = net.layers[0] as { forward(x: Tensor, pass: object): Tensor };
    for (const scale of [1e-3, 1, 1e6]) {
      const y = normal.forward(x.mul(scale).add(7 * scale), {});
      for (let i = 0; i < 4; i++) {
        const row = y.row(i);
        expect(row.mean()).toBeCloseTo(0, 9);
        expect(row.mul(row).mean()).toBeCloseTo(1, 5);
      }
    }
    expect(net.parameters.map(({ shape }) => [...shape])).toEqual([[3, 2, 2], [3, 2, 2], [1, 12], [1]]);
    expect(net.parameterNames.slice(0, 2)).toEqual(["layerNorm[1].1", "layerNorm[1].2"]);
  });

  test("a constant sample gives β; its text and its refusals", () => {
    const net = sequential([layerNorm(), dense(3, 2)], { input: [3], seed: 1 });
    expect(
      (net.layers[0] as { forward(x: Tensor, pass: object): Tensor })
        .forward(tensor([[5, 5, 5]]), {})
        .toArray(),
    ).toEqual([[0, 0, 0]]);
    expect([String(layerNorm()), String(layerNorm({ epsilon: 0.1 }))]).toEqual([
      "layerNorm()",
      "layerNorm({ epsilon: 0.1 })",
    ]);
    for (const epsilon of [0, -1, Number.NaN])
      expect(() => layerNorm({ epsilon })).toThrow(
        `layerNorm: epsilon must be a finite number > 0, got ${epsilon}`,
      );
  });
});

describe("batchNorm", () => {
  const built = (net: Sequential) => net.layers[0] as { forward(x: Tensor, pass: object): Tensor };

  test("in training each channel has mean 0 and variance 1 over the batch, whatever its scale", () => {
    const net = sequential([batchNorm({ epsilon: 1e-12 }), flatten(), dense(12, 1)], { input: [3, 2, 2] });
    const x = randomNormal([5, 12], { seed: 1 });
    for (const scale of [1e-3, 1, 1e6]) {
      const y = built(net).forward(x.mul(scale).add(7 * scale), { training: true });
      for (let channel = 0; channel < 3; channel++) {
        const values = Array.from({ length: 20 }, (_, i) => y.at(Math.floor(i / 4), 4 * channel + (i % 4)));
        expect(tensor(values).mean()).toBeCloseTo(0, 9);
        expect(tensor(values).mul(values).mean()).toBeCloseTo(1, 5);
      }
    }
    expect(net.parameters.map(({ shape }) => [...shape])).toEqual([[3], [3], [1, 12], [1]]);
    expect(Object.keys(net.namedBuffers)).toEqual(["batchNorm[1].mean", "batchNorm[1].variance"]);
  });

  test("running mean and variance, by hand; in use they alone count, and stay", () => {
    const net = sequential([batchNorm({ momentum: 0.25 }), dense(1, 1, { init: constant(1) })], {
      input: [1],
    });
    forward(net, [[1], [5]], { training: true });
    // Mean 3, variance 4 (divisor 2), 8 as it is kept.
    expect([...net.buffers]).toEqual([0.75, 0.75 + 0.25 * 8]);
    const before = net.buffers.slice();
    const alone = predict(net, [[2]]).data[0]!;
    expect(alone).toBeCloseTo((2 - 0.75) / Math.sqrt(2.75 + 1e-5), 12);
    // Not of the samples beside it.
    expect(predict(net, [[2], [100]]).data[0]).toBe(alone);
    backpropagation(net, [[2], [3]], [1, 2], squaredError());
    gradientCheck(net, [[2], [3]], [1, 2], squaredError(), { training: true });
    expect(net.buffers).toEqual(before);
    const copy = net.copy();
    forward(copy, [[0], [4]], { training: true });
    expect(net.buffers).toEqual(before);
    expect(copy.buffers).not.toEqual(before);
  });

  test("gradients in training and in use agree with differences, of numbers and of images", () => {
    for (const seed of [1, 2, 3]) {
      const numbers = sequential([dense(3, 4), batchNorm(), tanh(), dense(4, 2)], { seed });
      const images = sequential(
        [conv2d(2, 3, { kernel: 2 }), batchNorm({ epsilon: 0.1 }), tanh(), flatten(), dense(12, 2)],
        {
          input: [2, 3, 3],
          seed,
        },
      );
      for (const [net, width] of [
        [numbers, 3],
        [images, 18],
      ] as const) {
        const x = randomNormal([4, width], { seed: seed + 10 });
        forward(net, x, { training: true });
        for (const training of [true, false]) {
          const check = gradientCheck(net, x, [0, 1, 1, 0], crossEntropy(), { training });
          expect(check.ok, String(check)).toBe(true);
        }
      }
    }
  });

  test("a single value of a channel leaves nothing; its text and its refusals", () => {
    const net = sequential([batchNorm(), dense(3, 2)], { input: [3] });
    expect(() => forward(net, [[1, 2, 3]], { training: true })).toThrow(
      "batchNorm: in training a batch must hold at least 2 values of each channel, since a single value less its mean is 0; use a batch size that leaves no batch of 1, got 1 sample",
    );
    expect(predict(net, [[1, 2, 3]]).shape).toEqual([1, 2]);
    expect([batchNorm(), batchNorm({ epsilon: 0.1, momentum: 0.2 })].map(String)).toEqual([
      "batchNorm()",
      "batchNorm({ epsilon: 0.1, momentum: 0.2 })",
    ]);
    expect(() => batchNorm({ epsilon: 0 })).toThrow("batchNorm: epsilon must be a finite number > 0, got 0");
    for (const momentum of [-0.1, 1.1, Number.NaN])
      expect(() => batchNorm({ momentum })).toThrow(
        `batchNorm: momentum must be from 0 to 1, got ${momentum}`,
      );
  });
});

describe("embedding", () => {
  const net = () => sequential([embedding(4, 2), flatten(), dense(6, 2)], { input: [3], seed: 1 });

  test("gives each symbol its row, and gathers the gradients of all its places", () => {
    const model = net();
    const [E] = model.parameters as [Tensor];
    expect([...E.shape]).toEqual([4, 2]);
    const layer = model.layers[0] as { forward(x: Tensor, pass: object): Tensor };
    const row = (j: number) => [...E.data.subarray(2 * j, 2 * j + 2)];
    expect(layer.forward(tensor([[3, 0, 3]]), {}).toArray()).toEqual([[...row(3), ...row(0), ...row(3)]]);
    const x = [
      [3, 0, 3],
      [1, 1, 1],
    ];
    const { gradients } = backpropagation(model, x, [0, 1], crossEntropy());
    // Symbol 2 is nowhere.
    expect([...gradients[0]!.data.subarray(4, 6)]).toEqual([0, 0]);
    const check = gradientCheck(model, x, [0, 1], crossEntropy());
    expect(check.ok, String(check)).toBe(true);
    // As the dense layer of one-hot vectors.
    const same = sequential([dense(4, 2), dense(2, 2)], { seed: 2 });
    const one = sequential([embedding(4, 2), flatten(), dense(2, 2)], { input: [1], seed: 2 });
    same.A[1]!.data.set(one.parameters[0]!.transpose().data);
    same.A[2]!.data.set(one.A[1]!.data);
    expect(predict(one, [[0], [1], [2], [3]]).allClose(predict(same, eye(4)))).toBe(true);
  });

  test("what is no symbol is named, with its place", () => {
    for (const wrong of [4, -1, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() =>
        predict(net(), [
          [0, 0, 0],
          [0, wrong, 0],
        ]),
      ).toThrow(
        `embedding: each entry must be a whole number from 0 to 3, a symbol; entry 1 of sample 1: got ${wrong}`,
      );
    }
    expect(predict(net(), [[0, Number.NaN, 0]]).data.every(Number.isNaN)).toBe(true);
    expect(String(embedding(27, 10))).toBe("embedding(27, 10)");
    expect(() => embedding(0, 2)).toThrow(
      "embedding: the number of symbols must be a whole number ≥ 1, got 0",
    );
    expect(() => embedding(2, 1.5)).toThrow("embedding: the width must be a whole number ≥ 1, got 1.5");
  });

  test("learns which symbols are alike", async () => {
    // The symbol of each pair's sum, mod 5.
    const x = Array.from({ length: 25 }, (_, i) => [i % 5, Math.floor(i / 5)]);
    const data = dataset({ x, y: x.map(([a, b]) => (a! + b!) % 5), classes: 5 });
    const model = sequential([embedding(5, 4), flatten(), dense(8, 24), tanh(), dense(24, 5)], {
      input: [2],
      seed: 1,
    });
    await train(model, data, { rule: adam({ eta: 0.02 }), epochs: 200, live: false });
    expect((await evaluate(model, data)).accuracy).toBe(1);
  });
});
