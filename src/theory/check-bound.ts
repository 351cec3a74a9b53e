/**
 * A theorem's promise against what was measured.
 */
import { inspect } from "node:util";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { formatNumber } from "../display/format-number.js";
import type { Bound } from "./bounds.js";
import { gapChart } from "./gap-chart.js";
import type { Path } from "./path.js";

/** Whether a bound held along a path, and how closely. Shows itself as a sentence over the chart. */
export interface BoundCheck extends Displayable {
  /** Whether gap(k) ≤ bound(k) for every k ≥ 1. */
  readonly holds: boolean;
  /** The largest gap(k) / bound(k): 1 means that the bound is attained. */
  readonly tightness: number;
  /** The k at which that is. */
  readonly at: number;
  /** The k ≥ 1 at which the bound failed. */
  readonly violations: readonly number[];
  /** The assumptions of the theorem that F and the path do not meet, in words. */
  readonly unmet: readonly string[];
}

/**
 * Compares gap(k) = F(θ(k)) − F* with a bound, for k = 1, 2, …, and says which assumption of the theorem fails.
 *
 * Rounding is allowed for: 10⁻¹² relative to the bound, and where F has no formula for its gap the rounding of
 * the difference F(θ(k)) − F*.
 *
 * @param path a path on an objective with known minimum
 * @param bound what is promised after k steps
 * @throws RangeError if the minimum is not known.
 * @example
 * const F = quadratic({ spectrum: [2] });
 * const path = descend(F, { theta0: [3], eta: 0.25, steps: 20 });
 * checkBound(path, gradientDescentBound({ R: 3, eta: 0.25, L: F.L })).holds // → true
 */
export function checkBound(path: Path, bound: Bound | ((k: number) => number)): BoundCheck {
  const { gaps, objective: F } = path;
  if (gaps.length === 0) throw new RangeError(`checkBound: the minimum of ${F.name} is not known`);
  const rounding = F.gap ? 0 : 8 * Number.EPSILON * Math.max(Math.abs(F.minimum!), Math.abs(path.values[0]!));
  const violations: number[] = [];
  let tightness = 0;
  let at = 0;
  for (let k = 1; k < gaps.length; k++) {
    const allowed = bound(k);
    if (!(gaps[k]! <= allowed * (1 + 1e-12) + rounding)) violations.push(k);
    const ratio = gaps[k]! / allowed;
    if (!(ratio <= tightness) && gaps[k]! > rounding) [tightness, at] = [ratio, k];
  }
  const holds = violations.length === 0 && !path.diverged;
  const unmet = unmetAssumptions(path, "label" in bound ? bound : undefined);
  const name = "label" in bound ? bound.label : "the bound";
  const text = holds
    ? `✓ F(θ(k)) − F* ≤ ${name} for k = 1 … ${path.steps}; closest at k = ${at}, where the gap is ${formatNumber(tightness)} of the bound`
    : `✗ F(θ(k)) − F* ≤ ${name} fails ${violations.length > 0 ? `at ${violations.length} of ${path.steps} steps, first k = ${violations[0]}` : `: ${path.diverged?.reason}`}`;
  const full = [text, ...unmet.map((reason) => `  not assured: ${reason}`)].join("\n");
  return {
    holds,
    tightness,
    at,
    violations,
    unmet,
    toString: () => full,
    [inspect.custom]: () => full,
    async [displaySymbol](): Promise<MimeBundle> {
      const chart = gapChart([path], { bounds: { [name]: bound }, title: text });
      return { ...(await chart[displaySymbol]()), "text/plain": full };
    },
  } as BoundCheck;
}

function unmetAssumptions({ objective: F, eta }: Path, bound: Bound | undefined): string[] {
  const reasons: string[] = [];
  if (F.convex !== true)
    reasons.push(F.convex === false ? `${F.name} is not convex` : `is ${F.name} convex?`);
  if (F.thetaStar === undefined) reasons.push(`no minimiser of ${F.name} is known`);
  if (typeof F.L !== "number" || !Number.isFinite(F.L)) reasons.push(`L is ${F.L}`);
  else if (eta !== undefined && eta * F.L > 1 + 1e-12) {
    reasons.push(`η = ${formatNumber(eta)} is above 1/L = ${formatNumber(1 / F.L)}`);
  }
  if (eta === undefined) reasons.push("the step size is not constant");
  else if (bound && Math.abs(bound.eta - eta) > 1e-12 * eta) {
    reasons.push(`the bound is for η = ${formatNumber(bound.eta)}, the path has η = ${formatNumber(eta)}`);
  }
  if (bound?.mu !== undefined && !(typeof F.mu === "number" && F.mu * (1 + 1e-12) >= bound.mu)) {
    reasons.push(`the bound needs mu ≥ ${formatNumber(bound.mu)}, ${F.name} has mu = ${F.mu}`);
  }
  return reasons;
}
