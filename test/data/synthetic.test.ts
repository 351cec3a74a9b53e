import { blobs, type Dataset, dataset, linearData, logisticData, spirals, toBundle, twoMoons } from "nablab";
import { describe, expect, test } from "vitest";

const rows = ({ x, size, features }: Dataset) =>
  Array.from({ length: size }, (_, i) => [...x.subarray(i * features, (i + 1) * features)]);

describe("synthetic sets", () => {
  test.each([
    ["twoMoons", twoMoons],
    ["spirals", spirals],
    ["blobs", blobs],
    ["linearData", linearData],
    ["logisticData", logisticData],
  ] as const)("%s: the same seed gives the same bits, another seed others", (_, make) => {
    expect(make({ seed: 4 }).x).toEqual(make({ seed: 4 }).x);
    expect(make({ seed: 4 }).y).toEqual(make({ seed: 4 }).y);
    expect(make({ seed: 5 }).x).not.toEqual(make({ seed: 4 }).x);
    expect(make({ size: 7 }).size).toBe(7);
    expect(() => make({ size: 0 })).toThrow("size must be a whole number ≥ 1, got 0");
  });

  test("without noise the points lie on their curves", () => {
    const moons = twoMoons({ noise: 0, size: 40 });
    rows(moons).forEach(([a, b], i) => {
      const [u, v] = moons.y[i] === 0 ? [a!, b!] : [1 - a!, 0.5 - b!];
      expect(Math.hypot(u, v)).toBeCloseTo(1, 12);
      expect(v).toBeGreaterThanOrEqual(-1e-12);
    });
    const arms = spirals({ noise: 0, size: 60, classes: 3, turns: 1 });
    rows(arms).forEach(([a, b], i) => {
      const radius = Math.hypot(a!, b!);
      const angle = Math.atan2(b!, a!) / (2 * Math.PI) - radius - arms.y[i]! / 3;
      expect(Math.abs(angle - Math.round(angle)) * radius).toBeLessThan(1e-9);
    });
    expect(blobs({ centres: [[1, 2, 3]], noise: 0, size: 2 }).features).toBe(3);
  });

  test("linear data hold their truth", () => {
    const { x, y, truth } = linearData({ w: [1, -2, 3], b: 4, noise: 0, size: 30 });
    expect(truth).toEqual({ w: [1, -2, 3], b: 4 });
    y.forEach((value, i) => {
      expect(value).toBeCloseTo(x[3 * i]! - 2 * x[3 * i + 1]! + 3 * x[3 * i + 2]! + 4, 12);
    });
  });

  test("logistic labels come with the probability that the truth says", () => {
    const { x, y, truth } = logisticData({ size: 20_000, w: [1], b: 0.5, seed: 2 });
    const p = Array.from(x, (value) => 1 / (1 + Math.exp(-(value * truth.w[0]! + truth.b))));
    const excess = Array.from(y).reduce((sum, label, i) => sum + label - p[i]!, 0);
    const variance = p.reduce((sum, q) => sum + q * (1 - q), 0);
    // Six standard deviations, about 2e-9.
    expect(Math.abs(excess)).toBeLessThan(6 * Math.sqrt(variance));
  });
});

describe("datasets can be", () => {
  const ten = dataset({
    name: "ten",
    x: Array.from({ length: 10 }, (_, i) => [i, 100 * i]),
    y: Uint8Array.from({ length: 10 }, (_, i) => i % 3),
    classes: 3,
  });

  test("shuffled and split: every sample once, with its label", () => {
    const shuffled = ten.shuffle(3);
    expect([...shuffled.x].filter((_, i) => i % 2 === 0)).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    shuffled.y.forEach((label, i) => {
      expect(label).toBe(shuffled.x[2 * i]! % 3);
    });
    const parts = ten.split([0.5, 0.3]);
    expect(parts.map(({ size }) => size)).toEqual([5, 3, 2]);
    const firsts = parts.flatMap((part) => rows(part).map(([a]) => a!));
    expect(firsts.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rows(ten.split(0.8, { shuffle: false })[1]!)).toEqual([
      [8, 800],
      [9, 900],
    ]);
    expect(() => ten.split(1.5)).toThrow("shares must be > 0 and sum to at most 1");
    expect(() => ten.split(0.01)).toThrow("part 1 of ten has no samples");
  });

  test("normalised, and others like them", () => {
    const { data, normalisation } = ten.normalise();
    expect([...normalisation.mean]).toEqual([4.5, 450]);
    const columns = [0, 1].map((j) => rows(data).map((row) => row[j]!));
    for (const column of columns) {
      expect(column.reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 12);
      expect(column.reduce((sum, v) => sum + v * v, 0) / 10).toBeCloseTo(1, 12);
    }
    const other = ten.take(2).normalise(normalisation).data;
    expect(rows(other)).toEqual(rows(data).slice(0, 2));
    expect(ten.normalise({ each: false }).normalisation.mean.length).toBe(1);
    expect(() => twoMoons().normalise({ mean: new Float64Array(3), sd: new Float64Array(3) })).toThrow(
      "is it that of another dataset?",
    );
    const still = dataset({ x: [[1], [1]], y: [0, 1], classes: 2 }).normalise().data;
    expect([...still.x]).toEqual([0, 0]);
    // The mean of seven times 0.1 is not 0.1.
    for (const each of [true, false]) {
      const seven = dataset({
        x: Array.from({ length: 7 }, () => [0.1]),
        y: Array(7).fill(0),
        classes: 2,
        scale: 3,
      });
      const { data, normalisation } = seven.normalise({ each });
      expect([[...data.x], ...normalisation.sd]).toEqual([Array(7).fill(0), 0]);
    }
    for (const wrong of [{ mean: [Number.NaN], sd: [1] }, { mean: [0] }, { mean: [0], sd: [-1] }]) {
      expect(() => ten.normalise(wrong as never)).toThrow(
        "expected a normalisation as normalise() returns it",
      );
    }
  });

  test("selected, made one-hot, and walked through in batches", () => {
    expect(rows(ten.select([9, 0, 9]))).toEqual([
      [9, 900],
      [0, 0],
      [9, 900],
    ]);
    expect(() => ten.select([10])).toThrow("has 10 samples, there is no index 10");
    const hot = ten.take(2).oneHot();
    expect([hot.kind, hot.outputs, [...hot.y]]).toEqual(["targets", 3, [1, 0, 0, 0, 1, 0]]);
    expect(() => hot.oneHot()).toThrow("has targets, not labels");
    expect([...ten.batches(4)].map(({ x }) => x.shape[0])).toEqual([4, 4, 2]);
    const seen = [...ten.batches(3, { seed: 1 })].flatMap(({ x }) =>
      [...x.data].filter((_, i) => i % 2 === 0),
    );
    expect(seen).not.toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => [...ten.batches(0)]).toThrow("batches: size must be a whole number ≥ 1, got 0");
  });

  test("seen: points in the plane by class, a curve over one feature, images with what they were taken for", async () => {
    const plane = (await toBundle(twoMoons({ size: 10 })))["text/plain"] as string;
    expect(plane).toContain("class 0: 5 points");
    const curve = (await toBundle(linearData({ w: [2], size: 9 })))["text/plain"] as string;
    expect(curve).toContain("target: 9 points");
    const images = dataset({ x: Uint8Array.of(0, 9, 9, 0), y: Uint8Array.of(1, 0), sampleShape: [1, 2] });
    const grid = (await toBundle(images.showImages({ predicted: [1, 1] })))["text/plain"] as string;
    expect(grid).toContain("✓ 1, ✗ 0 → 1");
  });
});
