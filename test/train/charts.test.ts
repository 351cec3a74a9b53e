// The range test, the chart of decisions, histograms, straight lines, the best so far, custom layers that keep something.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  adam,
  constant,
  contourChart,
  dataset,
  decayWeights,
  decisionChart,
  defineLayer,
  dense,
  descend,
  evaluate,
  type Figure,
  gapChart,
  histogram,
  learningRateRange,
  lineChart,
  loadNetwork,
  predict,
  quadratic,
  relu,
  saveNetwork,
  sequential,
  sgd,
  tensor,
  toBundle,
  train,
  twoMoons,
} from "nablab";
import { describe, expect, test } from "vitest";

const traces = (figure: Figure) => figure.data as Record<string, unknown>[];

describe("the range test", () => {
  // ½ (θ − y)² on one sample of x = 1: SGD with η multiplies θ − y by 1 − η (twice that of squaredError).
  const line = dataset({ x: [[1]], y: [[3]] });
  const net = () => sequential([dense(1, 1, { bias: false, init: () => tensor([[0]]) })]);

  test("takes the steps it says, on a copy, and finds where the loss falls and grows", async () => {
    const model = net();
    const range = await learningRateRange(model, line, { from: 0.01, to: 10, steps: 31 });
    expect(model.theta[0]).toBe(0);
    let residual = 3;
    for (let k = 0; k < 31; k++) {
      const eta = 0.01 * 1000 ** (k / 30);
      expect(range.eta[k]).toBeCloseTo(eta, 10);
      expect(Math.abs(range.loss[k]! / residual ** 2 - 1)).toBeLessThan(1e-3);
      residual *= 1 - 2 * eta;
      if (residual ** 2 < 1e-6) break;
    }
    expect(range.steepest).toBeLessThan(range.atMinimum);
    // Steps of more than 1 make it grow.
    expect(range.diverges).toBeGreaterThan(1);
    expect(range.suggestion).toBeCloseTo(range.atMinimum / 10, 15);
    const { "text/plain": text } = await toBundle(range);
    expect(text).toContain("loss falls fastest at η = ");
    expect(traces(range.chart()).map(({ name }) => name)).toEqual(["each batch", "smoothed", "η to try"]);
  });

  test("ends where numbers are no longer finite, and throws what is another's fault", async () => {
    const range = await learningRateRange(net(), line, { from: 1, to: 1e30, steps: 100 });
    expect(range.loss.length).toBeLessThan(100);
    expect(range.diverges).toBeDefined();
    await expect(learningRateRange(net(), line, { from: 1, to: 0.1 })).rejects.toThrow(
      "from must be below to",
    );
    await expect(learningRateRange(sequential([dense(2, 1)]), line)).rejects.toThrow(
      "have 1 entries but the network takes 2",
    );
    await expect(learningRateRange(net(), line, { rule: sgd({ eta: 1 }) as never })).rejects.toThrow(
      "rule must be a function of the schedule",
    );
  });

  test("an aborted test is no divergence, and without a step there is nothing", async () => {
    const controller = new AbortController();
    let k = 0;
    const rule = (eta: (k: number) => number) =>
      decayWeights(
        sgd({
          eta: (step) => {
            if (++k === 12) controller.abort("enough");
            return eta(step);
          },
        }),
        1e-9,
      );
    const { signal } = controller;
    const range = await learningRateRange(net(), line, { rule, signal, from: 1e-4, to: 1e-2 });
    expect(range.loss.length).toBeGreaterThan(0);
    expect(range.loss.length).toBeLessThan(100);
    expect(range.diverges).toBeUndefined();
    expect(String(range)).not.toContain("four times");
    await expect(learningRateRange(net(), line, { signal })).rejects.toThrow(
      "learningRateRange: no step was taken, so there is nothing to show: enough",
    );
  });

  test("where the loss never falls there is no step size to try", async () => {
    const tooLarge = await learningRateRange(net(), line, { from: 1e10, to: 1e20 });
    expect([tooLarge.atMinimum, tooLarge.steepest, tooLarge.suggestion]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(String(tooLarge)).toBe("loss does not fall from η = 10,000,000,000 on; lower the option `from`");
    expect(tooLarge.chart().alt).not.toContain("to try");
    expect(() => sgd({ eta: tooLarge.suggestion })).toThrow("got NaN");
    // A dead unit: the gradient is 0.
    const dead = sequential([dense(1, 1, { init: constant(-1) }), relu(), dense(1, 1)], { seed: 1 });
    dead.b[2]!.data[0] = 3;
    const still = await learningRateRange(dead, line, { from: 1e-3, to: 1 });
    expect(still.suggestion).toBeNaN();
    expect(String(still)).toBe(
      "loss does not fall from η = 0.001 on; check the network, or raise the option `to`",
    );
    const broken = net();
    broken.theta[0] = Number.NaN;
    await expect(learningRateRange(broken, line)).rejects.toThrow(
      "train: the parameters are not finite before the first step",
    );
    await expect(learningRateRange({} as never, line)).rejects.toThrow(
      "learningRateRange: expected a network such as",
    );
    // 1e300/1e-300 is beyond the largest number.
    const wide = await learningRateRange(net(), line, { from: 1e-300, to: 1e300, steps: 11 });
    expect(wide.eta[5]! / 1).toBeCloseTo(1, 10);
    expect(wide.eta[1]! / 1e-240).toBeCloseTo(1, 10);
  });

  test("of a network: the suggestion trains it, a hundred times more does not", async () => {
    const data = twoMoons({ size: 300, noise: 0.1, seed: 2 });
    const moons = () => sequential([dense(2, 24), relu(), dense(24, 2)], { seed: 3 });
    const rule = (eta: (k: number) => number) => adam({ eta });
    const { suggestion } = await learningRateRange(moons(), data, {
      rule,
      batchSize: 32,
      to: 100,
      steps: 150,
    });
    const trained = async (eta: number) => {
      const model = moons();
      await train(model, data, { rule: adam({ eta }), batchSize: 32, epochs: 30, live: false });
      return (await evaluate(model, data)).loss;
    };
    const [good, bad] = [await trained(suggestion), await trained(100 * suggestion)];
    expect(good).toBeLessThan(0.15);
    expect(bad).toBeGreaterThan(2 * good);
  });
});

describe("the chart of decisions", () => {
  const data = dataset({
    x: [
      [-1, 0],
      [1, 0],
      [2, 1],
      [0, -1],
    ],
    y: [0, 1, 0, 2],
    classes: 3,
  });

  const two = (y: number[] | number[][], kind: "targets" | "labels" = "targets") =>
    dataset({
      x: [
        [-1, 0],
        [1, 0],
      ],
      y,
      kind,
    } as Parameters<typeof dataset>[0]);

  test("NaN is no class, neither of a sample nor of the ground", () => {
    const net = sequential([dense(2, 3)]);
    net.theta.fill(Number.NaN);
    const figure = decisionChart(net, data, { resolution: 3 });
    expect(figure.alt).toContain("0 of 4 samples on the right side");
    expect((traces(figure)[0] as unknown as { z: (number | null)[][] }).z.flat()).toEqual(
      new Array(9).fill(null),
    );
  });

  test("answers may be labels, one-hot, or one sign; a function must give classes like them", () => {
    const right = "x₁: -1.125 … 1.125";
    const oneHot = two([
      [1, 0],
      [0, 1],
    ]);
    for (const [classifier, of] of [
      [(x: number) => Number(x > 0), oneHot],
      [(x: number) => x > 0, two([0, 1], "labels")],
      [(x: number) => Math.sign(x), two([-1, 1])],
      [(x: number) => x - 0.3, two([-1, 1])],
      [(x: number) => Number(x > 0), two([0, 1])],
    ] as const) {
      const { alt } = decisionChart(classifier, of, { resolution: 2 });
      expect(alt).toContain("2 of 2 samples on the right side");
      expect(alt).toContain(right);
    }
    expect(() =>
      decisionChart(
        () => 0,
        two([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow("rows with a single 1, or one target whose sign is the class; dataset has 2 targets");
    for (const wrong of [undefined, 0.7, -1, Number.NaN, 256] as number[]) {
      expect(() => decisionChart(() => wrong, two([0, 1], "labels"))).toThrow(`got ${wrong}`);
    }
    expect(() => decisionChart(() => undefined as never, two([-1, 1]))).toThrow("got undefined");
  });

  test("a class that is found between the samples alone has its own colour", () => {
    const figure = decisionChart((x) => (Math.abs(x) < 0.5 ? 200 : Number(x > 0)), two([0, 1], "labels"));
    const { z, zmax } = traces(figure)[0] as unknown as { z: number[][]; zmax: number };
    expect(new Set(z.flat())).toEqual(new Set([0, 1, 200]));
    expect(zmax).toBe(200.5);
  });

  test("as many samples as no call has arguments", () => {
    const x = Array.from({ length: 200_000 }, (_, i) => [i % 2, i % 3]);
    const many = dataset({ x, y: x.map(([first]) => first!), kind: "labels" });
    expect(decisionChart((first) => Number(first > 0.5), many, { resolution: 2 }).alt).toContain(
      "200000 of 200000 samples on the right side",
    );
  });

  test("colours the plane by class, and crosses what is on a wrong side", () => {
    const figure = decisionChart((x, y) => (y < -0.5 ? 2 : Number(x > 0)), data, { resolution: 9 });
    const [ground, ...points] = traces(figure);
    expect(points.map(({ name }) => name)).toEqual(["class 0", "class 0, wrong side", "class 1", "class 2"]);
    expect(figure.alt).toContain("class 0: 2 points, 1 on a wrong side");
    const { x, y, z } = ground as unknown as { x: number[]; y: number[]; z: number[][] };
    z.forEach((row, i) => {
      row.forEach((cell, j) => {
        expect(cell).toBe(y[i]! < -0.5 ? 2 : Number(x[j]! > 0));
      });
    });
  });

  test("of a network says what predict says; one output goes by its sign", () => {
    const net = sequential([dense(2, 3)], { seed: 1 });
    const wrong = Array.from(predict(net, data.batch(0, 4).x).argmax(1).data).filter(
      (said, i) => said !== data.y[i],
    ).length;
    expect(decisionChart(net, data).alt).toContain(`${4 - wrong} of 4 samples`);
    const signs = dataset({
      x: [
        [-1, 0],
        [1, 0],
      ],
      y: [-1, 1],
    });
    const one = sequential([dense(2, 1, { init: () => tensor([[1, 0]]) })]);
    expect(decisionChart(one, signs).alt).toContain("2 of 2 samples on the right side");
    expect(() => decisionChart(sequential([dense(3, 2)]), data)).toThrow(
      "the plane has two features; got a network of 3 inputs",
    );
    expect(() => decisionChart(3 as never, data)).toThrow(
      "expected a network or a function (x, y) => class, got 3",
    );
  });
});

test("a histogram counts each value once, and as a density has the area 1", () => {
  const values = Array.from({ length: 101 }, (_, i) => (i / 100) ** 2);
  const [bars] = traces(histogram(values, { title: "t", x: "x", bins: 7 })) as unknown as [
    { x: number[]; y: number[] },
  ];
  bars.y.forEach((count, i) => {
    const inside = values.filter((v) => Math.min(6, Math.floor(v * 7)) === i).length;
    expect(count).toBe(inside);
  });
  const density = histogram(values, { title: "t", x: "x", density: true, curves: { uniform: () => 1 } });
  const [shares, curve] = traces(density) as unknown as [{ y: number[]; width: number }, { y: number[] }];
  expect(shares.y.reduce((sum, y) => sum + y * shares.width, 0)).toBeCloseTo(1, 12);
  expect(curve.y.every((y) => y === 1)).toBe(true);
  expect(traces(histogram([2, 2], { title: "t", x: "x" }))[0]!.y).toHaveLength(5);
  expect(() => histogram([], { title: "t", x: "x" })).toThrow(
    "expected finite numbers, at least one, got []",
  );
  expect(() => histogram([1, Number.NaN], { title: "t", x: "x" })).toThrow("got NaN as number 1");
  expect(() => histogram([1], { title: "t", x: "x", curves: { a: () => 1 } })).toThrow("set density: true");
});

test("straight lines across a chart, points on contours, and the best so far", () => {
  const chart = lineChart({
    title: "t",
    x: { title: "x" },
    y: { title: "y" },
    series: [{ name: "a", x: [2, 4], y: [1, 9] }],
    lines: { "2/η": 5, here: { x: 3 } },
  });
  const [, flat, upright] = traces(chart);
  expect([flat!.x, flat!.y, upright!.x, upright!.y]).toEqual([
    [2, 4],
    [5, 5],
    [3, 3],
    [1, 9],
  ]);
  expect(() =>
    lineChart({ title: "t", x: { title: "x" }, y: { title: "y" }, series: [], lines: { a: Number.NaN } }),
  ).toThrow('the line "a" needs a height');
  const F = quadratic({ spectrum: [1] });
  const bouncing = descend(F, { theta0: [1], eta: 2.5, steps: 4 });
  const best = traces(gapChart([bouncing], { best: true, lines: { level: 0.1 } }));
  expect(Array.from(best[0]!.y as number[])).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(best[1]!.name).toBe("level");
  const plane = {
    title: "t",
    x: { title: "x", range: [0, 1] as const },
    y: { title: "y", range: [0, 1] as const },
    f: (x: number) => x,
  };
  const dotted = contourChart({ ...plane, points: [{ name: "data", x: [0.5], y: [0.5] }] });
  expect(dotted.alt).toMatch(/data: 1 point$/);
  expect(traces(dotted).at(-1)).toMatchObject({ mode: "markers", name: "data" });
  expect(() => contourChart({ ...plane, points: [{ name: "p", x: [1], y: [] }] })).toThrow(
    'points "p" has 1 x values but 0 y values',
  );
});

test("a custom layer keeps numbers that no rule moves: in training, in evaluation, in files", async () => {
  const centred = defineLayer({
    name: "centred",
    buffers: { mean: (input) => tensor(new Array(input[0]).fill(0)) },
    forward(x, _, { training, buffers: { mean } }) {
      if (training) mean.data.set(mean.mul(0.5).add(x.mean(0).mul(0.5)).data);
      return x.sub(mean);
    },
    backward: (delta) => ({ x: delta }),
  });
  const data = dataset({
    x: [
      [1, 3],
      [3, 5],
    ],
    y: [[1], [2]],
  });
  const network = () => sequential([centred(), dense(2, 1)], { input: [2], seed: 1 });
  const net = network();
  await train(net, data, { epochs: 2, live: false });
  // Half of (2, 4), then half of what was missing.
  expect(Array.from(net.namedBuffers["centred[1].mean"]!.data)).toEqual([1.5, 3]);
  const before = net.buffers.slice();
  predict(net, [[9, 9]]);
  expect(net.buffers).toEqual(before);
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-buffers-"));
  const file = path.join(folder, "net.safetensors");
  saveNetwork(file, net);
  expect(loadNetwork(file, network()).buffers).toEqual(before);
  rmSync(folder, { recursive: true });
});

test("a histogram of numbers at the edges: right intervals, or a refusal", () => {
  const options = { title: "T", x: "x" };
  for (const values of [
    [1.7e308, -1.7e308],
    [5e-324, 0],
    [1, 1 + 2 ** -52],
  ]) {
    expect(() => histogram(values, options)).toThrow(
      "are too narrow for floating-point numbers; scale the values",
    );
  }
  const at1e300 = histogram([1e300, 1e300], { ...options, bins: 2 });
  expect(at1e300.alt).toContain("most in 1e300 … 1.001e300: 2");
  expect(histogram([3], { ...options, bins: 1 }).alt).toContain("most in 2.5 … 3.5: 1");
  expect(
    histogram(
      Float64Array.from({ length: 300_000 }, (_, i) => i % 3),
      options,
    ).alt,
  ).toContain("300000 values");
  expect(() => histogram([1, 2], { ...options, bins: 200_000 })).toThrow(
    "bins must be a whole number from 1 to 100000",
  );
  expect(histogram([1, 2], { ...options, bins: 100_000 }).alt).toContain("in 100000 intervals");
  expect(() => histogram([1], { title: "Gaps" } as never)).toThrow(
    "histogram: expected a title and what the values are",
  );
});
