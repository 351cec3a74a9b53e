// A bound on means of random paths: yes and no beyond chance on either side, undecided between, and of few paths.
import {
  checkBound,
  descend,
  expectation,
  inverse,
  momentum,
  nesterov,
  nesterovBound,
  noise,
  polyakLojasiewiczBound,
  quadratic,
  random,
  type SgdPaths,
  sgdPaths,
} from "nablab";
import { describe, expect, test } from "vitest";

const F = expectation(quadratic({ spectrum: [1] }), noise({ sd: 1 }));
const run = (paths: number, seed = 1) => sgdPaths(F, { theta0: [1], eta: inverse(), steps: 50, paths, seed });

/** Paths whose gap is what is drawn, at one step. */
async function drawn(paths: number, draw: () => number): Promise<SgdPaths> {
  const runs = await run(paths);
  const { Ensemble } = await import("nablab");
  const rows = Array.from({ length: paths }, () => Float64Array.of(1, draw()));
  return { ...runs, gaps: new Ensemble({ name: "x", quantity: "gap", k: [0, 1], rows }) } as SgdPaths;
}

describe("means of random paths", () => {
  test("three paths decide nothing, and say what would", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const check = checkBound(await run(3, seed), () => 1e9);
      expect([check.verdict, check.holds]).toEqual(["undecided", false]);
      expect(check.wouldDecide).toMatch(/^take \d+ times the paths$/);
    }
    expect(checkBound(await run(1), () => 1e9).verdict).toBe("undecided");
  });

  test("paths that are all alike, on the bound, do not break it, however their mean is rounded", async () => {
    for (const value of [0.1, 0.3, 0.7, 1 / 3]) {
      const alike = await drawn(3000, () => value);
      expect(checkBound(alike, () => value).verdict, String(value)).not.toBe("no");
      expect(checkBound(alike, () => value * (1 + 1e-9)).verdict).toBe("yes");
      expect(checkBound(alike, () => value * (1 - 1e-9)).verdict).toBe("no");
    }
  });

  test("the exact mean is neither kept nor broken; half of it is broken, four times is kept", async () => {
    const runs = await run(2000);
    // E θ(k)² = 1/k for η = 1/k from anywhere.
    const exact = (k: number) => 0.5 / k;
    expect(checkBound(runs, exact).verdict).toBe("undecided");
    const broken = checkBound(runs, (k) => 0.5 * exact(k));
    // Some of the means lie by chance too near to half of the bound's error; nearly all are beyond it.
    expect(broken.verdict).toBe("no");
    expect(broken.violations.length).toBeGreaterThan(35);
    const kept = checkBound(runs, (k) => 4 * exact(k));
    expect([kept.verdict, kept.falseAlarm]).toEqual(["yes", 1e-6]);
    expect(kept.detects).toBeLessThan(0.1);
  });

  test.each([
    ["squares of normal numbers", (s: ReturnType<typeof random>) => s.normal() ** 2, 1],
    ["fourth powers", (s: ReturnType<typeof random>) => s.normal() ** 4, 3],
    ["lognormal", (s: ReturnType<typeof random>) => Math.exp(1.5 * s.normal()), Math.exp(1.125)],
    ["exponential", (s: ReturnType<typeof random>) => -Math.log1p(-s.uniform()), 1],
  ])(
    "%s: over 500 seeds a bound off the mean by 0.01 of it is never called kept or broken wrongly",
    async (_, draw, mean) => {
      const stream = random(41);
      for (const paths of [10, 40, 300]) {
        for (let seed = 0; seed < 500; seed++) {
          const runs = { ...base(paths), gaps: ensemble(paths, () => draw(stream)) } as SgdPaths;
          expect(checkBound(runs, () => 0.99 * mean).verdict).not.toBe("yes");
          expect(checkBound(runs, () => 1.01 * mean).verdict).not.toBe("no");
        }
      }
    },
  );

  // Missed with probability 0.01, of 500: 5 ± 2.2; three deviations above.
  test.each([
    ["uniform", (s: ReturnType<typeof random>) => s.uniform(), 0.5],
    ["exponential", (s: ReturnType<typeof random>) => -Math.log1p(-s.uniform()), 1],
    ["squares of normal numbers", (s: ReturnType<typeof random>) => s.normal() ** 2, 1],
  ])("%s: a mean beyond the bound by what is stated is found in 99 of 100 seeds", (_, draw, mean) => {
    const stream = random(43);
    let missed = 0;
    for (let seed = 0; seed < 500; seed++) {
      const runs = { ...base(300), gaps: ensemble(300, () => draw(stream)) } as SgdPaths;
      const beyond = mean * checkBound(runs, () => mean).detects;
      missed += Number(checkBound(runs, () => mean - beyond).verdict !== "no");
    }
    expect(missed).toBeLessThanOrEqual(11);
  });

  test("a path that ran away breaks every bound", async () => {
    const runs = await drawn(50, () => Number.POSITIVE_INFINITY);
    expect(checkBound(runs, () => 1e300).verdict).toBe("no");
  });
});

describe("a single path", () => {
  test("without a step there is nothing to compare", () => {
    const path = descend(quadratic({ spectrum: [1] }), { theta0: [1], eta: 0.1, steps: 0 });
    expect(checkBound(path, () => 1).verdict).toBe("undecided");
  });

  test("each step counts, up to rounding", () => {
    const path = descend(quadratic({ spectrum: [1] }), { theta0: [1], eta: 0.1, steps: 20 });
    const gap = (k: number) => 0.5 * 0.81 ** k;
    expect(checkBound(path, gap).verdict).toBe("yes");
    expect(checkBound(path, (k) => gap(k) * (k === 7 ? 1 - 1e-9 : 1)).violations).toEqual([7]);
  });

  test("a bound that is no number is refused, one of ∞ promises nothing", async () => {
    const path = descend(quadratic({ spectrum: [1] }), { theta0: [1], eta: 0.1, steps: 20 });
    const paths = await drawn(50, () => 1);
    for (const one of [path, paths]) {
      for (const wrong of [Number.NaN, undefined, "1"]) {
        expect(() => checkBound(one, ((k: number) => (k > 0 ? wrong : 1)) as never)).toThrow(
          "checkBound: the bound must be a number at every k ≥ 1; at k = 1 it is",
        );
      }
      const empty = checkBound(one, () => Number.POSITIVE_INFINITY);
      expect([empty.verdict, empty.wouldDecide]).toEqual(["undecided", "a finite bound"]);
    }
    // Where it is finite at some steps those count.
    const late = (value: number) => (k: number) => (k < 5 ? Number.POSITIVE_INFINITY : value);
    expect(checkBound(path, late(1)).verdict).toBe("yes");
    expect(checkBound(path, late(0)).verdict).toBe("no");
    // A gap of 0 attains a bound of 0: no NaN in the sentence.
    const still = descend(quadratic({ spectrum: [1] }), { theta0: [0], eta: 0.1, steps: 3 });
    expect(String(checkBound(still, () => 0))).not.toMatch(/NaN|Infinity/);
    expect(String(checkBound(await drawn(50, () => 0), () => 0))).not.toMatch(/NaN|Infinity/);
  });
});

describe("Nesterov's 1/k²", () => {
  const F = quadratic({ spectrum: Array.from({ length: 30 }, (_, i) => (i + 1) ** -2), seed: 2 });
  const theta0 = Array.from(F.thetaStar!, (x) => x + 1);
  const [eta, R] = [1 / (F.L as number), Math.sqrt(30)];
  const bound = nesterovBound({ R, eta, L: F.L });

  test("the rule is the book's: x(k+1) = y(k) − η ∇F(y(k)), y(k) = x(k) + (k−1)/(k+2) (x(k) − x(k−1))", () => {
    const path = descend(F, { theta0, rule: nesterov({ eta, beta: "1983" }), steps: 100 });
    let [x, y] = [Float64Array.from(theta0), Float64Array.from(theta0)];
    for (let k = 1; k <= 100; k++) {
      const gradient = F.gradient(y);
      const next = y.map((entry, i) => entry - eta * gradient[i]!);
      y = next.map((entry, i) => entry + ((k - 1) / (k + 2)) * (entry - x[i]!));
      x = next;
      y.forEach((entry, i) => {
        expect(path.theta[k]![i]!).toBeCloseTo(entry, 12);
      });
    }
  });

  test("its bound holds for it, and for neither plain descent nor one with too long steps", () => {
    const of = (rule: ReturnType<typeof nesterov>) =>
      checkBound(descend(F, { theta0, rule, steps: 300 }), bound);
    expect(of(nesterov({ eta, beta: "1983" }))).toMatchObject({ verdict: "yes", unmet: [] });
    const plain = checkBound(descend(F, { theta0, eta, steps: 300 }), bound);
    expect([plain.verdict, plain.unmet.length]).toEqual(["no", 1]);
    expect(of(nesterov({ eta, beta: 0.5 })).unmet[0]).toMatch(
      /^the bound is for Nesterov.*, the path is of Nesterov\(/,
    );
    expect(of(momentum({ eta, beta: 0.9 })).unmet).toHaveLength(1);
    expect(() => nesterovBound({ R, eta: 1.01 * eta, L: F.L })).toThrow(
      "nesterovBound: the theorem needs eta ≤ 1/L",
    );
  });

  test("over 500 random quadratics and steps the bound is kept, and attained to a share", () => {
    const stream = random(12);
    let closest = 0;
    for (let seed = 0; seed < 500; seed++) {
      const n = 1 + (seed % 6);
      const some = quadratic({
        spectrum: Array.from({ length: n }, () => 10 ** (-3 * stream.uniform())),
        seed,
      });
      const size = stream.uniform() / (some.L as number);
      const start = Array.from(some.thetaStar!, (x) => x + stream.normal());
      const path = descend(some, { theta0: start, rule: nesterov({ eta: size, beta: "1983" }), steps: 60 });
      const check = checkBound(
        path,
        nesterovBound({ theta0: start, thetaStar: some.thetaStar!, eta: size, L: some.L }),
      );
      expect([check.verdict, check.unmet]).toEqual(["yes", []]);
      closest = Math.max(closest, check.tightness);
    }
    expect(closest).toBeGreaterThan(0.2);
  });

  test("many paths have no such points", async () => {
    const paths = await run(2);
    expect(() => checkBound(paths, bound)).toThrow("this bound is about a single run");
  });
});

describe("Polyak and Łojasiewicz", () => {
  test("a quadratic with a flat direction converges geometrically, as the smallest slope that is not 0 says", () => {
    const F = quadratic({ spectrum: [1, 0.5, 0] });
    const path = descend(F, { theta0: [1, 1, 1], eta: 1, steps: 50 });
    const of = (mu: number, gap0 = path.gaps[0]!) =>
      checkBound(path, polyakLojasiewiczBound({ gap0, eta: 1, mu, L: 1 }));
    expect(of(0.5)).toMatchObject({ verdict: "yes", unmet: [] });
    expect(of(0.6).unmet).toEqual(["½‖∇F‖²/(F − F*) came down to 0.5, below mu = 0.6"]);
    expect(of(0.8).verdict).toBe("no");
    expect(of(0.5, 0.1 * path.gaps[0]!).verdict).toBe("no");
    expect(() => polyakLojasiewiczBound({ gap0: 1, eta: 1, mu: 0 })).toThrow(
      "mu must be a finite number > 0",
    );
    expect(() => polyakLojasiewiczBound({ gap0: 1, eta: 1, mu: 1, L: 2 })).toThrow("needs eta ≤ 1/L");
  });
});

const { Ensemble } = await import("nablab");
const ensemble = (paths: number, draw: () => number) =>
  new Ensemble({
    name: "x",
    quantity: "gap",
    k: [1],
    rows: Array.from({ length: paths }, () => Float64Array.of(draw())),
  });
const runs = new Map<number, SgdPaths>();
for (const paths of [10, 40, 300]) runs.set(paths, await run(2));
const base = (paths: number) => runs.get(paths)!;
