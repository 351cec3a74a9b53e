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

/**
 * Formats the numbers of one column alike, so that their decimal points align: whole numbers with commas in all or none,
 * others with the decimals that the most demanding needs for `digits` digits, or all in powers of ten where that would be long.
 *
 * @example
 * formatColumn([2.301, 0.4512, 12]) // → [ '2.3010', '0.4512', '12.0000' ]
 */
export function formatColumn(values: readonly number[], digits = 4): string[] {
  const finite = values.filter((value) => Number.isFinite(value));
  const sizes = finite.map(Math.abs).filter((size) => size > 0);
  const [least, greatest] = [Math.min(...sizes), Math.max(...sizes)];
  const format = (): ((value: number) => string) => {
    if (sizes.length === 0) return formatNumber;
    if (finite.every(Number.isInteger) && greatest < 1e15) {
      return greatest < 10_000 ? String : (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
    }
    const decimals = Math.max(...finite.map((value) => decimalsOf(value, digits)));
    const whole = Math.max(1, Math.floor(Math.log10(greatest)) + 1);
    if (least < 1e-4 || greatest >= 1e6 || whole + decimals > 10)
      return (value) => (value === 0 ? "0" : value.toExponential(digits - 1).replace("e+", "e"));
    return (value) => {
      const [before = "", after] = value.toFixed(decimals).split(".");
      const grouped = greatest < 10_000 ? before : before.replace(/\B(?=(\d{3})+$)/g, ",");
      return after === undefined ? grouped : `${grouped}.${after}`;
    };
  };
  const one = format();
  return values.map((value) => (Number.isFinite(value) ? one(value) : formatNumber(value)));
}

/** How many decimals a number needs for its first digits, without noughts at the end. */
function decimalsOf(value: number, digits: number): number {
  const [mantissa = "", exponent] = Number(value.toPrecision(digits)).toExponential().split("e");
  return Math.max(0, mantissa.replace(/^-?\d\.?/, "").length - Number(exponent));
}
