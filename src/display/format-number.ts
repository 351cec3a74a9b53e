/**
 * Numbers as a reader wants them in a table, an alternative text or a label: few digits, the same on every
 * machine (no locale), with an exponent only where digits would be lost or noughts would have to be counted.
 */

/**
 * A number as short text: whole numbers in full with commas from 10,000, others to `digits` significant
 * digits, as a power of ten below 1e-4 and from 1e6.
 *
 * @example
 * formatNumber(602762) // "602,762"
 * formatNumber(0.1234567) // "0.1235"
 * formatNumber(1.5e-9) // "1.5e-9"
 */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) {
    const plain = String(size);
    return (value < 0 ? "-" : "") + (size < 10_000 ? plain : plain.replace(/\B(?=(\d{3})+$)/g, ","));
  }
  if (size >= 10 ** digits && size < 1e6) return formatNumber(Math.round(value)); // all digits of the whole part
  const rounded = Number(size.toPrecision(digits));
  const text =
    rounded < 1e-4 || rounded >= 1e6 ? rounded.toExponential().replace("e+", "e") : String(rounded);
  return (value < 0 ? "-" : "") + text;
}
