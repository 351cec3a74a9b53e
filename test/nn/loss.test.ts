import * as fc from "fast-check";
import { crossEntropy, softmax, squaredError, type Tensor, tensor, zeros } from "nablab";
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
    [tensor([[1]]), ["1"], "squaredError: each target must be a number; sample 0 has '1'"],
    [[[1]], [1], "squaredError: g must be a tensor"],
  ])("bad arguments %#", (g, y, message) => {
    expect(() => squaredError().value(g as never, y as never)).toThrow(message);
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
