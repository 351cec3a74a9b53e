/**
 * The deviation of a mini-batch gradient from the full gradient (B2, B3): exact where the terms' gradients give a formula,
 * by sampling where they do not.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { random } from "../../tensor/random.js";
import { dot, norm, type Vector } from "../algebra/vectors.js";
import type { FiniteSum } from "../objectives/stochastic-objective.js";

/** The size, drawing and number of mini-batches. */
export interface GradientNoiseOptions {
  /** Terms of a mini-batch; 1. */
  batchSize?: number;
  /** Whether batches are drawn with replacement; false, as in a shuffled sweep. */
  replacement?: boolean;
  /** How many batches are sampled; 1000. With a batch size of 1 all N terms are used instead. */
  batches?: number;
  /** The seed. */
  seed?: number;
}

/** Mini-batch gradients at one θ. Shows itself as a few sentences. */
export interface GradientNoise extends Displayable {
  /** ∇F(θ). */
  readonly gradient: Float64Array;
  /** tr Cov(∇f_i): the variance of one term's gradient. */
  readonly termVariance: number;
  /** The variance of a batch's gradient: that over B, times (N − B)/(N − 1) without replacement. */
  readonly variance: number;
  /** The signal-to-noise ratio ‖∇F‖ / √variance. */
  readonly signalToNoise: number;
  /** tr Cov / ‖∇F‖²: the simple noise scale: beyond about this batch size, larger batches help little. */
  readonly noiseScale: number;
  /** The mean angle between a batch's gradient and ∇F, in degrees. */
  readonly angle: number;
  /** The share of batches whose negative gradient is an ascent direction of F: ⟨g, ∇F⟩ < 0. */
  readonly wrongDirection: number;
}

/**
 * The deviation of the gradient g_B of a mini-batch of B of the N terms from ∇F(θ):
 *
 *     E‖g_B − ∇F‖² = (tr Cov(∇f_i) / B) · (N − B)/(N − 1),  tr Cov(∇f_i) = (1/N) Σ_i ‖∇f_i − ∇F‖²
 *
 * (without the second factor if drawn with replacement). The angle to ∇F and the share of batches with ⟨g_B, ∇F⟩ < 0 are
 * means over sampled batches, for B = 1 over all N terms.
 *
 * @param F a finite sum, from `finiteSum`, `leastSquares` or `logistic`
 * @param theta the point θ, of length dimension
 * @param options `batchSize` = 1, `replacement` = false, `batches` = 1000, `seed` = 0
 * @throws RangeError unless 1 ≤ batchSize ≤ N (or any ≥ 1 with replacement).
 * @example
 * const pair = finiteSum([quadratic({ spectrum: [1], b: [1] }), quadratic({ spectrum: [1], b: [-1] })]);
 * gradientNoise(pair, [0.5]).wrongDirection // → 0.5
 * gradientNoise(pair, [3]).wrongDirection // → 0
 * @see S. McCandlish, J. Kaplan, D. Amodei, An empirical model of large-batch training, 2018, section 2.2.
 */
export function gradientNoise(
  F: FiniteSum,
  theta: Vector,
  options: GradientNoiseOptions = {},
): GradientNoise {
  const {
    batchSize = 1,
    replacement = false,
    batches = 1000,
    seed = 0,
  } = optionsOf("gradientNoise", options, ["batchSize", "replacement", "batches", "seed"]);
  const { N } = F;
  const most = replacement ? undefined : N;
  checkWhole("gradientNoise", { batchSize }, 1, most, "the number N of terms");
  const terms = Array.from({ length: N }, (_, i) => F.termGradient(i, theta));
  const gradient = F.gradient(theta);
  const termVariance =
    terms.reduce((sum, g) => sum + g.reduce((square, x, j) => square + (x - gradient[j]!) ** 2, 0), 0) / N;
  const left = replacement || N === 1 ? 1 : (N - batchSize) / (N - 1);
  const variance = (termVariance / batchSize) * left;
  const signal = norm(gradient);

  const stream = random(seed).split("gradientNoise");
  const count = batchSize === 1 ? N : batches;
  let [angles, wrong] = [0, 0];
  for (let batch = 0; batch < count; batch++) {
    const indices =
      batchSize === 1
        ? [batch]
        : replacement
          ? Array.from({ length: batchSize }, () => stream.integer(N))
          : stream.permutation(N).subarray(0, batchSize);
    const g = new Float64Array(gradient.length);
    for (const i of indices) for (let j = 0; j < g.length; j++) g[j]! += terms[i]![j]! / batchSize;
    const along = dot(g, gradient);
    wrong += Number(along < 0);
    angles += Math.acos(Math.max(-1, Math.min(1, along / (norm(g) * signal)))) * (180 / Math.PI);
  }
  const result = {
    gradient,
    termVariance,
    variance,
    signalToNoise: signal / Math.sqrt(variance),
    noiseScale: termVariance / signal ** 2,
    angle: angles / count,
    wrongDirection: wrong / count,
  };
  const text = [
    `batches of ${batchSize} of ${N}: ‖∇F‖ = ${formatNumber(signal)}, noise ${formatNumber(Math.sqrt(variance))}, signal to noise ${formatNumber(result.signalToNoise)}`,
    `mean angle ${result.angle.toFixed(1)}°, ${(100 * result.wrongDirection).toFixed(1)} % against the descent direction; noise scale ${formatNumber(result.noiseScale)}`,
  ].join("\n");
  return Object.freeze({
    ...result,
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}

/**
 * The region of confusion of a sum of functions of one variable: where terms pull in different directions, from the least
 * to the greatest of their minimisers, min θ*_i ≤ θ ≤ max θ*_i (B3). Outside it every term's gradient has the right
 * sign.
 *
 * @param F a sum of terms of one variable
 * @param range the interval to search
 * @param options `points` of the grid; 2001
 * @returns the ends of the region, to the width of the grid; undefined if the terms agree everywhere in the range
 * @throws RangeError unless F has one variable.
 * @example
 * const pair = finiteSum([quadratic({ spectrum: [1], b: [1] }), quadratic({ spectrum: [1], b: [-1] })]);
 * regionOfConfusion(pair, [-2, 2])?.map((end) => end.toFixed(2)) // → [ '-1.00', '1.00' ]
 */
export function regionOfConfusion(
  F: FiniteSum,
  [low, high]: readonly [number, number],
  options: { points?: number } = {},
): [number, number] | undefined {
  const { points = 2001 } = optionsOf("regionOfConfusion", options, ["points"]);
  if (F.dimension !== 1) {
    throw new RangeError(`regionOfConfusion: F must have one variable, got ${F.dimension}`);
  }
  checkWhole("regionOfConfusion", { points }, 2);
  const confused = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1)).filter(
    (x) => {
      let [up, down] = [false, false];
      for (let i = 0; i < F.N; i++) {
        const slope = F.termGradient(i, [x])[0]!;
        up ||= slope > 0;
        down ||= slope < 0;
      }
      return up && down;
    },
  );
  return confused.length === 0 ? undefined : [confused[0]!, confused.at(-1)!];
}
