// What an objective says about itself is verified by sampling: its gradient by differences, L, mu and convexity
// by secants, the minimiser by the gradient and by other points.
import fc from "fast-check";
import {
  gradientCheck,
  himmelblau,
  huber,
  logistic,
  type Objective,
  objective,
  powerIteration,
  quadratic,
  random,
  symmetricEigen,
  worstCase,
} from "nablab";
import { describe, expect, test } from "vitest";

const objectives: [string, Objective][] = [
  ["quadratic", quadratic({ spectrum: [10, 1], b: [1, -2] })],
  ["turned quadratic", quadratic({ spectrum: [100, 10, 1, 0.1], seed: 2, b: [1, 2, 3, 4] })],
  ["singular quadratic", quadratic({ spectrum: [3, 1, 0], seed: 1 })],
  [
    "quadratic of a matrix",
    quadratic({
      A: [
        [2, 1],
        [1, 3],
      ],
      b: [1, 1],
    }),
  ],
  ["logistic", logistic({ n: 60, dimension: 4, seed: 3 })],
  ["logistic with ridge", logistic({ n: 30, dimension: 3, seed: 4, ridge: 0.1 })],
  ["huber", huber({ radius: 0.5, dimension: 3, L: 2 })],
  ["worst case", worstCase(10, { R: 2, L: 3 })],
  ["himmelblau", himmelblau()],
];

const points = (F: Objective, count: number, seed: number) => {
  const stream = random(seed);
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: F.dimension }, () => stream.normal(0, 2)),
  );
};
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, entry, i) => sum + entry * b[i]!, 0);
const minus = (a: Float64Array, b: Float64Array) => a.map((entry, i) => entry - b[i]!);
const norm = (a: Float64Array) => Math.sqrt(dot(a, a));

describe.each(objectives)("%s", (_, F) => {
  const pairs = points(F, 200, 1).map((a, i) => [a, points(F, 200, 2)[i]!] as const);

  test("the gradient is the gradient", () => {
    for (const theta of points(F, 10, 3)) {
      const check = gradientCheck(F.value, F.gradient, theta, { tolerance: 1e-8 });
      expect(check.ok, String(check)).toBe(true);
    }
  });

  test("L bounds the secants of the gradient, and no smaller number does", () => {
    if (typeof F.L !== "number" || !Number.isFinite(F.L)) return;
    for (const [a, b] of pairs) {
      expect(norm(minus(F.gradient(a), F.gradient(b)))).toBeLessThanOrEqual(
        F.L * norm(minus(a, b)) * (1 + 1e-12),
      );
    }
    // All of these are most curved at 0: there L is the largest eigenvalue of the Hessian.
    const h = 1e-5;
    const hessianTimes = (v: Float64Array) =>
      minus(F.gradient(v.map((entry) => h * entry)), F.gradient(v.map((entry) => -h * entry))).map(
        (entry) => entry / (2 * h),
      );
    const { eigenvalue } = powerIteration(hessianTimes, F.dimension, { tolerance: 1e-8 });
    expect(eigenvalue / F.L).toBeCloseTo(1, 6);
  });

  test("mu bounds the monotonicity of the gradient", () => {
    if (typeof F.mu !== "number" || F.convex !== true) return;
    for (const [a, b] of pairs) {
      const d = minus(a, b);
      const slack = 1e-12 * (1 + norm(F.gradient(a)) + norm(F.gradient(b))) * norm(d);
      expect(dot(minus(F.gradient(a), F.gradient(b)), d)).toBeGreaterThanOrEqual(F.mu * dot(d, d) - slack);
    }
  });

  test("the minimiser is one, and the minimum its value", () => {
    const scale = norm(F.gradient(new Float64Array(F.dimension).fill(1)));
    for (const minimiser of F.minimisers ?? [F.thetaStar!]) {
      expect(norm(F.gradient(minimiser))).toBeLessThanOrEqual(1e-14 * (1 + scale) * 10);
      expect(F.value(minimiser)).toBeCloseTo(F.minimum!, 12);
    }
    for (const theta of points(F, 100, 4)) expect(F.value(theta)).toBeGreaterThanOrEqual(F.minimum!);
  });

  test("the gap is F − F*", () => {
    if (!F.gap) return;
    for (const theta of points(F, 20, 5)) {
      expect(F.gap(theta)).toBeCloseTo(F.value(theta) - F.minimum!, 9);
    }
  });

  test("a theta of the wrong length is refused", () => {
    expect(() => F.value(new Float64Array(F.dimension + 1))).toThrow(/theta must have \d+ entr/);
    expect(() => F.gradient([])).toThrow(/theta must have \d+ entr/);
  });
});

describe("quadratic", () => {
  test("knows its spectrum, however it is turned", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 7 }),
        fc.nat(1000),
        (spectrum, seed) => {
          const F = quadratic({ spectrum, seed });
          expect(F.L as number).toBeCloseTo(Math.max(...spectrum), 9);
          expect(F.mu as number).toBeCloseTo(Math.min(...spectrum), 9);
        },
      ),
    );
  });

  test("says what is wrong with a matrix that has no minimum or is none", () => {
    expect(() =>
      quadratic({
        A: [
          [1, 0],
          [0, -1],
        ],
      }),
    ).toThrow(/positive semidefinite, .* eigenvalue is -1/);
    expect(() =>
      quadratic({
        A: [
          [1, 2],
          [0, 1],
        ],
      }),
    ).toThrow(/A must be symmetric/);
    expect(() => quadratic({ spectrum: [1, 0], b: [0, 1] })).toThrow(/b must lie in the range of A/);
    expect(() => quadratic({})).toThrow(/either the matrix A or its spectrum/);
    expect(() => quadratic({ spectrum: [1, 2], b: [1] })).toThrow("A has 2 rows but b has 1 entries");
  });
});

describe("logistic", () => {
  test("the minimiser of separable data is left out, with a ridge it is there", () => {
    const data = {
      x: [
        [1, 2],
        [-1, -2],
        [2, 1],
      ],
      y: [1, 0, 1],
    };
    expect(logistic(data).thetaStar).toBeUndefined();
    expect(logistic(data).minimum).toBeUndefined();
    expect(
      norm(logistic({ ...data, ridge: 1e-3 }).gradient(logistic({ ...data, ridge: 1e-3 }).thetaStar!)),
    ).toBeLessThan(1e-15);
  });

  test("labels 0, 1 and −1, 1 mean the same; others are refused", () => {
    const x = [
      [1, 2],
      [3, -1],
      [0, 1],
    ];
    const theta = [0.3, -0.7];
    expect(logistic({ x, y: [1, 0, 1] }).value(theta)).toBe(logistic({ x, y: [1, -1, 1] }).value(theta));
    expect(() => logistic({ x, y: [1, 2, 0] })).toThrow("labels must be 0 and 1, or −1 and 1, got 2");
    expect(() => logistic({ x, y: [1, -1, 0] })).toThrow("got 0 and −1");
  });

  test("does not overflow far out", () => {
    const F = logistic({ x: [[1], [-1]], y: [1, 1] });
    expect(F.value([1e4])).toBeCloseTo(5e3, 6);
    expect(F.gradient([-1e4])[0]).toBeCloseTo(-0.5, 12);
  });
});

test("an objective prints its facts", () => {
  expect(String(quadratic({ spectrum: [10, 1], b: [10, 2] }))).toBe(
    "quadratic, 2 dimensions: L = 10, mu = 1, θ* = (1, 2), F* = -7",
  );
  const own = objective({ name: "own", dimension: 1, value: ([t]) => t!, gradient: () => [1] });
  expect(String(own)).toBe("own, 1 dimension: L = unknown, mu = unknown, no minimiser known");
  expect(() => objective({ name: "own", dimension: 2, value: () => 0, gradient: () => [1] })).toThrow(
    "the gradient of own must have 2 entries, got 1",
  );
});

describe("eigenvalues", () => {
  const matrix = (n: number, seed: number) => {
    const stream = random(seed);
    const A = Array.from({ length: n * n }, () => stream.normal());
    return A.map((entry, at) => entry + A[(at % n) * n + Math.floor(at / n)]!);
  };

  test("A v = λ v with orthonormal v, for random symmetric matrices", () => {
    for (const [n, seed] of [
      [1, 1],
      [2, 2],
      [5, 3],
      [12, 4],
    ] as const) {
      const A = matrix(n, seed);
      const { values, vectors } = symmetricEigen(A, n);
      for (let i = 0; i < n; i++) {
        for (let row = 0; row < n; row++) {
          const product = A.slice(row * n, (row + 1) * n).reduce((sum, a, j) => sum + a * vectors[i]![j]!, 0);
          expect(product).toBeCloseTo(values[i]! * vectors[i]![row]!, 11);
        }
        for (let j = 0; j <= i; j++) expect(dot(vectors[i]!, vectors[j]!)).toBeCloseTo(i === j ? 1 : 0, 12);
        if (i > 0) expect(values[i - 1]!).toBeGreaterThanOrEqual(values[i]!);
      }
    }
  });

  test("power iteration finds the largest one of AᵀA", () => {
    const A = matrix(6, 5);
    const times = (v: ArrayLike<number>) =>
      Float64Array.from({ length: 6 }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < 6; j++) sum += A[i * 6 + j]! * v[j]!;
        return sum;
      });
    const found = powerIteration((v) => times(times(v)), 6);
    const exact = symmetricEigen(A, 6).values;
    const largest = Math.max(exact[0]!, -exact[5]!) ** 2;
    expect(found.eigenvalue / largest).toBeCloseTo(1, 10);
    expect(found.residual).toBeLessThan(1e-9 * largest);
  });
});
