import { inspect } from "node:util";
import * as fc from "fast-check";
import { dataset, type Tensor, tensor, toBundle } from "nablab";
import { describe, expect, test } from "vitest";

const images = () =>
  dataset({
    name: "tiny",
    x: Uint8Array.from({ length: 24 }, (_, i) => i * 10),
    sampleShape: [2, 2],
    scale: 1 / 255,
    y: Uint8Array.of(0, 1, 2, 0, 1, 1),
    classes: 3,
  });
const line = () => dataset({ name: "line", x: [[0], [1], [2]], y: [1, 3, 5] });

describe("dataset", () => {
  test("images with labels", () => {
    const d = images();
    expect([d.size, d.features, d.kind, d.classes, d.outputs]).toEqual([6, 4, "labels", 3, 3]);
    expect(d.counts()).toEqual([2, 3, 1]);
    const { x, y } = d.batch(1, 3);
    expect(x.shape).toEqual([2, 4]);
    expect(x.dtype).toBe("float64");
    expect(x.at(1, 3)).toBe(110 / 255);
    expect(y).toEqual(Uint8Array.of(1, 2));
  });

  test("targets become a tensor, one column or more", () => {
    const d = line();
    expect([d.kind, d.classes, d.outputs]).toEqual(["targets", undefined, 1]);
    expect((d.batch([2, 0]).y as Tensor).toArray()).toEqual([[5], [1]]);
    const two = dataset({
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
      y: [
        [1, 0],
        [0, 1],
      ],
    });
    expect((two.slice(1).batch(0, 1).y as Tensor).toArray()).toEqual([[0, 1]]);
    expect(two.targets([1]).y).toEqual(two.batch([1]).y);
    expect(two.outputs).toBe(2);
    expect(() => d.counts()).toThrow("counts: line has targets, not labels");
  });

  test("take and slice share memory, and a slice of a slice is right", () => {
    const d = images();
    const part = d.slice(2).slice(1, 3);
    expect(part.size).toBe(2);
    expect(part.name).toBe("tiny[2:6][1:3]");
    expect(part.x.buffer).toBe(d.x.buffer);
    expect(part.batch(0, 2)).toEqual(d.batch(3, 5));
    expect(d.take(6).name).toBe("tiny");
  });

  test("a batch by indices is the rows in that order, repeats included", () => {
    const d = images();
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1 }), (indices) => {
        const { x, y } = d.batch(indices);
        const rows = indices.map((i) => d.batch(i, i + 1));
        expect(x.toArray()).toEqual(rows.map((row) => row.x.row(0).toArray()));
        expect([...(y as Uint8Array)]).toEqual(rows.map((row) => (row.y as Uint8Array)[0]));
        expect(d.targets(indices)).toEqual({ y });
      }),
    );
  });

  test("what does not fit is refused", () => {
    const d = images();
    expect(() => d.take(7)).toThrow("take: tiny has 6 samples, got 7");
    expect(() => d.slice(2, 2)).toThrow(
      "expected 0 ≤ start < end ≤ 6, the size of tiny; got start 2 and end 2",
    );
    expect(() => d.batch(-1, 2)).toThrow("got start -1 and end 2");
    expect(() => d.batch([0, 6])).toThrow("batch: tiny has 6 samples, there is no index 6");
    expect(() => d.targets([0, 6])).toThrow("targets: tiny has 6 samples, there is no index 6");
    expect(() => dataset({ x: [[1], [2]], y: [1] })).toThrow("dataset: x has 2 samples but y has 1");
    expect(() => dataset({ x: [], y: [] })).toThrow("dataset: x must have one row for each sample");
    expect(() => dataset({ x: new Float64Array(0), sampleShape: [2], y: [] })).toThrow(
      "there are no samples",
    );
    expect(() => dataset({ x: new Float64Array(5), y: [1] })).toThrow("needs sampleShape, such as [28, 28]");
    expect(() => dataset({ x: new Float64Array(5), sampleShape: [2], y: [1] })).toThrow(
      "x has 5 entries, which is no multiple of the 2 of sampleShape [2]",
    );
    expect(() => dataset({ x: [[1]], y: [3], classes: 3 })).toThrow(
      "label 0 must be a whole number from 0 to 2, got 3",
    );
    expect(() => dataset({ x: [[1]], y: [0.5], kind: "labels" })).toThrow("got 0.5");
    expect(() => dataset({ x: [[1]], y: [300], classes: 400 })).toThrow(
      "classes must be a whole number from 1 to 256, as a label is a byte, got 400",
    );
    expect(() => dataset({ x: [[1]], y: [300], kind: "labels" })).toThrow(
      "label 0 must be a whole number from 0 to 255 (a label is a byte: at most 256 classes), got 300",
    );
    expect(() => dataset({ x: [[1], [Number.NaN]], y: [0, 1] })).toThrow(
      "every entry of x must be finite; entry 1 is NaN",
    );
    expect(() => dataset({ x: [[1]], y: [Number.NaN] })).toThrow(
      "every entry of y must be finite; entry 0 is NaN",
    );
    expect(() => line().showImages()).toThrow(
      "showImages: a sample of line is not an image, its shape must be [height, width]; sampleShape [1]",
    );
  });

  test("shows itself: images and counts, or numbers", async () => {
    const pictures = await toBundle(images());
    expect(pictures["text/plain"]).toContain("0, 1, 2, 0, 1, 1");
    expect(pictures["text/html"]).toContain("data:image/png;base64,");
    const numbers = await toBundle(line());
    expect(numbers["text/plain"]).toContain("line: 3 samples of 1, 1 target each");
    expect(numbers["text/html"]).not.toContain("undefined");
    const wide = (features: number) =>
      dataset({ x: [Array.from({ length: features }, (_, i) => i)], y: [7] });
    expect((await toBundle(wide(6)))["text/html"]).toContain("0,1,2,3,4,5<");
    expect((await toBundle(wide(7)))["text/html"]).toContain("0,1,2,3,4,5, …<");
    expect(inspect(images())).toBe("tiny: 6 samples of 2 × 2, 3 classes");
  });
});

test.each<[object, string]>([
  [{ classes: 2.5 }, "dataset: classes must be a whole number from 1 to 256, as a label is a byte, got 2.5"],
  [
    { classes: Number.NaN },
    "dataset: classes must be a whole number from 1 to 256, as a label is a byte, got NaN",
  ],
  [{ classes: 300 }, "dataset: classes must be a whole number from 1 to 256, as a label is a byte, got 300"],
  [{ classes: "2" }, "dataset: classes must be a whole number from 1 to 256, as a label is a byte, got '2'"],
  [{ kind: "label" }, 'dataset: kind must be "labels" or "targets", got \'label\''],
  [{ x: undefined }, "dataset: x is missing; dataset({ x, y }) takes"],
  [{ y: null }, "dataset: y is missing; dataset({ x, y }) takes"],
])("dataset refuses %j", (wrong, message) => {
  expect(() => dataset({ x: [[1], [2]], y: [0, 1], ...wrong } as never)).toThrow(message);
});

test("null is no weights, as nothing is", () => {
  expect(dataset({ x: [[1]], y: [1], weights: null }).weights).toBeUndefined();
});

test("weights of some samples may be 0, of all not", () => {
  const weighted = (weights: number[]) => dataset({ x: [[1], [2]], y: [1, 2], weights });
  expect(weighted([0, 2]).weights).toEqual(Float64Array.of(0, 2));
  expect(() => weighted([0, 0])).toThrow(
    "at least one sample must have a weight above 0, got weights of 0 alone",
  );
});

test.each([[0], [3], [{}], ["2"]])("weights %j are no list", (weights) => {
  expect(() => dataset({ x: [[1]], y: [1], weights: weights as never })).toThrow("dataset: weights must be");
});
