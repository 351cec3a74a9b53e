/**
 * The checks of numeric options: what a function may be given, said the same way everywhere, with the offending value last.
 */
import { inspect } from "#platform";

/** Options by the names under which users pass them. */
type Options = Readonly<Record<string, unknown>>;

/**
 * Throws unless each option is a whole number from `least` to `most` (both included).
 *
 * @param who the function whose options they are, which opens the message
 * @param options the values by name
 * @param least the smallest allowed value; 1
 * @param most the largest allowed value; by default 2⁵³ − 1
 * @throws RangeError naming the first option that is not allowed, what is, and the value
 */
export function checkWhole(
  who: string,
  options: Options,
  least = 1,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `≥ ${least}`;
  const holds = (value: number) => Number.isSafeInteger(value) && value >= least && value <= most;
  checkNumbers(who, options, holds, `a whole number ${range}`);
}

/** Throws unless each option is a finite number > 0. */
export function checkPositive(who: string, options: Options): void {
  checkNumbers(who, options, (value) => value > 0, "a finite number > 0");
}

/** Throws unless each option is a finite number ≥ 0. */
export function checkNotNegative(who: string, options: Options): void {
  checkNumbers(who, options, (value) => value >= 0, "a finite number ≥ 0");
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
    throw new RangeError(`${who}: ${option} must be ${expected}, got ${inspect(value, { depth: 0 })}`);
  }
}
