import { absolute, backtracking, descend, huber, logistic, polyakStep, quadratic, rosenbrock } from "nablab";
import { describe, expect, test } from "vitest";

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (x, i) => x - b[i]!));

describe("Polyak's step", () => {
  test.each([
    quadratic({ spectrum: [100, 1] }),
    huber({ radius: 0.1, dimension: 2 }),
    absolute({ dimension: 2 }),
  ])("never moves away from the minimiser: $name", (F) => {
    const path = descend(F, { theta0: [3, -2], rule: polyakStep(F), steps: 300 });
    for (let k = 1; k < path.theta.length; k++) {
      expect(distance(path.theta[k]!, F.thetaStar)).toBeLessThanOrEqual(
        distance(path.theta[k - 1]!, F.thetaStar) * (1 + 1e-12) + 1e-12,
      );
    }
    expect(path.gaps.at(-1)!).toBeLessThan(1e-2 * path.gaps[0]!);
  });

  test("on a line it halves: η = (½θ²)/θ² = ½", () => {
    const F = quadratic({ spectrum: [1] });
    const path = descend(F, { theta0: [8], rule: polyakStep(F), steps: 5 });
    expect(path.theta.map(([x]) => x)).toEqual([8, 4, 2, 1, 0.5, 0.25]);
    expect([...path.stepSizes]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  test("an unknown minimum is refused", () => {
    const { minimum: _, ...unknown } = quadratic({ spectrum: [1] });
    expect(() => polyakStep(unknown)).toThrow("try backtracking(F) instead");
  });
});

describe("backtracking", () => {
  test.each([quadratic({ spectrum: [1000, 1] }), logistic({ n: 100, dimension: 2, seed: 1 }), rosenbrock()])(
    "descends at every step by what Armijo asks, from a step far too long: $name",
    (F) => {
      const path = descend(F, { theta0: [-1, 1.5], rule: backtracking(F, { eta: 1e6 }), steps: 200 });
      for (let k = 0; k < 200; k++) {
        const promised = 1e-4 * path.stepSizes[k]! * path.gradientNorms[k]! ** 2;
        if (promised < 1e-13) break; // below what F(θ) − F(θ') keeps of it
        expect(path.values[k + 1]!).toBeLessThanOrEqual(path.values[k]! - promised);
        if (typeof F.L === "number")
          expect(path.stepSizes[k]!).toBeGreaterThanOrEqual((0.5 * (1 - 1e-4) * 2) / F.L / 2);
      }
    },
  );

  test("at a minimum it stays, and options are checked", () => {
    const F = quadratic({ spectrum: [1] });
    expect(descend(F, { theta0: [0], rule: backtracking(F), steps: 3 }).last).toEqual(Float64Array.of(0));
    expect(() => backtracking(F, { shrink: 1 })).toThrow("shrink must be between 0 and 1, got 1");
    expect(() => backtracking(F, { eta: -1 })).toThrow("eta must be a finite number > 0, got -1");
  });
});
