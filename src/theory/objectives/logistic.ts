/**
 * Logistic regression: convex and smooth with a known L, but not quadratic, which makes it the standard second
 * example.
 */

import { inspect } from "#platform";
import { checkNotNegative } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { random } from "../../tensor/random.js";
import { Tensor } from "../../tensor/tensor.js";
import { symmetricEigen } from "../algebra/symmetric-eigen.js";
import { dot, gram, norm, solve, type Vector } from "../algebra/vectors.js";
import { withTerms } from "./finite-sum.js";
import { made } from "./made.js";
import { objective, type SmoothObjective } from "./objective.js";
import type { FiniteSum } from "./stochastic-objective.js";

/** The data of a logistic regression, or how to draw it. */
export interface LogisticOptions {
  /** The samples, one row each. */
  x?: Tensor | readonly (readonly number[])[];
  /** The labels: 0 and 1, or −1 and 1. */
  y?: ArrayLike<number>;
  /** Instead of x and y: how many samples to draw. */
  n?: number;
  /** Instead of x and y: the dimension of the samples to draw, 2 by default. */
  dimension?: number;
  /** The seed of the drawn data. */
  seed?: number;
  /** The factor of the penalty ridge/2 ‖θ‖²; 0 by default. */
  ridge?: number;
}

/**
 * The mean logistic loss of N samples x_i with labels s_i = ±1, with a penalty:
 *
 *     F(θ) = (1/N) Σ_i log(1 + exp(−s_i x_iᵀ θ)) + ridge/2 ‖θ‖²,    L = λ_max(XᵀX) / (4N) + ridge,    mu = ridge
 *
 * L and mu are the best constants: the second derivative of log(1 + e^−u) has the range (0, ¼]. Newton's method
 * finds θ* to machine precision. Linearly separable labels have no minimiser without a penalty (F decreases
 * towards 0 for ever): then θ* is undefined. Each term of the sum includes the penalty.
 *
 * @param options `x` and `y`; or `n`, `dimension` = 2 and `seed` = 0, then x_i is standard normal, and s_i = 1
 *   with probability 1/(1 + exp(−x_iᵀ θ°)) for a standard normal θ°. `ridge` = 0.
 * @throws RangeError for labels other than 0 and 1 or −1 and 1, or data that do not fit.
 * Source: Boyd, Vandenberghe, Convex optimization, 2004, section 7.1.1.
 * @example
 * logistic({ x: [[1], [1], [1], [1]], y: [1, 1, 1, 0] }).thetaStar // → Float64Array(1) [ 1.0986122886681098 ]
 */
export function logistic(options: LogisticOptions): FiniteSum & SmoothObjective {
  optionsOf("logistic", options, ["x", "y", "n", "dimension", "seed", "ridge"]);
  const { ridge = 0 } = options;
  checkNotNegative("logistic", { ridge });
  const { X, N, M } = samplesOf(options);
  // Rows are s_i x_i: F depends on the label only through this product.
  // Loops, not `dot` of a view or a mapped copy: the longest cell of lecture 09 takes a fifth less of the processor.
  const margin = (theta: Vector, i: number): number => {
    let sum = 0;
    for (let j = 0; j < M; j++) sum += X[i * M + j]! * theta[j]!;
    return sum;
  };
  const value = (theta: Vector): number => {
    let sum = 0;
    for (let i = 0; i < N; i++) sum += softplus(-margin(theta, i));
    return sum / N + (ridge / 2) * dot(theta, theta);
  };
  const gradient = (theta: Vector): Float64Array => {
    const out = Float64Array.from(theta as ArrayLike<number>, (entry) => ridge * entry);
    for (let i = 0; i < N; i++) {
      const weight = -logisticFunction(-margin(theta, i)) / N;
      for (let j = 0; j < M; j++) out[j]! += weight * X[i * M + j]!;
    }
    return out;
  };
  const hessian = (theta: Vector): Float64Array => {
    const weights = Float64Array.from({ length: N }, (_, i) => {
      const u = margin(theta, i);
      return (logisticFunction(u) * logisticFunction(-u)) / N;
    });
    const H = gram(X, M, weights);
    for (let j = 0; j < M; j++) H[j * M + j]! += ridge;
    return H;
  };
  const thetaStar = newton(M, value, gradient, hessian);
  const largest = symmetricEigen(gram(X, M), M).values[0]!;
  const F = objective({
    name: "logistic",
    dimension: M,
    value,
    gradient,
    L: largest / (4 * N) + ridge,
    mu: ridge,
    convex: true,
    ...(thetaStar && { thetaStar }),
  }) as SmoothObjective;
  const sum = withTerms(F, {
    N,
    term: (i, theta) => softplus(-margin(theta, i)) + (ridge / 2) * dot(theta, theta),
    termGradient(i, theta) {
      const weight = -logisticFunction(-margin(theta, i));
      const out = new Float64Array(M);
      for (let j = 0; j < M; j++) out[j] = ridge * theta[j]! + weight * X[i * M + j]!;
      return out;
    },
  });
  return made(sum, "logistic", options);
}

/** log(1 + e^u) without overflow. */
const softplus = (u: number) => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));

const logisticFunction = (u: number) => 1 / (1 + Math.exp(-u));

/** The rows s_i x_i. */
function samplesOf({ x, y, n, dimension = 2, seed = 0 }: LogisticOptions) {
  if (x === undefined || y === undefined) {
    if (!Number.isInteger(n) || n! < 1 || !Number.isInteger(dimension) || dimension < 1) {
      throw new TypeError(
        `logistic: give x and y, or n and dimension (whole numbers ≥ 1) to draw them from a seed; n is ${inspect(n)}, dimension ${inspect(dimension)}`,
      );
    }
    return drawn(n!, dimension, seed);
  }
  const samples = Tensor.of(x as never);
  if (samples.rank !== 2 || samples.shape[0] !== y.length || samples.size === 0) {
    throw new RangeError(
      `logistic: x must have one row for each of the ${y.length} labels; shape [${samples.shape.join(", ")}]`,
    );
  }
  const [N, M] = samples.shape as [number, number];
  const labels = Array.from(y);
  const strange = labels.find((label) => label !== 1 && label !== 0 && label !== -1);
  if (strange !== undefined || (labels.includes(0) && labels.includes(-1))) {
    throw new RangeError(`logistic: labels must be 0 and 1, or −1 and 1, got ${strange ?? "0 and −1"}`);
  }
  return { X: Float64Array.from(samples.data, (v, at) => (labels[Math.floor(at / M)] === 1 ? v : -v)), N, M };
}

function drawn(N: number, M: number, seed: number) {
  const stream = random(seed).split("logistic");
  const truth = Float64Array.from({ length: M }, () => stream.normal());
  const X = new Float64Array(N * M);
  for (let i = 0; i < N; i++) {
    const row = X.subarray(i * M, (i + 1) * M);
    for (let j = 0; j < M; j++) row[j] = stream.normal();
    if (stream.uniform() >= logisticFunction(dot(row, truth))) for (let j = 0; j < M; j++) row[j] = -row[j]!;
  }
  return { X, N, M };
}

/**
 * Newton's method with halved steps from 0, until the gradient is as small as rounding allows; undefined if
 * the iterates diverge, that is, if there is no minimiser (or a very distant one).
 */
function newton(
  M: number,
  value: (theta: Vector) => number,
  gradient: (theta: Vector) => Float64Array,
  hessian: (theta: Vector) => Float64Array,
): Float64Array | undefined {
  let theta = new Float64Array(M);
  let slope = gradient(theta);
  const start = norm(slope);
  for (let k = 0; k < 200; k++) {
    const direction = solve(hessian(theta), slope);
    if (direction === undefined || norm(theta) > 1e6) break;
    let step = 1;
    let next = theta.map((entry, j) => entry - direction[j]!);
    // Close to the minimum the difference is lost in F but not in the gradient.
    while (value(next) > value(theta) && norm(gradient(next)) > norm(slope) && step > 1e-3) {
      step /= 2;
      next = theta.map((entry, j) => entry - step * direction[j]!);
    }
    const nextSlope = gradient(next);
    // In the end the gradient is rounding noise and no longer halves.
    if (norm(nextSlope) <= 1e-9 * start && norm(nextSlope) >= norm(slope) / 2) {
      return norm(nextSlope) < norm(slope) ? next : theta;
    }
    theta = next;
    slope = nextSlope;
    if (norm(slope) === 0) return theta;
  }
  return undefined;
}
