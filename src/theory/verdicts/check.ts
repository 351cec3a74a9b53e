/**
 * The assertion of the notebooks: a claim of the lectures, and whether the computation above confirms it.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { escapeHtml } from "../../display/escape-html.js";
import { printing } from "../../display/host.js";
import type { Judged } from "../../display/verdict.js";
import { optionsOf } from "../../options/options-of.js";

/** The error that `check` throws when a claim does not hold. */
export class CheckFailed extends Error {
  /** The name of the error in `catch` and in the notebook. */
  override readonly name = "CheckFailed";
  /** The claim's number, such as `A6`. */
  readonly claim: string;
  /** Whether the claim is wrong or undecided. */
  readonly verdict: "no" | "undecided";

  /** For `check`: the message says which claim failed, and with which numbers. */
  constructor(claim: string, message: string, verdict: "no" | "undecided" = "no") {
    super(message);
    this.claim = claim;
    this.verdict = verdict;
  }
}

/** Throws TypeError unless `claim` is a number of the lectures. */
export function requireClaim(name: string, claim: string): void {
  if (!/^[A-C]\d{1,2}$/.test(claim)) {
    throw new TypeError(
      `${name}: the claim must be a number of the lectures such as "A6", got ${inspect(claim)}`,
    );
  }
}

/** The evidence for a claim: true or false, or the result of a check such as `checkBound`. */
export type Answer = boolean | Pick<Judged, "verdict" | "wouldDecide">;

/**
 * States a numbered claim of the lectures and asserts it: shows `✓ A6 statement: detail` if it holds, throws if
 * not.
 *
 * A boolean does not show how it was computed: `[].every(…)` is true, NaN > 1 is false, and neither compared anything. So pass
 * a list with an answer for each item, `gaps.map((gap, k) => gap <= bound(k))`, which must not be empty; or the result of
 * `checkBound`, `gradientCheck`, `fitRate` and the like, whose verdict is yes, no or undecided. For a measured number use
 * `checkEstimate`.
 *
 * @param claim its number, A1 … A17, B1 … B12, or C1 … for what lies beyond the lectures
 * @param statement what is claimed, in words
 * @param holds whether the computation confirms it, or a function that computes this; for several items a list, which must
 *   not be empty
 * @param detail the numbers behind the verdict
 * @param options `falseAlarm`: for a check on random numbers, the probability that it would fail with another seed
 *   although the claim holds: at most 10⁻⁶, and 0 for an exact check, which passes with every seed; `finds`: the smallest
 *   deviation for which a check on random numbers fails with probability 0.99, in words, such as "a loss that is 5 % larger"
 * @throws CheckFailed if `holds`, or an entry of the list, is false or a verdict other than yes, or the list is empty; TypeError if
 *   it is neither a boolean nor a verdict (a forgotten `await`?), or `finds` is no text, or given for an exact check; RangeError if
 *   `falseAlarm` is above 10⁻⁶: then more runs or a wider margin are needed.
 * @example
 * check("A4", "the reference network has 602,762 parameters", 784 * 512 + 512 + 512 * 384 + 384 + 384 * 10 + 10 === 602762)
 * // ✓ A4 the reference network has 602,762 parameters
 * check("A13", "a sweep teaches it", 0.947 > 0.93, "94.7 % right", { falseAlarm: 1e-6, finds: "92 % right" })
 * // ✓ A13 a sweep teaches it: 94.7 % right (finds 92 % right with probability 0.99, false alarm 1e-6)
 * check("A2", "the loss is negative", Math.log(2) < 0, "log 2 = 0.69") // throws A2 does not hold: the loss is negative (log 2 = 0.69)
 */
export function check(
  claim: string,
  statement: string,
  holds: Answer | readonly Answer[] | (() => Answer | readonly Answer[]),
  detail?: string,
  options: { falseAlarm?: number; finds?: string } = {},
): Displayable {
  const { falseAlarm, finds } = optionsOf("check", options, ["falseAlarm", "finds"]);
  requireClaim("check", claim);
  const isRare = typeof falseAlarm === "number" && falseAlarm >= 0 && falseAlarm <= 1e-6;
  if (falseAlarm !== undefined && !isRare) {
    throw new RangeError(
      `check: a false alarm may have a probability of at most 1e-6, make more runs or a wider margin; got ${inspect(falseAlarm)}`,
    );
  }
  if (finds !== undefined && (typeof finds !== "string" || finds === "")) {
    throw new TypeError(
      `check: finds must say in words which deviation is found, such as "a loss that is 5 % larger"; got ${inspect(finds)}`,
    );
  }
  if (finds !== undefined && falseAlarm === 0) {
    throw new TypeError(
      `check: a check with falseAlarm 0 is exact, so it finds every deviation; leave out finds, or state the probability of a false alarm; got ${inspect(finds)}`,
    );
  }
  const answer: unknown = typeof holds === "function" ? holds() : holds;
  if (Array.isArray(answer) && answer.length === 0) {
    throw new CheckFailed(claim, `${claim} is undecided: ${statement}: the list is empty`, "undecided");
  }
  // A list holds if each entry is true; otherwise its first other entry decides the message.
  // Array.from turns a hole into undefined, which is not an answer.
  const list: unknown[] = Array.isArray(answer) ? Array.from(answer) : [answer];
  const verdicts = list.map(verdictOfAnswer);
  const wrong = verdicts.indexOf(undefined);
  if (wrong >= 0) {
    throw new TypeError(
      `check: whether ${claim} holds must be true or false${list[wrong] instanceof Promise ? ", did you forget await?" : ""}; got ${inspect(list[wrong])}`,
    );
  }
  const open = verdicts.includes("no") ? "no" : verdicts.includes("undecided") ? "undecided" : undefined;
  if (open) {
    const { wouldDecide } = list[verdicts.indexOf(open)] as { wouldDecide?: string };
    const verb = open === "no" ? "does not hold" : "is undecided";
    const advice = open === "undecided" && wouldDecide ? `; what would decide: ${wouldDecide}` : "";
    throw new CheckFailed(
      claim,
      `${claim} ${verb}: ${statement}${detail ? ` (${detail})` : ""}${advice}`,
      open,
    );
  }
  const errors = [
    finds && `finds ${finds} with probability 0.99`,
    falseAlarm && `false alarm ${falseAlarm.toExponential(0)}`,
  ];
  const odds = falseAlarm === 0 ? "exact, no seed decides" : errors.filter(Boolean).join(", ");
  const rest = `${statement}${detail ? `: ${detail}` : ""}${odds && ` (${odds})`}`;
  const text = `✓ ${claim} ${rest}`;
  const html = `<p>✓ <b>${claim}</b> ${escapeHtml(rest)}</p>`;
  return {
    [displaySymbol]: (): MimeBundle => ({ "text/html": html, "text/plain": text }),
    [inspect.custom](): string {
      return printing(this, text);
    },
  } as Displayable;
}

/** The verdict of one answer; undefined if it is not an answer. */
function verdictOfAnswer(answer: unknown): "yes" | "no" | "undecided" | undefined {
  if (typeof answer === "boolean") return answer ? "yes" : "no";
  const { verdict } = (typeof answer === "object" && answer !== null ? answer : {}) as { verdict?: unknown };
  return verdict === "yes" || verdict === "no" || verdict === "undecided" ? verdict : undefined;
}
