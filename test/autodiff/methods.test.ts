/** Derivatives by methods that share no formula: they agree, for functions of any make. */
import { inspect } from "node:util";
import fc from "fast-check";
import {
  backpropagation,
  compareMethods,
  complexStep,
  crossEntropy,
  defineLayer,
  dense,
  grad,
  gradientCheck,
  hessian,
  hvp,
  jacobian,
  jvp,
  quadratic,
  randomNormal,
  rosenbrock,
  sequential,
  sigmoid,
  squaredError,
  type Traced,
  tanh,
  tensor,
  toBundle,
  valueAndGrad,
} from "nablab";
import { describe, expect, test } from "vitest";

/** Functions of a 2 × 3 matrix, a few operations deep, smooth and bounded where they are taken. */
const unary: Record<string, (x: Traced) => Traced> = {
  neg: (x) => x.neg(),
  exp: (x) => x.tanh().exp(),
  log: (x) => x.mul(x).add(1).log(),
  sqrt: (x) => x.mul(x).add(0.5).sqrt(),
  pow3: (x) => x.tanh().pow(3),
  inverse: (x) => x.mul(x).add(1).pow(-1),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  row: (x) => x.sum(0),
  column: (x) => x.mean(-1).reshape(2, 1),
  gram: (x) =>
    x.matmul(x.transpose()).matmul(
      tensor([
        [1, 2, 0],
        [0, 1, -1],
      ]),
    ),
  vector: (x) => x.matmul(tensor([0.5, -1, 2])).reshape(2, 1),
  left: (x) =>
    x
      .transpose()
      .matmul(tensor([1, -2]))
      .mul(x),
};
const binary: Record<string, (a: Traced, b: Traced) => Traced> = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  div: (a, b) => a.div(b.mul(b).add(1)),
};
type Build = { text: string; f: (x: Traced) => Traced };
const { node } = fc.letrec<{ node: Build }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant<Build>({ text: "x", f: (x) => x }),
    fc.tuple(fc.constantFrom(...Object.keys(unary)), tie("node")).map(([name, inner]) => ({
      text: `${name}(${inner.text})`,
      // Back to 2 × 3 by broadcasting, so that all fit one another.
      f: (x: Traced) => unary[name]!(inner.f(x).add(x.mul(0))).add(x.mul(0)),
    })),
    fc.tuple(fc.constantFrom(...Object.keys(binary)), tie("node"), tie("node")).map(([name, a, b]) => ({
      text: `${name}(${a.text}, ${b.text})`,
      f: (x: Traced) => binary[name]!(a.f(x), b.f(x)),
    })),
  ),
}));

describe("gradients", () => {
  test("by four methods, of functions of any make", () => {
    fc.assert(
      fc.property(node, fc.integer({ min: 0, max: 1e6 }), ({ text, f }, seed) => {
        const x = randomNormal([2, 3], { seed, sd: 0.7 });
        const found = compareMethods((at) => f(at).sum(), x);
        expect(found.ok, `${text} ${inspect(found)}`).toBe(true);
        // Three of them are exact to rounding, which is 1e-16 of entries around 1; where all entries of the gradient
        // cancel to nothing it is compared with 1e-6.
        expect(found.errors["forward mode"]).toBeLessThan(1e-9);
        expect(found.errors["complex step"]).toBeLessThan(1e-9);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("of known functions", () => {
    expect(grad((x) => x.mul(x).sum())([1, 2, 3]).toArray()).toEqual([2, 4, 6]);
    expect(grad((x) => x.abs().add(x.relu()).sum())([-2, 0, 3]).toArray()).toEqual([-1, 0, 2]);
    const rose = rosenbrock();
    const F = (x: Traced) => {
      const [a, b] = [x.mul([1, 0]).sum(), x.mul([0, 1]).sum()];
      return a
        .neg()
        .add(1)
        .pow(2)
        .add(b.sub(a.mul(a)).pow(2).mul(100));
    };
    const at = [-1.2, 1];
    grad(F)(at).data.forEach((g, i) => {
      expect(g).toBeCloseTo(rose.gradient(at)[i]!, 9);
    });
  });

  test("where an argument is stretched, its gradient is summed again", () => {
    const { gradients } = valueAndGrad((a, b) => a.mul(b).sum())(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [10, 20, 30],
    );
    expect(gradients[1]!.toArray()).toEqual([5, 7, 9]);
    const scalar = valueAndGrad((a, b) => a.mul(b).sum())(
      [
        [1, 2],
        [3, 4],
      ],
      2,
    );
    expect([scalar.gradients[1]!.shape, scalar.gradients[1]!.sum()]).toEqual([[], 10]);
  });

  test("a chain of ten thousand operations", () => {
    const f = (x: Traced) => {
      let y = x;
      for (let i = 0; i < 10_000; i++) y = y.mul(1.0001);
      return y.sum();
    };
    expect(grad(f)([1]).data[0]).toBeCloseTo(1.0001 ** 10_000, 8);
  });

  test("of a network, as backpropagation computes them", () => {
    const model = sequential([dense(3, 4), tanh(), dense(4, 5), sigmoid(), dense(5, 2)], { seed: 1 });
    const x = randomNormal([6, 3], { seed: 2 });
    const y = randomNormal([6, 2], { seed: 3 });
    const network = (...theta: Traced[]): Traced => {
      const [A1, b1, A2, b2, A3, b3] = theta as [Traced, Traced, Traced, Traced, Traced, Traced];
      const h1 = A1.matmul(x.transpose()).transpose().add(b1).tanh();
      const h2 = h1.matmul(A2.transpose()).add(b2).sigmoid();
      return h2.matmul(A3.transpose()).add(b3);
    };
    for (const [loss, own] of [
      [squaredError(), (g: Traced) => g.sub(y).pow(2).sum().div(6)],
      // −log softmax at the label, written out.
      [
        crossEntropy(),
        (g: Traced) =>
          g
            .exp()
            .sum(1)
            .log()
            .sub(g.mul([1, 0]).sum(1))
            .mean(),
      ],
    ] as const) {
      const labels = loss.name === "crossEntropy" ? new Uint8Array(6) : y;
      const step = backpropagation(model, x, labels, loss);
      const { value, gradients } = valueAndGrad((...theta) => own(network(...theta)))(...model.parameters);
      expect(value).toBeCloseTo(step.loss, 12);
      gradients.forEach((gradient, i) => {
        expect(gradient.allClose(step.gradients[i]!, { relative: 1e-10, absolute: 1e-14 })).toBe(true);
      });
      // And by all four methods, for each parameter tensor.
      model.parameters.forEach((parameter, i) => {
        const f = (one: Traced) =>
          own(network(...model.parameters.map((p, j) => (i === j ? one : (tensor(p) as never)))));
        if (i > 0) return; // the others are constants for the first, which is the deepest
        expect(compareMethods(f, parameter).ok).toBe(true);
      });
    }
  });
});

describe("second derivatives and Jacobians", () => {
  test("the Hessian of a quadratic is its matrix, and its products are those with it", () => {
    const F = quadratic({ spectrum: [5, 2, 1], seed: 4 });
    const columns = [0, 1, 2].map((j) => [...F.gradient([0, 1, 2].map((i) => Number(i === j)))]);
    const A = tensor(columns);
    const f = (x: Traced) => x.matmul(A).mul(x).sum().mul(0.5);
    expect(hessian(f)([1, -1, 2]).allClose(A, { relative: 1e-12, absolute: 1e-14 })).toBe(true);
    expect(hvp(f)([1, -1, 2], [1, 2, 3]).allClose(A.matmul([1, 2, 3]), { relative: 1e-12 })).toBe(true);
  });

  test("of functions of any make the Hessian is symmetric, and is the Jacobian of the gradient by differences", () => {
    fc.assert(
      fc.property(node, fc.integer({ min: 0, max: 1e6 }), ({ f, text }, seed) => {
        const x = randomNormal([2, 3], { seed, sd: 0.5 });
        const F = (at: Traced) => f(at).sum();
        const H = hessian(F)(x);
        const scale = Math.max(1, ...H.data.map(Math.abs));
        expect(H.allClose(H.transpose(), { relative: 0, absolute: 1e-9 * scale }), text).toBe(true);
        const h = 1e-5;
        const moved = (by: number) => grad(F)(x.map((value, i) => value + (i === 0 ? by : 0))).data;
        const [above, below] = [moved(h), moved(-h)];
        above.forEach((g, i) => {
          expect(Math.abs((g - below[i]!) / (2 * h) - H.at(i, 0))).toBeLessThan(1e-6 * scale * 10);
        });
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  test("a Jacobian by rows (reverse mode) and by columns (forward mode)", () => {
    const f = (x: Traced) =>
      x
        .matmul(
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
        )
        .sin();
    const x = [0.1, -0.4, 0.7];
    const J = jacobian(f)(x);
    expect(J.shape).toEqual([2, 3]);
    for (let j = 0; j < 3; j++) {
      const column = jvp(f)(
        x,
        [0, 1, 2].map((i) => Number(i === j)),
      );
      column.data.forEach((value, i) => {
        expect(value).toBeCloseTo(J.at(i, j), 12);
      });
    }
  });
});

describe("a custom layer without a backward", () => {
  test("is differentiated, parameters and all", () => {
    const gate = defineLayer({
      name: "gate",
      parameters: { w: tensor([0.5, -1, 2]), c: tensor([0.1]) },
      forward: (x, { w, c }) => x.mul(x.mul(w).add(c).sigmoid()),
    });
    const model = sequential([dense(2, 3), gate(), dense(3, 2)], { seed: 1 });
    const check = gradientCheck(model, randomNormal([5, 2], { seed: 2 }), [0, 1, 0, 1, 1], crossEntropy());
    expect(check.ok, inspect(check)).toBe(true);
    expect(model.parameterCount).toBe(9 + 4 + 8);
  });
});

test("kinks are found and distinguished; a comparison shows itself", async () => {
  const found = compareMethods((x) => x.relu().sum(), [0, 1, -1]);
  expect([found.ok, found.kinks]).toEqual([true, [0]]);
  const bundle = await toBundle(found);
  expect(bundle["text/plain"]).toContain("four methods agree to 1e-8, apart from 1 of 3 entries at a kink");
  // A method that is wrong shows: a function that behaves differently on the tape.
  const cheat = compareMethods((x) => (x.constructor.name === "Variable" ? x.mul(2) : x.mul(3)).sum(), [1]);
  expect(cheat.ok).toBe(false);
  expect(`${cheat}`).toBe("✗ four methods do not agree to 1e-8 in 1 of 1 entries, first theta[0]");
});

describe("gradientCheck of a function without its gradient", () => {
  const f = (x: Traced) => x.mul(x).exp().sum();

  test("gives each entry by each method, with its errors, and a picture of them", async () => {
    const check = gradientCheck(f, [
      [0.5, -1],
      [0, 2],
    ]);
    expect(check.ok).toBe(true);
    expect(check.entries.map(({ name }) => name)).toEqual([
      "theta[0,0]",
      "theta[0,1]",
      "theta[1,0]",
      "theta[1,1]",
    ]);
    const methods = ["reverse mode", "forward mode", "complex step", "differences"] as const;
    check.entries.forEach(({ gradients, errors }, i) => {
      const x = [0.5, -1, 0, 2][i]!;
      for (const method of methods) {
        expect(Math.abs(gradients[method] - 2 * x * Math.exp(x * x))).toBeLessThan(1e-8 * 219);
        expect(errors[method]).toBeLessThanOrEqual(1e-8);
      }
    });
    expect(check.figure().data.map(({ name }) => name)).toEqual([...methods.slice(1), "tolerance"]);
    expect(await toBundle(check)).toHaveProperty("application/vnd.plotly.v1+json");
    expect(gradientCheck(f, [3], { tolerance: 1e-30 }).ok).toBe(false);
  });

  test("tells kinks apart, with the slopes on both sides", () => {
    const [kinked, smooth] = gradientCheck((x) => x.abs().sum(), [0, 1]).entries;
    expect(kinked!.kink!.left).toBeCloseTo(-1, 6);
    expect(kinked!.kink!.right).toBeCloseTo(1, 6);
    expect(smooth!.kink).toBeUndefined();
  });

  test("says what is missing", () => {
    expect(() => gradientCheck((([a]: number[]) => a! ** 2) as never, [1])).toThrow(
      "a function of a list of numbers needs its gradient, too: gradientCheck(f, gradient, theta)",
    );
    expect(() => gradientCheck((() => 3) as never, [1])).toThrow("it returned a plain number, got 3");
    expect(() => gradientCheck(f, (() => [1]) as never)).toThrow("theta is missing");
  });
});

test("what does not fit is said", () => {
  expect(() => grad((x) => x.mul(2))([1, 2])).toThrow(
    "did you forget sum() or mean()? got a result of shape [2]",
  );
  expect(() => grad(() => undefined as never)([1])).toThrow("got undefined");
  expect(() => jvp((x) => x)([1, 2], [1])).toThrow("the shape of x, [2], got [1]");
  expect(() => grad((x) => x.matmul([1, 2]).sum())([1, 2, 3])).toThrow(
    "matmul: the left operand has 3 columns",
  );
  expect(() => compareMethods((x) => x.sum(), [])).toThrow("x has no entries");
  expect(complexStep((x) => x.pow(2).sum())([-3]).data[0]).toBe(-6);
});
