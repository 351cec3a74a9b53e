/**
 * The cross-entropy of a readout as a function of the readout itself: log-sum-exp, the smooth maximum.
 */
import { inspect } from "#platform";
import { optionsOf } from "../../options/options-of.js";
import type { Vector } from "../algebra/vectors.js";
import { made } from "./made.js";
import { objective, type SolvedObjective } from "./objective.js";

/**
 * Log-sum-exp minus a linear term,
 *
 *     F(θ) = log Σ_i e^θ_i − Σ_i c_i θ_i,    ∇F(θ) = softmax(θ) − c,
 *
 * the cross-entropy of the probabilities softmax(θ) against the probabilities c (A2). Convex, L = ½ (the variance of a
 * variable with values in [a, b] is at most (b − a)²/4); constant along (1, …, 1), so mu = 0. θ* = log c minus its
 * mean, F* is the entropy of c, and F − F* the relative entropy of c with respect to softmax(θ).
 *
 * @param options `target`: the probabilities c > 0; or `dimension`: equal ones, 2 by default
 * @throws RangeError unless there are at least 2 probabilities > 0 with sum 1.
 * @example
 * logSumExp({ target: [0.5, 0.25, 0.25] }).gradient([0, 0, 0]).map((g) => Math.round(1200 * g)) // → Float64Array(3) [ -200, 100, 100 ]
 * @see S. Boyd, L. Vandenberghe, Convex Optimization (2004), section 3.1.5.
 */
export function logSumExp(options: { target?: Vector; dimension?: number } = {}): SolvedObjective {
  const { target, dimension = 2 } = optionsOf("logSumExp", options, ["target", "dimension"]);
  const c = target ? Float64Array.from(target) : new Float64Array(dimension).fill(1 / dimension);
  const total = c.reduce((sum, entry) => sum + entry, 0);
  if (c.length < 2 || !c.every((entry) => entry > 0) || !(Math.abs(total - 1) < 1e-12)) {
    throw new RangeError(
      `logSumExp: the target must be at least 2 probabilities > 0 with sum 1, got ${inspect(target ?? dimension)}`,
    );
  }
  const logs = c.map(Math.log);
  const mean = logs.reduce((sum, entry) => sum + entry, 0) / c.length;
  /** log Σ e^θ_i and softmax(θ), without overflow. */
  const softmax = (theta: Vector) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < c.length; i++) top = Math.max(top, theta[i]!);
    const p = Float64Array.from(theta as ArrayLike<number>, (entry) => Math.exp(entry - top));
    const sum = p.reduce((all, entry) => all + entry, 0);
    return { log: top + Math.log(sum), p: p.map((entry) => entry / sum) };
  };
  const value = (theta: Vector) => c.reduce((rest, entry, i) => rest - entry * theta[i]!, softmax(theta).log);
  const F = objective({
    name: "log-sum-exp",
    dimension: c.length,
    value,
    gradient: (theta) => softmax(theta).p.map((entry, i) => entry - c[i]!),
    L: 0.5,
    mu: 0,
    convex: true,
    thetaStar: logs.map((entry) => entry - mean),
  });
  return made(F as SolvedObjective, "logSumExp", { target: c });
}
