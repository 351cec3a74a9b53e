// The false alarms of checkNoise, and what it states to find, counted over 500 seeds each.
import { checkNoise, type Estimator, expectation, noise, quadratic, type Random, random } from "nablab";
import { describe, expect, test } from "vitest";
import { testMean } from "../../dist/theory/verdicts/mean-test.js";

const at = [[0]];

/** At most `p` in truth: five standard deviations above n p, and 5 where that is little. */
const atMost = (count: number, p: number, n: number) =>
  expect(count).toBeLessThanOrEqual(n * p + 5 * Math.sqrt(n * p) + 5);

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

const varianceOf = (draw: (s: Random) => number, samples: number, seed: number) =>
  checkNoise((_, stream) => [draw(stream)], { at, samples, seed }).variance;
const pareto = (index: number) => (s: Random) => (1 - s.uniform()) ** (-1 / index);

test("finite variance: near index 2 and of lognormal laws no seed is certain", () => {
  for (let seed = 0; seed < 500; seed++) {
    for (const samples of [50, seed % 8 ? 250 : 2000]) {
      for (const index of [1.9, 2, 2.1]) expect(varianceOf(pareto(index), samples, seed)).toBe("undecided");
      for (const sd of [1.5, 2, 3])
        expect(varianceOf((s) => Math.exp(sd * s.normal()), samples, seed)).not.toBe(
          "no finite variance in sight",
        );
    }
  }
});
