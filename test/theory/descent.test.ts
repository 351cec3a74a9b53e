// The lecture's theorem (A6) as tests, on random convex problems.
import fc from "fast-check";
import {
  adagrad,
  adagradNorm,
  basins,
  checkBound,
  descend,
  fitRate,
  gapChart,
  gradientDescentBound,
  himmelblau,
  huber,
  logistic,
  momentum,
  nesterov,
  type Objective,
  objective,
  pathChart,
  quadratic,
  sgd,
  strongConvexityBound,
  tightBound,
  toBundle,
  worstCase,
} from "nablab";
import { describe, expect, test } from "vitest";

/** Numbers whose squares, and products of three, do not underflow: below 10⁻¹⁰⁰ they are 0. */
const moderate = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((x) => (Math.abs(x) < 1e-100 ? 0 : x));

/** Random convex objectives with known facts, and a start. */
const problem = fc
  .record({
    kind: fc.constantFrom("quadratic", "logistic", "ridge", "huber"),
    dimension: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(10_000),
    spectrum: fc.array(moderate(0, 50), { minLength: 5, maxLength: 5 }),
    start: fc.array(moderate(-5, 5), { minLength: 5, maxLength: 5 }),
  })
  .map(({ kind, dimension, seed, spectrum, start }) => {
    const theta0 = start.slice(0, dimension);
    const F =
      kind === "quadratic"
        ? quadratic({ spectrum: [1, ...spectrum].slice(0, dimension), seed })
        : kind === "huber"
          ? huber({ dimension, radius: 0.5 })
          : logistic({ n: 12 * dimension, dimension, seed, ...(kind === "ridge" && { ridge: 0.05 }) });
    return { F, theta0 };
  })
  .filter(({ F }) => F.thetaStar !== undefined)
  .map(({ F, theta0 }) => ({ F, theta0, L: F.L as number, mu: F.mu as number }));

const strong = problem.filter(({ mu }) => mu > 0);

const share = fc.double({ min: 0.05, max: 1, noNaN: true });
const rounding = (F: Objective, theta0: number[]) =>
  1e-14 * (Math.abs(F.minimum!) + Math.abs(F.value(theta0)) + 1);

describe("gradient descent with eta ≤ 1/L on convex functions", () => {
  test("never increases F, and gains at least eta/2 ‖∇F‖² in each step", () => {
    fc.assert(
      fc.property(problem, share, ({ F, theta0, L }, c) => {
        const eta = c / L;
        const path = descend(F, { theta0, eta, steps: 40 });
        for (let k = 0; k < path.steps; k++) {
          const promised = path.values[k]! - (eta / 2) * path.gradientNorms[k]! ** 2;
          expect(path.values[k + 1]!).toBeLessThanOrEqual(promised + rounding(F, theta0));
        }
      }),
    );
  });

  test("stays below the lecture's bound, and below the tight one", () => {
    fc.assert(
      fc.property(problem, share, ({ F, theta0, L }, c) => {
        const eta = c / L;
        const path = descend(F, { theta0, eta, steps: 60 });
        const options = { theta0, thetaStar: F.thetaStar!, eta, L };
        for (const bound of [gradientDescentBound(options), tightBound(options)]) {
          const check = checkBound(path, bound);
          expect(check.holds, `${F} from ${theta0}: ${check}`).toBe(true);
          expect(check.unmet).toEqual([]);
        }
      }),
    );
  });

  test("is geometric under strong convexity", () => {
    fc.assert(
      fc.property(strong, share, ({ F, theta0, L, mu }, c) => {
        const eta = c / L;
        const path = descend(F, { theta0, eta, steps: 60 });
        const bound = strongConvexityBound({ gap0: path.gaps[0]!, eta, mu, L });
        const check = checkBound(path, bound);
        expect(check.holds, `${F} from ${theta0}: ${check}`).toBe(true);
      }),
    );
  });

  test("the worst case attains the tight bound, for every k", () => {
    for (const [k, R, L] of [
      [1, 1, 1],
      [2, 3, 0.5],
      [10, 1, 4],
      [100, 2, 1],
    ] as const) {
      const F = worstCase(k, { R, L });
      const path = descend(F, { theta0: [R], eta: 1 / L, steps: k });
      expect(path.gaps[k]! / ((L * R * R) / (4 * k + 2))).toBeCloseTo(1, 12);
      const check = checkBound(path, tightBound({ R, eta: 1 / L, L }));
      expect(check.holds).toBe(true);
      expect(check.at).toBe(k);
      expect(check.tightness).toBeCloseTo(1, 12);
    }
  });
});

describe("gradient descent with larger steps", () => {
  test("on Nesterov's function no method that steps along gradients is faster than 1/k²", () => {
    for (const [k, R, L] of [
      [1, 1, 1],
      [8, 3, 0.5],
      [30, 0.1, 20],
    ] as const) {
      const F = worstCase(k, { by: "Nesterov", R, L });
      const n = 2 * k + 1;
      expect(F.dimension).toBe(n);
      expect(Math.hypot(...F.thetaStar)).toBeCloseTo(R, 12);
      expect(F.L).toBeLessThanOrEqual(L);
      const s = F.thetaStar[0]! / (1 - 1 / (n + 1));
      const rules = [
        sgd({ eta: 1 / L }),
        momentum({ eta: 1 / L, beta: 0.5 }),
        nesterov({ eta: 1 / L, beta: 0.8 }),
      ];
      for (const rule of rules) {
        const path = descend(F, { theta0: new Float64Array(n), rule, steps: k });
        path.gaps.forEach((gap, j) => {
          expect(path.theta[j]!.subarray(j).every((x) => x === 0)).toBe(true);
          expect(gap).toBeGreaterThanOrEqual((s * s * L * (1 / (j + 1) - 1 / (n + 1)) * (1 - 1e-12)) / 8);
        });
        expect(path.gaps[k]!).toBeGreaterThanOrEqual((3 * L * R * R) / (32 * (k + 1) ** 2));
      }
    }
    expect(() => worstCase(2, { by: "me" as never })).toThrow(
      'by must be "Drori, Teboulle" or "Nesterov", got \'me\'',
    );
  });

  test("eta in (1/L, 2/L) still converges", () => {
    for (const F of [
      quadratic({ spectrum: [5, 1, 0.3], seed: 3 }),
      logistic({ n: 50, dimension: 3, seed: 2 }),
      huber({ dimension: 3 }),
    ]) {
      for (const c of [1.1, 1.5, 1.9]) {
        const path = descend(F, { theta0: [1, -2, 3], eta: c / F.L, steps: 3000 });
        expect(path.diverged).toBeUndefined();
        expect(path.gaps[3000]!).toBeLessThan(1e-10);
      }
    }
  });

  test("eta > 2/L diverges on a quadratic, by the factor |1 − eta L|, and says so", () => {
    const F = quadratic({ spectrum: [2, 1] });
    const path = descend(F, { theta0: [1, 1], eta: 1.25, steps: 1000 });
    expect(path.diverged?.step).toBe(path.steps);
    expect(path.steps).toBeLessThan(1000);
    expect(path.diverged?.reason).toMatch(/^F\(θ\(\d+\)\) has grown to \S+ from 1.5$/);
    expect(path.theta[7]![0]).toBeCloseTo((1 - 1.25 * 2) ** 7, 12);
    expect(path.values.every(Number.isFinite)).toBe(true);
    const check = checkBound(path, (k) => 1 / k);
    expect(check.holds).toBe(false);
    expect(String(check)).toMatch(/^✗ .* first k = \d+\n {2}not assured: η = 1.25 is above 1\/L = 0.5/);
  });

  test("a value that is not finite ends the path at its step", () => {
    const F = objective({
      name: "log",
      dimension: 1,
      value: ([t]) => t! - Math.log(t!),
      gradient: ([t]) => [1 - 1 / t!],
    });
    const path = descend(F, { theta0: [3], eta: 5, steps: 50 });
    expect(path.diverged).toEqual({ step: 1, reason: "F(θ(1)) is NaN" });
    expect(path.steps).toBe(1);
  });

  test("a gradient that is not finite, where the value is, ends the path and is what is named", () => {
    const make = (bad: number) =>
      objective({ name: "root", dimension: 1, value: ([t]) => Math.abs(t!), gradient: () => [bad] });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const path = descend(make(bad), { theta0: [0], eta: 1, steps: 5 });
      expect(path.diverged).toEqual({ step: 0, reason: `‖∇F(θ(0))‖ is ${Number.isNaN(bad) ? "NaN" : "∞"}` });
    }
  });

  test("the bounds refuse steps above 1/L", () => {
    expect(() => gradientDescentBound({ R: 1, eta: 0.3, L: 4 })).toThrow(
      "the theorem needs eta ≤ 1/L = 0.25, got 0.3",
    );
    expect(() => tightBound({ R: 1, eta: 0.3, L: 4 })).toThrow("the theorem needs eta ≤ 1/L");
    expect(() => tightBound({ R: 1, eta: 0.3, L: "unknown" })).toThrow("L must be known");
    expect(() => gradientDescentBound({ eta: 1, theta0: [1] })).toThrow("thetaStar is missing");
    expect(() => strongConvexityBound({ gap0: 1, eta: 1, mu: 0 })).toThrow("mu > 0, got 0");
    // 1/L itself passes, whatever the rounding.
    for (let i = 1; i < 100; i++) gradientDescentBound({ R: 1, eta: 1 / (i / 7), L: i / 7 });
  });
});

describe("descend", () => {
  const F = quadratic({ spectrum: [2, 1] });

  test("makes the steps of the formula", () => {
    const path = descend(F, { theta0: [1, 1], eta: 0.25, steps: 2 });
    expect(path.theta.map((theta) => [...theta])).toEqual([
      [1, 1],
      [0.5, 0.75],
      [0.25, 0.5625],
    ]);
    expect([...path.values]).toEqual(path.theta.map(F.value));
    expect([...path.stepSizes]).toEqual([0.25, 0.25]);
    expect(path.gradientNorms[0]).toBe(Math.sqrt(5));
    expect(path.eta).toBe(0.25);
  });

  test.each([sgd({ eta: 0.1 }), adagradNorm(), adagrad({ eta: 1 })])("takes any rule: %s", (rule) => {
    const path = descend(F, { theta0: [1, 1], rule, steps: 500 });
    expect(path.gaps[500]).toBeLessThan(1e-6);
    expect(path.name).toBe(String(rule));
    expect(path.stepSizes).toHaveLength(500);
  });

  test("adagradNorm's first step has length eta, whatever the scale of F", () => {
    for (const scale of [1e-3, 1, 1e3]) {
      const path = descend(quadratic({ spectrum: [2 * scale, scale] }), {
        theta0: [1, 1],
        rule: adagradNorm({ eta: 0.5 }),
        steps: 1,
      });
      expect(Math.hypot(path.theta[1]![0]! - 1, path.theta[1]![1]! - 1)).toBeCloseTo(0.5, 12);
    }
  });

  test("0 steps are the start alone; wrong arguments say what is wrong", () => {
    expect(descend(F, { theta0: [1, 1], eta: 1, steps: 0 }).theta).toHaveLength(1);
    expect(() => descend(F, { theta0: [1], eta: 1 })).toThrow(/dimension 2, .* got \[ 1 \]/);
    expect(() => descend(F, { theta0: [1, Number.NaN], eta: 1 })).toThrow("must be finite");
    expect(() => descend(F, { theta0: [1, 1] })).toThrow(
      "one of eta, schedule and rule, such as { eta: 0.1 }; got none",
    );
    expect(() => descend(F, { theta0: [1, 1], eta: -1 })).toThrow(/eta must be .* > 0 .*, got -1/);
    expect(() => descend(F, { theta0: [1, 1], eta: 1, steps: 1.5 })).toThrow("whole number");
  });

  test("shows itself as a chart of gaps over a line of text", async () => {
    const bundle = await toBundle(descend(F, { theta0: [1, 1], eta: 0.5, steps: 10 }));
    expect(bundle["text/plain"]).toMatch(/^η = 0.5 on quadratic: 10 steps, F − F\* from 1.5 to/);
    expect(bundle).toHaveProperty("application/vnd.plotly.v1+json");
  });
});

describe("fitRate", () => {
  test("recovers power laws and geometric laws, and tells them apart", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.double({ min: 0.5, max: 0.98, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (p, r, C) => {
          const power = fitRate(Float64Array.from({ length: 201 }, (_, k) => C * k ** -p));
          expect(power.law).toBe("power");
          expect(power.power.exponent).toBeCloseTo(p, 9);
          expect(power.power.standardError).toBeLessThan(1e-9);
          const geometric = fitRate(
            Array.from({ length: 201 }, (_, k) => C * r ** k),
            { from: 0 },
          );
          expect(geometric.law).toBe("geometric");
          expect(geometric.geometric.ratio).toBeCloseTo(r, 9);
          expect(geometric.geometric.prefactor / C).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  test("a quadratic with the eigenvalues u^s, u uniform in (0, 1), falls like k^−(1 + 1/s)", () => {
    // gap ≈ ½ ∫ u^s (1 − u^s)^2k du ~ k^−(1 + 1/s), for k so small that the least eigenvalue is not seen.
    for (const s of [2, 4]) {
      const n = 400;
      const F = quadratic({ spectrum: Array.from({ length: n }, (_, i) => ((n - i - 0.5) / n) ** s) });
      const path = descend(F, { theta0: new Float64Array(n).fill(1), eta: 1 / F.L, steps: 1000 });
      const { law, power } = fitRate(path, { from: 30 });
      expect(law).toBe("power");
      expect(Math.abs(power.exponent - (1 + 1 / s))).toBeLessThan(0.03);
    }
  });

  test("under strong convexity the ratio is (1 − eta mu)² in the end", () => {
    const F = quadratic({ spectrum: [1, 0.5, 0.1], seed: 4 });
    const { law, geometric } = fitRate(descend(F, { theta0: [1, 2, 3], eta: 1, steps: 300 }), { from: 150 });
    expect(law).toBe("geometric");
    expect(geometric.ratio).toBeCloseTo(0.81, 9);
  });

  test("gaps that are rounding noise are left out, too few are refused", () => {
    const F = logistic({ n: 50, dimension: 3, seed: 2 });
    const path = descend(F, { theta0: [1, 1, 1], eta: 1 / F.L, steps: 2000 });
    const fit = fitRate(path);
    expect(fit.window[1]).toBeLessThan(2000);
    expect(path.gaps[fit.window[1]]!).toBeGreaterThan(1e-14);
    expect(fit.law).toBe("geometric");
    expect(() => fitRate([1, 0.5, 0, 0])).toThrow("at least 3 positive, finite gaps are needed");
  });

  test("the standard error covers noise: about 1.96 of them in 19 of 20 cases", async () => {
    const { random } = await import("nablab");
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const stream = random(seed);
      const gaps = Array.from({ length: 301 }, (_, k) => k ** -1 * Math.exp(stream.normal(0, 0.1)));
      const { power } = fitRate(gaps, { from: 1 });
      if (Math.abs(power.exponent - 1) < 2.2 * power.standardError) covered++;
    }
    expect(covered).toBeGreaterThan(170);
    expect(covered).toBeLessThan(200);
  });
});

describe("charts", () => {
  const F = quadratic({ spectrum: [4, 1] });
  const paths = [0.1, 0.25].map((eta) => descend(F, { theta0: [1, 2], eta, steps: 20 }));

  test("gapChart draws gaps solid and bounds dotted, from k = 1 on", () => {
    const bound = gradientDescentBound({ R: Math.sqrt(5), eta: 0.1 });
    const { data, layout } = gapChart(paths, { bounds: [bound], title: "Below" }).toJSON();
    expect((data as { name: string }[]).map(({ name }) => name)).toEqual([
      "η = 0.1",
      "η = 0.25",
      bound.label,
    ]);
    expect((data as { line: { dash?: string } }[]).map(({ line }) => line.dash)).toEqual([
      undefined,
      undefined,
      "dot",
    ]);
    expect(layout.xaxis).toMatchObject({ type: "log" });
    expect(gapChart(paths, { k: "linear" }).toJSON().layout.xaxis).not.toMatchObject({ type: "log" });
    expect(gapChart(paths, { bounds: { own: (k) => 1 / k } }).alt).toMatch(
      /own: 20 points, first 1, last 0.05/,
    );
    expect(() => gapChart([])).toThrow("give a list of paths");
  });

  test("pathChart draws in one and two dimensions, and refuses more", () => {
    expect(pathChart(paths).alt).toMatch(/η = 0.25: 21 points from \(1, 2\)/);
    const line = quadratic({ spectrum: [1] });
    expect(pathChart([descend(line, { theta0: [3], eta: 0.5, steps: 4 })]).alt).toMatch(/η = 0.5: 5 points/);
    const three = quadratic({ spectrum: [1, 2, 3] });
    expect(() => pathChart([descend(three, { theta0: [1, 1, 1], eta: 0.1 })])).toThrow(
      "one or two dimensions",
    );
    expect(() => pathChart([paths[0]!, descend(line, { theta0: [3], eta: 0.5 })])).toThrow(
      "on one objective",
    );
  });
});

describe("basins", () => {
  test("every start of himmelblau reaches one of four minima, and all are reached", async () => {
    const found = basins(himmelblau(), { x: [-5, 5], y: [-5, 5], resolution: 15, eta: 0.01 });
    expect(found.lost).toBe(0);
    expect(found.counts.every((count) => count > 30)).toBe(true);
    expect(found.counts.reduce((sum, count) => sum + count, 0)).toBe(225);
    // A start at a minimiser stays: the one nearest to (3, 2).
    expect(found.map[Math.round(((2 + 5) / 10) * 14)]![Math.round(((3 + 5) / 10) * 14)]).toBe(1);
    expect((await toBundle(found))["text/plain"]).toMatch(/^of 225 starts \d+ in \(3, 2\)/);
  });

  test("starts that run away are lost", () => {
    const found = basins(himmelblau(), { x: [-50, 50], y: [-50, 50], resolution: 3, eta: 0.01 });
    expect(found.lost).toBe(8);
    expect(() => basins(quadratic({ spectrum: [1] }), { x: [0, 1], y: [0, 1], eta: 1 })).toThrow(
      "dimension 1",
    );
  });
});
