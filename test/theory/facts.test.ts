// What an objective says about itself is verified by sampling: its gradient by differences, L, mu and convexity
// by secants, the minimiser by the gradient and by other points.
import fc from "fast-check";
import {
  absolute,
  descend,
  estimateL,
  expectation,
  type FiniteSum,
  finiteSum,
  gradientCheck,
  himmelblau,
  huber,
  leastSquares,
  logistic,
  logSumExp,
  noise,
  type Objective,
  objective,
  powerIteration,
  quadratic,
  random,
  rastrigin,
  rosenbrock,
  type StochasticObjective,
  symmetricEigen,
  worstCase,
} from "nablab";
import { describe, expect, test } from "vitest";

/** What is known of an objective beforehand. */
interface Facts {
  /** By hand; "finite" where data decide it. */
  L: number | "finite";
  mu: number;
  convex: boolean;
  /** Whether it computes F − F* without cancellation. */
  gap: boolean;
}
const convex = (L: Facts["L"], mu: number, gap = false): Facts => ({ L, mu, convex: true, gap });
const wild = (L: number): Facts => ({ L, mu: 0, convex: false, gap: false });
const data = {
  x: [
    [1, 2],
    [3, -1],
    [0, 1],
  ],
  y: [1, 2, 3],
};
const A = [
  [2, 1],
  [1, 3],
];

// The Hessian of least squares is XᵀX/3 + ridge with XᵀX = (10 −1; −1 6), whose eigenvalues are 8 ± √5; Nesterov's is the
// tridiagonal matrix (−1, 2, −1) of 7 rows times L/4, with the eigenvalues 2 ± 2 cos(π/8).
const objectives: [name: string, F: Objective, facts: Facts][] = [
  ["quadratic", quadratic({ spectrum: [10, 1], b: [1, -2] }), convex(10, 1, true)],
  [
    "turned quadratic",
    quadratic({ spectrum: [100, 10, 1, 0.1], seed: 2, b: [1, 2, 3, 4] }),
    convex(100, 0.1, true),
  ],
  ["singular quadratic", quadratic({ spectrum: [3, 1, 0], seed: 1 }), convex(3, 0, true)],
  [
    "quadratic of a matrix",
    quadratic({ A, b: [1, 1] }),
    convex((5 + Math.sqrt(5)) / 2, (5 - Math.sqrt(5)) / 2, true),
  ],
  ["logistic", logistic({ n: 60, dimension: 4, seed: 3 }), convex("finite", 0)],
  ["logistic with ridge", logistic({ n: 30, dimension: 3, seed: 4, ridge: 0.1 }), convex("finite", 0.1)],
  ["huber", huber({ radius: 0.5, dimension: 3, L: 2 }), convex(2, 0)],
  ["worst case", worstCase(10, { R: 2, L: 3 }), convex(3, 0)],
  [
    "Nesterov's worst case",
    worstCase(3, { by: "Nesterov", R: 2, L: 3 }),
    convex(1.5 * (1 + Math.cos(Math.PI / 8)), 1.5 * (1 - Math.cos(Math.PI / 8)), true),
  ],
  ["himmelblau", himmelblau(), wild(Infinity)],
  ["log-sum-exp", logSumExp(), convex(0.5, 0)],
  ["absolute value", absolute({ dimension: 3 }), convex(Infinity, 0)],
  ["rosenbrock", rosenbrock(), wild(Infinity)],
  ["rosenbrock in 5 dimensions", rosenbrock({ dimension: 5 }), wild(Infinity)],
  ["rastrigin", rastrigin({ dimension: 3 }), wild(2 + 40 * Math.PI ** 2)],
  [
    "least squares",
    leastSquares({ ...data, ridge: 0.1 }),
    convex((8 + Math.sqrt(5)) / 3 + 0.1, (8 - Math.sqrt(5)) / 3 + 0.1, true),
  ],
];

const bounded = objectives.filter(([, , { L }]) => L !== Infinity);
const convexOnes = objectives.filter(([, , { convex }]) => convex);
const withGap = objectives.filter(([, , { gap }]) => gap);

const points = (F: Objective, count: number, seed: number) => {
  const stream = random(seed);
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: F.dimension }, () => stream.normal(0, 2)),
  );
};
const pairs = (F: Objective) => {
  const [from, to] = [points(F, 200, 1), points(F, 200, 2)];
  return from.map((a, i) => [a, to[i]!] as const);
};
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, entry, i) => sum + entry * b[i]!, 0);
const minus = (a: Float64Array, b: Float64Array) => a.map((entry, i) => entry - b[i]!);
const norm = (a: Float64Array) => Math.sqrt(dot(a, a));

describe.each(objectives)("%s", (_, F, facts) => {
  test("the gradient is the gradient", () => {
    for (const theta of points(F, 10, 3)) {
      const check = gradientCheck(F.value, F.gradient, theta, { tolerance: 1e-8 });
      expect(check.ok, String(check)).toBe(true);
    }
  });

  test("L, mu, convexity and a gap are what they are by hand", () => {
    if (facts.L === "finite") expect(F.L).toSatisfy(Number.isFinite);
    else if (facts.L === Infinity) expect(F.L).toBe(Infinity);
    else expect((F.L as number) / facts.L).toBeCloseTo(1, 12);
    expect(F.mu).toBeCloseTo(facts.mu, 12);
    expect(F.convex).toBe(facts.convex);
    expect(F.gap !== undefined).toBe(facts.gap);
  });

  test("the minimiser is one, and the minimum its value", () => {
    const scale = norm(F.gradient(new Float64Array(F.dimension).fill(1)));
    for (const minimiser of F.minimisers ?? [F.thetaStar!]) {
      expect(norm(F.gradient(minimiser))).toBeLessThanOrEqual(1e-14 * (1 + scale) * 10);
      expect(F.value(minimiser)).toBeCloseTo(F.minimum!, 12);
    }
    for (const theta of points(F, 100, 4)) expect(F.value(theta)).toBeGreaterThanOrEqual(F.minimum!);
  });

  test("a theta of the wrong length is refused", () => {
    expect(() => F.value(new Float64Array(F.dimension + 1))).toThrow(/theta must have \d+ entr/);
    expect(() => F.gradient([])).toThrow(/theta must have \d+ entr/);
  });
});

test.each(bounded)("%s: L bounds the secants of the gradient, and no smaller number does", (_, F) => {
  const L = F.L as number;
  for (const [a, b] of pairs(F)) {
    expect(norm(minus(F.gradient(a), F.gradient(b)))).toBeLessThanOrEqual(
      L * norm(minus(a, b)) * (1 + 1e-12),
    );
  }
  // All of these are most curved at 0: there L is the largest eigenvalue of the Hessian.
  const h = 1e-5;
  const hessianTimes = (v: Float64Array) =>
    minus(F.gradient(v.map((entry) => h * entry)), F.gradient(v.map((entry) => -h * entry))).map(
      (entry) => entry / (2 * h),
    );
  const { eigenvalue } = powerIteration(hessianTimes, F.dimension, { tolerance: 1e-8 });
  expect(eigenvalue / L).toBeCloseTo(1, 6);
});

test.each(convexOnes)("%s: mu bounds the monotonicity of the gradient", (_, F) => {
  const mu = F.mu as number;
  for (const [a, b] of pairs(F)) {
    const d = minus(a, b);
    const slack = 1e-12 * (1 + norm(F.gradient(a)) + norm(F.gradient(b))) * norm(d);
    expect(dot(minus(F.gradient(a), F.gradient(b)), d)).toBeGreaterThanOrEqual(mu * dot(d, d) - slack);
  }
});

test.each(withGap)("%s: the gap is F − F*", (_, F) => {
  for (const theta of points(F, 20, 5)) {
    expect(F.gap!(theta)).toBeCloseTo(F.value(theta) - F.minimum!, 9);
  }
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

test("log-sum-exp: L holds in any dimension and is approached where two probabilities are ½; minima are entropies", () => {
  const F = logSumExp({ target: [0.5, 0.3, 0.15, 0.05] });
  for (const [i, a] of points(F, 300, 6).entries()) {
    const b = points(F, 300, 7)[i]!;
    expect(norm(minus(F.gradient(a), F.gradient(b)))).toBeLessThanOrEqual(F.L * norm(minus(a, b)));
  }
  expect(estimateL(F, { around: [20, 20, 0, 0], radius: 1e-3 }).lowerBound).toBeCloseTo(0.5, 6);
  expect(F.minimum).toBeCloseTo(-[0.5, 0.3, 0.15, 0.05].reduce((sum, c) => sum + c * Math.log(c), 0), 14);
  expect(norm(F.gradient(F.thetaStar))).toBeLessThan(1e-15);
  expect(F.value([1e4, 0, 0, 0])).toBeCloseTo(5e3, 9);
  expect(() => logSumExp({ target: [0.5, 0.4] })).toThrow("sum 1, got [ 0.5, 0.4 ]");
});

describe("objectives that are means", () => {
  const sums: [string, FiniteSum][] = [
    ["logistic", logistic({ n: 20, dimension: 3, seed: 4, ridge: 0.1 })],
    [
      "least squares",
      leastSquares({
        x: [
          [1, 2],
          [3, -1],
          [0, 1],
        ],
        y: [1, 2, 3],
        ridge: 0.5,
      }),
    ],
    ["a list", finiteSum([quadratic({ spectrum: [1, 2] }), huber({ dimension: 2 }), himmelblau()])],
  ];

  test.each(sums)("%s: value and gradient are the means of the terms'", (_, F) => {
    for (const theta of points(F, 5, 8)) {
      const indices = Array.from({ length: F.N }, (_, i) => i);
      expect(indices.reduce((sum, i) => sum + F.term(i, theta), 0) / F.N).toBeCloseTo(F.value(theta), 11);
      const mean = new Float64Array(F.dimension);
      for (const i of indices) {
        const own = F.termGradient(i, theta);
        expect(gradientCheck((at) => F.term(i, at), own, theta).ok).toBe(true);
        own.forEach((entry, j) => {
          mean[j]! += entry / F.N;
        });
      }
      expect(norm(minus(mean, F.gradient(theta)))).toBeLessThan(1e-12 * (1 + norm(mean)));
    }
    expect(() => F.term(F.N, new Float64Array(F.dimension))).toThrow(`from 0 to ${F.N - 1}, got ${F.N}`);
  });

  test("a sample is one of the terms, each as often", () => {
    const F = finiteSum([-1, 0, 4].map((b) => quadratic({ spectrum: [1], b: [b] })));
    expect(F.convex).toBe(true);
    expect(F.L).toBe("unknown");
    const stream = random(1);
    const counts = new Map<number, number>();
    for (let i = 0; i < 3000; i++) {
      const [g] = F.sampleGradient([0], stream);
      counts.set(g! + 0, (counts.get(g! + 0) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-4, 0, 1]);
    // Each count is 1000 ± 26: six standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(155);
    expect(() => finiteSum([])).toThrow("the list is empty");
    expect(() => finiteSum([himmelblau(), absolute()])).toThrow("one dimension, got 2 and 1");
  });

  test.each(["normal", "uniform", "sign"] as const)(
    "%s noise has mean 0 and the sd asked for",
    (distribution) => {
      const F: StochasticObjective = expectation(
        quadratic({ spectrum: [2, 1] }),
        noise({ distribution, sd: 3 }),
      );
      expect(F.thetaStar).toEqual(new Float64Array(2));
      const stream = random(5);
      const n = 20_000;
      let [sum, squares] = [0, 0];
      for (let i = 0; i < n; i++) {
        const off = F.sampleGradient([1, 1], stream)[0]! - 2;
        sum += off;
        squares += off * off;
      }
      // Six standard errors: a false alarm in 5 · 10^8. The square of a normal number has the variance 2 sd⁴.
      expect(Math.abs(sum / n)).toBeLessThan((6 * 3) / Math.sqrt(n));
      expect(Math.abs(squares / n - 9)).toBeLessThan((6 * 9 * Math.SQRT2) / Math.sqrt(n));
    },
  );

  test("bias, growth and Cauchy tails are as said; other noise is refused", () => {
    expect(noise({ sd: 0, bias: 0.5 })([1, 1], random(1))).toEqual(Float64Array.of(0.5, 0.5));
    const far = noise({ distribution: "sign", growth: 1 })([3, 4], random(1));
    expect(Math.abs(far[0]!)).toBeCloseTo(Math.sqrt(26), 12);
    const stream = random(2);
    const cauchy = Array.from({ length: 4000 }, () => noise({ distribution: "cauchy" })([0], stream)[0]!);
    // P(|X| > 1) = 1/2: 2000 ± 32.
    expect(Math.abs(cauchy.filter((x) => Math.abs(x) > 1).length - 2000)).toBeLessThan(190);
    expect(() => noise({ distribution: "gamma" as never })).toThrow(
      '"normal", "uniform", "sign" or "cauchy", got',
    );
    expect(() => expectation(himmelblau(), "much" as never)).toThrow(/a function .* got 'much'/);
  });
});

describe("estimateL", () => {
  test.each(bounded)("%s: never above L, and close to it where the curvature is largest", (_, F) => {
    const L = F.L as number;
    const { lowerBound, secants } = estimateL(F, { seed: 3 });
    // Differences of gradients round at about 1e-16 / 1e-5 of their size.
    expect(lowerBound).toBeLessThanOrEqual(L * (1 + 1e-8));
    expect(lowerBound).toBeGreaterThan(0.999 * L);
    expect(secants).toBeGreaterThan(0);
    expect(secants).toBeLessThanOrEqual(L * (1 + 1e-9));
  });

  test("sees what is within the ball only", () => {
    expect(
      estimateL(huber({ radius: 0.5, dimension: 2 }), { around: [10, 0], radius: 1 }).lowerBound,
    ).toBeLessThan(0.1);
    expect(() => estimateL(huber(), { radius: 0 })).toThrow("radius must be a finite number > 0, got 0");
    expect(() => estimateL(huber(), { around: [1, 2] })).toThrow("the centre must have 1 entries");
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

describe("least squares with many minimisers", () => {
  // X⁺y by hand: Xᵀ(XXᵀ)⁻¹y of independent rows; the mean of the two of a doubled column; 0 of a column of zeros.
  test.each([
    [
      [
        [1, 0, 1],
        [0, 1, 1],
      ],
      [1, 2],
      [0, 1, 1],
    ],
    [
      [
        [1, 1],
        [2, 2],
      ],
      [1, 2],
      [0.5, 0.5],
    ],
    [
      [
        [0, 1],
        [0, 2],
      ],
      [1, 2],
      [0, 1],
    ],
    [[[0, 0]], [3], [0, 0]],
  ])("%j: the shortest is known, and gradient descent from 0 finds it", (x, y, right) => {
    const F = leastSquares({ x, y });
    expect(F.mu).toBe(0);
    right.forEach((value, j) => {
      expect(F.thetaStar[j]).toBeCloseTo(value, 12);
    });
    if (F.L === 0) return;
    const theta = descend(F, { theta0: right.map(() => 0), eta: 1 / F.L, steps: 500 }).theta.at(-1)!;
    right.forEach((value, j) => {
      expect(theta[j]).toBeCloseTo(value, 12);
    });
  });

  test("more columns than samples: it fits, and none that fits is shorter", () => {
    const stream = random(5);
    const x = Array.from({ length: 4 }, () => Array.from({ length: 9 }, () => stream.normal()));
    const y = x.map(() => stream.normal());
    const F = leastSquares({ x, y });
    expect(F.minimum).toBeLessThan(1e-25);
    // Orthogonal to what no sample sees: to every θ with Xθ = 0, as the sample's own span is where it lies.
    const other = descend(F, {
      theta0: x[0]!.map(() => stream.normal()),
      eta: 1 / F.L,
      steps: 20_000,
    }).theta.at(-1)!;
    const away = other.map((value, j) => value - F.thetaStar[j]!);
    const dot = away.reduce((sum, value, j) => sum + value * F.thetaStar[j]!, 0);
    expect(Math.hypot(...away)).toBeGreaterThan(0.1);
    expect(Math.abs(dot)).toBeLessThan(1e-9);
  });
});
