import { fitRate, random } from "nablab";
import { expect, test } from "vitest";

test("says how clearly one law fits better, and intervals that hold the true rate", () => {
  const noisy = (law: (k: number) => number) => {
    const draw = random(4);
    return Float64Array.from({ length: 401 }, (_, k) => law(k) * Math.exp(0.05 * draw.normal()));
  };
  const power = fitRate(
    noisy((k) => k ** -1.5),
    { from: 4 },
  );
  expect(power.law).toBe("power");
  expect(power.evidence).toBeGreaterThan(3);
  expect(power.power.interval[0]).toBeLessThan(1.5);
  expect(power.power.interval[1]).toBeGreaterThan(1.5);
  expect(power.power.interval[1] - power.power.interval[0]).toBeLessThan(0.3);
  const geometric = fitRate(
    noisy((k) => 0.97 ** k),
    { from: 4 },
  );
  expect(geometric.law).toBe("geometric");
  expect(geometric.evidence).toBeGreaterThan(3);
  expect(geometric.geometric.interval[0]).toBeLessThan(0.97);
  expect(geometric.geometric.interval[1]).toBeGreaterThan(0.97);
  // Three steps of anything look like both.
  expect(
    fitRate(
      noisy((k) => 1 / k),
      { from: 10, to: 13 },
    ).evidence,
  ).toBeLessThan(2);
});
