// The sums of step sizes, on both sides of every border.
import { addSchedules, checkConditions, exponential, inverse, multiplySchedules } from "nablab";
import { describe, expect, test } from "vitest";

const of = (schedule: Parameters<typeof checkConditions>[0]) => checkConditions(schedule, { terms: 50 });
const law = (power: number, log = 0) => inverse({ power, log });

describe("the border of the integral test, from both sides", () => {
  test("500 powers, without a logarithm", () => {
    for (let i = 1; i <= 500; i++) {
      const power = i / 250;
      const { verdict, sum, squares } = of(law(power));
      expect([power, sum, squares]).toEqual([
        power,
        i <= 250 ? "infinite" : "finite",
        2 * i <= 250 ? "infinite" : "finite",
      ]);
      expect(verdict).toBe(i > 125 && i <= 250 ? "yes" : "no");
    }
  });

  test.each([
    [1, 1, "infinite", "finite", "yes"],
    [1, 1.001, "finite", "finite", "no"],
    [1, 0.999, "infinite", "finite", "yes"],
    [0.5, 0.5, "infinite", "infinite", "no"],
    [0.5, 0.501, "infinite", "finite", "yes"],
    [0.999, 5, "infinite", "finite", "yes"],
    [1.001, 0, "finite", "finite", "no"],
  ] as const)("k^−%s (log k)^−%s: Σ η %s, Σ η² %s", (power, log, sum, squares, verdict) => {
    const check = of(law(power, log));
    expect([check.sum, check.squares, check.verdict]).toEqual([sum, squares, verdict]);
  });

  test("powers that add up to 1 are 1, whatever rounding makes of their sum", () => {
    expect(0.6 + 0.3 + 0.1).toBeLessThan(1);
    for (const powers of [
      [0.6, 0.3, 0.1],
      [0.1, 0.2, 0.7],
      [0.7, 0.2, 0.1],
      [0.8, 0.1, 0.1],
      [1 / 3, 1 / 3, 1 / 3],
    ] as const) {
      const [a, b, c] = powers;
      // Σ 1/(k log² k) < ∞.
      const summable = of(multiplySchedules(law(a), law(b), law(c, 2)));
      expect([powers, summable.sum, summable.verdict]).toEqual([powers, "finite", "no"]);
      expect(of(multiplySchedules(law(a), law(b), law(c, 1))).verdict).toBe("yes");
    }
  });
});

test("steps of 0, constants, factors and sums", () => {
  expect(of(0)).toMatchObject({ sum: "finite", squares: "finite", verdict: "no" });
  expect(of(1e-300)).toMatchObject({ sum: "infinite", squares: "infinite", verdict: "no" });
  expect(of(multiplySchedules(1e-9, inverse())).verdict).toBe("yes");
  expect(of(multiplySchedules(0, inverse())).verdict).toBe("no");
  expect(of(addSchedules(inverse(), exponential({ eta: 1, gamma: 0.999 }))).verdict).toBe("yes");
});

test("another function is undecided, and says what would decide it", () => {
  for (const schedule of [(k: number) => 1 / k, (k: number) => (k < 1e9 ? 1 / k : 0), () => 0.1]) {
    const check = of(schedule);
    expect([check.verdict, check.sum, check.squares]).toEqual(["undecided", "undecidable", "undecidable"]);
    expect(check.wouldDecide).toBe("a schedule of nablab, whose law is known, or a proof");
  }
  expect(of(addSchedules(inverse(), () => 0)).verdict).toBe("undecided");
});

test.each([0, 1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])(
  "refuses %s terms, which show nothing",
  (terms) => {
    expect(() => checkConditions(inverse(), { terms })).toThrow(
      `terms must be a whole number ≥ 2, got ${terms}`,
    );
  },
);

test("what is no step size is an error", () => {
  for (const eta of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    expect(() => of((k) => (k === 7 ? eta : 1 / k))).toThrow("finite numbers ≥ 0");
  }
});
