import fc from "fast-check";
import { centralDifferences } from "nablab";
import { describe, expect, test } from "vitest";

const relative = (a: number, b: number) => Math.abs(a - b) / Math.max(1e-300, Math.abs(b));

describe("centralDifferences", () => {
  test("agrees with known derivatives to 1e-9", () => {
    const cases: [(t: number) => number, (t: number) => number, number[]][] = [
      [Math.exp, Math.exp, [-3, 0, 1, 4]],
      [Math.sin, Math.cos, [0, 1, 5, 100]],
      [(t) => 1 / t, (t) => -1 / t ** 2, [0.5, 3, 1e4]],
      [(t) => t ** 5, (t) => 5 * t ** 4, [1, -2, 30]],
      [(t) => Math.log1p(Math.exp(t)), (t) => 1 / (1 + Math.exp(-t)), [-2, 0, 3]],
    ];
    for (const [f, derivative, points] of cases) {
      for (const at of points) {
        const [slope] = centralDifferences(([t]) => f(t!), [at]);
        expect(relative(slope!, derivative(at))).toBeLessThan(1e-9);
      }
    }
  });

  test("is exact up to rounding on cubics, for all coefficients", () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(number, number, number, number, (a, b, c, at) => {
        const [slope] = centralDifferences(([t]) => a * t! ** 3 + b * t! ** 2 + c * t!, [at]);
        const scale = Math.abs(a) * 300 + Math.abs(b) * 20 + Math.abs(c);
        expect(Math.abs(slope! - (3 * a * at ** 2 + 2 * b * at + c))).toBeLessThanOrEqual(
          1e-9 * scale + 1e-300,
        );
      }),
    );
  });

  test("finds the slope beside a kink, at any distance down to 1e-5", () => {
    for (const at of [1, 0.1, 1e-2, 1e-3, 1e-4, 1e-5, -1e-3]) {
      const [slope] = centralDifferences(([t]) => Math.abs(t!) + t! ** 2, [at]);
      expect(relative(slope!, Math.sign(at) + 2 * at)).toBeLessThan(1e-8);
    }
  });

  test("with a fixed step errs as the theory says: by h² f'''/6, plus rounding", () => {
    const error = (step: number) => centralDifferences(([t]) => Math.exp(t!), [0], { step })[0]! - 1;
    expect(error(1e-2)).toBeCloseTo(1e-4 / 6, 8);
    expect(error(1e-2) / error(5e-3)).toBeCloseTo(4, 3);
    expect(Math.abs(error(Number.EPSILON ** (1 / 3)))).toBeLessThan(1e-9);
    expect(Math.abs(error(1e-14))).toBeGreaterThan(1e-4);
  });

  test("leaves theta as it was, and reports a function that is not finite", () => {
    const theta = [1, 2];
    centralDifferences(([a, b]) => a! * b!, theta);
    expect(theta).toEqual([1, 2]);
    expect(() => centralDifferences(([t]) => Math.sqrt(t!), [0])).toThrow(
      /f must be finite near theta, at theta\[0\] = -.* it is NaN, .* theta is at the edge/,
    );
    expect(() => centralDifferences(([t]) => t!, [0], { step: 0 })).toThrow(/step must be .* > 0, got 0/);
  });
});
