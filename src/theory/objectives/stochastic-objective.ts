/**
 * Objectives that are means, F(θ) = E[Q(θ)], of which single samples can be drawn, for stochastic gradient
 * descent.
 */
import type { Random } from "../../tensor/random.js";
import type { Vector } from "../algebra/vectors.js";
import type { Objective } from "./objective.js";

/** F(θ) = E[Q(θ)], with gradients ∇Q(θ) of single samples; the notation of lecture A. */
export interface StochasticObjective extends Objective {
  /** How many samples there are, ∞ if they are drawn from a distribution. */
  readonly N: number;
  /** ∇Q(θ) of one sample drawn from the stream; its mean should be ∇F(θ), which `checkNoise` tests. */
  sampleGradient(theta: Vector, stream: Random): Float64Array;
}

/** F(θ) = (1/N) Σ_i f_i(θ): a mean over N terms, such as the loss over N training samples. */
export interface FiniteSum extends StochasticObjective {
  /** f_i(θ), for i = 0, …, N − 1. */
  term(i: number, theta: Vector): number;
  /** ∇f_i(θ), for i = 0, …, N − 1. */
  termGradient(i: number, theta: Vector): Float64Array;
}

/** Whether samples can be drawn from an objective. */
export function isStochastic(F: Objective): F is StochasticObjective {
  return typeof (F as Partial<StochasticObjective>).sampleGradient === "function";
}

/** Whether an objective gives access to the single terms of its sum. */
export function isFiniteSum(F: Objective): F is FiniteSum {
  return typeof (F as Partial<FiniteSum>).termGradient === "function";
}
