/**
 * The checks of coursework: they compare an answer with the expected one and explain what is wrong.
 *
 * A check that passes prints a line on standard output; one that fails throws. nbgrader gives no points to a cell
 * that throws, nor to one that writes anything to standard error.
 *
 * The built-in functions they rely on are captured when nablab is loaded, before an answer can change them.
 */
import { inspect } from "#platform";
import { compareWithDifferences } from "../autodiff/gradient-check.js";
import { optionsOf } from "../options/options-of.js";
import { Tensor, type TensorLike, tensor } from "../tensor/index.js";
import { formatShape, placeOf, sameShape } from "../tensor/shapes.js";
import { CheckFailed } from "../theory/verdicts/check.js";
import { likelyCause } from "./likely-cause.js";
import { numbersOf, readable, shown } from "./numbers.js";

const { abs, max } = Math;
const { isFinite: finite, isInteger, isNaN: isNotANumber } = Number;
const { isArray } = Array;
const { log } = console;

/** Reports a passed check. */
function passed(what: string): void {
  log(`✓ ${what}`);
}
function failed(what: string, message: string, cause?: string): never {
  const why = cause ? `\n  A likely cause: ${cause}${cause.endsWith("?") ? "" : "."}` : "";
  throw new CheckFailed(what, `${what}: ${message}${why}`);
}
/** Ends an undecided check: it does not pass, but the message does not blame the answer. */
function undecided(what: string, message: string, wouldDecide?: string): never {
  const advice = wouldDecide ? `\n  What would decide: ${wouldDecide}.` : "";
  throw new CheckFailed(what, `${what}: undecided: ${message}${advice}`, "undecided");
}

/** Throws RangeError for an invalid tolerance, with which every answer, or none, would pass. */
function requireTolerance(name: string, tolerance: unknown): void {
  if (!(typeof tolerance === "number" && tolerance >= 0 && finite(tolerance))) {
    throw new RangeError(`${name}: tolerance must be a finite number ≥ 0, got ${inspect(tolerance)}`);
  }
}

/** Options of checks that compare numbers. */
export interface CloseOptions {
  /** The largest difference that passes, relative to max(1, |expected|); 1e-6 by default. */
  tolerance?: number;
}

/**
 * Checks an answer against the expected numbers: |aᵢ − eᵢ| ≤ tolerance · max(1, |eᵢ|). An infinite eᵢ requires the same
 * infinity. Without entries, or with an expected NaN, there is nothing to compare, and the check never passes.
 *
 * @param what the name of the answer in messages, such as `slope(3)`
 * @param actual the answer, of any type; the message explains one that is not numeric
 * @param expected a number, a list, nested lists, or a tensor
 * @param options `tolerance` = 1e-6
 * @throws CheckFailed for a wrong answer, with both values and a likely cause; its `verdict` is `undecided` if there is
 *   nothing to compare. RangeError unless `tolerance` is a finite number ≥ 0; TypeError if `expected` is not numeric.
 * @example
 * checkClose("slope(3)", 2 * 3, 6) // → undefined
 * checkClose("slope(3)", 9, 6) // throws slope(3): expected 6, got 9 A likely cause: it is 1.5 times what it should be: …
 * checkClose("gradient", [-2, 4], [2, -4]) // throws gradient: expected [2, -4], got [-2, 4] A likely cause: every entry is right but for the sign.
 */
export function checkClose(
  what: string,
  actual: unknown,
  expected: TensorLike,
  options: CloseOptions = {},
): void {
  const { tolerance = 1e-6 } = optionsOf("checkClose", options, ["tolerance"]);
  requireTolerance("checkClose", tolerance);
  const right = tensor(expected);
  const answer = numbersOf(actual);
  if (!(answer instanceof Tensor)) {
    failed(what, `expected ${shown(right)}, got ${answer.problem}`, answer.cause);
  }
  if (!sameShape(answer.shape, right.shape)) {
    failed(
      what,
      `expected ${describe(right)}, got ${describe(answer)}`,
      shapeCause(answer.shape, right.shape),
    );
  }
  const [a, e] = [answer.data, right.data];
  let [wrong, first, unknown] = [0, -1, -1];
  for (let i = 0; i < e.length; i++) {
    if (isNotANumber(e[i]!)) {
      if (unknown < 0) unknown = i;
      continue;
    }
    // The tolerance of an infinite number would be infinite.
    const close = finite(e[i]!) ? abs(a[i]! - e[i]!) <= tolerance * max(1, abs(e[i]!)) : a[i] === e[i];
    if (!close && wrong++ === 0) first = i;
  }
  if (wrong === 0 && (e.length === 0 || unknown >= 0)) {
    const where = right.shape.length === 0 ? "" : ` in ${formatShape(placeOf(unknown, right.shape))}`;
    undecided(
      what,
      e.length === 0
        ? `expected and got no numbers, shape ${formatShape(right.shape)}, so there is nothing to compare`
        : `what is expected${where} is NaN, which equals no number`,
      e.length === 0
        ? "an expected value with entries, or checkShape for the shape alone"
        : "an expected value that is a number, or checkThat(…, Number.isNaN(…))",
    );
  }
  if (wrong === 0) {
    passed(what);
    return;
  }
  const cause = likelyCause(answer, right);
  if (e.length <= 8) failed(what, `expected ${shown(right)}, got ${shown(answer)}`, cause);
  const place = formatShape(placeOf(first, right.shape));
  const count = wrong === e.length ? `all ${wrong} entries are` : `${wrong} of ${e.length} entries are`;
  failed(
    what,
    `${count} wrong, first ${place}: expected ${readable(e[first]!)}, got ${readable(a[first]!)}`,
    cause,
  );
}

/** Options of {@link checkGradient}. */
export interface CheckGradientOptions extends CloseOptions {
  /**
   * Whether a gradient between the one-sided slopes passes if the function has a kink in every coordinate, and so no
   * derivative to compare with; false.
   */
  atKink?: boolean;
}

/**
 * Checks a gradient against central differences of its function at one point: every entry within a relative tolerance; at a
 * kink between the one-sided slopes. If nothing can be compared, or not accurately enough, it does not pass, unless
 * `atKink` is set.
 *
 * @param what the name of the answer, such as `gradient of F`
 * @param gradient the answer: the gradient at `theta`, or a function that returns it
 * @param f the function, whose value is a number
 * @param theta the point
 * @param options `tolerance` = 1e-6; `atKink` = false
 * @throws CheckFailed with the first wrong entry and a likely cause; its `verdict` is `undecided` if nothing could be
 *   compared.
 * @example
 * checkGradient("gradient", [12, 9], ([a, b]) => a * a * b, [3, 2]) // → undefined
 * checkGradient("gradient", [6, 4.5], ([a, b]) => a * a * b, [3, 2])
 * // throws gradient: at [3, 2] differences of the function give [12, 9], got [6, 4.5] A likely cause: every entry is 1/2 times what it should be: …
 * checkGradient("gradient", [0.5], ([t]) => Math.abs(t), [0], { atKink: true }) // → undefined
 */
export function checkGradient(
  what: string,
  gradient: unknown,
  f: (theta: Float64Array) => number,
  theta: readonly number[] | Float64Array,
  options: CheckGradientOptions = {},
): void {
  const { tolerance = 1e-6, atKink = false } = optionsOf("checkGradient", options, ["atKink", "tolerance"]);
  const at = Float64Array.from(theta);
  const answer = numbersOf(typeof gradient === "function" ? gradient(at.slice()) : gradient);
  const place = `at ${shown(tensor(at))}`;
  if (!(answer instanceof Tensor)) {
    failed(what, `${place} expected ${at.length} numbers, got ${answer.problem}`, answer.cause);
  }
  if (answer.size !== at.length) {
    failed(
      what,
      `${place} expected one slope for each of the ${at.length} parameters, got ${describe(answer)}`,
    );
  }
  const comparison = compareWithDifferences(f, answer.data, at, { tolerance });
  const { verdict, failures, kinks, unclear } = comparison;
  if (verdict === "yes" || (verdict === "undecided" && atKink && unclear.length === 0)) {
    passed(what);
    return;
  }
  if (verdict === "undecided") {
    const why =
      unclear.length > 0
        ? "differences of the function are too inexact to decide"
        : "the function has a kink in every coordinate, so there is nothing to compare with";
    undecided(what, `${place} ${why}`, comparison.wouldDecide);
  }
  const [wrong] = failures;
  if (!wrong) failed(what, `${place} ${comparison.findings[0]!.text}`);
  if (wrong.kink) {
    failed(
      what,
      `${place} the function has a kink, with slope ${readable(wrong.kink.left)} on the left and ${readable(wrong.kink.right)} on the right, and ${wrong.name} is not between them: got ${readable(wrong.gradient)}`,
    );
  }
  const slopes = tensor(comparison.entries.map(({ difference }) => difference));
  const cause = kinks.length > 0 ? undefined : likelyCause(answer.reshape(slopes.shape), slopes);
  if (at.length <= 8) {
    failed(what, `${place} differences of the function give ${shown(slopes)}, got ${shown(answer)}`, cause);
  }
  failed(
    what,
    `${failures.length} of ${at.length} entries are wrong, first ${wrong.name}: differences of the function give ${readable(wrong.difference)}, got ${readable(wrong.gradient)}`,
    cause,
  );
}

/**
 * Checks the shape of an answer.
 *
 * @param what the name of the answer, such as `A[1]`
 * @param actual numbers, nested lists, or a tensor
 * @param shape the expected extents; `[]` for a number
 * @throws CheckFailed with both shapes, and a likely cause; RangeError unless `shape` is a list of integers ≥ 0.
 * @example
 * checkShape("A[1]", [[1, 2, 3], [4, 5, 6]], [2, 3]) // → undefined
 * checkShape("A[1]", [[1, 4], [2, 5], [3, 6]], [2, 3]) // throws A[1]: expected the shape [2, 3], got [3, 2] A likely cause: rows and columns are exchanged.
 */
export function checkShape(what: string, actual: unknown, shape: readonly number[]): void {
  let valid = isArray(shape);
  for (let i = 0; valid && i < shape.length; i++) valid = isInteger(shape[i]) && shape[i]! >= 0;
  if (!valid) {
    throw new RangeError(
      `checkShape: shape must be a list of whole numbers ≥ 0, such as [2, 3], got ${inspect(shape, { depth: 1 })}`,
    );
  }
  const answer = numbersOf(actual);
  if (!(answer instanceof Tensor)) {
    failed(what, `expected numbers of the shape ${formatShape(shape)}, got ${answer.problem}`, answer.cause);
  }
  if (!sameShape(answer.shape, shape)) {
    const shapes = `expected the shape ${formatShape(shape)}, got ${formatShape(answer.shape)}`;
    failed(what, shapes, shapeCause(answer.shape, shape));
  }
  passed(what);
}

/** The expected error. */
export interface ThrowsOptions {
  /** Its class, such as `RangeError`. */
  type?: abstract new (
    ...args: never[]
  ) => Error;
  /** A pattern that its message should match. */
  message?: RegExp;
}

/**
 * Checks that a function throws, and not by accident: an unwritten answer or broken code does not count.
 *
 * @param what what should be refused, such as `a negative step size`
 * @param attempt the call that should throw
 * @param options `type`: the error's class; `message`: a pattern for its message
 * @throws CheckFailed if nothing, or another error, is thrown; TypeError unless `attempt` is a function.
 * @example
 * checkThrows("a negative step size", () => sgd({ eta: -1 }), { type: RangeError, message: /eta/ }) // → undefined
 * checkThrows("a negative step size", () => 1) // throws a negative step size: expected an error, got 1 A likely cause: the case is not looked at: if (…) throw new RangeError("…").
 */
export function checkThrows(what: string, attempt: () => unknown, options: ThrowsOptions = {}): void {
  const { type, message } = optionsOf("checkThrows", options, ["type", "message"]);
  if (typeof attempt !== "function") {
    throw new TypeError(
      `checkThrows: attempt must be a function that calls what should be refused, such as () => sgd({ eta: -1 }), got ${inspect(attempt, { depth: 0 })}`,
    );
  }
  let value: unknown;
  try {
    value = attempt();
  } catch (error) {
    const { name = "", message: text = inspect(error) } = (error ?? {}) as Partial<Error>;
    const got = `${name}${name && ": "}${text}`;
    if (text === notDone) failed(what, "the answer is not written yet");
    const accident = type === undefined && (error instanceof TypeError || error instanceof ReferenceError);
    if (accident) failed(what, `expected an error that explains, got ${got}`, "the code itself breaks there");
    if (type && !(error instanceof type)) failed(what, `expected a ${type.name}, got ${got}`);
    if (message && !message.test(text)) failed(what, `expected a message like ${message}, got ${got}`);
    passed(what);
    return;
  }
  if (value instanceof Promise) {
    // Otherwise its rejection would be uncaught.
    value.then(undefined, () => {});
    failed(
      what,
      `expected ${type ? `a ${type.name}` : "an error"}, got a Promise`,
      "an async function rejects later instead of throwing: leave out `async`",
    );
  }
  failed(
    what,
    `expected ${type ? `a ${type.name}` : "an error"}, got ${value === undefined ? "nothing" : inspect(value, { depth: 0 })}`,
    'the case is not looked at: if (…) throw new RangeError("…")',
  );
}

/** The message of the error that a stub throws (nbgrader_config.py). */
const notDone = "not done yet";

/**
 * Checks any other claim, with an optional hint.
 *
 * A claim about several things is a list, `losses.map((loss) => loss < 2.3)`; an empty list is undecided, while `[].every(…)`
 * is true.
 *
 * @param what the claim, in words
 * @param holds whether the claim holds, or a list of booleans
 * @param hint what may be wrong
 * @throws CheckFailed unless it is `true`, or every entry of a list is; its `verdict` is `undecided` for an empty list.
 * @example
 * checkThat("the loss falls", 0.3 < 2.3) // → undefined
 * checkThat("each step descends", [2, 1.5, 1].map((F, k, all) => k === 0 || F < all[k - 1])) // → undefined
 * checkThat("the loss falls", 2.5 < 2.3, "the step goes against the gradient") // throws the loss falls: does not hold A likely cause: the step goes against the gradient.
 */
export function checkThat(what: string, holds: unknown, hint?: string): void {
  const list: readonly unknown[] = isArray(holds) ? holds : [holds];
  if (list.length === 0) {
    undecided(what, "the list is empty, so there is nothing to look at", "a list with entries");
  }
  for (let i = 0; i < list.length; i++) {
    if (list[i] === true) continue;
    const where = isArray(holds) ? ` for entry ${i} of ${list.length}` : "";
    const got = inspect(list[i], { depth: 0 });
    failed(
      what,
      list[i] === false ? `does not hold${where}` : `expected true or false${where}, got ${got}`,
      hint,
    );
  }
  passed(what);
}

function describe(numbers: Tensor): string {
  const { shape, size } = numbers;
  if (shape.length === 0) return `the number ${shown(numbers)}`;
  if (shape.length > 1) return `numbers of shape ${formatShape(shape)}`;
  return size <= 8
    ? `${size === 1 ? "one number" : `${size} numbers`}, ${shown(numbers)}`
    : `${size} numbers`;
}

function shapeCause(actual: readonly number[], expected: readonly number[]): string | undefined {
  const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
  if (sameShape(actual.toReversed(), expected)) return "rows and columns are exchanged";
  if (size(actual) === size(expected)) return "the right number of entries, arranged in another way";
  if (actual.length === 1 && expected.length === 1) {
    if (actual[0] === expected[0]! + 1)
      return "one too many: does the loop run once too often, or is the start counted?";
    if (actual[0] === expected[0]! - 1)
      return "one too few: does the loop end too early, or is the start left out?";
  }
  return undefined;
}
