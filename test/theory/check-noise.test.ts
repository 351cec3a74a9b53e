// False alarms and power of the tests of a mean, counted, and the laws whose mean no sample shows.
import {
  checkNoise,
  type Estimator,
  expectation,
  finiteSum,
  noise,
  quadratic,
  type Random,
  random,
} from "nablab";
import { describe, expect, test } from "vitest";
import { testMean } from "../../dist/theory/verdicts/mean-test.js";

const at = [[0]];
const law =
  (draw: (stream: Random) => number): Estimator =>
  (_, stream) => [draw(stream)];
const rare = (p: number) => (s: Random) => (s.uniform() < p ? 1 / p : 0);

/** At most `p` in truth: five standard deviations above n p, and 5 where that is little. */
const atMost = (count: number, p: number, n: number) =>
  expect(count).toBeLessThanOrEqual(n * p + 5 * Math.sqrt(n * p) + 5);

describe("a mean that rare draws carry is never called biased, nor unbiased", () => {
  test.each([
    ["10⁴ with probability 10⁻⁴", rare(1e-4)],
    ["10³ with probability 10⁻³", rare(1e-3)],
    ["100 with probability 0.01", rare(0.01)],
    ["normal, and rarely large", (s: Random) => s.normal() + rare(1e-4)(s)],
    ["normal, and less rarely large", (s: Random) => s.normal() + rare(1e-3)(s)],
    ["Pareto of index 1.1", (s: Random) => (0.1 / 1.1) * (1 - s.uniform()) ** (-1 / 1.1)],
  ])("%s", (_, draw) => {
    for (let seed = 0; seed < 500; seed++) {
      const check = checkNoise(law(draw), { at, mean: () => [1], seed, samples: 300 });
      expect([check.verdict, check.bias]).toEqual(["undecided", "undecided"]);
      expect(check.detects).toBe(Number.POSITIVE_INFINITY);
      expect(check.wouldDecide).toMatch(/kurtosis/);
    }
  });

  test("with its bound it is right for every seed", () => {
    for (let seed = 0; seed < 500; seed++) {
      for (const p of [1e-4, 1e-3, 0.01]) {
        const check = checkNoise(law(rare(p)), { at, mean: () => [1], bound: 1 / p, seed, samples: 200 });
        expect(check.verdict).toBe("undecided");
        expect(check.wouldDecide).toMatch(/^take ([\d,]+|many) times the draws/);
      }
    }
  });
});

describe("with known tails false alarms and misses are as stated", () => {
  const laws: [string, (stream: Random) => number, { kurtosis?: number; bound?: number }][] = [
    ["normal", (s) => s.normal(), { kurtosis: 3 }],
    ["uniform", (s) => 2 * s.uniform() - 1, { kurtosis: 1.8 }],
    ["uniform, by its bound", (s) => 2 * s.uniform() - 1, { bound: 2 }],
    ["signs, by their bound", (s) => (s.uniform() < 0.5 ? -1 : 1), { bound: 2 }],
    ["exponential", (s) => -Math.log1p(-s.uniform()) - 1, { kurtosis: 9 }],
    ["one in twenty", (s) => Number(s.uniform() < 0.05) - 0.05, { kurtosis: 18 }],
  ];
  test.each(laws)("%s, 500 seeds", (_, draw, tails) => {
    const stream = random(31);
    const level = 0.01;
    let [wrong, missed, decided] = [0, 0, 0];
    for (let run = 0; run < 500; run++) {
      const draws = Float64Array.from({ length: 1000 }, () => draw(stream));
      const right = testMean(draws, 0, level, tails);
      wrong += Number(right.verdict === "no");
      if (right.verdict === "undecided") continue;
      decided++;
      missed += Number(testMean(draws, right.detects, level, tails).verdict === "yes");
      missed += Number(testMean(draws, -right.detects, level, tails).verdict === "yes");
    }
    expect(decided).toBeGreaterThan(480); // a few samples have twice the kurtosis given
    atMost(wrong, level, 500);
    atMost(missed, 0.02, 500);
  });

  test("in 1 to 50 dimensions and at several places the alarm is that of all together", () => {
    for (const dimension of [1, 3, 50]) {
      let wrong = 0;
      const gradient = (theta: ArrayLike<number>) => Array.from(theta);
      const noisy: Estimator = (theta, s) => {
        const draw: number[] = [];
        for (let i = 0; i < dimension; i++) draw.push(theta[i]! + s.normal());
        return draw;
      };
      for (let seed = 0; seed < 500; seed++) {
        const places = [new Array(dimension).fill(0), new Array(dimension).fill(2)];
        // Draws enough for a kurtosis of 3 at this level, and no more.
        const samples = dimension === 50 ? 150 : 300;
        const check = checkNoise(noisy, {
          at: places,
          mean: gradient,
          kurtosis: 3,
          samples,
          confidence: 0.98,
          seed,
        });
        wrong += Number(check.verdict === "no");
      }
      atMost(wrong, 0.02, 500);
    }
  });

  test("a ladder of biases: below the stated one nothing is called unbiased that is far off, above it all are found", () => {
    for (let seed = 0; seed < 500; seed++) {
      const of = (bias: number) =>
        checkNoise(expectation(quadratic({ spectrum: [1] }), noise({ bias })), { at, seed, samples: 1000 });
      const { detects, verdict } = of(0);
      expect(verdict).toBe("yes");
      expect(detects).toBeLessThan(0.5);
      expect(of(1.3 * detects).verdict).toBe("no");
      expect(of(0.6 * detects).verdict).not.toBe("yes");
    }
  });
});

describe("what is known", () => {
  test("draws that are the same each time, without a random number, are compared exactly", () => {
    expect(checkNoise(() => [0], { at, mean: () => [1e-9] }).verdict).toBe("no");
    expect(checkNoise(() => [0.1 + 0.2], { at, mean: () => [0.3] }).verdict).toBe("yes");
    // The same draws, but random ones.
    const alike: Estimator = (_, s) => [Number(s.uniform() < -1)];
    expect(checkNoise(alike, { at, mean: () => [1] }).verdict).toBe("undecided");
    // So are those that take their random numbers elsewhere: one in 10⁹ carries the mean, or none does.
    const elsewhere: Estimator = () => [Math.random() < 1e-9 ? 1e9 : 0];
    const cryptic: Estimator = () => [
      Number(crypto.getRandomValues(new Uint32Array(2)).every((x) => x === 7)),
    ];
    for (const mean of [0, 1]) {
      expect(checkNoise(elsewhere, { at, mean: () => [mean] }).verdict).toBe("undecided");
      expect(checkNoise(cryptic, { at, mean: () => [mean] }).verdict).toBe("undecided");
    }
    const { random } = Math;
    expect(Object.getOwnPropertyNames(crypto)).not.toContain("getRandomValues");
    const broken = () => {
      throw new Error("no draw");
    };
    expect(() => checkNoise(broken, { at })).toThrow("no draw");
    expect(Math.random).toBe(random);
  });

  test("a finite sum knows its kurtosis: one large term in a hundred is not called rare", () => {
    const F = finiteSum(
      Array.from({ length: 100 }, (_, i) => quadratic({ spectrum: [1], b: [i === 0 ? 100 : 0] })),
    );
    expect(checkNoise(F, { at, samples: 2000 }).verdict).not.toBe("no");
    expect(checkNoise(F, { at, samples: 20_000 }).verdict).toBe("yes");
    const biased = {
      ...F,
      sampleGradient: (t: Float64Array, s: Random) => F.sampleGradient(t, s).map((x) => x + 8),
    };
    expect(checkNoise(biased, { at, samples: 20_000 }).verdict).toBe("no");
  });

  test("too few draws, a kurtosis that the draws exceed, and a finer question are undecided, with what decides", () => {
    const normal = law((s) => s.normal());
    const few = checkNoise(normal, { at, mean: () => [0], kurtosis: 3, samples: 50 });
    expect([few.verdict, few.wouldDecide]).toEqual(["undecided", "take at least 137 draws"]);
    const heavy = checkNoise(
      law((s) => s.normal() ** 5),
      { at, mean: () => [0], kurtosis: 3 },
    );
    expect(heavy.findings[0]!.text).toMatch(/kurtosis of \d+, more than the 3 given/);
    const fine = checkNoise(normal, { at, mean: () => [0], kurtosis: 3, within: 0.05 });
    expect(fine.verdict).toBe("undecided");
    expect(fine.wouldDecide).toMatch(/^take \d+ times the draws$/);
  });

  test("numbers that are not finite are errors", () => {
    expect(() => checkNoise(() => [Number.NaN], { at })).toThrow("entry 0 of draw 0 is NaN");
    expect(() => checkNoise(() => [1, Number.POSITIVE_INFINITY], { at })).toThrow(
      "entry 1 of draw 0 is Infinity",
    );
    expect(() => checkNoise(() => [1], { at, mean: () => [1, 2] })).toThrow(
      "must have 1 entries like a draw, got 2",
    );
    for (const wrong of [Number.NaN, undefined as never, Number.POSITIVE_INFINITY]) {
      expect(() => checkNoise(() => [1, 1], { at, mean: () => [1, wrong], kurtosis: 3 })).toThrow(
        `checkNoise: the mean must be finite; at theta = (0) its entry 1 is ${wrong}`,
      );
    }
    expect(() => checkNoise(() => [], { at })).toThrow("at least 1");
    expect(() => checkNoise(() => [1], { at, kurtosis: 0.5 })).toThrow(
      "kurtosis must be a number ≥ 1, got 0.5",
    );
  });
});

describe("finite variance", () => {
  const of = (draw: (s: Random) => number, samples: number, seed: number) =>
    checkNoise(law(draw), { at, samples, seed }).variance;
  const pareto = (index: number) => (s: Random) => (1 - s.uniform()) ** (-1 / index);

  test("near index 2 and of lognormal laws no seed is certain", () => {
    for (let seed = 0; seed < 500; seed++) {
      for (const samples of [50, seed % 8 ? 250 : 2000]) {
        for (const index of [1.9, 2, 2.1]) expect(of(pareto(index), samples, seed)).toBe("undecided");
        for (const sd of [1.5, 2, 3])
          expect(of((s) => Math.exp(sd * s.normal()), samples, seed)).not.toBe("no finite variance in sight");
      }
    }
  });

  test("light tails are told from Cauchy's, in words that promise nothing beyond the sample", () => {
    for (let seed = 0; seed < 6; seed++) {
      expect(of((s) => s.normal(), 2000, seed)).toBe("no sign of infinite variance");
      expect(of((s) => s.uniform(), 2000, seed)).toBe("no sign of infinite variance");
      expect(of((s) => s.normal() / s.normal(), 40_000, seed)).toBe("no finite variance in sight");
    }
    const [, finding] = checkNoise(
      law((s) => s.normal()),
      { at, mean: () => [0] },
    ).findings;
    expect(finding!.verdict).toBe("undecided");
    expect(finding!.text).toMatch(/tail index \d.* ± .* if the tail goes on like this/);
  });
});
