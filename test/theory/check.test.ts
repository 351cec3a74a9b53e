import { inspect } from "node:util";
import { CheckFailed, check, fitRate, gradientCheck, toBundle } from "nablab";
import { describe, expect, test } from "vitest";

describe("check", () => {
  test("shows what holds", async () => {
    expect(await toBundle(check("A6", "the gap is < 1", true, "0.5"))).toEqual({
      "text/html": "<p>✓ <b>A6</b> the gap is &#60; 1: 0.5</p>",
      "text/plain": "✓ A6 the gap is < 1: 0.5",
    });
    expect((await toBundle(check("B12", "so it is", () => true)))["text/plain"]).toBe("✓ B12 so it is");
  });

  test("states how likely a false alarm is, and takes no likely one", () => {
    expect(inspect(check("B3", "the floor", true, "0.4 off", { falseAlarm: 2e-9 }))).toBe(
      "✓ B3 the floor: 0.4 off (false alarm 2e-9)",
    );
    expect(inspect(check("B3", "the floor", true, "", { falseAlarm: 2e-9, finds: "one 5 % higher" }))).toBe(
      "✓ B3 the floor (finds one 5 % higher with probability 0.99, false alarm 2e-9)",
    );
    expect(() => check("B3", "the floor", true, "", { falseAlarm: 0, finds: "one 5 % higher" })).toThrow(
      "check: a check with falseAlarm 0 is exact",
    );
    for (const finds of ["", 0.05, null]) {
      expect(() => check("B3", "the floor", true, "", { finds: finds as string })).toThrow(
        "check: finds must say in words which deviation is found",
      );
    }
    for (const falseAlarm of ["1e-7", null, -1e-9]) {
      expect(() => check("B3", "the floor", true, "", { falseAlarm: falseAlarm as number })).toThrow(
        "check: a false alarm may have a probability of at most 1e-6",
      );
    }
    expect(() => check("B3", "the floor", true, "", { falseAlarm: 0.05 })).toThrow(
      "make more runs or a wider margin; got 0.05",
    );
    expect(inspect(check("B3", "the floor", true, undefined, { falseAlarm: 0 }))).toBe(
      "✓ B3 the floor (exact, no seed decides)",
    );
    expect(() => check("B3", "the floor", true, "", { falseAlarm: -1 })).toThrow("got -1");
  });

  test("throws what does not", () => {
    expect(() => check("A6", "the gap is below the bound", false, "2 > 1")).toThrow(CheckFailed);
    expect(() => check("A6", "the gap is below the bound", () => false, "2 > 1")).toThrow(
      "A6 does not hold: the gap is below the bound (2 > 1)",
    );
  });

  test("of a list each must hold, and there must be one", () => {
    expect(inspect(check("A4", "all fall", [true, true]))).toBe("✓ A4 all fall");
    expect(() => check("A4", "all fall", () => [true, false])).toThrow("A4 does not hold: all fall");
    const empty = (): unknown => check("A4", "all fall", []);
    expect(empty).toThrow("A4 is undecided: all fall: the list is empty");
    expect(empty).toThrow(expect.objectContaining({ verdict: "undecided" }));
    for (const one of [null, undefined, 1, Number.NaN, [true], "true", {}, { verdict: true }]) {
      expect(() => check("A4", "…", [true, one] as never)).toThrow("must be true or false; got");
    }
    // biome-ignore lint/suspicious/noSparseArray: a hole is no answer
    expect(() => check("A4", "…", [true, , true] as never)).toThrow("got undefined");
  });

  test("takes verdicts for what they say, alone or in lists", () => {
    const yes = fitRate(Float64Array.from({ length: 99 }, (_, k) => 1 / (k + 1)));
    const no = fitRate(new Array(9).fill(1));
    const open = gradientCheck(([t]) => Math.abs(t!), [0.3], [0]);
    expect([yes.verdict, no.verdict, open.verdict]).toEqual(["yes", "no", "undecided"]);
    expect(inspect(check("A6", "a power law", yes))).toBe("✓ A6 a power law");
    expect(inspect(check("A6", "a power law", () => [yes, true]))).toBe("✓ A6 a power law");
    expect(() => check("A6", "a power law", no)).toThrow("A6 does not hold: a power law");
    const message = "A11 is undecided: agree; what would decide: another theta, away from the kinks";
    expect(() => check("A11", "agree", open)).toThrow(
      expect.objectContaining({ message, verdict: "undecided" }),
    );
    // What is wrong is wrong, whatever is open beside it.
    expect(() => check("A11", "agree", [open, yes, false])).toThrow("A11 does not hold: agree");
    expect(() => check("A11", "agree", [yes, open])).toThrow("A11 is undecided");
  });

  test("takes nothing but true for true", () => {
    expect(() => check("A1", "…", Promise.resolve(true) as never)).toThrow("did you forget await?");
    expect(() => check("A1", "…", 1 as never)).toThrow("must be true or false; got 1");
    expect(() => check("A1", "…", (() => undefined) as never)).toThrow("got undefined");
    expect(() => check("D1", "…", true)).toThrow("such as \"A6\", got 'D1'");
  });
});
