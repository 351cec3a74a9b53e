/**
 * How close is close enough, and how points are rounded.
 */
import { checkClose, credit } from "nablab";
import { describe, expect, test } from "vitest";

const passes = (actual: number, expected: number, options?: { tolerance: number }): boolean => {
  try {
    checkClose("x", actual, expected, options);
    return true;
  } catch {
    return false;
  }
};

describe("checkClose", () => {
  test.each([
    ["small numbers: absolute", 1e-3, 1e-6],
    ["one", 1, 1e-6],
    ["large numbers: relative", 1e6, 1],
  ])("%s", (_, expected, allowed) => {
    expect([expected + 0.9 * allowed, expected - 0.9 * allowed].map((one) => passes(one, expected))).toEqual([
      true,
      true,
    ]);
    expect([expected + 1.1 * allowed, expected - 1.1 * allowed].map((one) => passes(one, expected))).toEqual([
      false,
      false,
    ]);
  });

  test("a tolerance of the lecturer's", () => {
    expect([passes(1.009, 1, { tolerance: 0.01 }), passes(1.011, 1, { tolerance: 0.01 })]).toEqual([
      true,
      false,
    ]);
    expect([passes(1, 1, { tolerance: 0 }), passes(1 + 2 ** -52, 1, { tolerance: 0 })]).toEqual([
      true,
      false,
    ]);
  });
});

describe("credit", () => {
  const right = () => {};
  const wrong = () => {
    throw new Error("wrong");
  };
  test.each([
    [10, [right, wrong, wrong], 3.33],
    [10, [right, right, wrong], 6.66],
    // 100 · 0.57 is 56.99999999999999, 100 · 1.15 is 114.99999999999999.
    [0.57, [right], 0.57],
    [1.15, [right, right], 1.15],
    [5, [wrong], 0],
  ])("%d points, rounded down to hundredths and never below what is full", async (points, checks, earned) => {
    const named = Object.fromEntries(checks.map((check, i) => [`check ${i}`, check]));
    expect(await credit(points, named)).toBe(earned);
  });
});
