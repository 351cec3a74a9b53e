import { inspect } from "node:util";
import * as fc from "fast-check";
import {
  adadelta,
  adagrad,
  adagradNorm,
  adam,
  adamw,
  addMomentum,
  addWeights,
  amsgrad,
  averageGradients,
  averageOf,
  averaging,
  chain,
  clipNorm,
  clipValue,
  cosine,
  decayWeights,
  divideByNorm,
  divideByRootMean,
  divideByRootSum,
  exponential,
  gradientDescent,
  inverse,
  lion,
  matchUnits,
  momentum,
  nesterov,
  oneCycle,
  piecewise,
  polynomial,
  type Rule,
  type RuleState,
  rmsprop,
  scaleBy,
  sgd,
  stepDecay,
  takeSign,
  warmup,
} from "nablab";
import { describe, expect, test } from "vitest";
import { formulaOf } from "#nablab/compute/formula.js";

const rules: Rule[] = [
  sgd({ eta: 0.1 }),
  adagradNorm(),
  adagradNorm({ eta: 0.3, c0: 2 }),
  adagrad({ eta: 0.1 }),
  adagrad({ eta: 0.1, epsilon: 0, c0: 1 }),
  gradientDescent({ eta: warmup(0.2, { steps: 10 }) }),
  momentum({ eta: 0.05 }),
  nesterov({ eta: inverse({ eta: 0.2, power: 0.5 }) }),
  momentum({ eta: 0.05, beta: (k) => Math.min(0.9, k / 20) }),
  nesterov({ eta: 0.05, beta: "1983" }),
  rmsprop({ eta: cosine({ eta: 0.01, steps: 1000 }) }),
  rmsprop({ eta: 0.001, epsilon: 0 }),
  adadelta({ eta: cosine({ eta: 20, steps: 1000 }) }),
  adam({ eta: 0.01 }),
  adam({ eta: 0.01, epsilon: 0 }),
  adamw({ eta: 0.01 }),
  amsgrad({ eta: 0.01 }),
  lion({ eta: polynomial({ eta: 0.01, steps: 1000 }) }),
  clipNorm(momentum({ eta: 0.05 }), 0.5),
  clipValue(sgd({ eta: 0.1 }), 0.5),
  decayWeights(adam({ eta: 0.01 }), 0.01),
  averaging(sgd({ eta: 0.1 })),
  chain(
    addWeights(0.01),
    averageGradients({ unbiased: true }),
    divideByRootMean({ beta: 0.999, unbiased: true }),
    scaleBy(0.01),
  ),
  chain(divideByNorm({ c0: 2 }), scaleBy(0.3)),
  clipValue(adagrad({ eta: 0.1 }), 1),
  averaging(amsgrad({ eta: 0.01 })),
  chain(takeSign(), scaleBy(polynomial({ eta: 0.01, steps: 1000 }))),
  chain(matchUnits(), scaleBy(cosine({ eta: 20, steps: 1000 }))),
  chain(divideByRootSum(), scaleBy(0.1)),
  chain(addMomentum({ lookAhead: true }), scaleBy(0.05)),
];

/** The gradient of F(θ) = ½ Σ a_i θ_i². */
const a = [1, 0.5, 2];
const gradient = (theta: Float64Array) => theta.map((entry, i) => a[i]! * entry);
const F = (theta: Float64Array) => theta.reduce((sum, entry, i) => sum + (a[i]! * entry ** 2) / 2, 0);

const decays = (rule: Rule): boolean => rule.name === "adamw" || /decayWeights|addWeights/.test(String(rule));

function run(rule: Rule, steps: number, theta: Float64Array, state: RuleState): void {
  for (let k = 0; k < steps; k++) rule.step(theta, gradient(theta), state);
}

describe.each(rules)("%s", (rule) => {
  test("descends on a quadratic, with θ* = 0", () => {
    const theta = Float64Array.of(1, -1, 0.5);
    const state = rule.init(3);
    const before = F(theta);
    run(rule, 1000, theta, state);
    expect(F(theta)).toBeLessThan(0.01 * before);
    expect(state.k).toBe(1000);
  });

  test("its state is plain data: copied halfway, it goes on bit for bit", () => {
    const theta = Float64Array.of(1, -1, 0.5);
    const state = rule.init(3);
    run(rule, 5, theta, state);
    const [thetaCopy, stateCopy] = structuredClone([theta, state] as const);
    run(rule, 5, theta, state);
    run(rule, 5, thetaCopy, stateCopy);
    expect(thetaCopy).toEqual(theta);
    expect(stateCopy).toEqual(state);
  });

  test("law: a gradient of 0 moves nothing, and never gives NaN", () => {
    const real = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(real, { maxLength: 5 }), (start) => {
        const theta = Float64Array.from(start);
        const state = rule.init(start.length);
        for (let k = 0; k < 3; k++) rule.step(theta, new Float64Array(start.length), state);
        // What decays moves without a push.
        if (decays(rule)) expect(theta.every(Number.isFinite)).toBe(true);
        else expect([...theta]).toEqual(start);
        expect(Number.isFinite(rule.stepSize(state))).toBe(true);
      }),
    );
  });

  test("what is not a number gets through, and stays", () => {
    const theta = Float64Array.of(1, -1, 0.5);
    const state = rule.init(3);
    rule.step(theta, Float64Array.of(0.1, 0.2, 0.3), state);
    rule.step(theta, Float64Array.of(Number.NaN, 0.2, 0.3), state);
    expect(theta[0]).toBeNaN();
    // One norm for all entries is not a number either, as in PyTorch.
    const isCoupled = /norm/i.test(String(rule));
    expect([...theta.subarray(1)].map(Number.isNaN)).toEqual([isCoupled, isCoupled]);
    rule.step(theta, Float64Array.of(0.1, 0.2, 0.3), state);
    expect(theta[0]).toBeNaN();
    if (String(rule).startsWith("averaging")) expect(averageOf(state)[0]).toBeNaN();
  });

  test("the gradient stays as it is", () => {
    const g = Float64Array.of(1, 2);
    rule.step(new Float64Array(2), g, rule.init(2));
    expect([...g]).toEqual([1, 2]);
  });

  test("lengths that differ", () => {
    expect(() => rule.step(new Float64Array(3), new Float64Array(2), rule.init(3))).toThrow(
      "theta has 3 entries but the gradient has 2",
    );
    expect(() => rule.init(-1)).toThrow("the number of parameters must be a whole number ≥ 0, got -1");
  });
});

describe("the first steps by hand", () => {
  test("sgd: θ − η g", () => {
    const theta = Float64Array.of(1, 2);
    const rule = sgd({ eta: 0.5 });
    rule.step(theta, Float64Array.of(2, -4), rule.init(2));
    expect([...theta]).toEqual([0, 4]);
    expect(rule.stepSize(rule.init(2))).toBe(0.5);
  });

  test("adagradNorm: c = 25, then 25 + 144 = 169", () => {
    const theta = Float64Array.of(0, 0);
    const rule = adagradNorm();
    const state = rule.init(2);
    rule.step(theta, Float64Array.of(3, 4), state);
    expect(state).toEqual({ k: 1, c: 25 });
    expect(rule.stepSize(state)).toBe(1 / 5);
    expect(theta[0]).toBeCloseTo(-3 / 5, 15);
    expect(theta[1]).toBeCloseTo(-4 / 5, 15);
    rule.step(theta, Float64Array.of(0, 12), state);
    expect(state).toEqual({ k: 2, c: 169 });
    expect(theta[0]).toBeCloseTo(-3 / 5, 15);
    expect(theta[1]).toBeCloseTo(-4 / 5 - 12 / 13, 15);
  });

  test("adagradNorm with η = 2 and c(0) = 11: the first step size is 2 / √(11 + 25) = 1/3", () => {
    const rule = adagradNorm({ eta: 2, c0: 11 });
    const state = rule.init(2);
    rule.step(new Float64Array(2), Float64Array.of(3, 4), state);
    expect(rule.stepSize(state)).toBeCloseTo(1 / 3, 15);
  });

  test("adagrad: the first step is η sign(g), the second divides by √(9 + 16)", () => {
    const theta = Float64Array.of(0, 0);
    const rule = adagrad({ eta: 1, epsilon: 0 });
    const state = rule.init(2);
    rule.step(theta, Float64Array.of(3, -1e-8), state);
    expect([...theta]).toEqual([-1, 1]);
    rule.step(theta, Float64Array.of(4, 0), state);
    expect(theta[0]).toBeCloseTo(-1 - 4 / 5, 15);
    expect(theta[1]).toBe(1);
    expect(adagrad({ eta: 1, epsilon: 0 }).stepSize({ k: 1, c: Float64Array.of(1, 7) })).toBe(0.5);
  });
});

test("lion: every parameter moves by η, the way the mixed momentum points", () => {
  const theta = Float64Array.of(1, 1);
  const rule = lion({ eta: 0.5, beta1: 0.5, beta2: 0.5, weightDecay: 0.5 });
  const state = rule.init(2);
  rule.step(theta, Float64Array.of(4, -2), state);
  expect([...theta]).toEqual([1 - 0.5 * 1.5, 1 + 0.5 * 0.5]);
  expect(state.m).toEqual(Float64Array.of(2, -1));
  rule.step(theta, Float64Array.of(-1, 1), state);
  // 0.5 · 2 − 0.5 > 0; −0.5 + 0.5 = 0, whose sign is 0
  expect([...theta]).toEqual([0.25 - 0.5 * (1 + 0.125), 1.25 - 0.5 * 0.625]);
});

describe("schedules", () => {
  const first = (schedule: (k: number) => number, n: number) =>
    Array.from({ length: n }, (_, i) => schedule(i + 1));

  test("by hand", () => {
    expect(first(inverse({ eta: 2, offset: 1 }), 3)).toEqual([1, 2 / 3, 0.5]);
    expect(first(exponential({ eta: 8, gamma: 0.5 }), 3)).toEqual([8, 4, 2]);
    expect(first(stepDecay({ eta: 8, gamma: 0.5, every: 2 }), 5)).toEqual([8, 8, 4, 4, 2]);
    expect(first(polynomial({ eta: 1, steps: 2, power: 2 }), 4)).toEqual([1, 0.25, 0, 0]);
    expect(
      first(
        piecewise([
          [1, 3],
          [3, 1],
        ]),
        4,
      ),
    ).toEqual([3, 3, 1, 1]);
    expect(first(warmup(inverse({ eta: 4 }), { steps: 2 }), 3)).toEqual([2, 2, 4 / 3]);
    const cycle = first(oneCycle({ eta: 1, steps: 10 }), 12);
    expect(cycle[2]).toBe(1);
    expect(cycle[0]).toBeCloseTo(0.04, 15);
    expect(cycle.slice(9)).toEqual(Array(3).fill(expect.closeTo(4e-6, 15)));
  });

  test("wherever a rule takes eta it takes a schedule, whose numbers it uses and tells", () => {
    const eta = piecewise([
      [1, 0.5],
      [2, 0.25],
    ]);
    const rule = sgd({ eta });
    const theta = Float64Array.of(0);
    const state = rule.init(1);
    const sizes = [1, 1, 1].map((g) => {
      rule.step(theta, Float64Array.of(g), state);
      return rule.stepSize(state);
    });
    expect(sizes).toEqual([0.5, 0.25, 0.25]);
    expect(theta[0]).toBe(-1);
    expect(String(rule)).toBe("SGD(η = piecewise(0.5 from 1, 0.25 from 2))");
    expect(String(adam({ eta: cosine({ eta: 0.1, steps: 9 }) }))).toMatch(
      /^Adam\(η = cosine\(0.1, 9 steps\), /,
    );
    expect(String(sgd({ eta: (k) => 1 / k }))).toBe("SGD(η = eta)");
  });

  test("what cannot be is said", () => {
    expect(() => cosine({ eta: 1, steps: 0.5 })).toThrow("cosine: steps must be a whole number ≥ 1, got 0.5");
    expect(() => inverse({ eta: -1 })).toThrow("inverse: eta must be a finite number > 0, got -1");
    expect(() => piecewise([[2, 1]])).toThrow("from step 1 on and in order");
    expect(() =>
      sgd({ eta: () => Number.NaN }).step(new Float64Array(1), new Float64Array(1), { k: 0 }),
    ).toThrow("sgd: the schedule of eta must give finite numbers ≥ 0; at k = 1 it gave NaN");
  });
});

test("averaging gives the mean of the iterates", () => {
  const rule = averaging(momentum({ eta: 0.1 }));
  const theta = Float64Array.of(1, -1, 0.5);
  const state = rule.init(3);
  const sum = new Float64Array(3);
  for (let k = 0; k < 7; k++) {
    rule.step(theta, gradient(theta), state);
    theta.forEach((entry, i) => {
      sum[i]! += entry;
    });
  }
  averageOf(state).forEach((entry, i) => {
    expect(entry).toBeCloseTo(sum[i]! / 7, 14);
  });
  expect(() => averageOf(sgd().init(1))).toThrow("make the rule with averaging(…)");
});

test("the step size of a chain is what multiplied the direction, and weights before Adam are in its gradient", () => {
  const norm = chain(divideByNorm({ c0: 2 }), scaleBy(0.3));
  const same = adagradNorm({ eta: 0.3, c0: 2 });
  const adamOf = (inner: Rule) => {
    const theta = Float64Array.of(1, -1, 0.5);
    const state = inner.init(3);
    run(inner, 10, theta, state);
    return { theta: [...theta], size: inner.stepSize(state) };
  };
  expect(adamOf(norm).size).toBeCloseTo(adamOf(same).size, 14);
  const before = chain(
    addWeights(0.1),
    averageGradients({ unbiased: true }),
    divideByRootMean({ beta: 0.999, unbiased: true }),
    scaleBy(0.01),
  );
  const decayed = adamOf(decayWeights(adam({ eta: 0.01 }), 0.1)).theta;
  adamOf(before).theta.forEach((entry, i) => {
    expect(entry).toBeCloseTo(decayed[i]!, 13);
  });
});

test("rules print as formulas", () => {
  expect(rules.slice(0, 4).map((rule) => inspect(rule))).toEqual([
    "SGD(η = 0.1)",
    "AdaGradNorm(η = 1, c(0) = 0)",
    "AdaGradNorm(η = 0.3, c(0) = 2)",
    "AdaGrad(η = 0.1, ε = 1e-10, c(0) = 0)",
  ]);
  expect(`${sgd({ eta: 0.1 })}`).toBe("SGD(η = 0.1)");
});

test.each([
  [() => sgd({ eta: 0 }), "sgd: eta must be a finite number > 0 or a schedule, got 0"],
  [() => sgd({ eta: "0.1" as never }), "sgd: eta must be a finite number > 0 or a schedule, got '0.1'"],
  [() => adam({ beta2: 1 }), "adam: beta2 must be at least 0 and below 1, got 1"],
  [
    () => clipNorm(sgd as never, 1),
    "clipNorm: expected a rule such as sgd({ eta: 0.1 }); did you forget the brackets ()?",
  ],
  [() => chain(), "chain: expected links such as addMomentum() and scaleBy(0.1), got none"],
  [
    () => chain(scaleBy as never),
    "chain: expected links such as addMomentum() and scaleBy(0.1), got [Function",
  ],
  [() => averaging(3 as never), "averaging: expected a rule such as sgd({ eta: 0.1 }), got 3"],
  [() => clipNorm(sgd(), 0), "clipNorm: most must be a finite number > 0, got 0"],
  [() => adagradNorm({ c0: -1 }), "adagradNorm: c0 must be a finite number ≥ 0, got -1"],
  [() => adagrad({ epsilon: Number.NaN }), "adagrad: epsilon must be a finite number ≥ 0, got NaN"],
  [
    () => adagrad().step(new Float64Array(2), new Float64Array(2), adagrad().init(3)),
    "adagrad: theta has 2 entries but c of the state has 3; did you call init(2)?",
  ],
])("bad options %#", (act, message) => {
  expect(act).toThrow(message);
});

test("clipNorm takes a gradient of any length", () => {
  for (const scale of [1e-300, 1e-200, 1, 1e154, 1e200, 4e307]) {
    const theta = new Float64Array(2);
    const rule = clipNorm(sgd({ eta: 1 }), 2.5 * scale);
    rule.step(theta, Float64Array.of(3 * scale, -4 * scale), rule.init(2));
    expect(theta[0]! / scale).toBeCloseTo(-1.5, 12);
    expect(theta[1]! / scale).toBeCloseTo(2, 12);
  }
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const theta = new Float64Array(2);
    const rule = clipNorm(sgd({ eta: 1 }), 1);
    rule.step(theta, Float64Array.of(1, wrong), rule.init(2));
    expect(theta.some(Number.isNaN)).toBe(true);
  }
});

test("a schedule of β: the same as the number where it gives that, and refused where it gives no share", () => {
  for (const rule of [momentum, nesterov]) {
    const [fixed, scheduled] = [rule({ eta: 0.1, beta: 0.7 }), rule({ eta: 0.1, beta: () => 0.7 })];
    const [a, b] = [Float64Array.of(1, -2), Float64Array.of(1, -2)];
    const states = [fixed.init(2), scheduled.init(2)] as const;
    for (const g of [1, -0.5, 0.25, 3]) {
      fixed.step(a, Float64Array.of(g, 2 * g), states[0]);
      scheduled.step(b, Float64Array.of(g, 2 * g), states[1]);
    }
    expect(b).toEqual(a);
    for (const wrong of [1.5, -0.1, Number.NaN, null]) {
      const bad = rule({ beta: () => wrong as number });
      expect(() => bad.step(Float64Array.of(1), Float64Array.of(1), bad.init(1))).toThrow(
        `addMomentum: the schedule of beta must give numbers from 0 to 1; at k = 1 it gave ${wrong}`,
      );
    }
  }
  // By hand, with β(1) = 0.9, β(2) = 0.5, β(3) = 1 and gradients of 1: velocities 1, 1.5, 2.5.
  const betas = [0.9, 0.5, 1];
  const beta = (k: number) => betas[k - 1]!;
  const after = (rule: Rule) => {
    const theta = Float64Array.of(0);
    const state = rule.init(1);
    return betas.map(() => {
      rule.step(theta, Float64Array.of(1), state);
      return Number(theta[0]!.toPrecision(12));
    });
  };
  expect(after(momentum({ eta: 1, beta }))).toEqual([-1, -2.5, -5]);
  // Nesterov's velocities take the β of the step before, 1, 1.9, 1.95; his steps are 1 + 0.9, 1 + 0.5 · 1.9, 1 + 1.95.
  expect(after(nesterov({ eta: 1, beta }))).toEqual([-1.9, -3.85, -6.8]);
  expect(() => nesterov({ beta: "1984" as never })).toThrow(
    "beta must be at least 0 and below 1, got '1984'",
  );
  expect(String(nesterov({ eta: 0.1, beta: "1983" }))).toBe("Nesterov(η = 0.1, β = (k−1)/(k+2))");
});

test("five rules have a fast kernel of their name, and how a rule prints is none of its properties", () => {
  for (const rule of [sgd(), momentum(), adagradNorm(), adagrad(), adam()]) {
    expect(formulaOf("rule", rule)?.name).toBe(rule.name);
    expect(Object.keys(rule)).toEqual(["name", "options", "init", "step", "stepSize"]);
  }
  for (const rule of [nesterov(), rmsprop(), lion()]) expect(formulaOf("rule", rule)).toBeUndefined();
});
