import { inspect } from "node:util";
import * as fc from "fast-check";
import { adagrad, adagradNorm, type Rule, type RuleState, sgd } from "nablab";
import { describe, expect, test } from "vitest";

const rules: Rule[] = [
  sgd({ eta: 0.1 }),
  adagradNorm(),
  adagradNorm({ eta: 0.3, c0: 2 }),
  adagrad({ eta: 0.1 }),
  adagrad({ eta: 0.1, epsilon: 0, c0: 1 }),
];

/** The gradient of F(θ) = ½ Σ a_i θ_i². */
const a = [1, 0.5, 2];
const gradient = (theta: Float64Array) => theta.map((entry, i) => a[i]! * entry);
const F = (theta: Float64Array) => theta.reduce((sum, entry, i) => sum + (a[i]! * entry ** 2) / 2, 0);

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
        expect([...theta]).toEqual(start);
        expect(Number.isFinite(rule.stepSize(state))).toBe(true);
      }),
    );
  });

  test("the gradient stays as it is", () => {
    const g = Float64Array.of(1, 2);
    rule.step(new Float64Array(2), g, rule.init(2));
    expect([...g]).toEqual([1, 2]);
  });

  test("lengths that differ", () => {
    expect(() => rule.step(new Float64Array(3), new Float64Array(2), rule.init(3))).toThrow(
      `${rule.name}: theta has 3 entries but the gradient has 2`,
    );
    expect(() => rule.init(-1)).toThrow(
      `${rule.name}: the number of parameters must be a whole number ≥ 0, got -1`,
    );
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
  [() => sgd({ eta: 0 }), "sgd: eta must be a finite number > 0, got 0"],
  [() => sgd({ eta: "0.1" as never }), "sgd: eta must be a finite number > 0, got '0.1'"],
  [() => adagradNorm({ c0: -1 }), "adagradNorm: c0 must be a finite number ≥ 0, got -1"],
  [() => adagrad({ epsilon: Number.NaN }), "adagrad: epsilon must be a finite number ≥ 0, got NaN"],
  [
    () => adagrad().step(new Float64Array(2), new Float64Array(2), adagrad().init(3)),
    "adagrad: theta has 2 entries but c of the state has 3; did you call init(2)?",
  ],
])("bad options %#", (act, message) => {
  expect(act).toThrow(message);
});
