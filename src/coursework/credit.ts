/**
 * Partial credit: a share of a cell's points for a share of its checks.
 *
 * As in checks.ts, built-in functions are captured when nablab is loaded, before an answer can change them.
 */
import { inspect } from "#platform";

const { floor } = Math;
const { isFinite: finite } = Number;
const { keys } = Object;
const { log } = console;

/**
 * Awards the share of a cell's points that equals the share of passed checks. It must be the last expression of a graded
 * cell, whose value nbgrader takes as the points.
 *
 * @param points the maximum points of the cell
 * @param checks the checks by name; may be async. A check passes if it does not throw and returns nothing, true or the
 *   result of a passed check; `false`, a verdict other than yes and an uncalled function do not pass
 * @returns the points, rounded down to hundredths
 * @throws RangeError unless the points are finite and > 0 and there is at least one check; TypeError if a check is not a function.
 * @example
 * await credit(4, { small: () => checkClose("1 + 1", 1 + 1, 2), large: () => checkClose("2²⁰", 2 ** 10, 1048576) }) // → 2
 */
export async function credit(
  points: number,
  checks: Readonly<Record<string, () => unknown>>,
): Promise<number> {
  const names = keys(checks ?? {});
  if (!(typeof points === "number" && points > 0 && finite(points)) || names.length === 0) {
    throw new RangeError(
      `credit: give points > 0 and at least one check, got ${inspect(points)} and ${names.length}`,
    );
  }
  for (const name of names) {
    if (typeof checks[name] === "function") continue;
    throw new TypeError(
      `credit: every check must be a function, such as () => checkClose(…); ${inspect(name)} is ${inspect(checks[name], { depth: 0 })}`,
    );
  }
  let good = 0;
  for (const name of names) {
    try {
      const result: unknown = await checks[name]!();
      if (holds(result)) good++;
      else log(`✗ ${name}: the check gave ${inspect(result, { depth: 0 })}, which is no pass`);
    } catch (error) {
      log(`✗ ${name}: ${(error as Error)?.message ?? inspect(error)}`);
    }
  }
  const earned = floor((100 * points * good) / names.length + 1e-9) / 100;
  if (good < names.length) log(`${earned} of ${points} points`);
  return earned;
}

/** Whether a check passed, by its result: nothing, true, or an object whose verdict, if it has one, is yes. */
function holds(result: unknown): boolean {
  if (result === undefined || result === true) return true;
  if (typeof result !== "object" || result === null) return false;
  const { verdict = "yes" } = result as { verdict?: unknown };
  return verdict === "yes";
}
