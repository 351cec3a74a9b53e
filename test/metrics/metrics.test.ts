import { inspect } from "node:util";
import * as fc from "fast-check";
import {
  accuracy,
  calibration,
  confusionMatrix,
  dataset,
  type Evaluation,
  full,
  tensor,
  toBundle,
  topK,
  worstMistakes,
} from "nablab";
import { describe, expect, test } from "vitest";

const labelled = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1 });

describe("accuracy", () => {
  test("by hand, and what has no accuracy", () => {
    expect(accuracy(Uint8Array.of(1, 2, 3), [1, 2, 4])).toBeCloseTo(2 / 3, 15);
    expect(() => accuracy([1], [1, 2])).toThrow(
      "accuracy: there must be a label for each prediction; 1 predictions, 2 labels",
    );
    expect(() => accuracy([], [])).toThrow("accuracy: there are no samples");
    expect(accuracy([-1, 1], [1, 1])).toBe(0.5); // labels of −1 and 1, or NaN of evaluate()
  });

  test.each([
    [[0.9, 1], [1, 1], "accuracy: prediction 0 must be a whole number; did you forget argmax(1)? got 0.9"],
    [
      [Number.NaN, 1],
      [Number.NaN, 1],
      "prediction 0 must be a whole number; did you forget argmax(1)? got NaN",
    ],
    [[0, 1], [0, 2.5], "accuracy: label 1 must be a whole number, got 2.5"],
    [
      tensor([0, 1]),
      tensor([0, 1]),
      "accuracy: the predictions must be a list of numbers; for a tensor use its .data, got",
    ],
    [
      [0],
      undefined,
      "accuracy: the labels must be a list of numbers; for a tensor use its .data, got undefined",
    ],
  ])("what is no label %#", (predicted, labels, message) => {
    expect(() => accuracy(predicted as never, labels as never)).toThrow(message);
  });
});

describe("confusionMatrix", () => {
  test("by hand: rows are true labels", () => {
    const m = confusionMatrix([0, 1, 1, 2], [0, 0, 1, 1], 3);
    expect(m.counts.toArray()).toEqual([
      [1, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(m.accuracy).toBe(0.5);
    expect(m.recall).toEqual([0.5, 0.5, Number.NaN]);
    expect(m.precision).toEqual([1, 0.5, 0]);
  });

  test("sums: rows to the class counts, all to N, the diagonal to the accuracy", () => {
    fc.assert(
      fc.property(labelled, (pairs) => {
        const predicted = pairs.map(([p]) => p);
        const labels = pairs.map(([, label]) => label);
        const m = confusionMatrix(predicted, labels, 5);
        expect(m.size).toBe(pairs.length);
        expect(m.accuracy).toBeCloseTo(accuracy(predicted, labels), 15);
        expect([...m.counts.sum(1).data]).toEqual(
          [0, 1, 2, 3, 4].map((c) => labels.filter((l) => l === c).length),
        );
      }),
    );
  });

  test("labels outside are refused", () => {
    expect(() => confusionMatrix([0, 3], [0, 1], 3)).toThrow(
      "confusionMatrix: prediction 1 must be a whole number from 0 to 2, got 3",
    );
    expect(() => confusionMatrix([0, 1], [0, 1.5], 3)).toThrow("confusionMatrix: label 1 must be");
    expect(() => confusionMatrix([0, 1], [0, 2.5])).toThrow(
      "confusionMatrix: label 1 must be a whole number from 0 to 999, got 2.5",
    );
    expect(() => confusionMatrix([0, 1e6], [0, 1])).toThrow(
      "confusionMatrix: prediction 1 must be a whole number from 0 to 999, got 1000000",
    );
    expect(() => confusionMatrix([0, Number.NaN], [0, 1])).toThrow("did you forget argmax(1)? got NaN");
    expect(() => confusionMatrix([0, -1], [0, 1])).toThrow(
      "−1 is what evaluate() says where the network gives NaN: got -1",
    );
    expect(() => confusionMatrix([0], [0], 2.5)).toThrow(
      "confusionMatrix: classes must be a whole number ≥ 1, got 2.5",
    );
    expect(confusionMatrix([0, 1200], [0, 1200], 1201).accuracy).toBe(1);
  });

  test("shows itself as a heat map, and as text", async () => {
    const m = confusionMatrix([0, 1, 1], [0, 1, 0]);
    expect(inspect(m)).toBe("Confusion matrix: 1 of 3 wrong\ntrue │ 0  1\n   0 │ 1  1\n   1 │ 0  1");
    const bundle = await toBundle(m);
    expect(bundle["text/plain"]).toBe(inspect(m));
    const figure = bundle["application/vnd.plotly.v1+json"] as {
      data: { type: string; z: number[][] }[];
    };
    expect(figure.data[0]!.type).toBe("heatmap");
    // Colours go by log₁₀(1 + count), rows by true labels.
    expect(figure.data[0]!.z).toEqual([
      [Math.log10(2), Math.log10(2)],
      [0, Math.log10(2)],
    ]);
  });
});

describe("worstMistakes", () => {
  const data = dataset({
    name: "five",
    x: new Uint8Array(20),
    sampleShape: [2, 2],
    y: [0, 1, 2, 3, 4],
    classes: 5,
  });
  const evaluation = (predicted: number[], losses: number[]): Evaluation => ({
    loss: 1,
    accuracy: 0,
    predicted: Int16Array.from(predicted),
    losses: Float64Array.from(losses),
    labels: data.y as Uint8Array,
  });

  test("the highest loss first, equal ones in order, NaN on top, right answers never", () => {
    const found = worstMistakes(evaluation([1, 2, 2, 0, 0], [0.5, 3, 9, Number.NaN, 3]), data, { count: 3 });
    expect(found.mistakes.map((m) => m.index)).toEqual([3, 1, 4]);
    expect(found.total).toBe(4);
    expect(found.mistakes[1]).toEqual({ index: 1, label: 1, predicted: 2, loss: 3 });
  });

  test("captions say true → predicted and the loss", async () => {
    const found = worstMistakes(evaluation([0, 2, 2, 3, 4], [0, 8.25, 0, 0, 0]), data);
    const bundle = await toBundle(found);
    expect(bundle["text/plain"]).toContain("1 → 2 (8.3)");
    expect(bundle["text/html"]).toContain("five: the worst 1 of 1 mistakes");
    expect(inspect(found)).toContain("sample 1: 1 → 2 (8.3)");
  });

  test("no mistakes, other datasets, no images", async () => {
    const none = worstMistakes(evaluation([0, 1, 2, 3, 4], [1, 1, 1, 1, 1]), data);
    expect(none.mistakes).toEqual([]);
    expect((await toBundle(none))["text/plain"]).toContain("five: no mistakes in 5 samples");
    expect(() => worstMistakes(evaluation([0], [1]), data)).toThrow(
      "worstMistakes: the evaluation must be of the same dataset; it has 1 predictions, five has 5 samples",
    );
    const flat = dataset({ x: [[1], [2]], y: [0, 1], classes: 2 });
    expect(() => worstMistakes(evaluation([0, 1], [1, 1]), flat)).toThrow("is not an image");
  });
});

describe("more than one number", () => {
  test("F1, and the report of each class", () => {
    const m = confusionMatrix([0, 1, 1, 2], [0, 0, 1, 1], 3);
    expect(m.f1).toEqual([2 / 3, 0.5, 0]);
    expect(confusionMatrix([0, 1], [0, 1], 3).f1).toEqual([1, 1, Number.NaN]);
    expect(inspect(m.report())).toContain("mean");
    expect(confusionMatrix([1, 0], [0, 1]).f1).toEqual([0, 0]);
    // Never predicted is as bad as it gets, not left out of the mean (scikit-learn's f1_score: [0.8, 0]).
    expect(confusionMatrix([0, 0, 0], [0, 0, 1]).f1).toEqual([0.8, 0]);
  });

  test("top k: the share whose label is among the k largest; k = 1 is the accuracy, k = classes is 1", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }), fc.nat(3)),
          { minLength: 1 },
        ),
        (samples) => {
          const g = samples.map(([row]) => row);
          const labels = samples.map(([, label]) => label);
          expect(topK(g, labels, 1)).toBe(accuracy(tensor(g).argmax(1).data, labels));
          expect(topK(g, labels, 4)).toBe(1);
          expect(topK(g, labels, 3)).toBeGreaterThanOrEqual(topK(g, labels, 2));
        },
      ),
      { seed: 1 },
    );
    // NaN is never right, and larger than any number, as for argmax.
    expect(topK(full([4, 3], Number.NaN), [0, 1, 2, 0], 1)).toBe(0);
    expect(topK(full([4, 3], Number.NaN), [0, 1, 2, 0], 3)).toBe(0);
    expect(topK([[1, Number.NaN, 3]], [2], 1)).toBe(0);
    expect(topK([[1, Number.NaN, 3]], [2], 2)).toBe(1);
    expect(() => topK([1, 2] as never, [0], 1)).toThrow(
      "topK: g must be samples × classes; its shape is [2]",
    );
    expect(() => topK([[1, 2]], [0], 3)).toThrow("k must be a whole number from 1 to 2, got 3");
    expect(() => topK([[1, 2]], [2], 1)).toThrow("label 0 must be a whole number from 0 to 1, got 2");
  });

  test("a model that knows what it knows has no calibration error; one that is too sure has", () => {
    // Of 10 samples with confidence 0.8, 8 are right.
    const p = Array.from({ length: 10 }, () => [0.8, 0.2]);
    const labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    expect(calibration(p, labels).error).toBeCloseTo(0, 12);
    const sure = calibration(
      p.map(() => [1, 0]),
      labels,
    );
    expect(sure.error).toBeCloseTo(0.2, 12);
    expect(sure.bins[9]).toEqual({ from: 0.9, to: 1, count: 10, confidence: 1, accuracy: 0.8 });
    expect(sure.bins.reduce((sum, { count }) => sum + count, 0)).toBe(10);
    expect(sure.figure().alt).toContain("expected error 20.0 %");
    expect(() => calibration([[3, 1]], [0])).toThrow("did you forget softmax(g)?");
    expect(() => calibration([[Number.NaN, 1]], [0])).toThrow("sample 0 has NaN");
    expect(() => calibration([[0.5, 0.5]], [7])).toThrow(
      "calibration: label 0 must be a whole number from 0 to 1, got 7",
    );
    expect(() => calibration([[0.9], [0.8]], [0, 0])).toThrow(
      "calibration: p must be samples × classes, with at least two; of the probability of yes make rows [1 − p, p]; its shape is [2, 1]",
    );
    expect(() => calibration([[0.9, 0.8]], [0])).toThrow(
      "calibration: the probabilities of a sample must sum to 1; did you forget softmax(g)? those of sample 0 sum to 1.7000000000000002",
    );
    // Probabilities as float32 are ones.
    expect(calibration(tensor([[0.1, 0.2, 0.7]], { dtype: "float32" }), [2]).error).toBeCloseTo(0.3, 6);
  });
});
