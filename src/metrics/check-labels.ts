/**
 * The requirements of all metrics on labels: one for each sample, whole numbers that identify classes.
 */
import { inspect } from "#platform";

/** Throws in the name of `operation` unless there are as many predictions as labels, and some. */
export function checkSameCount(
  operation: string,
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
): void {
  for (const [what, list] of [
    ["predictions", predicted],
    ["labels", labels],
  ] as const) {
    if (typeof list === "object" && list !== null && typeof list.length === "number") continue;
    throw new TypeError(
      `${operation}: the ${what} must be a list of numbers; for a tensor use its .data, got ${inspect(list, { depth: 0 })}`,
    );
  }
  if (predicted.length !== labels.length) {
    throw new RangeError(
      `${operation}: there must be a label for each prediction; ${predicted.length} predictions, ${labels.length} labels`,
    );
  }
  if (labels.length === 0) throw new RangeError(`${operation}: there are no samples`);
}

/**
 * Throws unless every entry of a list is a label: a whole number, and if the number of classes is given, from 0 to
 * classes − 1.
 *
 * @param what the name of an entry, `label` or `prediction`
 */
export function checkLabels(
  operation: string,
  what: string,
  list: ArrayLike<number>,
  classes?: number,
): void {
  for (let i = 0; i < list.length; i++) {
    const label = list[i]!;
    const isInside = classes === undefined || (label >= 0 && label < classes);
    if (Number.isSafeInteger(label) && isInside) continue;
    let hint = "";
    if (what === "prediction" && !Number.isInteger(label)) hint = "; did you forget argmax(1)?";
    if (what === "prediction" && label === -1)
      hint = "; −1 is what evaluate() says where the network gives NaN:";
    const range = classes === undefined ? "" : ` from 0 to ${classes - 1}`;
    throw new RangeError(
      `${operation}: ${what} ${i} must be a whole number${range}${hint || ","} got ${inspect(label)}`,
    );
  }
}
