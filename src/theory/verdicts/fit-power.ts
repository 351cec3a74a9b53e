/**
 * How fast a mean over paths falls, with an error that comes from the paths: they are independent, which the points of
 * one path are not.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import type { Ensemble } from "../stochastic/ensemble.js";

/** A fitted power law C k^−exponent. Shows itself as a sentence. */
export interface PowerFit extends Displayable {
  /** The exponent, positive for what falls. */
  readonly exponent: number;
  /** Its standard error, from how it changes when single paths are left out. */
  readonly standardError: number;
  /** The exponent less and plus three standard errors. */
  readonly interval: readonly [number, number];
  /** The first and the last k that were fitted. */
  readonly window: readonly [number, number];
}

/** Of fewer paths a standard error means little. */
const fewest = 20;

/**
 * Fits mean(k) ≈ C k^−p to the recorded steps of an ensemble, which lie evenly on a logarithmic scale, by least squares of
 * the logarithms. The standard error is the jackknife's: the fit without path i, for each i, scatters around the fit of all by
 * √(n − 1) times less than fits of new paths would.
 *
 * @param ensemble at least 20 paths of something positive, such as `sgdPaths(…).gaps`
 * @param options `from`, `to`: the window; by default the last two decades
 * @throws RangeError for fewer than 20 paths or 3 recorded steps in the window, or means that are not positive.
 * @example
 * const rows = Array.from({ length: 20 }, () => Float64Array.of(1, 0.5, 0.25, 0.125));
 * fitPower(new Ensemble({ name: "1/k", quantity: "x", k: [1, 2, 4, 8], rows })).exponent.toFixed(6) // → '1.000000'
 * @see B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM (1982), chapter 3.
 */
export function fitPower(
  ensemble: Ensemble,
  { to = ensemble.k.at(-1)!, from = Math.max(1, to / 100) }: { from?: number; to?: number } = {},
): PowerFit {
  const { k, rows, paths } = ensemble;
  const inside = Array.from(k.keys()).filter((i) => k[i]! >= from && k[i]! <= to);
  if (paths < fewest || inside.length < 3) {
    throw new RangeError(
      `fitPower: there must be at least ${fewest} paths and 3 recorded steps from ${from} to ${to}, got ${paths} and ${inside.length}`,
    );
  }
  const x = inside.map((i) => Math.log(k[i]!));
  const middle = x.reduce((sum, value) => sum + value, 0) / x.length;
  const square = x.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const sums = inside.map((i) => rows.reduce((sum, row) => sum + row[i]!, 0));
  /** The exponent of the sums without those of one path; the count does not matter to it. */
  const exponentWithout = (row?: Float64Array): number =>
    -inside.reduce((sum, i, at) => {
      const left = sums[at]! - (row ? row[i]! : 0);
      return sum + Math.log(left) * (x[at]! - middle);
    }, 0) / square;
  const exponent = exponentWithout();
  if (!Number.isFinite(exponent)) {
    throw new RangeError(`fitPower: the means must be positive and finite; ${ensemble.quantity} is not`);
  }
  const each = rows.map((row) => exponentWithout(row));
  const mean = each.reduce((sum, one) => sum + one, 0) / paths;
  const squares = each.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const standardError = Math.sqrt((squares * (paths - 1)) / paths);
  const window = [k[inside[0]!]!, k[inside.at(-1)!]!] as const;
  const text = `${ensemble.quantity} ≈ C k^−${exponent.toFixed(3)} (± ${standardError.toFixed(3)}), k = ${formatNumber(window[0])} … ${formatNumber(window[1])}`;
  return Object.freeze({
    exponent,
    standardError,
    interval: [exponent - 3 * standardError, exponent + 3 * standardError] as const,
    window,
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}
