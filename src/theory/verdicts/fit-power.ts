/**
 * How fast a mean over paths falls, with an error that comes from the paths: they are independent, which the points of
 * one path are not.
 */
import { formatNumber } from "../../display/format-number.js";
import { type Judged, judged, type Verdict } from "../../display/verdict.js";
import type { Ensemble } from "../stochastic/ensemble.js";

/** A fitted power law C k^−exponent. Shows itself as a sentence. */
export interface PowerFit extends Judged {
  /**
   * Whether one power fits the whole window: `no` if the exponents of its halves differ beyond chance, as while a transient dies
   * out; `undecided` if a single path decides them.
   */
  readonly verdict: Verdict;
  /** The exponent, positive for what falls. */
  readonly exponent: number;
  /** Its standard error, from how it changes when single paths are left out. */
  readonly standardError: number;
  /** The exponent less and plus three standard errors. */
  readonly interval: readonly [number, number];
  /** The first and the last k that were fitted. */
  readonly window: readonly [number, number];
  /** The exponents of the first and the second half of the window, and by how many standard errors they differ. */
  readonly halves: { readonly exponents: readonly [number, number]; readonly z: number };
}

/** By this many standard errors the exponents of the halves differ by chance once in 10⁵. */
const clear = 4.5;

/** Of fewer paths a standard error means little. */
const fewest = 20;

/**
 * Fits mean(k) ≈ C k^−p to the recorded steps of an ensemble, which lie evenly on a logarithmic scale, by least squares of
 * the logarithms. The standard error is the jackknife's: the fit without path i, for each i, scatters around the fit of all by
 * √(n − 1) times less than fits of new paths would. So is the difference of the exponents of the first and the second half of
 * the window judged: where it is beyond chance, no single power fits.
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
  const sums = inside.map((i) => rows.reduce((sum, row) => sum + row[i]!, 0));
  const exponent = slope(inside, k, (at) => Math.log(sums[at]!));
  if (!Number.isFinite(exponent)) {
    throw new RangeError(`fitPower: the means must be positive and finite; ${ensemble.quantity} is not`);
  }
  /** The exponent of the steps `part` of the window, without each path in turn; the count does not matter to it. */
  const without = (from: number, to: number) =>
    rows.map((row) =>
      slope(inside.slice(from, to), k, (at) => Math.log(sums[from + at]! - row[inside[from + at]!]!)),
    );
  const jackknife = (each: readonly number[]) => {
    const mean = each.reduce((sum, one) => sum + one, 0) / paths;
    const squares = each.map((one) => (one - mean) ** 2);
    const total = squares.reduce((sum, one) => sum + one, 0);
    return {
      error: Math.sqrt((total * (paths - 1)) / paths),
      largest: total > 0 ? Math.max(...squares) / total : 0,
    };
  };
  const { error: standardError, largest } = jackknife(without(0, inside.length));
  const window = [k[inside[0]!]!, k[inside.at(-1)!]!] as const;
  const halves = halvesOf();
  const sentence = `${ensemble.quantity} ≈ C k^${power(-exponent)} (± ${standardError.toFixed(3)}), k = ${formatNumber(window[0])} … ${formatNumber(window[1])}`;
  const [early, late] = halves.exponents;
  const bent = Math.abs(halves.z) > clear;
  const verdict = largest > 0.5 && standardError > 0 ? "undecided" : bent ? "no" : "yes";
  const text = bent
    ? `${sentence}; but no single power: ${early.toFixed(3)} in the first half of the window, ${late.toFixed(3)} in the second`
    : largest > 0.5 && standardError > 0
      ? `${sentence}; one path makes ${Math.round(100 * largest)} % of the error`
      : sentence;
  return judged(
    {
      exponent,
      standardError,
      interval: [exponent - 3 * standardError, exponent + 3 * standardError] as const,
      window,
      halves,
    },
    { findings: [{ verdict, text, wouldDecide: "more paths" }], verdict },
  );

  function halvesOf(): PowerFit["halves"] {
    const half = Math.floor(inside.length / 2);
    // Two points are no half.
    if (half < 3) return { exponents: [exponent, exponent], z: 0 };
    const [first, second] = [without(0, half), without(half, inside.length)];
    const own = (from: number, to: number) =>
      slope(inside.slice(from, to), k, (at) => Math.log(sums[from + at]!));
    const exponents = [own(0, half), own(half, inside.length)] as const;
    const { error } = jackknife(first.map((one, i) => one - second[i]!));
    const off = exponents[0] - exponents[1];
    return { exponents, z: Math.abs(off) <= 1e-9 ? 0 : off / Math.max(error, 1e-12) };
  }
}

/** Minus the slope of the least-squares line of log mean over log k. */
function slope(steps: readonly number[], k: ArrayLike<number>, logMean: (at: number) => number): number {
  const x = steps.map((i) => Math.log(k[i]!));
  const middle = x.reduce((sum, value) => sum + value, 0) / x.length;
  const square = x.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return -x.reduce((sum, value, at) => sum + logMean(at) * (value - middle), 0) / square;
}

/** A power with a proper minus. */
const power = (value: number) => value.toFixed(3).replace("-", "−");
