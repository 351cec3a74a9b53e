/**
 * A surface in the plane with four minima of equal depth: where descent ends depends on where it starts (A7).
 */
import { made } from "./made.js";
import { type Objective, objective } from "./objective.js";

/**
 * Himmelblau's function F(θ) = (θ₁² + θ₂ − 11)² + (θ₁ + θ₂² − 7)²: four minimisers with F = 0, four saddles and
 * a maximum between them. It is not convex, and its gradient has no Lipschitz constant on the plane.
 *
 * @example
 * himmelblau().value([3, 2]) // → 0
 * himmelblau().minimisers?.length // → 4
 * @see D. M. Himmelblau, Applied Nonlinear Programming (1972).
 */
export function himmelblau(): Objective {
  const F = objective({
    name: "himmelblau",
    dimension: 2,
    value: ([x, y]) => (x! ** 2 + y! - 11) ** 2 + (x! + y! ** 2 - 7) ** 2,
    gradient([x, y]) {
      const [a, b] = [x! ** 2 + y! - 11, x! + y! ** 2 - 7];
      return [4 * x! * a + 2 * b, 2 * a + 4 * y! * b];
    },
    L: Number.POSITIVE_INFINITY,
    mu: 0,
    convex: false,
    // The roots of both squares: (3, 2) and the other three real solutions of the quartic, to the last digit.
    minimisers: [
      [3, 2],
      [-2.805118086952745, 3.131312518250573],
      [-3.779310253377747, -3.2831859912861696],
      [3.5844283403304917, -1.8481265269644034],
    ],
    minimum: 0,
  });
  return made(F, "himmelblau");
}
