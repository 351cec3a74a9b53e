/**
 * How fast a mean over paths falls, with an error estimated from the paths: they are independent, unlike the points of
 * one path.
 */
import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import { type Finding, type Judged, judged, type Verdict } from "../../display/verdict.js";
import { optionsOf } from "../../options/options-of.js";
import { upperStudent } from "../../tensor/student.js";
import { Ensemble } from "../stochastic/ensemble.js";
import { limitOf, marginOf } from "./check-estimate.js";
import { momentsOf } from "./estimate.js";

/** A fitted power law C k^−exponent. Shows itself as a sentence. */
export interface PowerFit extends Judged {
  /**
   * Whether one power fits the whole window: `no` if the exponents of its halves differ significantly, as during a transient;
   * `undecided` if a single path dominates them, their difference is borderline, `detects` is above twice the exponent, or
   * the window is too short for two halves.
   */
  readonly verdict: Verdict;
  /** The exponent, positive for decay. */
  readonly exponent: number;
  /** Its standard error, by the jackknife over paths. */
  readonly standardError: number;
  /** The exponent minus and plus three standard errors. */
  readonly interval: readonly [number, number];
  /** The first and the last k that were fitted. */
  readonly window: readonly [number, number];
  /** The exponents of the first and the second half of the window, and by how many standard errors they differ. */
  readonly halves: { readonly exponents: readonly [number, number]; readonly z: number };
  /** The probability of rejecting a true single power. */
  readonly falseAlarm: number;
  /**
   * The smallest difference of the halves' exponents that is detected (verdict not yes) with probability 0.99; ∞ if the halves
   * are not compared.
   */
  readonly detects: number;
}

/** The probability of rejecting a true single power. */
const falseAlarm = 1e-6;

/** Halves that differ by up to this many standard errors are consistent with one power. */
const usual = 4;

/** The factor by which Student's limit is multiplied if paths are too skewed for it. */
const wide = 4;

/**
 * The difference of the halves' exponents that may always remain undetected; otherwise that between no decay and one twice as
 * steep as the whole.
 */
const least = 0.2;

/** If one path has this share of a mean, the halves are not called different. */
const heavy = 0.25;

/** One path with this share of the error dominates it. */
const dominant = 0.5;

/** With fewer paths a standard error means little. */
const fewest = 20;

/**
 * Fits mean(k) ≈ C k^−p to the recorded steps of an ensemble, which lie evenly on a logarithmic scale, by least squares of
 * the logarithms. The standard error is the jackknife's: the fits without path i scatter around the fit of all paths √(n − 1) times less than
 * fits of new paths would. The difference of the exponents of the two halves of the window is judged likewise: if it is
 * significant, no single power fits. Significance is by Student's t, widened for skewed paths, with an effective number of
 * degrees of freedom (Σ d²)²/Σ d⁴ − 1 for deviations d: a third of the paths if they are normal.
 *
 * @param ensemble at least 20 paths of a positive quantity, such as `sgdPaths(…).gaps`
 * @param options `from`, `to`: the window; by default the last two decades
 * @throws TypeError unless `ensemble` is one; RangeError for fewer than 20 paths or 3 recorded steps in the window, or means that are not positive.
 * @example
 * const rows = Array.from({ length: 20 }, () => Float64Array.of(1, 0.5, 0.25, 0.125));
 * fitPower(new Ensemble({ name: "1/k", quantity: "x", k: [1, 2, 4, 8], rows })).exponent.toFixed(6) // → '1.000000'
 * @see B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM (1982), chapter 3.
 */
export function fitPower(ensemble: Ensemble, options: { from?: number; to?: number } = {}): PowerFit {
  optionsOf("fitPower", options, ["from", "to"]);
  if (!(ensemble instanceof Ensemble)) {
    throw new TypeError(
      `fitPower: expected an ensemble, such as sgdPaths(…).gaps; fitRate is for a single path; got ${inspect(ensemble, { depth: 0 })}`,
    );
  }
  const { k, rows, paths } = ensemble;
  const { to = k.at(-1)!, from = Math.max(1, to / 100) } = options;
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
  /** The exponents of a part of the window, leaving out each path in turn; sums suffice, because the count does not matter. */
  const without = (from: number, to: number) =>
    rows.map((row) =>
      slope(inside.slice(from, to), k, (at) => Math.log(sums[from + at]! - row[inside[from + at]!]!)),
    );
  const { error: standardError, largest } = jackknife(without(0, inside.length));
  const window = [k[inside[0]!]!, k[inside.at(-1)!]!] as const;
  const compared = compareHalves();
  const sentence = `${ensemble.quantity} ≈ C k^${power(-exponent)} (± ${standardError.toFixed(3)}), k = ${formatNumber(window[0])} … ${formatNumber(window[1])}`;
  const { exponents, z, limit, detects } = compared;
  const bent = Math.abs(z) > limit;
  const [early, late] = exponents.map((one) => one.toFixed(3));
  const open = undecided();
  const finding: Finding = open
    ? { verdict: "undecided", text: `${sentence}; ${open.text}`, wouldDecide: open.wouldDecide }
    : bent
      ? {
          verdict: "no",
          text: `${sentence}; but no single power: ${early} in the first half of the window, ${late} in the second`,
        }
      : { verdict: "yes", text: sentence };
  return judged(
    {
      exponent,
      standardError,
      interval: [exponent - 3 * standardError, exponent + 3 * standardError] as const,
      window,
      halves: { exponents, z },
      falseAlarm,
      detects,
    },
    { findings: [finding] },
  );

  /** Why the verdict is undecided, and what would help. */
  function undecided(): { text: string; wouldDecide: string } | undefined {
    if (compared.steps < 3) {
      return {
        text: "too few recorded steps for two halves",
        wouldDecide: "a longer window, or more recorded steps",
      };
    }
    const wouldDecide = "more paths";
    const share = Math.max(largest, compared.largest);
    if (share > dominant)
      return { text: `one path makes ${Math.round(100 * share)} % of the error`, wouldDecide };
    if (bent) {
      // If large paths are so few that a new sample may lack them, the jackknife is not reliable.
      const most = Math.max(...inside.map((i, at) => Math.max(...rows.map((row) => row[i]!)) / sums[at]!));
      if (most <= heavy) return undefined;
      return { text: `one path makes ${Math.round(100 * most)} % of a mean`, wouldDecide };
    }
    if (Math.abs(z) > usual) {
      const text = `its halves, ${early} and ${late}, differ by ${Math.abs(z).toFixed(1)} standard errors, of at least ${limit.toFixed(1)} that so few paths need`;
      return { text, wouldDecide };
    }
    if (detects > Math.max(2 * Math.abs(exponent), least)) {
      const text = `its halves may differ by ${formatNumber(detects, 2)} in their exponents unseen`;
      return { text, wouldDecide };
    }
    return undefined;
  }

  function compareHalves() {
    const steps = Math.floor(inside.length / 2);
    // Two points are too few for a half.
    if (steps < 3) {
      const none = { z: 0, limit: Number.POSITIVE_INFINITY, detects: Number.POSITIVE_INFINITY };
      return { steps, exponents: [exponent, exponent] as const, largest: 0, ...none };
    }
    const [first, second] = [without(0, steps), without(steps, inside.length)];
    const fitted = (from: number, to: number) =>
      slope(inside.slice(from, to), k, (at) => Math.log(sums[from + at]!));
    const exponents = [fitted(0, steps), fitted(steps, inside.length)] as const;
    const { error, largest, skewness, degrees } = jackknife(first.map((one, i) => one - second[i]!));
    const off = exponents[0] - exponents[1];
    const { limit: own, skewed } = limitOf(falseAlarm / 2, degrees, skewness);
    const limit = skewed > 1 ? wide * upperStudent(falseAlarm / 2, degrees) : own;
    const beside = marginOf(degrees, skewness);
    const margin = beside.skewed > 1 ? wide * beside.margin : beside.margin;
    const z = Math.abs(off) <= 1e-9 ? 0 : off / Math.max(error, 1e-12);
    return { steps, exponents, largest, z, limit, detects: (usual + margin) * error };
  }
}

/** The jackknife error of the fit, from the fits that leave out one path each. */
interface Jackknife {
  /** The standard error. */
  error: number;
  /** The largest share of one path in its square. */
  largest: number;
  /** How skewed the fit is, its error included. */
  skewness: number;
  /** The effective degrees of freedom: one less than the effective number of paths. */
  degrees: number;
}

function jackknife(each: readonly number[]): Jackknife {
  const n = each.length;
  const { mean, squares, cubes, largest } = momentsOf(each);
  // Without the only nonzero path there is no fit.
  if (!Number.isFinite(squares)) {
    return { error: Number.POSITIVE_INFINITY, largest: 1, skewness: 0, degrees: 1 };
  }
  const error = Math.sqrt((squares * (n - 1)) / n);
  // The rounding of equal paths is not an error.
  if (error <= 1e-12) return { error, largest: 0, skewness: 0, degrees: n - 1 };
  const carry = 1 / each.reduce((sum, one) => sum + ((one - mean) ** 2 / squares) ** 2, 0);
  const skewness = Math.abs(cubes) / n / Math.sqrt(squares / n) ** 3 / Math.sqrt(n);
  return {
    error,
    largest: largest / squares,
    skewness: skewness + (2 * Math.sqrt(6)) / n,
    degrees: Math.max(1, carry - 1),
  };
}

/** Minus the slope of the least-squares line of log mean over log k. */
function slope(steps: readonly number[], k: ArrayLike<number>, logMean: (at: number) => number): number {
  const x = steps.map((i) => Math.log(k[i]!));
  const middle = x.reduce((sum, value) => sum + value, 0) / x.length;
  const square = x.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return -x.reduce((sum, value, at) => sum + logMean(at) * (value - middle), 0) / square;
}

/** A power with a typographic minus sign. */
const power = (value: number) => value.toFixed(3).replace("-", "−");
