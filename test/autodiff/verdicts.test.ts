// The verdict on a gradient: right ones and slightly wrong ones over 500 random functions, and the places where there is
// nothing to compare with.
import {
  checkGradient,
  compareMethods,
  gradientCheck,
  type Random,
  random,
  type Traced,
  type Verdict,
} from "nablab";
import { describe, expect, test } from "vitest";

type F = (theta: Float64Array) => number;
const verdict = (f: F, gradient: readonly number[], theta: readonly number[]): Verdict =>
  gradientCheck(f, gradient, theta).verdict;

/** A random smooth function of n variables, with its gradient: a sum of waves, products and exponentials. */
function smooth(n: number, stream: Random): { f: F; gradient: (theta: Float64Array) => number[] } {
  const list = () => Array.from({ length: n }, () => stream.normal());
  const [a, b, c] = [list(), list(), list()];
  const dot = (u: readonly number[], v: ArrayLike<number>) => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
  return {
    f: (t) => Math.sin(dot(a, t)) + 0.5 * dot(b, t) ** 2 + Math.exp(0.1 * Math.tanh(dot(c, t))),
    gradient: (t) => {
      const [wave, line, bent] = [Math.cos(dot(a, t)), dot(b, t), Math.tanh(dot(c, t))];
      const slope = 0.1 * Math.exp(0.1 * bent) * (1 - bent * bent);
      return a.map((_, i) => wave * a[i]! + line * b[i]! + slope * c[i]!);
    },
  };
}

describe("a ladder of wrong gradients", () => {
  test("500 right ones are right, and those off by 1e-6 … 1 of an entry are not", () => {
    const stream = random(21);
    for (let seed = 0; seed < 500; seed++) {
      const n = [1, 2, 5, 50][seed % 4]!;
      const { f, gradient } = smooth(n, stream);
      const theta = Float64Array.from({ length: n }, () => stream.normal());
      const right = gradient(theta);
      const at = stream.integer(n);
      if (n < 50) expect(verdict(f, right, Array.from(theta))).toBe("yes");
      const size = Math.max(...right.map(Math.abs));
      const off = size * 10 ** -(6 * stream.uniform());
      const wrong = right.map((x, i) => (i === at ? x + off : x));
      if (n < 50 || seed % 20 === 3) expect(verdict(f, wrong, Array.from(theta))).toBe("no");
    }
  });

  test("500 wrong ones fail in grading; what three of four methods do not see is no agreement", () => {
    const stream = random(24);
    for (let seed = 0; seed < 500; seed++) {
      const n = [1, 2, 5, 20][seed % 4]!;
      const { f, gradient } = smooth(n, stream);
      const theta = Array.from({ length: n }, () => stream.normal());
      const right = gradient(Float64Array.from(theta));
      const at = stream.integer(n);
      const off = Math.max(...right.map(Math.abs)) * 10 ** -(5 * stream.uniform());
      const wrong = right.map((x, i) => (i === at ? x + off : x));
      const failed = expect.objectContaining({ name: "CheckFailed", verdict: "no" });
      expect(() => checkGradient("g", wrong, f, theta)).toThrow(failed);
      // Right ones print a line each.
      if (seed % 100 === 0) checkGradient("g", right, f, theta);
      // x.value is a constant to three of the methods, and none to the differences.
      const share = seed % 5 === 0 ? 0 : 10 ** -(6 * stream.uniform());
      const hidden = (x: Traced) => x.sin().add(x.mul(x.value).mul(share)).sum();
      expect(compareMethods(hidden, theta.slice(0, 3)).verdict).toBe(share === 0 ? "yes" : "no");
    }
  });

  test("at kinks in 1 to 6 dimensions: between the slopes undecided, outside of them no", () => {
    const stream = random(22);
    for (let seed = 0; seed < 500; seed++) {
      const n = 1 + (seed % 6);
      const slopes = Array.from({ length: n }, () => stream.normal(0, 2));
      const f: F = (t) => slopes.reduce((sum, s, i) => sum + s * Math.abs(t[i]! - i), 0);
      const theta = slopes.map((_, i) => i);
      const inside = slopes.map((s) => s * (2 * stream.uniform() - 1));
      expect(verdict(f, inside, theta)).toBe("undecided");
      const at = stream.integer(n);
      const outside = inside.map((g, i) => (i === at ? slopes[i]! * (1.001 + stream.uniform()) : g));
      expect(verdict(f, outside, theta)).toBe("no");
    }
  });

  test("at a kink near θ, down to 1e-12, only the slope on θ's side is right", () => {
    const stream = random(23);
    for (let seed = 0; seed < 500; seed++) {
      const distance = 10 ** (-12 * stream.uniform());
      const [left, right] = [stream.normal(), stream.normal()];
      const f: F = ([t]) => (t! < 0 ? left * t! : right * t!);
      const side = seed % 2 === 0 ? 1 : -1;
      const own = side > 0 ? right : left;
      expect(verdict(f, [own], [side * distance])).toBe("yes");
      expect(verdict(f, [own * 1.001], [side * distance])).toBe("no");
      // On a level of 1, rounding hides what is nearer than it.
      const lifted: F = (t) => 1 + f(t);
      expect(verdict(lifted, [own + left + 9], [side * distance])).toBe("no");
      expect(verdict(lifted, [own], [side * distance])).not.toBe("no");
    }
  });
});

describe("where there is no derivative", () => {
  const abs: F = ([t]) => Math.abs(t!);
  const step: F = ([t]) => Number(t! > 0);

  test("|θ| at 0 has slopes from −1 to 1", () => {
    expect(verdict(abs, [7], [0])).toBe("no");
    expect(verdict(abs, [-1.001], [0])).toBe("no");
    expect(verdict(abs, [Number.NaN], [0])).toBe("no");
    for (const g of [-1, 0, 0.3, 1]) expect(verdict(abs, [g], [0])).toBe("undecided");
    expect(verdict(abs, [50], [1e-9])).toBe("no");
    const check = gradientCheck(abs, [0.3], [0]);
    expect(check.ok).toBe(false);
    expect(check.relativeError).toBeNaN();
    expect(String(check)).toMatch(
      /^\? .*in none of 1 entry[\s\S]*undecided: another theta, away from the kinks$/,
    );
  });

  test("a step has no slope where it is, and is flat beside it", () => {
    expect(verdict(step, [99], [0])).toBe("undecided");
    expect(String(gradientCheck(step, [99], [0]))).toContain("f jumps");
    expect(verdict(step, [99], [1e-9])).toBe("no");
    expect(verdict(step, [0], [0.1])).toBe("yes");
    expect(verdict(([t]) => Math.floor(10 * t!), [10], [0.55])).toBe("no");
  });

  test("roots and powers", () => {
    expect(verdict(([t]) => Math.sqrt(Math.abs(t!)), [3], [0])).toBe("undecided");
    expect(verdict(([t]) => Math.cbrt(t!), [3], [0])).toBe("undecided");
    expect(verdict(([t]) => Math.abs(t!) ** 1.5, [0], [0])).toBe("yes");
    expect(verdict(([t]) => Math.abs(t!) ** 1.5, [0.1], [0])).toBe("no");
  });

  test("a subgradient lies between the slopes along every line, not along the axes alone", () => {
    const ridge: F = ([x, y]) => Math.abs(x! + y!);
    expect(verdict(ridge, [1, -1], [0, 0])).toBe("no");
    expect(verdict(ridge, [0.4, 0.4], [0, 0])).toBe("undecided");
    const corner: F = ([x, y]) => Math.max(x!, y!, 0);
    expect(verdict(corner, [0.6, 0.6], [0, 0])).toBe("no");
    expect(verdict(corner, [0.5, 0.4], [0, 0])).toBe("undecided");
    // Clarke's set of |x| − |y| is the whole square.
    expect(verdict(([x, y]) => Math.abs(x!) - Math.abs(y!), [0.5, 0.5], [0, 0])).toBe("undecided");
  });

  test("other entries decide, if the ones at kinks are between their slopes", () => {
    const mixed: F = ([x, y]) => Math.abs(x!) + y! ** 2;
    expect(verdict(mixed, [0.5, 4], [0, 2])).toBe("yes");
    expect(verdict(mixed, [5, 4], [0, 2])).toBe("no");
    expect(verdict(mixed, [0.5, 4.001], [0, 2])).toBe("no");
  });

  test("differences that are too inexact decide nothing, and say which tolerance they are good for", () => {
    const lifted = gradientCheck(([t]) => 1e12 + Math.sin(t!), [Math.cos(1) * (1 + 1e-5)], [1]);
    expect(lifted.verdict).toBe("undecided");
    expect(lifted.wouldDecide).toMatch(/^a tolerance above 0\.00\d+, or values of f with less rounding$/);
  });

  test("compareMethods says the same of its four methods", () => {
    expect(compareMethods((x) => x.abs().sum(), [0])).toMatchObject({ ok: false, verdict: "undecided" });
    expect(compareMethods((x) => x.abs().sum(), [0, 1])).toMatchObject({ ok: true, verdict: "yes" });
    expect(compareMethods((x) => x.mul(x).sum(), [0, 1]).verdict).toBe("yes");
  });

  test("in grading undecided is no pass, unless the author says so; wrong never is", () => {
    const grade = (gradient: number[], f: F, options = {}) => {
      try {
        checkGradient("g", gradient, f, [0], options);
        return "yes";
      } catch (error) {
        return (error as { verdict: Verdict }).verdict;
      }
    };
    expect(grade([0.3], abs)).toBe("undecided");
    expect(grade([0.3], abs, { atKink: true })).toBe("yes");
    expect(grade([7], abs, { atKink: true })).toBe("no");
    expect(grade([Number.NaN], abs, { atKink: true })).toBe("no");
    expect(grade([99], step)).toBe("undecided");
    expect(() => checkGradient("g", [7], abs, [0])).toThrow("slope -1 on the left and 1 on the right");
  });
});

describe("near the edge of where f is defined", () => {
  const cases: [string, (t: number) => number, (t: number) => number, number[]][] = [
    ["log", Math.log, (t) => 1 / t, [0.05, 1e-3, 1e-12]],
    ["p log p", (t) => t * Math.log(t), (t) => Math.log(t) + 1, [0.02, 1e-6]],
    ["−log(1 − x)", (t) => -Math.log1p(-t), (t) => 1 / (1 - t), [0.97, 0.9999]],
    ["exp", Math.exp, Math.exp, [700, 709, -700]],
    ["arcsin", Math.asin, (t) => 1 / Math.sqrt(1 - t * t), [0.999, -0.99]],
    ["√", Math.sqrt, (t) => 0.5 / Math.sqrt(t), [1e-10, 1e-3]],
    ["1/θ", (t) => 1 / t, (t) => -1 / t ** 2, [1e-5, -1e-3]],
    ["x^x", (t) => t ** t, (t) => t ** t * (Math.log(t) + 1), [0.01]],
  ];
  test.each(cases)("%s", (_, f, derivative, places) => {
    for (const at of places) {
      const of = (t: Float64Array) => f(t[0]!);
      expect(verdict(of, [derivative(at)], [at])).toBe("yes");
      expect(verdict(of, [derivative(at) * (1 + 1e-4)], [at])).toBe("no");
    }
  });

  test("at the edge itself it is refused", () => {
    expect(() => verdict(([t]) => Math.sqrt(t!), [1], [0])).toThrow("theta is at the edge of where f is");
    expect(() => verdict(([t]) => Math.log(t!), [1], [0])).toThrow("at theta[0] = 0 it is -Infinity");
  });
});

describe("values with few digits", () => {
  const square = (t: Float64Array) => t[0]! ** 2;
  const rounded = (digits: number) => (t: Float64Array) => Number(square(t).toFixed(digits));

  test("steps have slope 0, and follow a curve: neither is wrong, and the curve is right where its digits suffice", () => {
    const stream = random(77);
    const rounded32 = (t: Float64Array) => Math.fround(square(t));
    const sine = (digits: number) => (t: Float64Array) => Number((1 + Math.sin(t[0]! - 1)).toFixed(digits));
    const answers: Record<number, Set<string>> = {};
    for (let seed = 0; seed < 1000; seed++) {
      const at = 1 + stream.uniform();
      const digits = 2 + (seed % 10);
      const [f, slope] = [
        [rounded(digits), 2 * at],
        [rounded32, 2 * at],
        [sine(digits), Math.cos(at - 1)],
      ][seed % 3] as [F, number];
      expect(verdict(f, [0], [at])).not.toBe("no");
      const answer = verdict(f, [slope], [at]);
      // Of two or three digits steps may be so wide that they are a function of their own, which is constant.
      if (digits > 3) expect(answer).not.toBe("no");
      if (f !== rounded32) (answers[digits] ??= new Set()).add(answer);
    }
    for (const digits of [4, 5]) expect(answers[digits]).toEqual(new Set(["undecided"]));
    for (const digits of [8, 9, 10]) expect(answers[digits]).toContain("yes");
  });

  test("steps hide no gradient that is neither theirs nor the curve's", () => {
    for (const digits of [7, 8, 9, 10]) {
      const off = [2.5, -2.002, 20].map((wrong) => verdict(rounded(digits), [wrong], [1.001]));
      expect(off).toEqual(["no", "no", "no"]);
    }
    // Flat, but for a kink on one side: its slope there is 0, and no other.
    expect(verdict(([t]) => Math.max(0, t! - 1e-7), [0.5], [0])).toBe("no");
    // A gradient that was left out, of a loss next to 0 whose terms are not.
    const confident = (t: Float64Array) => Math.log(Math.exp(t[0]!) + Math.exp(30)) - 30;
    expect(verdict(confident, [0], [20])).toBe("no");
  });

  test("digits beyond those that a tolerance needs do not matter", () => {
    expect(verdict(rounded(14), [2.002], [1.001])).toBe("yes");
    expect(verdict(rounded(14), [2.003], [1.001])).toBe("no");
    // A long sum rounds by hundreds of digits' ends.
    const long = (t: Float64Array) => {
      let sum = 0;
      for (let i = 0; i < 3000; i++) sum += Math.sin(t[0]! * i * 0.001) - sum / 1e3;
      return sum + 1e4 * (t[0]! - t[0]!);
    };
    let slope = 0;
    for (let i = 0; i < 3000; i++) slope += i * 0.001 * Math.cos(0.7 * i * 0.001) - slope / 1e3;
    expect(verdict(long, [slope], [0.7])).toBe("yes");
    expect(verdict(long, [slope * 1.00001], [0.7])).toBe("no");
  });
});
