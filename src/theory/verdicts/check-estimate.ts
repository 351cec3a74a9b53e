/**
 * A measured number against the value that a theorem gives: verdict, false alarm and sentence are all computed from the
 * numbers.
 */

import { inspect } from "#platform";
import { displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { escapeHtml } from "../../display/escape-html.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import { type Finding, type Judged, judged, type Verdict } from "../../display/verdict.js";
import { checkNumbers, refused } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { tailOf, upperStudent, whereTailIs } from "../../tensor/student.js";
import { CheckFailed, requireClaim } from "./check.js";
import type { Estimate } from "./estimate.js";

/** The measured and expected values, and the required precision. A list is compared entry by entry. */
export interface EstimateOptions {
  /** The measured value: an estimate, or a number with its `standardError`. */
  measured: number | Estimate | ArrayLike<number | Estimate>;
  /** The expected value; or give `atMost`, or `atLeast`. */
  expected?: number | ArrayLike<number>;
  /** An upper bound. */
  atMost?: number | ArrayLike<number>;
  /** A lower bound. */
  atLeast?: number | ArrayLike<number>;
  /** The standard error of a measured number; 0 if it is not random. An estimate has its own. */
  standardError?: number | ArrayLike<number>;
  /** The degrees of freedom of `standardError`, at least 1; ∞ if it is known, not estimated. */
  degrees?: number;
  /** With `expected`: the largest deviation that may remain undetected, in the unit of the measured value. */
  within?: number | ArrayLike<number>;
  /** The possible error of `expected` itself, such as the remainder of an asymptotic formula; 0. */
  remainder?: number | ArrayLike<number>;
  /** The probability of rejecting a true claim, for all comparisons together, from 10⁻¹⁰⁰ to 0.5; 10⁻⁶. */
  falseAlarm?: number;
}

/** One comparison. */
export interface EstimateComparison {
  /** The measured value. */
  readonly measured: number;
  /** Its standard error. */
  readonly standardError: number;
  /** The expected value, or the bound. */
  readonly expected: number;
  /** By how many standard errors it exceeds the bound, or deviates beyond the remainder. */
  readonly z: number;
  /** The limit beyond which it counts as wrong. */
  readonly limit: number;
  /** The smallest deviation that is detected with probability 0.99, in the unit of the measured value. */
  readonly detects: number;
  /** Whether the claim holds. */
  readonly verdict: Verdict;
}

/** The result of a comparison with the value of a theorem. Shows itself as a sentence. */
export interface EstimateCheck extends Judged {
  /** The probability of rejecting a true claim. */
  readonly falseAlarm: number;
  /** The smallest deviation that is detected with probability 0.99; for a list, that of the comparison named in the text. */
  readonly detects: number;
  /** By how many standard errors the comparison named in the text is off. */
  readonly z: number;
  /** Each comparison. */
  readonly comparisons: readonly EstimateComparison[];
}

/** The probability of missing a deviation of `detects`. */
const miss = 0.01;

/** The tolerated rounding, relative to the numbers compared, but at most half of what `within` leaves. */
const rounding = 1e-12;

const estimateNames = [
  "measured",
  "expected",
  "atMost",
  "atLeast",
  "standardError",
  "degrees",
  "within",
  "remainder",
  "falseAlarm",
] as const;

/**
 * Asserts a numbered claim of the lectures about a measured number: shows `✓ B3 statement: measured …, expected …`, and
 * throws if the numbers refute it or are too uncertain to confirm it.
 *
 * With measured m, standard error s, expected μ, and z the quantile of Student's t, P(|T| > z) = `falseAlarm`: the claim is
 * wrong if |m − μ| > z s. A deviation of (z + t₀.₉₉) s is detected with probability 0.99, t₀.₉₉ Student's quantile; the claim is
 * decided only if that is at most `within`. Hence a true claim is rejected with probability `falseAlarm`, and one that is wrong by `within` passes
 * with probability 0.01 at most. With `atMost` (`atLeast`) the claim holds if m + z s is below the bound, and is
 * wrong if m − z s is above it. In a list each entry is compared with its share of the false alarm (Bonferroni).
 *
 * For an `Estimate` z and t are larger where its draws are skewed: P(T < −z) grows by the factor exp(γ z³/3), γ the skewness of
 * the mean; where that expansion does not hold so far out, only 4 z s (more for fewer than 100 draws) count as inside a
 * bound; and a doubtful estimate decides nothing. In t skewness counts three times, because it is only estimated.
 *
 * @param claim its number, A1 … A17, B1 … B12, or C1 … for what lies beyond the lectures
 * @param statement what is claimed, in words
 * @param options `measured` with `standardError`, `expected` with `within`, see {@link EstimateOptions}
 * @throws CheckFailed with `verdict` no or undecided; RangeError for numbers that are not finite; TypeError where one is
 *   missing.
 * @example
 * checkEstimate("B3", "the floor is 0.25", { measured: 0.2512, standardError: 0.001, expected: 0.25, within: 0.01 })
 * // ✓ B3 the floor is 0.25: measured 0.2512 ± 0.001, expected 0.25, 1.2 standard errors off (limit 4.9); finds a deviation of 0.007218 (2.9 %) with probability 0.99, false alarm 1e-6
 * checkEstimate("B3", "the floor is 0.25", { measured: 0.27, standardError: 0.01, expected: 0.25, within: 0.01 })
 * // throws B3 is undecided: the floor is 0.25: … would not find a deviation of less than 0.07218 (28.9 %), and 0.01 is asked for; take 53 times the paths (or draws)
 * checkEstimate("B3", "the floor is 0.25", { measured: 0.5, standardError: 0.01, expected: 0.25, within: 0.1 })
 * // throws B3 does not hold: the floor is 0.25: measured 0.5 ± 0.01, expected 0.25, 25.0 standard errors off (limit 4.9); …
 * @see E. Lehmann, J. Romano, Testing statistical hypotheses, 2005, chapter 3; Q.-M. Shao, Q. Wang, Self-normalized limit
 *   theorems: a survey, Probability Surveys 10 (2013), theorem 3.1, for skewed draws.
 */
export function checkEstimate(claim: string, statement: string, options: EstimateOptions): EstimateCheck {
  optionsOf("checkEstimate", options, estimateNames);
  requireClaim("checkEstimate", claim);
  const check = judge("checkEstimate", options);
  const [finding] = check.findings as [Finding];
  const text = `${statement}: ${finding.text}${finding.wouldDecide ? `; ${finding.wouldDecide}` : ""}`;
  if (check.verdict !== "yes") {
    const verb = check.verdict === "no" ? "does not hold" : "is undecided";
    throw new CheckFailed(claim, `${claim} ${verb}: ${text}`, check.verdict);
  }
  const shown = {
    toString: () => `✓ ${claim} ${text}`,
    [inspect.custom](): string {
      return printing(this, `✓ ${claim} ${text}`);
    },
    [displaySymbol]: (): MimeBundle => ({
      "text/html": `<p>✓ <b>${claim}</b> ${escapeHtml(text)}</p>`,
      "text/plain": `✓ ${claim} ${text}`,
    }),
  };
  return Object.freeze(Object.assign({ ...check }, shown)) as EstimateCheck;
}

/**
 * The same comparison as `checkEstimate`, for an experiment that is not a claim of the lectures: returns the verdict and
 * does not throw for a wrong or an undecided one. With P(|T| > z) = `falseAlarm` it is wrong if |m − μ| > z s, and decided
 * if (z + t₀.₉₉) s ≤ `within`.
 *
 * @param options the measured and expected values
 * @throws RangeError for numbers that are not finite; TypeError where one is missing.
 * @example
 * compareEstimate({ measured: 9.4, standardError: 0.4, atMost: 20 }).verdict // → 'yes'
 * compareEstimate({ measured: 9.4, standardError: 0.4, atMost: 10 }).wouldDecide // → 'take 11 times the paths (or draws)'
 * @see E. Lehmann, J. Romano, Testing statistical hypotheses, 2005, chapter 3.
 */
export function compareEstimate(options: EstimateOptions): EstimateCheck {
  optionsOf("compareEstimate", options, estimateNames);
  return judge("compareEstimate", options);
}

/** The comparison of one entry of a list. */
interface Task {
  measured: number;
  error: number;
  degrees: number;
  skewness: number;
  doubt: Estimate["doubt"];
  bound: number;
  side: "expected" | "atMost" | "atLeast";
  within: number;
  remainder: number;
  alarm: number;
}

/** A comparison with what would decide it: a factor for the number of draws, or a reason. */
type Compared = EstimateComparison & {
  times: number;
  why: string | undefined;
  words: string | undefined;
  task: Task;
};

function judge(name: string, options: EstimateOptions): EstimateCheck {
  const { falseAlarm = 1e-6 } = options;
  const isSmall = (alarm: number) => alarm >= 1e-100 && alarm < 0.5;
  checkNumbers(name, { falseAlarm }, isSmall, "at least 1e-100 and below 0.5, such as 1e-6");
  const tasks = tasksOf(name, options, falseAlarm);
  const comparisons = tasks.map(compared);
  const rank = { no: 2, undecided: 1, yes: 0 };
  const worse = (a: Compared, b: Compared) =>
    rank[a.verdict] - rank[b.verdict] || a.times - b.times || a.z / a.limit - b.z / b.limit;
  const named = comparisons.reduce((a, b) => (worse(b, a) > 0 ? b : a));
  const finding = findingOf(named, comparisons.length, falseAlarm);
  return judged(
    {
      falseAlarm,
      detects: named.detects,
      z: named.z,
      comparisons: comparisons.map(({ times, why, words, task, ...comparison }) => comparison),
    },
    { findings: [finding], verdict: named.verdict },
  );
}

/** Makes one comparison. */
function compared(task: Task): Compared {
  const { measured, error, degrees, skewness, doubt, bound, side, within, remainder, alarm } = task;
  const room = within - remainder;
  // within = 0 requires equality up to rounding.
  const most = room > 0 ? room / 2 : within > 0 ? 0 : Number.MAX_VALUE;
  const floor = Math.min(rounding * Math.max(Math.abs(measured), Math.abs(bound)), most);
  const off = side === "expected" ? Math.abs(measured - bound) : (measured - bound) * sign(side);
  const beyond = off - remainder;
  const z = Math.abs(beyond) <= floor ? 0 : beyond / error;
  const { limit, skewed: skewedThere } = limitOf(alarm, degrees, skewness);
  const { margin, skewed: skewedBeside } = marginOf(degrees, skewness);
  const skewed = Math.max(skewedThere, skewedBeside);
  const seen = (limit + margin) * error;
  const detects = remainder + floor + seen;
  const known = { measured, standardError: error, expected: bound, z, limit, detects, task };
  const decided = { ...known, times: 0, why: undefined, words: undefined };
  if (doubt) return { ...known, verdict: "undecided", times: 0, why: doubt.reason, words: doubt.wouldDecide };
  // Far inside a bound the distribution of the mean does not matter.
  if (skewed > 1 && side !== "expected" && beyond < -wide(degrees + 1) * limit * error) {
    return { ...decided, verdict: "yes" };
  }
  if (skewed > 1) {
    const why = "the draws are too skewed for a normal law of their mean this far out";
    return { ...known, verdict: "undecided", times: Math.ceil(skewed), why, words: undefined };
  }
  if (beyond > limit * error + floor) return { ...decided, verdict: "no" };
  if (side === "expected") {
    if (error === 0 || detects <= within * (1 + rounding)) return { ...decided, verdict: "yes" };
    const times = Math.ceil((seen / (room - floor)) ** 2);
    const why = `would not find a deviation of less than ${amount(detects, bound)}, and ${formatNumber(within)} is asked for`;
    return { ...known, verdict: "undecided", times, why, words: undefined };
  }
  if (beyond < -limit * error || (error === 0 && beyond <= floor)) return { ...decided, verdict: "yes" };
  const times = Math.max(2, Math.ceil((limit / z) ** 2));
  const why = "so close to it, the other side cannot be excluded";
  // Next to the bound no number of draws decides: a factor above a million is no useful advice.
  return { ...known, verdict: "undecided", times, why, words: undefined };
}

/**
 * How far beyond the limit, in standard errors, a deviation must lie to be detected with probability 0.99. It is missed if the
 * measured value errs towards the expected one by as much as its standard error, estimated from the same draws, may be too
 * small: Student's t with three times the stated skewness γ, P(T > t) = 0.01 exp(−γ t³) with the t of γ = 0 there, because
 * skewed draws tend to be decided where their skewness was underestimated. Only for γ t ≤ 0.3, like the limit.
 */
export function marginOf(degrees: number, skewness: number): { margin: number; skewed: number } {
  const plain = upperStudent(miss, degrees);
  if (skewness === 0) return { margin: plain, skewed: 0 };
  const margin = upperStudent(miss * Math.exp(-Math.min(skewness, 0.3 / plain) * plain ** 3), degrees);
  return { margin, skewed: Math.min((skewness * plain) ** 2 / 0.3 ** 2, 1e9) };
}

/** The factor by which the width is multiplied before skewed draws count as inside a bound. */
export const wide = (draws: number): number => Math.max(4, 400 / draws);

const sign = (side: "atMost" | "atLeast") => (side === "atMost" ? 1 : -1);

/**
 * The limit z with P(T > z) exp(γ z³/3) = alarm, on the side that skewness makes heavier. The expansion is trusted for
 * γ z ≤ 0.3; `skewed` > 1 is the factor of draws needed for that (γ falls like 1/√n).
 */
export function limitOf(alarm: number, degrees: number, skewness: number): { limit: number; skewed: number } {
  const plain = upperStudent(alarm, degrees);
  if (skewness === 0) return { limit: plain, skewed: 0 };
  const far = Math.min((skewness * plain) ** 2 / 0.3 ** 2, 1e9);
  if (far > 1) return { limit: plain, skewed: far };
  const tail = tailOf(degrees);
  const logTail = (z: number) => Math.log(tail(z)) + (skewness * z ** 3) / 3;
  // Student's tail falls like a power, so that further out the correction would dominate: with few degrees it does before the alarm is reached.
  let z = plain;
  while (logTail(z) > Math.log(alarm) && logTail(1.01 * z) < logTail(z)) z *= 1.01;
  if (logTail(z) > Math.log(alarm)) return { limit: plain, skewed: 2 };
  return { limit: whereTailIs(alarm, (at) => logTail(Math.min(at, z))), skewed: 0 };
}

function findingOf(named: Compared, count: number, falseAlarm: number): Finding {
  const { measured, standardError, expected, z, limit, detects, verdict, times, why, words, task } = named;
  const { side, remainder } = task;
  const number = (value: number) => formatNumber(value);
  const value = standardError > 0 ? `${number(measured)} ± ${number(standardError)}` : number(measured);
  const aim = { expected: "expected", atMost: "at most", atLeast: "at least" }[side];
  const about = remainder > 0 ? ` (itself up to ${number(remainder)} off)` : "";
  const many = count > 1 ? `of ${count} comparisons the ${verdict === "yes" ? "closest" : "worst"}: ` : "";
  const what = `${many}measured ${value}, ${aim} ${number(expected)}${about}`;
  if (standardError === 0 && !task.doubt) {
    const off = Math.abs(measured - expected);
    return { verdict, text: `${what}${verdict === "yes" ? ", exactly" : `, ${number(off)} off`}` };
  }
  const distance =
    side === "expected"
      ? `${decimal(Math.max(0, z))} standard errors off (limit ${decimal(limit)})`
      : `${decimal(Math.abs(z))} standard errors ${z > 0 ? "beyond" : "inside"} it (limit ${decimal(limit)})`;
  const odds = `false alarm ${formatNumber(falseAlarm)}`;
  const power = `finds a deviation of ${amount(detects, expected)} with probability ${1 - miss}, ${odds}`;
  if (verdict !== "undecided") return { verdict, text: `${what}, ${distance}; ${power}` };
  const take =
    words ??
    (times > 1e6
      ? "no reasonable number of paths would"
      : `take ${formatNumber(times)} times the paths (or draws)`);
  return { verdict, text: `${what}, ${distance}; ${why}`, wouldDecide: take };
}

const decimal = (value: number) => (value < 1e6 ? value.toFixed(1) : formatNumber(value));

const amount = (value: number, of: number) =>
  of === 0
    ? formatNumber(value)
    : `${formatNumber(value)} (${formatNumber(Number(((100 * value) / Math.abs(of)).toFixed(1)))} %)`;

/** The comparisons, entry by entry, with every number validated. */
function tasksOf(name: string, options: EstimateOptions, falseAlarm: number): Task[] {
  const { measured, degrees = Number.POSITIVE_INFINITY } = options;
  const isList = typeof measured === "object" && measured !== null && "length" in measured;
  // Array.from turns a hole into undefined, which is rejected below.
  const list = isList ? Array.from(measured) : [measured];
  const sides = (["expected", "atMost", "atLeast"] as const).filter((side) => options[side] !== undefined);
  const [side] = sides;
  if (side === undefined || sides.length > 1) {
    throw new TypeError(
      `${name}: give one of expected, atMost and atLeast, got ${sides.length === 0 ? "none" : sides.join(" and ")}`,
    );
  }
  if (list.length === 0) throw new RangeError(`${name}: nothing was measured: the list is empty`);
  if (side === "expected" && options.within === undefined) {
    throw new TypeError(
      `${name}: within is missing: the largest deviation that may stay unseen, such as 0.05 * expected`,
    );
  }
  if (!(degrees >= 1)) throw refused(name, "degrees", "≥ 1", degrees);
  /** Entry i of an option that is a number or a list as long as the measured values. */
  const entry = (what: keyof EstimateOptions, i: number, least = Number.NEGATIVE_INFINITY): number => {
    const given = options[what] as number | ArrayLike<number>;
    const isEach = typeof given === "object" && given !== null;
    if (isEach && given.length !== list.length) {
      throw new RangeError(
        `${name}: ${what} must have an entry for each of the ${list.length} measured, got ${given.length}`,
      );
    }
    const value = isEach ? given[i] : given;
    if (!(typeof value === "number" && Number.isFinite(value) && value >= least)) {
      const isForgotten = value === undefined && what === "standardError";
      const hint = isForgotten ? " (or give an estimate, such as estimateMean(draws))" : "";
      throw refused(name, what, `a finite number${least === 0 ? " ≥ 0" : ""}${hint}`, value);
    }
    return value;
  };
  // A number can be missed on both sides; so can a bound, where a wrong yes counts as much as a wrong no.
  const alarm = falseAlarm / list.length / (side === "expected" ? 2 : 1);
  return list.map((one: number | Estimate, i): Task => {
    const within = side === "expected" ? entry("within", i, 0) : 0;
    const remainder = options.remainder === undefined ? 0 : entry("remainder", i, 0);
    if (side === "expected" && remainder > within) {
      throw new RangeError(
        `${name}: within must be at least the remainder ${remainder}, or no number of draws decides; got ${within}`,
      );
    }
    const rest = { bound: entry(side, i), side, within, remainder, alarm };
    if (typeof one === "object" && one !== null) {
      const { mean, standardError, skewness, skewnessError, doubt } = one;
      const numbers = { mean, standardError, skewness, skewnessError };
      const known = Object.values(numbers).every(Number.isFinite) && standardError >= 0 && one.degrees >= 1;
      if (!known) {
        throw refused(name, "measured", "a finite number or an estimate, such as estimateMean(draws)", one);
      }
      return {
        measured: mean,
        error: standardError,
        degrees: one.degrees,
        // The skewness itself is only estimated.
        skewness: Math.abs(skewness) + 2 * skewnessError,
        doubt,
        ...rest,
      };
    }
    if (typeof one !== "number" || !Number.isFinite(one)) {
      throw refused(name, "measured", "a finite number or an estimate", one);
    }
    return {
      measured: one,
      error: entry("standardError", i, 0),
      degrees,
      skewness: 0,
      doubt: undefined,
      ...rest,
    };
  });
}
