/**
 * A theorem's promise against what was measured.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { lineChart } from "../../display/line-chart.js";
import { distance, type Vector } from "../algebra/vectors.js";
import { convexity, minimiser, type RunFacts, shortSteps } from "../bounds/assumptions.js";
import type { Bound, Bounded } from "../bounds/bounds.js";
import { Path } from "../descent/path.js";
import type { SgdPaths } from "../stochastic/sgd-paths.js";

/** Whether a bound held along a path, and how closely. Shows itself as a sentence over the chart. */
export interface BoundCheck extends Displayable {
  /** Whether what was measured is at most bound(k) for every k ≥ 1 that was looked at. */
  readonly holds: boolean;
  /** The largest measured(k) / bound(k): 1 means that the bound is attained. */
  readonly tightness: number;
  /** The k at which that is. */
  readonly at: number;
  /** The k ≥ 1 at which the bound failed. */
  readonly violations: readonly number[];
  /** The assumptions of the theorem that F and the path do not meet, in words. */
  readonly unmet: readonly string[];
}

/** What is compared with a bound: values at steps k ≥ 1, and by how much each may exceed it. */
interface Measured {
  k: ArrayLike<number>;
  values: ArrayLike<number>;
  allowance: (i: number) => number;
}

const symbols: Record<Bounded, string> = {
  gap: "F(θ(k)) − F*",
  "gap of the weighted mean": "F(weighted mean of θ(0), …, θ(k−1)) − F*",
  "gap of the mean": "F(mean of θ(0), …, θ(k−1)) − F*",
  "squared distance": "‖θ(k) − θ*‖²",
};

/** Means of random paths may be above a bound by this many standard errors: by chance with probability 1e-9 each. */
const standardErrors = 6;

/**
 * Compares what a bound (A6, B5, B7) is about, such as gap(k) = F(θ(k)) − F*, with the bound, and says which assumption
 * of the theorem fails. Of a path all k = 1, 2, … are compared, of many random paths the means at all recorded steps.
 *
 * Rounding is allowed for: 10⁻¹² relative to the bound, and where F has no formula for its gap the rounding of
 * the difference F(θ(k)) − F*. Means over random paths count as above the bound if they are by more than six standard
 * errors, which of normal means one in 10⁹ is by chance.
 *
 * @param run a path on an objective with known minimum, or what `sgdPaths` returned
 * @param bound what is promised after k steps
 * @throws RangeError if the minimum (or minimiser) is not known, or the bound is about a single run and there are many.
 * @example
 * const F = quadratic({ spectrum: [2] });
 * const path = descend(F, { theta0: [3], eta: 0.25, steps: 20 });
 * checkBound(path, gradientDescentBound({ R: 3, eta: 0.25, L: F.L })).holds // → true
 * checkBound(path, gradientDescentBound({ R: 2, eta: 0.25 })).unmet // → [ 'the start is 3 away from θ*, not 2' ]
 */
export function checkBound(run: Path | SgdPaths, bound: Bound | ((k: number) => number)): BoundCheck {
  const theorem = "label" in bound ? bound : undefined;
  const of = theorem?.of ?? "gap";
  const { k, values, allowance } = run instanceof Path ? alongPath(run, of) : alongPaths(run, of);
  const violations: number[] = [];
  let tightness = 0;
  let at = 0;
  for (let i = 0; i < k.length; i++) {
    const [value, allowed] = [values[i]!, bound(k[i]!)];
    if (!(value <= allowed * (1 + 1e-12) + allowance(i))) violations.push(k[i]!);
    if (!(value / allowed <= tightness) && (run instanceof Path ? value > allowance(i) : true)) {
      [tightness, at] = [value / allowed, k[i]!];
    }
  }
  const diverged = run instanceof Path ? run.diverged : undefined;
  const holds = violations.length === 0 && !diverged;
  const facts = run instanceof Path ? factsOfPath(run) : factsOfPaths(run);
  const unmet = (theorem?.assumes ?? [convexity, minimiser, shortSteps]).flatMap(
    (one) => one.unmet(facts) ?? [],
  );
  const name = theorem?.label ?? "the bound";
  const what = run instanceof Path ? symbols[of] : `E[${symbols[of]}]`;
  const last = k[k.length - 1] ?? 0;
  const text = holds
    ? `✓ ${what} ≤ ${name} for k = 1 … ${last}; closest at k = ${at}, where ${of === "gap" ? "the gap" : "it"} is ${formatNumber(tightness)} of the bound`
    : `✗ ${what} ≤ ${name} fails ${violations.length > 0 ? `at ${violations.length} of ${k.length} steps, first k = ${violations[0]}` : `: ${diverged?.reason}`}`;
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
      const chart = lineChart({
        title: text,
        x: { title: "k", scale: "log" },
        y: { title: what, scale: "log" },
        series: [
          { name: "measured", x: k, y: values },
          { name, x: k, y: Float64Array.from(k, (step) => bound(step)), dash: "dot" },
        ],
      });
      return { ...(await chart[displaySymbol]()), "text/plain": full };
    },
  } as BoundCheck;
}

/** Below it numbers have fewer digits. */
const leastNormal = 2 ** -1022;

function alongPath({ gaps, theta, stepSizes, values, objective: F }: Path, of: Bounded): Measured {
  if (gaps.length === 0) throw new RangeError(`checkBound: the minimum of ${F.name} is not known`);
  const difference = F.gap ? 0 : 8 * Number.EPSILON * Math.max(Math.abs(F.minimum!), Math.abs(values[0]!));
  const rounding = difference + leastNormal;
  const k = Float64Array.from({ length: theta.length - 1 }, (_, i) => i + 1);
  const allowance = () => rounding;
  if (of === "gap") return { k, values: gaps.subarray(1), allowance };
  if (of === "squared distance") {
    return {
      k,
      values: k.map((step) => distance(theta[step]!, starOf(F.thetaStar, F.name)) ** 2),
      allowance,
    };
  }
  const mean = theta[0]!.slice();
  let sum = 0;
  const atMeans = k.map((step) => {
    const weight = of === "gap of the mean" ? 1 : stepSizes[step - 1]!;
    sum += weight;
    for (let i = 0; i < mean.length; i++) mean[i]! += (weight / sum) * (theta[step - 1]![i]! - mean[i]!);
    return F.gap?.(mean) ?? F.value(mean) - F.minimum!;
  });
  return { k, values: atMeans, allowance };
}

function alongPaths(run: SgdPaths, of: Bounded): Measured {
  const { name, minimum, gap } = run.objective;
  if (of === "gap of the mean") {
    throw new RangeError("checkBound: this bound is about a single run, give a path that descend returned");
  }
  if (minimum === undefined && !gap) {
    throw new RangeError(`checkBound: the minimum of ${name} is not known`);
  }
  const ensemble = {
    gap: run.gaps,
    "gap of the weighted mean": run.averagedGaps,
    "squared distance": run.squaredDistances,
  }[of];
  if (!ensemble) throw new RangeError(`checkBound: no minimiser of ${name} is known`);
  const { k, mean, standardErrors: errors } = ensemble;
  const from = k[0] === 0 ? 1 : 0;
  // A single path has no standard error, and with it no allowance.
  const allowance = (i: number) => standardErrors * (errors[from + i]! || 0);
  return { k: k.subarray(from), values: mean.subarray(from), allowance };
}

function starOf(thetaStar: Float64Array | undefined, name: string): Float64Array {
  if (thetaStar) return thetaStar;
  throw new RangeError(`checkBound: no minimiser of ${name} is known`);
}

function factsOfPath({ objective: F, schedule: eta, theta, gradientNorms }: Path): RunFacts {
  const away = (one: Vector) => (F.thetaStar ? distance(one, F.thetaStar) : 0);
  return {
    F,
    theta0: theta[0]!,
    eta,
    largestSquare: gradientNorms.reduce((most, norm) => Math.max(most, norm * norm), 0),
    farthest: F.thetaStar && theta.reduce((most, one) => Math.max(most, away(one)), 0),
  };
}

function factsOfPaths({ objective: F, eta, theta0, squaredGradients }: SgdPaths): RunFacts {
  const largestSquare = squaredGradients.mean.reduce((most, square) => Math.max(most, square), 0);
  return { F, theta0, eta, largestSquare, farthest: undefined };
}
