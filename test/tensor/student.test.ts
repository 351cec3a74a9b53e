import { normalQuantile, normalTail, studentQuantile, studentTail } from "nablab";
import { expect, test } from "vitest";

test("tails equal the closed forms of 1, 2 and 3 degrees of freedom, far out too", () => {
  for (const t of [0.01, 0.5, 1, 2, 5, 10, 1000]) {
    // Cauchy's tail as arctan(1/t)/π, without cancellation.
    expect(studentTail(t, 1) / (Math.atan(1 / t) / Math.PI)).toBeCloseTo(1, 11);
    const root = Math.sqrt(2 + t * t);
    expect(studentTail(t, 2) / (1 / (root * (root + t)))).toBeCloseTo(1, 11);
    if (t > 10) continue;
    const u = t / Math.sqrt(3);
    const third = (Math.atan(1 / u) - u / (1 + u * u)) / Math.PI;
    expect(studentTail(t, 3) / third).toBeCloseTo(1, 9);
    expect(studentTail(-t, 3)).toBeCloseTo(1 - third, 12);
  }
});

test("approaches the normal distribution, and is it for infinitely many degrees", () => {
  expect(studentTail(4.9, Number.POSITIVE_INFINITY)).toBe(normalTail(4.9));
  // P_ν − P ≈ φ(t) (t³ + t)/(4ν) (Abramowitz and Stegun 26.7.8, first order).
  const [t, nu] = [3, 1e6];
  const density = Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  expect((studentTail(t, nu) - normalTail(t)) / ((density * (t ** 3 + t)) / (4 * nu))).toBeCloseTo(1, 3);
});

test("the quantile undoes the tail", () => {
  for (const degrees of [1, 2, 7, 49, 1e4]) {
    for (const tail of [0.4, 0.01, 1e-7, 1e-12]) {
      const t = studentQuantile(1 - tail, degrees);
      // 1 − tail itself is rounded to 1e-16.
      expect(Math.abs(studentTail(t, degrees) / tail - 1)).toBeLessThan(1e-9 + 2e-16 / tail);
    }
    expect(studentQuantile(0.25, degrees)).toBeCloseTo(-studentQuantile(0.75, degrees), 9);
  }
  expect(studentQuantile(0.975, Number.POSITIVE_INFINITY)).toBeCloseTo(normalQuantile(0.975), 12);
  expect(() => studentQuantile(1, 3)).toThrow("p must be between 0 and 1, got 1");
  expect(() => studentTail(1, 0)).toThrow("degrees must be a number > 0, got 0");
});

test("tails whose t² is beyond the largest number, and quantiles there", () => {
  // P(T > t) is 1/(π t) of one degree, 1/(2 t²) of two, for large t.
  for (const t of [1e150, 1e160, 1e300]) expect(studentTail(t, 1) * Math.PI * t).toBeCloseTo(1, 12);
  for (const t of [1e140, 1e150]) expect(2 * t * studentTail(t, 2) * t).toBeCloseTo(1, 12);
  expect(studentTail(-1e160, 1)).toBe(1);
  expect(studentTail(Number.POSITIVE_INFINITY, 3)).toBe(0);
  expect(studentQuantile(1e-200, 1) * -Math.PI * 1e-200).toBeCloseTo(1, 11);
  expect(studentQuantile(1e-300, 2) * -Math.sqrt(2) * 1e-150).toBeCloseTo(1, 11);
  // Of many degrees the tail is 0 soon after: log P has no secant there.
  expect(studentTail(-studentQuantile(1e-300, 1000), 1000) / 1e-300).toBeCloseTo(1, 9);
  // t is 1e-400 to the power −1 there.
  expect(studentQuantile(1e-200, 0.5)).toBe(Number.NEGATIVE_INFINITY);
});
