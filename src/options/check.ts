/**
 * Checks of options, with uniform error messages that end in the offending value.
 */
import { inspect } from "#platform";

/** Options by the names under which users pass them. */
type Options = Readonly<Record<string, unknown>>;

/**
 * Throws unless each option is a whole number from `least` to `most` (both included).
 *
 * @param who the function whose options they are, which starts the message
 * @param options the values by name
 * @param least the smallest allowed value; 1
 * @param most the largest allowed value; by default 2⁵³ − 1
 * @param why the meaning of the largest value, such as "the number of samples"
 * @throws RangeError naming the first invalid option, the valid values, and the value
 */
export function checkWhole(
  who: string,
  options: Options,
  least = 1,
  most: number = Number.MAX_SAFE_INTEGER,
  why = "",
): void {
  for (const [option, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) continue;
    const isLarge = Number.isInteger(value) && (value as number) > Number.MAX_SAFE_INTEGER;
    const end = most < Number.MAX_SAFE_INTEGER ? `${most}${why && `, ${why}`}` : isLarge ? "2^53 − 1" : "";
    throw refused(who, option, `a whole number ${end ? `from ${least} to ${end}` : `≥ ${least}`}`, value);
  }
}

/** Throws unless each option is a finite number > 0. */
export function checkPositive(who: string, options: Options): void {
  checkNumbers(who, options, (value) => value > 0, "a finite number > 0");
}

/** Throws unless each option is a finite number ≥ 0. */
export function checkNotNegative(who: string, options: Options): void {
  checkNumbers(who, options, (value) => value >= 0, "a finite number ≥ 0");
}

/** Throws unless each option is a finite number. */
export function checkFinite(who: string, options: Options): void {
  checkNumbers(who, options, () => true, "a finite number");
}

/** Throws unless each option is in [0, 1). */
export function checkShare(who: string, options: Options): void {
  checkNumbers(who, options, (value) => value >= 0 && value < 1, "at least 0 and below 1");
}

/** Throws unless each option is in (0, 1). */
export function checkBetween0And1(who: string, options: Options): void {
  checkNumbers(who, options, (value) => value > 0 && value < 1, "between 0 and 1");
}

/**
 * Throws unless each option is a finite number for which `holds` is true; `expected` says in words which those are, such
 * as "between 0 and 1".
 */
export function checkNumbers(
  who: string,
  options: Options,
  holds: (value: number) => boolean,
  expected: string,
): void {
  for (const [option, value] of Object.entries(options)) {
    if (typeof value === "number" && Number.isFinite(value) && holds(value)) continue;
    throw refused(who, option, expected, value);
  }
}

/** Throws unless each option is one of the known texts (at least two). */
export function checkOneOf(who: string, options: Options, known: readonly string[]): void {
  for (const [option, value] of Object.entries(options)) {
    if (known.includes(value as string)) continue;
    const texts = known.map((one) => `"${one}"`);
    const expected = `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
    throw new TypeError(refused(who, option, expected, value).message);
  }
}

/** Throws unless each option is a function. */
export function checkFunction(who: string, options: Options): void {
  for (const [option, value] of Object.entries(options)) {
    if (typeof value === "function") continue;
    throw new TypeError(refused(who, option, "a function", value).message);
  }
}

/** Throws a TypeError unless each option is a list: an array, a typed array, or an array-like object. */
export function checkList(who: string, options: Options, expected: string): void {
  for (const [option, value] of Object.entries(options)) {
    if (isList(value)) continue;
    throw new TypeError(refused(who, option, expected, value).message);
  }
}

/** Whether something has a length and entries, as arrays have; a text does not count. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return (
    typeof value === "object" && value !== null && Number.isSafeInteger((value as ArrayLike<unknown>).length)
  );
}

/**
 * A copy of weights of samples.
 *
 * @param who the function whose option they are, which opens the message
 * @param weights the given value
 * @param samples the required number, if known
 * @throws TypeError unless it is a list; RangeError for another number of weights, or one that is not a finite number ≥ 0
 */
export function checkWeights(who: string, weights: unknown, samples?: number): Float64Array {
  const each = samples === undefined ? "each sample" : `each of the ${samples} samples`;
  checkList(who, { weights }, `a list with a number for ${each}, such as [1, 2]`);
  const list = Array.from(weights as ArrayLike<unknown>);
  if (samples !== undefined && list.length !== samples) {
    throw new RangeError(`${who}: there must be a weight for ${each}, got ${list.length}`);
  }
  const wrong = list.findIndex((one) => !(typeof one === "number" && one >= 0 && Number.isFinite(one)));
  if (wrong < 0) return Float64Array.from(list as number[]);
  throw new RangeError(
    `${who}: a weight must be a finite number ≥ 0; number ${wrong} is ${inspect(list[wrong], { depth: 0 })}`,
  );
}

/** The error of an option that is not what was expected; for checks in hot loops, which call it only to throw it. */
export function refused(who: string, option: string, expected: string, value: unknown): RangeError {
  return new RangeError(`${who}: ${option} must be ${expected}, got ${inspect(value, { depth: 0 })}`);
}
