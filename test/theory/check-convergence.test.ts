import {
  checkConvergence,
  expectation,
  exponential,
  inverse,
  noise,
  quadratic,
  type Random,
  type Vector,
} from "nablab";
import { describe, expect, test } from "vitest";

const line = (theta: Vector, stream: Random) => [theta[0]! + stream.normal()];

describe("Blum's conditions, one after the other violated", () => {
  test("all hold", () => {
    const { verdict, separation, growth, steps } = checkConvergence(line, {
      thetaStar: [0],
      schedule: inverse(),
      distances: [0.3, 1, 10, 100],
    });
    expect([verdict, separation, growth, steps.admissible]).toEqual([
      "converges",
      "holds where sampled",
      "holds where sampled",
      true,
    ]);
  });

  test("in several dimensions, of an objective", () => {
    const F = expectation(quadratic({ spectrum: [1, 0.5, 0.2], seed: 1 }), noise({ sd: 1 }));
    const { verdict, ratios } = checkConvergence(F, {
      thetaStar: F.thetaStar!,
      schedule: inverse({ power: 0.75 }),
      distances: [1, 10, 100],
    });
    expect(verdict).toBe("converges");
    // E‖N‖² = ‖A (θ − θ*)‖² + 3 with A between 0.2 and 1.
    expect(Math.max(...ratios)).toBeLessThan(3);
    expect(ratios.at(-1)!).toBeGreaterThan(0.04);
    expect(ratios.at(-1)!).toBeLessThan(1.01);
  });

  test("steps that are too short, too long, or of unknown sum", () => {
    const of = (schedule: Parameters<typeof checkConvergence>[1]["schedule"]) =>
      checkConvergence(line, { thetaStar: [0], schedule, distances: [1, 10] }).verdict;
    expect(of(exponential({ eta: 1, gamma: 0.5 }))).toBe("not shown");
    expect(of(inverse({ power: 0.5 }))).toBe("not shown");
    expect(of((k) => 1 / k)).toBe("undecided");
  });

  test("a slope that leads away, on one side alone or at one distance alone", () => {
    const options = { thetaStar: [0], schedule: inverse(), distances: [0.1, 1, 10] };
    const oneSided = checkConvergence(([t], stream) => [Math.abs(t!) + 0.1 * stream.normal()], options);
    expect([oneSided.separation, oneSided.verdict]).toEqual(["violated", "not shown"]);
    expect(oneSided.weakest.theta[0]!).toBeLessThan(0);
    const far = checkConvergence(([t], stream) => [(Math.abs(t!) < 5 ? t! : -t!) + stream.normal()], options);
    expect(far.separation).toBe("violated");
    expect(Math.abs(far.weakest.theta[0]!)).toBe(10);
  });

  test("a slope that noise hides is not called one", () => {
    const { separation, verdict } = checkConvergence(([t], stream) => [t! + 1000 * stream.normal()], {
      thetaStar: [0],
      schedule: inverse(),
      distances: [0.1, 1],
    });
    expect([separation, verdict]).toEqual(["too noisy to tell", "undecided"]);
  });

  test("growth beyond the line: a cube, or noise that explodes", () => {
    const options = { thetaStar: [0], schedule: inverse(), distances: [0.1, 1, 10, 100] };
    expect(checkConvergence(([t]) => [t! ** 3], options)).toMatchObject({
      growth: "violated",
      separation: "holds where sampled",
      verdict: "not shown",
    });
    expect(checkConvergence(([t], stream) => [t! + t! ** 2 * stream.normal()], options).growth).toBe(
      "violated",
    );
    expect(checkConvergence(([t], stream) => [t! + t! * stream.normal()], options).growth).toBe(
      "holds where sampled",
    );
  });
});

test("conditions that hold are not called violated: 200 seeds", () => {
  // A false alarm has a chance of 1e-6 for each.
  for (let seed = 0; seed < 200; seed++) {
    const { separation } = checkConvergence(line, {
      thetaStar: [0],
      schedule: inverse(),
      distances: [0.01, 1],
      samples: 200,
      seed,
    });
    expect(separation).not.toBe("violated");
  }
});

test("shows itself as a line for each condition", () => {
  expect(String(checkConvergence(line, { thetaStar: [0], schedule: inverse(), distances: [1, 10] }))).toMatch(
    /^converges with probability one, as far as sampling can see\n✓ 1\/k: Σ η\(k\) = ∞.*\n✓ ⟨θ − θ\*, M\(θ\)⟩ > 0 \(Blum\): holds.*\n✓ E‖N‖² ≤ c/,
  );
});

test.each([
  [{ thetaStar: [] }, "thetaStar must hold at least one number"],
  [{ distances: [1] }, "distances must be two or more"],
  [{ distances: [2, 1] }, "distances must be two or more, rising and > 0; got [ 2, 1 ]"],
  [{ samples: 3 }, "samples must be a whole number ≥ 10, got 3"],
  [{ confidence: 1 }, "confidence must be between 0 and 1"],
])("refuses %j", (wrong, message) => {
  expect(() => checkConvergence(line, { thetaStar: [0], schedule: inverse(), ...wrong })).toThrow(message);
});
