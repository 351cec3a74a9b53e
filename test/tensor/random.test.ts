import { createHash } from "node:crypto";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { random, randomNormal, randomUniform } from "nablab";
import { describe, expect, test } from "vitest";
import { philox4x32 } from "#nablab/tensor/philox.js";
import { portableLog } from "#nablab/tensor/random.js";

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("Philox4x32-10", () => {
  // Random123, tests/kat_vectors: "philox4x32 10", counter (4 words), key (2 words), result (4 words).
  test.each([
    ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
  ])("published vector %s, key %s", (counter, key, result) => {
    const words = (text: string) => text.split(" ").map((word) => Number.parseInt(word, 16));
    const [c0, c1, c2, c3] = words(counter) as [number, number, number, number];
    const [k0, k1] = words(key) as [number, number];
    const out = new Uint32Array(4);
    philox4x32(c0, c1, c2, c3, k0, k1, out);
    expect([...out]).toEqual(words(result));
  });

  test("agrees with the definition in exact whole numbers, for all counters and keys", () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const counters = fc.tuple(word, word, word, word);
    fc.assert(
      fc.property(counters, fc.tuple(word, word), (counter, key) => {
        const low = (x: bigint) => x & 0xffffffffn;
        let [x0, x1, x2, x3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
        let [k0, k1] = key.map(BigInt) as [bigint, bigint];
        for (let round = 0; round < 10; round++) {
          const p0 = x0 * 0xd2511f53n;
          const p1 = x2 * 0xcd9e8d57n;
          [x0, x1, x2, x3] = [(p1 >> 32n) ^ x1 ^ k0, low(p1), (p0 >> 32n) ^ x3 ^ k1, low(p0)];
          [k0, k1] = [low(k0 + 0x9e3779b9n), low(k1 + 0xbb67ae85n)];
        }
        const out = new Uint32Array(4);
        philox4x32(...counter, ...key, out);
        expect([...out].map(BigInt)).toEqual([x0, x1, x2, x3]);
      }),
    );
  });
});

describe("a stream", () => {
  test("same seed, same bits; other seed or stream, other bits", () => {
    const draw = (r: ReturnType<typeof random>) => Array.from({ length: 20 }, () => r.bits());
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(draw(random(seed))).toEqual(draw(random(seed)));
        expect(draw(random(seed))).not.toEqual(draw(random((seed + 1) % 2 ** 53)));
        expect(draw(random(seed).split("a"))).toEqual(draw(random(seed).split("a")));
        expect(draw(random(seed).split("a"))).not.toEqual(draw(random(seed).split("b")));
        expect(draw(random(seed).split(0))).not.toEqual(draw(random(seed)));
        expect(draw(random(seed).split(0))).not.toEqual(draw(random(seed).split("0")));
      }),
    );
  });

  test("starts with the block of counter 0 under the seed, then that of counter 1", () => {
    const stream = random(0);
    expect(Array.from({ length: 4 }, () => stream.bits())).toEqual([
      0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8,
    ]);
    const next = new Uint32Array(4);
    philox4x32(1, 0, 0, 0, 0, 0, next);
    expect(stream.bits()).toBe(next[0]);
  });

  test("bits of every kind of draw are what they were when this was written", () => {
    const r = random(2024);
    const bytes = createHash("sha256");
    bytes.update(Float64Array.from({ length: 1000 }, () => r.normal()));
    bytes.update(Float64Array.from({ length: 1000 }, () => r.uniform(-1, 3)));
    bytes.update(Float64Array.from({ length: 1000 }, () => r.integer(10)));
    bytes.update(r.permutation(1000));
    bytes.update(r.split("a").split(3).permutation(1000));
    expect(bytes.digest("hex")).toBe("367f159fa978b660b48d7bcfbb78fa4c7b8568043f167a33084b6045dc721f3b");
  });

  test("split does not depend on what was drawn, and draws nothing", () => {
    const a = random(5);
    const before = a.split("x").uniform();
    const b = random(5);
    b.uniform();
    expect(b.split("x").uniform()).toBe(before);
    expect(a.uniform()).toBe(random(5).uniform());
  });

  test("skip goes on where as many calls of uniform would have", () => {
    for (const before of [0, 1, 2, 3]) {
      for (const count of [0, 1, 2, 5, 1000]) {
        const [walked, skipped] = [random(5), random(5)];
        for (let i = 0; i < before; i++) skipped.uniform();
        for (let i = 0; i < before + count; i++) walked.uniform();
        expect(skipped.skip(count)).toBe(skipped);
        expect([skipped.uniform(), skipped.bits()]).toEqual([walked.uniform(), walked.bits()]);
      }
    }
    expect(() => random(5).skip(-1)).toThrow("skip: count must be a whole number ≥ 0, got -1");
  });

  test("no two of 100,000 named streams start alike", () => {
    const root = random(1);
    const first = new Set<string>();
    for (let i = 0; i < 50_000; i++) {
      for (const stream of [root.split(i), root.split(`s${i}`)])
        first.add(`${stream.bits()} ${stream.bits()}`);
    }
    expect(first.size).toBe(100_000);
  });

  test("bad seeds are refused", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53, undefined, "7"]) {
      expect(() => random(seed as number)).toThrow(
        typeof seed === "number" && seed > 2
          ? `random: seed must be a whole number from 0 to 2^53 − 1, got ${seed}`
          : `random: seed must be a whole number ≥ 0, got ${inspect(seed)}`,
      );
    }
    expect(() => randomNormal(3, {} as never)).toThrow("got undefined");
    expect(() => random(1).split(-1)).toThrow("split: key must be a whole number");
  });

  test("says how it was made", () => {
    expect(inspect(random(3).split("noise").split(2))).toBe('random(3).split("noise").split(2)');
  });
});

describe("distributions", () => {
  test("uniform: within bounds, mean and variance within 5 standard errors, 53 bits", () => {
    const n = 200_000;
    const x = randomUniform(n, { seed: 11 });
    expect(x.min()).toBeGreaterThanOrEqual(0);
    expect(x.max()).toBeLessThan(1);
    expect(Math.abs(x.mean() - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    const variance = x.map((u) => (u - 0.5) ** 2).mean();
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    expect(x.data.some((u) => (u * 2 ** 53) % 2 === 1)).toBe(true);
    expect(randomUniform([4, 5], { seed: 11, low: -2, high: -1 }).max()).toBeLessThan(-1);
  });

  test("normal: the first four moments and the tails within 5 standard errors", () => {
    const n = 400_000;
    const x = randomNormal(n, { seed: 12 });
    const moment = (k: number) => x.map((v) => v ** k).mean();
    const error = (variance: number) => 5 * Math.sqrt(variance / n);
    expect(Math.abs(moment(1))).toBeLessThan(error(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(error(2));
    expect(Math.abs(moment(3))).toBeLessThan(error(15));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(error(96));
    for (const [z, tail] of [
      [1, 0.3173105],
      [2, 0.0455003],
      [3, 0.0026998],
    ] as const) {
      const share = x.map((v) => (Math.abs(v) > z ? 1 : 0)).mean();
      expect(Math.abs(share - tail)).toBeLessThan(error(tail * (1 - tail)));
    }
    // Pairs come from one point of the disc: they must still be uncorrelated.
    const pairs = x.reshape(-1, 2);
    const covariance =
      Array.from(pairs.data).reduce((sum, v, i) => (i % 2 ? sum + v * pairs.data[i - 1]! : sum), 0) / (n / 2);
    expect(Math.abs(covariance)).toBeLessThan(5 * Math.sqrt(1 / (n / 2)));
    const y = randomNormal(n, { seed: 13, mean: 3, sd: 0.5 });
    expect(Math.abs(y.mean() - 3)).toBeLessThan(0.5 * error(1));
  });

  test("the logarithm under it agrees with Math.log to 2 units in the last place", () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -106, max: 1, noNaN: true, maxExcluded: true }), (x) => {
        expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(
          2 * Number.EPSILON * Math.abs(Math.log(x)),
        );
      }),
      { numRuns: 5000 },
    );
  });

  test("what is no interval, no deviation or no seed is refused", () => {
    expect(() => random(1).uniform(2, 1)).toThrow("uniform: low must be at most high, got 2 and 1");
    expect(() => random(1).normal(0, -1)).toThrow("normal: sd must be a number ≥ 0, got -1");
    expect(() => randomNormal([2], { seed: "a" as never })).toThrow("seed must be a whole number");
  });

  test("integer: no bias even where n does not divide 2^32", () => {
    const r = random(14);
    const counts = new Array(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[r.integer(6)]++;
    const chiSquared = counts.reduce((sum, c) => sum + (c - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(20.5); // 99.9 % of χ² with 5 degrees of freedom
    // For n = 3 · 2^30, taking the remainder alone would send half of all draws into the first third.
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (r.integer(3 * 2 ** 30) < 2 ** 30) low++;
    expect(Math.abs(low / 30_000 - 1 / 3)).toBeLessThan(0.015);
    expect(r.integer(1)).toBe(0);
    expect(r.integer(2 ** 53)).toBeGreaterThan(2 ** 32);
    for (const n of [0, 1.5, -2, Number.NaN]) {
      expect(() => r.integer(n)).toThrow(`integer: n must be a whole number from 1 to 2^53, got ${n}`);
    }
  });

  test("permutation: every number once; all orders of 3 as likely", () => {
    fc.assert(
      fc.property(seeds, fc.nat(200), (seed, n) => {
        const order = random(seed).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
    const r = random(15);
    const counts = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      const order = r.permutation(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const chiSquared = [...counts.values()].reduce((sum, c) => sum + (c - 10_000) ** 2 / 10_000, 0);
    expect(counts.size).toBe(6);
    expect(chiSquared).toBeLessThan(20.5);
  });

  test("choice, sample, shuffle", () => {
    const r = random(16);
    expect(["a", "b"]).toContain(r.choice(["a", "b"]));
    expect(() => r.choice([])).toThrow("choice: there is nothing to choose from, the list is empty");
    expect(new Set(r.sample([1, 2, 3, 4], 4)).size).toBe(4);
    expect(r.sample([1], 5, { replace: true })).toEqual([1, 1, 1, 1, 1]);
    expect(() => r.sample([1], 2)).toThrow("0 to 1, the length of the list (or pass replace: true), got 2");
    expect(r.shuffle(["x"])).toEqual(["x"]);
  });
});

test("the text of a stream that was split many times", () => {
  let stream = random(7).split("noise");
  for (let i = 0; i < 20_000; i++) stream = stream.split(0);
  expect(String(stream)).toBe(`random(7).split("noise")${".split(0)".repeat(20_000)}`);
});
