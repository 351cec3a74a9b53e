// Projections: the nearest point of the set, by comparing with every other; rules that stay there, in training and on random paths.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import {
  absolute,
  adam,
  averageOf,
  averaging,
  ball,
  box,
  byLayer,
  clipNorm,
  dataset,
  dense,
  expectation,
  masked,
  projected,
  quadratic,
  type Region,
  type Rule,
  robbinsMonro,
  sequential,
  sgd,
  sgdPaths,
  tanh,
  train,
} from "nablab";
import { expect, test } from "vitest";
import { behaviourOf } from "#nablab/train/rule-behaviour.js";

const finite = fc.double({ min: -5, max: 5, noNaN: true });
const inBox = (theta: Float64Array) => theta.every((x) => x >= -1 && x <= 2);
const inBall = (theta: Float64Array) => Math.hypot(theta[0]! - 1, theta[1]!) <= 1.5 * (1 + 1e-12);

test.each<[Region, (theta: Float64Array) => boolean]>([
  [box(-1, 2), inBox],
  [box([-1, -1], [2, 2]), inBox],
  [ball(1.5, { centre: [1, 0] }), inBall],
])("%s: no point of the set is nearer", (region, isInside) => {
  fc.assert(
    fc.property(fc.tuple(finite, finite), fc.tuple(finite, finite), (from, other) => {
      const nearest = Float64Array.from(from);
      region.project(nearest);
      expect(isInside(nearest)).toBe(true);
      const candidate = Float64Array.from(other);
      fc.pre(isInside(candidate));
      const far = (to: Float64Array) => Math.hypot(from[0] - to[0]!, from[1] - to[1]!);
      expect(far(nearest)).toBeLessThanOrEqual(far(candidate) * (1 + 1e-12));
      const again = nearest.slice();
      region.project(again);
      again.forEach((x, i) => {
        expect(Math.abs(x - nearest[i]!)).toBeLessThan(1e-12);
      });
    }),
    { numRuns: 300, seed: 4 },
  );
});

test("texts, and what is refused", () => {
  expect(String(projected(sgd({ eta: 1 }), box(Number.NEGATIVE_INFINITY, [1, 2])))).toBe(
    "projected(SGD(η = 1), box(-∞, [1, 2]))",
  );
  expect(String(projected(sgd({ eta: 1 }), { project: () => {} }))).toBe(
    "projected(SGD(η = 1), custom region)",
  );
  expect(String(masked(sgd({ eta: 1 }), [true, false]))).toBe("masked(SGD(η = 1), [1, 0])");
  const long = (i: number) =>
    String(
      masked(
        sgd({ eta: 1 }),
        Array.from({ length: 40 }, (_, j) => i !== j),
      ),
    );
  expect(long(3)).toMatch(/^masked\(SGD\(η = 1\), 39 of 40, [0-9a-f]{8}\)$/);
  expect(long(3)).not.toBe(long(4));
  expect(() => box(1, 0)).toThrow("box: low must be at most high, got 1 and 0");
  expect(() => box([0, Number.NaN], 1)).toThrow("box: low must be a number or a list of numbers");
  expect(() => box([0, 3], [1, 2])).toThrow("low must be at most high, got 3 and 2 at number 1");
  expect(() => box(0, undefined as never)).toThrow("box: high must be a number or a list of numbers");
  expect(() => box("01" as never, 3)).toThrow("box: low must be a number or a list of numbers");
  expect(() => box([0, 0], [1])).toThrow("low and high must have the same length, got 2 and 1 entries");
  expect(String(box([-Infinity, 0], [Infinity, 1]))).toBe("box([-∞, 0], [∞, 1])");
  const thousand = (x: number) =>
    String(
      box(
        Float64Array.from({ length: 1000 }, (_, i) => x * i),
        1e9,
      ),
    );
  expect(thousand(1)).toMatch(/^box\(1000 numbers, [0-9a-f]{8}, 1000000000\)$/);
  expect(thousand(1)).not.toBe(thousand(2));
  for (const centre of [3, "1", [Number.NaN], [Infinity], ["1"]])
    expect(() => ball(1, { centre: centre as never })).toThrow(
      "ball: centre must be a list of finite numbers",
    );
  for (const wrong of ["0", 2, Number.NaN, undefined])
    expect(() => masked(sgd({ eta: 1 }), [1, wrong] as never)).toThrow(
      "each entry of the mask must be 0 or 1",
    );
  expect(() => masked({} as never, [1])).toThrow("masked: expected a rule such as sgd");
  expect(() => ball(0)).toThrow("radius");
  expect(() => box([0, 0], 1).project(Float64Array.of(1))).toThrow("theta has 1 entries but a side has 2");
  expect(() => ball(1, { centre: [0, 0] }).project(Float64Array.of(1))).toThrow(
    "theta has 1 entries but the centre has 2",
  );
  expect(() => projected(sgd({ eta: 1 }), 3 as never)).toThrow(
    "expected a region such as box(-1, 1) or ball(2), got 3",
  );
  const short = masked(sgd({ eta: 1 }), [1]);
  expect(() => short.step(new Float64Array(2), new Float64Array(2), short.init(2))).toThrow(
    "theta has 2 entries but the mask has 1",
  );
});

test("projected SGD and Robbins–Monro stay within", async () => {
  const F = expectation(quadratic({ spectrum: [1, 0.1] }), 3);
  const runs = await sgdPaths(F, {
    theta0: [1, 1],
    rule: projected(sgd({ eta: 1.9 }), ball(1)),
    steps: 200,
    paths: 20,
  });
  for (const last of runs.last) expect(Math.hypot(...last)).toBeLessThanOrEqual(1 + 1e-12);
  // Without the set steps of 1.5 on the slope θ³ leave for infinity.
  const cubic = { N: (theta: number) => theta ** 3, theta0: 3, schedule: 1.5, steps: 50, paths: 1 };
  expect(Number.isFinite(robbinsMonro(cubic).theta.last[0]!)).toBe(false);
  const inside = robbinsMonro({ ...cubic, schedule: (k) => 1 / k, region: box(-1, 1) });
  expect(Math.abs(inside.theta.last[0]!)).toBeLessThan(0.4);
  const seen: number[] = [];
  robbinsMonro({ ...cubic, steps: 3, region: box(-1, 1), N: (theta, _, k) => theta + 0 * seen.push(k) });
  expect(seen).toEqual([1, 2, 3]);
});

test("plain means of a path are those of averaging(), weighted ones those of the theorem", async () => {
  const F = expectation(absolute(), 0);
  const eta = (k: number) => 1 / k;
  const { meanGaps, averagedGaps } = await sgdPaths(F, {
    theta0: [0.3],
    rule: averaging(sgd({ eta })),
    steps: 9,
    paths: 1,
  });
  const rule = averaging(sgd({ eta }));
  const [theta, state] = [Float64Array.of(0.3), rule.init(1)];
  let [weighted, sum] = [0, 0];
  for (let k = 1; k <= 9; k++) {
    weighted += eta(k) * theta[0]!;
    sum += eta(k);
    rule.step(theta, Float64Array.from(F.gradient(theta)), state);
  }
  expect(meanGaps.last[0]).toBeCloseTo(Math.abs(averageOf(state)[0]!), 14);
  expect(averagedGaps.last[0]).toBeCloseTo(Math.abs(weighted / sum), 14);
  expect([meanGaps.quantity, averagedGaps.quantity]).toEqual([
    "F(mean of θ(1), …, θ(k)) − F*",
    "F(mean of θ(0), …, θ(k−1) with weights η) − F*",
  ]);
});

const data = dataset({
  x: Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]),
  y: Array.from({ length: 20 }, (_, i) => i % 2),
  classes: 2,
});
const network = () => sequential([dense(2, 3), tanh(), dense(3, 2)], { seed: 2 });

test("layers without a rule stay, each rule has a state of its own, and the run has it", async () => {
  const net = network();
  const before = net.theta.slice();
  const rule = byLayer(net, [undefined, adam({ eta: 0.01 })]);
  expect(String(rule)).toBe(`byLayer(fixed, ${adam({ eta: 0.01 })})`);
  const run = await train(net, data, { rule, epochs: 3, batchSize: 5, live: false });
  expect(net.theta.subarray(0, 9)).toEqual(before.subarray(0, 9));
  const moved = net.theta.subarray(9).filter((x, i) => x !== before[9 + i]!).length;
  expect(moved).toBe(8);
  expect(run.state!.k).toBe(12);
  const moments = Object.entries(run.state!).filter(([, value]) => typeof value !== "number");
  expect(moments.map(([name]) => name)).toEqual(["m", "v"]);
  for (const [, values] of moments)
    expect((values as Float64Array).subarray(0, 9)).toEqual(new Float64Array(9));
});

test("what a run's state is for: the mean of the iterates", async () => {
  const net = network();
  const run = await train(net, data, {
    rule: averaging(sgd({ eta: 0.1 })),
    epochs: 2,
    batchSize: 5,
    live: false,
  });
  const mean = averageOf(run.state!);
  expect(mean.length).toBe(net.parameterCount);
  expect(Math.max(...mean.map((x, i) => Math.abs(x - net.theta[i]!)))).toBeGreaterThan(0);
  expect(JSON.parse(JSON.stringify(run)).state).toBeUndefined();
  const kernels = await train(network(), data, { rule: sgd({ eta: 0.1 }), live: false });
  expect(kernels.state!.k).toBe(kernels.steps);
});

test("a checkpoint sees which schedules the rules of layers and regions have", () => {
  const at = (power: number) => (k: number) => 1 / k ** power;
  const net = network();
  const of = (power: number) =>
    behaviourOf(
      byLayer(net, () => sgd({ eta: at(power) })),
      8,
      17,
    );
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(0.5));
  expect(behaviourOf(projected(sgd({ eta: at(1) }), box(0, 1)), 8, 2)).toEqual(
    behaviourOf(sgd({ eta: at(1) }), 8, 2),
  );
  expect(
    behaviourOf(
      byLayer(net, () => sgd({ eta: 0.1 })),
      8,
      17,
    ),
  ).toBeUndefined();
});

test("byLayer refuses what is no rule for each layer", () => {
  const net = network();
  expect(() => byLayer(net, [sgd({ eta: 1 })])).toThrow(
    "the network has 2 layers with parameters, so there must be as many rules",
  );
  expect(() => byLayer(net, () => undefined)).toThrow("at least one layer must have a rule");
  expect(() => byLayer(net, () => 3 as never)).toThrow("the rule of layer 1 must be one such as sgd");
  expect(() => byLayer({} as never, [])).toThrow("expected a network");
  const rule = byLayer(net, () => sgd({ eta: 1 }));
  expect(() => rule.step(new Float64Array(2), new Float64Array(2), rule.init(2))).toThrow(
    "the rule is for 17 parameters",
  );
});

test("regions keep what they were given", () => {
  const [low, high, centre] = [
    [0, 0],
    [1, 1],
    [5, 0],
  ];
  const [inBox, inBall] = [box(low!, high!), ball(1, { centre: centre! })];
  for (const list of [low, high, centre]) list!.fill(99);
  const theta = Float64Array.of(7, -7);
  inBox.project(theta);
  expect(Array.from(theta)).toEqual([1, 0]);
  const far = Float64Array.of(8, 0);
  inBall.project(far);
  expect(Array.from(far)).toEqual([6, 0]);
});

test.each<[number, number[], number[]]>([
  [1e200, [1e200, 1e200], [Math.SQRT1_2 * 1e200, Math.SQRT1_2 * 1e200]],
  [1e-200, [3e-200, 4e-200], [0.6e-200, 0.8e-200]],
  [1, [Number.POSITIVE_INFINITY, 0], [1, 0]],
  [1, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], [-Math.SQRT1_2, Math.SQRT1_2]],
  [2, [Number.NEGATIVE_INFINITY, 7], [-2, 0]],
  [1e300, [1e-300, 1e300], [1e-300, 1e300]],
])("ball(%d) of %j", (radius, from, to) => {
  const theta = Float64Array.from(from);
  ball(radius).project(theta);
  // A rounding of the length, and one of the quotient.
  for (const [i, x] of theta.entries())
    expect(Math.abs(x - to[i]!)).toBeLessThanOrEqual(4e-16 * Math.abs(to[i]!));
});

test("a ball of as many parameters as no call has arguments", () => {
  const theta = new Float64Array(200_000).fill(1);
  ball(1).project(theta);
  expect(theta[7]! * Math.sqrt(200_000)).toBeCloseTo(1, 12);
});

test("means of points before they are moved, or of some layers only, are refused", () => {
  const mean = averaging(sgd({ eta: 1 }));
  const net = network();
  expect(() => projected(mean, ball(1))).toThrow("write averaging(projected(…, region))");
  expect(() =>
    projected(
      byLayer(net, () => mean),
      ball(1),
    ),
  ).toThrow("write averaging(projected(…, region))");
  expect(() => masked(clipNorm(mean, 1), [1])).toThrow("write averaging(masked(…, mask))");
  expect(() => byLayer(net, [mean, sgd({ eta: 1 })])).toThrow(
    "write averaging(byLayer(…)), got averaging(…) for 1 of 2 layers",
  );
  expect(() => byLayer(net, [undefined, mean])).toThrow("write averaging(byLayer(…))");
  // Of all layers it is the mean of the iterates, as around them.
  const [inside, around] = [
    byLayer(net, () => averaging(sgd({ eta: 0.5 }))),
    averaging(byLayer(net, () => sgd({ eta: 0.5 }))),
  ];
  const means = [inside, around].map((rule) => {
    const [theta, state] = [new Float64Array(17).fill(1), rule.init(17)];
    for (const g of [1, 2, 3]) rule.step(theta, new Float64Array(17).fill(g), state);
    return averageOf(state);
  });
  // θ is 0.5, −0.5, −2.
  for (const one of means) for (const x of one) expect(x).toBeCloseTo(-2 / 3, 14);
  const outside = averaging(projected(sgd({ eta: 1 }), box(-1, 1)));
  const [theta, state] = [Float64Array.of(0), outside.init(1)];
  for (const g of [-5, 0.5]) outside.step(theta, Float64Array.of(g), state);
  expect(averageOf(state)).toEqual(Float64Array.of(0.75));
});

test("a training does not resume with another custom region", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-regions-"));
  try {
    const file = path.join(folder, "run.safetensors");
    const within = (limit: number): Region => ({
      project(theta) {
        theta.set(theta.map((x) => Math.max(-limit, Math.min(limit, x))));
      },
    });
    const at = (rule: Rule) => ({ rule, batchSize: 5, live: false });
    const rules = [
      (limit: number) => projected(sgd({ eta: 0.1 }), within(limit)),
      (limit: number) => clipNorm(projected(sgd({ eta: 0.1 }), within(limit)), 9),
      (limit: number) =>
        averaging(masked(projected(sgd({ eta: 0.1 }), within(limit)), new Array(17).fill(1))),
    ];
    for (const rule of rules) {
      await train(network(), data, { ...at(rule(0.1)), epochs: 1, checkpoint: file });
      await expect(train(network(), data, { ...at(rule(0.5)), epochs: 2, resume: file })).rejects.toThrow(
        "the checkpoint was made with another rule: ",
      );
      const [resumed, whole] = [network(), network()];
      await train(resumed, data, { ...at(rule(0.1)), epochs: 2, resume: file });
      await train(whole, data, { ...at(rule(0.1)), epochs: 2 });
      expect(resumed.theta).toEqual(whole.theta);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
