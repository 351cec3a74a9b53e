/**
 * Worst-case convex functions: for gradient descent, and for every method whose steps are combinations of
 * gradients.
 */

import { checkOneOf, checkPositive, checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { huberNamed } from "./huber.js";
import { made } from "./made.js";
import { objective, type SolvedObjective } from "./objective.js";

/** The construction, the distance to the minimiser, and the Lipschitz constant. */
export interface WorstCaseOptions {
  /** `Drori, Teboulle` (default): the worst for gradient descent with η = 1/L; `Nesterov`: hard from θ(0) = 0 for every method whose steps are combinations of the gradients so far. */
  by?: "Drori, Teboulle" | "Nesterov";
  /** ‖θ(0) − θ*‖, 1 by default. */
  R?: number;
  /** The class of functions: gradients with this Lipschitz constant; 1 by default. */
  L?: number;
}

/**
 * A convex function with L-Lipschitz gradient on which k steps do badly.
 *
 * By Drori and Teboulle, in one dimension, for gradient descent with η = 1/L from a start at `[R]`: Huber's function with
 * radius r = R/(2k + 1). Each step moves θ by r along the cone, and after k steps
 *
 *     F(θ(k)) − F* = L R² / (4k + 2),
 *
 * which `tightBound` proves to be the worst possible.
 *
 * By Nesterov, in n = 2k + 1 dimensions, for every method whose steps are combinations of gradients, from the start 0:
 *
 *     F(θ) = L/4 (½ (θ₁² + Σ (θ_i − θ_{i+1})² + θ_n²) − s θ₁),    θ*_i = s (1 − i/(n + 1)),
 *
 * with s such that ‖θ*‖ = R. Each gradient reveals one more coordinate, so that after j ≤ k steps all beyond the j-th are still
 * 0, the gap is at least s² L/8 (1/(j + 1) − 1/(n + 1)), and after k steps at least 3 L R² / (32 (k + 1)²).
 *
 * @param k how many steps it is bad for, a whole number ≥ 1
 * @param options `by` = "Drori, Teboulle", `R` = 1, `L` = 1
 * @throws RangeError unless k is a whole number ≥ 1, R and L finite numbers > 0.
 * @example
 * const path = descend(worstCase(2), { theta0: [1], eta: 1, steps: 2 });
 * path.gaps[2].toFixed(12) // → '0.100000000000'
 * const hard = worstCase(10, { by: "Nesterov" });
 * const fast = descend(hard, { theta0: new Float64Array(21), rule: nesterov({ eta: 1, beta: 0.8 }), steps: 10 });
 * fast.gaps[10] > 3 / (32 * 11 ** 2) // → true
 * @see Y. Drori, M. Teboulle, Mathematical Programming 145 (2014), theorem 3.2; Y. Nesterov, Introductory Lectures on
 *   Convex Optimization (2004), theorem 2.1.7.
 */
export function worstCase(k: number, options: WorstCaseOptions = {}): SolvedObjective {
  optionsOf("worstCase", options, ["by", "R", "L"]);
  const { by = "Drori, Teboulle", R = 1, L = 1 } = options;
  checkWhole("worstCase", { k });
  checkPositive("worstCase", { R, L });
  const name = `worst case for ${k} ${k === 1 ? "step" : "steps"}`;
  checkOneOf("worstCase", { by }, ["Drori, Teboulle", "Nesterov"]);
  if (by === "Nesterov") return made(nesterovs(`${name}, Nesterov's`, k, R, L), "worstCase", k, options);
  return made(huberNamed(name, { radius: R / (2 * k + 1), L }), "worstCase", k, options);
}

function nesterovs(name: string, k: number, R: number, L: number): SolvedObjective {
  const n = 2 * k + 1;
  const unscaled = Float64Array.from({ length: n }, (_, i) => 1 - (i + 1) / (n + 1));
  const s = R / Math.sqrt(unscaled.reduce((sum, x) => sum + x * x, 0));
  const thetaStar = unscaled.map((x) => s * x);
  /** Σ (θ_i − θ_{i+1})² over i = 0, …, n with θ_0 = θ_{n+1} = 0. */
  const square = (at: (i: number) => number): number => {
    let sum = 0;
    for (let i = 0; i <= n; i++) sum += ((i === 0 ? 0 : at(i - 1)) - (i === n ? 0 : at(i))) ** 2;
    return sum;
  };
  const half = Math.PI / (n + 1);
  return objective({
    name,
    dimension: n,
    value: (theta) => (L / 4) * (square((i) => theta[i]!) / 2 - s * theta[0]!),
    gradient: (theta) =>
      Float64Array.from(
        { length: n },
        (_, i) => (L / 4) * (2 * theta[i]! - (theta[i - 1] ?? 0) - (theta[i + 1] ?? 0) - (i === 0 ? s : 0)),
      ),
    // The eigenvalues of the second difference are 2 − 2 cos(jπ/(n + 1)).
    L: (L / 2) * (1 + Math.cos(half)),
    mu: (L / 2) * (1 - Math.cos(half)),
    convex: true,
    thetaStar,
    minimum: (s * s * L * (1 / (n + 1) - 1)) / 8,
    gap: (theta) => (L / 8) * square((i) => theta[i]! - thetaStar[i]!),
  }) as SolvedObjective;
}
