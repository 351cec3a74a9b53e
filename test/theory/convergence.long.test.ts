// The false alarms of checkConvergence, and what it states to find, counted over 500 seeds each.
import { checkConvergence, inverse, type Random, type Vector } from "nablab";
import { expect, test } from "vitest";

const line = (theta: Vector, stream: Random) => [theta[0]! + stream.normal()];
const schedule = inverse();
const at = (seed: number) => ({
  thetaStar: [0],
  schedule,
  distances: [0.3, 1],
  samples: 300,
  kurtosis: 3,
  seed,
});

test("conditions that hold are called violated no more often than stated", () => {
  let wrong = 0;
  for (let seed = 0; seed < 500; seed++) {
    // Just not repelled: M = 0 is the hardest case, and no condition is met there either.
    const { separation } = checkConvergence((_, stream) => [stream.normal()], {
      ...at(seed),
      confidence: 0.95,
    });
    expect(separation).not.toBe("holds where sampled");
    wrong += Number(separation === "violated");
  }
  // 25 ± 5 at most.
  expect(wrong).toBeLessThanOrEqual(50);
});

test("a slope that is stated to be found is found", () => {
  const { detects } = checkConvergence(line, at(0));
  for (let seed = 0; seed < 500; seed++) {
    const away = checkConvergence(([t], stream) => [-2 * detects * t! + stream.normal()], at(seed));
    expect(away.separation).toBe("violated");
  }
});

test("saddles in 2 to 50 dimensions, deep and flat: none is separated, and what is stated to be found is found", () => {
  // One normal number a draw, in all entries: in 50 dimensions forty thousand draws are made for each seed, so that few
  // have as many.
  const draw = new Float64Array(50);
  const saddle = (negative: number) => (t: Vector, stream: Random) => {
    const noise = 0.1 * stream.normal();
    for (let i = 0; i < t.length; i++) draw[i] = (i === 0 ? -negative : 1) * t[i]! + (i % 2 ? noise : -noise);
    return draw.subarray(0, t.length);
  };
  let [found, looked] = [0, 0];
  for (let seed = 0; seed < 500; seed++) {
    const n = seed % 25 === 24 ? 50 : [2, 3, 2, 3, 10, 2, 3, 2, 3, 20][seed % 10]!;
    const negative = [0.001, 0.03, 1][seed % 3]!;
    const { separation, verdict, detects } = checkConvergence(saddle(negative), {
      ...at(seed),
      thetaStar: new Array(n).fill(0),
      distances: [1, 2],
      directions: 1,
      samples: 200,
      confidence: 0.99,
    });
    expect(separation).not.toBe("holds where sampled");
    expect(verdict).not.toBe("yes");
    // The directions that are sought are near the axis: within a third of the slope.
    if (negative > 1.5 * detects) {
      looked++;
      found += Number(separation === "violated");
    }
  }
  expect(looked).toBeGreaterThan(150);
  // Missed with probability 0.01 each: five standard deviations.
  expect(looked - found).toBeLessThanOrEqual(0.01 * looked + 5 * Math.sqrt(0.01 * looked));
});

test("a cone that leads away is found as often as stated", () => {
  const cone = (share: number) => (t: Vector) => {
    const away = Math.abs(Math.atan2(t[1]!, t[0]!) - 1) < Math.PI * share;
    return Array.from(t, (x) => (away ? -x : x));
  };
  const options = { ...at(0), thetaStar: [0, 0], samples: 10, distances: [1, 10] };
  const { detectsShare, findings } = checkConvergence(cone(0), options);
  expect(detectsShare).toBeCloseTo(1 - 0.01 ** (1 / 32), 12);
  expect(findings[1]!.text).toMatch(/; a cone of 13 % of all directions that leads away is found with prob/);
  let missed = 0;
  for (let seed = 0; seed < 500; seed++) {
    missed += Number(checkConvergence(cone(detectsShare), { ...options, seed }).separation !== "violated");
  }
  // 5 ± 2.2, and five of those.
  expect(missed).toBeLessThanOrEqual(16);
  expect(checkConvergence(line, { ...options, thetaStar: [0], samples: 300 }).detectsShare).toBe(0);
});

test.each([
  ["uniform", 1.8, (s: Random) => 2 * s.uniform() - 1],
  ["exponential", 9, (s: Random) => -Math.log1p(-s.uniform()) - 1],
  ["one in twenty", 18.1, (s: Random) => Number(s.uniform() < 0.05) - 0.05],
] as const)("noise that is %s hides a slope of 0 no more often than stated", (_, kurtosis, law) => {
  let wrong = 0;
  for (let seed = 0; seed < 500; seed++) {
    const { separation } = checkConvergence((_, stream) => [law(stream)], {
      ...at(seed),
      samples: 1000,
      kurtosis,
      confidence: 0.95,
    });
    expect(separation).not.toBe("holds where sampled");
    wrong += Number(separation === "violated");
  }
  // 25 ± 5 at most, and five of those.
  expect(wrong).toBeLessThanOrEqual(50);
});
