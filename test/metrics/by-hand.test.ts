/**
 * What metrics show, and figures of them that can be computed by hand.
 */
import {
  accuracy,
  calibration,
  confusionMatrix,
  dataset,
  type Evaluation,
  toBundle,
  topK,
  worstMistakes,
} from "nablab";
import { describe, expect, test } from "vitest";

describe("confusionMatrix", () => {
  // Class 2 is never predicted and 3 never right: precision 1/2, 1, none, 0; recall 1, 1/2, 0, none; F1 2/3, 2/3, 0, 0.
  const m = confusionMatrix([0, 1, 0, 3], [0, 1, 1, 2], 4);

  test("the report has a row for each class, and means over those that have a figure", async () => {
    const lines = (await toBundle(m.report()))["text/plain"].split("\n");
    const cells = (line: string) => line.split(/[\s│]+/).filter((cell) => cell !== "");
    expect(cells(lines.find((line) => line.includes("precision"))!)).toEqual([
      ...["class", "samples", "precision", "recall", "F1"],
    ]);
    const mean = cells(lines.find((line) => line.includes("mean"))!);
    expect(mean.slice(0, 2)).toEqual(["mean", "4"]);
    expect(mean.slice(2).map(Number)).toEqual([0.5, 0.5, expect.closeTo((2 / 3 + 2 / 3) / 4, 3)]);
    expect(lines.join("\n")).toContain("Accuracy 50.00 % of 4 samples");
  });

  test("the text is as wide as its widest number, and counts no class that is not there", () => {
    expect(String(confusionMatrix([0, 1], [0, 1]))).toBe(
      "Confusion matrix: 0 of 2 wrong\ntrue │ 0  1\n   0 │ 1  0\n   1 │ 0  1",
    );
    const many = confusionMatrix(Array(12).fill(1), Array(12).fill(0), 2);
    expect(String(many).split("\n")[2]).toBe("   0 │  0  12");
    const ten = String(confusionMatrix([9], [9])).split("\n");
    expect(ten[1]).toBe("true │ 0  1  2  3  4  5  6  7  8  9");
    expect(ten).toHaveLength(12);
    expect(String(confusionMatrix([10], [10])).split("\n")[1]).toMatch(/^true │ {2}0 {3}1 .* 9 {2}10$/);
  });

  test("counts each sample once", () => {
    const counts = confusionMatrix([0, 1, 1], [0, 1, 0]).counts.toArray() as number[][];
    expect(counts.flat().reduce((a, b) => a + b, 0)).toBe(3);
  });
});

describe("calibration", () => {
  test("bins without samples are neither in the error nor in the diagram", () => {
    const found = calibration(
      [
        [0.95, 0.05],
        [0.65, 0.35],
      ],
      [0, 1],
    );
    expect(found.bins.filter(({ count }) => count > 0)).toHaveLength(2);
    // Right with 0.95, wrong with 0.65: (0.05 + 0.65)/2.
    expect(found.error).toBeCloseTo(0.35, 12);
    const { data } = found.figure().toJSON() as { data: { name: string; x: number[]; y: number[] }[] };
    expect(data.map(({ name }) => name)).toEqual(["calibrated", "this model"]);
    expect(Array.from(data[1]!.x)).toEqual([expect.closeTo(0.65, 12), expect.closeTo(0.95, 12)]);
    expect(Array.from(data[1]!.y)).toEqual([0, 1]);
  });
});

describe("worstMistakes", () => {
  const data = dataset({ x: new Uint8Array(16), sampleShape: [2, 2], y: [0, 1, 2, 3], classes: 4 });
  const evaluation = (predicted: number[], losses: number[]): Evaluation => ({
    loss: 1,
    accuracy: 0,
    predicted: Int16Array.from(predicted),
    losses: Float64Array.from(losses),
    labels: Uint8Array.from(predicted.length === 4 ? [0, 1, 2, 3] : predicted),
  });

  test("losses that are all infinite or NaN keep the order of the samples", () => {
    const losses = [Number.POSITIVE_INFINITY, Number.NaN, 1, Number.POSITIVE_INFINITY];
    const { mistakes } = worstMistakes(evaluation([1, 0, 0, 0], losses), data);
    expect(mistakes.map(({ index }) => index)).toEqual([0, 1, 3, 2]);
  });

  test("an evaluation with a part of another dataset is refused", () => {
    const whole = evaluation([1, 0, 0, 0], [1, 1, 1, 1]);
    for (const wrong of [
      { ...whole, losses: Float64Array.of(1) },
      { ...whole, predicted: Int16Array.of(1, 0, 0, 0, 0) },
      { ...whole, labels: Uint8Array.of(0, 1, 2) },
    ]) {
      expect(() => worstMistakes(wrong, data)).toThrow("must be of the same dataset");
    }
  });
});

test("errors name the function, and show of a nested value its outside alone", () => {
  expect(() => topK([[1, 2]], [0, 1], 1)).toThrow("topK: there must be a label for each prediction");
  const deep = { a: { b: { c: 1 } } };
  expect(() => accuracy(deep as never, [1])).toThrow("use its .data, got { a: [Object] }");
});
