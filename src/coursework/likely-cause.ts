/**
 * Finds how a wrong result relates to the right one, and says so as a tutor would: the sign, a factor, the order. It looks
 * at the numbers only, and never guesses at the code.
 */
import type { Tensor } from "../tensor/index.js";
import { readable } from "./numbers.js";

const { abs, max } = Math;
const { isInteger, isNaN: isNotANumber } = Number;

/** A likely cause of the difference between two tensors of the same shape; undefined when nothing fits. */
export function likelyCause(actual: Tensor, expected: Tensor): string | undefined {
  const a = Array.from(actual.data);
  const e = Array.from(expected.data);
  if (a.some((value) => isNotANumber(value))) {
    return "not a number (NaN) comes from 0/0, from the logarithm or root of a negative number, and from undefined in a sum";
  }
  if (a.some((value) => abs(value) === Number.POSITIVE_INFINITY)) {
    return "infinity comes from a division by 0, or from values that grow in every step (a step size that is too large)";
  }
  const size = max(...e.map(abs));
  const equal = (x: readonly number[], y: readonly number[]): boolean =>
    x.every((value, i) => abs(value - y[i]!) <= 1e-6 * size);
  if (size > 0 && a.every((value) => value === 0)) return "all zero: is the result stored where it belongs?";
  const isCut = equal(
    a,
    e.map((value) => max(0, value)),
  );
  if (isCut && e.some((value) => value < -1e-6 * size)) {
    return "every negative number became 0: a ReLU, or a maximum with 0, where none belongs?";
  }
  const [one, other] = [a[0]!, e[0]!];
  if (a.length === 1 && isInteger(one) && isInteger(other) && abs(one - other) === 1 && abs(other) > 2) {
    return `it is one too ${one > other ? "large" : "small"}: does a loop begin or end one step off?`;
  }
  const factor = factorOf(a, e);
  if (
    factor !== undefined &&
    equal(
      a,
      e.map((value) => factor * value),
    )
  )
    return ofFactor(factor, a.length);
  if (a.length > 1) {
    if (equal(a.toReversed(), e)) return "the right numbers in reverse order";
    if (equal(transposed(a, actual.shape), e)) return "the transpose of what it should be";
    const shift = a[0]! - e[0]!;
    if (
      equal(
        a,
        e.map((value) => value + shift),
      )
    ) {
      return `every entry is ${readable(abs(shift))} too ${shift > 0 ? "large: a term that is added twice, or not subtracted?" : "small: a missing term?"}`;
    }
    if (equal(a.slice(1), e.slice(0, -1))) return "every entry stands one place too late";
    if (equal(a.slice(0, -1), e.slice(1))) return "every entry stands one place too early";
    const sorted = (values: readonly number[]) => values.toSorted((x, y) => x - y);
    if (equal(sorted(a), sorted(e))) return "the right numbers, in another order";
    if (equal(a.map(abs), e.map(abs))) return "the right sizes, some with the wrong sign";
  }
  return undefined;
}

/** The ratio of actual to expected at the largest expected entry. */
function factorOf(a: readonly number[], e: readonly number[]): number | undefined {
  const at = e.reduce((best, value, i) => (abs(value) > abs(e[best]!) ? i : best), 0);
  return e[at] ? a[at]! / e[at] : undefined;
}

function ofFactor(factor: number, count: number): string {
  const it = count === 1 ? "it is" : "every entry is";
  if (abs(factor + 1) < 1e-6) return `${it} right but for the sign`;
  const less = abs(factor) < 1;
  const times = readable(less ? 1 / factor : factor);
  const sign = factor < 0 ? ", and of the other sign" : "";
  const size = less ? `1/${times.replace("-", "")}` : times.replace("-", "");
  const hint = "a factor that is missing or stands twice, a sum for a mean or a mean for a sum?";
  return `${it} ${size} times what it should be${sign}: ${hint}`;
}

function transposed(values: readonly number[], shape: readonly number[]): number[] {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows !== columns) return values.map(() => Number.NaN);
  return values.map((_, i) => values[(i % columns!) * rows! + Math.floor(i / columns!)]!);
}
