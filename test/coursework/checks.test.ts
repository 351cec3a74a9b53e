import { checkClose, checkGradient, checkShape, checkThat, checkThrows, credit, tensor } from "nablab";
import { describe, expect, test } from "vitest";

/** The message with which a check fails. */
function message(check: () => void): string {
  try {
    check();
  } catch (error) {
    expect((error as Error).name).toBe("CheckFailed");
    return (error as Error).message;
  }
  throw new Error("the check passed");
}
const causeOf = (actual: unknown, expected: number | number[] | number[][]): string | undefined =>
  message(() => checkClose("x", actual, expected)).split("\n  A likely cause: ")[1];

describe("checkClose", () => {
  test("passes what is close, in any form that numbers come in", () => {
    checkClose("a number", 0.1 + 0.2, 0.3);
    checkClose("a large number", 1e9 + 1, 1e9);
    checkClose("lists", new Float32Array([0.1, 2]), [0.1, 2]);
    checkClose("a tensor", tensor([[1, 2]]), [[1, 2]]);
    checkClose("roughly", 1.05, 1, { tolerance: 0.1 });
  });

  test("explains what is no number", () => {
    expect(causeOf(undefined, 1)).toContain("return");
    expect(causeOf(Promise.resolve(1), 1)).toContain("await");
    expect(causeOf(Math.sin, 1)).toContain("( )");
    expect(causeOf("1.00", 1)).toContain("toFixed");
    expect(causeOf([1, undefined], [1, 2])).toContain("must be a number, got undefined");
    expect(message(() => checkClose("x", null, 1))).toBe("x: expected 1, got null");
  });

  test("names what wrong numbers have in common with the right ones", () => {
    const e = [1, -2, 4, 3];
    const named = (actual: number[]) => causeOf(actual, e);
    expect(named(e.map((v) => -v))).toContain("but for the sign");
    expect(named(e.map((v) => 2 * v))).toContain("every entry is 2 times");
    expect(named(e.map((v) => v / 4))).toContain("every entry is 1/4 times");
    expect(named(e.map((v) => -v / 4))).toContain("1/4 times what it should be, and of the other sign");
    expect(named([3, 4, -2, 1])).toContain("reverse order");
    expect(named([-2, 1, 4, 3])).toContain("in another order");
    expect(named([1, 2, 4, 3])).toContain("wrong sign");
    expect(named(e.map((v) => v + 0.5))).toContain("0.5 too large");
    expect(named([7, 1, -2, 4])).toContain("one place too late");
    expect(named([-2, 4, 3, 9])).toContain("one place too early");
    expect(named([0, 0, 0, 0])).toContain("all zero");
    expect(named([1, 0, 4, 3])).toContain("every negative number became 0");
    expect(causeOf([0], [-2])).toContain("all zero");
    expect(causeOf([0, 0], [0, 2])).toContain("all zero");
    expect(named([Number.NaN, 0, 0, 0])).toContain("0/0");
    expect(named([Number.POSITIVE_INFINITY, 0, 0, 0])).toContain("infinity");
    expect(named([1.3, -2, 5, 8])).toBeUndefined();
    expect(
      causeOf(
        [
          [1, 3],
          [2, 4],
        ],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ).toContain("the transpose");
    expect(causeOf([1, 2, 3], [1, 2])).toContain("one too many");
    expect(causeOf([1], [1, 2])).toContain("one too few");
  });

  test("says of many entries how many are wrong, and where the first one is", () => {
    const right = Array.from({ length: 4 }, (_, i) => [i, i + 1, i + 2]);
    const wrong = right.map((row, i) => row.map((v, j) => (i === 2 && j === 1 ? 9 : v)));
    expect(message(() => checkClose("A", wrong, right))).toBe(
      "A: 1 of 12 entries are wrong, first [2, 1]: expected 3, got 9",
    );
  });
});

test("checkGradient compares with differences, and counts no kink against the answer", () => {
  const f = ([a, b]: Float64Array): number => a! ** 2 * b! + Math.max(0, a!);
  checkGradient("a function", (t: Float64Array) => [2 * t[0]! * t[1]! + 1, t[0]! ** 2], f, [2, 3]);
  checkGradient("at the kink", [0.3, 0], f, [0, 3]);
  expect(message(() => checkGradient("g", [13], f, [2, 3]))).toContain(
    "each of the 2 parameters, got one number",
  );
  expect(message(() => checkGradient("g", () => undefined, f, [2, 3]))).toContain("return");
  const sum = (t: Float64Array): number => t.reduce((s, v) => s + v * v, 0);
  const place = Array.from({ length: 12 }, (_, i) => i + 1);
  const wrong = place.map((v, i) => (i === 5 ? 0 : 2 * v));
  expect(message(() => checkGradient("g", wrong, sum, place))).toContain(
    "1 of 12 entries are wrong, first theta[5]: differences of the function give 12, got 0",
  );
});

test("checkShape names both shapes", () => {
  checkShape("a number", 3, []);
  expect(message(() => checkShape("A", [1, 2], [1, 2]))).toContain("expected the shape [1, 2], got [2]");
  expect(message(() => checkShape("A", "x", [2]))).toBe("A: expected numbers of the shape [2], got 'x'");
});

test("checkThrows takes no accident, and no stub, for a refusal", () => {
  const refuse = (error: unknown) => () => {
    throw error;
  };
  checkThrows("x", refuse(new RangeError("eta must be > 0")), { message: /eta/ });
  expect(message(() => checkThrows("x", refuse(new Error("not done yet"))))).toContain("not written yet");
  expect(message(() => checkThrows("x", refuse(new TypeError("a is not a function"))))).toContain("breaks");
  expect(message(() => checkThrows("x", refuse(new Error("no")), { type: RangeError }))).toContain(
    "expected a RangeError, got Error: no",
  );
  expect(message(() => checkThrows("x", refuse("text"), { message: /eta/ }))).toContain(
    "like /eta/, got 'text'",
  );
  expect(message(() => checkThrows("x", () => {}))).toContain("expected an error, got nothing");
});

test("checkThat wants true, not something like it", () => {
  checkThat("x", true);
  expect(message(() => checkThat("x", 1))).toContain("expected true or false, got 1");
});

test("credit gives a part of the points", async () => {
  const wrong = () => checkClose("1", 1, 2);
  expect(await credit(3, { a: () => {}, b: async () => {}, c: wrong })).toBe(2);
  expect(await credit(1, { a: () => {}, b: wrong, c: async () => wrong() })).toBe(0.33);
  expect(await credit(2, { a: wrong })).toBe(0);
  await expect(credit(0, { a: wrong })).rejects.toThrow("points > 0");
});
