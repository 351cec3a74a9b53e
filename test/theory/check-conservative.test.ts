// Fields that are right, a little wrong, or of functions too inexact to tell.
import { checkConservative, random } from "nablab";
import { describe, expect, test } from "vitest";

/** ½‖θ‖² + c, with what is taken for its gradient. */
const bowl = (dimension: number, offset = 0, autodiff = (theta: ArrayLike<number>) => Array.from(theta)) => ({
  dimension,
  value: (theta: ArrayLike<number>) => offset + Array.from(theta).reduce((sum, x) => sum + x * x, 0) / 2,
  autodiff,
});
const little = { points: 20, curves: 2, arcs: 200 };

test("over 500 seeds, in 1 to 50 dimensions, right fields hold", () => {
  for (let seed = 0; seed < 500; seed++) {
    const dimension = [1, 2, 7, 50][seed % 4]!;
    const size = dimension > 7 ? { points: 2, curves: 1, arcs: 200 } : little;
    const { verdict, gradients } = checkConservative(bowl(dimension), { ...size, seed });
    expect([verdict, gradients]).toEqual(["yes", size.points]);
  }
});

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

test("a field that is wrong at a share of the places is found as often as stated", () => {
  const points = 100;
  const { detects } = checkConservative(bowl(1), { points, curves: 1, arcs: 10 });
  // 1 − 0.01^(1/100).
  expect(detects).toBeCloseTo(0.045007, 6);
  const stream = random(3);
  let missed = 0;
  for (let seed = 0; seed < 500; seed++) {
    const field = bowl(1, 0, (theta) => [stream.uniform() < detects ? theta[0]! + 1 : theta[0]!]);
    missed += Number(checkConservative(field, { points, curves: 1, arcs: 10, seed }).gradients === points);
  }
  // 5 ± 2.2 of 500, and five deviations.
  expect(missed).toBeLessThanOrEqual(16);
});

describe("rounding of F", () => {
  test("decides nothing: neither that v is right nor that it is wrong", () => {
    for (const offset of [1e6, 1e9, 1e12, 1e15, 1e18]) {
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

test.each([1, 1e3, 1e5, 1e7, 1e8, 1e10, 1e15])("a slope of 1 is not missed beside one of %d", (steep) => {
  const value = ([a, b]: Float64Array) => steep * a! ** 2 + b!;
  const none = { dimension: 2, value, autodiff: ([a]: Float64Array) => [2 * steep * a!, 0] };
  const right = { dimension: 2, value, autodiff: ([a]: Float64Array) => [2 * steep * a!, 1] };
  const curved = {
    dimension: 2,
    value: ([a, b]: Float64Array) => (steep * a! ** 2 + b! ** 2) / 2,
    autodiff: ([a]: Float64Array) => [steep * a!, 0],
  };
  for (const wrong of [none, curved]) {
    const { verdict } = checkConservative(wrong, { points: 200, curves: 5, arcs: 2000 });
    if (steep <= 1e8) expect(verdict).toBe("no");
    expect(verdict).not.toBe("yes");
  }
  expect(checkConservative(right, { points: 200, curves: 5, arcs: 2000 }).verdict).not.toBe("no");
});
