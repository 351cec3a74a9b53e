/**
 * Layers without biases, biases that start elsewhere, samples that count more than others, hinge losses of signs and of sums: by
 * the four methods of differentiation, beside PyTorch (layers.json), and on threads as in float64.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  adam,
  backpropagation,
  compareMethods,
  constant,
  conv2d,
  crossEntropy,
  dataset,
  dense,
  evaluate,
  flatGradient,
  flatten,
  gradientCheck,
  hessian,
  hessianProduct,
  hinge,
  type Loss,
  l1Penalty,
  l2Penalty,
  loadNetwork,
  momentum,
  predict,
  random,
  randomNormal,
  relu,
  type Sequential,
  saveNetwork,
  sequential,
  sgd,
  squaredError,
  type Traced,
  tanh,
  tensor,
  train,
  valueAndGrad,
  weighted,
  withPenalty,
} from "nablab";
import { describe, expect, test } from "vitest";

/** A network 3 → 4 → k, tanh between, without biases, as a program of its parameters. */
function program(x: number[][], k: number, loss: (g: Traced) => Traced) {
  return (theta: Traced) => {
    const pick = (from: number, rows: number, columns: number) =>
      selection(theta, from, rows, columns, 12 + 4 * k);
    const hidden = pick(0, 4, 3).matmul(tensor(x).transpose()).tanh();
    return loss(pick(12, k, 4).matmul(hidden).transpose());
  };
}

/** Entries of a vector as a matrix, by a constant matrix of zeros and ones. */
const selection = (theta: Traced, from: number, rows: number, columns: number, all: number): Traced => {
  const picked = Array.from({ length: all }, (_, j) =>
    Array.from({ length: rows * columns }, (_, i) => Number(j === from + i)),
  );
  return theta.reshape(1, all).matmul(tensor(picked)).reshape(rows, columns);
};

const x = [
  [0.3, -1.2, 0.7],
  [1.1, 0.4, -0.2],
  [-0.6, 0.9, 0.5],
];
const weights = [0.5, 2, 0];
const sum = (parts: Traced) => parts.sum();

describe("four methods", () => {
  const squares = (g: Traced) =>
    sum(
      g
        .sub(
          tensor([
            [1, 0],
            [0, 2],
            [-1, 1],
          ]),
        )
        .pow(2)
        .mul(tensor(weights.map((w) => [w]))),
    ).div(3);
  const signs = (g: Traced) =>
    sum(
      g
        .mul(tensor([[-1], [1], [-1]]))
        .neg()
        .add(1)
        .relu(),
    ).div(3);
  const y = tensor([
    [1, 0],
    [0, 2],
    [-1, 1],
  ]);
  test.each<[string, number, Loss, Parameters<typeof backpropagation>[2], (g: Traced) => Traced]>([
    ["weighted samples", 2, weighted(squaredError(), weights), y, squares],
    ["signs", 1, hinge({ binary: true }), [0, 1, 0], signs],
    ["signs as −1 and 1", 1, hinge({ binary: true }), [-1, 1, -1], signs],
  ])("%s, no biases", (_, k, loss, targets, written) => {
    const model = sequential([dense(3, 4, { bias: false }), tanh(), dense(4, k, { bias: false })], {
      seed: 3,
    });
    const of = program(x, k, written);
    const { ok, gradients } = compareMethods(of, model.theta);
    expect(ok).toBe(true);
    const back = backpropagation(model, x, targets, loss);
    const ours = flatGradient(back);
    expect(Object.keys(gradients).length).toBe(4);
    for (const gradient of Object.values(gradients)) {
      expect(Math.max(...ours.map((value, i) => Math.abs(value - gradient[i]!)))).toBeLessThan(1e-8);
    }
    expect(back.loss).toBeCloseTo(valueAndGrad(of)(model.theta as never).value, 12);
    expect(gradientCheck(model, x, targets, loss).verdict).toBe("yes");
    const v = Float64Array.from(model.theta, (_, i) => Math.sin(i));
    const product = hessianProduct(model, x, targets, loss)(v);
    const exact = hessian(of)(model.theta).matmul(v as never).data;
    expect(Math.max(...product.map((value, i) => Math.abs(value - exact[i]!)))).toBeLessThan(1e-11);
  });

  test("the sum of hinges is outputs times their mean", () => {
    const g = randomNormal([5, 4], { seed: 2 });
    const labels = [0, 3, 1, 2, 2];
    expect(hinge({ mean: false }).value(g, labels)).toBeCloseTo(4 * hinge().value(g, labels), 12);
    expect(
      hinge({ mean: false }).gradient(g, labels).sub(hinge().gradient(g, labels).mul(4)).norm(),
    ).toBeLessThan(1e-15);
  });
});

const stream = random(7);
const labelled = (size: number, given?: number[]) =>
  dataset({
    x: Float64Array.from({ length: 16 * size }, () => stream.normal()),
    y: Uint8Array.from({ length: size }, (_, i) => i % 3),
    sampleShape: [1, 4, 4],
    classes: 3,
    ...(given && { weights: given }),
  });
const bare = () =>
  sequential(
    [
      conv2d(1, 4, { kernel: 3, bias: false }),
      relu(),
      flatten(),
      dense(16, 12, { bias: false }),
      relu(),
      dense(12, 3, { initBias: (outputs, _, stream) => randomNormal([outputs], { seed: stream }) }),
    ],
    { input: [1, 4, 4], seed: 5 },
  );

describe("layers without biases", () => {
  test("have none among their parameters", () => {
    const net = bare();
    expect(net.parameterNames).toEqual(["A[1]", "A[2]", "A[3]", "b[3]"]);
    expect(net.parameterCount).toBe(4 * 9 + 16 * 12 + 12 * 3 + 3);
    expect(net.b[2]!.data).toEqual(new Float64Array(12));
    expect(net.b[3]!.norm()).toBeGreaterThan(0);
    expect(String(net.dense[0])).toBe("dense(16, 12, { bias: false })");
    expect(bare().theta).toEqual(net.theta);
    expect(() => sequential([dense(2, 3, { initBias: () => [1] })])).toThrow(
      "initBias must give 3 finite numbers",
    );
    expect(() => dense(2, 3, { bias: 0 as never })).toThrow("dense: bias must be true or false, got 0");
  });

  test.each([
    ["sgd", sgd({ eta: 0.1 }), 1],
    ["adam", adam({ eta: 0.01 }), 4],
    ["momentum", momentum({ eta: 0.01 }), 64],
  ] as const)("train on threads as in float64: %s, batches of %3$i", async (_, rule, batchSize) => {
    const data = labelled(90);
    const of = async (backend: "wasm" | "scalar", threads: number) => {
      const net = bare();
      const run = await train(net, data, { rule, batchSize, epochs: 2, backend, threads, live: false });
      return { net, run };
    };
    const [one, two, exact] = [await of("wasm", 1), await of("wasm", 2), await of("scalar", 1)];
    expect(two.net.theta).toEqual(one.net.theta);
    expect(Math.max(...one.net.theta.map((value, i) => Math.abs(value - exact.net.theta[i]!)))).toBeLessThan(
      1e-5,
    );
    const norms = ({ run }: typeof one) => run.epochs.at(-1)!.gradientNorms!;
    const apart = norms(exact).map((norm, i) => Math.abs(norms(one)[i]! / norm - 1));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
  });

  test("are saved and loaded, under PyTorch's names, too", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "nablab-bare-"));
    const file = path.join(folder, "net.safetensors");
    for (const names of ["nablab", "pytorch"] as const) {
      const net = bare();
      saveNetwork(file, net, { names });
      const other: Sequential = bare();
      other.theta.fill(0);
      expect(loadNetwork(file, other).theta).toEqual(net.theta);
    }
    rmSync(folder, { recursive: true });
  });
});

describe("weights of samples", () => {
  test("count like samples that are there several times, but for the divisor", async () => {
    const data = labelled(30);
    const counts = Array.from({ length: 30 }, (_, i) => i % 3);
    const several = data.select(counts.flatMap((count, i) => new Array(count).fill(i)));
    const withWeights = dataset({
      x: data.x as Float64Array,
      y: data.y as Uint8Array,
      sampleShape: [1, 4, 4],
      classes: 3,
      weights: counts,
    });
    const [a, b] = [bare(), bare()];
    const options = { batchSize: 30, epochs: 4, live: false } as const;
    await train(a, withWeights, { ...options, rule: sgd({ eta: 0.1 }) });
    // The mean is over 30 samples, not over 30 weights, which here sum to 30 as well.
    await train(b, several, { ...options, batchSize: several.size, rule: sgd({ eta: 0.1 }) });
    expect(several.size).toBe(30);
    expect(Math.max(...a.theta.map((value, i) => Math.abs(value - b.theta[i]!)))).toBeLessThan(1e-6);
  });

  test("stay with their samples, on threads and in float64, in evaluations and checkpoints", async () => {
    const given = Array.from({ length: 300 }, (_, i) => (i % 7) / 3);
    const data = labelled(300, given);
    expect(data.select([5, 2]).weights).toEqual(Float64Array.of(given[5]!, given[2]!));
    expect(data.slice(4, 6).batch(0, 2).weights).toEqual(Float64Array.of(given[4]!, given[5]!));
    expect(data.normalise().data.split(0.5)[1]!.weights!.length).toBe(150);
    expect(data.oneHot().weights).toBe(data.weights);
    const [fast, exact] = [bare(), bare()];
    const options = { batchSize: 64, epochs: 2, live: false } as const;
    const run = await train(fast, data, { ...options, backend: "wasm", validation: data });
    expect(run.kernels).toContain("the loss and the rule in float64");
    await train(exact, data, { ...options, backend: "scalar" });
    expect(Math.max(...fast.theta.map((value, i) => Math.abs(value - exact.theta[i]!)))).toBeLessThan(1e-6);
    const { loss, losses } = await evaluate(exact, data);
    const { x, y } = data.batch(0, 300);
    const own = crossEntropy().perSample(predict(exact, x), y);
    expect(Math.max(...losses.map((value, i) => Math.abs(value - given[i]! * own[i]!)))).toBeLessThan(1e-5);
    expect(loss).toBeCloseTo(
      own.reduce((all, value, i) => all + (given[i]! * value) / 300, 0),
      6,
    );
    expect(run.epochs.at(-1)!.validationLoss).toBeCloseTo((await evaluate(fast, data)).loss, 6);
  });

  test.each([
    [[1], "there must be a weight for each of the 3 samples, got 1"],
    [[1, -1, 1], "number 1 is -1"],
    [[1, Number.NaN, 1], "number 1 is NaN"],
    [[0, 0, 0], "at least one sample must have a weight above 0"],
  ])("%j is refused", (given, message) => {
    expect(() => dataset({ x: [[1], [2], [3]], y: [0, 1, 0], classes: 2, weights: given })).toThrow(message);
  });
});

test("one-hot targets have an accuracy, on threads too; others have none", async () => {
  const data = labelled(200).oneHot();
  const net = bare();
  await expect(evaluate(net, labelled(200), { loss: squaredError() })).rejects.toThrow(
    " has labels; take crossEntropy(), or make the labels targets, data.oneHot()",
  );
  const run = await train(net, data, {
    loss: squaredError(),
    rule: sgd({ eta: 0.02 }),
    validation: data,
    live: false,
  });
  const { accuracy, predicted } = await evaluate(net, data);
  const { x } = data.batch(0, 200);
  const said = predict(net, x).argmax(1).data;
  expect(accuracy).toBe(Array.from(said).filter((one, i) => one === i % 3).length / 200);
  expect(run.epochs[0]!.accuracy).toBe(accuracy);
  expect(predicted.length).toBe(200);
  const plain = dataset({
    x: [[1], [2]],
    y: [
      [0, 0.5],
      [1, 0],
    ],
  });
  expect((await evaluate(sequential([dense(1, 2)]), plain)).accuracy).toBeNaN();
});

test("a custom loss says what it accepts, and is not judged by its name", async () => {
  const data = dataset({ x: [[0], [1]], y: [0.5, 1.5] });
  const own: Loss = { ...squaredError(), name: "hinge" };
  const net = sequential([dense(1, 1)]);
  await expect(train(net, data, { loss: own, live: false })).resolves.toBeDefined();
  await expect(train(net, data, { loss: { ...own, accepts: "labels" }, live: false })).rejects.toThrow(
    "hinge() needs labels",
  );
  const signs = dataset({ x: [[-1], [1]], y: [-1, 1] });
  const run = await train(net, signs, {
    loss: hinge({ binary: true }),
    epochs: 50,
    rule: sgd({ eta: 0.5 }),
    live: false,
  });
  expect(run.loss.at(-1)).toBe(0);
  expect(() => hinge({ binary: true }).value(tensor([[1], [2], [3]]), [0, 1, -1])).toThrow(
    "a label must be -1 or 1",
  );
});

test("without biases b is 0, whatever is written into it", () => {
  const net = sequential([dense(1, 1, { bias: false, init: () => tensor([[2]]) })]);
  net.dense[0]!.b.data[0] = 5;
  expect(predict(net, [[3]]).at(0, 0)).toBe(6);
  const image = sequential([conv2d(1, 1, { kernel: 1, bias: false, init: () => tensor([[2]]) }), flatten()], {
    input: [1, 1, 1],
  });
  image.b[1]!.data[0] = 5;
  expect(predict(image, [[3]]).at(0, 0)).toBe(6);
});

test("weights of weights multiply, also on the tape", () => {
  const g = tensor([[1], [2], [3]]);
  const twice = weighted(weighted(squaredError(), [1, 2, 0]), [3, 0.5, 7]);
  const once = weighted(squaredError(), [3, 1, 0]);
  expect(twice.value(g, [0, 0, 0])).toBe((3 * 1 + 1 * 4) / 3);
  expect(twice.gradient(g, [0, 0, 0])).toEqual(once.gradient(g, [0, 0, 0]));
  const onTape = (loss: Loss) =>
    valueAndGrad((readout: Traced) => loss.traced!(readout as never, [0, 0, 0]) as never)(g);
  expect(onTape(twice)).toEqual(onTape(once));
  expect(onTape(twice).value).toBeCloseTo(7 / 3, 14);
  expect(() => weighted(once, [1])).toThrow("must be as many as it has, that is 3, got 1");
});

test("they multiply with penalties in between, which stay, and on several levels", async () => {
  const g = tensor([[1], [2], [3]]);
  const y = [0, 0, 0];
  const inner = withPenalty(weighted(squaredError(), [1, 2, 0]), l2Penalty(0.5));
  const outer = weighted(withPenalty(inner, l1Penalty(0.25)), [3, 0.5, 7]);
  const once = weighted(squaredError(), [3, 1, 0]);
  const model = sequential([dense(1, 1, { init: constant(-2) })]);
  for (const loss of [outer, weighted(weighted(outer, [2, 1, 1]), [0.5, 1, 1])]) {
    expect(loss.value(g, y)).toBe(once.value(g, y));
    expect(loss.gradient(g, y)).toEqual(once.gradient(g, y));
    expect(loss.perSample(g, y)).toEqual(once.perSample(g, y));
    expect(loss.sampleWeights).toEqual(Float64Array.of(3, 1, 0));
    expect(loss.penalty!.value(model.A)).toBe(0.25 * 4 + 0.25 * 2);
    const traced = (of: Loss) =>
      valueAndGrad((readout: Traced) => of.traced!(readout as never, y) as never)(g);
    expect(traced(loss)).toEqual(traced(once));
    await expect(train(model, dataset({ x: [[1], [2], [3]], y: [1, 2, 3] }), { loss })).rejects.toThrow(
      "the weights of a weighted loss",
    );
  }
  expect(() => weighted(outer, [1])).toThrow("must be as many as it has, that is 3, got 1");
  expect(String(weighted(inner, [1, 1, 2]))).toBe(
    "weighted(withPenalty(weighted(squaredError(), [1, 2, 0]), l2Penalty(0.5)), [1, 1, 2])",
  );
});

test.each([null, "2", "1", undefined, Number.NaN, -1, Number.POSITIVE_INFINITY, true, 1n, [1]])(
  "%o is no weight of a sample",
  (wrong) => {
    const weights = [1, wrong] as never;
    expect(() => weighted(squaredError(), weights)).toThrow(
      "a weight must be a finite number ≥ 0; number 1 is",
    );
    expect(() => dataset({ x: [[1], [2]], y: [1, 2], weights })).toThrow(
      "dataset: a weight must be a finite number ≥ 0; number 1 is",
    );
  },
);

test("a sample of weight 0 does not count, though its loss is no number", () => {
  for (const worst of [1e200, Number.NaN, Number.POSITIVE_INFINITY]) {
    const g = tensor([[worst], [3]]);
    const loss = weighted(squaredError(), [0, 1]);
    expect(loss.value(g, [0, 0])).toBe(4.5);
    expect(loss.gradient(g, [0, 0]).toArray()).toEqual([[0], [3]]);
    const traced = (readout: Traced) => loss.traced!(readout as never, [0, 0]) as never;
    expect(valueAndGrad(traced)(g)).toEqual({ value: 4.5, gradients: [tensor([[0], [3]])] });
  }
});

test("a weighted loss is not for batches in another order, and says which weights it has", async () => {
  const data = dataset({ x: [[1], [2]], y: [1, 2] });
  const loss = weighted(squaredError(), [1, 3]);
  expect(String(loss)).toBe("weighted(squaredError(), [1, 3])");
  const long = (last: number) => String(weighted(squaredError(), [...new Array(20).fill(1), last]));
  expect(long(1)).toMatch(/^weighted\(squaredError\(\), 21 weights, [0-9a-f]{8}\)$/);
  expect(long(1)).not.toBe(long(2));
  for (const run of [train, evaluate])
    await expect(run(sequential([dense(1, 1)]), data, { loss })).rejects.toThrow(
      "give the weights to the data, dataset({ x, y, weights })",
    );
  expect(() => weighted(squaredError as never, [1])).toThrow("did you forget the brackets ()?");
  expect(() => weighted("x" as never, [1])).toThrow(
    "weighted: expected a loss such as squaredError(), got 'x'",
  );
  expect(() => weighted(squaredError(), undefined as never)).toThrow(
    "weighted: weights must be a list with a number for each sample, such as [1, 2], got undefined",
  );
});
