/**
 * Stochastic approximation: exact answers against experiments with many paths. Each tolerance is a number of standard
 * errors; six of them, two-sided, are exceeded by chance with probability 2e-9.
 */
import { inspect } from "node:util";
import fc from "fast-check";
import {
  absolute,
  adadelta,
  adagrad,
  adagradNorm,
  adagradNormBound,
  adam,
  adamw,
  addSchedules,
  amsgrad,
  asymptoticVariance,
  checkBound,
  checkConditions,
  checkNoise,
  clipNorm,
  cosine,
  descend,
  distributionTest,
  Ensemble,
  ensembleChart,
  expectation,
  exponential,
  finiteSum,
  fitPower,
  geometricReach,
  gradientDescent,
  gradientNoise,
  himmelblau,
  huber,
  inverse,
  leastSquares,
  linearMoments,
  lion,
  logistic,
  logSumExp,
  momentum,
  multiplySchedules,
  nesterov,
  noise,
  normalQuantile,
  normalTail,
  oneCycle,
  piecewise,
  polynomial,
  quadratic,
  random,
  rastrigin,
  regionOfConfusion,
  rmsprop,
  robbinsMonro,
  rosenbrock,
  type SgdPaths,
  type StochasticObjective,
  sgd,
  sgdConvexBound,
  sgdPaths,
  sgdStronglyConvexBound,
  stationaryVariance,
  stepDecay,
  tensor,
  toBundle,
  warmup,
  worstCase,
} from "nablab";
import { describe, expect, test } from "vitest";
import { consoleHost, setHost } from "#nablab/display/host.js";

const parabolas = finiteSum([quadratic({ spectrum: [1], b: [1] }), quadratic({ spectrum: [1], b: [-1] })], {
  thetaStar: [0],
  minimum: 0,
});

describe("conditions on step sizes", () => {
  test.each([
    [inverse({ power: 0 }), "infinite", "infinite"],
    [inverse({ power: 0.25 }), "infinite", "infinite"],
    [inverse({ power: 0.5 }), "infinite", "infinite"],
    [inverse({ power: 0.75, offset: 9 }), "infinite", "finite"],
    [inverse({ power: 1 }), "infinite", "finite"],
    [inverse({ power: 1.5 }), "finite", "finite"],
    [inverse({ power: 1, log: 1 }), "infinite", "finite"],
    [inverse({ power: 1, log: 2 }), "finite", "finite"],
    [inverse({ power: 0.5, log: 0.5 }), "infinite", "infinite"],
    [inverse({ power: 0.5, log: 0.6 }), "infinite", "finite"],
    [exponential({ eta: 1, gamma: 0.5 }), "finite", "finite"],
    [exponential({ eta: 1, gamma: 1 }), "infinite", "infinite"],
    [stepDecay({ eta: 1, gamma: 0.5, every: 100 }), "finite", "finite"],
    [polynomial({ eta: 1, steps: 9 }), "finite", "finite"],
    [cosine({ eta: 1, steps: 9 }), "finite", "finite"],
    [cosine({ eta: 1, to: 0.1, steps: 9 }), "infinite", "infinite"],
    [oneCycle({ eta: 1, steps: 9 }), "infinite", "infinite"],
    [warmup(inverse({}), { steps: 5 }), "infinite", "finite"],
    [
      piecewise([
        [1, 1],
        [5, 0],
      ]),
      "finite",
      "finite",
    ],
    [
      piecewise([
        [1, 0],
        [5, 1],
      ]),
      "infinite",
      "infinite",
    ],
    [addSchedules(inverse({ power: 1.5 }), inverse({ power: 0.75 })), "infinite", "finite"],
    [addSchedules(exponential({ eta: 1, gamma: 0.9 }), inverse({})), "infinite", "finite"],
    [addSchedules(0.1, inverse({})), "infinite", "infinite"],
    [multiplySchedules(inverse({ power: 0.5 }), inverse({ power: 0.5 })), "infinite", "finite"],
    [multiplySchedules(2, inverse({ power: 0.4, log: 1 }), inverse({ power: 0.6 })), "infinite", "finite"],
    [multiplySchedules(exponential({ eta: 1, gamma: 0.9 }), inverse({})), "finite", "finite"],
    [0.1, "infinite", "infinite"],
  ] as const)("%s: Σ η %s, Σ η² %s", (schedule, sum, squares) => {
    const check = checkConditions(schedule, { terms: 1000 });
    expect([check.sum, check.squares]).toEqual([sum, squares]);
    expect(check.admissible).toBe(sum === "infinite" && squares === "finite");
  });

  test("a custom function is never decided, whatever it is", () => {
    const check = checkConditions((k) => 1 / k, { terms: 1000 });
    expect([check.sum, check.squares, check.admissible]).toEqual(["undecidable", "undecidable", undefined]);
    expect(check.reason).toContain("k^−1.000");
    expect(check.partial.sum).toBeCloseTo(7.485470860550345, 12);
    expect(checkConditions(addSchedules(inverse({}), (k) => 1 / k)).admissible).toBeUndefined();
    expect(() => checkConditions((k) => -k)).toThrow("must give finite numbers ≥ 0");
  });

  test("sums and products are what they say", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (k) => {
        expect(addSchedules(0.5, inverse({ power: 0.5 }))(k)).toBe(0.5 + 1 / Math.sqrt(k));
        expect(multiplySchedules(0.5, inverse({}))(k)).toBe(0.5 / k);
        expect(inverse({ log: 2 })(k)).toBeCloseTo(1 / (k * Math.log(k + 1) ** 2), 15);
      }),
    );
    expect(() => addSchedules()).toThrow("at least one schedule");
  });
});

describe("Robbins–Monro on a line, against the exact moments", () => {
  const line = (theta: number, stream: ReturnType<typeof random>) => theta - 2 + stream.normal();

  test.each([
    ["constant", 0.3],
    ["1/k", inverse({})],
    ["k^−3/4", inverse({ power: 0.75 })],
  ] as const)("mean and variance with a step of %s", (_, schedule) => {
    const paths = 4000;
    const run = robbinsMonro({ N: line, theta0: 7, schedule, steps: 60, paths, thetaStar: 2, seed: 1 });
    const exact = linearMoments({ schedule, error0: 5, steps: 60 });
    run.theta.k.forEach((k, i) => {
      const sd = Math.sqrt(exact.variance[k]!);
      expect(Math.abs(run.theta.mean[i]! - 2 - exact.mean[k]!)).toBeLessThanOrEqual(
        (6 * sd) / Math.sqrt(paths) + 1e-12,
      );
      // Of normal numbers the variance of the variance is 2 v² / (n − 1).
      expect(Math.abs(run.theta.variances[i]! - exact.variance[k]!)).toBeLessThanOrEqual(
        6 * exact.variance[k]! * Math.sqrt(2 / (paths - 1)) + 1e-12,
      );
    });
  });

  test("the stationary variance is the limit of the recursion, and that of B3 is η/(2 − η)", () => {
    for (const eta of [0.1, 0.5, 1.5]) {
      const { variance } = linearMoments({ schedule: eta, error0: 1, steps: 2000, slope: 1, sd: 1 });
      expect(stationaryVariance({ eta })).toBeCloseTo(variance.at(-1)!, 12);
      expect(stationaryVariance({ eta })).toBeCloseTo(eta / (2 - eta), 15);
    }
    expect(() => stationaryVariance({ eta: 2 })).toThrow("η slope must be below 2, got 2");
    for (const beta of ["0.9", [0.9], null, 1, -0.1, Number.NaN]) {
      expect(() => stationaryVariance({ eta: 0.1, beta: beta as number })).toThrow(
        /^stationaryVariance: beta must be at least 0 and below 1, got /,
      );
    }
  });

  test("2^−k stops short: of the error 0.2888 remains, by the exact recursion too", () => {
    const { remaining, reach } = geometricReach();
    const half = exponential({ eta: 0.5, gamma: 0.5 });
    expect(linearMoments({ schedule: half, error0: 1, steps: 80, sd: 0 }).mean.at(-1)).toBeCloseTo(
      remaining,
      14,
    );
    // Euler's pentagonal number theorem: 1 − 1/2 − 1/4 + 1/32 + 1/128 − …
    expect(remaining).toBeCloseTo(
      1 - 2 ** -1 - 2 ** -2 + 2 ** -5 + 2 ** -7 - 2 ** -12 - 2 ** -15 + 2 ** -22 + 2 ** -26,
      10,
    );
    expect(reach).toBe(1);
    const run = robbinsMonro({ N: () => 1, theta0: 0, schedule: half, steps: 100, paths: 1 });
    expect(run.theta.last[0]).toBeCloseTo(-1, 12);
  });

  test("√k θ(k) is normal with the variance of the formula, for several a", () => {
    for (const a of [0.8, 1, 2]) {
      const steps = 3000;
      const paths = 1500;
      const run = robbinsMonro({
        N: (t, s) => t + s.normal(),
        theta0: 0,
        schedule: inverse({ eta: a }),
        steps,
        paths,
        seed: 3,
      });
      const sd = Math.sqrt(asymptoticVariance({ a }));
      const scaled = Float64Array.from(run.theta.last, (theta) => (Math.sqrt(steps) * theta) / sd);
      const { probability } = distributionTest(scaled, (x) => 1 - normalTail(x));
      expect(probability).toBeGreaterThan(1e-6);
      // It would notice a variance that is wrong by half.
      const wrong = distributionTest(
        scaled.map((x) => 1.5 * x),
        (x) => 1 - normalTail(x),
      );
      expect(wrong.probability).toBeLessThan(1e-6);
    }
    expect(() => asymptoticVariance({ a: 0.5 })).toThrow("a slope must be above ½");
  });

  test("the same seed gives the same bits, more paths leave the first ones alone", () => {
    const run = (paths: number, seed = 1) =>
      robbinsMonro({ N: line, theta0: 0, schedule: 0.1, steps: 50, paths, seed }).theta.rows;
    expect(run(3)).toEqual(run(5).slice(0, 3));
    expect(run(1, 2)).not.toEqual(run(1));
  });

  test("tails are suprema over all later steps, and shows itself", async () => {
    // Every θ of a path is where the next observation is made.
    const seen: number[] = [];
    const N = (theta: number, stream: ReturnType<typeof random>) => {
      seen.push(theta);
      return line(theta, stream);
    };
    const run = robbinsMonro({ N, theta0: 0, schedule: 0.5, steps: 400, paths: 3, thetaStar: 2 });
    run.theta.rows.forEach((row, path) => {
      const all = [...seen.slice(400 * path, 400 * (path + 1)), row.at(-1)!];
      run.theta.k.forEach((k, i) => {
        expect(run.tails!.rows[path]![i]).toBe(Math.max(...all.slice(k).map((theta) => Math.abs(theta - 2))));
        const mean = all.slice(1, k + 1).reduce((sum, theta) => sum + theta, 0) / k;
        if (k > 0) expect(run.averages.rows[path]![i]).toBeCloseTo(mean, 12);
      });
    });
    expect((await toBundle(run))["text/plain"]).toContain("Robbins–Monro, η(k) = η = 0.5");
    expect(() => robbinsMonro({ N: line, theta0: 0, schedule: 1, steps: 0 })).toThrow(
      "steps must be a whole number ≥ 1",
    );
    expect(() => robbinsMonro({ N: 3 as never, theta0: 0, schedule: 1 })).toThrow("N must be a function");
  });
});

describe("noise of estimators", () => {
  const F = quadratic({ spectrum: [1, 2] });
  const at = [
    [0, 0],
    [2, -1],
  ];

  test("an unbiased one passes, a biased one is caught, and a bound is refuted", () => {
    const fair = checkNoise(expectation(F, noise({ distribution: "sign" })), { at, bound: 10 });
    expect([fair.bias, fair.bounded, fair.variance]).toEqual([
      "no bias found",
      "within the bound so far",
      "no sign of infinite variance",
    ]);
    // sd 1 in each of two entries.
    expect(fair.places[0]!.variance).toBeCloseTo(2, 1);
    const unfair = checkNoise(expectation(F, noise({ bias: 0.2 })), { at });
    expect(unfair.bias).toBe("biased");
    expect(unfair.chance).toBeLessThan(1e-6);
    expect(checkNoise(expectation(F, noise({})), { at, bound: 2 }).bounded).toBe("bound exceeded");
    expect(checkNoise(expectation(F, noise({})), { at }).bounded).toBe("undecidable by sampling");
    expect(checkNoise(expectation(F, noise({ distribution: "cauchy" })), { at }).variance).toBe(
      "no finite variance in sight",
    );
    expect(() => checkNoise(expectation(F, 1), { at: [] })).toThrow("give places to sample at");
    expect(inspect(fair)).toContain("2000 draws at each of 2 places");
  });

  test("the normal distribution: quantiles invert tails, the tail of 6 is that of the tables", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => {
        const tail = normalTail(-normalQuantile(p));
        expect(Math.abs(tail - p)).toBeLessThanOrEqual(1e-10 * p + 1e-15);
      }),
    );
    expect(normalTail(6) / 9.865876450376946e-10).toBeCloseTo(1, 12);
    expect(() => normalQuantile(1)).toThrow("p must be between 0 and 1");
  });
});

describe("SGD along many paths", () => {
  test("two parabolas with a constant step: the floor is half of η/(2 − η)", async () => {
    const eta = 0.4;
    const paths = 4000;
    const runs = await sgdPaths(parabolas, { theta0: [3], eta, steps: 200, paths, seed: 2 });
    const squares = runs.squaredDistances!;
    const error = squares.standardErrors.at(-1)!;
    expect(Math.abs(squares.mean.at(-1)! - stationaryVariance({ eta }))).toBeLessThan(6 * error);
    expect(runs.last.length).toBe(paths);
  });

  test("the mean of the iterates keeps the bound for convex functions, at every recorded step", async () => {
    const F = expectation(quadratic({ spectrum: [1, 0.01] }), noise({ distribution: "sign" }));
    for (const eta of [0.1, inverse({ eta: 0.5, power: 0.5 })]) {
      const runs = await sgdPaths(F, { theta0: [1, 1], eta, steps: 2000, paths: 200, seed: 1 });
      // E‖∇Q‖² = ‖∇F‖² + 2, and ‖∇F‖² stays below ‖θ‖², which is below 4 on all recorded steps.
      const G = Math.sqrt(2 + Math.max(...runs.squaredGradients.mean));
      const bound = sgdConvexBound({ R: Math.SQRT2, G, eta });
      const { k, mean, standardErrors } = runs.averagedGaps;
      k.forEach((step, i) => {
        if (step > 0) expect(mean[i]! - 6 * standardErrors[i]!).toBeLessThanOrEqual(bound(step));
      });
    }
  });

  test("with 1/(mu k) the squared distance keeps its bound and falls like 1/k", async () => {
    const mu = 0.5;
    const F = expectation(quadratic({ spectrum: [mu, 1] }), noise({ distribution: "sign" }));
    const runs = await sgdPaths(F, {
      theta0: [1, 1],
      eta: inverse({ eta: 1 / mu }),
      steps: 4000,
      paths: 200,
      seed: 5,
    });
    const G = Math.sqrt(2 + Math.max(...runs.squaredGradients.mean));
    const bound = sgdStronglyConvexBound({ G, mu });
    const { k, mean } = runs.squaredDistances!;
    k.forEach((step, i) => {
      if (step > 0) expect(mean[i]!).toBeLessThanOrEqual(bound(step));
    });
    const late = (step: number) => mean[k.findIndex((one) => one >= step)]! * step;
    expect(late(4000) / late(400)).toBeGreaterThan(0.5);
    expect(late(4000) / late(400)).toBeLessThan(2);
  });

  test("half of the bound is attained by the mean of additive noise, for every k", () => {
    // θ(k) is the mean of k noise terms over mu: E|θ(k)|² = 1/(mu² k), while E|∇Q|² = 1 + mu² E|θ(k−1)|² ≤ 2.
    const mu = 0.5;
    const exact = linearMoments({ schedule: (k) => 1 / (mu * k), error0: 0, slope: mu, steps: 100 });
    const bound = sgdStronglyConvexBound({ G: Math.SQRT2, mu });
    for (const k of [1, 2, 10, 100]) expect(exact.meanSquare[k]! / bound(k)).toBeCloseTo(0.5, 12);
    expect(sgdStronglyConvexBound({ G: Math.SQRT2, mu, L: mu })(10)).toBeCloseTo((mu / 2) * bound(10), 12);
  });

  test("checkBound takes many paths: where a bound holds, and which assumption fails where it does not", async () => {
    const F = expectation(quadratic({ spectrum: [1, 0.5] }), noise({ distribution: "sign" }));
    const eta = inverse({ eta: 2 });
    const runs = await sgdPaths(F, { theta0: [1, 1], eta, steps: 500, paths: 1000 });
    const G = Math.sqrt(2 + Math.max(...runs.squaredGradients.mean));
    const good = checkBound(runs, sgdStronglyConvexBound({ G, mu: 0.5 }));
    expect(good.holds).toBe(true);
    expect(good.unmet).toEqual([]);
    expect(good.tightness).toBeLessThan(1);
    expect(String(good)).toContain("✓ E[‖θ(k) − θ*‖²] ≤ G² / (μ²k) for k = 1 … 500");
    expect(checkBound(runs, sgdConvexBound({ R: Math.SQRT2, G, eta })).holds).toBe(true);
    // A start that is farther, gradients that are larger, another mu, other steps.
    expect(checkBound(runs, sgdConvexBound({ R: 1, G: 0.5, eta: 0.1 })).unmet).toEqual([
      "the bound is for η(1) = 0.1, the path has η(1) = 2",
      "the start is 1.414 away from θ*, not 1",
      expect.stringContaining("above G² = 0.25"),
    ]);
    const wrong = checkBound(runs, sgdStronglyConvexBound({ G: 0.1, mu: 2 }));
    expect(wrong.holds).toBe(false);
    expect(wrong.violations.length).toBeGreaterThan(10);
    expect(wrong.unmet[0]).toBe("the bound needs mu ≥ 2, quadratic has mu = 0.5");
    expect(() => checkBound(runs, adagradNormBound({ D: 1, eta: 1, squares: [1] }))).toThrow("a single run");
  });

  test("AdaGrad-norm keeps its bound along its own run", () => {
    const eta = 1;
    const F = quadratic({ spectrum: [1, 0.1] });
    let [theta, c] = [[3, -2], 0];
    const squares: number[] = [];
    const mean = [0, 0];
    let D = 0;
    for (let k = 1; k <= 300; k++) {
      D = Math.max(D, Math.hypot(...theta));
      theta.forEach((x, i) => {
        mean[i]! += (x - mean[i]!) / k;
      });
      const g = F.gradient(theta);
      c += g.reduce((sum, x) => sum + x * x, 0);
      squares.push(c);
      theta = theta.map((x, i) => x - (eta / Math.sqrt(c)) * g[i]!);
      expect(F.value(mean)).toBeLessThanOrEqual(adagradNormBound({ D, eta, squares })(k));
    }
    expect(() => adagradNormBound({ D, eta, squares })(301)).toThrow("the run has 300 steps, got k = 301");
    const path = descend(F, { theta0: [3, -2], rule: adagradNorm({ eta }), steps: 300 });
    const found = checkBound(path, adagradNormBound({ D, eta, squares }));
    expect([found.holds, found.unmet]).toEqual([true, []]);
    expect(checkBound(path, adagradNormBound({ D: 1, eta, squares })).unmet).toEqual([
      "the path went 3.606 away from θ*, beyond D = 1",
    ]);
  });

  test("batches, seeds, and what does not fit", async () => {
    const run = (options: object) =>
      sgdPaths(parabolas, { theta0: [1], eta: 0.1, steps: 20, paths: 3, ...options });
    expect((await run({ seed: 1 })).gaps.rows).toEqual((await run({ seed: 1 })).gaps.rows);
    expect((await run({ seed: 1 })).gaps.rows).not.toEqual((await run({ seed: 2 })).gaps.rows);
    // A batch has a smaller variance.
    const spread = async (batchSize: number) =>
      (await run({ batchSize, paths: 500 })).squaredDistances!.mean.at(-1)!;
    expect(await spread(16)).toBeLessThan(await spread(1));
    await expect(run({ theta0: [1, 2] })).rejects.toThrow("theta0 must have 1 entries, got 2");
    await expect(run({ theta0: [Number.NaN] })).rejects.toThrow(
      "the entries of theta0 must be finite, got [ NaN ]",
    );
    await expect(run({ paths: 0 })).rejects.toThrow("paths must be a whole number ≥ 1, got 0");
    await expect(run({ threads: 0.5 })).rejects.toThrow("threads must be a whole number ≥ 1, got 0.5");
    await expect(run({ rule: sgd() })).rejects.toThrow("give either a step size eta or a rule");
    await expect(sgdPaths(quadratic({ spectrum: [1] }) as never, { theta0: [1], eta: 1 })).rejects.toThrow(
      "make it with finiteSum",
    );
  });

  const numbers = ({ gaps, averagedGaps, squaredGradients, squaredDistances, last }: SgdPaths) => [
    gaps.rows,
    averagedGaps.rows,
    squaredGradients.rows,
    squaredDistances?.rows,
    last,
  ];
  const x = tensor([
    [1, 2],
    [3, -1],
    [0, 1],
  ]);

  test.each<[string, StochasticObjective, number[]]>([
    ["a sum of terms", finiteSum([huber(), quadratic({ spectrum: [2], b: [1] })], { name: "two" }), [3]],
    ["logistic regression with custom data", logistic({ x, y: [1, 0, 1], ridge: 0.1 }), [1, 1]],
    ["least squares", leastSquares({ x, y: [1, 2, 3] }), [1, 1]],
    ["Himmelblau's", expectation(himmelblau(), noise({ sd: 2, growth: 0.1 })), [1, 1]],
    ["a turned quadratic", expectation(quadratic({ spectrum: [1, 0.1], seed: 4 }), 0.5), [1, 1]],
    [
      "the others",
      expectation(finiteSum([absolute({ dimension: 2 }), rastrigin(), rosenbrock()]), 1),
      [1, 1],
    ],
    ["and these", expectation(finiteSum([logSumExp(), logSumExp({ target: [0.3, 0.7] })]), 1), [1, 1]],
    ["the worst case", expectation(worstCase(3, { R: 2 }), noise({ distribution: "cauchy" })), [2]],
  ])("%s: the same bits on this thread, and on one, two or three others", async (_, F, theta0) => {
    const options = { theta0, eta: inverse({ eta: 0.01, power: 0.5 }), steps: 40, paths: 7, batchSize: 2 };
    // A copy is not known to be nablab's, so that its paths stay here.
    const here = await sgdPaths({ ...F }, { ...options, threads: 2 });
    expect(here.threads).toBe(0);
    expect(here.gaps.mean.at(-1)).not.toBe(here.gaps.mean[0]);
    for (const threads of [1, 2, 3]) {
      const there = await sgdPaths(F, { ...options, threads });
      expect(there.threads).toBe(threads);
      expect(numbers(there)).toEqual(numbers(here));
    }
  });

  test("every rule, with a schedule too, on threads as here; a rule made from a rule stays here", async () => {
    const eta = inverse({ eta: 0.1, power: 0.5 });
    const F = expectation(quadratic({ spectrum: [1, 0.1] }), 1);
    const rules = [
      sgd({ eta }),
      momentum({ eta }),
      nesterov({ eta }),
      adagradNorm({ eta: 0.5 }),
      adagrad({ eta }),
    ];
    const more = [
      rmsprop({ eta }),
      adadelta(),
      adam({ eta }),
      amsgrad({ eta }),
      adamw({ eta }),
      lion({ eta }),
    ];
    for (const rule of [...rules, ...more, gradientDescent({ eta: 0.1 })]) {
      const options = { theta0: [1, -1], rule, steps: 30, paths: 3, threads: 2 };
      const there = await sgdPaths(F, options);
      expect(there.threads).toBe(2);
      expect(numbers(there)).toEqual(numbers(await sgdPaths({ ...F }, options)));
    }
    const clipped = await sgdPaths(F, {
      theta0: [1, -1],
      rule: clipNorm(sgd({ eta }), 0.1),
      steps: 3,
      threads: 2,
    });
    expect(clipped.threads).toBe(0);
    // Ten steps of length at most 0.1 η: it was clipped.
    expect(Math.abs(clipped.last[0]![0]! - 1)).toBeLessThan(0.03);
  });

  test("a signal stops it; what is finished by then comes back", async () => {
    const F = expectation(quadratic({ spectrum: [1] }), 1);
    const long = { theta0: [1], eta: 0.1, steps: 20_000, paths: 1e4 };
    const stopped = new AbortController();
    stopped.abort(new Error("enough"));
    await expect(sgdPaths(F, { ...long, signal: stopped.signal })).rejects.toThrow("enough");
    // How soon a first path is finished depends on the machine: until one is.
    let some: Awaited<ReturnType<typeof sgdPaths>> | undefined;
    for (let delay = 25; !some; delay *= 2) {
      const stopping = new AbortController();
      setTimeout(() => stopping.abort(new Error("enough")), delay);
      some = await sgdPaths(F, { ...long, threads: 2, signal: stopping.signal }).catch((error) => {
        expect(error.message).toBe("enough");
        return undefined;
      });
    }
    expect(some.gaps.paths).toBeGreaterThan(0);
    expect(some.gaps.paths).toBeLessThan(1e4);
    // Three threads at most take the first three paths, and any of these may be finished first.
    const first = await sgdPaths(F, { ...long, paths: 3 });
    expect(first.gaps.rows).toContainEqual(some.gaps.rows[0]);
  });

  test("the notebook's stop button ends it, on threads and on this one", async () => {
    const F = expectation(quadratic({ spectrum: [1] }), 1);
    for (const one of [F, { ...F }]) {
      const pressed = new AbortController();
      const before = setHost({ ...consoleHost, interruptSignal: () => pressed.signal });
      try {
        const all = sgdPaths(one, { theta0: [1], eta: 0.1, steps: 20_000, paths: 1e4 });
        setTimeout(() => pressed.abort(new Error("stopped by the reader")), 50);
        await expect(all).rejects.toThrow("stopped by the reader");
      } finally {
        setHost(before);
      }
    }
  });
});

describe("mini-batch gradients", () => {
  const stream = random(4);
  const X = Array.from({ length: 12 }, () => [stream.normal(), stream.normal()]);
  const F = leastSquares({ x: X, y: X.map(([a, b]) => a! - b! + stream.normal()) });
  const theta = [0.3, -0.2];

  test("the variance with and without replacement is that of all batches there are", () => {
    const all: number[][] = [];
    for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) all.push([i, j]);
    const gradient = F.gradient(theta);
    const variance = (batches: number[][]) =>
      batches.reduce((sum, [i, j]) => {
        const [a, b] = [F.termGradient(i!, theta), F.termGradient(j!, theta)];
        return sum + a.reduce((square, x, k) => square + ((x + b[k]!) / 2 - gradient[k]!) ** 2, 0);
      }, 0) / batches.length;
    expect(gradientNoise(F, theta, { batchSize: 2, replacement: true }).variance).toBeCloseTo(
      variance(all),
      12,
    );
    const different = all.filter(([i, j]) => i !== j);
    expect(gradientNoise(F, theta, { batchSize: 2 }).variance).toBeCloseTo(variance(different), 12);
    expect(gradientNoise(F, theta, { batchSize: 12 }).variance).toBeCloseTo(0, 15);
    expect(gradientNoise(F, theta, { batchSize: 12, batches: 2 }).angle).toBeCloseTo(0, 5);
  });

  test("B3: between the minimisers half of the terms point the wrong way, outside none", () => {
    expect(gradientNoise(parabolas, [0.5]).wrongDirection).toBe(0.5);
    expect(gradientNoise(parabolas, [1.5]).wrongDirection).toBe(0);
    const [low, high] = regionOfConfusion(parabolas, [-3, 3])!;
    expect(low).toBeCloseTo(-1, 2);
    expect(high).toBeCloseTo(1, 2);
    expect(regionOfConfusion(parabolas, [2, 3])).toBeUndefined();
    expect(() => regionOfConfusion(F, [0, 1])).toThrow("F must have one variable, got 2");
    expect(() => gradientNoise(F, theta, { batchSize: 13 })).toThrow(
      "from 1 to 12, the number N of terms, got 13",
    );
  });
});

describe("the variance that a constant step keeps, with momentum", () => {
  test.each([
    [0.1, 0.9, 1, 1],
    [0.05, 0.5, 3, 2],
    [1.5, 0.7, 1, 0.5],
    [0.3, 0, 2, 1],
  ])(
    "η = %s, β = %s on the slope %s with sd %s is the fixed point of the exact recursion",
    (eta, beta, slope, sd) => {
      // E θ(k)², E θ(k)θ(k−1) and E θ(k−1)² from one step to the next.
      const a = 1 + beta - eta * slope;
      let [now, both, before] = [0, 0, 0];
      for (let k = 0; k < 5000; k++) {
        const next = a * a * now - 2 * a * beta * both + beta * beta * before + (eta * sd) ** 2;
        [now, both, before] = [next, a * now - beta * both, now];
      }
      expect(stationaryVariance({ eta, beta, slope, sd }) / now).toBeCloseTo(1, 10);
    },
  );

  test("beyond the edge there is none", () => {
    expect(() => stationaryVariance({ eta: 3.81, beta: 0.9 })).toThrow(
      "must be below 2(1 + beta) = 3.8, got 3.81",
    );
    expect(() => stationaryVariance({ eta: 2 })).toThrow("must be below 2, got 2");
    expect(() => stationaryVariance({ eta: 0.1, beta: 1 })).toThrow(
      "beta must be at least 0 and below 1, got 1",
    );
    expect(() => stationaryVariance({ eta: 0.1, beta: Number.NaN })).toThrow("got NaN");
  });
});

test("an ensemble: mean, errors, quantiles, charts", async () => {
  const rows = [Float64Array.of(1, 5), Float64Array.of(3, Number.NaN), Float64Array.of(5, 1)];
  const e = new Ensemble({ name: "three", quantity: "x(k)", k: [0, 10], rows });
  expect([...e.mean].slice(0, 1)).toEqual([3]);
  expect(e.variances[0]).toBe(4);
  expect(e.standardErrors[0]).toBeCloseTo(Math.sqrt(4 / 3), 15);
  expect([...e.quantile(0.5)]).toEqual([3, 5]);
  expect([...e.quantile(0.25)]).toEqual([2, 3]);
  expect([...e.map((x, k) => x + k, "x + k").at(10)]).toEqual([15, Number.NaN, 11]);
  expect(() => e.at(3)).toThrow("step 3 was not recorded; the nearest is 0");
  expect(() => new Ensemble({ name: "", quantity: "", k: [1], rows: [] })).toThrow("at least one path");
  expect(ensembleChart([e], { paths: 2 }).alt).toContain("three, path 2");
  expect((await toBundle(e))["text/plain"]).toContain("three, 3 paths");
});

test("a power law is found in means over noisy paths, within the error that the paths have", () => {
  const stream = random(9);
  const k = Array.from({ length: 30 }, (_, i) => Math.round(1.3 ** (i + 5)));
  const rows = Array.from({ length: 200 }, () =>
    Float64Array.from(k, (step) => step ** -0.75 * Math.exp(0.5 * stream.normal())),
  );
  const fit = fitPower(new Ensemble({ name: "", quantity: "x", k, rows }), { from: 1 });
  expect(fit.interval[0]).toBeLessThan(0.75);
  expect(fit.interval[1]).toBeGreaterThan(0.75);
  expect(fit.standardError).toBeLessThan(0.02);
  // The standard error against the scatter of fits to 200 other draws: both are right to about 5 %, six times that is 30 %.
  const others = Array.from({ length: 200 }, (_, seed) => {
    const draws = random(seed).split("fits");
    const drawn = Array.from({ length: 100 }, () =>
      Float64Array.from(k, (one) => draws.uniform(0.5, 1.5) / one),
    );
    return fitPower(new Ensemble({ name: "", quantity: "x", k, rows: drawn }), { from: 1 });
  });
  const scatter = Math.sqrt(others.reduce((sum, { exponent }) => sum + (exponent - 1) ** 2, 0) / 200);
  expect(others[0]!.standardError / scatter).toBeGreaterThan(0.7);
  expect(others[0]!.standardError / scatter).toBeLessThan(1.3);
  expect(() => fitPower(new Ensemble({ name: "", quantity: "x", k, rows: rows.slice(0, 19) }))).toThrow(
    "at least 20 paths",
  );
});
