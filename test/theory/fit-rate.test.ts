import { fitRate, random } from "nablab";
import { describe, expect, test } from "vitest";

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

const of = (law: (k: number) => number, length = 200) => Float64Array.from({ length }, (_, k) => law(k));

describe("the verdict on a rate", () => {
  test("1/(k + 1) is a power law in k + 1, from k = 0 too", () => {
    for (const options of [{ from: 0 }, { from: 0, law: "power" as const }, {}]) {
      const fit = fitRate(
        of((k) => 1 / (k + 1)),
        options,
      );
      expect([fit.verdict, fit.law, fit.power.offset]).toEqual(["yes", "power", 1]);
      expect(fit.power.exponent).toBeCloseTo(1, 9);
      expect(String(fit)).toContain("(k + 1)^−1.0000");
    }
    expect(fitRate(of((k) => 1 / k)).power.offset).toBe(0);
    expect(fitRate(of((k) => 3 * (k + 1) ** -0.5)).power).toMatchObject({ offset: 1 });
  });

  test("a constant and a floor level off, and no law is named for them", () => {
    const level = (law: (k: number) => number) => fitRate(of(law));
    expect(level(() => 3).verdict).toBe("no");
    expect(level(() => 3).level).toBeCloseTo(3, 12);
    expect(String(level(() => 3))).toBe("✗ levels off at 3, k = 3 … 199: no law of decay");
    for (const [law, floor] of [
      [(k: number) => (k + 1) ** -2 + 0.01, 0.01],
      [(k: number) => 0.8 ** k + 1e-4, 1e-4],
      [(k: number) => 0.5 ** k + 1e-9, 1e-9],
    ] as const) {
      const fit = level(law);
      expect(fit.verdict).toBe("no");
      expect(fit.level! / floor).toBeCloseTo(1, 0);
    }
  });

  test("a named law that fits far worse than the other is no, with the reason", () => {
    const fit = fitRate(
      of((k) => 0.9 ** k),
      { law: "power" },
    );
    expect(fit.verdict).toBe("no");
    expect(String(fit)).toMatch(/^✗ power law: .* but the geometric law leaves .* times less$/);
  });

  test("a transient, a logarithm and a shift are undecided: the exponent still changes", () => {
    for (const law of [
      (k: number) => 1 / (k + 20),
      (k: number) => 1 / k ** 2 + 0.01 / k ** 0.5,
      (k: number) => Math.exp(-k / 50) / k,
    ]) {
      expect(fitRate(of(law, 2000), { from: 3, to: 300 }).verdict).toBe("undecided");
    }
    expect(fitRate(of((k) => 1 / (k + 20), 2000)).wouldDecide).toBe("a later window");
  });

  test("where the points bend away from the line, the error covers the slopes within the window, or it is undecided", () => {
    const laws: ((k: number) => number)[] = [
      (k) => 1e-6 + (k + 1) ** -2,
      (k) => 1 / ((k + 1) * Math.log(k + 2)),
      (k) => 1 / (k + 0.5),
      (k) => 1 / (k + 1) + 0.1 / Math.sqrt(k + 1),
      (k) => (k + 3) ** -1.5 + 1e-5,
    ];
    let yes = 0;
    for (const law of laws) {
      for (const length of [100, 400, 1000, 10000]) {
        const { verdict, power, level, window } = fitRate(of(law, length));
        if (verdict !== "yes") {
          expect(level !== undefined || verdict === "undecided").toBe(true);
          continue;
        }
        yes++;
        const [least, most] = power.interval;
        // Slopes of chords over a third of the window (of log k), where the error is half of what lines through thirds differ by.
        const at = (share: number) =>
          Math.round((window[0] + power.offset) ** (1 - share) * (window[1] + power.offset) ** share) -
          power.offset;
        for (const share of [0, 1 / 3, 2 / 3]) {
          const [from, to] = [at(share), at(share + 1 / 3)];
          const chord = Math.log(law(from) / law(to)) / Math.log((to + power.offset) / (from + power.offset));
          expect(chord).toBeGreaterThan(least);
          expect(chord).toBeLessThan(most);
        }
      }
    }
    expect(yes).toBeGreaterThan(8);
    const floored = fitRate(of(laws[0]!, 400));
    expect(floored.power.interval[0]).toBeLessThan(1.73); // its last local slope
    expect(floored.power.interval[1]).toBeGreaterThan(2);
    // A pure law bends nowhere.
    expect(fitRate(of((k) => (k + 1) ** -2, 400)).power.standardError).toBeLessThan(1e-9);
  });

  test("gaps that grow, or end in ∞ or NaN, give sentences without NaN or Infinity", () => {
    const endings: ((k: number) => number)[] = [
      (k) => 1.1 ** k,
      (k) => k ** 2,
      (k) => (k > 50 ? Number.POSITIVE_INFINITY : 1 / (k + 1)),
      (k) => (k > 50 ? Number.NaN : 1 / (k + 1)),
      (k) => Math.max(0.5 ** k, 1e-17),
      (k) => 10 ** (2 * k - 200),
    ];
    for (const law of endings) {
      for (const options of [{}, { law: "power" }, { law: "geometric" }, { from: 0 }] as const) {
        const fit = fitRate(of(law, 150), options);
        expect(String(fit)).not.toMatch(/NaN|Infinity|∞|--|−-/);
        expect(Number.isFinite(fit.evidence)).toBe(true);
      }
    }
    expect(() => fitRate(of(() => Number.NaN))).toThrow(
      "at least 3 positive, finite gaps are needed, there are 0 from k = 1 on, and gap(1) is NaN",
    );
  });

  test("of no gaps there is no window, and no NaN in the message", () => {
    for (const none of [[], [0, 0, 0, 0], new Float64Array(200)]) {
      expect(() => fitRate(none)).toThrow(`there are 0 from k = 1 on, of ${none.length} values in all`);
    }
  });

  test("gaps that grow, or stop being numbers, are no: nothing falls there", () => {
    for (const law of [
      (k: number) => k ** 2,
      (k: number) => 1.001 ** k,
      (k: number) => k ** 0.01,
      // Bent, so that no power describes it well.
      (k: number) => 1 + 1e-2 * k ** 2,
      (k: number) => 10 + Math.sqrt(k),
      (k: number) => 1 / (k + 1) + 0.05 * k,
      (k: number) => Math.log(k + 2),
    ]) {
      const fit = fitRate(of(law));
      expect(fit.verdict).toBe("no");
      expect(String(fit)).toMatch(/so it grows$/);
    }
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const gaps = of((k) => (k === 50 ? wrong : 1 / (k + 1)));
      expect(fitRate(gaps)).toMatchObject({ verdict: "no", window: [2, 49] });
      expect(String(fitRate(gaps))).toMatch(/but gap\(50\) is not finite$/);
      // Before it the law holds.
      expect(fitRate(gaps, { to: 49 }).verdict).toBe("yes");
    }
  });

  test("a gap below 0 is a wrong F*, but for rounding", () => {
    expect(() => fitRate(of((k) => 1 / k - 0.01))).toThrow(
      "fitRate: gaps must be ≥ 0; is F* the minimum? gap(101)",
    );
    expect(fitRate(of((k) => (k > 180 ? -1e-17 : (k + 1) ** -2))).verdict).toBe("yes");
  });

  test("a law in another shift is undecided, however small the errors of its line", () => {
    for (const shift of [2, 5, 10]) {
      for (const power of [0.5, 1, 2]) {
        const fit = fitRate(
          of((k) => (k + shift) ** -power, 1001),
          { from: 0 },
        );
        expect(fit.verdict).toBe("undecided");
      }
    }
  });

  test("short constants level off; other options are refused", () => {
    expect(fitRate([1, 1, 1, 1])).toMatchObject({ verdict: "no", level: 1 });
    const gaps = of((k) => 1 / (k + 1));
    expect(() => fitRate(gaps, { law: "linear" as never })).toThrow(
      `fitRate: law must be "power" or "geometric", got 'linear'`,
    );
    expect(() => fitRate(gaps, { from: Number.NaN })).toThrow(
      "fitRate: from must be a whole number ≥ 0, got NaN",
    );
    expect(() => fitRate(gaps, { to: 2.5 })).toThrow("fitRate: to must be a whole number ≥ 0, got 2.5");
  });

  test("500 noisy laws: the right one, or undecided; never the other, never a level", () => {
    const stream = random(51);
    let decided = 0;
    for (let seed = 0; seed < 500; seed++) {
      const sd = [0, 0.01, 0.1, 0.3][seed % 4]!;
      const p = 0.3 + 2 * stream.uniform();
      const power = seed % 2 === 0;
      const law = power ? (k: number) => (k + 1) ** -p : (k: number) => Math.exp((-p * k) / 60);
      const fit = fitRate(of((k) => law(k) * Math.exp(sd * stream.normal()), 300));
      if (fit.verdict === "yes") expect(fit.law).toBe(power ? "power" : "geometric");
      if (sd <= 0.1) expect(fit.verdict).not.toBe("no");
      decided += Number(fit.verdict === "yes");
    }
    expect(decided).toBeGreaterThan(250);
  });
});

test("a window that ends before it begins is refused", () => {
  expect(() => fitRate([1, 0.5, 0.25, 0.125], { from: 3, to: 1 })).toThrow(
    "fitRate: from must be at most to, got from 3 and to 1",
  );
});
