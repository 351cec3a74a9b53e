// How often `checkConservative` finds what is wrong, and that it never finds what is right, over hundreds of seeds.
import { checkConservative, random } from "nablab";
import { expect, test } from "vitest";

/** ½‖θ‖², with what is taken for its gradient. */
const bowl = (dimension: number, autodiff = (theta: ArrayLike<number>) => Array.from(theta)) => ({
  dimension,
  value(theta: ArrayLike<number>) {
    let sum = 0;
    for (let i = 0; i < theta.length; i++) sum += theta[i]! * theta[i]!;
    return sum / 2;
  },
  autodiff,
});

test("over 500 seeds, in 1 to 50 dimensions, right fields hold", () => {
  for (let seed = 0; seed < 500; seed++) {
    const dimension = [1, 2, 7, 50][seed % 4]!;
    const size = dimension > 7 ? { points: 2, curves: 1, arcs: 200 } : { points: 20, curves: 2, arcs: 200 };
    const { verdict, gradients } = checkConservative(bowl(dimension), { ...size, seed });
    expect([verdict, gradients]).toEqual(["yes", size.points]);
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
    const field = bowl(1, (theta) => [stream.uniform() < detects ? theta[0]! + 1 : theta[0]!]);
    missed += Number(checkConservative(field, { points, curves: 1, arcs: 10, seed }).gradients === points);
  }
  // 5 ± 2.2 of 500, and five deviations.
  expect(missed).toBeLessThanOrEqual(16);
});
