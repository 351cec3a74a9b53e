/**
 * An objective whose gradients are observed with noise: the minimiser is the same, but ∇F(θ) is known only as E[∇Q(θ)].
 */

import { inspect } from "#platform";
import { checkNotNegative, checkOneOf } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import type { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";
import { made } from "./made.js";
import type { Objective } from "./objective.js";
import type { StochasticObjective } from "./stochastic-objective.js";

/** Noise added to a gradient: draws one number for each entry at θ. */
export type Noise = (theta: Vector, stream: Random) => ArrayLike<number>;

/** Options of `noise`. */
export interface NoiseOptions {
  /** The standard deviation of each entry (of Cauchy noise, which has none: the half-width at half maximum). */
  sd?: number;
  /** The distribution: `normal`; `uniform` on ±√3 sd; `sign`: ±sd; `cauchy`, which has no mean. */
  distribution?: "normal" | "uniform" | "sign" | "cauchy";
  /** The mean of the noise in every entry; the estimator is biased unless it is 0. */
  bias?: number;
  /** The standard deviation grows with θ: sd · √(1 + growth ‖θ‖²). */
  growth?: number;
}

/**
 * Independent noise in every entry of a gradient: ∇F(θ) + sd √(1 + growth ‖θ‖²) ξ + bias (A15).
 *
 * `sign` and `uniform` noise is bounded, as the theorem of Robbins and Monro requires; `normal` noise is not, but
 * its bounded variance suffices for Blum's; `cauchy` noise satisfies neither.
 *
 * @param options `sd` = 1, `distribution` = "normal", `bias` = 0, `growth` = 0
 * @throws RangeError for a negative sd or growth, TypeError for another distribution.
 * @example
 * noise({ distribution: "sign", sd: 2 })([0, 0], random(1)).map(Math.abs) // → Float64Array(2) [ 2, 2 ]
 */
export function noise(options: NoiseOptions = {}): (theta: Vector, stream: Random) => Float64Array {
  const {
    sd = 1,
    distribution = "normal",
    bias = 0,
    growth = 0,
  } = optionsOf("noise", options, ["sd", "distribution", "bias", "growth"]);
  checkOneOf("noise", { distribution }, Object.keys(draws));
  checkNotNegative("noise", { sd, growth });
  const draw = draws[distribution];
  const added = (theta: Vector, stream: Random): Float64Array => {
    let square = 0;
    if (growth > 0) for (let i = 0; i < theta.length; i++) square += theta[i]! ** 2;
    const size = growth > 0 ? sd * Math.sqrt(1 + growth * square) : sd;
    const out = new Float64Array(theta.length);
    for (let i = 0; i < out.length; i++) out[i] = bias + size * draw(stream);
    return out;
  };
  kurtoses.set(added, sd === 0 ? 1 : kurtosis[distribution]);
  return made(added, "noise", { sd, distribution, bias, growth });
}

/** E ξ⁴/(E ξ²)² of each distribution. */
const kurtosis = { normal: 3, uniform: 1.8, sign: 1, cauchy: Number.POSITIVE_INFINITY };

/** The kurtosis of each entry, for noise and noisy objectives made here. */
const kurtoses = new WeakMap<object, number>();

/** The kurtosis of each entry of a noisy objective's gradients, if its noise is one of nablab's. */
export const kurtosisOf = (F: object): number | undefined => kurtoses.get(F);

const draws = {
  normal: (stream: Random) => stream.normal(),
  uniform: (stream: Random) => Math.sqrt(3) * (2 * stream.uniform() - 1),
  sign: (stream: Random) => (stream.bits() & 1 ? 1 : -1),
  // The ratio of two independent standard normals.
  cauchy: (stream: Random) => stream.normal() / stream.normal(),
};

/**
 * F with noisy gradients ∇Q(θ) = ∇F(θ) + noise, so that E[∇Q(θ)] = ∇F(θ) if the noise has mean 0 (A16). All facts of F
 * remain.
 *
 * @param F the objective
 * @param added a standard deviation (normal noise in every entry), or a `Noise` such as `noise({ distribution: "sign" })`
 * @throws TypeError if the noise is neither a number nor a function.
 * @example
 * const F = expectation(quadratic({ spectrum: [1] }), noise({ distribution: "sign", sd: 1 }));
 * [...Array(4).keys()].map((seed) => Math.abs(F.sampleGradient([3], random(seed))[0] - 3)) // → [ 1, 1, 1, 1 ]
 */
export function expectation<T extends Objective>(F: T, added: number | Noise = 1): T & StochasticObjective {
  const draw = typeof added === "number" ? noise({ sd: added }) : added;
  if (typeof draw !== "function") {
    throw new TypeError(
      `expectation: the noise must be a standard deviation or a function (theta, stream) => list, got ${inspect(added)}`,
    );
  }
  const noisy = Object.freeze({
    ...F,
    N: Number.POSITIVE_INFINITY,
    sampleGradient(theta: Vector, stream: Random) {
      const gradient = F.gradient(theta);
      const one = draw(theta, stream);
      for (let i = 0; i < gradient.length; i++) gradient[i]! += one[i]!;
      return gradient;
    },
  });
  const known = kurtoses.get(draw);
  if (known !== undefined) kurtoses.set(noisy, known);
  return made(noisy, "expectation", F, added);
}
