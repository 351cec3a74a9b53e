/**
 * The conditions on step sizes: Σ η(k) = ∞, so that any distance can be covered, and Σ η(k)² < ∞, so that the noise dies
 * out (A15, B4).
 */

import { formatNumber } from "../../display/format-number.js";
import { type Judged, judged, type Verdict } from "../../display/verdict.js";
import {
  type Decay,
  decayOf,
  type Schedule,
  type StepSize,
  stepSizeAt,
  stepSizeText,
} from "../../optim/schedule.js";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";

/** Whether a sum of positive numbers is infinite. */
export type Sum = "infinite" | "finite" | "undecidable";

/** The verdict on a schedule's sums. Shows itself as a sentence for each. */
export interface ConditionCheck extends Judged {
  /** Whether Σ η = ∞ and Σ η² < ∞. */
  readonly verdict: Verdict;
  /** Σ η(k). */
  readonly sum: Sum;
  /** Σ η(k)². */
  readonly squares: Sum;
  /** The same as true, false, or undefined where that cannot be decided. */
  readonly admissible: boolean | undefined;
  /** Why, or for a custom function how its first terms behave (which proves nothing). */
  readonly reason: string;
  /** The sums over the first `terms` steps. */
  readonly partial: { readonly terms: number; readonly sum: number; readonly squares: number };
}

/**
 * Decides Robbins and Monro's conditions on step sizes, Σ η(k) = ∞ and Σ η(k)² < ∞.
 *
 * For the schedules of nablab, their sums and products, and constants, this is exact: they fall like
 * r^k k^(−p) (log k)^(−q), and Σ k^(−p) (log k)^(−q) is infinite if and only if p < 1, or p = 1 and q ≤ 1 (the integral test).
 * For any other function finitely many values cannot decide; then the answer is `undecidable`, with the behaviour of
 * the first terms.
 *
 * @param schedule a schedule, a number or a function of k
 * @param options `terms`: how many terms are added up; 10⁵
 * @throws RangeError if the schedule returns an invalid step size, or `terms` is not a whole number ≥ 2.
 * @example
 * checkConditions(inverse({ power: 0.75 })).admissible // → true
 * checkConditions(exponential({ eta: 1, gamma: 0.5 })) // → ✗ 1·0.5^(k−1): Σ η(k) < ∞, Σ η(k)² < ∞…
 * checkConditions((k) => 1 / k).admissible // → undefined
 * @see H. Robbins, S. Monro, A stochastic approximation method, Ann. Math. Statist. 22 (1951), theorem 2.
 */
export function checkConditions(schedule: StepSize, options: { terms?: number } = {}): ConditionCheck {
  const { terms = 100_000 } = optionsOf("checkConditions", options, ["terms"]);
  checkWhole("checkConditions", { terms }, 2);
  const decay = decayOf(schedule);
  const partial = partialSums(schedule, terms, decay !== undefined);
  const [sum, squares] = decay
    ? [sumOf(decay, 1), sumOf(decay, 2)]
    : (["undecidable", "undecidable"] as const);
  const admissible = decay && sum === "infinite" && squares === "finite";
  const name = typeof schedule === "number" ? `η = ${formatNumber(schedule)}` : stepSizeText(schedule);
  const reason = decay ? because(decay) : diagnosis(schedule, terms);
  const says = { infinite: "= ∞", finite: "< ∞", undecidable: "cannot be decided" };
  return judged(
    { sum, squares, admissible, reason, partial },
    {
      findings: [
        {
          verdict: admissible === undefined ? "undecided" : admissible ? "yes" : "no",
          text: `${name}: Σ η(k) ${says[sum]}, Σ η(k)² ${says[squares]} (${reason})`,
          wouldDecide: "a schedule of nablab, whose law is known, or a proof",
        },
      ],
    },
  );
}

/** Cached partial sums of nablab's schedules, which are pure: a verdict over many seeds needs them repeatedly. */
const cached = new WeakMap<Schedule, ConditionCheck["partial"]>();

function partialSums(schedule: StepSize, terms: number, isPure: boolean): ConditionCheck["partial"] {
  const before = typeof schedule === "function" && isPure ? cached.get(schedule) : undefined;
  if (before?.terms === terms) return before;
  let [sum, squares] = [0, 0];
  for (let k = 1; k <= terms; k++) {
    const eta = stepSizeAt("checkConditions", schedule, k);
    sum += eta;
    squares += eta * eta;
  }
  const partial = Object.freeze({ terms, sum, squares });
  if (typeof schedule === "function" && isPure) cached.set(schedule, partial);
  return partial;
}

/** Σ η(k)^power for a schedule of this decay. */
function sumOf(decay: Decay, power: number): Sum {
  if (decay === "zero" || decay.ratio < 1) return "finite";
  // The power of a product is a rounded sum: 0.6 + 0.3 + 0.1 counts as 1.
  const [p, q] = [decay.power, decay.log].map((one) => Number((power * one).toPrecision(12))) as [
    number,
    number,
  ];
  return p < 1 || (p === 1 && q <= 1) ? "infinite" : "finite";
}

function because(decay: Decay): string {
  if (decay === "zero") return "it is 0 from some step on";
  const { ratio, power, log } = decay;
  if (ratio < 1) return `it falls geometrically, by the factor ${formatNumber(ratio)} a step`;
  if (power === 0 && log === 0) return "it does not fall";
  // All digits, because 1.000001 lies on the other side of 1.
  const [p, q] = [power, log].map((one) => Number(one.toPrecision(12)));
  const logarithm = log === 0 ? "" : ` (log k)^−${q}`;
  return `it falls like k^−${p}${logarithm}`;
}

/** How the last terms behave: the local power, from two of them whose k differ by a factor of two. */
function diagnosis(schedule: StepSize, terms: number): string {
  const [half, last] = [Math.max(1, Math.floor(terms / 2)), terms].map((k) =>
    stepSizeAt("checkConditions", schedule, k),
  ) as [number, number];
  const power = Math.log(half / last) / Math.log(terms / Math.max(1, Math.floor(terms / 2)));
  const like = Number.isFinite(power) ? `there it falls like k^−${power.toFixed(3)}` : "there it is 0";
  return `finitely many terms decide nothing; around k = ${formatNumber(terms)} ${like}`;
}
