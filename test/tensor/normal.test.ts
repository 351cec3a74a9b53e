import { distributionTest, normalQuantile, normalTail, random } from "nablab";
import { describe, expect, test } from "vitest";

const off = (value: number, right: number) => Math.abs(value / right - 1);

// The right values are those of mpmath with 40 digits.
describe("the normal distribution", () => {
  test.each([
    [0.3, 0.3820885778110474],
    [1.2, 0.11506967022170828],
    [1.25, 0.10564977366685525],
    [2, 0.02275013194817921],
    [2.5, 0.006209665325776135],
    [2.7, 0.0034669738030406664],
    [3, 0.0013498980316300946],
    [3.1, 0.0009676032132183566],
    [6, 9.86587645037698e-10],
    [20, 2.7536241186062337e-89],
    [37, 5.725571222524577e-300],
  ])("P(Z > %d) to 2e-15 relative", (z, right) => {
    expect(off(normalTail(z), right)).toBeLessThan(2e-15);
    expect(off(normalTail(-z), 1 - right)).toBeLessThan(2e-15);
  });

  test("the two series meet: no jump where one takes over from the other", () => {
    const [below, above] = [1.25 - 1e-12, 1.25 + 1e-12];
    const slope = (normalTail(below) - normalTail(above)) / 2e-12;
    // φ(1.25) = 0.18265; a difference over 2e-12 has an error of 2e-16 · 0.1 / 2e-12.
    expect(slope).toBeCloseTo(0.18265, 3);
  });

  test("at the ends", () => {
    expect(normalTail(0)).toBe(0.5);
    expect(normalTail(Number.POSITIVE_INFINITY)).toBe(0);
    expect(normalTail(Number.NEGATIVE_INFINITY)).toBe(1);
    expect(normalTail(Number.NaN)).toBeNaN();
    expect(normalTail(50)).toBe(0);
  });

  test.each([
    [5e-324, -38.467405617144344],
    [1e-300, -37.0470962993612],
    [1e-10, -6.361340902404057],
    [0.2, -0.8416212335729142],
    [0.25, -0.6744897501960817],
    [0.3, -0.5244005127080408],
    [0.4999, -0.00025066283008800747],
    [0.500000000001, 2.5065728237018607e-12],
    [0.74, 0.643345405392917],
    [0.975, 1.9599639845400538],
  ])("the quantile of %d to 2e-15 relative", (p, right) => {
    expect(off(normalQuantile(p), right)).toBeLessThan(2e-15);
  });

  test("what is no probability is refused", () => {
    for (const p of [0, 1, -0.1, Number.NaN]) {
      expect(() => normalQuantile(p)).toThrow(`normalQuantile: p must be between 0 and 1, got ${p}`);
    }
  });
});

test("a distribution test finds the distance it states in 99 of 100 samples, not 0.7 of it", () => {
  const [stream, falseAlarm, n] = [random(3), 1e-6, 500];
  const { detects } = distributionTest([...Array(n).keys()], (x) => x, { falseAlarm });
  // Uniform but for a share `distance` below ½ that has moved from above: P(X ≤ ½) = ½ + distance.
  const found = (distance: number) => {
    const draw = () => {
      const u = stream.uniform();
      return u < 0.5 + distance ? (u * 0.5) / (0.5 + distance) : u;
    };
    const tests = Array.from({ length: 400 }, () =>
      distributionTest(Array.from({ length: n }, draw), (x) => x, { falseAlarm }),
    );
    return tests.filter(({ probability }) => probability <= falseAlarm).length;
  };
  expect(found(detects)).toBeGreaterThanOrEqual(396);
  expect(found(0.7 * detects)).toBeLessThan(396);
  expect(() => distributionTest([0.5], (x) => x, { falseAlarm: 0 })).toThrow("distributionTest: ");
});
