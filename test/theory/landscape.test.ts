import {
  crossEntropy,
  dataset,
  dense,
  evaluate,
  landscape,
  randomNormal,
  relu,
  sequential,
  squaredError,
  toBundle,
} from "nablab";
import { expect, test } from "vitest";

const x = randomNormal([40, 6], { seed: 1 });
const y = Array.from({ length: 40 }, (_, i) => i % 3);
const model = () => sequential([dense(6, 5), relu(), dense(5, 3)], { seed: 2 });

test("the middle is the loss where the network is, and the network stays as it is", async () => {
  const net = model();
  const before = net.theta.slice();
  const slice = landscape(net, x, y, { resolution: 5, seed: 3 });
  expect(net.theta).toEqual(before);
  const data = dataset({ x, y, classes: 3 });
  const { losses } = await evaluate(net, data);
  const mean = losses.reduce((sum, loss) => sum + loss / 40, 0);
  expect(Math.abs(slice.centre - mean)).toBeLessThan(1e-6); // evaluate is in float32
  expect(slice.loss).toHaveLength(5);
  expect(slice.least).toBeLessThanOrEqual(slice.centre);
  expect(landscape(net, x, y, { resolution: 5, seed: 3 }).loss).toEqual(slice.loss);
  expect(landscape(net, x, y, { resolution: 5, seed: 4 }).loss).not.toEqual(slice.loss);
});

test("each unit's direction is as long as its weights, and biases stay", () => {
  const net = model();
  net.theta.fill(0.7, 30, 35); // b[1]
  const [d] = landscape(net, x, y, { dimensions: 1, resolution: 3 }).directions;
  for (let unit = 0; unit < 5; unit++) {
    const part = (all: Float64Array) => Math.hypot(...all.subarray(6 * unit, 6 * unit + 6));
    expect(part(d!)).toBeCloseTo(part(net.theta), 12);
  }
  expect([...d!.subarray(30, 35), ...d!.subarray(50)]).toEqual(Array(8).fill(0));
  const [whole] = landscape(net, x, y, { dimensions: 1, resolution: 3, normalise: "none" }).directions;
  expect(Math.hypot(...whole!)).toBeCloseTo(Math.hypot(...net.theta), 12);
});

test("a layer scaled up and the next scaled down is the same function, and the same slice when filter-normalised", () => {
  const net = model();
  const scaled = model();
  for (let i = 0; i < 35; i++) scaled.theta[i]! *= 4;
  for (let i = 35; i < 50; i++) scaled.theta[i]! /= 4;
  const slices = (normalise: "filter" | "none") =>
    [net, scaled].map((each) => landscape(each, x, y, { dimensions: 1, resolution: 9, normalise }).loss[0]!);
  const [one, other] = slices("filter");
  one!.forEach((loss, i) => {
    expect(other![i]).toBeCloseTo(loss, 10);
  });
  const [raw, rawScaled] = slices("none");
  expect(Math.abs(raw![8]! - rawScaled![8]!)).toBeGreaterThan(0.01);
});

test("of a linear network with the squared error it is the parabola that it must be", () => {
  const line = sequential([dense(6, 1)], { seed: 5 });
  const targets = Array.from({ length: 40 }, (_, i) => Math.sin(i));
  const { at, loss } = landscape(line, x, targets, { dimensions: 1, resolution: 5, loss: squaredError() });
  const [a, b, c, d, e] = loss[0]!;
  // Third differences of a parabola vanish.
  expect(d! - 3 * c! + 3 * b! - a!).toBeCloseTo(0, 10);
  expect(e! - 3 * d! + 3 * c! - b!).toBeCloseTo(0, 10);
  expect([...at]).toEqual([-1, -0.5, 0, 0.5, 1]);
});

test("shows itself in words and as a curve or a map", async () => {
  const map = landscape(model(), x, y, { resolution: 5, range: 0.5 });
  expect(String(map)).toMatch(
    /^loss [\d.]+ at θ; within ±0.5 of two random directions from [\d.]+ to [\d.]+$/,
  );
  expect((await toBundle(map))["text/plain"]).toContain("x: α, -0.5 … 0.5; y: β");
  const curve = landscape(model(), x, y, { dimensions: 1, resolution: 5, loss: crossEntropy() });
  expect((await toBundle(curve.chart({ title: "A slice" })))["text/plain"]).toContain("A slice");
});

test.each([
  [{ dimensions: 3 }, "dimensions must be 1 or 2, got 3"],
  [{ normalise: "all" }, 'normalise must be "filter" or "none"'],
  [{ range: 0 }, "range must be a finite number > 0"],
  [{ resolution: 4 }, "resolution must be an odd whole number ≥ 3, got 4"],
])("refuses %j", (options, message) => {
  expect(() => landscape(model(), x, y, options as never)).toThrow(message);
});

test("refuses what is no network", () => {
  expect(() => landscape({} as never, x, y)).toThrow("expected a network of sequential()");
});
