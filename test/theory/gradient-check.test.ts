import {
  type Activation,
  backpropagation,
  crossEntropy,
  dense,
  glorot,
  gradientCheck,
  type Loss,
  randomNormal,
  relu,
  sequential,
  sigmoid,
  squaredError,
  type Targets,
  type Tensor,
  tanh,
  tensor,
  toBundle,
} from "nablab";
import { describe, expect, test } from "vitest";

const network = (sigma: () => Activation, seed: number) => {
  const init = glorot;
  const model = sequential(
    [
      dense(5, 7, { init }),
      sigma(),
      dense(7, 4, { init }),
      sigma(),
      dense(4, 6, { init }),
      sigma(),
      dense(6, 3),
    ],
    { seed },
  );
  for (const { b } of model.dense) b.data.set(randomNormal(b.shape, { seed: seed + b.size, sd: 0.3 }).data);
  return model;
};
const x = randomNormal([9, 5], { seed: 4 });
const losses: [Loss, Targets][] = [
  [crossEntropy(), [0, 1, 2, 0, 1, 2, 2, 1, 0]],
  [squaredError(), randomNormal([9, 3], { seed: 5 })],
];

describe("gradientCheck of a network", () => {
  for (const sigma of [tanh, sigmoid]) {
    test.each(losses)(`smooth nets agree to 1e-9: ${sigma.name}, $name`, (loss, y) => {
      for (const seed of [1, 2, 3]) {
        const check = gradientCheck(network(sigma, seed), x, y, loss, { tolerance: 1e-9 });
        expect(check.ok, String(check)).toBe(true);
        expect(check.kinks).toEqual([]);
        expect(check.entries).toHaveLength(125);
      }
    });
  }

  test.each(losses)("relu away from kinks: $name", (loss, y) => {
    const check = gradientCheck(network(relu, 1), x, y, loss, { tolerance: 1e-9 });
    expect(check.ok, String(check)).toBe(true);
    expect(check.kinks).toEqual([]);
  });

  test("kinks of relu are listed apart with both slopes, and are no failure", () => {
    // At the sample 0 with b = 0 every z[1] is 0.
    const model = sequential([dense(2, 3), relu(), dense(3, 1)], { seed: 1 });
    const check = gradientCheck(model, [[0, 0]], [1], squaredError());
    expect(check.ok).toBe(true);
    expect(check.kinks.map(({ name }) => name)).toEqual(["b[1][0]", "b[1][1]", "b[1][2]"]);
    const [, , A2] = model.parameters as [Tensor, Tensor, Tensor];
    for (const [j, { kink }] of check.kinks.entries()) {
      // loss = (Σ_j A_j max(b_j, 0) − 1)²: slope 0 to the left, −2 A_j to the right.
      const sides = [kink!.left, kink!.right];
      expect(sides[0]).toBeCloseTo(0, 5);
      expect(sides[1]).toBeCloseTo(-2 * A2.at(0, j), 5);
    }
  });

  test("a wrong entry is found and named", () => {
    const model = network(tanh, 1);
    const [loss, y] = losses[0]!;
    const { dA, db } = backpropagation(model, x, y, loss);
    dA[2]!.data[3 * 7 + 1]! += 1e-4;
    const check = gradientCheck(model, x, y, loss, { gradient: { dA, db } });
    expect(check.ok).toBe(false);
    expect(check.failures.map(({ name }) => name)).toEqual(["A[2][3,1]"]);
    expect(check.worst!.absolute).toBeCloseTo(1e-4, 9);
    expect(String(check)).toMatch(/^✗ .* in 1 of 125 entries; .* in A\[2\]\[3,1\]/);
  });

  test("NaN fails", () => {
    const check = gradientCheck(([t]) => t! ** 2, [Number.NaN], [1]);
    expect(check.ok).toBe(false);
  });

  test("a gradient of the wrong shape is refused by name", () => {
    const model = network(tanh, 1);
    const [loss, y] = losses[0]!;
    const { dA, db } = backpropagation(model, x, y, loss);
    dA[3] = dA[3]!.transpose();
    expect(() => gradientCheck(model, x, y, loss, { gradient: { dA, db } })).toThrow(
      "the gradient of A[3] must have its shape [6, 4], got [4, 6]",
    );
  });

  test("the network keeps its parameters", () => {
    const model = network(tanh, 1);
    const before = model.theta.slice();
    gradientCheck(model, x, losses[0]![1], losses[0]![0]);
    expect(model.theta).toEqual(before);
  });

  test("shows a chart with a series for each parameter tensor, over the verdict", async () => {
    const model = sequential([dense(2, 2), tanh(), dense(2, 1)], { seed: 3 });
    const check = gradientCheck(model, tensor([[1, 2]]), [1], squaredError());
    expect(check.chart.data.map(({ name }) => name)).toEqual(["A[1]", "b[1]", "A[2]", "b[2]", "tolerance"]);
    const bundle = await toBundle(check);
    expect(bundle["text/plain"]).toBe(String(check));
    expect(bundle).toHaveProperty("application/vnd.plotly.v1+json");
  });
});

describe("gradientCheck of a function", () => {
  test("takes the gradient as a list or as a function", () => {
    const f = ([a, b]: Float64Array) => Math.exp(a!) * b!;
    const gradient = ([a, b]: Float64Array) => [Math.exp(a!) * b!, Math.exp(a!)];
    expect(gradientCheck(f, gradient, [1, 2]).ok).toBe(true);
    expect(gradientCheck(f, gradient(Float64Array.of(1, 2)), [1, 2]).ok).toBe(true);
    expect(gradientCheck(f, [Math.exp(1) * 2, 2], [1, 2]).failures.map(({ name }) => name)).toEqual([
      "theta[1]",
    ]);
  });

  test("|θ| at 0 is a kink, θ|θ| is none", () => {
    expect(gradientCheck(([t]) => Math.abs(t!), [0], [0]).kinks).toHaveLength(1);
    expect(gradientCheck(([t]) => t! * Math.abs(t!), [0], [0]).kinks).toHaveLength(0);
    expect(gradientCheck(([t]) => Math.cosh(3 * t!), [0], [0]).kinks).toHaveLength(0);
  });

  test("a list of the wrong length is refused", () => {
    expect(() => gradientCheck(([t]) => t!, [1, 2], [1])).toThrow(/theta has 1 entries, .* got \[ 1, 2 \]/);
    expect(() => gradientCheck("f" as never, [1], [1])).toThrow(/give a function and theta, .* got 'f'/);
  });
});
