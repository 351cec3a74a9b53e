import { inspect } from "node:util";
import {
  backpropagation,
  constant,
  conv2d,
  crossEntropy,
  dataset,
  dense,
  dropout,
  evaluate,
  flatGradient,
  flatten,
  forward,
  glorot,
  he,
  hessianProduct,
  predict,
  random,
  randomNormal,
  relu,
  sequential,
  sigmoid,
  tanh,
  tensor,
  toBundle,
  zeros,
} from "nablab";
import { describe, expect, test } from "vitest";

const small = () => [dense(3, 4), relu(), dense(4, 2)];

describe("parameters", () => {
  test("the reference network for MNIST has 602,762 (A4)", () => {
    const model = sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)]);
    expect(model.parameterCount).toBe(602_762);
    expect(model.theta.length).toBe(602_762);
    expect(model.parameters.map(({ shape }) => [...shape])).toEqual([
      [512, 784],
      [512],
      [384, 512],
      [384],
      [10, 384],
      [10],
    ]);
    expect([model.inputs, model.outputs, model.hidden]).toEqual([784, 10, 2]);
  });

  test("A and b are windows on theta, in its order", () => {
    const model = sequential(small());
    model.theta.forEach((_, i) => {
      model.theta[i] = i;
    });
    expect(model.A[1]!.toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10, 11],
    ]);
    expect(model.b[1]!.toArray()).toEqual([12, 13, 14, 15]);
    expect(model.b[2]!.toArray()).toEqual([24, 25]);
    model.dense[1]!.A.data[0] = -1;
    expect(model.theta[16]).toBe(-1);
    expect(model.parameters[2]).toBe(model.A[2]);
  });

  test("the same seed gives the same bits, another seed others, biases start at 0", () => {
    const theta = (seed?: number) => sequential(small(), seed === undefined ? {} : { seed }).theta;
    expect(theta(3)).toEqual(theta(3));
    expect(theta()).toEqual(theta(0));
    expect(theta(3)).not.toEqual(theta(4));
    expect([...sequential(small()).b[1]!.data]).toEqual([0, 0, 0, 0]);
  });

  test("layers of one shape start differently, and one layer's start does not hang on another's", () => {
    const model = sequential([dense(3, 3), tanh(), dense(3, 3)]);
    expect(model.A[1]!.equals(model.A[2]!)).toBe(false);
    const wider = sequential([dense(9, 3), tanh(), dense(3, 3)]);
    expect(wider.A[2]!.equals(model.A[2]!)).toBe(true);
  });

  test("one description can be used twice: each network has its own numbers", () => {
    const layers = small();
    const [one, two] = [sequential(layers), sequential(layers)];
    one.theta.fill(0);
    expect(two.theta.some((entry) => entry !== 0)).toBe(true);
  });

  test("a copy is equal and apart", () => {
    const model = sequential(small(), { seed: 5 });
    const copy = model.copy();
    expect(copy.theta).toEqual(model.theta);
    copy.A[1]!.data[0] = 100;
    expect(copy.theta[0]).toBe(100);
    expect(model.theta[0]).not.toBe(100);
    expect(copy.seed).toBe(5);
  });
});

describe("initialisers", () => {
  const variance = (t: ReturnType<typeof he>) => t.mul(t).mean() - t.mean() ** 2;
  test("he: variance 2 / inputs", () => {
    expect(variance(he(100, 400, random(1))) * 400).toBeCloseTo(2, 1);
  });
  test("glorot: variance 2 / (inputs + outputs), bounded", () => {
    const A = glorot(100, 400, random(1));
    expect(variance(A) * 500).toBeCloseTo(2, 1);
    expect(A.max()).toBeLessThan(Math.sqrt(6 / 500));
    expect(A.min()).toBeGreaterThan(-Math.sqrt(6 / 500));
  });
  test("relu networks keep the mean of x² with he, over ten layers", () => {
    const layers = Array.from({ length: 10 }, () => [dense(200, 200), relu()]).flat();
    const model = sequential([...layers, dense(200, 1)], { seed: 1 });
    const { x } = forward(model, randomNormal([50, 200], { seed: 2 }));
    const power = (t: number) => x[t]!.mul(x[t]!).mean();
    expect(power(10) / power(1)).toBeGreaterThan(0.3);
    expect(power(10) / power(1)).toBeLessThan(3);
  });
  test("a custom initialiser, and one of a wrong shape", () => {
    const model = sequential([
      dense(2, 2, {
        init: () =>
          tensor([
            [1, 2],
            [3, 4],
          ]),
      }),
    ]);
    expect([...model.theta]).toEqual([1, 2, 3, 4, 0, 0]);
    expect(() =>
      sequential([
        dense(2, 3, {
          init: () =>
            tensor([
              [1, 2],
              [3, 4],
              [5, 6],
            ]).transpose(),
        }),
      ]),
    ).toThrow("sequential: init of dense(2, 3) must give a tensor of shape [3, 2], got shape [2, 3]");
  });
});

describe("activations", () => {
  const points = [-800, -30, -2, -0.5, 0.25, 1, 20, 700];
  test.each([relu(), tanh(), sigmoid()])("σ' of %s is the slope of σ", (sigma) => {
    for (const z of points.slice(1, -1)) {
      const h = 1e-5;
      const slope = (sigma.value(z + h) - sigma.value(z - h)) / (2 * h);
      expect(Math.abs(sigma.derivative(z) - slope)).toBeLessThan(1e-9);
    }
    for (const z of points) {
      expect(Number.isFinite(sigma.value(z)) && Number.isFinite(sigma.derivative(z))).toBe(true);
    }
    expect([sigma.value(Number.NaN), sigma.derivative(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  });
  test("far out the derivatives are small, not 0: no digits are cancelled", () => {
    expect(sigmoid().derivative(40) / Math.exp(-40)).toBeCloseTo(1, 12);
    expect(tanh().derivative(25) / (4 * Math.exp(-50))).toBeCloseTo(1, 12);
  });
});

describe("predict", () => {
  test("is the readout of the forward pass", () => {
    const model = sequential([dense(3, 5), sigmoid(), dense(5, 4), tanh(), dense(4, 2)], { seed: 8 });
    const x = randomNormal([7, 3], { seed: 1 });
    expect(predict(model, x).equals(forward(model, x).z[3]!)).toBe(true);
    expect(predict(model, x.row(2)).equals(predict(model, x).slice(2, 3))).toBe(true);
  });
  test("float32 input is computed with in float64", () => {
    const model = sequential([dense(1, 1, { init: constant(1 / 3) })]);
    const g = predict(model, tensor([[1]], { dtype: "float32" }));
    expect([g.dtype, g.at(0, 0)]).toEqual(["float64", 1 / 3]);
  });
});

describe("what is shown", () => {
  test("a table of layers, shapes and parameter counts", async () => {
    const model = sequential([dense(784, 512), relu({ atZero: 0.5 }), dense(512, 10)], { seed: 7 });
    expect(inspect(model)).toBe(
      [
        "Sequential, seed 7",
        "t  layer                  output  parameters  multiply-adds",
        "─  ─────────────────────  ──────  ──────────  ─────────────",
        "1  dense(784, 512)        512        401,920        401,408",
        "1  relu({ atZero: 0.5 })  512              0              0",
        "2  dense(512, 10)         10           5,130          5,120",
        "   all                               407,050        406,528",
      ].join("\n"),
    );
    const bundle = await toBundle(model);
    expect(bundle["text/plain"]).toBe(inspect(model));
    expect(bundle["text/html"]).toContain("<table>");
  });
  test("layers and losses print as their calls", () => {
    const texts = [dense(2, 3), relu(), tanh(), sigmoid(), crossEntropy()].map((value) => inspect(value));
    expect(texts).toEqual(["dense(2, 3)", "relu()", "tanh()", "sigmoid()", "crossEntropy()"]);
    expect(inspect(sequential([dense(2, 3)]).dense[0])).toBe("dense(2, 3)");
  });
});

describe("samples may come in any shape with as many entries", () => {
  const net = sequential([conv2d(2, 3), relu(), flatten(), dense(3 * 2 * 2, 2)], {
    input: [2, 4, 4],
    seed: 1,
  });
  const images = randomNormal([3, 2, 4, 4], { seed: 2 });
  const rows = images.reshape(3, 32);
  const labels = [0, 1, 0];

  test("forward, predict and backpropagation take samples × channels × height × width as they take rows", () => {
    expect(predict(net, images).equals(predict(net, rows))).toBe(true);
    expect(forward(net, images).g.equals(forward(net, rows).g)).toBe(true);
    const [a, b] = [images, rows].map((x) => flatGradient(backpropagation(net, x, labels, crossEntropy())));
    expect(a).toEqual(b);
    const v = net.theta.slice();
    expect(hessianProduct(net, images, labels, crossEntropy())(v)).toEqual(
      hessianProduct(net, rows, labels, crossEntropy())(v),
    );
  });

  test("one sample in the shape of the input is one sample, and a network of rows takes images", () => {
    const one = images.slice(1, 2).reshape(2, 4, 4);
    expect(predict(net, one).equals(predict(net, rows).slice(1, 2))).toBe(true);
    const plain = sequential([dense(32, 2)]);
    expect(predict(plain, images).equals(predict(plain, rows))).toBe(true);
    expect(predict(plain, images.reshape(3, 8, 4)).equals(predict(plain, rows))).toBe(true);
  });

  test("as a dataset takes them, so does what evaluates it", async () => {
    const data = dataset({ x: images, y: labels, classes: 2 });
    const losses = crossEntropy().perSample(predict(net, images), labels);
    const found = (await evaluate(net, data)).losses;
    // The kernels count in float32.
    found.forEach((loss, i) => {
      expect(loss).toBeCloseTo(losses[i]!, 5);
    });
  });
});

describe("errors say what arrived and what to do", () => {
  const bad = (layers: unknown, options?: object) => () => sequential(layers as never, options as never);
  test.each([
    [() => dense(0, 3), "dense: the number of inputs must be a whole number ≥ 1, got 0"],
    [() => dense(3, 2.5), "dense: the number of outputs must be a whole number ≥ 1, got 2.5"],
    [() => dense(3, 2, { init: "he" as never }), "dense: init must be a function"],
    [() => relu({ atZero: Number.NaN }), "relu: atZero must be a finite number, got NaN"],
    [bad([]), "sequential: expected a list of layers"],
    [
      bad([dense(2, 3), relu, dense(3, 1)]),
      "layer 1 is not a layer (dense, conv2d, relu, tanh, …); did you forget the brackets ()?",
    ],
    [bad([undefined]), "sequential: layer 0 is not a layer (dense, conv2d, relu, tanh, …), got undefined"],
    [
      bad([dense(784, 512), relu(), dense(500, 10)]),
      "sequential: layer 2 takes 500 inputs but the layers before it give 512; did you mean dense(512, 10) instead of dense(500, 10)",
    ],
    [bad([relu(), dense(3, 1)]), "layer 0 is the first; got relu()"],
    [bad([dense(2, 3), relu(), tanh(), dense(3, 1)]), "layer 2 follows relu(); got tanh()"],
    [
      bad([dense(2, 3), relu(), dropout(0.5)]),
      "sequential: the last layer must be dense, or an activation behind one; the last is dropout(0.5)",
    ],
    [bad(sequential([dense(2, 3)]).layers), "layer 0 already belongs to another network"],
    [bad([dense(2, 3)], { seed: -1 }), "seed must be a whole number"],
    [
      () => forward(sequential([dense(4, 3)]), [[1, 2, 3]]),
      "forward: the input has 3 columns but A[1] has 4; its shape is [1, 3]",
    ],
    [
      () =>
        forward(
          sequential([dense(4, 3)]),
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      "forward: the input has 2 columns but A[1] has 4; did you forget reshape(-1, 4)? its shape is [2, 2]",
    ],
    [
      () =>
        predict(
          sequential([dense(3, 1)]),
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
            [7, 8],
          ])
            .transpose()
            .slice(0, 1),
        ),
      "predict: the input has 4 columns but A[1] has 3; its shape is [1, 4]",
    ],
    [
      () => predict(sequential([dense(4, 1)]), tensor([1, 2, 3, 4, 5, 6]).reshape(1, 2, 3)),
      "predict: the input must be samples × 4; did you forget reshape(-1, 4)? its shape is [1, 2, 3]",
    ],
    [
      () => predict(sequential([flatten(), dense(4, 1)], { input: [1, 2, 2] }), zeros([2, 1, 3, 3])),
      "predict: the input must be samples × 4, or samples × 1 × 2 × 2; did you forget reshape(-1, 4)? its shape is [2, 1, 3, 3]",
    ],
  ])("%#", (act, message) => {
    expect(act).toThrow(message);
  });
});
