import { inspect } from "node:util";
import * as fc from "fast-check";
import { accuracy, confusionMatrix, dataset, type Evaluation, toBundle, worstMistakes } from "nablab";
import { describe, expect, test } from "vitest";

const labelled = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1 });

describe("accuracy", () => {
  test("by hand, and what has no accuracy", () => {
    expect(accuracy(Uint8Array.of(1, 2, 3), [1, 2, 4])).toBeCloseTo(2 / 3, 15);
    expect(() => accuracy([1], [1, 2])).toThrow(
      "accuracy: there must be a label for each prediction; 1 predictions, 2 labels",
    );
    expect(() => accuracy([], [])).toThrow("accuracy: there are no samples");
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
  });

  test("shows itself as a heat map, and as text", async () => {
    const m = confusionMatrix([0, 1, 1], [0, 1, 0]);
    expect(inspect(m)).toBe("Confusion matrix: 1 of 3 wrong\ntrue │ 0  1\n   0 │ 1  1\n   1 │ 0  1");
    const bundle = await toBundle(m);
    expect(bundle["text/plain"]).toBe(inspect(m));
    const figure = bundle["application/vnd.plotly.v1+json"] as { data: { type: string }[] };
    expect(figure.data[0]!.type).toBe("heatmap");
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
    predicted: Uint8Array.from(predicted),
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
