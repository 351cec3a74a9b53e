// Where nothing was compared no check passes, whatever came, and no tolerance lets everything through.
import {
  checkClose,
  checkGradient,
  checkShape,
  checkThat,
  checkThrows,
  compareMethods,
  credit,
  tensor,
} from "nablab";
import { describe, expect, test } from "vitest";

/** `passes`, or the verdict of a failed check with its message, or the error of a check that was called wrongly. */
function outcome(check: () => void): [string, string] {
  try {
    check();
    return ["passes", ""];
  } catch (error) {
    const { name, message, verdict } = error as Error & { verdict?: string };
    return [verdict ?? name, message];
  }
}
const close = (actual: unknown, expected: unknown, options?: { tolerance: number }) =>
  outcome(() => checkClose("x", actual, expected as never, options));

describe("checkClose", () => {
  test.each([
    ["empty lists", [], []],
    ["lists of empty lists", [[], []], [[], []]],
    ["empty tensors", tensor([]), tensor([])],
    ["an empty typed array", new Float32Array(0), []],
  ])("%s hold nothing to compare", (_, actual, expected) => {
    const [verdict, message] = close(actual, expected);
    expect(verdict).toBe("undecided");
    expect(message).toMatch(/^x: undecided: expected and got no numbers, shape \[.*\], so there is nothing/);
    expect(message).toContain("What would decide: an expected value with entries, or checkShape");
  });

  test("nothing in one of them is a difference", () => {
    expect(close([], [1])[0]).toBe("no");
    expect(close([1], [])[0]).toBe("no");
    expect(close([[]], [])[0]).toBe("no");
    expect(close(undefined, [])[0]).toBe("no");
  });

  test("NaN equals no number, and no NaN", () => {
    expect(close(Number.NaN, Number.NaN)).toEqual([
      "undecided",
      "x: undecided: what is expected is NaN, which equals no number\n  What would decide: an expected value that is a number, or checkThat(…, Number.isNaN(…)).",
    ]);
    expect(close([1, Number.NaN], [1, Number.NaN])[1]).toContain("what is expected in [1] is NaN");
    // Whatever is beside it: a wrong number is wrong all the same.
    expect(close([2, 5], [1, Number.NaN])[0]).toBe("no");
    expect(close(Number.NaN, 1)[0]).toBe("no");
    expect(close([1, Number.NaN], [1, 2])[0]).toBe("no");
  });

  test("infinity is met by the same infinity alone", () => {
    const { POSITIVE_INFINITY: up, NEGATIVE_INFINITY: down } = Number;
    expect(close([up, down, 1], [up, down, 1])[0]).toBe("passes");
    for (const other of [1, 1e308, down, Number.NaN]) expect(close(other, up)[0]).toBe("no");
    expect(close([1, 7], [1, down])[0]).toBe("no");
    expect(close(up, 1, { tolerance: 1e300 })[0]).toBe("no");
  });

  test("gaps, and lists of another nesting, are no numbers", () => {
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    const gap = [1, , 3];
    expect(close(gap, [1, 2, 3])[0]).toBe("no");
    expect(close(gap, gap)).toEqual([
      "TypeError",
      "tensor: entry [1] must be a number, got undefined undefined",
    ]);
    expect(close(new Array(3), new Array(3))[0]).toBe("TypeError");
    for (const nothing of [undefined, null, true, "1", {}, () => 1]) {
      expect(close(nothing, nothing)[0]).toBe("TypeError");
      expect(close(nothing, 1)[0]).toBe("no");
    }
    expect(close([[1, 2]], [1, 2])[0]).toBe("no");
    expect(close([1], 1)[0]).toBe("no");
    expect(close([[1], [2, 3]], [[1], [2]])[0]).toBe("no");
    expect(close([[1], [2, 3]], [[1], [2, 3]])[0]).toBe("RangeError");
  });

  test.each([Number.POSITIVE_INFINITY, Number.NaN, -1, "0.1", null])(
    "refuses a tolerance of %s",
    (tolerance) => {
      const [name, message] = close(1, 5, { tolerance: tolerance as number });
      expect(name).toBe("RangeError");
      expect(message).toContain("checkClose: tolerance must be a finite number ≥ 0, got");
    },
  );
});

test("checkShape compares a shape that is one, also that of nothing", () => {
  const shape = (actual: unknown, expected: unknown) =>
    outcome(() => checkShape("x", actual, expected as never));
  expect(shape([], [0])[0]).toBe("passes");
  expect(shape([[], []], [2, 0])[0]).toBe("passes");
  expect(shape([[], []], [0])[0]).toBe("no");
  expect(shape(undefined, [])[0]).toBe("no");
  for (const wrong of [undefined, [Number.NaN], ["1"], new Array(1), [-1], [1.5], { length: 1 }, 1]) {
    expect(shape([1], wrong)[0]).toBe("RangeError");
  }
});

test("checkGradient compares at least one slope, with a tolerance that some gradient fails", () => {
  const at = (gradient: unknown, theta: number[], tolerance?: number) =>
    outcome(() =>
      checkGradient("x", gradient, ([a]) => a! ** 2, theta, tolerance === undefined ? {} : { tolerance }),
    );
  expect(at([], [])[0]).toBe("RangeError");
  expect(at([Number.NaN], [1])[0]).toBe("no");
  expect(at([2], [1])[0]).toBe("passes");
  for (const tolerance of [Number.POSITIVE_INFINITY, 1, 3, 0, Number.NaN]) {
    expect(at([7], [1], tolerance)).toEqual([
      "RangeError",
      `gradientCheck: tolerance must be between 0 and 1, got ${tolerance}`,
    ]);
    expect(() => compareMethods((x) => x.sum(), [1], { tolerance })).toThrow(
      "compareMethods: tolerance must be",
    );
  }
  expect(outcome(() => checkGradient("x", [0], () => Number.NaN, [1]))[0]).toBe("RangeError");
  expect(outcome(() => checkGradient("x", [0], () => undefined as never, [1]))[0]).toBe("RangeError");
});

test("checkThrows looks at what was called, and waits for no promise", async () => {
  for (const nothing of [undefined, null, 3, "sgd"]) {
    expect(outcome(() => checkThrows("x", nothing as never, { type: TypeError }))[0]).toBe("TypeError");
  }
  const [verdict, message] = outcome(() =>
    checkThrows("x", async () => {
      throw new RangeError("eta");
    }),
  );
  expect(verdict).toBe("no");
  expect(message).toMatch(
    /^x: expected an error, got a Promise\n {2}A likely cause: an async function rejects later/,
  );
  // Its rejection is nobody's: a test with an unhandled one fails.
  await new Promise((resolve) => setTimeout(resolve, 0));
});

test("checkThat takes true alone", () => {
  for (const other of [
    undefined,
    null,
    Number.NaN,
    1,
    "yes",
    Promise.resolve(true),
    () => true,
    { verdict: "yes" },
  ]) {
    expect(outcome(() => checkThat("x", other))[0]).toBe("no");
  }
});

describe("credit", () => {
  test.each([
    ["false", () => false],
    ["NaN", () => Number.NaN],
    ["0", () => 0],
    ["a check that nobody called", () => () => checkClose("x", 1, 1)],
    ["a verdict of no", () => ({ verdict: "no" })],
    ["an undecided verdict", async () => ({ verdict: "undecided" })],
    ["an empty list against one", () => checkClose("x", [], [])],
  ])("%s is no pass", async (_, check) => {
    expect(await credit(3, { right: () => checkClose("x", 1, 1), check })).toBe(1.5);
  });

  test("nothing, true and a verdict of yes are", async () => {
    const checks = { a: () => {}, b: async () => true, c: () => ({ verdict: "yes" }) };
    expect(await credit(3, checks)).toBe(3);
  });

  test.each([
    [1, { a: undefined }, "every check must be a function, such as () => checkClose(…); 'a' is undefined"],
    [1, { a: true }, "'a' is true"],
    [1, {}, "at least one check, got 1 and 0"],
    [1, undefined, "at least one check, got 1 and 0"],
    [Number.NaN, { a: () => {} }, "points > 0"],
    [Number.POSITIVE_INFINITY, { a: () => {} }, "points > 0"],
    ["3", { a: () => {} }, "points > 0"],
  ])("refuses %s points for %o", async (points, checks, message) => {
    await expect(credit(points as number, checks as never)).rejects.toThrow(message);
  });
});

describe("checkThat of a list", () => {
  const that = (holds: unknown) => outcome(() => checkThat("x", holds, "a hint"));

  test("each must hold; of none nothing is known", () => {
    expect(that([true, true])).toEqual(["passes", ""]);
    const [verdict, message] = that([]);
    expect(verdict).toBe("undecided");
    expect(message).toBe(
      "x: undecided: the list is empty, so there is nothing to look at\n  What would decide: a list with entries.",
    );
    expect(that([true, false])[1]).toBe("x: does not hold for entry 1 of 2\n  A likely cause: a hint.");
  });

  test("what is neither true nor false is named", () => {
    for (const one of [null, undefined, 1, Number.NaN, [true], "true"]) {
      expect(that([true, one])[1]).toMatch(/^x: expected true or false for entry 1 of 2, got /);
    }
    // biome-ignore lint/suspicious/noSparseArray: a hole is no answer
    expect(that([true, , true])[1]).toMatch(/entry 1 of 3, got undefined/);
  });
});
