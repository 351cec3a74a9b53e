/**
 * The alternative text of a chart: it gives screen readers, diffs and terminals the numbers that the picture shows.
 */
import { formatNumber } from "./format-number.js";

/** Plotly's few tags (`<sub>`, `<b>`, `<br>` …) taken out of a title; of powers a `^` stays, but not of an index such as θ(k). */
export function plainTitle(title: string): string {
  return title
    .replace(/<br\s*\/?>/gi, " ")
    .replace(/<sup>([^<]*)<\/sup>/gi, (_, power: string) => (power.startsWith("(") ? power : `^${power}`))
    .replace(/<\/?(?:sub|sup|b|i|em|span|a)\b[^>]*>/gi, "");
}

/** "10 points, first 3.4, last 0.012, least 0.012 (x = 10), greatest 3.4 (x = 1)". */
export function describeValues(y: ArrayLike<number>, x: (i: number) => number): string {
  let first = -1;
  let last = -1;
  let least = -1;
  let greatest = -1;
  let finite = 0;
  for (let i = 0; i < y.length; i++) {
    const value = y[i]!;
    if (!Number.isFinite(value)) continue;
    finite++;
    if (first < 0) first = i;
    last = i;
    if (least < 0 || value < y[least]!) least = i;
    if (greatest < 0 || value > y[greatest]!) greatest = i;
  }
  const gaps = y.length > finite ? ` (${formatNumber(y.length - finite)} not finite)` : "";
  const count = `${formatNumber(y.length)} point${y.length === 1 ? "" : "s"}${gaps}`;
  if (finite === 0) return count;
  const at = (i: number) => `${formatNumber(y[i]!)} (x = ${formatNumber(x(i))})`;
  return `${count}, first ${formatNumber(y[first]!)}, last ${formatNumber(y[last]!)}, least ${at(least)}, greatest ${at(greatest)}`;
}

/** "1 … 1,000", or nothing for no finite value. */
export function describeRange(lists: readonly ArrayLike<number>[]): string | undefined {
  const [low, high] = extent(lists);
  return low <= high ? `${formatNumber(low)} … ${formatNumber(high)}` : undefined;
}

/** Least and greatest finite value of some lists, of those above `above`; [∞, −∞] for none. */
export function extent(lists: readonly ArrayLike<number>[], above = -Infinity): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      if (!Number.isFinite(value) || value <= above) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}
