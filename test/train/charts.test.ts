// The range test, the chart of decisions, histograms, straight lines, the best so far, custom layers that keep something.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  adam,
  contourChart,
  dataset,
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
