import * as fc from "fast-check";
import {
  balancedWeights,
  binaryCrossEntropy,
  crossEntropy,
  dataset,
  dense,
  full,
  hinge,
  huberLoss,
  type Loss,
  randomNormal,
  sequential,
  softmax,
  squaredError,
  type Tensor,
  tanh,
  tensor,
  train,
  zeros,
} from "nablab";
import { describe, expect, test } from "vitest";

const rows = (samples: number, outputs: number, size = 20) =>
  fc.array(
    fc.array(fc.double({ min: -size, max: size, noNaN: true }), { minLength: outputs, maxLength: outputs }),
    { minLength: samples, maxLength: samples },
  );

describe("crossEntropy", () => {
  test("by hand: g = (log 1, log 3), so p = (¼, ¾)", () => {
    const g = tensor([[0, Math.log(3)]]);
    expect(crossEntropy().value(g, [0])).toBeCloseTo(Math.log(4), 15);
    expect(crossEntropy().value(g, [1])).toBeCloseTo(Math.log(4 / 3), 15);
    expect(
      crossEntropy()
        .gradient(g, [1])
        .allClose([[0.25, -0.25]], { relative: 1e-14 }),
    ).toBe(true);
    expect(crossEntropy().value(g, tensor([[0.5, 0.5]]))).toBeCloseTo(
      (Math.log(4) + Math.log(4 / 3)) / 2,
      15,
    );
  });

  test("ten classes that are all as likely cost log 10, the mean over the samples", () => {
    const g = zeros([3, 10]);
    expect(crossEntropy().value(g, [0, 5, 9])).toBeCloseTo(Math.log(10), 14);
    expect([...crossEntropy().perSample(g, [0, 5, 9])]).toEqual(new Array(3).fill(Math.log1p(9)));
    expect(crossEntropy().gradient(g, [0, 5, 9]).at(0, 0)).toBeCloseTo(-0.9 / 3, 15);
  });

  test("no overflow for a readout of 1000, no lost digits for a loss of e^-50", () => {
    expect(crossEntropy().value(tensor([[1000, -1000]]), [1])).toBe(2000);
    expect(crossEntropy().value(tensor([[1000, -1000]]), [0])).toBe(0);
    expect(
      crossEntropy()
        .gradient(tensor([[1000, -1000]]), [1])
        .toArray(),
    ).toEqual([[1, -1]]);
    expect(crossEntropy().value(tensor([[50, 0]]), [0]) / Math.exp(-50)).toBeCloseTo(1, 12);
  });

  test("labels are the same as probabilities 0 and 1, and as a tensor of labels", () => {
    const g = tensor([
      [1, 2, -1],
      [0.5, 0, 3],
    ]);
    const oneHot = tensor([
      [0, 1, 0],
      [1, 0, 0],
    ]);
    for (const y of [Uint8Array.of(1, 0), tensor([1, 0])]) {
      expect(crossEntropy().value(g, y)).toBe(crossEntropy().value(g, oneHot));
      expect(crossEntropy().gradient(g, y).equals(crossEntropy().gradient(g, oneHot))).toBe(true);
    }
  });

  test("with the slide's sign the right answer would be the worst", () => {
    const [right, wrong] = [tensor([[5, 0]]), tensor([[0, 5]])];
    const printed = (g: Tensor) => Math.log(softmax(g).at(0, 0));
    expect(printed(right)).toBeGreaterThan(printed(wrong));
    expect(crossEntropy().value(right, [0])).toBeLessThan(crossEntropy().value(wrong, [0]));
  });

  test("law: never negative, the mean of perSample, rows of the gradient sum to 0", () => {
    fc.assert(
      fc.property(
        rows(3, 4, 500),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
        (g, y) => {
          const losses = crossEntropy().perSample(tensor(g), y);
          expect(Math.min(...losses)).toBeGreaterThanOrEqual(0);
          expect(crossEntropy().value(tensor(g), y)).toBeCloseTo(
            (losses[0]! + losses[1]! + losses[2]!) / 3,
            9,
          );
          for (const sum of crossEntropy().gradient(tensor(g), y).sum(1).data)
            expect(Math.abs(sum)).toBeLessThan(1e-15);
        },
      ),
    );
  });

  test.each([
    [
      [3],
      "crossEntropy: a label must be a whole number from 0 to 2, as the readout has 3 outputs; sample 0 has label 3",
    ],
    [[-1], "sample 0 has label -1"],
    [[0.5], "sample 0 has label 0.5"],
    [["1"], "sample 0 has label '1'"],
    [[0, 1], "crossEntropy: there must be one label for each sample, that is 1, got 2"],
    [1, "crossEntropy: y must be a list of labels, got 1"],
    [
      tensor([[0.5, 0.4, 0]]),
      "crossEntropy: each row of y must hold probabilities that sum to 1; row 0 is [0.5, 0.4, 0]",
    ],
    [tensor([[1.5, -0.5, 0]]), "row 0 is [1.5, -0.5, 0]"],
    [tensor([[1, 0]]), "its shape is [1, 2]"],
  ])("bad targets %#", (y, message) => {
    expect(() => crossEntropy().value(tensor([[0, 0, 0]]), y as never)).toThrow(message as string);
    expect(() => crossEntropy().gradient(tensor([[0, 0, 0]]), y as never)).toThrow(message as string);
  });
});

describe("squaredError", () => {
  test("by hand", () => {
    const g = tensor([
      [1, 2],
      [0, 0],
    ]);
    const y = tensor([
      [0, 0],
      [0, 1],
    ]);
    expect([...squaredError().perSample(g, y)]).toEqual([5, 1]);
    expect(squaredError().value(g, y)).toBe(3);
    expect(
      squaredError()
        .gradient(g, y)
        .equals([
          [1, 2],
          [0, -1],
        ]),
    ).toBe(true);
    expect(squaredError().value(tensor([[2], [4]]), [1, 1])).toBe(5);
  });

  test("law: for one column a list is the same as a column", () => {
    fc.assert(
      fc.property(rows(4, 1), rows(4, 1), (g, y) => {
        expect(squaredError().value(tensor(g), y.flat())).toBe(squaredError().value(tensor(g), tensor(y)));
      }),
    );
  });

  test.each([
    [
      tensor([[1], [2]]),
      tensor([[1, 2]]),
      "squaredError: y must have the shape of g, [2, 1]; its shape is [1, 2]",
    ],
    [tensor([[1], [2]]), [1], "squaredError: there must be one target for each sample, that is 2, got 1"],
    [
      tensor([[1, 2]]),
      [1, 2],
      "squaredError: for 2 outputs y must be a tensor of shape [1, 2], got a list of 2 numbers",
    ],
    [tensor([1, 2]), [1, 2], "squaredError: g must be samples × outputs; its shape is [2]"],
    [tensor([[1]]), undefined, "squaredError: y must be a list of numbers or a tensor, got undefined"],
    [tensor([[1]]), ["1"], "squaredError: each target must be a finite number; sample 0: got '1'"],
    [[[1]], [1], "squaredError: g must be a tensor"],
  ])("bad arguments %#", (g, y, message) => {
    expect(() => squaredError().value(g as never, y as never)).toThrow(message);
  });
});

describe("gradients of softmax keep the digits of what is all but certain", () => {
  // g = log p with p = (1 − 2q, q, q): the derivative is p − 1{k = y}, that is (−2q, q, q).
  test.each([1e-3, 5.55e-17, 1e-30, 1e-300])("cross-entropy with q = %d", (q) => {
    const g = tensor([[Math.log1p(-2 * q), Math.log(q), Math.log(q)]]);
    const [label, ...others] = crossEntropy().gradient(g, [0]).data;
    // log q has an error of half a unit in the last place, which is that of q relative to it, times |log q|.
    const relative = 2.3e-16 * (2 + Math.abs(Math.log(q)));
    expect(Math.abs(label! / (-2 * q) - 1)).toBeLessThan(relative);
    for (const other of others) expect(Math.abs(other / q - 1)).toBeLessThan(relative);
    expect(Math.abs(label! + others[0]! + others[1]!)).toBeLessThanOrEqual(4e-16 * q);
  });

  test("law: each row of the gradient sums to 0 within rounding of its largest entry, however sure the network is", () => {
    fc.assert(
      fc.property(rows(2, 5, 700), fc.array(fc.nat(4), { minLength: 2, maxLength: 2 }), (g, y) => {
        for (const loss of [crossEntropy(), crossEntropy({ labelSmoothing: 0.1 })]) {
          const gradient = loss.gradient(tensor(g), y);
          for (let i = 0; i < 2; i++) {
            const row = gradient.row(i);
            const sum = Array.from(row.data).reduce((a, b) => a + b, 0);
            expect(Math.abs(sum)).toBeLessThanOrEqual(1e-15 * row.abs().max());
          }
        }
      }),
    );
  });

  test("binary: p − 1 where p is all but 1, and p where it is all but 0", () => {
    const gradient = binaryCrossEntropy().gradient(tensor([[40], [-40], [800], [40]]), [1, 0, 1, 0.5]);
    const small = Math.exp(-40) / (1 + Math.exp(-40));
    expect(gradient.data[0]! / (-small / 4)).toBeCloseTo(1, 14);
    expect(gradient.data[1]! / (small / 4)).toBeCloseTo(1, 14);
    expect(gradient.data[2]).toBe(0); // e^−800 is none any more
    expect(gradient.data[3]).toBeCloseTo(0.125, 15);
  });

  test("the layer softmax(): ∂/∂g does not change when all δ grow by the same", () => {
    const layer = sequential([softmax(), dense(3, 1)], { input: [3] }).layers[0] as never as {
      backward(delta: Tensor, g: Tensor): { x: Tensor };
    };
    const g = tensor([
      [0, -40, -41],
      [1, 2, 3],
    ]);
    const delta = tensor([
      [1, 3, -2],
      [0.5, -1, 2],
    ]);
    const x = layer.backward(delta, g).x;
    // Powers of two, so that δ + 2²⁰ has no rounding error.
    expect(layer.backward(delta.add(2 ** 20), g).x.equals(x)).toBe(true);
    const p = [Math.exp(-40), Math.exp(-41)];
    // Σ_j p_j (δ_1 − δ_j) p_1 = −2 p_2 + 3 p_3 to first order in both.
    expect(x.at(0, 0) / (-2 * p[0]! + 3 * p[1]!)).toBeCloseTo(1, 12);
    for (let i = 0; i < 2; i++) expect(Math.abs(x.row(i).sum())).toBeLessThan(1e-15 * x.row(i).abs().max());
  });
});

describe("what is no target is refused by every loss, and NaN in the readout is never swallowed", () => {
  const losses: Record<string, { loss: Loss; labels: boolean }> = {
    crossEntropy: { loss: crossEntropy(), labels: true },
    smoothed: { loss: crossEntropy({ labelSmoothing: 0.1 }), labels: true },
    hinge: { loss: hinge(), labels: true },
    squaredError: { loss: squaredError(), labels: false },
    huberLoss: { loss: huberLoss(), labels: false },
    binaryCrossEntropy: { loss: binaryCrossEntropy(), labels: false },
  };
  const entries = Object.entries(losses);

  test.each(entries)("%s: a NaN of g is in the loss and in the gradient", (_, { loss, labels }) => {
    for (let at = 0; at < 3; at++) {
      const g = tensor([[0.3, 0.2, 0.1]]);
      g.data[at] = Number.NaN;
      const y = labels ? [0] : full([1, 3], 0.5);
      expect(loss.value(g, y)).toBeNaN();
      expect(loss.perSample(g, y)[0]).toBeNaN();
      expect(loss.gradient(g, y).data.some(Number.isNaN)).toBe(true);
    }
  });

  test.each(entries)("%s: targets that are no finite number", (name, { loss, labels }) => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const g = zeros([2, 2]);
      const lists = labels
        ? [[0, bad], tensor([0, bad])]
        : [
            tensor([
              [0, 1],
              [1, bad],
            ]),
          ];
      for (const y of lists) {
        for (const call of [loss.value, loss.gradient, loss.perSample]) {
          expect(() => call(g, y)).toThrow(RangeError);
          expect(() => call(g, y)).toThrow(`${bad}`);
          expect(() => call(g, y)).toThrow(`${name === "smoothed" ? "crossEntropy" : name}: `);
        }
      }
      if (!labels) expect(() => loss.value(zeros([1, 1]), [bad])).toThrow(`sample 0: got ${bad}`);
    }
  });

  test.each([-1, 2, -1e-9, 1 + 1e-9])("binaryCrossEntropy: a target of %d", (y) => {
    const message = `binaryCrossEntropy: each target must be 0, 1 or a probability between them (for labels −1 and 1 take (y + 1) / 2, or the objective logistic()); sample 1: got ${y}`;
    const g = zeros([2, 1]);
    for (const call of ["value", "gradient", "perSample"] as const) {
      expect(() => binaryCrossEntropy()[call](g, [1, y])).toThrow(new RangeError(message));
    }
    expect(() => binaryCrossEntropy().value(zeros([1, 2]), tensor([[0.5, y]]))).toThrow(
      "sample 0, output 1: got",
    );
  });

  test("labels of one output, and rows where labels are due, name the way out", () => {
    expect(() => crossEntropy().value(zeros([1, 1]), [1])).toThrow(
      "crossEntropy: a label must be 0, as the readout has one output; for two classes use dense(…, 2), or binaryCrossEntropy(); sample 0 has label 1",
    );
    expect(() => hinge().value(zeros([1, 2]), tensor([[0, 1]]))).toThrow(
      "hinge: y must hold one label for each sample; of rows of 0 and 1 take y.argmax(1); its shape is [1, 2]",
    );
    expect(hinge().value(tensor([[0, 2]]), tensor([[1]]))).toBe(0);
  });
});

test("softmax: rows of probabilities, unmoved by adding a number to a row", () => {
  fc.assert(
    fc.property(rows(2, 5), fc.double({ min: -100, max: 100, noNaN: true }), (g, shift) => {
      const p = softmax(g);
      for (const sum of p.sum(1).data) expect(sum).toBeCloseTo(1, 14);
      expect(p.min()).toBeGreaterThanOrEqual(0);
      expect(softmax(tensor(g).add(shift)).allClose(p, { relative: 1e-10, absolute: 1e-300 })).toBe(true);
    }),
  );
});

describe("class weights", () => {
  const g = randomNormal([6, 3], { seed: 8 });
  const y = [0, 2, 1, 1, 0, 2];

  test("count each sample as often as they say, in the mean over the samples", () => {
    const weights = [2, 0.5, 3];
    const plain = crossEntropy().perSample(g, y);
    const weighted = crossEntropy({ classWeights: weights });
    const each = weighted.perSample(g, y);
    for (const [i, label] of y.entries()) expect(each[i]).toBeCloseTo(weights[label]! * plain[i]!, 14);
    expect(weighted.value(g, y)).toBeCloseTo(each.reduce((sum, loss) => sum + loss, 0) / 6, 14);
    // Of ones nothing changes but the kernel that knows the loss.
    const ones = crossEntropy({ classWeights: new Float32Array(3).fill(1) });
    expect(ones.perSample(g, y)).toEqual(plain);
    expect(ones.gradient(g, y).allClose(crossEntropy().gradient(g, y), { relative: 1e-15 })).toBe(true);
    expect(String(weighted)).toBe("crossEntropy({ classWeights: [2, 0.5, 3] })");
  });

  test("balanced ones make rare classes count as much as others", () => {
    const data = dataset({ x: y.map(() => [0]), y: [0, 0, 0, 1, 1, 2], classes: 4 });
    // As scikit-learn's compute_class_weight("balanced"); a class without samples has no weight.
    expect(balancedWeights(data)).toEqual([6 / 9, 1, 2, 0]);
    expect(() => balancedWeights(dataset({ x: [[1], [2]], y: [0.5, 1.5] }))).toThrow(
      "balancedWeights: the data must have labels",
    );
  });

  test("refuses what is no weight", () => {
    for (const classWeights of [[1, -1], [1, Number.NaN], [0, 0, 0], []])
      expect(() => crossEntropy({ classWeights })).toThrow(
        "classWeights must be finite numbers ≥ 0, not all of them 0",
      );
    expect(() => crossEntropy({ classWeights: [1, 2] }).value(g, y)).toThrow(
      "crossEntropy: classWeights must have an entry for each of the 3 outputs, got 2",
    );
  });

  test("train, by threads and in float64, to the same network", async () => {
    const x = randomNormal([60, 3], { seed: 1 });
    const data = dataset({ x, y: Array.from({ length: 60 }, (_, i) => Number(x.at(i, 0) > 1)), classes: 2 });
    const loss = crossEntropy({ classWeights: balancedWeights(data) });
    const nets = await Promise.all(
      (["wasm", "scalar"] as const).map(async (backend) => {
        const net = sequential([dense(3, 4), tanh(), dense(4, 2)], { seed: 1 });
        await train(net, data, { loss, epochs: 5, batchSize: 10, backend, live: false });
        return net;
      }),
    );
    expect(Math.max(...nets[0]!.theta.map((value, i) => Math.abs(value - nets[1]!.theta[i]!)))).toBeLessThan(
      1e-5,
    );
  });
});
