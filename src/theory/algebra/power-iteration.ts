/**
 * The largest eigenvalue from products A v alone: finds L where A is too large to decompose, or is available
 * only through its products (a Hessian).
 */
import { inspect } from "#platform";
import { optionsOf } from "../../options/options-of.js";
import { random } from "../../tensor/random.js";
import { dot, norm } from "./vectors.js";

/** The result of a power iteration. */
export interface PowerIteration {
  /** vᵀ A v: a lower bound of the largest eigenvalue, and close to it after convergence. */
  eigenvalue: number;
  /** v, of length 1. */
  eigenvector: Float64Array;
  /** The number of products A v computed. */
  iterations: number;
  /** ‖A v − eigenvalue · v‖: some eigenvalue lies within this distance. */
  residual: number;
}

/**
 * The largest eigenvalue of a symmetric positive semidefinite A: v ← A v / ‖A v‖ until the residual is small.
 *
 * The error of the eigenvalue shrinks by (λ₂/λ₁)² in each step, so convergence is slow if the two largest are
 * close (but then either is a good answer).
 *
 * @param product v ↦ A v
 * @param n the dimension
 * @param options `seed` of the start, `tolerance` of the residual relative to the eigenvalue, `maxIterations`
 * @throws RangeError if a product is not finite.
 * Source: Golub, Van Loan, Matrix computations (4th ed. 2013), section 8.2.
 * @example
 * powerIteration((v) => [3 * v[0], v[1]], 2).eigenvalue.toFixed(6) // → '3.000000'
 */
export function powerIteration(
  product: (v: Float64Array) => ArrayLike<number>,
  n: number,
  options: { seed?: number; tolerance?: number; maxIterations?: number } = {},
): PowerIteration {
  const {
    seed = 0,
    tolerance = 1e-10,
    maxIterations = 10_000,
  } = optionsOf("powerIteration", options, ["seed", "tolerance", "maxIterations"]);
  const stream = random(seed).split("power iteration");
  let v = Float64Array.from({ length: n }, () => stream.normal());
  const length = norm(v);
  v = v.map((entry) => entry / length);
  for (let iterations = 1; ; iterations++) {
    const w = Float64Array.from(product(v));
    const eigenvalue = dot(v, w);
    if (w.length !== n || !Number.isFinite(eigenvalue)) {
      throw new RangeError(`powerIteration: the product must be ${n} finite numbers, got ${inspect(w)}`);
    }
    const residual = norm(w.map((entry, i) => entry - eigenvalue * v[i]!));
    const size = norm(w);
    if (residual <= tolerance * Math.abs(eigenvalue) || size === 0 || iterations >= maxIterations) {
      return { eigenvalue, eigenvector: v, iterations, residual };
    }
    v = w.map((entry) => entry / size);
  }
}
