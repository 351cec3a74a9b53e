/**
 * Means of terms: the loss over a training set. Stochastic gradient descent takes a few terms at a time.
 */

import { inspect } from "#platform";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import type { Random } from "../../tensor/random.js";
import { Tensor } from "../../tensor/tensor.js";
import { symmetricEigen } from "../algebra/symmetric-eigen.js";
import { dot, gram, solve, type Vector } from "../algebra/vectors.js";
import { made } from "./made.js";
import {
  type Objective,
  type ObjectiveOptions,
  objective,
  objectiveNames,
  type SmoothObjective,
} from "./objective.js";
import type { FiniteSum } from "./stochastic-objective.js";

/** Options of a finite sum, in addition to those of an objective. */
export interface FiniteSumOptions
  extends Partial<Omit<ObjectiveOptions, "dimension">>,
    Pick<ObjectiveOptions, "dimension"> {
  /** N, the number of terms. */
  N: number;
  /** f_i(θ) for i = 0, …, N − 1. */
  term: (i: number, theta: Vector) => number;
  /** ∇f_i(θ) for i = 0, …, N − 1. */
  termGradient: (i: number, theta: Vector) => ArrayLike<number>;
}

/**
 * The mean of N functions, as the loss under the empirical measure is (A17),
 *
 *     F(θ) = (1/N) Σ_i f_i(θ),    ∇F(θ) = (1/N) Σ_i ∇f_i(θ),
 *
 * from a list of objectives, or from functions of the index i.
 *
 * Given a list, F is convex if all terms are, and mu is at least the mean of theirs; L and a minimiser are known only if
 * given, because the mean of the least Lipschitz constants need not be the least one of F.
 *
 * @param terms the objectives f_i, all of one dimension, or `{ dimension, N, term, termGradient }` with known facts
 * @param facts facts about F that are known: `name`, `L`, `mu`, `thetaStar`, …
 * @throws RangeError if there are no terms, or their dimensions differ.
 * @example
 * const pair = finiteSum([quadratic({ spectrum: [1], b: [1] }), quadratic({ spectrum: [1], b: [-1] })]);
 * pair.termGradient(0, [0.5]) // → Float64Array(1) [ -0.5 ]
 * pair.gradient([0.5]) // → Float64Array(1) [ 0.5 ]
 */
export function finiteSum(
  terms: readonly Objective[] | FiniteSumOptions,
  facts: Partial<ObjectiveOptions> = {},
): FiniteSum {
  optionsOf("finiteSum", facts, objectiveNames);
  if (!Array.isArray(terms)) {
    const options = optionsOf("finiteSum", terms as FiniteSumOptions, [
      "N",
      "term",
      "termGradient",
      ...objectiveNames,
    ]);
    return fromOptions({ ...options, ...facts });
  }
  const list: readonly Objective[] = terms;
  const dimension = list[0]?.dimension;
  const other = list.find((term) => term.dimension !== dimension);
  if (dimension === undefined || other) {
    throw new RangeError(
      other
        ? `finiteSum: all terms must have one dimension, got ${dimension} and ${other.dimension}`
        : "finiteSum: there must be at least one term, the list is empty",
    );
  }
  const F = fromOptions({
    name: `mean of ${list.length} terms`,
    ...(list.every(({ convex }) => convex === true) && { convex: true }),
    ...facts,
    dimension,
    N: list.length,
    term: (i, theta) => list[i]!.value(theta),
    termGradient: (i, theta) => list[i]!.gradient(theta),
  });
  return made(F, "finiteSum", list, facts);
}

function fromOptions({ N, term, termGradient, ...facts }: FiniteSumOptions): FiniteSum {
  const { dimension } = facts;
  checkWhole("finiteSum", { N });
  const value = (theta: Vector): number => {
    let sum = 0;
    for (let i = 0; i < N; i++) sum += term(i, theta);
    return sum / N;
  };
  const gradient = (theta: Vector): Float64Array => {
    const sum = new Float64Array(dimension);
    for (let i = 0; i < N; i++) {
      const one = termGradient(i, theta);
      for (let j = 0; j < dimension; j++) sum[j]! += one[j]!;
    }
    return sum.map((entry) => entry / N);
  };
  return withTerms(objective({ name: `mean of ${N} terms`, value, gradient, ...facts }), {
    N,
    term,
    termGradient,
  });
}

/** Adds the terms to an objective that is their mean. */
export function withTerms<T extends Objective>(
  F: T,
  { N, term, termGradient }: Pick<FiniteSumOptions, "N" | "term" | "termGradient">,
): T & FiniteSum {
  const at = (i: number, theta: Vector): Vector => {
    if (!(Number.isInteger(i) && i >= 0 && i < N)) {
      throw new RangeError(`${F.name}: a term has a number from 0 to ${N - 1}, got ${inspect(i)}`);
    }
    if (theta?.length === F.dimension) return theta;
    throw new RangeError(`${F.name}: theta must have ${F.dimension} entries, got ${inspect(theta)}`);
  };
  const own = (i: number, theta: Vector): Float64Array => {
    const found = termGradient(i, at(i, theta));
    return found instanceof Float64Array ? found.slice() : Float64Array.from(found); // `from` is slower
  };
  return Object.freeze({
    ...F,
    N,
    term: (i: number, theta: Vector) => term(i, at(i, theta)),
    termGradient: own,
    sampleGradient: (theta: Vector, stream: Random) => own(stream.integer(N), theta),
  });
}

/**
 * Least squares as a mean of N terms (A3, A17),
 *
 *     F(θ) = (1/N) Σ_i ½ (x_iᵀθ − y_i)² + ridge/2 ‖θ‖²,    L = λ_max(XᵀX/N) + ridge,    mu = λ_min(XᵀX/N) + ridge.
 *
 * Where XᵀX is singular and ridge is 0 there are many minimisers: then θ* is the shortest of them, X⁺y, and mu is 0. Gradient
 * descent from θ(0) = 0 converges to it, as it never leaves the span of the samples.
 *
 * @param options `x`: a row for each sample; `y`: the targets; `ridge` = 0
 * @throws RangeError if x and y do not fit.
 * @example
 * leastSquares({ x: [[1], [1]], y: [1, -1] }) // → least squares, 1 dimension: L = 1, mu = 1, θ* = (0), F* = 0.5
 * leastSquares({ x: [[1, 1], [2, 2]], y: [1, 2] }).thetaStar.map((t) => Number(t.toFixed(9))) // → Float64Array(2) [ 0.5, 0.5 ]
 */
export function leastSquares(options: {
  x: Tensor | readonly (readonly number[])[];
  y: ArrayLike<number>;
  ridge?: number;
}): FiniteSum & SmoothObjective & { readonly thetaStar: Float64Array; readonly minimum: number } {
  const { x, y, ridge = 0 } = optionsOf("leastSquares", options, ["x", "y", "ridge"]);
  const samples = Tensor.of(x as never);
  const [N, M] = samples.shape as [number, number];
  if (samples.rank !== 2 || N !== y.length || samples.size === 0) {
    throw new RangeError(
      `leastSquares: x must have one row for each of the ${y.length} targets; shape [${samples.shape.join(", ")}]`,
    );
  }
  const X = Float64Array.from(samples.data);
  const H = gram(X, M).map((entry) => entry / N);
  for (let j = 0; j < M; j++) H[j * M + j]! += ridge;
  const moments = new Float64Array(M);
  for (let i = 0; i < N; i++) for (let j = 0; j < M; j++) moments[j]! += (X[i * M + j]! * y[i]!) / N;
  const { values, vectors } = symmetricEigen(H, M);
  const unique = solve(H, moments);
  // Eigenvalues that are only rounding count as 0: F is constant along their eigenvectors, and the shortest minimiser has no such component.
  const least = unique ? 0 : 16 * M * Number.EPSILON * values[0]!;
  const thetaStar = unique ?? new Float64Array(M);
  if (!unique) {
    for (const [i, value] of values.entries()) {
      if (value <= least) continue;
      const share = dot(vectors[i]!, moments) / value;
      for (let j = 0; j < M; j++) thetaStar[j]! += share * vectors[i]![j]!;
    }
  }
  // Loops, as in `logistic`.
  const miss = (i: number, theta: Vector): number => {
    let sum = 0;
    for (let j = 0; j < M; j++) sum += X[i * M + j]! * theta[j]!;
    return sum - y[i]!;
  };
  const termGradient = (i: number, theta: Vector): Float64Array => {
    const weight = miss(i, theta);
    const out = new Float64Array(M);
    for (let j = 0; j < M; j++) out[j] = weight * X[i * M + j]! + ridge * theta[j]!;
    return out;
  };
  // The mean of the terms, bit for bit, without an array for each of them.
  const gradient = (theta: Vector): Float64Array => {
    const sum = new Float64Array(M);
    for (let i = 0; i < N; i++) {
      const weight = miss(i, theta);
      for (let j = 0; j < M; j++) sum[j]! += weight * X[i * M + j]! + ridge * theta[j]!;
    }
    return sum.map((entry) => entry / N);
  };
  const F = finiteSum({
    name: "least squares",
    dimension: M,
    N,
    term: (i, theta) => miss(i, theta) ** 2 / 2 + (ridge / 2) * dot(theta, theta),
    termGradient,
    gradient,
    L: values[0]!,
    mu: unique ? values[M - 1]! : 0,
    convex: true,
    thetaStar,
    gap(theta) {
      const from = Float64Array.from(theta as ArrayLike<number>, (entry, j) => entry - thetaStar[j]!);
      let sum = 0;
      for (let i = 0; i < M; i++) sum += from[i]! * dot(H.subarray(i * M, (i + 1) * M), from);
      return sum / 2;
    },
  });
  return made(F as ReturnType<typeof leastSquares>, "leastSquares", { x, y, ridge });
}
