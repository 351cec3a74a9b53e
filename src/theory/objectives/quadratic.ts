/**
 * The quadratic: gradient descent on it is linear algebra, so everything about it is known.
 */
import { optionsOf } from "../../options/options-of.js";
import { random } from "../../tensor/random.js";
import { Tensor } from "../../tensor/tensor.js";
import { symmetricEigen } from "../algebra/symmetric-eigen.js";
import { dot, gram, matvec, minus, type Vector } from "../algebra/vectors.js";
import { made } from "./made.js";
import { objective, type SolvedObjective } from "./objective.js";

/** The matrix of a quadratic, or its eigenvalues. */
export interface QuadraticOptions {
  /** The symmetric positive semidefinite matrix A, as a tensor or a list of rows. */
  A?: Tensor | readonly (readonly number[])[];
  /** Instead of A, its eigenvalues ≥ 0; A is diagonal, or randomly rotated if a `seed` is given. */
  spectrum?: Vector;
  /** The vector b; 0 by default. */
  b?: Vector;
  /** The seed of the random rotation of a given spectrum. */
  seed?: number;
}

/**
 * The convex quadratic, whose constants (A6) are known,
 *
 *     F(θ) = ½ θᵀ A θ − bᵀ θ,    ∇F(θ) = A θ − b,    L = λ_max(A),    mu = λ_min(A),    A θ* = b
 *
 * with A symmetric and positive semidefinite. If A is singular, θ* is the minimiser of least norm.
 *
 * @param options `A` or `spectrum` (the eigenvalues), `b`, `seed` (rotates the axes of a spectrum at random)
 * @throws RangeError if A is not symmetric or has a negative eigenvalue, or b is not in its range (then F has
 *   no minimum).
 * @example
 * quadratic({ spectrum: [10, 1], b: [10, 2] }) // → quadratic, 2 dimensions: L = 10, mu = 1, θ* = (1, 2), F* = -7
 */
export function quadratic(options: QuadraticOptions): SolvedObjective {
  optionsOf("quadratic", options, ["A", "spectrum", "b", "seed"]);
  const A = matrixOf(options);
  const n = Math.round(Math.sqrt(A.length));
  const b = Float64Array.from(options.b ?? new Float64Array(n));
  if (b.length !== n) {
    throw new RangeError(`quadratic: A has ${n} rows but b has ${b.length} entries`);
  }
  const { values, vectors } = symmetricEigen(A, n);
  const L = values[0]!;
  const rounding = 1e-12 * Math.max(Math.abs(L), Math.abs(values[n - 1]!));
  if (values[n - 1]! < -rounding) {
    throw new RangeError(
      `quadratic: A must be positive semidefinite, F has no minimum otherwise; its least eigenvalue is ${values[n - 1]}`,
    );
  }
  const thetaStar = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const along = dot(vectors[i]!, b);
    if (values[i]! > rounding) {
      for (let j = 0; j < n; j++) thetaStar[j]! += (along / values[i]!) * vectors[i]![j]!;
    } else if (Math.abs(along) > 1e-12 * Math.sqrt(dot(b, b))) {
      throw new RangeError(
        `quadratic: b must lie in the range of A, F has no minimum otherwise; A v = 0 but b·v = ${along} for v = [${vectors[i]!.join(", ")}]`,
      );
    }
  }
  const F = objective({
    name: "quadratic",
    dimension: n,
    value: (theta) => dot(theta, matvec(A, theta)) / 2 - dot(b, theta),
    gradient: (theta) => minus(matvec(A, theta), b),
    L,
    mu: values[n - 1]! > rounding ? values[n - 1]! : 0,
    convex: true,
    thetaStar,
    minimum: -dot(b, thetaStar) / 2,
    // F(θ) − F* = ½ (θ − θ*)ᵀ A (θ − θ*)
    gap(theta) {
      const from = minus(theta, thetaStar);
      return dot(from, matvec(A, from)) / 2;
    },
  });
  return made(F as SolvedObjective, "quadratic", options);
}

function matrixOf({ A, spectrum, seed }: QuadraticOptions): Float64Array {
  if ((A === undefined) === (spectrum === undefined)) {
    throw new TypeError("quadratic: give either the matrix A or its spectrum, such as { spectrum: [10, 1] }");
  }
  if (spectrum !== undefined) return turned(Float64Array.from(spectrum), seed);
  const matrix = Tensor.of(A as never);
  const [n, columns] = matrix.shape;
  if (matrix.rank !== 2 || n !== columns || n === 0) {
    throw new RangeError(`quadratic: A must be a square matrix; shape [${matrix.shape.join(", ")}]`);
  }
  if (!matrix.allClose(matrix.transpose(), { relative: 1e-12, absolute: 1e-12 * matrix.norm() })) {
    throw new RangeError(`quadratic: A must be symmetric, use (A + Aᵀ)/2; got ${matrix}`);
  }
  return Float64Array.from(matrix.data);
}

/** Qᵀ diag(spectrum) Q with Q = 1, or with random orthonormal rows: a Gaussian matrix, orthonormalised. */
function turned(spectrum: Float64Array, seed: number | undefined): Float64Array {
  const n = spectrum.length;
  if (n === 0) throw new RangeError("quadratic: the spectrum must have at least one eigenvalue, it is empty");
  const Q = new Float64Array(n * n);
  if (seed === undefined) for (let i = 0; i < n; i++) Q[i * n + i] = 1;
  else {
    const stream = random(seed).split("quadratic");
    for (let i = 0; i < n; i++) {
      const row = Q.subarray(i * n, (i + 1) * n);
      for (let j = 0; j < n; j++) row[j] = stream.normal();
      // Gram–Schmidt twice: one pass leaves errors proportional to the condition number.
      for (let pass = 0; pass < 2; pass++) {
        for (let k = 0; k < i; k++) {
          const before = Q.subarray(k * n, (k + 1) * n);
          const along = dot(row, before);
          for (let j = 0; j < n; j++) row[j]! -= along * before[j]!;
        }
        const length = Math.sqrt(dot(row, row));
        for (let j = 0; j < n; j++) row[j]! /= length;
      }
    }
  }
  return gram(Q, n, spectrum);
}
