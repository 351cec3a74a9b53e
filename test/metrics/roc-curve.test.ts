import { inspect } from "node:util";
import * as fc from "fast-check";
import { random, rocCurve, toBundle } from "nablab";
import { describe, expect, test } from "vitest";

describe("the ROC curve", () => {
  test("scikit-learn's example, threshold by threshold", () => {
    // sklearn.metrics.roc_curve and roc_auc_score of its documentation.
    const curve = rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect([...curve.thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1]);
    expect([...curve.falsePositiveRate]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect(curve.auc).toBe(0.75);
  });

  test("law: the area is that of the trapezoids and of all pairs, and no monotone map changes it", () => {
    const samples = fc
      .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.nat(1)), { minLength: 2, maxLength: 30 })
      .filter((all) => new Set(all.map(([, label]) => label)).size === 2);
    fc.assert(
      fc.property(samples, (all) => {
        const [scores, labels] = [all.map(([score]) => score), all.map(([, label]) => label)];
        const { auc, falsePositiveRate: x, truePositiveRate: y } = rocCurve(scores, labels);
        let [pairs, count] = [0, 0];
        for (const [a, isYes] of all) {
          for (const [b, other] of all) {
            if (isYes === 0 || other === 1) continue;
            count++;
            pairs += a > b ? 1 : a === b ? 0.5 : 0;
          }
        }
        expect(auc).toBeCloseTo(pairs / count, 12);
        let area = 0;
        for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
        expect(auc).toBeCloseTo(area, 12);
        expect(rocCurve(scores.map(Math.exp), labels).auc).toBe(auc);
        expect(
          rocCurve(
            scores.map((score) => -score),
            labels,
          ).auc,
        ).toBeCloseTo(1 - auc, 12);
      }),
    );
  });

  test("guessing is near 0.5, infinite scores are scores", () => {
    const stream = random(3);
    const labels = Array.from({ length: 4000 }, (_, i) => i % 2);
    // Its standard deviation is √((n₁ + n₀ + 1)/(12 n₁ n₀)) = 0.0091: five of them.
    expect(
      Math.abs(
        rocCurve(
          labels.map(() => stream.normal()),
          labels,
        ).auc - 0.5,
      ),
    ).toBeLessThan(0.046);
    expect(rocCurve([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY], [0, 0, 1]).auc).toBe(1);
  });

  test("shows itself", async () => {
    const curve = rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect(inspect(curve)).toBe("ROC curve: area 0.7500");
    expect((await toBundle(curve))["text/plain"]).toContain("ROC curve: area 0.7500");
  });

  test.each([
    [[0.5, Number.NaN], [0, 1], "rocCurve: score 1 must be a number, got NaN"],
    [[0.5, undefined], [0, 1], "rocCurve: score 1 must be a number, got undefined"],
    [[0.5, 0.6], [0, 2], "rocCurve: label 1 must be a whole number from 0 to 1, got 2"],
    [[0.5, 0.6], [-1, 1], "rocCurve: label 0 must be a whole number from 0 to 1, got -1"],
    [[0.5, 0.6], [1, 1], "rocCurve: there must be samples with label 0 and with label 1; got 0 and 2"],
    [[0.5], [1, 0], "1 predictions, 2 labels"],
    [[], [], "rocCurve: there are no samples"],
  ])("refuses %j with %j", (scores, labels, message) => {
    expect(() => rocCurve(scores as number[], labels)).toThrow(message);
  });
});
