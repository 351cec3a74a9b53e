/**
 * Huber's function: convex and smooth, a parabola within a radius and a cone beyond it.
 */
import { checkPositive } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { norm } from "../algebra/vectors.js";
import { made } from "./made.js";
import { objective, type SolvedObjective } from "./objective.js";

/** The radius, dimension and curvature of Huber's function. */
export interface HuberOptions {
  /** The radius of the parabola, 1 by default. */
  radius?: number;
  /** The dimension of θ, 1 by default. */
  dimension?: number;
  /** The curvature of the parabola, 1 by default. */
  L?: number;
}

/**
 * Huber's function, a parabola near 0, continued as a cone:
 *
 *     F(θ) = L ‖θ‖²/2 if ‖θ‖ ≤ r,    L r ‖θ‖ − L r²/2 beyond.
 *
 * Convex, differentiable, with L-Lipschitz gradient, minimiser 0; not strongly convex.
 *
 * @param options `radius` = 1 (r), `dimension` = 1, `L` = 1
 * @throws RangeError unless radius and L are finite numbers > 0.
 * @example
 * huber().gradient([3]) // → Float64Array(1) [ 1 ]
 * huber().value([3]) // → 2.5
 * @see P. J. Huber, Robust estimation of a location parameter, Ann. Math. Statist. 35 (1964).
 */
export function huber(options: HuberOptions = {}): SolvedObjective {
  optionsOf("huber", options, ["radius", "dimension", "L"]);
  return made(huberNamed("huber", options), "huber", options);
}

/** Huber's function under another name. */
export function huberNamed(
  name: string,
  { radius = 1, dimension = 1, L = 1 }: HuberOptions,
): SolvedObjective {
  checkPositive("huber", { radius, L });
  return objective({
    name,
    dimension,
    value(theta) {
      const length = norm(theta);
      return length <= radius ? (L * length * length) / 2 : L * radius * (length - radius / 2);
    },
    gradient(theta) {
      const factor = L * Math.min(1, radius / norm(theta));
      return Array.from(theta, (entry) => (entry === 0 ? 0 : factor * entry));
    },
    L,
    mu: 0,
    convex: true,
    thetaStar: new Float64Array(dimension),
    minimum: 0,
  }) as SolvedObjective;
}
