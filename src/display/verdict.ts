/**
 * The verdict of every check, of a gradient, a bound or a sample: yes, no or undecided, with its reason, displayed in one
 * way. An undecided verdict names what would decide it; one based on random draws states its rate of false alarms.
 */

import { inspect } from "#platform";
import { optionsOf } from "../options/options-of.js";
import { type Displayable, displaySymbol, type MimeBundle } from "./bundle.js";
import { escapeHtml } from "./escape-html.js";
import type { Figure } from "./figure.js";
import { printing } from "./host.js";

/** Whether something holds: `yes`, `no`, or `undecided` where what was looked at shows neither. */
export type Verdict = "yes" | "no" | "undecided";

/** One judged statement: a line of what a check shows. */
export interface Finding {
  /** Whether it holds. */
  readonly verdict: Verdict;
  /** What was judged and what was found, in words; of `undecided` also why. */
  readonly text: string;
  /** If `undecided`: what would decide it, in words. */
  readonly wouldDecide?: string | undefined;
}

/** What every check returns, beside its numbers. Shows itself as a line for each finding, under the chart if there is one. */
export interface Judged extends Displayable {
  /** Whether what was asked holds. */
  readonly verdict: Verdict;
  /** Why, in words: each finding as a line. */
  readonly findings: readonly Finding[];
  /** For an undecided check: what would decide it, in words. */
  readonly wouldDecide: string | undefined;
  /** The verdict in words. */
  toString(): string;
}

const marks: Record<Verdict, string> = { yes: "✓", no: "✗", undecided: "?" };

/**
 * The verdict on several findings together: `no` if one is no, `yes` only if all are yes and there is at least one.
 *
 * @example
 * verdictOf([{ verdict: "yes" }, { verdict: "undecided" }]) // → 'undecided'
 * verdictOf([]) // → 'undecided'
 */
export function verdictOf(findings: readonly Pick<Finding, "verdict">[]): Verdict {
  if (findings.some(({ verdict }) => verdict === "no")) return "no";
  return findings.length > 0 && findings.every(({ verdict }) => verdict === "yes") ? "yes" : "undecided";
}

/**
 * A finding as a line of text: its mark, its words, and what would decide it.
 *
 * @example
 * findingText({ verdict: "undecided", text: "the mean is 0", wouldDecide: "take 12 times the paths" }) // → '? the mean is 0; undecided: take 12 times the paths'
 */
export function findingText({ verdict, text, wouldDecide }: Finding): string {
  const advice = verdict === "undecided" && wouldDecide ? `; undecided: ${wouldDecide}` : "";
  return `${marks[verdict]} ${text}${advice}`;
}

/** How a check is put together: its numbers, what it found, and optionally a picture. */
export interface JudgedOptions {
  /** One line each. */
  findings: readonly Finding[];
  /** The verdict, where it is not that of all findings together. */
  verdict?: Verdict;
  /** A line above the findings, without a mark. */
  heading?: string;
  /** A line below the findings, without a mark. */
  notes?: readonly string[];
  /** The picture. */
  chart?: () => Figure;
}

/**
 * Makes the result of a check: `fields` with the verdict, the findings and the way to show them.
 *
 * @example
 * judged({ z: 2 }, { findings: [{ verdict: "yes", text: "the mean is 0" }] }) // → ✓ the mean is 0
 */
export function judged<T extends object>(fields: T, options: JudgedOptions): T & Judged {
  const {
    findings,
    verdict = verdictOf(findings),
    heading,
    notes = [],
    chart,
  } = optionsOf("judged", options, ["findings", "verdict", "heading", "notes", "chart"]);
  const lines = [...(heading === undefined ? [] : [heading]), ...findings.map(findingText), ...notes];
  const text = lines.join("\n");
  const undecided = findings.filter((one) => one.verdict === "undecided" && one.wouldDecide);
  const wouldDecide =
    verdict === "undecided" && undecided.length > 0
      ? [...new Set(undecided.map((one) => one.wouldDecide))].join("; ")
      : undefined;
  const show = {
    verdict,
    findings,
    wouldDecide,
    toString: () => text,
    [inspect.custom]: (): string => printing(show, text),
    async [displaySymbol](): Promise<MimeBundle> {
      if (chart) return { ...(await chart()[displaySymbol]()), "text/plain": text };
      return { "text/html": linesAsHtml(lines), "text/plain": text };
    },
  };
  return Object.freeze(Object.assign(fields, show));
}

const linesAsHtml = (lines: readonly string[]) => `<p>${lines.map(escapeHtml).join("<br>")}</p>`;
