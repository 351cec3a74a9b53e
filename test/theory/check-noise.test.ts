// The laws whose mean no sample shows, and what is known of noise. How often verdicts err is counted in noise.long.test.ts.
import { checkNoise, type Estimator, finiteSum, quadratic, type Random, random } from "nablab";
import { describe, expect, test } from "vitest";

const at = [[0]];
const law =
  (draw: (stream: Random) => number): Estimator =>
  (_, stream) => [draw(stream)];
const rare = (p: number) => (s: Random) => (s.uniform() < p ? 1 / p : 0);

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

  test("light tails are distinguished from Cauchy's, in words that promise nothing beyond the sample", () => {
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

test("draws from a stream of its own are no constants", () => {
  const own = random(1);
  const rare: Estimator = () => [own.uniform() < 1e-7 ? 1e7 : 0];
  expect(checkNoise(rare, { at: [[0]], mean: () => [0] }).verdict).toBe("undecided");
  // One that asks for no random number at all is exact.
  expect(checkNoise(() => [1], { at: [[0]], mean: () => [1] }).verdict).toBe("yes");
  expect(own.uniform()).toBeLessThan(1);
});
