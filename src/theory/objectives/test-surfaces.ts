/**
 * Three test functions, each difficult in a different way: a kink at the minimum, a curved valley, and many minima.
 */
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { made } from "./made.js";
import { type Objective, objective, type SolvedObjective } from "./objective.js";

/**
 * The sum of absolute values F(θ) = Σ_i |θ_i|: convex (B9), with a kink along each coordinate plane, so that its gradient
 * has no Lipschitz constant. `gradient` returns sign θ_i, with 0 at the kink.
 *
 * @param options `dimension` = 1
 * @throws RangeError unless `dimension` is a whole number ≥ 1.
 * @example
 * absolute({ dimension: 3 }).gradient([2, 0, -0.5]) // → Float64Array(3) [ 1, 0, -1 ]
 */
export function absolute(options: { dimension?: number } = {}): SolvedObjective {
  const { dimension = 1 } = optionsOf("absolute", options, ["dimension"]);
  checkWhole("absolute", { dimension }, 1);
  const F = objective({
    name: "absolute value",
    dimension,
    value(theta) {
      let sum = 0;
      for (let i = 0; i < dimension; i++) sum += Math.abs(theta[i]!);
      return sum;
    },
    gradient: (theta) => Float64Array.from(theta as ArrayLike<number>, (entry) => Math.sign(entry) + 0),
    L: Number.POSITIVE_INFINITY,
    mu: 0,
    convex: true,
    thetaStar: new Float64Array(dimension),
    minimum: 0,
  });
  return made(F as SolvedObjective, "absolute", { dimension });
}

/**
 * Rosenbrock's function F(θ) = Σ_i 100 (θ_{i+1} − θ_i²)² + (1 − θ_i)²: the minimiser (1, …, 1) lies on the floor of a
 * curved, narrow valley that descent reaches fast and then follows very slowly. Not convex, no Lipschitz constant. From four
 * dimensions on there is a second, local minimum near (−1, 1, …, 1).
 *
 * @param options `dimension` = 2
 * @throws RangeError unless `dimension` is a whole number ≥ 2.
 * @example
 * rosenbrock().gradient([-1, 1]) // → Float64Array(2) [ -4, 0 ]
 * @see H. H. Rosenbrock, An automatic method for finding the greatest or least value of a function, The Computer
 *   Journal 3 (1960).
 */
export function rosenbrock(options: { dimension?: number } = {}): Objective {
  const { dimension = 2 } = optionsOf("rosenbrock", options, ["dimension"]);
  checkWhole("rosenbrock", { dimension }, 2);
  const F = objective({
    name: "rosenbrock",
    dimension,
    value(theta) {
      let sum = 0;
      for (let i = 0; i + 1 < dimension; i++) {
        sum += 100 * (theta[i + 1]! - theta[i]! ** 2) ** 2 + (1 - theta[i]!) ** 2;
      }
      return sum;
    },
    gradient(theta) {
      const out = new Float64Array(dimension);
      for (let i = 0; i + 1 < dimension; i++) {
        const off = theta[i + 1]! - theta[i]! ** 2;
        out[i]! += -400 * theta[i]! * off - 2 * (1 - theta[i]!);
        out[i + 1]! += 200 * off;
      }
      return out;
    },
    L: Number.POSITIVE_INFINITY,
    mu: 0,
    convex: false,
    thetaStar: new Float64Array(dimension).fill(1),
    minimum: 0,
  });
  return made(F, "rosenbrock", { dimension });
}

/**
 * Rastrigin's function F(θ) = Σ_i θ_i² + 10 (1 − cos 2πθ_i): a bowl with a local minimum near every integer
 * point, the lowest at 0. Not convex; L = 2 + 40π², the second derivative at 0.
 *
 * @param options `dimension` = 2
 * @throws RangeError unless `dimension` is a whole number ≥ 1.
 * @example
 * rastrigin().value([1, 0]) // → 1
 * @see H. Mühlenbein, M. Schomisch, J. Born, The parallel genetic algorithm as function optimizer, Parallel Computing 17
 *   (1991).
 */
export function rastrigin(options: { dimension?: number } = {}): SolvedObjective {
  const { dimension = 2 } = optionsOf("rastrigin", options, ["dimension"]);
  checkWhole("rastrigin", { dimension }, 1);
  const F = objective({
    name: "rastrigin",
    dimension,
    value(theta) {
      let sum = 0;
      for (let i = 0; i < dimension; i++) sum += theta[i]! ** 2 + 20 * Math.sin(Math.PI * theta[i]!) ** 2;
      return sum;
    },
    gradient: (theta) =>
      Float64Array.from(
        theta as ArrayLike<number>,
        (entry) => 2 * entry + 20 * Math.PI * Math.sin(2 * Math.PI * entry),
      ),
    L: 2 + 40 * Math.PI ** 2,
    mu: 0,
    convex: false,
    thetaStar: new Float64Array(dimension),
    minimum: 0,
  });
  return made(F as SolvedObjective, "rastrigin", { dimension });
}
