// What a comparison states about itself is counted: false alarms and misses over thousands of experiments. Of heavy tails and
// of paths in estimate.long.test.ts.
import { inspect } from "node:util";
import {
  CheckFailed,
  checkEstimate,
  compareEstimate,
  estimateMean,
  estimateVariance,
  type Random,
  random,
  timeAverage,
  toBundle,
} from "nablab";
import { describe, expect, test } from "vitest";
import { studentTail } from "../../dist/tensor/student.js";
import { limitOf } from "../../dist/theory/verdicts/check-estimate.js";

/** At most `p` in truth: `count` of n may be above n p by five standard deviations (and by 5, where that is little). */
const atMost = (count: number, p: number, n: number) =>
  expect(count).toBeLessThanOrEqual(n * p + 5 * Math.sqrt(n * p) + 5);

/** n draws; `Float64Array.from({ length: n }, draw)` takes five times as long. */
const filled = (n: number, draw: () => number): Float64Array => {
  const draws = new Float64Array(n);
  for (let i = 0; i < n; i++) draws[i] = draw();
  return draws;
};

const laws: [string, number, (stream: Random) => number][] = [
  ["normal", 0, (s) => s.normal()],
  ["uniform", 0.5, (s) => s.uniform()],
  ["a coin", 0.3, (s) => Number(s.uniform() < 0.3)],
  ["exponential", 1, (s) => -Math.log1p(-s.uniform())],
  ["squares", 1, (s) => s.normal() ** 2],
  ["lognormal", Math.exp(0.5), (s) => Math.exp(s.normal())],
  ["one in 50", 0.02, (s) => Number(s.uniform() < 0.02)],
  ["one in 1000", 1, (s) => 1000 * Number(s.uniform() < 0.001)],
  ["Cauchy", 0, (s) => s.normal() / s.normal()],
];

describe("false alarms and misses are as stated", () => {
  test.each(laws)("%s", (_, mean, draw) => {
    const stream = random(11);
    for (const [n, runs] of [
      [5, 500],
      [50, 500],
      [800, 800],
    ] as const) {
      let [wrong, missed] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const estimate = estimateMean(filled(n, () => draw(stream)));
        const of = (expected: number, within: number) =>
          compareEstimate({ measured: estimate, expected, within, falseAlarm: 0.01 });
        const right = of(mean, Number.MAX_VALUE);
        if (right.verdict === "no") wrong++;
        // The same numbers, held against a theory that is off by just what is stated to be found.
        if (right.verdict !== "undecided" && of(mean + right.detects, Number.MAX_VALUE).verdict === "yes")
          missed++;
        if (n === 5) expect(right.verdict).toBe("undecided");
      }
      atMost(wrong, 0.01, runs);
      atMost(missed, 0.01, runs);
    }
  });

  test("of a list the false alarm is that of all together", () => {
    const stream = random(12);
    let wrong = 0;
    for (let run = 0; run < 2000; run++) {
      const measured = Array.from({ length: 20 }, () => stream.normal());
      const check = compareEstimate({
        measured,
        standardError: 1,
        expected: 0 * measured.length,
        within: 99,
        falseAlarm: 0.05,
      });
      wrong += Number(check.verdict === "no");
    }
    atMost(wrong, 0.05, 2000);
    expect(wrong).toBeGreaterThan(50); // 100 ± 10: it is not bought with a wide margin
  });

  test("a bound is called kept, or broken, with the stated error on either side of it", () => {
    const stream = random(13);
    let [kept, broken] = [0, 0];
    for (let run = 0; run < 4000; run++) {
      const { verdict } = compareEstimate({
        measured: stream.normal(),
        standardError: 1,
        atMost: 0,
        falseAlarm: 0.02,
      });
      kept += Number(verdict === "yes");
      broken += Number(verdict === "no");
    }
    // At the bound itself both are wrong half the way: each has probability 0.02.
    for (const count of [kept, broken]) {
      atMost(count, 0.02, 4000);
      expect(count).toBeGreaterThan(40);
    }
  });
});

test("draws too skewed for their mean are inside of a bound that is far away", () => {
  const draws = estimateMean(Float64Array.from({ length: 1000 }, (_, i) => Math.log((i + 0.5) / 1000) ** 2));
  expect(draws.doubt).toBeUndefined();
  const of = (atMost: number) => compareEstimate({ measured: draws, atMost, falseAlarm: 1e-6 });
  expect(of(draws.mean + 30 * draws.standardError).verdict).toBe("yes");
  expect(of(draws.mean + 10 * draws.standardError)).toMatchObject({
    verdict: "undecided",
    findings: [{ text: expect.stringContaining("too skewed") }],
  });
});

describe("the time average of a path", () => {
  const autoregressive = (rho: number, length: number, stream: Random) => {
    let x = stream.normal() / Math.sqrt(1 - rho * rho);
    return filled(length, () => {
      x = rho * x + stream.normal();
      return x;
    });
  };

  test("has the error that dependence leaves", () => {
    const stream = random(14);
    const runs = 100;
    for (const rho of [0, 0.7, -0.5]) {
      let wrong = 0;
      let z2 = 0;
      for (let run = 0; run < runs; run++) {
        const measured = timeAverage(autoregressive(rho, 9000, stream));
        expect(measured.doubt).toBeUndefined();
        const check = compareEstimate({ measured, expected: 0, within: 99, falseAlarm: 0.02 });
        wrong += Number(check.verdict === "no");
        z2 += (measured.mean / measured.standardError) ** 2 / runs;
      }
      atMost(wrong, 0.02, runs);
      // t² with 49 degrees of freedom has mean 49/47 and variance 2.3: of 100, ± 0.15. With σ̂/√n it would be 5.7 for ρ = 0.7.
      expect(Math.abs(z2 - 49 / 47)).toBeLessThan(0.75);
    }
  });

  // θ² along a path with constant steps η, of mean η/(2 − η) and as skewed as χ².
  const squares = (eta: number, length: number, stream: Random) => {
    let theta = stream.normal() * Math.sqrt(eta / (2 - eta));
    return filled(length, () => {
      theta = (1 - eta) * theta + eta * stream.normal();
      return theta * theta;
    });
  };

  test("of skewed steps a long path decides, and a short one says how long", () => {
    const eta = 0.1;
    const floor = eta / (2 - eta);
    const of = (length: number) => {
      const measured = timeAverage(squares(eta, length, random(21)));
      const all = {
        measured: [measured, measured, measured],
        expected: new Array(3).fill(floor),
        within: 0.1 * floor,
      };
      return { measured, check: compareEstimate(all) };
    };
    const short = of(10_000);
    expect(short.check.verdict).toBe("undecided");
    expect(short.check.wouldDecide).toMatch(/^take \d+ times the (steps|paths)/);
    const long = of(1_000_000);
    expect(long.check.verdict).toBe("yes");
    expect(long.measured.skewness).toBeLessThan(0.3 * Math.abs(of(50_000).measured.skewness));
    expect(long.measured.skewnessError).toBeCloseTo(Math.sqrt(6) / 2000, 3);
  });

  test("doubts a path that remembers too long, or has not arrived", () => {
    const stream = random(15);
    for (let run = 0; run < 100; run++) {
      const long = timeAverage(autoregressive(0.999, 20_000, stream));
      expect(long.doubt?.reason).toMatch(/not enough for a batch/);
      expect(long.doubt?.wouldDecide).toMatch(/^take [\d,]+ times the steps$/);
      expect(compareEstimate({ measured: long, expected: 0, within: 99 }).verdict).toBe("undecided");
    }
    const arriving = Float64Array.from({ length: 50_000 }, (_, k) => stream.normal() + 5 * 0.9998 ** k);
    expect(timeAverage(arriving).doubt).toBeDefined();
    expect(timeAverage(arriving, { from: 45_000 }).doubt).toBeUndefined();
  });

  test("of several paths uses them all, and of many each as one draw", () => {
    const stream = random(16);
    const few = timeAverage(Array.from({ length: 4 }, () => autoregressive(0.5, 10_000, stream)));
    expect([few.count, few.degrees]).toEqual([4 * 13 * 769, 51]);
    const many = timeAverage(Array.from({ length: 200 }, () => autoregressive(0.99, 50, stream)));
    expect([many.count, many.degrees, many.doubt]).toEqual([10_000, 199, undefined]);
    expect(() => timeAverage([1, 2, 3])).toThrow("must have at least 50 steps from step 0 on, got 3");
    expect(() => timeAverage([1, Number.NaN])).toThrow("every value must be finite, number 1 is NaN");
  });
});

describe("estimates", () => {
  test("of a mean and a variance, by hand", () => {
    const { mean, standardError, degrees } = estimateMean([1, 2, 3, 6]);
    expect(mean).toBe(3);
    expect(standardError).toBeCloseTo(Math.sqrt(14 / 3 / 4), 14);
    expect(degrees).toBe(3);
    expect(estimateVariance([1, 2, 3, 6]).mean).toBeCloseTo(14 / 3, 14);
  });

  test("doubt themselves where the sample says so", () => {
    const reason = (draws: number[]) => estimateMean(draws).doubt?.reason;
    expect(reason([1, 2, 3])).toBe("3 draws say too little about their scatter");
    expect(reason(new Array(1000).fill(0.1))).toMatch(/^all 1000 draws are alike/);
    expect(reason(Array.from({ length: 1000 }, (_, i) => Number(i === 7)))).toMatch(
      /single draw makes 100 %/,
    );
    expect(reason(Array.from({ length: 1000 }, (_, i) => i % 7))).toBeUndefined();
    expect(() => estimateMean([1, Number.NaN])).toThrow("every value must be finite, number 1 is NaN");
    expect(() => estimateMean([1])).toThrow("give at least 2 values");
  });

  test("of a variance has the error of the fourth moment, whatever the law", () => {
    const stream = random(17);
    // Signs do not scatter in their square at all; normal squares have √(2/n).
    const normal = estimateVariance(Float64Array.from({ length: 20_000 }, () => stream.normal()));
    expect(normal.standardError / Math.sqrt(2 / 20_000)).toBeCloseTo(1, 1);
    const signs = Float64Array.from({ length: 10_000 }, () => (stream.uniform() < 0.5 ? -1 : 1));
    expect(estimateVariance(signs).standardError).toBeLessThan(1e-3);
  });
});

test("a limit is a number, or the draws are too skewed: of few degrees of freedom, too", () => {
  for (let degrees = 1; degrees < 500; degrees *= 1.3) {
    for (const alarm of [0.3, 1e-3, 5e-7, 1e-12]) {
      for (const skewness of [0, 1e-3, 0.01, 0.05, 0.2]) {
        const { limit, skewed } = limitOf(alarm, degrees, skewness);
        expect(limit).toBeGreaterThan(0);
        expect(limit).toBeLessThan(Number.POSITIVE_INFINITY);
        const plain = limitOf(alarm, degrees, 0).limit;
        if (skewed === 0) expect(limit).toBeGreaterThanOrEqual(plain * (1 - 1e-9));
      }
    }
  }
  // By hand: P(T > z) exp(γ z³/3) = α.
  const { limit } = limitOf(1e-6, 49, 0.02);
  expect(Math.log(studentTail(limit, 49)) + (0.02 * limit ** 3) / 3).toBeCloseTo(Math.log(1e-6), 9);
});

describe("checkEstimate", () => {
  const base = { measured: 0.2512, standardError: 0.001, expected: 0.25, within: 0.01 };

  test("says both errors, shows itself as check does", async () => {
    const check = checkEstimate("B3", "the floor", base);
    expect(check.verdict).toBe("yes");
    // 4.8916 + 2.3263 standard errors.
    expect(check.detects).toBeCloseTo(0.0072179, 6);
    const bundle = await toBundle(check);
    expect(bundle["text/plain"]).toBe(inspect(check));
    expect(bundle["text/html"]).toMatch(/^<p>✓ <b>B3<\/b> the floor: measured 0\.2512 ± 0\.001/);
  });

  test("what passed with η/2 or η for η/(2 − η) does not any more", () => {
    const eta = 0.1;
    const floor = { measured: eta / (2 - eta), standardError: 0.0005, within: 0.1 * eta };
    expect(() => checkEstimate("B3", "floor", { ...floor, expected: eta / 2 })).toThrow(CheckFailed);
    expect(() => checkEstimate("B3", "floor", { ...floor, expected: eta })).toThrow("does not hold");
    expect(checkEstimate("B3", "floor", { ...floor, expected: eta / (2 - eta) }).verdict).toBe("yes");
  });

  test("too few paths are undecided, with the number that decides", () => {
    const error = (() => {
      try {
        checkEstimate("B3", "the floor", { ...base, standardError: 0.005 });
      } catch (error) {
        return error as CheckFailed;
      }
      throw new Error("it passed");
    })();
    expect(error.verdict).toBe("undecided");
    // (7.2179 · 0.005 / 0.01)² = 13.02…
    expect(error.message).toMatch(/^B3 is undecided: the floor: .*take 14 times the paths/);
    expect(compareEstimate({ ...base, standardError: 0.005 / Math.sqrt(14) }).verdict).toBe("yes");
  });

  test("a remainder widens what is right, and what can be found", () => {
    const loose = { ...base, measured: 0.259, expected: 0.25, within: 0.02 };
    expect(compareEstimate(loose).verdict).toBe("no");
    expect(compareEstimate({ ...loose, remainder: 0.005 }).verdict).toBe("yes");
    expect(compareEstimate({ ...loose, remainder: 0.005 }).detects).toBeCloseTo(0.0122179, 6);
    expect(() => compareEstimate({ ...loose, remainder: 0.05 })).toThrow(
      "within must be at least the remainder",
    );
  });

  test("few degrees of freedom widen the limit", () => {
    expect(compareEstimate({ ...base, measured: 0.2556 }).verdict).toBe("no");
    expect(compareEstimate({ ...base, measured: 0.2556, degrees: 10, within: 1 }).verdict).toBe("yes");
  });

  test("numbers that are no estimates are compared exactly", () => {
    const exact = { standardError: 0, within: 0 };
    expect(compareEstimate({ measured: 0.1 + 0.2, expected: 0.3, ...exact }).verdict).toBe("yes");
    expect(compareEstimate({ measured: 0.3001, expected: 0.3, ...exact }).verdict).toBe("no");
    expect(compareEstimate({ measured: 2, standardError: 0, atMost: 2 }).verdict).toBe("yes");
    expect(compareEstimate({ measured: 2.1, standardError: 0, atMost: 2 }).verdict).toBe("no");
    expect(compareEstimate({ measured: 2.1, standardError: 0, atLeast: 2 }).verdict).toBe("yes");
  });

  test("an error that is next to nothing leaves rounding, and never more than half of what is asked for", () => {
    const tiny = { measured: 1, standardError: 1e-20 };
    expect(compareEstimate({ ...tiny, expected: 1 + 1e-15, within: 1e-10 }).verdict).toBe("yes");
    expect(compareEstimate({ ...tiny, expected: 1 + 1e-9, within: 1e-10 }).verdict).toBe("no");
    expect(compareEstimate({ ...tiny, expected: 1 + 1e-13, within: 1e-14 }).verdict).toBe("no");
    expect(compareEstimate({ ...tiny, expected: 1, within: 1e-14 }).verdict).toBe("yes");
    expect(compareEstimate({ ...tiny, expected: 1, within: 0 }).verdict).toBe("undecided");
    expect(compareEstimate({ ...tiny, expected: 1, within: 1e-10 }).detects).toBeCloseTo(1e-12, 18);
    expect(
      compareEstimate({ measured: 1, standardError: 0, expected: 1 + 1e-13, within: 1e-14 }).verdict,
    ).toBe("no");
    const huge = compareEstimate({ measured: 1, standardError: 1, expected: 1e300, within: 9 });
    expect([huge.verdict, String(huge)]).toEqual([
      "no",
      expect.stringContaining("1e300 standard errors off"),
    ]);
  });

  test("estimates and numbers, in lists of any kind", () => {
    const estimate = estimateMean(Float64Array.from({ length: 1000 }, (_, i) => i % 2));
    const mixed = { measured: [estimate, 0.5], standardError: [99, 0.01], expected: 0.5, within: 0.2 };
    const check = compareEstimate(mixed);
    // An estimate brings its own error.
    expect(check.comparisons.map(({ standardError }) => standardError)).toEqual([
      estimate.standardError,
      0.01,
    ]);
    expect(check.verdict).toBe("yes");
    expect(compareEstimate({ ...mixed, expected: [0.5, 0.6] }).comparisons[1]!.verdict).toBe("no");
    const typed = compareEstimate({
      measured: Float32Array.of(1, 2),
      standardError: 0.1,
      expected: 1,
      within: 1,
    });
    expect(typed.comparisons.map(({ verdict }) => verdict)).toEqual(["yes", "no"]);
    expect(() => compareEstimate(undefined as never)).toThrow(
      "compareEstimate: the options must be an object such as { measured, expected, atMost, … }, got undefined",
    );
  });

  test("a list names its worst entry", () => {
    const check = compareEstimate({
      measured: [1, 2.5, 3],
      expected: [1, 2, 3],
      standardError: [0.01, 0.01, 0.01],
      within: [0.1, 0.1, 0.1],
    });
    expect(check.verdict).toBe("no");
    expect(check.comparisons.map(({ verdict }) => verdict)).toEqual(["yes", "no", "yes"]);
    expect(String(check)).toMatch(/^✗ of 3 comparisons the worst: measured 2\.5 ± 0\.01, expected 2, 50\.0/);
  });

  test.each([
    [{ measured: Number.NaN }, "measured must be a finite number or an estimate, got NaN"],
    [{ measured: [] }, "nothing was measured"],
    [{ expected: Number.NaN }, "expected must be a finite number, got NaN"],
    [{ standardError: -1 }, "standardError must be a finite number ≥ 0, got -1"],
    [{ standardError: Number.NaN }, "standardError must be a finite number ≥ 0, got NaN"],
    [{ standardError: undefined }, "(or give an estimate, such as estimateMean(draws)), got undefined"],
    [{ within: undefined }, "within is missing"],
    [{ expected: undefined }, "give one of expected, atMost and atLeast, got none"],
    [{ atMost: 1 }, "got expected and atMost"],
    [{ falseAlarm: 0 }, "falseAlarm must be at least 1e-100 and below 0.5"],
    [{ falseAlarm: 5e-324 }, "falseAlarm must be at least 1e-100 and below 0.5"],
    [{ degrees: 0 }, "degrees must be ≥ 1, got 0"],
    [{ degrees: 1e-9 }, "degrees must be ≥ 1, got 1e-9"],
    [{ standardError: Number.POSITIVE_INFINITY }, "standardError must be a finite number ≥ 0, got Infinity"],
    [{ standardError: null }, "standardError must be a finite number ≥ 0, got null"],
    [{ within: Number.POSITIVE_INFINITY }, "within must be a finite number ≥ 0, got Infinity"],
    // biome-ignore lint/suspicious/noSparseArray: a hole was not measured
    [{ measured: [1, , 1] }, "measured must be a finite number or an estimate, got undefined"],
    [
      { measured: [estimateMean([1, 2, 3]), Number.NaN] },
      "measured must be a finite number or an estimate, got NaN",
    ],
    [
      { measured: { mean: 1, standardError: 0.1 } },
      "an estimate, such as estimateMean(draws), got { mean: 1",
    ],
    [
      { measured: { ...estimateMean([1, 2, 3]), standardError: -1 } },
      "an estimate, such as estimateMean(draws), got",
    ],
    [
      { measured: { ...estimateMean([1, 2, 3]), mean: Number.NaN } },
      "an estimate, such as estimateMean(draws), got",
    ],
    [{ expected: [1, 2] }, "expected must have an entry for each of the 1 measured, got 2"],
  ])("refuses %j", (wrong, message) => {
    expect(() => checkEstimate("B3", "…", { ...base, ...wrong } as never)).toThrow(message);
  });

  test("refuses a claim without a number", () => {
    expect(() => checkEstimate("D1", "…", base)).toThrow("checkEstimate: the claim must be a number");
  });
});
