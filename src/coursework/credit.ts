/**
 * Part of a cell's points for part of its checks.
 *
 * As in checks.ts, what it counts on is taken from the built-in objects when nablab is loaded, before an answer can change it.
 */
import { inspect } from "#platform";

const { floor } = Math;
const { isFinite: finite } = Number;
const { keys } = Object;
const { log } = console;

/**
 * Gives a cell a part of its points: as many as of its checks pass, in equal parts. The last expression of a graded
 * cell, which nbgrader takes for the points of the cell.
 *
 * @param points what the cell is worth
 * @param checks what is checked, each under a name; may be async. One passes if it throws nothing and returns nothing, true
 *   or what a check that passed returns; `false`, a verdict that is not yes, a function that nobody called do not pass
 * @returns the points, rounded down to hundredths
 * @throws RangeError unless there are finite points > 0 and at least one check; TypeError for a check that is no function.
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

/** Whether what a check returned speaks of a pass: nothing, true, or something shown whose verdict, if it has one, is yes. */
function holds(result: unknown): boolean {
  if (result === undefined || result === true) return true;
  if (typeof result !== "object" || result === null) return false;
  const { verdict = "yes" } = result as { verdict?: unknown };
  return verdict === "yes";
}
