/** The Robbins–Monro algorithm for vector fields that are no gradients: rotations, games, temporal differences. */
import {
  ball,
  checkConvergence,
  type Ensemble,
  inverse,
  type Random,
  robbinsMonro,
  tensor,
  toBundle,
  type Vector,
} from "nablab";
import { describe, expect, test } from "vitest";

/** M(θ) = A (θ − θ*) with A = [[a, b], [−b, a]], and normal noise in each coordinate. */
const spiral =
  (a: number, b: number, [u, v]: readonly [number, number], sd = 1) =>
  ([x, y]: Vector, stream: Random) => [
    a * (x! - u) + b * (y! - v) + sd * stream.normal(),
    a * (y! - v) - b * (x! - u) + sd * stream.normal(),
  ];

test("a rotation with some contraction: mean, mean square and root are those of the recursion", () => {
  const paths = 3000;
  const schedule = (k: number) => 1 / (k + 5);
  const run = robbinsMonro({
    N: spiral(1, 2, [2, -1]),
    theta0: [5, 0],
    thetaStar: [2, -1],
    ...{ schedule, steps: 300, paths, seed: 1 },
  });
  const momentsOf = ({ mean, standardErrors }: Ensemble) => ({ mean, sd: standardErrors });
  const [errors, theta] = [momentsOf(run.squaredErrors!), run.theta.map(momentsOf)];
  // E[θ(k)] − θ* turns and shrinks by 1 − η(k) (1 − 2i) a step; E‖·‖² = ((1 − η)² + 4 η²) E‖·‖² + 2 η².
  let [re, im, square] = [3, 1, 10];
  let at = 0;
  for (let k = 0; k <= 300; k++) {
    if (k > 0) {
      const eta = schedule(k);
      [re, im] = [(1 - eta) * re - 2 * eta * im, (1 - eta) * im + 2 * eta * re];
      square = ((1 - eta) ** 2 + 4 * eta ** 2) * square + 2 * eta ** 2;
    }
    if (k !== run.theta[0]!.k[at]) continue;
    expect(Math.abs(errors.mean[at]! - square)).toBeLessThanOrEqual(6 * errors.sd[at]! + 1e-12);
    for (const [i, exact] of [2 + re, -1 + im].entries()) {
      const { mean, sd } = theta[i]!;
      expect(Math.abs(mean[at]! - exact)).toBeLessThanOrEqual(6 * sd[at]! + 1e-12);
    }
    at++;
  }
  expect(run.squaredErrors!.mean.at(-1)).toBeLessThan(0.02);
});

test("a pure rotation misses the condition: ‖θ(k)‖² grows by 1 + η² a step and does not tend to 0", () => {
  const run = robbinsMonro({
    N: spiral(0, 1, [0, 0], 0),
    theta0: [3, 4],
    thetaStar: [0, 0],
    schedule: inverse(),
    steps: 2000,
    paths: 1,
  });
  let square = 25;
  for (let k = 1; k <= 2000; k++) square *= 1 + 1 / k ** 2;
  expect(run.squaredErrors!.last[0]! / square).toBeCloseTo(1, 10);
  expect(square).toBeGreaterThan(90);
  const conditions = { schedule: inverse(), kurtosis: 3, thetaStar: [0, 0] };
  expect(checkConvergence(spiral(0, 1, [0, 0]), conditions).verdict).not.toBe("yes");
  expect(checkConvergence(spiral(1, 1, [0, 0]), conditions).verdict).toBe("yes");
});

test("the saddle of a game: min over x, max over y of x y + (x² − y²)/4 + x", () => {
  // ∂/∂x = y + x/2 + 1 = 0 and −∂/∂y = −x + y/2 = 0: x = −4/10 · 1, y = −8/10.
  const run = robbinsMonro({
    N: ([x, y], stream) => [y! + x! / 2 + 1 + stream.normal(), -x! + y! / 2 + stream.normal()],
    theta0: [2, 2],
    schedule: (k) => 4 / (k + 10),
    steps: 4000,
    paths: 40,
    thetaStar: [-0.4, -0.8],
  });
  expect(run.squaredErrors!.mean.at(-1)).toBeLessThan(0.02);
  expect(run.averagedErrors!.mean.at(-1)).toBeLessThan(0.02);
});

describe("TD(0) with linear features", () => {
  /** One draw of −(r + γ φ(s′)ᵀθ − φ(s)ᵀθ) φ(s) for a chain in its stationary distribution. */
  test("policy evaluation ends at V = (I − γP)⁻¹ r", () => {
    // Two states; stays with probability 3/4, else moves; reward 1 in the first; stationary: half and half. γ = 0.5.
    const N = (V: Vector, stream: Random) => {
      const s = stream.uniform() < 0.5 ? 0 : 1;
      const next = stream.uniform() < 0.75 ? s : 1 - s;
      const error = (s === 0 ? 1 : 0) + 0.5 * V[next]! - V[s]!;
      return [0, 1].map((state) => (state === s ? -error : 0));
    };
    // V₁ = 1 + (3 V₁ + V₂)/8, V₂ = (V₁ + 3 V₂)/8.
    const run = robbinsMonro({
      N,
      theta0: [0, 0],
      schedule: (k) => 5 / (k + 10),
      steps: 5000,
      paths: 30,
      thetaStar: [5 / 3, 1 / 3],
    });
    expect(run.squaredErrors!.mean.at(-1)).toBeLessThan(0.005);
  });

  test("off-policy it violates the condition, and leaves (Tsitsiklis and Van Roy)", () => {
    // Features 1 and 2 of states drawn half and half, both moving to the second; no reward, γ = 0.99: M(θ) = −0.47 θ.
    const N = ([w]: Vector, stream: Random) =>
      stream.uniform() < 0.5 ? [-(0.99 * 2 * w! - w!)] : [-2 * (0.99 * 2 * w! - 2 * w!)];
    const run = robbinsMonro({
      N,
      theta0: [1],
      schedule: (k) => 1 / k ** 0.6,
      steps: 3000,
      paths: 10,
      thetaStar: [0],
    });
    expect(run.squaredErrors!.quantile(0)!.at(-1)).toBeGreaterThan(10);
  });
});

test("one coordinate gives the bits of the number; a region, alpha and k reach N", () => {
  const schedule = inverse({ power: 0.75 });
  const shared = { schedule, steps: 80, paths: 4, seed: 2 };
  const number = robbinsMonro({
    N: (t, s) => t + s.normal(),
    alpha: 0.3,
    theta0: 2,
    thetaStar: 0.3,
    ...shared,
  });
  const list = robbinsMonro({
    N: ([t], s) => [t! + s.normal()],
    alpha: [0.3],
    theta0: [2],
    thetaStar: [0.3],
    ...shared,
  });
  expect(list.theta[0]!.rows).toEqual(number.theta.rows);
  expect(list.averages[0]!.rows).toEqual(number.averages.rows);
  expect(list.squaredErrors!.rows).toEqual(number.squaredErrors!.rows);
  expect(list.tails!.rows).toEqual(number.tails!.rows);
  const seen: number[] = [];
  const inside = robbinsMonro({
    N: (_, __, k) => [-seen.push(k), 0],
    theta0: [0, 0],
    region: ball(2),
    schedule: 1,
    steps: 3,
    paths: 1,
  });
  expect(seen).toEqual([1, 2, 3]);
  expect(inside.theta.map(({ last }) => last[0])).toEqual([2, 0]);
});

test("shows itself: errors, or coordinates without θ*; the plane in two dimensions", async () => {
  const N = (theta: Vector) => Array.from(theta);
  const shared = { schedule: 0.5, steps: 4, paths: 2 };
  const text = async (shown: object) => (await toBundle(shown))["text/plain"] as string;
  const known = await text(robbinsMonro({ N, theta0: [2, 0], thetaStar: [0, 0], ...shared }));
  expect(known).toContain(
    "Robbins–Monro in 2 variables, η(k) = η = 0.5: η = 0.5, 2 paths: ‖θ(k) − θ*‖² at k = 4 is 0.01563 ± 0 on average",
  );
  expect(known).toContain("x: θ₁, ");
  const open = await text(robbinsMonro({ N, theta0: [2, 0, 4], ...shared }));
  expect(open).toContain("η = 0.5: 2 paths, mean of θ(4) is (0.125, 0, 0.25)");
  expect(open).toContain("θ₃: ");
});

test.each<[object, string]>([
  [{ N: () => [1] }, "robbinsMonro: N(θ) must be a list of 2 numbers, as theta0 is, got [ 1 ] in step 1"],
  [{ N: () => 1 }, "robbinsMonro: N(θ) must be a list of 2 numbers, as theta0 is, got 1 in step 1"],
  [{ N: () => "ab" }, "robbinsMonro: N(θ) must be a list of 2 numbers, as theta0 is, got 'ab' in step 1"],
  [
    { N: () => [1, "b"] },
    "robbinsMonro: N(θ) must be a list of 2 numbers, as theta0 is, got [ 1, 'b' ] in step 1",
  ],
  [{ theta0: tensor([1, 1]) }, "theta0 a finite number, or both of lists of numbers, got"],
  [{ theta0: [] }, "robbinsMonro: theta0 must be a list of finite numbers, got []"],
  [{ theta0: [Number.NaN, 0] }, "robbinsMonro: theta0 must be a list of finite numbers, got [ NaN, 0 ]"],
  [{ thetaStar: 0 }, "robbinsMonro: thetaStar must be a list of 2 finite numbers, as theta0 is, got 0"],
  [{ alpha: [0] }, "robbinsMonro: alpha must be a list of 2 finite numbers, as theta0 is, got [ 0 ]"],
])("refuses %o", (wrong, message) => {
  const options = { N: () => [0, 0], theta0: [1, 1], schedule: 1, ...wrong };
  expect(() => robbinsMonro(options as never)).toThrow(message);
});

test.each([
  [{ alpha: [1, 2] }, "robbinsMonro: alpha must be a finite number, as theta0 is, got [ 1, 2 ]"],
  [{ thetaStar: [1, 2] }, "robbinsMonro: thetaStar must be a finite number, as theta0 is, got [ 1, 2 ]"],
  [{ N: () => [1, 2] }, "robbinsMonro: N(θ) must be a number, as theta0 is, got [ 1, 2 ] in step 1"],
])("refuses %o for a number", (wrong, message) => {
  const options = { N: () => 0, theta0: 1, schedule: 1, ...wrong };
  expect(() => robbinsMonro(options as never)).toThrow(new TypeError(message));
});

test("a list of one number is one variable", () => {
  const run = robbinsMonro({ N: ([t]) => [t!], theta0: [1], schedule: 0.5, steps: 2, paths: 1 });
  expect(String(run)).toContain("in 1 variable,");
});
