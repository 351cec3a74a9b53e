// What a fitted power law says of itself, counted over many ensembles.
import { Ensemble, fitPower, type Random, random } from "nablab";
import { describe, expect, test } from "vitest";

const k = Array.from({ length: 12 }, (_, i) => Math.round(1.5 ** (i + 4)));
const fitted = (rows: ArrayLike<number>[], steps = k) =>
  fitPower(new Ensemble({ name: "", quantity: "x", k: steps, rows: rows as Float64Array[] }), { from: 1 });
const paths = (count: number, row: (path: number) => ArrayLike<number>) =>
  Array.from({ length: count }, (_, i) => row(i));

describe("over 500 ensembles", () => {
  const laws: [string, (s: Random) => number][] = [
    ["uniform", (s) => s.uniform(0.5, 1.5)],
    ["exponential", (s) => -Math.log1p(-s.uniform())],
    ["squares", (s) => s.normal() ** 2],
    ["lognormal", (s) => Math.exp(2 * s.normal())],
    ["Pareto of index 1.5", (s) => (1 - s.uniform()) ** (-1 / 1.5)],
    ["rarely large", (s) => 0.01 + 20 * Number(s.uniform() < 0.05)],
  ];

  test.each(laws)("one power is not said to be none: factors %s", (name, law) => {
    const stream = random(41);
    let [no, yes] = [0, 0];
    for (let run = 0; run < 500; run++) {
      const count = [20, 40, 80][run % 3]!;
      // Factors of each step, of each path, or both.
      const rows = paths(count, () => {
        const own = run % 2 ? law(stream) : 1;
        return Float64Array.from(k, (step) => (own * (1 + (run % 2 ? 0.2 : 1) * law(stream))) / step);
      });
      const { verdict, falseAlarm } = fitted(rows);
      expect(falseAlarm).toBe(1e-6);
      no += Number(verdict === "no");
      yes += Number(verdict === "yes");
    }
    // 500 · 10⁻⁶: one in two thousand times that this test is run with another seed.
    expect(no).toBe(0);
    if (name === "uniform") expect(yes).toBeGreaterThan(450);
  });

  test("a ladder of bends: none above what is stated is said to be one power", () => {
    const stream = random(42);
    const ladder = [0, 0.3, 1, 2, 20].map((size) => {
      const seen = { yes: 0, no: 0, undecided: 0 };
      for (let run = 0; run < 100; run++) {
        const noise = paths(100, () => Float64Array.from(k, () => stream.uniform(0.5, 1.5)));
        const { detects } = fitted(noise.map((row) => Float64Array.from(row, (x, i) => x / k[i]!)));
        // Exponents 1 and 1 + size · detects, with the kink between the halves.
        const middle = Math.sqrt(k[5]! * k[6]!);
        const fall = (step: number) => step ** -1 * Math.max(1, step / middle) ** (-size * detects);
        seen[fitted(noise.map((row) => Float64Array.from(row, (x, i) => x * fall(k[i]!)))).verdict]++;
      }
      return seen;
    });
    expect(ladder[0]!.no).toBe(0);
    expect(ladder[0]!.yes).toBeGreaterThan(95);
    expect(ladder[1]!.no).toBe(0);
    // Missed with probability 0.01, of 100: 1 ± 1; five deviations and 5 above.
    expect(ladder[2]!.yes).toBeLessThanOrEqual(11);
    expect(ladder[3]!.yes).toBe(0);
    expect(ladder[4]!).toEqual({ yes: 0, no: 100, undecided: 0 });
  });
});

describe("the verdict", () => {
  test("no, where the halves differ: a floor, a transient", () => {
    const stream = random(43);
    const rough = (step: number, floor: number) => (1 / step + floor) * stream.uniform(0.9, 1.1);
    const floor = fitted(paths(200, () => Float64Array.from(k, (step) => rough(step, 0.01))));
    expect(floor.verdict).toBe("no");
    expect(floor.halves.exponents[0]).toBeGreaterThan(floor.halves.exponents[1] + 0.1);
    expect(floor.halves.z).toBeGreaterThan(0);
    expect(String(floor)).toMatch(
      /^✗ x ≈ C k\^−0\.\d+ .*; but no single power: 0\.\d+ in the first half of the window, 0\.\d+ in the second$/,
    );
    // Paths without noise: the least bend is one.
    expect(fitted(paths(20, () => k.map((step) => 1 / (step + 1)))).verdict).toBe("no");
    expect(fitted(paths(20, () => k.map((step) => 1 / step))).verdict).toBe("yes");
  });

  test("undecided, where one path decides", () => {
    const stream = random(44);
    const rows = paths(30, (i) =>
      Float64Array.from(k, (step) => ((i === 7 ? 1e4 : 1) * stream.uniform(0.5, 1.5)) / step),
    );
    const one = fitted(rows);
    expect([one.verdict, one.wouldDecide]).toEqual(["undecided", "more paths"]);
    expect(one.findings[0]!.text).toMatch(/one path makes (9\d|100) % of the error/);
    // Nothing is left without it.
    const alone = fitted(paths(30, (i) => k.map((step) => (i === 7 ? 1 / step : 0))));
    expect([alone.verdict, alone.standardError]).toEqual(["undecided", Number.POSITIVE_INFINITY]);
  });

  test("undecided, where there is nothing to compare, or too little is seen", () => {
    const short = fitted(
      paths(50, (i) => [1, 2, 3, 4, 5].map((step) => (1 + 0.01 * (i % 3)) / step)),
      [1, 2, 3, 4, 5],
    );
    expect([short.verdict, short.wouldDecide]).toEqual([
      "undecided",
      "a longer window, or more recorded steps",
    ]);
    expect(short.detects).toBe(Number.POSITIVE_INFINITY);
    const stream = random(45);
    const blind = fitted(paths(40, () => Float64Array.from(k, (step) => stream.uniform() / step ** 0.02)));
    expect(blind.verdict).toBe("undecided");
    expect(blind.findings[0]!.text).toMatch(/its halves may differ by \d\.\d+ in their exponents unseen/);
    const few = fitted(
      paths(20, () => Float64Array.from(k, (step) => (1 / step + 0.01) * stream.uniform(0.5, 1.5))),
    );
    expect(few.verdict).toBe("undecided");
    expect(few.findings[0]!.text).toMatch(
      /differ by \d+\.\d standard errors, of at least \d+\.\d that so few paths need/,
    );
  });

  test("what is not finite is an error", () => {
    const bad = (value: number) =>
      paths(20, (i) => k.map((step, j) => (i === 3 && j === 4 ? value : 1 / step)));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -100]) {
      expect(() => fitted(bad(value))).toThrow("fitPower: the means must be positive and finite");
    }
  });
});

test("what is no ensemble is refused, with what there is for it", () => {
  expect(() => fitPower([1, 0.5, 0.25] as never)).toThrow(
    "fitPower: expected an ensemble, such as sgdPaths(…).gaps; fitRate is for a single path; got [ 1, 0.5, 0.25 ]",
  );
  expect(() => fitPower(undefined as never)).toThrow("got undefined");
});
