// What comparisons state of themselves, counted over hundreds of seeds: false alarms, and misses of the deviation that they
// say they would detect.
import { compareEstimate, estimateMean, type Random, random, timeAverage } from "nablab";
import { describe, expect, test } from "vitest";

/** At most `p` in truth: `count` of n may be above n p by five standard deviations (and by 5, where that is little). */
const atMost = (count: number, p: number, n: number) =>
  expect(count).toBeLessThanOrEqual(n * p + 5 * Math.sqrt(n * p) + 5);

/** n draws; `Float64Array.from({ length: n }, draw)` takes five times as long. */
const filled = (n: number, draw: () => number): Float64Array => {
  const draws = new Float64Array(n);
  for (let i = 0; i < n; i++) draws[i] = draw();
  return draws;
};

describe("of 1 to 50 quantities together, of laws with heavy tails", () => {
  const pareto = (index: number) => (s: Random) => (1 - s.uniform()) ** (-1 / index);
  const student = (degrees: number) => (s: Random) => {
    let square = 0;
    for (let i = 0; i < degrees; i++) square += s.normal() ** 2;
    return s.normal() / Math.sqrt(square / degrees);
  };
  const heavy: [string, number, (stream: Random) => number][] = [
    ["Student, 2 degrees", 0, student(2)],
    ["Student, 3 degrees", 0, student(3)],
    ["Pareto of index 1.5", 3, pareto(1.5)],
    ["Pareto of index 2.5", 5 / 3, pareto(2.5)],
    ["Pareto of index 4", 4 / 3, pareto(4)],
    ["lognormal, σ = 2", Math.exp(2), (s) => Math.exp(2 * s.normal())],
    ["one in 50 is 20 times as large", 0, (s) => (s.uniform() < 0.02 ? 20 : 1) * s.normal()],
    ["one in 100 is 99", 0, (s) => (s.uniform() < 0.01 ? 99 : -1)],
  ];
  const level = 0.05;
  // 500 runs of each list take forty seconds.
  const allSeeds = process.env.NABLAB_ALL_SEEDS === "1";

  test.each(heavy)("%s", (_, mean, draw) => {
    for (const [n, dimensions, runs] of [
      [30, 50, allSeeds ? 500 : 60],
      [30, 10, allSeeds ? 500 : 100],
      [40, 1, 500],
      [1000, 1, 500],
    ] as const) {
      const stream = random(n).split(dimensions);
      let [wrong, missed, kept] = [0, 0, 0];
      for (let run = 0; run < runs; run++) {
        const measured = Array.from({ length: dimensions }, () =>
          estimateMean(filled(n, () => draw(stream))),
        );
        const of = (expected: number[]) =>
          compareEstimate({ measured, expected, within: Number.MAX_VALUE, falseAlarm: level });
        const all = new Array(dimensions).fill(mean);
        const right = of(all);
        wrong += Number(right.verdict === "no");
        // At the bound itself it is not below it.
        kept += Number(
          compareEstimate({ measured: measured[0]!, atMost: mean, falseAlarm: level }).verdict === "yes",
        );
        if (right.verdict === "undecided") continue;
        const by = right.comparisons[0]!.detects;
        for (const off of [by, -by]) missed += Number(of(all.with(0, mean + off)).verdict === "yes");
      }
      atMost(wrong, level, runs);
      atMost(missed, 0.02, runs);
      atMost(kept, level, runs);
    }
  });

  // What is stated of a miss holds among the experiments that are decided, too, on either side: 3 binomial errors.
  test.each<[string, number, (stream: Random) => number]>([
    ["exponential", 1, (s) => -Math.log1p(-s.uniform())],
    ["Student, 3 degrees", 0, student(3)],
    ["lognormal, σ = ¼", Math.exp(1 / 32), (s) => Math.exp(s.normal() / 4)],
    ["a coin", 0.3, (s) => Number(s.uniform() < 0.3)],
  ])("%s: one seed in a hundred misses what is stated, at most", (_, mean, draw) => {
    const stream = random(31);
    const missed = [0, 0];
    let decided = 0;
    for (let seed = 0; seed < (allSeeds ? 4000 : 800); seed++) {
      const measured = estimateMean(Float64Array.from({ length: 400 }, () => draw(stream)));
      const of = (expected: number) =>
        compareEstimate({ measured, expected, within: Number.MAX_VALUE, falseAlarm: 0.05 });
      const { verdict, detects } = of(mean);
      if (verdict === "undecided") continue;
      decided++;
      for (const [side, off] of [detects, -detects].entries()) {
        missed[side]! += Number(of(mean + off).verdict === "yes");
      }
    }
    expect(decided).toBeGreaterThan(100);
    expect(Math.max(...missed)).toBeLessThanOrEqual(0.01 * decided + 3 * Math.sqrt(0.01 * decided));
  });
});

// θ² along a path with constant steps η, of mean η/(2 − η) and as skewed as χ².
const squares = (eta: number, length: number, stream: Random) => {
  let theta = stream.normal() * Math.sqrt(eta / (2 - eta));
  return filled(length, () => {
    theta = (1 - eta) * theta + eta * stream.normal();
    return theta * theta;
  });
};

test.each([0.3, 0.5])(
  "of skewed steps, η = %s, false alarms and misses over 500 seeds are as stated",
  (eta) => {
    const floor = eta / (2 - eta);
    const runs = 500;
    const level = 0.02;
    let [wrong, missed, decided] = [0, 0, 0];
    const means: number[] = [];
    const stated: number[] = [];
    for (let seed = 0; seed < runs; seed++) {
      const measured = timeAverage(squares(eta, 16_000, random(seed).split("squares")));
      means.push(measured.mean);
      stated.push(measured.skewness);
      const of = (expected: number) =>
        compareEstimate({ measured, expected, within: Number.MAX_VALUE, falseAlarm: level });
      const right = of(floor);
      wrong += Number(right.verdict === "no");
      if (right.verdict === "undecided") continue;
      decided++;
      missed += Number(of(floor + right.detects).verdict === "yes");
      missed += Number(of(floor - right.detects).verdict === "yes");
    }
    expect(decided).toBeGreaterThan(0.9 * runs);
    atMost(wrong, level, runs);
    atMost(missed, 0.02, runs);
    // The skewness that is stated, against that of 500 means, which has the error √(6/500) = 0.11.
    const centre = means.reduce((sum, x) => sum + x / runs, 0);
    const moment = (p: number) => means.reduce((sum, x) => sum + (x - centre) ** p / runs, 0);
    const average = stated.reduce((sum, x) => sum + x / runs, 0);
    expect(average).toBeGreaterThan(0);
    expect(Math.abs(average - moment(3) / moment(2) ** 1.5)).toBeLessThan(5 * Math.sqrt(6 / runs));
  },
);
