/**
 * The linear algebra that theory needs, on plain arrays: sums over vectors, symmetric matrices in row-major
 * order. All sums run in index order, so that results are bitwise the same everywhere.
 */

/** A vector that the functions of theory accept: a list of numbers or a Float64Array. */
export type Vector = Float64Array | readonly number[];

/** Σ a_i b_i. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** √Σ a_i². */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** ‖a − b‖. */
export function distance(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

/** a − b. */
export function minus(a: Vector, b: Vector): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i]! - b[i]!;
  return out;
}

/** A v for a matrix in row-major order with as many columns as v has entries. */
export function matvec(A: Vector, v: Vector): Float64Array {
  const n = v.length;
  const out = new Float64Array(A.length / n);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += A[i * n + j]! * v[j]!;
    out[i] = sum;
  }
  return out;
}

/** Xᵀ diag(weights) X for X with `n` columns in row-major order; weights of 1 if none are given. */
export function gram(X: Vector, n: number, weights?: Vector): Float64Array {
  const out = new Float64Array(n * n);
  for (let row = 0; row * n < X.length; row++) {
    const weight = weights ? weights[row]! : 1;
    for (let i = 0; i < n; i++) {
      const scaled = weight * X[row * n + i]!;
      for (let j = 0; j <= i; j++) out[i * n + j]! += scaled * X[row * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
  return out;
}

/**
 * x with A x = b for a symmetric positive definite A, by Cholesky's factors A = C Cᵀ; undefined if A is not
 * positive definite to working precision.
 */
export function solve(A: Vector, b: Vector): Float64Array | undefined {
  const n = b.length;
  const C = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = A[i * n + j]!;
      for (let k = 0; k < j; k++) rest -= C[i * n + k]! * C[j * n + k]!;
      if (i > j) C[i * n + j] = rest / C[j * n + j]!;
      else if (rest > 1e-15 * Math.abs(A[i * n + i]!)) C[i * n + i] = Math.sqrt(rest);
      else return undefined;
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= C[i * n + k]! * x[k]!;
    x[i]! /= C[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= C[k * n + i]! * x[k]!;
    x[i]! /= C[i * n + i]!;
  }
  return x;
}
