import {
  type Activation,
  backpropagation,
  crossEntropy,
  dense,
  flatGradient,
  forward,
  glorot,
  type Loss,
  random,
  randomNormal,
  relu,
  type Sequential,
  sequential,
  sigmoid,
  squaredError,
  type Targets,
  type Tensor,
  tanh,
  tensor,
  withPenalty,
} from "nablab";
import { describe, expect, test } from "vitest";

/** Central differences of the mean loss, extrapolated once (Richardson): the error is of order h⁴. */
function differences(model: Sequential, x: Tensor, y: Targets, loss: Loss, h = 1e-3): Float64Array {
  const probe = model.copy();
  const n = probe.hidden;
  const value = () => loss.value(forward(probe, x).z[n + 1]!, y);
  const central = (i: number, step: number) => {
    const at = probe.theta[i]!;
    probe.theta[i] = at + step;
    const above = value();
    probe.theta[i] = at - step;
    const below = value();
    probe.theta[i] = at;
    return (above - below) / (2 * step);
  };
  return probe.theta.map((_, i) => (4 * central(i, h / 2) - central(i, h)) / 3);
}

function norm(v: Float64Array): number {
  return Math.hypot(...v);
}

/** A network of three hidden layers of different widths, with biases that are not 0. */
function network(sigma: () => Activation, outputs: number, seed: number): Sequential {
  const model = sequential(
    [
      dense(4, 7, { init: glorot }),
      sigma(),
      dense(7, 3, { init: glorot }),
      sigma(),
      dense(3, 5, { init: glorot }),
      sigma(),
      dense(5, outputs, { init: glorot }),
    ],
    { seed },
  );
  for (const { b } of model.dense) b.data.set(randomNormal(b.shape, { seed: seed + b.size, sd: 0.3 }).data);
  return model;
}

describe("against central differences, three hidden layers of 7, 3 and 5", () => {
  const x = randomNormal([6, 4], { seed: 5 });
  const activations = { relu, tanh, sigmoid };
  const losses: [Loss, Targets][] = [
    [crossEntropy(), Uint8Array.of(0, 1, 2, 2, 1, 0)],
    [
      crossEntropy(),
      tensor(Array.from({ length: 6 }, (_, i) => [0.5, 0.125 * (i % 4), 0.5 - 0.125 * (i % 4)])),
    ],
    [squaredError(), randomNormal([6, 3], { seed: 6 })],
  ];
  for (const [name, sigma] of Object.entries(activations)) {
    test.each(losses)(`${name}, %s`, (loss, y) => {
      const model = network(sigma, 3, 11);
      // Kinks: no |z| may be so small that a probe steps over it.
      if (name === "relu") {
        const { z } = forward(model, x);
        const nearest = Math.min(...z.slice(1, 4).flatMap((t) => [...t.data].map(Math.abs)));
        expect(nearest).toBeGreaterThan(3e-3);
      }
      const gradient = flatGradient(backpropagation(model, x, y, loss));
      const expected = differences(model, x, y, loss);
      expect(norm(expected)).toBeGreaterThan(1e-2);
      expect(norm(gradient.map((g, i) => g - expected[i]!)) / norm(expected)).toBeLessThan(1e-9);
      gradient.forEach((g, i) => {
        expect(Math.abs(g - expected[i]!)).toBeLessThanOrEqual(1e-7 * Math.abs(g) + 1e-11);
      });
    });
  }

  test("the slide's printed δ (A without transposition, always ∂loss/∂g) fails the same check", () => {
    // On equal widths its shapes fit, so only numbers can tell.
    const model = sequential([dense(3, 3), tanh(), dense(3, 3), tanh(), dense(3, 3)], { seed: 2 });
    const input = randomNormal([5, 3], { seed: 3 });
    const y = [0, 1, 2, 0, 1];
    const right = backpropagation(model, input, y, crossEntropy());
    const printed = (t: number) =>
      right.z[t]!.map((z) => tanh().derivative(z)).mul(right.delta[3]!.matmul(model.A[t + 1]!.transpose()));
    const dA = (t: number) =>
      printed(t)
        .transpose()
        .matmul(right.x[t - 1]!);
    const expected = differences(model, input, y, crossEntropy());
    expect(right.dA[1]!.allClose(tensor(expected.slice(0, 9)).reshape(3, 3), { relative: 1e-7 })).toBe(true);
    for (const t of [1, 2]) expect(dA(t).allClose(right.dA[t]!, { relative: 0.01 })).toBe(false);
  });
});

describe("by hand", () => {
  // x = (1, 2), A1 = [[1, -1], [2, 0]], b1 = (0.5, -1): z1 = (-0.5, 1), relu: x1 = (0, 1);
  // A2 = [[3, 4]], b2 = (1): g = 5. Loss (5 - 3)² = 4, δ2 = 4, δ1 = (0, 1) ∘ (12, 16) = (0, 16).
  const model = sequential([dense(2, 2), relu(), dense(2, 1)]);
  model.theta.set([1, -1, 2, 0, 0.5, -1, 3, 4, 1]);

  test("one sample", () => {
    const { loss, z, x, delta, dA, db } = backpropagation(model, [[1, 2]], [3], squaredError());
    expect(loss).toBe(4);
    expect(z[1]!.toArray()).toEqual([[-0.5, 1]]);
    expect(x.map((t) => t.toArray())).toEqual([[[1, 2]], [[0, 1]], [[5]]]);
    expect(delta[2]!.toArray()).toEqual([[4]]);
    expect(delta[1]!.equals([[0, 16]])).toBe(true);
    expect(dA[2]!.toArray()).toEqual([[0, 4]]);
    expect(db[2]!.toArray()).toEqual([4]);
    expect(
      dA[1]!.equals([
        [0, 0],
        [16, 32],
      ]),
    ).toBe(true);
    expect(db[1]!.equals([0, 16])).toBe(true);
  });

  test("the lecture's counting: index 0 is empty but for x", () => {
    const run = backpropagation(model, [1, 2], [3], squaredError());
    for (const list of [run.z, run.delta, run.dA, run.db, model.A, model.b, model.sigma]) {
      expect(0 in list).toBe(false);
    }
    expect([run.z.length, run.x.length, run.delta.length, run.dA.length, run.db.length]).toEqual([
      3, 3, 3, 3, 3,
    ]);
  });

  test("two samples: the mean of the two gradients", () => {
    const [x1, x2] = [
      [1, 2],
      [-3, 0.5],
    ];
    const both = flatGradient(backpropagation(model, [x1!, x2!], [3, 1], squaredError()));
    const one = flatGradient(backpropagation(model, [x1!], [3], squaredError()));
    const two = flatGradient(backpropagation(model, [x2!], [1], squaredError()));
    both.forEach((g, i) => {
      expect(g).toBeCloseTo((one[i]! + two[i]!) / 2, 12);
    });
  });

  test("σ'(0) is relu's option", () => {
    const at = (atZero: number) => {
      const kink = sequential([dense(1, 1), relu({ atZero }), dense(1, 1)]);
      kink.theta.set([1, 0, 1, 0]);
      return backpropagation(kink, [[0]], [-1], squaredError()).delta[1]!.at(0, 0);
    };
    expect([at(0), at(0.5), at(1)]).toEqual([0, 1, 2]);
  });

  test("the parameters stay as they are", () => {
    const before = model.theta.slice();
    backpropagation(model, [[1, 2]], [3], squaredError());
    expect(model.theta).toEqual(before);
  });
});

describe("flatGradient", () => {
  test("writes into a given array, in the order of theta", () => {
    const model = network(tanh, 2, 1);
    const run = backpropagation(model, randomNormal([3, 4], { seed: 1 }), [0, 1, 1], crossEntropy());
    const out = new Float64Array(model.parameterCount);
    expect(flatGradient(run, out)).toBe(out);
    expect([...out]).toEqual([1, 2, 3, 4].flatMap((t) => [...run.dA[t]!.data, ...run.db[t]!.data]));
  });

  test("an array of another length", () => {
    const model = sequential([dense(2, 1)]);
    const run = backpropagation(model, [[1, 2]], [3], squaredError());
    expect(() => flatGradient(run, new Float64Array(2))).toThrow(
      "flatGradient: the gradient has 3 entries but out has 2",
    );
    expect(() => flatGradient(run, new Float64Array(4))).toThrow("out has 4");
  });
});

test("a step against the gradient lowers the loss", () => {
  const model = network(tanh, 3, 4);
  const x = randomNormal([8, 4], { seed: 9 });
  const stream = random(3);
  const y = Array.from({ length: 8 }, () => stream.integer(3));
  const before = backpropagation(model, x, y, crossEntropy());
  const gradient = flatGradient(before);
  for (let i = 0; i < gradient.length; i++) model.theta[i]! -= 0.01 * gradient[i]!;
  const after = backpropagation(model, x, y, crossEntropy()).loss;
  const decrease = 0.01 * norm(gradient) ** 2;
  expect(before.loss - after).toBeGreaterThan(0.5 * decrease);
  expect(before.loss - after).toBeLessThan(1.5 * decrease);
});

test("what a custom loss returns as its gradient is a tensor, of any dtype", () => {
  const net = sequential([dense(2, 1)], { seed: 1 });
  const mean = squaredError();
  const of = (gradient: unknown): Loss => ({ ...mean, gradient: (() => gradient) as Loss["gradient"] });
  const at = [[1, 2]];
  const back = backpropagation(net, at, tensor([[3]]), of(tensor([[2]], { dtype: "float32" })));
  expect(back.dA[1]!.data).toEqual(Float64Array.of(2, 4));
  expect(() => backpropagation(net, at, tensor([[3]]), of([[2]]))).toThrow(
    "squaredError: gradient must return a tensor; make one of a list with tensor(…), got [ [Array] ]",
  );
  expect(() => backpropagation(net, at, tensor([[3]]), of(undefined))).toThrow(
    "squaredError: gradient must return a tensor, got undefined",
  );
  for (const [wrong, shape] of [
    [tensor([2]), "[1]"],
    [tensor([[2, 3]]), "[1, 2]"],
    [tensor([[2], [3]]), "[2, 1]"],
  ] as const) {
    expect(() => backpropagation(net, at, tensor([[3]]), of(wrong))).toThrow(
      `squaredError: gradient must return a tensor of shape [1, 1], got ${shape}`,
    );
  }
});

test("the gradient of a custom penalty has the shape of the weights", () => {
  const net = sequential([dense(2, 1)], { seed: 1 });
  const penalty = { value: () => 0, gradient: () => tensor([[1]]) };
  expect(() => backpropagation(net, [[1, 2]], tensor([[3]]), withPenalty(squaredError(), penalty))).toThrow(
    "penalty: gradient must return a tensor of shape [1, 2], got [1, 1]",
  );
});
