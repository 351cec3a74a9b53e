// What checks say of wrong answers, each message as a whole: what was expected, what arrived, the likely cause.
import * as nablab from "nablab";
import { expect, test } from "vitest";

// Wrong answers on purpose: without types.
// biome-ignore lint/suspicious/noExplicitAny: the calls are what TypeScript would refuse
const { checkClose, checkGradient, checkShape, checkThat, checkThrows } = nablab as any;

const f = ([a, b]: Float64Array): number => a! ** 2 * b! + Math.max(0, a!);
const sum = (t: Float64Array): number => t.reduce((s, v) => s + v * v, 0);
const twelve = Array.from({ length: 12 }, (_, i) => i + 1);

const outcome = (check: () => unknown): [string, string] => {
  try {
    check();
  } catch (error) {
    const { verdict, name, message } = error as nablab.CheckFailed;
    return [verdict ?? name, message];
  }
  return ["passes", ""];
};

test.each<[() => unknown, string, string]>([
  [
    () => checkClose("x", Number.NaN, 1),
    "no",
    "x: expected 1, got NaN\n  A likely cause: not a number (NaN) comes from 0/0, from the logarithm or root of a negative number, and from undefined in a sum.",
  ],
  [
    () => checkClose("x", [1, Number.NaN], [1, 2]),
    "no",
    "x: expected [1, 2], got [1, NaN]\n  A likely cause: not a number (NaN) comes from 0/0, from the logarithm or root of a negative number, and from undefined in a sum.",
  ],
  [
    () => checkClose("x", Number.POSITIVE_INFINITY, 1),
    "no",
    "x: expected 1, got Infinity\n  A likely cause: infinity comes from a division by 0, or from values that grow in every step (a step size that is too large).",
  ],
  [
    () => checkClose("x", [1, Number.NEGATIVE_INFINITY], [1, 2]),
    "no",
    "x: expected [1, 2], got [1, -Infinity]\n  A likely cause: infinity comes from a division by 0, or from values that grow in every step (a step size that is too large).",
  ],
  [
    () => checkClose("x", [0, 0], [1, 2]),
    "no",
    "x: expected [1, 2], got [0, 0]\n  A likely cause: all zero: is the result stored where it belongs?",
  ],
  [
    () => checkClose("x", 9, 6),
    "no",
    "x: expected 6, got 9\n  A likely cause: it is 1.5 times what it should be: a factor that is missing or stands twice, a sum for a mean or a mean for a sum?",
  ],
  [
    () => checkClose("losses", 8, 7),
    "no",
    "losses: expected 7, got 8\n  A likely cause: it is one too large: does a loop begin or end one step off?",
  ],
  [
    () => checkClose("x", 2, -6),
    "no",
    "x: expected -6, got 2\n  A likely cause: it is 1/3 times what it should be, and of the other sign: a factor that is missing or stands twice, a sum for a mean or a mean for a sum?",
  ],
  [
    () => checkClose("x", [1, 2], [2, 4]),
    "no",
    "x: expected [2, 4], got [1, 2]\n  A likely cause: every entry is 1/2 times what it should be: a factor that is missing or stands twice, a sum for a mean or a mean for a sum?",
  ],
  [
    () => checkClose("x", [-2, -4], [2, 4]),
    "no",
    "x: expected [2, 4], got [-2, -4]\n  A likely cause: every entry is right but for the sign.",
  ],
  [
    () => checkClose("x", [3, 2, 1], [1, 2, 3]),
    "no",
    "x: expected [1, 2, 3], got [3, 2, 1]\n  A likely cause: the right numbers in reverse order.",
  ],
  [
    () =>
      checkClose(
        "x",
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 3],
          [2, 4],
        ],
      ),
    "no",
    "x: expected 1, 3, 2, 4 of shape [2, 2], got 1, 2, 3, 4 of shape [2, 2]\n  A likely cause: the transpose of what it should be.",
  ],
  [
    () => checkClose("x", [3, 4, 5], [1, 2, 3]),
    "no",
    "x: expected [1, 2, 3], got [3, 4, 5]\n  A likely cause: every entry is 2 too large: a term that is added twice, or not subtracted?",
  ],
  [
    () => checkClose("x", [1, 2, 4], [2, 3, 5]),
    "no",
    "x: expected [2, 3, 5], got [1, 2, 4]\n  A likely cause: every entry is 1 too small: a missing term?",
  ],
  [
    () => checkClose("x", [9, 1, 2, 5], [1, 2, 5, 7]),
    "no",
    "x: expected [1, 2, 5, 7], got [9, 1, 2, 5]\n  A likely cause: every entry stands one place too late.",
  ],
  [
    () => checkClose("x", [2, 5, 7, 1], [1, 2, 5, 7]),
    "no",
    "x: expected [1, 2, 5, 7], got [2, 5, 7, 1]\n  A likely cause: every entry stands one place too early.",
  ],
  [
    () => checkClose("x", [5, 1, 7, 2], [1, 2, 5, 7]),
    "no",
    "x: expected [1, 2, 5, 7], got [5, 1, 7, 2]\n  A likely cause: the right numbers, in another order.",
  ],
  [
    () => checkClose("x", [1, -2, 5, -7], [1, 2, 5, 7]),
    "no",
    "x: expected [1, 2, 5, 7], got [1, -2, 5, -7]\n  A likely cause: the right sizes, some with the wrong sign.",
  ],
  [() => checkClose("x", [1, 3, 8], [1, 2, 5]), "no", "x: expected [1, 2, 5], got [1, 3, 8]"],
  [
    () =>
      checkClose(
        "x",
        twelve,
        twelve.map((v) => v * v + 1),
      ),
    "no",
    "x: all 12 entries are wrong, first [0]: expected 2, got 1",
  ],
  [
    () => checkClose("x", [], []),
    "undecided",
    "x: undecided: expected and got no numbers, shape [0], so there is nothing to compare\n  What would decide: an expected value with entries, or checkShape for the shape alone.",
  ],
  [
    () => checkClose("x", [1, 2], [1, Number.NaN]),
    "undecided",
    "x: undecided: what is expected in [1] is NaN, which equals no number\n  What would decide: an expected value that is a number, or checkThat(…, Number.isNaN(…)).",
  ],
  [
    () => checkClose("x", 1, Number.NaN),
    "undecided",
    "x: undecided: what is expected is NaN, which equals no number\n  What would decide: an expected value that is a number, or checkThat(…, Number.isNaN(…)).",
  ],
  [
    () => checkClose("x", "1", 1),
    "no",
    "x: expected 1, got the text '1'\n  A likely cause: toFixed and template strings give text, not numbers.",
  ],
  [
    () => checkClose("x", undefined, 1),
    "no",
    "x: expected 1, got undefined\n  A likely cause: a function whose body stands in { } returns only what follows `return`.",
  ],
  [
    () => checkClose("x", Math.sqrt, 1),
    "no",
    "x: expected 1, got the function sqrt\n  A likely cause: a function is called by ( ) behind its name.",
  ],
  [
    () => checkClose("x", () => 1, 1),
    "no",
    "x: expected 1, got the function\n  A likely cause: a function is called by ( ) behind its name.",
  ],
  [
    () => checkClose("x", [1, 2, 3], [1, 2]),
    "no",
    "x: expected 2 numbers, [1, 2], got 3 numbers, [1, 2, 3]\n  A likely cause: one too many: does the loop run once too often, or is the start counted?",
  ],
  [
    () => checkClose("x", [[1], [2]], [1, 2]),
    "no",
    "x: expected 2 numbers, [1, 2], got numbers of shape [2, 1]\n  A likely cause: the right number of entries, arranged in another way.",
  ],
  [
    () => checkClose("x", 1, 1, { tolerance: -1 }),
    "RangeError",
    "checkClose: tolerance must be a finite number ≥ 0, got -1",
  ],
  [
    () => checkGradient("g", [13, 5], f, [2, 3]),
    "no",
    "g: at [2, 3] differences of the function give [13, 4], got [13, 5]",
  ],
  [
    () => checkGradient("g", [-13, -4], f, [2, 3]),
    "no",
    "g: at [2, 3] differences of the function give [13, 4], got [-13, -4]\n  A likely cause: every entry is right but for the sign.",
  ],
  [
    () => checkGradient("g", [2, 0], f, [0, 3]),
    "no",
    "g: at [0, 3] the function has a kink, with slope 0 on the left and 1 on the right, and theta[0] is not between them: got 2",
  ],
  [
    () =>
      checkGradient(
        "g",
        twelve.map((v) => (v === 6 ? 0 : 2 * v)),
        sum,
        twelve,
      ),
    "no",
    "g: 1 of 12 entries are wrong, first theta[5]: differences of the function give 12, got 0",
  ],
  [
    () => checkGradient("g", [13], f, [2, 3]),
    "no",
    "g: at [2, 3] expected one slope for each of the 2 parameters, got one number, [13]",
  ],
  [() => checkGradient("g", "no", f, [2, 3]), "no", "g: at [2, 3] expected 2 numbers, got 'no'"],
  [
    () => checkShape("s", [1, 2], [1, 2]),
    "no",
    "s: expected the shape [1, 2], got [2]\n  A likely cause: the right number of entries, arranged in another way.",
  ],
  [
    () =>
      checkShape(
        "s",
        [
          [1, 4],
          [2, 5],
          [3, 6],
        ],
        [2, 3],
      ),
    "no",
    "s: expected the shape [2, 3], got [3, 2]\n  A likely cause: rows and columns are exchanged.",
  ],
  [
    () => checkShape("s", 3, [1]),
    "no",
    "s: expected the shape [1], got []\n  A likely cause: the right number of entries, arranged in another way.",
  ],
  [() => checkShape("s", "x", [2]), "no", "s: expected numbers of the shape [2], got 'x'"],
  [
    () => checkShape("s", [1], [1.5]),
    "RangeError",
    "checkShape: shape must be a list of whole numbers ≥ 0, such as [2, 3], got [ 1.5 ]",
  ],
  [
    () => checkThrows("t", () => 1),
    "no",
    't: expected an error, got 1\n  A likely cause: the case is not looked at: if (…) throw new RangeError("…").',
  ],
  [
    () => checkThrows("t", () => {}, { type: RangeError }),
    "no",
    't: expected a RangeError, got nothing\n  A likely cause: the case is not looked at: if (…) throw new RangeError("…").',
  ],
  [
    () => checkThrows("t", async () => 1, { type: RangeError }),
    "no",
    "t: expected a RangeError, got a Promise\n  A likely cause: an async function rejects later instead of throwing: leave out `async`.",
  ],
  [
    () =>
      checkThrows("t", () => {
        throw new TypeError("a is not a function");
      }),
    "no",
    "t: expected an error that explains, got TypeError: a is not a function\n  A likely cause: the code itself breaks there.",
  ],
  [
    () =>
      checkThrows("t", () => {
        throw new Error("not done yet");
      }),
    "no",
    "t: the answer is not written yet",
  ],
  [
    () =>
      checkThrows(
        "t",
        () => {
          throw new Error("no");
        },
        { type: RangeError },
      ),
    "no",
    "t: expected a RangeError, got Error: no",
  ],
  [
    () =>
      checkThrows(
        "t",
        () => {
          throw "text";
        },
        { message: /eta/ },
      ),
    "no",
    "t: expected a message like /eta/, got 'text'",
  ],
  [
    () =>
      checkThrows(
        "t",
        () => {
          throw null;
        },
        { message: /eta/ },
      ),
    "no",
    "t: expected a message like /eta/, got null",
  ],
  [
    () => checkThrows("t", 3),
    "TypeError",
    "checkThrows: attempt must be a function that calls what should be refused, such as () => sgd({ eta: -1 }), got 3",
  ],
  [() => checkThat("c", false), "no", "c: does not hold"],
  [
    () => checkThat("c", false, "the step goes against the gradient"),
    "no",
    "c: does not hold\n  A likely cause: the step goes against the gradient.",
  ],
  [() => checkThat("c", 1), "no", "c: expected true or false, got 1"],
  [
    () => checkThat("c", []),
    "undecided",
    "c: undecided: the list is empty, so there is nothing to look at\n  What would decide: a list with entries.",
  ],
  [() => checkThat("c", [true, false, true, false]), "no", "c: does not hold for entry 1 of 4"],
  [() => checkThat("c", [true, 1]), "no", "c: expected true or false for entry 1 of 2, got 1"],
])("%#: %s", (check, verdict, message) => {
  expect(outcome(check)).toEqual([verdict, message]);
});
