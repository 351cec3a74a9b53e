/**
 * Step sizes computed from values of F: rules for `descend`, each made for one objective.
 */

import { makeRule, type Rule } from "../../optim/rule.js";
import { checkBetween0And1, checkPositive } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { dot } from "../algebra/vectors.js";
import type { Objective } from "../objectives/objective.js";

/**
 * Polyak's step η(k) = (F(θ) − F*) / ‖∇F(θ)‖², which needs F* and nothing else: for convex F the distance to the
 * minimisers never grows, whatever L is, even where F has kinks.
 *
 * @param F an objective whose minimum is known
 * @throws RangeError if the minimum is unknown.
 * @example
 * descend(quadratic({ spectrum: [1] }), { theta0: [8], rule: polyakStep(quadratic({ spectrum: [1] })), steps: 3 }).last // → Float64Array(1) [ 1 ]
 * @see B. T. Polyak, Introduction to Optimization (1987), chapter 5.
 */
export function polyakStep(F: Objective): Rule {
  const { minimum } = F;
  if (minimum === undefined) {
    throw new RangeError(`polyakStep: the minimum of ${F.name} must be known; try backtracking(F) instead`);
  }
  return makeRule(
    "PolyakStep",
    {},
    {
      name: "polyakStep",
      options: {},
      init: () => ({ k: 0, eta: 0 }),
      step(theta, gradient, state) {
        state.k++;
        const square = dot(gradient, gradient);
        const gap = F.gap?.(theta) ?? F.value(theta) - minimum;
        state.eta = square === 0 ? 0 : gap / square;
        for (let i = 0; i < theta.length; i++) theta[i]! -= state.eta * gradient[i]!;
      },
      stepSize: ({ eta }) => eta as number,
    },
  );
}

/**
 * Backtracking line search: starts from twice the last step and shrinks η until Armijo's condition
 *
 *     F(θ − η ∇F(θ)) ≤ F(θ) − c η ‖∇F(θ)‖²
 *
 * holds. No L is needed; where F has one, η never falls below (1 − c)/L unless it started there.
 *
 * @param F the objective
 * @param options `eta`: the first step to try (1); `shrink`: the factor for a step that is too long (½); `c` (10⁻⁴)
 * @throws RangeError unless eta > 0, 0 < shrink < 1 and 0 < c < 1.
 * @example
 * const F = quadratic({ spectrum: [100, 1] });
 * const path = descend(F, { theta0: [1, 1], rule: backtracking(F), steps: 200 });
 * path.values.every((value, k) => k === 0 || value < path.values[k - 1]) // → true
 * @see L. Armijo, Minimization of functions having Lipschitz continuous first partial derivatives, Pacific J. Math. 16
 *   (1966).
 */
export function backtracking(
  F: Objective,
  options: { eta?: number; shrink?: number; c?: number } = {},
): Rule {
  const { eta = 1, shrink = 0.5, c = 1e-4 } = optionsOf("backtracking", options, ["eta", "shrink", "c"]);
  checkPositive("backtracking", { eta });
  checkBetween0And1("backtracking", { shrink, c });
  return makeRule(
    "Backtracking",
    { eta: "η", shrink: "shrink", c: "c" },
    {
      name: "backtracking",
      options: { eta, shrink, c },
      init: () => ({ k: 0, eta }),
      step(theta, gradient, state) {
        const before = theta.slice();
        const value = F.value(before);
        const square = dot(gradient, gradient);
        let size = state.k++ === 0 ? eta : (state.eta as number) / shrink;
        // Where rounding hides any descent, no step satisfies the condition: stay.
        for (let i = 0; ; i++, size *= shrink) {
          for (let j = 0; j < theta.length; j++) theta[j] = before[j]! - size * gradient[j]!;
          if (F.value(theta) <= value - c * size * square) break;
          if (i < 200) continue;
          theta.set(before);
          size = state.eta as number;
          break;
        }
        state.eta = size;
      },
      stepSize: ({ eta }) => eta as number,
    },
  );
}
