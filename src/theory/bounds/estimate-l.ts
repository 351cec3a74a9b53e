/**
 * A lower bound of the Lipschitz constant of a gradient where no formula gives it: every secant of the gradient proves one.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { checkPositive, checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { random } from "../../tensor/random.js";
import { powerIteration } from "../algebra/power-iteration.js";
import { distance, minus, norm, type Vector } from "../algebra/vectors.js";
import type { Objective } from "../objectives/objective.js";

/** A lower bound of L. Shows itself as a line. */
export interface EstimateOfL extends Displayable {
  /** The larger of the two: L is at least this, up to the rounding of differences. */
  readonly lowerBound: number;
  /** The largest ‖∇F(θ) − ∇F(β)‖ / ‖θ − β‖ over the sampled pairs. */
  readonly secants: number;
  /** The largest |eigenvalue| of the Hessian at the sampled points, by power iteration. */
  readonly curvature: number;
}

/**
 * Bounds L (A6) from below by sampling within a ball: by secants ‖∇F(θ) − ∇F(β)‖ / ‖θ − β‖ of random pairs, and by power
 * iteration with the Hessian, whose products with v are differences (∇F(θ + hv) − ∇F(θ − hv)) / 2h.
 *
 * Sampling can give a lower bound only: F may be more curved at a point that was not sampled. Take η well below 1/L
 * of the estimate, or derive L.
 *
 * @param F the objective
 * @param options `around` = 0: the centre of the ball, of length dimension; `radius` = 1; `samples` = 100 pairs; `seed`
 *   = 0
 * @throws RangeError for a radius that is not > 0 or a centre that does not fit.
 * @example
 * estimateL(quadratic({ spectrum: [10, 1], seed: 2 })).lowerBound.toFixed(6) // → '10.000000'
 */
export function estimateL(
  F: Objective,
  options: { around?: Vector; radius?: number; samples?: number; seed?: number } = {},
): EstimateOfL {
  const {
    around = new Float64Array(F.dimension),
    radius = 1,
    samples = 100,
    seed = 0,
  } = optionsOf("estimateL", options, ["around", "radius", "samples", "seed"]);
  if (around.length !== F.dimension) {
    throw new RangeError(`estimateL: the centre must have ${F.dimension} entries, got ${inspect(around)}`);
  }
  checkPositive("estimateL", { radius });
  checkWhole("estimateL", { samples });
  const stream = random(seed).split("estimateL");
  const n = F.dimension;
  /** A point uniform in the ball: a random direction times a radius of density ∝ r^(n−1). */
  const place = (): Float64Array => {
    const direction = Float64Array.from({ length: n }, () => stream.normal());
    const length = (radius * stream.uniform() ** (1 / n)) / norm(direction);
    return direction.map((entry, i) => around[i]! + length * entry);
  };
  let secants = 0;
  for (let i = 0; i < samples; i++) {
    const [a, b] = [place(), place()];
    const apart = distance(a, b);
    if (apart > 0) secants = Math.max(secants, distance(F.gradient(a), F.gradient(b)) / apart);
  }
  const h = 1e-5 * radius;
  let curvature = 0;
  // The centre and a few other points only: power iteration takes dozens of gradients at each.
  for (let i = 0; i < Math.min(10, samples); i++) {
    const at = i === 0 ? Float64Array.from(around as ArrayLike<number>) : place();
    const product = (v: Float64Array) =>
      minus(
        F.gradient(at.map((entry, j) => entry + h * v[j]!)),
        F.gradient(at.map((entry, j) => entry - h * v[j]!)),
      ).map((entry) => entry / (2 * h));
    const { eigenvector } = powerIteration(product, n, {
      seed: seed + i,
      tolerance: 1e-7,
      maxIterations: 200,
    });
    // ‖H v‖ ≤ L for a unit v, even where eigenvalues λ and −λ keep the iteration from converging.
    curvature = Math.max(curvature, norm(product(eigenvector)));
  }
  const lowerBound = Math.max(secants, curvature);
  const text = `L ≥ ${formatNumber(lowerBound)} within ${formatNumber(radius)} of (${Array.from(
    around.slice(0, 4),
    (entry) => formatNumber(entry),
  ).join(
    ", ",
  )}${n > 4 ? ", …" : ""}): secants ${formatNumber(secants)}, curvature ${formatNumber(curvature)}`;
  return Object.freeze({
    lowerBound,
    secants,
    curvature,
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}
