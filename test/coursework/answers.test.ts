/**
 * What checks say of answers that are almost right, or of the wrong kind.
 */
import { checkClose, checkGradient, checkShape, checkThrows } from "nablab";
import { expect, test, vi } from "vitest";

function message(check: () => void): string {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the check passed");
}
const close = (actual: unknown, expected: number | number[] | number[][]) =>
  message(() => checkClose("x", actual, expected));

test("what passes says so, in a line", () => {
  const write = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  try {
    checkClose("the slope", 2, 2);
    expect(write.mock.calls.map(([text]) => String(text))).toEqual(["✓ the slope\n"]);
  } finally {
    write.mockRestore();
  }
});

test("a wrong shape is described by what came", () => {
  expect(close([1, 2, 3], 2)).toContain("expected the number 2, got 3 numbers");
  expect(close([[1, 2]], [1, 2])).toContain("of shape [1, 2]");
  expect(close(1, [1, 2])).toContain("got the number 1");
  expect(close([[1], [2]], [[1, 2]])).toContain("rows and columns are exchanged");
  expect(message(() => checkShape("x", 3, [2]))).not.toContain("exchanged");
});

test("of many entries it says that all are wrong, where they are", () => {
  const right = Array.from({ length: 9 }, (_, i) => i + 1);
  const noise = right.map((value, i) => value + ((i * 7) % 5) + 1);
  expect(close(noise, right)).toContain("all 9 entries are wrong, first [0]: expected 1, got 2");
  expect(close([...noise.slice(0, 8), 9], right)).toContain("8 of 9 entries are wrong");
});

test("zeros are all zero only where something else was expected", () => {
  expect(close([0, 0], [1, 2])).toContain("all zero");
  expect(close([0, 1], [0, 0])).not.toContain("all zero");
});

test("the factor is that of the largest entry, where rounding matters least", () => {
  expect(close([2e-9, 6], [2e-9, 3])).toContain("2 times what it should be");
  expect(close([1, 6], [1e-8, 3])).not.toContain("times");
});

test("a transpose is one of a square; of rows it is not called so", () => {
  const square = [
    [1, 2],
    [3, 5],
  ];
  expect(
    close(
      [
        [1, 3],
        [2, 5],
      ],
      square,
    ),
  ).toContain("the transpose");
  expect(close([[7]], [[3.3]])).not.toContain("transpose");
});

test("text that is a number is named as text; a blank is no number", () => {
  expect(close(" 1.5 ", 1)).toContain("the text ' 1.5 '");
  expect(close(" ", 1)).not.toContain("toFixed");
});

test("an answer that should have been refused is shown by its outside", () => {
  const deep = { a: { b: 1 } };
  expect(message(() => checkThrows("x", () => deep))).toContain("expected an error, got { a: [Object] }");
});

test("a gradient that is undecided does not pass", () => {
  const kink = (t: Float64Array) => Math.abs(t[0]!);
  expect(message(() => checkGradient("g", [0.5], kink, [0]))).toContain("nothing to compare with");
});

test("one number where 0 is expected has no likely cause", () => {
  expect(close(3, 0)).toBe("x: expected 0, got 3");
});

test("atKink excuses a kink, neither a wrong gradient nor differences that are lost in rounding", () => {
  const atKink = { atKink: true };
  expect(message(() => checkGradient("g", [3], ([t]) => t! * t!, [1], atKink))).toContain("got [3]");
  expect(message(() => checkGradient("g", [1.5], (t) => Math.abs(t[0]!), [0], atKink))).toContain(
    "is not between them: got 1.5",
  );
  const offset = (t: Float64Array) => 1e15 + t[0]!;
  expect(message(() => checkGradient("g", [1], offset, [1], atKink))).toContain(
    "g: undecided: at [1] differences of the function are too inexact to decide",
  );
});

test("by default numbers and gradients agree to 1e-6 of their size", () => {
  const square = ([t]: Float64Array) => t! * t!;
  checkClose("x", 1 + 5e-7, 1);
  checkGradient("g", [2 * (1 + 5e-7)], square, [1]);
  expect(close(1 + 5e-6, 1)).toContain("x: expected 1, got 1.000005");
  expect(message(() => checkGradient("g", [2 * (1 + 5e-6)], square, [1]))).toContain("got [2.00001]");
});
