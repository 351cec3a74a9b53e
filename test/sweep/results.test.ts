/**
 * What the records of a sweep say, against values computed by hand.
 */
import { inspect } from "node:util";
import { logspace, range, type SweepResults, sweep, sweepChart } from "nablab";
import { beforeAll, describe, expect, test } from "vitest";
import { setHost } from "../../dist/display/host.js";
import { overview } from "../../dist/sweep/live.js";
import { stretchOf } from "../../dist/sweep/robustness.js";
import { intervalOf, quantileOf, sdOf } from "../../dist/sweep/statistics.js";
import { HostLog } from "./host-log.js";

const offsets: Record<string, number> = { sgd: 0, adam: 1 };
let results: SweepResults;
beforeAll(async () => {
  const run = ({ rule, eta, seed }: { rule: string; eta: number; seed: number }) => {
    if (rule === "adam" && eta === 10 && seed === 2) throw new RangeError("no");
    return { loss: offsets[rule]! + eta + seed ** 2, curve: [1, seed], name: rule };
  };
  results = await sweep(run, { rule: ["sgd", "adam"], eta: [1, 10], seed: range(3) }, { live: false });
});

test("records are in the order of the grid, the failed ones with their error", () => {
  expect(results.records.map(({ point }) => Object.values(point).join(" "))).toEqual(
    ["sgd", "adam"].flatMap((rule) =>
      [1, 10].flatMap((eta) => [0, 1, 2].map((seed) => `${rule} ${eta} ${seed}`)),
    ),
  );
  expect(results.failed.map(({ point, error }) => [point, error])).toEqual([
    [
      { rule: "adam", eta: 10, seed: 2 },
      { name: "RangeError", message: "no" },
    ],
  ]);
  expect(results.done).toHaveLength(11);
  expect(results.records[4]).toMatchObject({ seed: 1, values: { loss: 11, curve: [1, 1], name: "sgd" } });
  expect(results.column("loss").slice(0, 3)).toEqual([1, 2, 5]);
  const text = inspect(results);
  expect(text).toContain("run: 12 points, 1 failed");
  expect(text).toContain("RangeError: no");
});

test("are filtered by values, lists of them, or a function", () => {
  expect(results.filter({ rule: "sgd", seed: [0, 2] }).records.map(({ values }) => values!.loss)).toEqual([
    1, 5, 10, 14,
  ]);
  expect(results.filter(({ error }) => error !== undefined).records).toHaveLength(1);
  expect(results.filter({ rule: "sgd" }).valuesOf("rule")).toEqual(["sgd"]);
  expect(() => results.filter({ rate: 1 })).toThrow(
    "filter: the sweep has the parameters rule, eta, seed, got 'rate'",
  );
});

test("are summed up in groups", () => {
  const { rows } = results.group("rule", "eta").summary("loss", { quantiles: [0, 0.5, 0.25] });
  expect(rows.map(({ rule, eta, n, mean }) => [rule, eta, n, mean])).toEqual([
    ["sgd", 1, 3, 8 / 3],
    ["sgd", 10, 3, 35 / 3],
    ["adam", 1, 3, 11 / 3],
    ["adam", 10, 2, 11.5],
  ]);
  // 0, 1, 4: mean 5/3, squared deviations 25/9 + 4/9 + 49/9 = 26/3, and half of that.
  expect(rows[0]!.sd).toBeCloseTo(Math.sqrt(13 / 3), 12);
  expect([rows[0]!["0 %"], rows[0]!["50 %"], rows[0]!["25 %"]]).toEqual([1, 2, 1.5]);
  // t(0.975, 2) = 4.302653 (tables): half the width of the interval is that times sd/√3.
  const { mean, low, high } = rows[0] as Record<string, number>;
  expect(high! - mean!).toBeCloseTo((4.302653 * Math.sqrt(13 / 3)) / Math.sqrt(3), 5);
  expect(mean! - low!).toBeCloseTo(high! - mean!, 12);
  expect(inspect(results.group("rule"))).toContain("run: means over n points for each rule");
  expect(() => results.group("rule").summary("los")).toThrow(
    "summary: points return loss, curve, name, got 'los'",
  );
  expect(() => results.group("rule").summary("curve")).toThrow(
    "curve must be a number in each point, got [ 1, 0 ]",
  );
});

test("differences are paired by seed", () => {
  const { rows, caption } = results.paired("loss", { by: "rule" });
  // The seed's part drops out: what is left is 1, without any deviation; a failed point takes its partner with it.
  expect(
    rows.map(({ rule, eta, pairs, difference, sd, low, high }) => [
      rule,
      eta,
      pairs,
      difference,
      sd,
      low,
      high,
    ]),
  ).toEqual([
    ["adam", 1, 3, 1, 0, 1, 1],
    ["adam", 10, 2, 1, 0, 1, 1],
  ]);
  expect(caption).toContain("loss less that of rule sgd at the same seed");
  expect(
    results.paired("loss", { by: "eta", baseline: 10 }).rows.map(({ difference }) => difference),
  ).toEqual([-9, -9]);
  expect(() => results.paired("loss", { by: "eta", baseline: 3 })).toThrow(
    "paired: baseline must be a value of eta (1, 10), got 3",
  );
  expect(() => results.paired("loss", { by: "seed" })).toThrow(
    "paired: by and pair must be two parameters, got 'seed'",
  );
});

test("the best is the best mean over the seeds; what failed is worse than any", () => {
  expect(results.best("loss").point).toEqual({ rule: "sgd", eta: 1 });
  expect(results.best("loss", { best: "greatest" })).toMatchObject({
    point: { rule: "sgd", eta: 10 },
    mean: 35 / 3,
  });
});

describe("a value that is no number in each point", () => {
  const run = ({ a, seed }: { a: number; seed: number }) => ({
    mixed: a === 1 ? a : [a, seed],
    text: String(a),
    list: [a],
    flag: a === 1,
    number: a + seed,
  });

  test("has no mean, and the others have theirs", async () => {
    const mixed = await sweep(run, { a: [1, 2], seed: range(2) }, { live: false });
    expect(inspect(mixed.group("a"))).toBe(
      "run: means over n points for each a\na  n  number\n─  ─  ──────\n1  2     1.5\n2  2     2.5",
    );
    expect(overview(mixed)?.data.at(-1)).toMatchObject({ y: [1.5, 2.5] });
  });

  test.each(["mixed", "text", "list", "flag"])("%s cannot be best", async (name) => {
    const mixed = await sweep(run, { a: [1, 2], seed: range(2) }, { live: false });
    expect(() => mixed.best(name)).toThrow(`${name} must be a number in each point, got `);
  });

  test("leaves a sweep its live chart", async () => {
    const log = new HostLog();
    const before = setHost(log);
    try {
      expect((await sweep(run, { a: [2, 1], seed: range(2) })).done).toHaveLength(4);
      const only = ({ a }: { a: number }) => ({ mixed: a === 1 ? a : [a] });
      expect((await sweep(only, { a: [1, 2] })).done).toHaveLength(2);
    } finally {
      setHost(before);
    }
  });
});

describe("statistics", () => {
  test("of runs that diverged", () => {
    expect(quantileOf([3, Number.POSITIVE_INFINITY, 1], 0.5)).toBe(3);
    expect(quantileOf([1, Number.NaN], 1)).toBeNaN();
    expect(quantileOf([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.9)).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(sdOf([1, Number.POSITIVE_INFINITY])).toBeNaN();
    expect(intervalOf([1, Number.POSITIVE_INFINITY, 2], 0.95)).toEqual([Number.NaN, Number.NaN]);
    expect(intervalOf([1], 0.95)).toEqual([Number.NaN, Number.NaN]);
  });

  test("an interval holds its level", () => {
    // Student's t of 5 normal draws: of 4000 intervals at 90 % the share that holds 0 has the deviation √(0.09/4000) = 0.0047.
    let state = 7;
    const uniform = () => (state = (state * 16807) % 2147483647) / 2147483647;
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const holds = Array.from({ length: 4000 }, () => intervalOf([1, 2, 3, 4, 5].map(normal), 0.9)).filter(
      ([low, high]) => low < 0 && high > 0,
    );
    expect(Math.abs(holds.length / 4000 - 0.9)).toBeLessThan(4 * 0.0047);
  });
});

describe("robustness", () => {
  const options = { factor: 2, best: "least" } as const;
  test("is the stretch around the best, up to the first that is not good", () => {
    const x = [0.001, 0.01, 0.1, 1, 10];
    expect(stretchOf(x, [2, 5, 1.5, 1, 2], options)).toEqual({ at: 1, value: 1, low: 0.1, high: 10 });
    expect(stretchOf(x, [1, Number.NaN, Number.NaN, 3, 1.5], options)).toEqual({
      at: 0.001,
      value: 1,
      low: 0.001,
      high: 0.001,
    });
    expect(stretchOf(x, [10, 50, 99, 98, 10], { factor: 2, best: "greatest" })).toEqual({
      at: 0.1,
      value: 99,
      low: 0.01,
      high: 1,
    });
    expect(stretchOf([1], [Number.POSITIVE_INFINITY], options)).toBeUndefined();
    expect(() => stretchOf([1], [0], options)).toThrow(
      "robustness: a factor of the best needs values > 0, but the best is 0",
    );
  });

  test("has a row for each rule, in decades; a value with a failed point is not good", () => {
    const { rows } = results.robustness("loss", { over: "eta", by: "rule", factor: 6 });
    expect(rows).toEqual([
      { rule: "sgd", "best loss": 8 / 3, "at eta": 1, from: 1, to: 10, decades: 1 },
      { rule: "adam", "best loss": 11 / 3, "at eta": 1, from: 1, to: 1, decades: 0 },
    ]);
  });
});

describe("charts", () => {
  test("lines with bands, by a parameter", () => {
    const chart = sweepChart(results, { x: "eta", y: "loss", series: "rule", within: 6 });
    expect(chart.alt).toContain("sgd: 2 points, first 2.667, last 11.67");
    expect(chart.alt).toContain(
      "lines: mean over seed; band: 80 % of the points; without 1 failed point; thick: within 6 × the best, in decades: sgd 1, adam 0",
    );
    const median = sweepChart(results, { x: "eta", y: "loss", series: "rule", centre: "median", band: 0 });
    expect(median.alt).toContain("sgd: 2 points, first 2, last 11");
    expect(median.alt).not.toContain("band");
  });

  test("lists over their entries", () => {
    expect(sweepChart(results, { y: "curve" }).alt).toContain("curve: 2 points, first 1, last 0.9091");
  });

  test("lines of numbers say of which parameter; long labels leave room on a phone", async () => {
    expect(sweepChart(results, { x: "seed", y: "loss", series: "eta" }).alt).toMatch(
      /eta = 1: .*\neta = 10: /,
    );
    const run = ({ eta }: { rule: string; eta: number }) => ({ loss: eta });
    const rules = ["adagrad, one step for each coordinate", "sgd"];
    const wide = await sweep(run, { rule: rules, eta: logspace(1e-4, 100, 13) }, { live: false });
    const { layout, data } = sweepChart(wide, { x: "eta", y: "rule", z: "loss" });
    const [map] = data as { x: string[]; y: string[] }[];
    expect(map!.y).toEqual(["adagrad, one step<br>for each<br>coordinate", "sgd"]);
    expect(map!.x.slice(0, 4)).toEqual(["0.0001", "0.00032", "0.001", "0.0032"]);
    expect((layout.xaxis as { dtick: number }).dtick).toBe(2); // 51 characters in a row
    // Where two digits do not tell them apart there are four.
    const near = await sweep(run, { rule: "sgd", eta: [1.001, 1.002] }, { live: false });
    expect((sweepChart(near, { x: "eta", y: "rule", z: "loss" }).data[0] as { x: string[] }).x).toEqual([
      "1.001",
      "1.002",
    ]);
  });

  test("a heat map of two parameters", () => {
    const chart = sweepChart(results, { x: "rule", y: "eta", z: "loss" });
    expect(chart.alt).toContain("1: 2.67 3.67");
    expect(chart.alt).toContain("10: 11.7 11.5");
  });

  test.each<[object, string]>([
    [{ x: "eta", y: "los" }, "sweepChart: points return loss, curve, name, got 'los'"],
    [{ x: "rate", y: "loss" }, "sweepChart: the sweep has the parameters rule, eta, seed, got 'rate'"],
    [{ y: "loss" }, "sweepChart: x must be a parameter (rule, eta, seed), got undefined"],
    [{ x: "rule", y: "loss" }, "sweepChart: along the axis rule must have numbers as values, got 'sgd'"],
    [
      { x: "eta", y: "loss", band: 1 },
      'sweepChart: band must be "interval", or a share of points from 0 to below 1, got 1',
    ],
  ])("%j is refused", (options, message) => {
    expect(() => sweepChart(results, options as never)).toThrow(message);
  });
});
