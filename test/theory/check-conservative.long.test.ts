// Fields that are right, a little wrong, or of functions too inexact to tell; conservative.long.test.ts counts over hundreds of seeds.
import { affine, checkConservative, linearCombination, maximum } from "nablab";
import { describe, expect, test } from "vitest";

/** ½‖θ‖² + c, with what is taken for its gradient. */
const bowl = (dimension: number, offset = 0, autodiff = (theta: ArrayLike<number>) => Array.from(theta)) => ({
  dimension,
  value(theta: ArrayLike<number>) {
    let sum = 0;
    for (let i = 0; i < theta.length; i++) sum += theta[i]! * theta[i]!;
    return offset + sum / 2;
  },
  autodiff,
});
const little = { points: 20, curves: 2, arcs: 200 };

test("a ladder of errors: below the step's precision none is seen, above it all are", () => {
  for (const [factor, verdict] of [
    [1 + 1e-9, "yes"],
    [1 + 1e-4, "no"],
    [1.01, "no"],
    [-1, "no"],
    [0, "no"],
  ] as const) {
    const field = bowl(3, 0, (theta) => Array.from(theta, (x) => factor * x));
    for (let seed = 0; seed < 20; seed++)
      expect(checkConservative(field, { ...little, seed }).verdict).toBe(verdict);
  }
});

describe("rounding of F", () => {
  test("decides nothing: neither that v is right nor that it is wrong", () => {
    for (const offset of [1e9, 1e12, 1e15, 1e18]) {
      const check = checkConservative(bowl(3, offset), { points: 50, curves: 5, arcs: 2000 });
      expect([check.verdict, check.holds, check.wouldDecide]).toEqual([
        "undecided",
        false,
        "values of F with less rounding",
      ]);
      expect(check.findings[0]!.text).toMatch(/at 50 F is too inexact for differences/);
    }
    // The integral sees more than differences do, but not everything.
    const [, at12] = checkConservative(bowl(3, 1e12), { ...little, curves: 5, arcs: 2000 }).findings;
    expect(at12!.verdict).toBe("yes");
    const [, at15] = checkConservative(bowl(3, 1e15), { ...little, curves: 5, arcs: 2000 }).findings;
    expect(at15!.verdict).toBe("undecided");
    expect(at15!.text).toMatch(/and F by 1\.8 for rounding$/);
  });

  test("is passed by with longer steps", () => {
    expect(checkConservative(bowl(3, 1e6), { points: 50, curves: 5, arcs: 2000 }).gradients).toBeGreaterThan(
      45,
    );
  });

  test("hides no error that is larger", () => {
    const turned = bowl(3, 1e6, (theta) => Array.from(theta, (x) => -x));
    expect(checkConservative(turned, little).verdict).toBe("no");
    expect(
      checkConservative(
        bowl(3, 1, (theta) => Array.from(theta, (x) => 1.001 * x)),
        little,
      ).verdict,
    ).toBe("no");
  });
});

test("what is no number is no derivative, on whichever curve it comes", () => {
  let calls = 0;
  const late = bowl(2, 0, (theta) => (++calls === 20 + 2 * 200 ? [Number.NaN, 0] : Array.from(theta)));
  const check = checkConservative(late, { points: 20, curves: 2, arcs: 200 });
  expect(check.findings.map(({ verdict }) => verdict)).toEqual(["yes", "no"]);
  expect(check.largestError).toBeNaN();
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(
      checkConservative(
        bowl(2, 0, () => [wrong, wrong]),
        little,
      ).verdict,
    ).toBe("no");
  }
  expect(
    checkConservative(
      bowl(2, 0, (theta) => [theta[0]!]),
      little,
    ).verdict,
  ).toBe("no");
});

test.each([
  [0, {}, "dimension must be a whole number ≥ 1, got 0"],
  [2.5, {}, "dimension must be a whole number ≥ 1, got 2.5"],
  [1, { points: 0 }, "points must be a whole number ≥ 1, got 0"],
  [1, { radius: 0 }, "radius must be a finite number > 0, got 0"],
  [1, { radius: Number.NaN }, "radius must be a finite number > 0, got NaN"],
])("refuses %s dimensions with %o", (dimension, options, message) => {
  expect(() => checkConservative(bowl(dimension), options)).toThrow(message);
});

const half = (scale: number) => (theta: ArrayLike<number>) => (scale * (theta[0]! ** 2 + theta[1]! ** 2)) / 2;
test.each<[string, number, number, "yes" | "no"]>([
  ["right", 1e-200, 1e-200, "yes"],
  ["1 % off", 1e-200, 1.01e-200, "no"],
  ["none", 1e-20, 0, "no"],
  ["right", 1e200, 1e200, "yes"],
  ["1 % off", 1e200, 1.01e200, "no"],
  ["right", 0, 0, "yes"],
  ["some, of a constant", 0, 1e-14, "no"],
])("a field that is %s is judged by the size of F: %d, %d", (_, scale, slope, verdict) => {
  const field = {
    dimension: 2,
    value: half(scale),
    autodiff: (theta: ArrayLike<number>) => [scale * theta[0]!, slope * theta[1]!],
  };
  expect(checkConservative(field, { points: 200, curves: 5 }).verdict).toBe(verdict);
});

test("a rotation by a millionth is found beside a slope of 1", () => {
  const field = bowl(2, 0, (theta) => [theta[0]! - 1e-6 * theta[1]!, theta[1]! + 1e-6 * theta[0]!]);
  expect(checkConservative(field).verdict).toBe("no");
});

test("a constant that is rounded says nothing of a field that small", () => {
  const field = { dimension: 2, value: () => 1, autodiff: () => [1e-14, 0] };
  expect(checkConservative(field, { points: 50, curves: 5 }).holds).toBe(false);
});

/** Fields that are right or wrong, of entries and values of very different sizes, as what they are and how sure the verdict must be. */
type Judged = [
  name: string,
  dimension: number,
  value: (t: Float64Array) => number,
  v: (t: Float64Array) => number[],
];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const { sin, cos, exp, abs, sign } = Math;
const relu = (x: number) => Math.max(0, x);
const step = (x: number) => Number(x > 0);

const wrongFields = [1, 1e3, 1e5, 1e7, 1e8].flatMap((K): Judged[] => [
  [`${K} a² + b`, 2, (t) => K * t[0]! ** 2 + t[1]!, (t) => [2 * K * t[0]!, 0]],
  [`(${K} a² + b²)/2`, 2, (t) => (K * t[0]! ** 2 + t[1]! ** 2) / 2, (t) => [K * t[0]!, 0]],
  [`${K} sin a + sin b`, 2, (t) => K * sin(t[0]!) + sin(t[1]!), (t) => [K * cos(t[0]!), 0]],
  [`${K} |a| + relu(b)`, 2, (t) => K * abs(t[0]!) + relu(t[1]!), (t) => [K * sign(t[0]!), 0]],
  [`${K} a²`, 2, (t) => K * t[0]! ** 2, (t) => [2 * K * t[0]!, K / 1e5]],
]);
wrongFields.push(
  ["exp(10 a), none below 0", 1, (t) => exp(10 * t[0]!), (t) => [t[0]! < 0 ? 0 : 10 * exp(10 * t[0]!)]],
  ["sin(1e4 a), 0.1 % off", 1, (t) => sin(1e4 * t[0]!), (t) => [1.001e4 * cos(1e4 * t[0]!)]],
  ["100 + sin(a)/100, none", 1, (t) => 100 + sin(t[0]!) / 100, () => [0]],
  ["(1e8 + a) − 1e8, none", 1, (t) => 1e8 + t[0]! - 1e8, () => [0]],
  ["of a constant 0", 1, () => 0, () => [1e-14]],
  ["of a constant 1e-300", 1, () => 1e-300, () => [1e-303]],
  ["swapped", 2, (t) => t[0]! * t[1]!, (t) => [t[0]!, t[1]!]],
);
test.each(wrongFields)("a wrong field is refused: %s", (_, dimension, value, autodiff) => {
  for (const seed of [0, 1, 2]) {
    const check = checkConservative(
      { dimension, value, autodiff },
      { points: 200, curves: 5, arcs: 2000, seed },
    );
    expect(check.verdict).toBe("no");
  }
});

// Where F is rounded by more than the slope that is missing, nothing can be decided.
test.each([1e10, 1e12, 1e15, 1e17, 1e20, 1e30])("a slope of 1 that sinks beside %d is not confirmed", (K) => {
  for (const rest of [(b: number) => b, (b: number) => b * b, exp, relu, (b: number) => -abs(b)]) {
    const field = {
      dimension: 2,
      value: (t: ArrayLike<number>) => K * t[0]! ** 2 + rest(t[1]!),
      autodiff: (t: ArrayLike<number>) => [2 * K * t[0]!, 0],
    };
    expect(checkConservative(field, { points: 200, curves: 5, arcs: 2000 }).holds).toBe(false);
  }
});

const rightFields: Judged[] = [
  ["1e5 a² + b", 2, (t) => 1e5 * t[0]! ** 2 + t[1]!, (t) => [2e5 * t[0]!, 1]],
  ["1e30 a²", 2, (t) => 1e30 * t[0]! ** 2, (t) => [2e30 * t[0]!, 0]],
  ["1e300 relu", 1, (t) => 1e300 * relu(t[0]!), (t) => [1e300 * step(t[0]!)]],
  ["1e-300 relu", 1, (t) => 1e-300 * relu(t[0]!), (t) => [1e-300 * step(t[0]!)]],
  ["σ(a) + σ(−a)", 1, (t) => sigmoid(t[0]!) + sigmoid(-t[0]!), () => [1e-17]],
  ["cos² + sin²", 1, (t) => cos(t[0]!) ** 2 + sin(t[0]!) ** 2, () => [0]],
  ["1", 2, () => 1, () => [1e-17, 0]],
  ["1e300", 2, () => 1e300, () => [0, 0]],
  ["0", 2, () => 0, () => [0, 0]],
  ["100 + sin(a)/100", 1, (t) => 100 + sin(t[0]!) / 100, (t) => [cos(t[0]!) / 100]],
  ["sin(1e4 a)", 1, (t) => sin(1e4 * t[0]!), (t) => [1e4 * cos(1e4 * t[0]!)]],
  ["exp(30 a)", 1, (t) => exp(30 * t[0]!), (t) => [30 * exp(30 * t[0]!)]],
  ["tanh(20 a)", 1, (t) => Math.tanh(20 * t[0]!), (t) => [20 * (1 - Math.tanh(20 * t[0]!) ** 2)]],
  ["a² + relu(b − 4)", 2, (t) => t[0]! ** 2 + relu(t[1]! - 4), (t) => [2 * t[0]!, step(t[1]! - 4)]],
  ["a^10", 1, (t) => t[0]! ** 10, (t) => [10 * t[0]! ** 9]],
];
test.each(rightFields)("a right field holds: %s", (_, dimension, value, autodiff) => {
  for (const seed of [0, 1, 2]) {
    const check = checkConservative(
      { dimension, value, autodiff },
      { points: 200, curves: 5, arcs: 2000, seed },
    );
    expect(check.verdict).toBe("yes");
  }
});

test("programs of terms that cancel to rounding hold", () => {
  const lines = [0.1, 0.2, 0.3].map((slope) => affine([slope]));
  const one = maximum(affine([1]), affine([0]));
  const two = maximum(affine([1, 0.3]), affine([0, 0]));
  for (const program of [
    linearCombination(lines, [1, 1, -1]),
    linearCombination([one, one, one], [0.1, 0.2, -0.3]),
    linearCombination([two, two, two], [0.7, 0.1, -0.8]),
    linearCombination([one, one], [1, -1]),
  ]) {
    expect(checkConservative(program).verdict).toBe("yes");
    for (const seed of [1, 2]) {
      expect(checkConservative(program, { points: 200, curves: 5, arcs: 2000, seed }).verdict).toBe("yes");
    }
  }
  // Rounding of what F is made of: not enough to decide, and nothing against it.
  const shifted = { dimension: 1, value: (t: ArrayLike<number>) => 1e8 + t[0]! - 1e8, autodiff: () => [1] };
  expect(checkConservative(shifted).verdict).toBe("undecided");
});
